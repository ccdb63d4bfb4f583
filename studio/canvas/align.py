"""Lining up a selection: where its cards and notes go. Pure functions of their rectangles."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF

from studio.canvas.arrange import Point, snapped

Rects = Mapping[str, QRectF]
Places = dict[str, Point]


def _edge(find: Callable[[Rects], float], move: Callable[[QRectF, float], Point]) -> Callable[[Rects], Places]:
    def aligned(rects: Rects) -> Places:
        line = find(rects)
        return {id: snapped(*move(rect, line)) for id, rect in rects.items()}

    return aligned


def _middle_of(rects: Rects, of: Callable[[QRectF], float]) -> float:
    values = [of(r) for r in rects.values()]
    return (min(values) + max(values)) / 2


def _distribute_across(rects: Rects) -> Places:
    order = sorted(rects, key=lambda id: rects[id].center().x())
    room = rects[order[-1]].right() - rects[order[0]].left()
    gap = (room - sum(rects[id].width() for id in order)) / max(len(order) - 1, 1)
    places, x = {}, rects[order[0]].left()
    for id in order:
        places[id] = snapped(x, rects[id].top())
        x += rects[id].width() + gap
    return places


def _distribute_down(rects: Rects) -> Places:
    order = sorted(rects, key=lambda id: rects[id].center().y())
    room = rects[order[-1]].bottom() - rects[order[0]].top()
    gap = (room - sum(rects[id].height() for id in order)) / max(len(order) - 1, 1)
    places, y = {}, rects[order[0]].top()
    for id in order:
        places[id] = snapped(rects[id].left(), y)
        y += rects[id].height() + gap
    return places


WAYS: Mapping[str, Callable[[Rects], Places]] = {
    "left": _edge(lambda rs: min(r.left() for r in rs.values()), lambda r, x: (x, r.top())),
    "centre": _edge(lambda rs: _middle_of(rs, lambda r: r.center().x()), lambda r, x: (x - r.width() / 2, r.top())),
    "right": _edge(lambda rs: max(r.right() for r in rs.values()), lambda r, x: (x - r.width(), r.top())),
    "top": _edge(lambda rs: min(r.top() for r in rs.values()), lambda r, y: (r.left(), y)),
    "middle": _edge(lambda rs: _middle_of(rs, lambda r: r.center().y()), lambda r, y: (r.left(), y - r.height() / 2)),
    "bottom": _edge(lambda rs: max(r.bottom() for r in rs.values()), lambda r, y: (r.left(), y - r.height())),
    "across": _distribute_across,
    "down": _distribute_down,
}
"""Way -> function from rectangles to places."""
LEAST = {"across": 3, "down": 3}
"""How many must be selected, where it is more than two."""
