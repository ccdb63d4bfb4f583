"""Where something can float over the canvas: free of a card, its wires and of what floats already, near the card."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from studio.canvas.arrange import CARD_W
from studio.canvas.node_item import NodeItem
from studio.canvas.view import View
from studio.canvas.wire_item import WireItem

STEP = 14
CARD_GAP, WIRE_GAP, FLOAT_GAP = 12.0, 7.0, 6.0
LABEL_W, LABEL_H = 76.0, 18.0
COVERED, AWAY, ASIDE = 4.0, 60.0, 8.0
"""What a covered pixel of another card costs, a pixel away from the card, and a pixel up or down from it."""
Rects = NDArray[np.float64]


class Places:
    """What stands around a card, in pixels of the view.

    kept: rectangles that are never covered: the card, its wires with their labels, floating panels. others: the rest of
    the cards and wires, covered only where there is no other room; cards: the cards among them.
    """

    def __init__(self, view: View, card: str, floating: list[QRectF]) -> None:
        self._view = view
        self.room = QRectF(view.viewport().rect())
        self.card = self._of_card(card)
        mine = set(view.canvas.touching.get(card, ()))
        kept = [_grown(self.card, CARD_GAP), *(_grown(r, FLOAT_GAP) for r in floating)]
        cards: list[QRectF] = []
        others: list[QRectF] = []
        for item in view.items(view.viewport().rect()):
            if isinstance(item, WireItem):
                (kept if item.link.key in mine else others).extend(self._of_wire(item))
            elif isinstance(item, NodeItem) and item.card.id != card:
                cards.append(self._of_card(item.card.id))
        others += [_grown(r, CARD_GAP) for r in cards]
        self.kept, self.cards, self.others = _rects(kept), _rects(cards), _rects(others)

    def best(self, width: int, height: int, edge: int, spare: bool = False) -> tuple[int, int] | None:
        """Return the best place for the top left corner of a box; None when each covers what must be kept.

        spare: keep all cards free.
        """
        if not self.card.intersects(self.room):
            return None
        at = self._choices(width, height, edge)
        free = at[_covered(at, width, height, self.kept) == 0]
        if spare:
            free = free[_covered(free, width, height, self.cards) == 0]
        if not len(free):
            return None
        cost = COVERED * _covered(free, width, height, self.others) + self._away(free, width, height)
        x, y = free[int(np.argmin(cost))]
        return int(x), int(y)

    def _choices(self, width: int, height: int, edge: int) -> Rects:
        """Return the corners (x, y) at which the box lies within the room."""
        last_x, last_y = self.room.width() - width - edge, self.room.height() - height - edge
        if last_x < edge or last_y < edge:
            return np.empty((0, 2))
        across, down = (np.unique(np.append(np.arange(edge, last, STEP), last)) for last in (last_x, last_y))
        return np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)

    def _away(self, at: Rects, width: int, height: int) -> Any:
        card = self.card
        dx = np.maximum(np.maximum(card.left() - at[:, 0] - width, at[:, 0] - card.right()), 0)
        dy = np.maximum(np.maximum(card.top() - at[:, 1] - height, at[:, 1] - card.bottom()), 0)
        level = np.abs(at[:, 1] + height / 2 - card.center().y())
        return AWAY * np.hypot(dx, dy) + ASIDE * level

    def _of_card(self, card: str) -> QRectF:
        item = self._view.canvas.nodes.get(card)
        if item is None:
            return QRectF()
        return QRectF(self._view.mapFromScene(QRectF(item.x(), item.y(), CARD_W, item.card.height)).boundingRect())

    def _of_wire(self, wire: WireItem) -> list[QRectF]:
        """Return the straight parts of a wire and its label, as rectangles."""
        points = [QPointF(self._view.mapFromScene(QPointF(*p))) for p in wire.route.points]
        parts = [QRectF(a, b).normalized() for a, b in itertools.pairwise(points)]
        label, zoom = QPointF(self._view.mapFromScene(QPointF(*wire.route.label))), self._view.zoom
        left = label.x() - (LABEL_W / 2 * zoom if wire.route.pill else 0)
        text = QRectF(left, label.y() - LABEL_H / 2 * zoom, LABEL_W * zoom, LABEL_H * zoom)
        return [*(_grown(r, WIRE_GAP) for r in parts), text]


def _grown(rect: QRectF, by: float) -> QRectF:
    return rect.adjusted(-by, -by, by, by)


def _rects(rects: Any) -> Rects:
    """Return rectangles as rows of left, top, right, bottom."""
    found = [(r.left(), r.top(), r.right(), r.bottom()) for r in rects]
    return np.array(found, np.float64).reshape(-1, 4)


def _covered(at: Rects, width: int, height: int, rects: Rects) -> Any:
    """Return how many pixels of the rectangles a box covers at each place."""
    left, top = at[:, :1], at[:, 1:]
    across = np.minimum(left + width, rects[:, 2]) - np.maximum(left, rects[:, 0])
    down = np.minimum(top + height, rects[:, 3]) - np.maximum(top, rects[:, 1])
    return (np.maximum(across, 0) * np.maximum(down, 0)).sum(1)
