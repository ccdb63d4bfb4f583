"""What is seen at first, and the callout of an error: nothing of them is cut or hidden."""

from typing import Any

from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QApplication

from engine.network.network import stack
from engine.project.document import Project
from tests.studio.canvas.people import Person, layer


def test_a_network_that_can_be_read_is_seen_whole(qtbot: Any, themed: QApplication) -> None:
    hidden = layer("Dense", units=8)
    shares = []
    for layers in (6, 9, 10):
        person = Person(qtbot, Project(network=stack(layer("Input", shape=(4,)), *[hidden] * layers)))
        port, extent = person.view.viewport().rect(), person.scene.extent()
        shares.append(port.height() / (extent.height() + 36))
        person.view.start_view()
        if shares[-1] >= 0.6:  # as small as names and settings are still written
            assert port.contains(person.view.mapFromScene(extent).boundingRect()), shares
    assert any(0.6 <= share < 0.75 for share in shares), shares


def test_a_callout_is_never_cut_by_the_edges(person: Person) -> None:
    person.session.edit("Wrong", _with_wrong_shape)
    person.settle()
    callout = person.page.stage.callout
    assert callout.isVisible()
    room = QRectF(person.view.rect())
    for dx, dy in ((0, 0), (-180, 0), (260, 0), (0, -160), (200, 160)):
        person.view._scroll_by(dx, dy)
        QApplication.processEvents()
        if callout.isVisible():
            assert room.contains(QRectF(callout.geometry())), (dx, dy)


def _with_wrong_shape(project: Project) -> Project:
    conv = layer("Conv2D", filters=4, kernel_size=3)
    return Project(network=stack(layer("Input", shape=(18,)), conv, layer("Dense", units=2)))


def test_a_callout_that_nobody_asked_for_covers_no_card(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, crossing())
    person.window.resize(1120, 700)
    person.page.show_drawer("right", True)
    callout, selection = person.page.stage.callout, person.session.selection
    seen = []
    for zoom in (0.5, 0.62, 0.75, 0.9, 1.0):
        for node in ("", str(callout.problem.node)):
            selection.set(node) if node else selection.clear()
            person.view.zoom_to(zoom)
            person.view.reveal(str(callout.problem.node))
            callout.place()
            others = [n for n in person.scene.nodes if n != callout.problem.node]
            covers = any(on_screen(person, n).intersects(callout.geometry()) for n in others)
            seen.append((bool(node), callout.isVisible(), callout.isVisible() and covers))
    assert (False, True, True) not in seen
    assert (True, True, True) in seen, "whoever selects the card sees its callout all the same"


def crossing() -> Project:
    """Return a long stack with a branch beside it that a Concatenate of unlike ranks joins: there is little room."""
    hidden = layer("Dense", units=8)
    network = stack(layer("Input", shape=(18,)), *[hidden] * 5, layer("Concatenate"), hidden)
    network, index = network.add(layer("Input", shape=(1,), dtype="int32"))
    network, code = network.add(layer("Embedding", input_dim=7, output_dim=4))
    return Project(network=network.wire(index.id, code.id).wire(code.id, "n7"))


def on_screen(person: Person, node: str) -> QRect:
    """Return where a card is seen, in pixels of the canvas."""
    item = person.scene.nodes[node]
    return person.view.mapFromScene(QRectF(item.x(), item.y(), 236, item.card.height)).boundingRect()
