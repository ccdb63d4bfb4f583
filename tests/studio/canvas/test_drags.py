"""What the design says of drags: thresholds, slots in reach, what slides, what gets the keyboard, zoom limits."""

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QVariantAnimation
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.network.network import stack
from engine.project.document import Project
from studio import theme
from studio.canvas.slots import NEAR
from tests.studio.canvas.people import Person, layer
from tests.studio.conftest import both

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
K = Qt.Key


def gap(person: Person, above: str) -> QPoint:
    return person.spot(above, 118, 62)


def test_the_ghost_appears_after_four_pixels(person: Person) -> None:
    row = person.find("Add Dense")
    start = row.rect().center()
    QTest.mousePress(row, LEFT, NONE, start)
    QTest.mouseMove(row, start + QPoint(3, 0))
    assert person.view.gesture is None
    QTest.mouseMove(row, start + QPoint(6, 0))
    assert person.view.gesture is not None
    QTest.keyClick(person.view, K.Key_Escape)
    assert person.view.gesture is None
    QTest.mouseRelease(row, LEFT, NONE, start)
    assert person.session.stack.count() == 0


def test_slots_show_on_every_wire_within_reach_and_the_nearest_is_lit(person: Person) -> None:
    at = gap(person, "dense_2")
    person.take("BatchNormalization", at, drop=False)
    marks = person.scene.overlay.marks
    here = person.view.mapToScene(at)
    near = [s for s in person.view.gesture.slots if s.distance(here) <= NEAR]
    assert len(marks) == len(near) > 2
    (lit,) = [m for m in marks if m.lit]
    assert abs(lit.y - here.y()) < 20
    person.glide(at, gap(person, "dense_1"))
    (other,) = [m for m in person.scene.overlay.marks if m.lit]
    assert other.y < lit.y
    person.key(K.Key_Escape)


def test_lower_cards_slide_down_and_the_first_setting_has_the_keyboard(person: Person) -> None:
    row = person.find("Add Dense")
    before = person.scene.place_of(person.id("dropout_1"))
    end = gap(person, "dense_2")
    QTest.mousePress(row, LEFT, NONE, row.rect().center())
    person.glide(QPoint(-100, end.y()), end)
    QTest.mouseRelease(person.view.viewport(), LEFT, NONE, end)
    assert person.scene._slide.state() == QVariantAnimation.State.Running
    assert person.scene._slide.duration() == theme.duration("base") == 140
    new = person.id("dense_4")
    assert person.session.shapes.output[new] == (person.session.project.network.nodes[new].layer.units,)  # same frame
    assert person.scene.wires[(new, person.id("dropout_1"), 0)].link.text
    person.settle()
    assert person.scene.place_of(person.id("dropout_1")) == (before[0], before[1] + 76)
    assert person.session.selection.ids == (new,)
    assert person.session.stack.count() == 1
    focus = person.window.focusWidget()
    assert person.page.inspector.isAncestorOf(focus)


def test_alt_drag_of_a_card_duplicates_it(person: Person) -> None:
    start, port = person.spot("dense_2"), person.view.viewport()
    end = start + QPoint(300, 20)
    home = person.scene.place_of(person.id("dense_2"))
    QTest.mousePress(port, LEFT, ALT, start)
    for i in range(1, 7):
        at = start + (end - start) * i / 6
        move = _move(port, at, ALT)
        QApplication.sendEvent(port, move)
    assert person.view.gesture.ghosts
    assert person.scene.place_of(person.id("dense_2")) == home
    QTest.mouseRelease(port, LEFT, ALT, end)
    person.settle()
    new = person.id("dense_4")
    assert person.session.selection.ids == (new,)
    assert person.scene.place_of(new)[0] > home[0] + 250
    assert person.scene.place_of(person.id("dense_2")) == home
    assert person.session.stack.undoText() == "Duplicate dense_2"
    assert not [w for w in person.wires() if "dense_4" in w]


def _move(port: Any, at: QPoint, modifiers: Qt.KeyboardModifier) -> Any:
    spot = QPointF(port.mapToGlobal(at))
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(at), spot, Qt.MouseButton.NoButton, LEFT, modifiers)


def test_pinch_zooms_to_the_fingers(person: Person) -> None:
    at = QPointF(person.spot("dense_2"))
    before = person.view.mapToScene(at.toPoint())
    for value in (0.2, 0.2):
        event = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, at, at,
            QPointF(person.view.viewport().mapToGlobal(at.toPoint())), value, QPointF(),
        )  # fmt: skip
        QApplication.sendEvent(person.view.viewport(), event)
    assert person.view.zoom > 1.2
    after = person.view.mapToScene(at.toPoint())
    assert (after - before).manhattanLength() < 3


def test_zoom_stays_between_ten_and_four_hundred_percent(person: Person) -> None:
    for _ in range(40):
        person.key(K.Key_Plus, CTRL)
    assert person.view.zoom == 4.0
    for _ in range(60):
        person.key(K.Key_Minus, CTRL)
    assert person.view.zoom == 0.10


def test_a_drag_on_the_minimap_pans(person: Person) -> None:
    person.view.zoom_to(2.0)
    small = person.find("Minimap")
    QTest.mousePress(small, LEFT, NONE, QPoint(74, 20))
    top = person.view.seen().center().y()
    for y in (40, 60, 90):
        QApplication.sendEvent(small, _move(small, QPoint(74, y), NONE))
    QTest.mouseRelease(small, LEFT, NONE, QPoint(74, 90))
    assert person.view.seen().center().y() > top + 100


@both
def test_a_delete_that_cannot_heal_is_red_with_a_fix(qtbot: Any, themed: QApplication) -> None:
    network = stack(layer("Input", shape=(18,)), layer("Dense", units=8), layer("Concatenate"), layer("Dense", units=2))
    network, second = network.add(layer("Input", shape=(1,), dtype="int32"))
    network, index = network.add(layer("Embedding", input_dim=7, output_dim=4))
    network, flat = network.add(layer("Flatten"))
    network = network.wire(second.id, index.id).wire(index.id, flat.id).wire(flat.id, "n3")
    person = Person(qtbot, Project(network=network))
    assert person.session.shapes.ok
    person.session.selection.set(flat.id)
    person.key(K.Key_Delete)
    wire = person.scene.wires[(index.id, "n3", 1)]
    assert wire.link.wrong
    assert wire._tone() == "danger.fill"
    assert "ranks differ" in person.scene.nodes["n3"].card.error
    assert person.page.stage.callout.isVisible()
    person.click(person.page.stage.callout.fix)
    person.settle()
    assert person.session.shapes.ok


def test_a_click_on_a_line_of_the_target_edits_it(person: Person) -> None:
    for index, name in enumerate(("Loss", "Optimizer")):
        person.click(person.view.viewport(), person.spot("target:0", 120, 54 + 20 * index))
        assert person.session.selection.ids == ("target:0",)
        assert person.window.focusWidget() is person.find(name)
    person.click(person.view.viewport(), person.spot("target:0", 120, 20))
    assert person.session.stack.count() == 0
