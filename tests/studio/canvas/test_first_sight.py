"""What is seen at first, and the callout of an error: nothing of them is cut or hidden."""

from typing import Any

from PySide6.QtCore import QRectF
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
