"""Orthogonal wires: which side of a card a wire uses, the corners of its way, and where its shape is written."""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from studio.canvas.arrange import CARD_W, Point

Side = Literal["top", "bottom", "left", "right"]
Span = tuple[float, float]
Key = TypeVar("Key", bound=tuple[str, str, int])
LEAD = 16.0
BRACKET = 44.0
LANE = 20.0
ALIGNED = 40.0


@dataclass(frozen=True, slots=True)
class Box:
    """A card's rectangle in the scene."""

    x: float
    y: float
    height: float

    @property
    def centre(self) -> float:
        return self.x + CARD_W / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def port(self, side: Side) -> Point:
        """Return the middle of a side; side ports sit level with the icon tile."""
        points = {
            "top": (self.centre, self.y),
            "bottom": (self.centre, self.bottom),
            "left": (self.x, self.y + 24),
            "right": (self.x + CARD_W, self.y + 24),
        }
        return points[side]


@dataclass(frozen=True, slots=True)
class Route:
    """A wire's way. `pill`: the shape sits on the line in a pill; else it stands 12 px right of it as plain text."""

    points: tuple[Point, ...]
    start: Side
    end: Side
    label: Point
    pill: bool


def entries(target: Box, sources: Sequence[Box]) -> list[Side]:
    """Return the side by which each wire enters a card: the most straight one by the top, the others by the sides."""
    if not sources:
        return []
    above = [i for i, box in enumerate(sources) if box.bottom <= target.y]
    trunk = min(
        above or range(len(sources)), key=lambda i: (abs(sources[i].x - target.x), target.y - sources[i].bottom)
    )
    sides: list[Side] = ["right" if box.x > target.x + ALIGNED else "left" for box in sources]
    sides[trunk] = "top"
    return sides


def route(source: Box, target: Box, end: Side, lane: int = 0) -> Route:
    """Return the way of one wire from a card to a side of another; `lane` spreads brackets that overlap."""
    if end == "top":
        return _down(source, target)
    if abs(source.x - target.x) <= ALIGNED:
        return _bracket(source, target, end, lane)
    return _corner(source, target, end)


def _down(source: Box, target: Box) -> Route:
    (ax, ay), (bx, by) = source.port("bottom"), target.port("top")
    if by < ay + LEAD:
        return _around(source, target)
    if abs(ax - bx) < 1:
        return Route(((ax, ay), (ax, by)), "bottom", "top", (ax + 12, (ay + by) / 2), by - ay > 60)
    middle = max(by - LEAD, (ay + by) / 2) if by - ay > 2 * LEAD else (ay + by) / 2
    points = ((ax, ay), (ax, middle), (bx, middle), (bx, by))
    return Route(points, "bottom", "top", ((ax + bx) / 2, middle), True)


def _around(source: Box, target: Box) -> Route:
    """A wire back up: out at the bottom, past the nearer free side, in at the top."""
    (ax, ay), (bx, by) = source.port("bottom"), target.port("top")
    right = max(source.x, target.x) + CARD_W + LEAD
    side = right if abs(source.x - target.x) < CARD_W + LEAD else (ax + bx) / 2
    points = ((ax, ay), (ax, ay + LEAD), (side, ay + LEAD), (side, by - LEAD), (bx, by - LEAD), (bx, by))
    return Route(points, "bottom", "top", (side, (ay + by) / 2), True)


def _bracket(source: Box, target: Box, side: Side, lane: int) -> Route:
    (ax, ay), (bx, by) = source.port(side), target.port(side)
    reach = BRACKET + LANE * lane
    x = min(ax, bx) - reach if side == "left" else max(ax, bx) + reach
    return Route(((ax, ay), (x, ay), (x, by), (bx, by)), side, side, (x, (ay + by) / 2), True)


def _corner(source: Box, target: Box, end: Side) -> Route:
    (ax, ay), (bx, by) = source.port("bottom"), target.port(end)
    clear = ax > bx + LEAD if end == "right" else ax < bx - LEAD
    if clear and by > ay + LEAD:
        return Route(((ax, ay), (ax, by), (bx, by)), "bottom", end, (ax, (ay + by) / 2), True)
    x = bx + LEAD * 1.5 if end == "right" else bx - LEAD * 1.5
    points = ((ax, ay), (ax, ay + LEAD), (x, ay + LEAD), (x, by), (bx, by))
    return Route(points, "bottom", end, (x, (ay + LEAD + by) / 2), True)


def lanes(spans: Mapping[Key, Span]) -> dict[Key, int]:
    """Return a lane for each bracket so that those whose spans overlap differ; short ones stay inside."""
    lane: dict[Key, int] = {}
    taken: list[list[Span]] = []
    for key, span in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1][0], item[0])):
        place = next((i for i, spans_there in enumerate(taken) if _free(spans_there, span)), len(taken))
        taken.extend([] for _ in range(place + 1 - len(taken)))
        bisect.insort(taken[place], span)
        lane[key] = place
    return lane


def _free(taken: list[Span], span: Span) -> bool:
    """Whether a span overlaps none of a lane, which are sorted and apart from each other."""
    top, bottom = span
    after = bisect.bisect_left(taken, (bottom,))
    return after == 0 or taken[after - 1][1] <= top
