"""Fields in the whole window: whose an undo is while a field has the keyboard."""

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.network.network import stack
from engine.project.document import Project
from studio.app import Studio
from studio.widgets import NumberField
from tests.studio.canvas.people import layer
from tests.studio.conftest import wait_until
from tests.studio.window.conftest import on_screen

K, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(studio: Studio) -> Any:
    """Show the Define page of a small project, its last layer selected."""
    network = stack(layer("Input", shape=(4,)), layer("Dense", units=8), layer("Dense", units=3))
    studio.session.open(Project(network=network))
    studio.show_stage("define")
    page: Any = studio.page("define")
    page.view.setFocus()
    page.lens.selection.set(units_of(studio, "dense_2").id)
    QApplication.processEvents()
    return page


def units_of(studio: Studio, name: str) -> Any:
    return studio.session.project.network.by_name(name)


def drop(page: Any, row: QWidget, before: str) -> None:
    """Drag a row of the palette onto the wire above a layer."""
    page.scene.settle()
    card = page.scene.nodes[page.lens.project.network.by_name(before).id]
    end = page.view.mapFromScene(QPointF(card.x() + 118, card.y() - 14))
    QTest.mousePress(row, Qt.MouseButton.LeftButton)
    for step in range(1, 7):
        QTest.mouseMove(page.view.viewport(), QPoint(-100, end.y()) + (end - QPoint(-100, end.y())) * step / 6)
    QTest.mouseRelease(page.view.viewport(), Qt.MouseButton.LeftButton, pos=end)


def test_undo_after_a_layer_was_added_takes_it_back_although_its_field_has_the_keyboard(whole: Studio) -> None:
    page = opened(whole)
    drop(page, on_screen(whole.window, "Add Dense"), "dense_2")
    wait_until(lambda: len(whole.session.project.network.nodes) == 4)
    wait_until(lambda: isinstance(QApplication.focusWidget(), NumberField))
    field: Any = QApplication.focusWidget()
    wait_until(lambda: whole.actions.qt("edit.undo").isEnabled())
    QTest.keyClick(field, K.Key_Z, CTRL)
    assert len(whole.session.project.network.nodes) == 3


def test_undo_in_a_field_is_its_own_until_the_entry_is_taken_over(whole: Studio) -> None:
    opened(whole)
    units: Any = on_screen(whole.window, "Units")
    assert isinstance(units, NumberField)
    units.setFocus()
    units.selectAll()
    QTest.keyClicks(units, "32")
    QTest.keyClick(units, K.Key_Return)
    assert units_of(whole, "dense_2").layer.units == 32
    QTest.keyClicks(units, "7")
    QTest.keyClick(units, K.Key_Z, CTRL)
    assert units.text() == "32"
    assert units_of(whole, "dense_2").layer.units == 32
    wait_until(lambda: whole.actions.qt("edit.undo").isEnabled())
    QTest.keyClick(units, K.Key_Z, CTRL)
    assert units_of(whole, "dense_2").layer.units == 3
    assert units.text() == "3"
    wait_until(lambda: whole.actions.qt("edit.redo").isEnabled())
    QTest.keyClick(units, K.Key_Z, CTRL | SHIFT)
    assert units_of(whole, "dense_2").layer.units == 32
