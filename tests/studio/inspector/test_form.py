"""The form: made from the record, edits the project, says why a value is refused."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine import registry
from engine.layers.spec import LayerSpec
from engine.specs import field
from studio.inspector.editors import EDITORS
from studio.inspector.form import Form
from studio.widgets import NumberField, Select
from tests.studio.conftest import both

K, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def enter(field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, K.Key_Return)


def layer_of(person: Any, name: str) -> Any:
    return person.session.project.network.by_name(name).layer


def choose(select: Select, label: str) -> None:
    select.setFocus()
    QTest.keyClick(select, K.Key_Home)
    for _ in range(select.count()):
        if select.currentText() == label:
            break
        QTest.keyClick(select, K.Key_Down)
    QApplication.processEvents()
    assert select.currentText() == label


def test_units_change_shape_card_and_code(person: Any) -> None:
    person.click_card("dense_2")
    enter(person.find("Units", NumberField), "32")
    assert layer_of(person, "dense_2").units == 32
    assert person.session.shapes.output[person.id("dropout_1")] == (32,)
    assert person.scene.nodes[person.id("dense_2")].card.line == "32 units · relu"
    assert "layers.Dense(32" in person.page.code.toPlainText()
    assert person.session.stack.undoText() == "Set units"


def test_an_invalid_value_is_marked_and_not_applied(person: Any) -> None:
    person.click_card("dense_2")
    units = person.find("Units", NumberField)
    enter(units, "0")
    assert layer_of(person, "dense_2").units == 64
    assert units.error == "Units must be at least 1; it is 0."
    sentence = [w for w in person.page.inspector.findChildren(QWidget) if getattr(w, "text", str)() == units.error]
    assert sentence[0].isVisible()
    enter(units, "16")
    assert units.error == ""
    assert layer_of(person, "dense_2").units == 16


def test_stepping_merges_to_one_undo_step(person: Any) -> None:
    person.click_card("dense_2")
    units = person.find("Units", NumberField)
    for _ in range(5):
        QTest.keyClick(units, K.Key_Up)
    assert layer_of(person, "dense_2").units == 69
    assert person.session.stack.count() == 1


def test_activation_switch_rate_and_reset(person: Any) -> None:
    person.click_card("dense_2")
    choose(person.find("Activation", Select), "tanh")
    assert layer_of(person, "dense_2").activation == "tanh"
    person.click(person.find("Use bias"))
    assert layer_of(person, "dense_2").use_bias is False
    person.click(person.find("Reset use bias"))
    assert layer_of(person, "dense_2").use_bias is True
    person.click_card("dropout_1")
    slider = person.find("Rate slider")
    QTest.keyClick(slider, K.Key_End)
    assert layer_of(person, "dropout_1").rate in (0.2, 1.0)  # the record may refuse 1
    enter(person.find("Rate", NumberField), "0.5")
    assert layer_of(person, "dropout_1").rate == 0.5


def test_a_nested_record_unfolds_its_own_fields(person: Any) -> None:
    person.click_card("dense_2")
    person.click(person.find("Advanced"))
    person.settle()
    choose(person.find("Kernel regularizer", Select), "l2")
    person.settle()
    made = layer_of(person, "dense_2").kernel_regularizer
    assert made.KERAS == "L2"
    strength = next(f.name for f in made.fields())
    enter(person.find(f"Kernel regularizer {strength}", NumberField), "0.25")
    assert getattr(layer_of(person, "dense_2").kernel_regularizer, strength) == 0.25


def test_rename_refuses_what_is_no_identifier(person: Any) -> None:
    person.click_card("dense_2")
    person.key(K.Key_F2)
    name = person.find("Name")
    assert name.hasFocus()
    enter(name, "my layer")
    assert "letter" in name.error
    assert name.hasFocus()
    enter(name, "hidden")
    assert person.names()[2] == "hidden"
    assert person.view.hasFocus()  # the next key is the canvas's again


def test_escape_goes_back_from_a_field_to_the_canvas(person: Any) -> None:
    person.click_card("dense_2")
    units = person.find("Units", NumberField)
    units.setFocus()
    QTest.keyClicks(units, "7")
    QTest.keyClick(units, K.Key_Escape)
    assert units.hasFocus()  # the first takes back what was typed
    QTest.keyClick(units, K.Key_Escape)
    assert person.view.hasFocus()


def test_freeze_shows_a_lock(person: Any) -> None:
    person.click_card("dense_2")
    person.click(person.find("Trainable"))
    assert person.scene.nodes[person.id("dense_2")].card.frozen
    assert person.session.stack.undoText() == "Freeze weights"


@both
def test_many_layers_show_common_fields_and_a_dash(person: Any) -> None:
    person.click_card("dense_1")
    person.click_card("dense_3", SHIFT)
    units = person.find("Units", NumberField)
    assert units.text() == ""
    assert units.placeholderText() == "–"
    enter(units, "10")
    assert layer_of(person, "dense_1").units == layer_of(person, "dense_3").units == 10
    assert person.session.stack.count() == 1
    person.click_card("dropout_1", SHIFT)
    assert "units" not in person.page.inspector.form.rows


def test_loss_and_optimizer_are_chosen_on_the_target_card(person: Any) -> None:
    person.click_card("target:0")
    choose(person.find("Loss", Select), "Huber")
    assert person.session.project.targets[0].loss.KERAS == "Huber"
    enter(person.find("Delta", NumberField), "2")
    assert person.session.project.targets[0].loss.delta == 2.0
    choose(person.find("Optimizer", Select), "SGD")
    enter(person.find("Learning rate", NumberField), "0.05")
    assert person.session.project.compile.optimizer.KERAS == "SGD"
    assert person.scene.nodes["target:0"].card.lines == (("Loss", "Huber"), ("Optimizer", "SGD · lr 0.05"))


@pytest.mark.parametrize("kind", ["layer", "loss", "optimizer"])
def test_every_record_has_a_form(person: Any, kind: str, qtbot: Any) -> None:
    for record in registry.records(kind):
        if any(f.required and f.suggested is None for f in record.fields()):
            continue
        form = Form([record.suggestion()])
        qtbot.addWidget(form)
        assert set(form.rows) == {f.name for f in record.fields() if f.kind in EDITORS}
        for row in form.rows.values():
            assert row.editor.accessibleName(), (record, row.info.name)


def test_a_registered_layer_appears_in_palette_and_form(person: Any) -> None:
    @registry.register(id="core.probe/1", kind="layer", group="core", icon="box", purpose="Only for a test.")
    class Probe(LayerSpec):
        """Does nothing."""

        strength: int = field(3, doc="How much.", ge=1)

    try:
        person.click_card("dense_1")
        QTest.keyClick(person.find("Add Probe"), K.Key_Return)
        person.settle()
        assert person.find("Strength", NumberField).value() == 3
    finally:
        registry.forget("core.probe/1")
