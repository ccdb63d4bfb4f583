"""The scene: a view of the session's network, shapes and problems. It keeps no truth, only items and view state."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QVariantAnimation, Signal
from PySide6.QtWidgets import QGraphicsScene

from engine.network.network import Wire
from engine.project.document import Project
from studio import theme
from studio.canvas import arrange, picture
from studio.canvas.arrange import Point
from studio.canvas.node_item import NodeItem
from studio.canvas.overlay import Overlay
from studio.canvas.picture import Card, Link, LinkKey, Picture
from studio.canvas.route import Route, Side, entries, lanes, route
from studio.canvas.wire_item import WireItem

STILL_FROM = 200
"""Above this many moved cards nothing slides: cards jump."""


class Scene(QGraphicsScene):
    """All cards and wires of one project.

    `drawn` follows every refresh, `moved` every preview (the minimap repaints); `wire_chosen` carries the key of the
    selected wire or None.
    """

    drawn = Signal()
    moved = Signal()
    wire_chosen = Signal(object)

    def __init__(self, session: Any) -> None:
        super().__init__()
        self.session = session
        self._extent: QRectF | None = None
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[LinkKey, WireItem] = {}
        self.touching: dict[str, list[LinkKey]] = {}
        self.chosen_wire: LinkKey | None = None
        self.picture = Picture({}, {})
        self.overlay = Overlay()
        self.addItem(self.overlay)
        self._lane: dict[object, int] = {}
        self._slide = self._animation()
        self._from: dict[str, Point] = {}
        self._to: dict[str, Point] = {}
        session.changed.connect(self.refresh)
        session.selection.changed.connect(self.show_selection)
        theme.signals.changed.connect(self.restyle)
        self.refresh()

    # ---- refreshing ------------------------------------------------------------------------------------------------
    def refresh(self, before: Project | None = None, after: Project | None = None) -> None:
        """Draw what differs between the picture now and the one shown."""
        self._slide.stop()
        new = picture.draw(self.session)
        fresh = self._update_cards(new.cards)
        self._update_wires(new.links)
        self.picture = new
        self._extent = None
        self._place(arrange.places(self.session.project), fresh, slide=before is not None)
        self.show_selection()
        self.drawn.emit()

    def _update_cards(self, cards: Mapping[str, Card]) -> set[str]:
        for gone in [k for k in self.nodes if k not in cards]:
            self.removeItem(self.nodes.pop(gone))
        fresh = {k for k in cards if k not in self.nodes}
        for key, card in cards.items():
            if key in fresh:
                self.nodes[key] = NodeItem(card)
                self.addItem(self.nodes[key])
            else:
                self.nodes[key].show_card(card)
        return fresh

    def _update_wires(self, links: Mapping[LinkKey, Link]) -> None:
        for gone in [k for k in self.wires if k not in links]:
            self.removeItem(self.wires.pop(gone))
        if self.chosen_wire not in links:
            self.chosen_wire = None
        self.touching = {k: [] for k in self.nodes}
        blank = Route(((0.0, 0.0), (0.0, 1.0)), "bottom", "top", (0.0, 0.0), False)
        for key, link in links.items():
            self.touching[key[0]].append(key)
            self.touching[key[1]].append(key)
            if key not in self.wires:
                self.wires[key] = WireItem(link, blank)
                self.addItem(self.wires[key])
            self.wires[key].show_link(link, self.wires[key].route)

    # ---- places ----------------------------------------------------------------------------------------------------
    def _place(self, places: Mapping[str, Point], fresh: set[str], *, slide: bool) -> None:
        moved = {k: p for k, p in places.items() if k in fresh or (self.nodes[k].x(), self.nodes[k].y()) != p}
        old = {k: (self.nodes[k].x(), self.nodes[k].y()) for k in moved if k not in fresh}
        self._put({k: p for k, p in moved.items() if k in fresh})
        if slide and old and len(old) < STILL_FROM and theme.duration("base"):
            self._from, self._to = old, {k: moved[k] for k in old}
            self.reroute()
            self._slide.setDuration(theme.duration("base"))
            self._slide.start()
        else:
            self._put(moved)
            self.reroute()

    def _animation(self) -> QVariantAnimation:
        animation = QVariantAnimation(self)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        animation.valueChanged.connect(self._slid)
        return animation

    def _slid(self, t: float) -> None:
        self.preview({k: _between(self._from[k], p, t) for k, p in self._to.items() if k in self.nodes})

    def settle(self) -> None:
        """End a slide at once: a gesture begins."""
        if self._slide.state() == QVariantAnimation.State.Running:
            self._slide.stop()
            self._slid(1.0)

    def preview(self, places: Mapping[str, Point]) -> None:
        """Move cards on the screen only, with their wires."""
        self._put(places)
        near = {key for k in places for key in self.touching.get(k, ())}
        self.reroute({key[1] for key in near})
        self.moved.emit()

    def _put(self, places: Mapping[str, Point]) -> None:
        self._extent = None
        for key, (x, y) in places.items():
            self.nodes[key].setPos(x, y)

    # ---- wires -----------------------------------------------------------------------------------------------------
    def reroute(self, targets: Iterable[str] | None = None) -> None:
        """Find the ways of all wires, or of those into some cards."""
        wanted = None if targets is None else set(targets)
        cards = self.nodes if wanted is None else wanted
        into = {card: [k for k in self.touching[card] if k[1] == card] for card in cards}
        sides = {key: side for target, keys in into.items() for key, side in self._sides(target, keys)}
        if wanted is None:
            self._lane = lanes({k: self._span(k) for k, side in sides.items() if self._is_bracket(k, side)})
        for key, side in sides.items():
            source, target = self.nodes[key[0]].box(), self.nodes[key[1]].box()
            self.wires[key].show_link(self.wires[key].link, route(source, target, side, self._lane.get(key, 0)))
        self._show_side_ports(wanted)

    def _sides(self, target: str, keys: list[LinkKey]) -> list[tuple[LinkKey, Side]]:
        keys = sorted(keys, key=lambda k: k[2])
        sides = entries(self.nodes[target].box(), [self.nodes[k[0]].box() for k in keys])
        return list(zip(keys, sides, strict=True))

    def _is_bracket(self, key: LinkKey, side: Side) -> bool:
        return side != "top" and abs(self.nodes[key[0]].x() - self.nodes[key[1]].x()) <= 40

    def _span(self, key: LinkKey) -> tuple[float, float]:
        a, b = self.nodes[key[0]].y(), self.nodes[key[1]].y()
        return min(a, b), max(a, b)

    def _show_side_ports(self, wanted: set[str] | None) -> None:
        cards = self.nodes if wanted is None else {end for t in wanted for k in self.touching[t] for end in k[:2]}
        for card in cards:
            used: dict[Side, bool] = {}
            for key in self.touching[card]:
                item = self.wires[key]
                side = item.route.start if key[0] == card else item.route.end
                used[side] = used.get(side, False) or (item.link.wrong and key[1] == card)
            self.nodes[card].use_sides(used)

    # ---- selection -------------------------------------------------------------------------------------------------
    def show_selection(self, ids: object = None) -> None:
        """Show the session's selection on cards and wires."""
        chosen = set(self.session.selection.ids)
        if chosen:
            self.chosen_wire = None
        for key, item in self.nodes.items():
            item.choose(key in chosen, len(chosen) == 1)
        for wire, drawn in self.wires.items():
            drawn.mark(hot=wire[0] in chosen or wire[1] in chosen, chosen=wire == self.chosen_wire)

    def choose_wire(self, key: LinkKey | None) -> None:
        """Select one wire, or none."""
        if key:
            self.session.selection.clear()
        self.chosen_wire = key
        self.show_selection()
        self.wire_chosen.emit(key)

    def restyle(self, mode: object = None) -> None:
        """Repaint everything in the new colours."""
        self.update()

    # ---- questions -------------------------------------------------------------------------------------------------
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

    def extent(self) -> QRectF:
        """Return the rectangle that holds all cards."""
        if self._extent is None:
            boxes = [item.box() for item in self.nodes.values()]
            if not boxes:
                return QRectF()
            left, top = min(b.x for b in boxes), min(b.y for b in boxes)
            right, bottom = max(b.x for b in boxes) + arrange.CARD_W, max(b.bottom for b in boxes)
            self._extent = QRectF(left, top, right - left, bottom - top)
        return QRectF(self._extent)

    def network_wire(self, key: LinkKey) -> Wire | None:
        """Return the wire of the network that a link draws; None for the link to a target card."""
        wire = Wire(*key)
        return wire if wire in self.session.project.network.wires else None


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
