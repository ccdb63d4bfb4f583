"""What lies where on the canvas: questions to the scene."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF

from engine.network.network import Wire
from studio.canvas import arrange
from studio.canvas.arrange import Point
from studio.canvas.node_item import NodeItem
from studio.canvas.note_item import NoteItem
from studio.canvas.picture import LinkKey
from studio.canvas.route import Side
from studio.canvas.wire_item import WireItem


class Hits:
    """Mixed into the scene."""

    session: Any
    items: Any
    nodes: Mapping[str, NodeItem]
    notes: Mapping[str, NoteItem]
    places: Mapping[str, Point]
    _extent: QRectF | None

    def card_at(self, point: QPointF, apart_from: str | None = None) -> str | None:
        """Return the id of the topmost card under a point of the scene."""
        for item in self.items(point):
            if isinstance(item, NodeItem) and item.card.id != apart_from and self._inside(item, point):
                return item.card.id
        return None

    def _inside(self, item: NodeItem, point: QPointF) -> bool:
        return item.card.id in self.nodes and item.contains(item.mapFromScene(point))

    def port_at(self, point: QPointF) -> tuple[str, Side] | None:
        """Return (card, side) of the port under a point of the scene."""
        reach = QRectF(point.x() - 16, point.y() - 16, 32, 32)
        for item in self.items(reach):
            if isinstance(item, NodeItem) and item.card.id in self.nodes and (side := item.port_at(point)):
                return item.card.id, side
        return None

    def wire_at(self, point: QPointF) -> LinkKey | None:
        """Return the key of the wire under a point of the scene."""
        found = next((item for item in self.items(point) if isinstance(item, WireItem)), None)
        return found.link.key if found else None

    def note_at(self, point: QPointF) -> str | None:
        """Return the id of the topmost note under a point of the scene."""
        return next((item.id for item in self.items(point) if isinstance(item, NoteItem)), None)

    def extent(self) -> QRectF:
        """Return the rectangle that holds all cards and notes."""
        if self._extent is None:
            if not self.places:
                return QRectF()
            extent = QRectF()
            if self.nodes:
                cards = [(*self.places[key], item.card.height) for key, item in self.nodes.items()]
                left, top = min(x for x, _, _ in cards), min(y for _, y, _ in cards)
                right, bottom = max(x for x, _, _ in cards) + arrange.CARD_W, max(y + h for _, y, h in cards)
                extent = QRectF(left, top, right - left, bottom - top)
            for note in self.notes.values():
                extent = extent.united(note.rect())
            self._extent = extent
        return QRectF(self._extent)

    def network_wire(self, key: LinkKey) -> Wire | None:
        """Return the wire of the network that a link draws; None for the link to a target card."""
        wire = Wire(*key)
        return wire if wire in self.session.project.network.wires else None
