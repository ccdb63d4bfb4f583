"""Everything that a person decides is an undo step with a name: done on screen, taken back and done again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from studio.app import Studio
from studio.document import templates
from tests.studio.conftest import ready

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
Act = Callable[[QWidget], None]


def below(widget: QWidget) -> None:
    """Take the next entry of a select."""
    QTest.keyClick(widget, Qt.Key.Key_Down)


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def right(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_Right)


@dataclass
class Write:
    """Writes a text into a field and presses Enter."""

    text: str

    def __call__(self, widget: QWidget) -> None:
        QTest.keyClick(widget, Qt.Key.Key_A, CONTROL)
        QTest.keyClicks(widget, self.text)
        QTest.keyClick(widget, Qt.Key.Key_Return)


@dataclass
class Step:
    """One thing that is done: on a stage, with something selected, to the widget of this name; and how it is called."""

    stage: str
    widget: str
    act: Act
    label: str
    chosen: str = ""


STEPS = (
    Step("data", "Fill missing", below, "Fill missing: mean"),
    Step("data", "Scale numbers", below, "Scale numbers: min-max"),
    Step("data", "Categories", below, "Categories: index for Embedding"),
    Step("data", "Target", below, "Predict year"),
    Step("data", "Random", press, "Split random"),
    Step("data", "Split seed", Write("7"), "Set the split seed"),
    Step("define", "Name", Write("wide"), "Rename", "n2"),
    Step("define", "Units", Write("50"), "Set units", "n2"),
    Step("define", "Activation", below, "Set activation", "n2"),
    Step("define", "Use bias", press, "Set use bias", "n2"),
    Step("define", "Trainable", press, "Freeze weights", "n2"),
    Step("define", "Loss", below, "Choose loss", "target:0"),
    Step("define", "Loss weight", Write("2"), "Set loss weight", "target:0"),
    Step("define", "Optimizer", below, "Choose optimizer", "target:0"),
    Step("define", "Beta 1", Write("0.8"), "Set beta 1", "target:0"),
    Step("fit", "Epochs", Write("9"), "Set epochs"),
    Step("fit", "Batch size", Write("8"), "Set batch size"),
    Step("fit", "Seed", Write("3"), "Set seed"),
    Step("fit", "Shuffle rows", press, "Shuffle rows"),
    Step("fit", "Class weights", below, "Set class weights"),
    Step("fit", "Learning rate", Write("0.01"), "Set learning rate"),
    Step("fit", "Early stopping", press, "Turn off Early stopping"),
    Step("fit", "Patience of Early stopping", Write("3"), "Set patience of Early stopping"),
)


def penguins(studio: Studio) -> None:
    studio.documents.open_sample(next(s for s in templates.samples() if s.id == "penguins"))
    ready(studio)


def find(studio: Studio, name: str) -> QWidget:
    """Return the control with this name; a group of the palette may be called the same, a slider has a field beside."""
    page: Any = studio.page(studio.stage)
    root = page.inspector if studio.stage == "define" else page
    kinds = QLineEdit | QComboBox | QAbstractButton
    found = [w for w in root.findChildren(QWidget) if w.accessibleName() == name and w.isVisible()]
    assert found, f"{name!r} is not on screen"
    return next((w for w in found if isinstance(w, kinds)), found[0])


def do(studio: Studio, step: Step) -> None:
    studio.show_stage(step.stage)
    ready(studio)
    if step.chosen:
        studio.session.selection.set(step.chosen)
        QTest.qWait(10)
    widget = find(studio, step.widget)
    widget.setFocus()
    step.act(widget)
    QApplication.processEvents()


@pytest.mark.timeout(180)
def test_each_decision_is_one_step_with_a_name(studio: Studio) -> None:
    """All of them in one project; each is taken back from another stage."""
    penguins(studio)
    session, wrong = studio.session, []
    for step in STEPS:
        before, count = session.project, session.stack.index()
        do(studio, step)
        after, text = session.project, session.stack.undoText()
        if after == before or text != step.label or session.stack.index() != count + 1:
            wrong.append(f"{step.widget}: {text!r}, {session.stack.index() - count} steps")
            continue
        studio.show_stage("fit" if step.stage == "data" else "data")
        session.undo()
        assert session.project == before, step.widget
        assert session.stack.redoText() == step.label
        session.redo()
        assert session.project == after, step.widget
        session.undo()
        ready(studio)
    assert not wrong, "\n".join(wrong)


def test_moving_a_card_a_note_and_the_names_of_runs_are_steps(studio: Studio) -> None:
    penguins(studio)
    studio.show_stage("define")
    QTest.qWait(20)
    session, page = studio.session, studio.page("define")
    view: Any = page.view  # type: ignore[attr-defined]
    item = view.canvas.nodes["n2"]
    first = view.mapFromScene(QPointF(item.x() + 150, item.y() + 24))
    last = view.mapFromScene(QPointF(item.x() + 550, item.y() + 24))
    QTest.mousePress(view.viewport(), LEFT, pos=first)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(view.viewport(), first + (last - first) * part)
    QTest.mouseRelease(view.viewport(), LEFT, pos=last)
    assert session.stack.undoText() == "Move dense_1"
    assert "n2" in session.project.positions
    studio.show_stage("fit")
    fit: Any = studio.page("fit")
    fit._renamed("run-1", "The good one")
    assert session.stack.undoText() == "Rename run"
    session.undo()
    session.undo()
    assert not session.project.titles
    assert "n2" not in session.project.positions
