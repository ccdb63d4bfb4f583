"""The tabs of the inspector: weights of a run, notes that are one step a pause."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from engine.network.nested import Model
from engine.network.network import stack
from engine.project.arrays import Arrays
from engine.project.document import Project
from engine.project.runs import Run
from studio.inspector.weight_facts import figures
from studio.widgets import Label, Switch
from tests.studio.canvas.people import Person, layer
from tests.studio.conftest import wait_until

K = Qt.Key


def show(person: Person, tab: str) -> None:
    person.click(person.find(tab))
    person.settle()


def words(person: Person) -> str:
    return "\n".join(w.full_text() for w in person.page.inspector.findChildren(Label) if w.isVisible())


def trained(person: Person) -> Run:
    weights = {"n2/kernel": np.linspace(-1, 1, 18 * 64).reshape(18, 64), "n2/bias": np.zeros(64)}
    weights["n3/kernel"] = np.full((64, 64), np.nan)
    weights["n3/bias"] = np.ones(64)
    arrays = Arrays({k: v.astype(np.float32) for k, v in weights.items()})
    return person.session.add_run(Run("", person.session.project, weights=arrays))


def test_without_a_run_the_tab_says_what_the_layer_will_need(person: Person) -> None:
    person.click_card("dense_1")
    show(person, "Weights")
    text = words(person)
    assert "No trained weights yet" in text
    assert "(18, 64)" in text
    assert "begins as GlorotUniform" in text
    went: list[str] = []
    person.page.go.connect(went.append)
    person.click(person.find("Go to Fit"))
    assert went == ["fit"]
    person.click_card("dropout_1")  # the tab stays
    wait_until(lambda: "No weights" in words(person))


def test_the_weights_of_a_run_in_figures(person: Person) -> None:
    trained(person)
    person.click_card("dense_1")
    show(person, "Weights")
    wait_until(lambda: "kernel" in words(person) and "Mean" in words(person))
    text = words(person)
    assert "As run 1 left them." in text
    assert [w.full_text() for w in person.page.inspector.findChildren(Label) if w.accessibleName() == "Zeros"][
        -1
    ] == "64"
    assert person.find("Histogram of kernel").values()
    person.click_card("dense_2")
    wait_until(lambda: "4,096 are NaN or infinite." in words(person))
    person.click_card("dense_3")
    wait_until(lambda: "No trained weights for this" in words(person))


def test_figures_leave_out_what_is_not_finite() -> None:
    found = figures("w", np.array([1.0, 3.0, 0.0, np.nan, np.inf]))
    assert (found.count, found.odd, found.zeros, found.mean, found.low, found.high) == (5, 2, 1, 4 / 3, 0.0, 3.0)
    assert sum(found.bars) == 3
    assert figures("w", np.full(3, np.nan)).bars == ()


def test_frozen_is_a_switch(person: Person) -> None:
    person.click_card("dense_2")
    show(person, "Weights")
    frozen = person.find("Frozen", Switch)
    assert not frozen.value()
    person.click(frozen)
    assert not person.session.project.network.nodes["n3"].trainable
    assert person.session.stack.undoText() == "Freeze weights"
    person.session.undo()
    assert not frozen.value()


def note(person: Person) -> Any:
    return person.find("Note", QPlainTextEdit)


def test_a_note_has_many_lines_and_is_one_step(person: Person) -> None:
    person.click_card("dense_2")
    show(person, "Notes")
    edit = note(person)
    edit.setFocus()
    QTest.keyClicks(edit, "wide enough")
    QTest.keyClick(edit, K.Key_Return)
    QTest.keyClicks(edit, "32 was not")
    wait_until(lambda: person.session.project.network.nodes["n3"].note)
    assert person.session.project.network.nodes["n3"].note == "wide enough\n32 was not"
    assert person.session.stack.count() == 1
    assert person.scene.nodes["n3"].card.note
    assert "32 was not" in person.scene.nodes["n3"].toolTip()
    person.session.undo()
    assert edit.toPlainText() == ""
    person.session.redo()
    assert edit.toPlainText() == "wide enough\n32 was not"


def test_a_note_is_kept_when_another_card_is_chosen_at_once(person: Person) -> None:
    person.click_card("dense_2")
    show(person, "Notes")
    edit = note(person)
    edit.setFocus()
    QTest.keyClicks(edit, "kept")
    person.session.selection.set("n2")
    assert person.session.project.network.nodes["n3"].note == "kept"
    person.settle()
    assert note(person).toPlainText() == ""


def test_undo_in_a_note_is_the_documents(person: Person) -> None:
    person.window.activateWindow()
    person.click_card("dense_2")
    show(person, "Notes")
    edit = note(person)
    edit.setFocus()
    QTest.keyClicks(edit, "gone")
    wait_until(person.session.stack.canUndo)
    QTest.keyClick(edit, K.Key_Tab)
    assert not edit.hasFocus()
    person.session.undo()
    assert person.session.project.network.nodes["n3"].note == ""
    assert edit.toPlainText() == ""


def test_in_a_group_the_weights_are_those_of_the_layer_inside(person: Person) -> None:
    inner = stack(layer("Input"), layer("Dense", units=4))
    person.session.open(Project(network=stack(layer("Input", shape=(8,)), Model(inner), layer("Dense", units=2))))
    values = {"n2/n2_kernel": np.full((8, 4), 0.5), "n2/n2_bias": np.zeros(4), "n3/kernel": np.ones((4, 2))}
    arrays = Arrays({k: v.astype(np.float32) for k, v in values.items()})
    person.session.add_run(Run("", person.session.project, weights=arrays))
    person.click_card("model_1")
    show(person, "Weights")
    wait_until(lambda: "dense_1 kernel" in words(person))
    assert person.page.lens.open_group("n2")
    person.page.lens.selection.set("n2")
    wait_until(lambda: "(8, 4)" in words(person))
    means = [w.full_text() for w in person.page.inspector.findChildren(Label) if w.accessibleName() == "Mean"]
    assert means == ["0.5", "0"]
