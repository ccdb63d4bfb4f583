"""Editing in the inspector by mouse and keys: scrubs, resets, mixed values, previews, nested records, the menu."""

import time
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.network.network import stack
from engine.project.document import Project
from studio.document import edits, undo
from studio.inspector.facts import formula_of
from studio.inspector.previews import CurvePreview, RateDots, curve_of
from studio.widgets import NumberField, Select, Switch
from tests.studio.canvas.people import Person, layer
from tests.studio.conftest import both

K, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def layer_of(person: Person, name: str) -> Any:
    return person.session.project.network.by_name(name).layer  # type: ignore[union-attr]


def row_of(person: Person, field: str) -> Any:
    return person.page.inspector.form.rows[field]


def drag(
    widget: QWidget, start: QPoint, steps: list[int], modifier: Qt.KeyboardModifier = NONE, pause: float = 0
) -> None:
    QTest.mousePress(widget, LEFT, modifier, start)
    for x in steps:
        move(widget, start + QPoint(x, 0), modifier)
        time.sleep(pause)
    QTest.mouseRelease(widget, LEFT, modifier, start + QPoint(steps[-1], 0))
    QApplication.processEvents()


def move(widget: QWidget, at: QPoint, modifier: Qt.KeyboardModifier) -> None:
    """Move with the button and a key held, which QTest.mouseMove leaves out."""
    there, none = QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton
    QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), there, none, LEFT, modifier))


def choose(select: Select, label: str) -> None:
    select.setFocus()
    QTest.keyClick(select, K.Key_Home)
    while select.currentText() != label:
        before = select.currentIndex()
        QTest.keyClick(select, K.Key_Down)
        assert select.currentIndex() != before, label
    QApplication.processEvents()


@both
def test_dragging_a_label_scrubs_and_is_one_step(person: Person) -> None:
    person.click_card("dense_2")
    label = row_of(person, "units").row.label
    drag(label, QPoint(10, 8), [6, 12, 24, 60])
    assert layer_of(person, "dense_2").units == 74
    assert person.session.stack.count() == 1
    drag(label, QPoint(10, 8), [-6, -12], SHIFT)
    assert layer_of(person, "dense_2").units == 54
    assert person.session.stack.count() == 2
    person.session.undo()
    person.session.undo()
    assert layer_of(person, "dense_2").units == 64


def test_a_slow_scrub_is_one_step_too(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "MERGE_SECONDS", 0.05)
    person.click_card("dense_2")
    drag(row_of(person, "units").row.label, QPoint(10, 8), [12, 24], pause=0.1)
    assert layer_of(person, "dense_2").units == 68
    assert person.session.stack.count() == 1


@both
def test_dragging_a_slider_is_one_step_and_its_label_scrubs(person: Person) -> None:
    person.click_card("dropout_1")
    slider = person.find("Rate slider")
    drag(slider, QPoint(10, 10), [5, 20, 30])
    rate = layer_of(person, "dropout_1").rate
    assert 0 < rate < 1
    assert rate != 0.2
    assert person.session.stack.count() == 1
    drag(row_of(person, "rate").row.label, QPoint(10, 8), [6])
    assert layer_of(person, "dropout_1").rate == pytest.approx(rate + 0.05)


def test_the_dots_show_what_a_rate_drops(person: Person) -> None:
    person.click_card("dropout_1")
    dots = row_of(person, "rate").picture
    assert isinstance(dots, RateDots)
    assert dots.isVisible()
    assert dots.dropped() == 4
    number = person.find("Rate", NumberField)
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "0.5")
    QTest.keyClick(number, K.Key_Return)
    assert dots.dropped() == 10
    assert "10 of 20" in dots.accessibleDescription()


def test_the_curve_follows_the_activation(person: Person) -> None:
    person.click_card("dense_2")
    curve = person.find("Curve of activation", CurvePreview)
    assert curve.points == curve_of("relu")
    assert min(y for _, y in curve.points) == 0.0
    choose(person.find("Activation", Select), "tanh")
    assert curve.points == curve_of("tanh")
    person.click_card("dense_3")
    assert person.find("Curve of activation", CurvePreview).points == ()  # softmax is no function of one number


def test_a_changed_setting_is_strong_and_ctrl_backspace_resets_it(person: Person) -> None:
    person.click_card("dense_2")
    line = row_of(person, "activation")
    assert line.row.label.font().weight() >= 600
    assert line.reset.toolTip() == "Reset activation (Ctrl+Backspace)"
    select = person.find("Activation", Select)
    select.setFocus()
    QTest.keyClick(select, K.Key_Backspace, CTRL)
    assert layer_of(person, "dense_2").activation == "linear"
    assert line.row.label.font().weight() == 400
    assert not line.reset.isVisible()
    QTest.keyClick(select, K.Key_Backspace, CTRL)
    assert person.session.stack.count() == 1


def test_the_reset_arrow_is_seen_while_the_keyboard_is_in_its_row(person: Person) -> None:
    person.window.activateWindow()
    person.click_card("dense_2")
    reset = row_of(person, "activation").reset
    person.view.setFocus()
    assert not reset.hot()
    person.find("Activation", Select).setFocus()
    assert reset.hot()
    person.click(reset)
    assert layer_of(person, "dense_2").activation == "linear"


def test_an_invalid_value_goes_when_it_is_reset(person: Person) -> None:
    person.session.edit("x", lambda p: edits.set_field(p, "n4", "seed", 5))
    person.click_card("dropout_1")
    person.click(person.find("Advanced"))
    seed = person.find("Seed", NumberField)
    seed.setFocus()
    seed.selectAll()
    QTest.keyClicks(seed, "x")
    QTest.keyClick(seed, K.Key_Return)
    assert seed.error
    QTest.keyClick(seed, K.Key_Backspace, CTRL)
    assert not seed.error
    assert layer_of(person, "dropout_1").seed is None


def test_fields_of_an_initializer_unfold_inside_advanced(person: Person) -> None:
    person.click_card("dense_2")
    choose(person.find("Kernel initializer", Select), "random_normal")
    person.settle()
    field = person.find("Kernel initializer stddev", NumberField)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.2")
    QTest.keyClick(field, K.Key_Return)
    assert layer_of(person, "dense_2").kernel_initializer.stddev == 0.2
    choose(person.find("Kernel initializer", Select), "he_normal")
    person.settle()
    person.click(person.find("Advanced"))
    person.settle()
    seed = person.find("Kernel initializer seed", NumberField)
    seed.setFocus()
    QTest.keyClicks(seed, "7")
    QTest.keyClick(seed, K.Key_Return)
    assert layer_of(person, "dense_2").kernel_initializer.seed == 7


def test_switches_of_unlike_layers_show_a_dash_and_one_click_sets_all(person: Person) -> None:
    person.session.edit("x", lambda p: edits.set_field(p, "n2", "use_bias", False))
    person.click_card("dense_1")
    person.click_card("dense_2", SHIFT)
    switch = person.find("Use bias", Switch)
    assert switch.mixed
    person.click(switch)
    assert not switch.mixed
    assert layer_of(person, "dense_1").use_bias
    assert layer_of(person, "dense_2").use_bias
    assert person.session.stack.count() == 2
    assert person.session.stack.undoText() == "Set use bias of 2 layers"


def test_unlike_layers_show_what_they_have_in_common(person: Person) -> None:
    network = stack(layer("Input", shape=(8, 8, 3)), layer("Conv2D", filters=4, kernel_size=3, activation="relu"),
                    layer("Flatten"), layer("Dense", units=3))  # fmt: skip
    person.session.open(Project(network=network))
    person.click_card("conv2d_1")
    person.click_card("dense_1", SHIFT)
    rows = person.page.inspector.form.rows
    assert "activation" in rows
    assert "units" not in rows
    assert "filters" not in rows
    choose(person.find("Activation", Select), "elu")
    assert {layer_of(person, n).activation for n in ("conv2d_1", "dense_1")} == {"elu"}
    assert person.session.stack.count() == 1


def test_a_tuple_has_a_field_for_each_number(person: Person) -> None:
    network = stack(layer("Input", shape=(9, 9, 3)), layer("Conv2D", filters=4, kernel_size=3))
    person.session.open(Project(network=network))
    person.click_card("conv2d_1")
    second = person.find("Kernel size 2", NumberField)
    second.setFocus()
    second.selectAll()
    QTest.keyClicks(second, "5")
    QTest.keyClick(second, K.Key_Return)
    assert layer_of(person, "conv2d_1").kernel_size == (3, 5)


def test_the_formula_is_written_with_the_settings(person: Person) -> None:
    person.click_card("dense_2")
    formula = person.find("Formula")
    assert formula.text() == "y = relu(x · W + b)"
    person.click(person.find("Use bias"))
    assert formula.text() == "y = relu(x · W)"
    assert formula_of(layer("Dense", units=3)) == "y = x · W + b"


def test_shape_and_cost_in_the_layers_own_numbers(person: Person) -> None:
    person.click_card("dense_2")
    assert person.find("Parameters").text() == "64·64 + 64 = 4,160"
    assert person.find("Work per row").text() == "4,096 MAC"
    assert person.find("Output").text() == "(batch, 64)"
    assert person.find("Memory, batch 64").text() == "16.4 kB"


# ---- the header ----
def entries(menu: QMenu) -> list[str]:
    return [a.text().split("\t")[0] for a in menu.actions() if a.text()]


def pick(menu: QMenu, text: str) -> None:
    action = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
    menu.setActiveAction(action)
    QTest.keyClick(menu, K.Key_Return)
    QApplication.processEvents()


def opened(person: Person) -> QMenu:
    person.click(person.find("More for this layer"))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_the_copy_button_and_the_menu(person: Person) -> None:
    person.click_card("dense_2")
    person.click(person.find("Copy layer"))
    person.key(K.Key_V, CTRL)
    assert len(person.session.project.network.nodes) == 6
    person.click_card("dense_2")
    menu = opened(person)
    assert {"Duplicate", "Replace with", "Freeze weights", "Help on Dense", "Delete"} <= set(entries(menu))
    pick(menu, "Freeze weights")
    assert not person.session.project.network.nodes["n3"].trainable
    pick(opened(person), "Duplicate")
    assert len(person.session.project.network.nodes) == 7
    person.click_card("dense_2")
    pick(opened(person), "Delete")
    assert "n3" not in person.session.project.network.nodes


def test_replace_offers_what_fits_and_keeps_the_wires(person: Person) -> None:
    person.click_card("dropout_1")
    menu = person.page.inspector.head.menu()
    groups = next(a.menu() for a in menu.actions() if a.text() == "Replace with")
    names = [a.text() for g in groups.actions() for a in g.menu().actions()]
    assert "BatchNormalization" in names
    assert "Conv2D" not in names
    assert "Add" not in names
    assert "Dropout" not in names
    action = next(a for g in groups.actions() for a in g.menu().actions() if a.text() == "BatchNormalization")
    action.trigger()
    person.settle()
    assert ("dense_2", "batch_normalization_1") in person.wires()
    assert person.session.stack.count() == 1


def test_help_from_the_menu_and_from_the_button(person: Person) -> None:
    asked: list[str] = []
    person.page.help_asked.connect(asked.append)
    person.click_card("dense_2")
    pick(opened(person), "Help on Dense")
    person.click(person.page.inspector.settings.about.more)
    assert asked == ["layer/dense", "layer/dense"]
