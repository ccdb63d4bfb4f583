"""Everything the mouse does on the canvas, with real events."""

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

SHIFT = Qt.KeyboardModifier.ShiftModifier


def gap(person: Any, above: str) -> QPoint:
    return person.spot(above, 118, 62)


def test_palette_drag_between_two_layers_inserts(person: Any) -> None:
    before = person.scene.nodes[person.id("dropout_1")].y()
    person.take("BatchNormalization", gap(person, "dense_2"))
    assert person.names() == ["input_1", "dense_1", "dense_2", "batch_normalization_1", "dropout_1", "dense_3"]
    assert person.scene.nodes[person.id("dropout_1")].y() == before + 76
    assert person.session.selection.ids == (person.id("batch_normalization_1"),)
    assert person.session.stack.count() == 1


def test_the_ghost_and_the_lit_slot_say_what_would_happen(person: Any) -> None:
    person.take("BatchNormalization", gap(person, "dense_2"), drop=False)
    lit = [m for m in person.scene.overlay.marks if m.lit]
    assert [m.text for m in lit] == ["Insert here · (64) → (64) · +256 params"]
    assert len(person.scene.overlay.marks) > 1
    assert person.view.gesture.ghost.card.line == "insert after dense_2"
    QTest.keyClick(person.view, Qt.Key.Key_Escape)
    assert person.scene.overlay.marks == ()
    QTest.mouseRelease(
        person.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(300, 300)
    )
    assert person.session.stack.count() == 0


def test_a_press_without_a_drag_adds_nothing(person: Any) -> None:
    person.click(person.find("Add Dense"))
    assert person.session.stack.count() == 0


def test_what_does_not_fit_says_why_and_changes_nothing(person: Any) -> None:
    person.click(person.find("Convolution"))
    person.take("Conv2D", gap(person, "dense_1"))
    assert person.session.stack.count() == 0
    assert "Conv2D" in person.toasts[0]
    assert "needs" in person.toasts[0]


def test_drop_on_empty_canvas_stays_unwired(person: Any) -> None:
    place = QPoint(person.view.width() - 120, person.view.height() - 60)
    person.take("Dense", place)
    assert "dense_4" in person.names()
    assert not [w for w in person.wires() if "dense_4" in w]
    assert person.id("dense_4") in person.session.project.positions


def test_drop_on_a_card_replaces_and_keeps_the_wires(person: Any) -> None:
    person.take("GaussianNoise", person.spot("dropout_1"))
    assert ("dense_2", "gaussian_noise_1") in person.wires()
    assert ("gaussian_noise_1", "dense_3") in person.wires()
    assert len(person.names()) == 5


def test_drop_above_the_target_becomes_the_output(person: Any) -> None:
    person.take("Dense", gap(person, "dense_3"))
    assert person.session.project.network.outputs == (person.id("dense_4"),)


def test_drag_moves_a_card_and_undo_brings_it_back(person: Any) -> None:
    home = person.scene.nodes[person.id("dropout_1")].pos()
    start = person.spot("dropout_1")
    person.drag(start, start + QPoint(280, 10))
    moved = person.scene.nodes[person.id("dropout_1")].pos()
    assert moved.x() > home.x() + 200
    person.session.undo()
    person.settle()
    assert person.scene.nodes[person.id("dropout_1")].pos() == home


def test_drag_onto_another_slot_reorders(person: Any) -> None:
    person.drag(person.spot("dropout_1"), gap(person, "dense_1"))
    assert person.names() == ["input_1", "dense_1", "dropout_1", "dense_2", "dense_3"]


def test_escape_cancels_a_move(person: Any) -> None:
    start = person.spot("dropout_1")
    home = person.scene.nodes[person.id("dropout_1")].pos()
    person.drag(start, start + QPoint(200, 0), drop=False)
    person.key(Qt.Key.Key_Escape)
    assert person.scene.nodes[person.id("dropout_1")].pos() == home
    assert person.session.stack.count() == 0


def test_a_wire_is_drawn_from_port_to_card(person: Any) -> None:
    person.take("Add", gap(person, "dropout_1"))
    person.drag(person.spot("dense_1", 118, 48), person.spot("add_1"))
    assert ("dense_1", "add_1") in person.wires()
    assert ("dropout_1", "add_1") in person.wires()
    assert not person.session.shapes.problems


def test_candidates_glow_and_circles_are_refused(person: Any) -> None:
    person.drag(person.spot("dropout_1", 118, 48), person.spot("dense_1"), drop=False)
    offers = {name: person.scene.nodes[person.id(name)].offer for name in ("dense_1", "dense_3", "input_1")}
    assert offers == {"dense_1": "misfit", "dense_3": "fits", "input_1": "misfit"}
    QTest.mouseRelease(
        person.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, person.spot("dense_1")
    )
    assert person.session.stack.count() == 0
    assert "circle" in person.toasts[0]


def test_an_end_is_dragged_off_and_put_elsewhere(person: Any) -> None:
    end = person.spot("dense_3", 118, 0)
    person.drag(end, end + QPoint(260, 40))
    assert ("dropout_1", "dense_3") not in person.wires()
    person.session.undo()
    person.settle()
    person.drag(person.spot("dense_3", 118, 0), person.spot("dense_2"))
    assert ("dropout_1", "dense_3") in person.wires()  # dense_2 stands above dropout_1: that would be a circle
    assert person.session.stack.undoText() == ""


def test_a_wire_is_clicked_and_deleted(person: Any) -> None:
    person.click(person.view.viewport(), gap(person, "dense_1"))
    person.key(Qt.Key.Key_Delete)
    assert ("dense_1", "dense_2") not in person.wires()
    assert len(person.names()) == 5


def test_rubber_band_and_shift_click(person: Any) -> None:
    corner = person.spot("dense_1", -40, -10)
    person.drag(corner, person.spot("dense_2", 270, 40))
    assert set(person.session.selection.ids) == {person.id("dense_1"), person.id("dense_2")}
    person.click_card("dense_1", SHIFT)
    person.click_card("dropout_1", SHIFT)
    assert set(person.session.selection.ids) == {person.id("dense_2"), person.id("dropout_1")}


def test_many_cards_move_together(person: Any) -> None:
    person.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    start = person.spot("dense_1")
    person.drag(start, start + QPoint(40, 40))
    assert len(person.session.project.positions) == 5
    assert person.session.stack.undoText() == "Move 5 layers"


def test_wheel_scrolls_and_ctrl_wheel_zooms_to_the_pointer(person: Any) -> None:
    at = QPointF(person.spot("dense_2"))
    before = person.view.mapToScene(at.toPoint())
    wheel(person, at, 120, Qt.KeyboardModifier.ControlModifier)
    assert person.view.zoom > 1.0
    after = person.view.mapToScene(at.toPoint())
    assert abs(after.x() - before.x()) < 2
    assert abs(after.y() - before.y()) < 2
    top = person.view.seen().top()
    wheel(person, at, -120, Qt.KeyboardModifier.NoModifier)
    assert person.view.seen().top() > top
    for _ in range(40):
        wheel(person, at, -120, Qt.KeyboardModifier.ControlModifier)
    assert person.view.zoom == 0.10


def wheel(person: Any, at: QPointF, by: int, modifiers: Qt.KeyboardModifier) -> None:
    port = person.view.viewport()
    spot = QPointF(port.mapToGlobal(at.toPoint()))
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, spot, QPoint(), QPoint(0, by), Qt.MouseButton.NoButton, modifiers, phase, False)
    QApplication.sendEvent(port, event)


def test_middle_drag_and_space_drag_pan(person: Any) -> None:
    seen = person.view.seen().topLeft()
    person.drag(QPoint(700, 300), QPoint(760, 340), button=Qt.MouseButton.MiddleButton)
    moved = seen - person.view.seen().topLeft()
    assert abs(moved.x() * person.view.zoom - 60) < 3
    QTest.keyPress(person.view, Qt.Key.Key_Space)
    person.drag(QPoint(700, 300), QPoint(640, 260))
    QTest.keyRelease(person.view, Qt.Key.Key_Space)
    assert abs(person.view.seen().x() - seen.x()) < 3
    assert person.session.stack.count() == 0


def test_the_minimap_jumps(person: Any) -> None:
    person.view.zoom_to(2.0)
    person.click(person.find("Minimap"), QPoint(74, 98))
    assert person.view.seen().center().y() > person.scene.extent().center().y()
