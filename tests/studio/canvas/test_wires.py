"""Wires by mouse: from either end, off one end, onto another, with a layer at the loose end; what they look like."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHoverEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget

from engine.network.network import Network, stack
from engine.project.document import Project
from studio import theme
from studio.canvas.wire_item import WireItem
from tests.studio.canvas.people import Person, layer
from tests.studio.conftest import both

K = Qt.Key
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier


def merged(qtbot: Any) -> Person:
    """Return someone with input -> dense_1 -> dense_2 -> add_1 -> dense_3 and a loose dense_4 at the side."""
    network = stack(layer("Input", shape=(18,)), layer("Dense", units=64), layer("Dense", units=64), layer("Add"),
                    layer("Dense", units=3))  # fmt: skip
    network, loose = network.add(layer("Dense", units=64))
    project = Project(network=network, positions={loose.id: (420.0, 152.0)})
    return Person(qtbot, project)


def empty_place(person: Person) -> QPoint:
    return QPoint(person.view.width() - 90, person.view.height() - 120)


def quick_rows(person: Person) -> list[tuple[str, str, bool]]:
    rows = person.find("Layers that can be added", QListWidget)
    data = [rows.item(i).data(Qt.ItemDataRole.UserRole) for i in range(rows.count())]
    return [(record.KERAS, note, fits) for record, note, fits in data]


def key_of(person: Person, source: str, target: str) -> Any:
    return next(k for k in person.scene.wires if k[:2] == (person.id(source), person.id(target)))


# ---- drawing ---------------------------------------------------------------------------------------------------------
@both
def test_a_wire_is_drawn_backwards_from_an_input_port(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    person.drag(person.spot("dense_4", 118, 0), person.spot("dense_1"))
    assert ("dense_1", "dense_4") in person.wires()


def test_while_drawing_ports_that_fit_are_lit_and_others_fade_and_explain(person: Person) -> None:
    person.drag(person.spot("dropout_1", 118, 48), person.spot("dense_1"), drop=False)
    nodes = person.scene.nodes
    assert nodes[person.id("dense_3")].offer == "fits"
    assert nodes[person.id("dense_3")].opacity() == 1.0
    assert nodes[person.id("dense_1")].opacity() == 0.4
    remark = person.scene.overlay.remark
    assert remark is not None
    assert not remark.fits
    assert "circle" in remark.text
    person.glide(person.spot("dense_1"), person.spot("dense_3"))
    assert person.scene.overlay.remark.fits
    assert person.scene.overlay.remark.text == "fits: (7)"
    assert nodes[person.id("dense_3")].offer == "near"
    person.key(K.Key_Escape)
    assert nodes[person.id("dense_1")].opacity() == 1.0
    assert person.scene.overlay.remark is None
    assert person.session.stack.count() == 0


def test_a_drop_on_empty_canvas_offers_what_fits_there(person: Person) -> None:
    person.drag(person.spot("dense_2", 118, 48), empty_place(person))
    assert person.page.stage.quick_add.isVisible()
    assert person.page.stage.quick_add.where.full_text() == "after dense_2"
    rows = quick_rows(person)
    assert ("Dropout", "(64) → (64)", True) in rows
    fits = [fit for *_, fit in rows]
    assert fits == sorted(fits, reverse=True)  # what does not fit comes last
    QTest.keyClicks(person.find("Quick add"), "gaussiannoise")
    QTest.keyClick(person.find("Quick add"), K.Key_Return)
    person.settle()
    assert ("dense_2", "gaussian_noise_1") in person.wires()


@both
def test_from_an_input_port_it_offers_what_can_feed_it(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    person.drag(person.spot("dense_4", 118, 0), empty_place(person))
    assert person.page.stage.quick_add.where.full_text() == "feeds dense_4"
    rows = {name: fits for name, _, fits in quick_rows(person)}
    assert rows["Input"]
    assert rows["Dense"]
    assert not rows["Conv2D"]
    QTest.keyClicks(person.find("Quick add"), "dropout")
    QTest.keyClick(person.find("Quick add"), K.Key_Return)
    person.settle()
    assert ("dropout_1", "dense_4") in person.wires()
    assert person.session.stack.count() == 1


@both
def test_the_link_tool_draws_from_anywhere_on_a_card(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    person.click(person.find("Link tool"))
    person.drag(person.spot("dense_4"), person.spot("add_1"))
    assert ("dense_4", "add_1") in person.wires()
    assert person.view.tool == "link"
    person.key(K.Key_Escape)
    assert person.view.tool == "select"


def test_the_pan_tool_pans(person: Person) -> None:
    person.click(person.find("Pan tool"))
    seen = person.view.seen().topLeft()
    person.drag(person.spot("dense_2"), person.spot("dense_2") + QPoint(50, 30))
    assert person.view.seen().topLeft() != seen
    assert person.session.stack.count() == 0
    person.key(K.Key_V)
    assert person.view.tool == "select"
    assert person.find("Select tool").isChecked()


# ---- re-plugging -----------------------------------------------------------------------------------------------------
@both
def test_the_start_of_a_wire_is_put_elsewhere(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    person.drag(person.spot("dense_4", 118, 48), person.spot("add_1"))
    route = person.scene.wires[key_of(person, "dense_4", "add_1")].route
    (x, y), (bx, by) = route.points[0], route.points[1]
    near = QPointF(x + 12 * ((bx > x) - (bx < x)), y + 12 * ((by > y) - (by < y)))
    person.drag(person.view.mapFromScene(near), person.spot("dense_1"))
    assert ("dense_1", "add_1") in person.wires()
    assert ("dense_4", "add_1") not in person.wires()
    assert person.session.stack.undoText() == "Move wire"


@both
def test_alt_keeps_the_old_wire_too(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    end, other = person.spot("add_1", 118, 0), person.spot("dense_4")
    port = person.view.viewport()
    QTest.mousePress(port, LEFT, ALT, end)
    for i in range(1, 7):
        QTest.mouseMove(port, end + (other - end) * i / 6)
    QTest.mouseRelease(port, LEFT, ALT, other)
    person.settle()
    assert {("dense_2", "add_1"), ("dense_2", "dense_4")} <= person.wires()


def test_an_end_dropped_on_nothing_detaches(person: Person) -> None:
    end = person.spot("dense_3", 118, 0)
    person.drag(end, end + QPoint(260, 40))
    assert ("dropout_1", "dense_3") not in person.wires()
    assert person.session.stack.undoText() == "Delete wire"


# ---- looks -----------------------------------------------------------------------------------------------------------
def hover(item: WireItem, on: bool) -> None:
    (item.hoverEnterEvent if on else item.hoverLeaveEvent)(QHoverEvent(QEvent.Type.HoverEnter, QPointF(), QPointF(), QPointF()))  # fmt: skip  # noqa: E501


def test_a_hovered_wire_thickens_and_its_plus_inserts(person: Person) -> None:
    key = key_of(person, "dense_1", "dense_2")
    item = person.scene.wires[key]
    assert item._thickness() == 1.75
    hover(item, True)
    assert item._thickness() == 2.5
    at = person.view.mapFromScene(item.plus())
    person.click(person.view.viewport(), at)
    assert person.page.stage.quick_add.where.full_text() == "between dense_1 and dense_2"
    QTest.keyClicks(person.find("Quick add"), "dropout")
    QTest.keyClick(person.find("Quick add"), K.Key_Return)
    person.settle()
    assert {("dense_1", "dropout_2"), ("dropout_2", "dense_2")} <= person.wires()


def test_short_trunk_wires_have_plain_text_long_ones_a_pill(qtbot: Any, themed: QApplication) -> None:
    person = merged(qtbot)
    assert not person.scene.wires[key_of(person, "dense_1", "dense_2")].route.pill
    person.drag(person.spot("dense_1", 118, 48), person.spot("add_1"))
    bracket = person.scene.wires[key_of(person, "dense_1", "add_1")].route
    assert bracket.pill
    assert bracket.start == bracket.end == "left"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_wires_in_their_states(qtbot: Any, themed: QApplication, mode: Any) -> None:
    theme.apply(themed, mode)
    person = merged(qtbot)
    item = person.scene.wires[key_of(person, "dense_1", "dense_2")]
    assert item._tone() == "canvas.wire"
    person.click_card("dense_1")
    assert item._tone() == "canvas.wireHot"
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(theme.color("bg.canvas"))
    painter = QPainter(image)
    painter.translate(-item.boundingRect().topLeft())
    item.paint(painter, None)  # type: ignore[arg-type]
    painter.end()
    hot = theme.color("canvas.wireHot").rgb()
    assert any(image.pixel(x, y) == hot for x in range(60) for y in range(60))


def test_an_unknown_shape_is_dashed_with_a_question_mark(qtbot: Any, themed: QApplication) -> None:
    network = Network()
    network, dense = network.add(layer("Dense", units=3))
    network, below = network.add(layer("Dense", units=2))
    person = Person(qtbot, Project(network=network.wire(dense.id, below.id).with_outputs(below.id)))
    (link,) = [w.link for k, w in person.scene.wires.items() if k[0] == dense.id]
    assert link.unknown
    assert link.text == ""
