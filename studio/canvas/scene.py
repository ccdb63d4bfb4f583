"""The scene: a view of the session's network, shapes and problems. It keeps no truth, only items and view state."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QGraphicsScene

from engine.project.document import Project
from studio import theme
from studio.canvas import arrange, picture
from studio.canvas.arrange import Point
from studio.canvas.hits import Hits
from studio.canvas.node_item import NodeItem, Running, remeasure
from studio.canvas.note_item import NoteItem
from studio.canvas.overlay import Overlay
from studio.canvas.picture import Card, Link, LinkKey, Picture
from studio.canvas.route import ALIGNED, Box, Route, Side, Span, entries, lanes, route
from studio.canvas.shared_item import SharedItem
from studio.canvas.wire_item import WireItem
from studio.document.live import Live
from studio.text import tr

RUN_MS = 100
"""Cards follow a running fit at most ten times a second."""
STILL_FROM = 200
"""Above this many moved cards nothing slides: cards jump."""
PICTURES_KB = 65_536
"""Room for the pictures of the cards on a large screen: those that are not found are painted anew."""
ROOM = 4000.0
"""Pixels around the cards that belong to the scene: each change of its rectangle indexes all items anew."""
BLANK = Route(((0.0, 0.0), (0.0, 1.0)), "bottom", "top", (0.0, 0.0), False)


class Scene(Hits, QGraphicsScene):
    """All cards and wires of one project.

    `drawn` follows every refresh, `moved(cards)` every preview (the minimap repaints); `wire_chosen` carries the key of
    the selected wire or None.
    """

    drawn = Signal()
    moved = Signal(object)
    wire_chosen = Signal(object)

    def __init__(self, session: Any) -> None:
        super().__init__()
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), PICTURES_KB))
        self.session = session
        self._extent: QRectF | None = None
        self._room = QRectF()
        self.nodes: dict[str, NodeItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.wires: dict[LinkKey, WireItem] = {}
        self.touching: dict[str, list[LinkKey]] = {}
        self.places: dict[str, Point] = {}
        self.pace = "base"
        self.chosen_wire: LinkKey | None = None
        self.picture = Picture({}, {})
        self.overlay = Overlay()
        self.addItem(self.overlay)
        self.shared = SharedItem()
        self.addItem(self.shared)
        self._sharing: tuple[str, ...] = ()
        self._side: dict[LinkKey, Side] = {}
        self._spans: dict[LinkKey, Span] = {}
        self._laned: dict[LinkKey, Span] = {}
        self._lane: dict[LinkKey, int] = {}
        self._chosen: frozenset[str] = frozenset()
        self._wire_shown: LinkKey | None = None
        self._slide = self._animation()
        self._from: dict[str, Point] = {}
        self._to: dict[str, Point] = {}
        session.changed.connect(self.refresh)
        session.selection.changed.connect(self.show_selection)
        theme.signals.changed.connect(self.restyle)
        self._runs = False
        self._run_later = QTimer(self)
        self._run_later.setSingleShot(True)
        self._run_later.setInterval(RUN_MS)
        self._run_later.timeout.connect(self.show_run)
        session.live_changed.connect(self._running)
        self.refresh()

    # ---- refreshing ------------------------------------------------------------------------------------------------
    def refresh(self, before: Project | None = None, after: Project | None = None) -> None:
        """Draw what differs between the picture now and the one shown."""
        self._slide.stop()
        new = picture.draw(self.session, self.picture)
        fresh, resized = self._update_cards(new.cards)
        rewired, blamed = self._update_wires(new.links)
        self._update_notes()
        self.picture = new
        self._extent = None
        self._place(self._wanted_places(), fresh, resized | rewired, slide=before is not None)
        if not self._room.contains(self.extent()):
            self._room = self.extent().adjusted(-ROOM, -ROOM, ROOM, ROOM)
            self.setSceneRect(self._room)
        self.show_run()
        self.show_selection()
        self._show_side_ports(blamed - rewired)
        self._mark(fresh | rewired)
        self.drawn.emit()

    def _update_cards(self, cards: Mapping[str, Card]) -> tuple[set[str], set[str]]:
        """Return the cards that are new and those that have another height."""
        for gone in [k for k in self.nodes if k not in cards]:
            self.removeItem(self.nodes.pop(gone))
            del self.places[gone]
        fresh, resized = set[str](), set[str]()
        for key, card in cards.items():
            item = self.nodes.get(key)
            if item is None:
                self.nodes[key] = item = NodeItem(card)
                self.addItem(item)
                fresh.add(key)
            elif item.card is not card:
                if item.card.height != card.height:
                    resized.add(key)
                item.show_card(card)
        self._sharing = tuple(key for key, card in cards.items() if card.shares)
        return fresh, resized

    def _wanted_places(self) -> dict[str, Point]:
        notes = {key: (note.x, note.y) for key, note in self.session.project.notes.items()}
        return {**arrange.places(self.session.project), **notes}

    def _update_notes(self) -> None:
        shown = self.session.project.notes
        for gone in [k for k in self.notes if k not in shown]:
            self.removeItem(self.notes.pop(gone))
            self.places.pop(gone, None)
        for key, note in shown.items():
            if key not in self.notes:
                self.notes[key] = NoteItem(key, note)
                self.addItem(self.notes[key])
            self.notes[key].show_note(note)

    def _update_wires(self, links: Mapping[LinkKey, Link]) -> tuple[set[str], set[str]]:
        """Return the cards whose wires came or went, and those with a wire that is wrong now, or no longer."""
        gone = [k for k in self.wires if k not in links]
        rewired = {end for key in gone for end in key[:2] if end in self.nodes}
        blamed = set[str]()
        for key in gone:
            self.removeItem(self.wires.pop(key))
            self._side.pop(key, None)
            self._spans.pop(key, None)
        if self.chosen_wire not in links:
            self.chosen_wire = None
        for key, link in links.items():
            item = self.wires.get(key)
            if item is None:
                self.wires[key] = item = WireItem(link, BLANK)
                self.addItem(item)
                rewired.update(key[:2])
            elif item.link is not link:
                if item.link.wrong != link.wrong:
                    blamed.add(key[1])
                item.show_link(link, item.route)
        if rewired or self.touching.keys() != self.nodes.keys():
            self._touch(links)
        return rewired, blamed

    def _touch(self, links: Iterable[LinkKey]) -> None:
        self.touching = {k: [] for k in self.nodes}
        for key in links:
            self.touching[key[0]].append(key)
            self.touching[key[1]].append(key)

    # ---- places ----------------------------------------------------------------------------------------------------
    def _place(self, places: Mapping[str, Point], fresh: set[str], rewired: set[str], *, slide: bool) -> None:
        moved = {k: p for k, p in places.items() if self.places.get(k) != p}
        old = {k: self.places[k] for k in moved if k in self.places}
        self._put({k: p for k, p in moved.items() if k not in old})
        if slide and old and len(old) < STILL_FROM and theme.duration(self.pace):
            self._from, self._to = old, {k: moved[k] for k in old}
            self.reroute({*fresh, *rewired})
            self._slide.setDuration(theme.duration(self.pace))
            self._slide.start()
        else:
            self._put(moved)
            self.reroute({*moved, *rewired})

    def _animation(self) -> QVariantAnimation:
        animation = QVariantAnimation(self)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        animation.valueChanged.connect(self._slid)
        return animation

    def _slid(self, t: float) -> None:
        places = {k: _between(self._from[k], p, t) for k, p in self._to.items() if self.item(k) is not None}
        self.preview(places)
        if t == 1.0:
            self.reroute(places)

    def settle(self) -> None:
        """End a slide at once: a gesture begins."""
        if self._slide.state() == QVariantAnimation.State.Running:
            self._slide.stop()
            self._slid(1.0)

    def preview(self, places: Mapping[str, Point]) -> None:
        """Move cards on the screen only, with their wires."""
        self._put(places)
        self.reroute(places, relane=False)
        self.show_shared()
        self.moved.emit(frozenset(places))

    def _put(self, places: Mapping[str, Point]) -> None:
        self._extent = None
        self.places.update(places)
        for key, (x, y) in places.items():
            item = self.item(key)
            if item is not None:
                item.setPos(x, y)

    def item(self, key: str) -> NodeItem | NoteItem | None:
        """Return the card or the note with an id."""
        return self.nodes.get(key) or self.notes.get(key)

    def place_of(self, key: str) -> Point:
        """Return where a card or note is shown now."""
        return self.places.get(key, (0.0, 0.0))

    def rect_of(self, key: str) -> QRectF:
        """Return the rectangle of a card or note in the scene."""
        item = self.item(key)
        if isinstance(item, NoteItem):
            return item.rect()
        return QRectF() if item is None else QRectF(item.x(), item.y(), arrange.CARD_W, item.card.height)

    # ---- wires -----------------------------------------------------------------------------------------------------
    def reroute(self, cards: Iterable[str], *, relane: bool = True) -> None:
        """Find the ways of the wires of some cards. relane: brackets may change lanes (not while a card is in hand)."""
        cards = [card for card in cards if card in self.nodes]
        targets = {key[1] for card in cards for key in self.touching[card]}
        sides = {key: side for target in targets for key, side in self._sides(target)}
        self._side.update(sides)
        away = self._relaned(sides) if relane else set()
        for key in sides.keys() | away:
            item = self.wires[key]
            way = route(self._box(key[0]), self._box(key[1]), self._side[key], self._lane.get(key, 0))
            item.show_link(item.link, way)
        self._show_side_ports({end for key in sides.keys() | away for end in key[:2]}.union(cards))

    def _box(self, card: str) -> Box:
        x, y = self.places[card]
        return Box(x, y, self.nodes[card].card.height)

    def _sides(self, target: str) -> list[tuple[LinkKey, Side]]:
        keys = sorted((k for k in self.touching[target] if k[1] == target), key=lambda k: k[2])
        sides = entries(self._box(target), [self._box(k[0]) for k in keys])
        return list(zip(keys, sides, strict=True))

    def _relaned(self, sides: Mapping[LinkKey, Side]) -> set[LinkKey]:
        """Find the lanes of all brackets when one came, went or changed; return those that have another lane now."""
        for key, side in sides.items():
            if side != "top" and abs(self.places[key[0]][0] - self.places[key[1]][0]) <= ALIGNED:
                ends = self.places[key[0]][1], self.places[key[1]][1]
                self._spans[key] = min(ends), max(ends)
            else:
                self._spans.pop(key, None)
        if self._spans == self._laned:
            return set()
        before, self._lane, self._laned = self._lane, lanes(self._spans), dict(self._spans)
        return {key for key, lane in self._lane.items() if before.get(key, 0) != lane}

    def _show_side_ports(self, cards: Iterable[str]) -> None:
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
        before, chosen = self._chosen, frozenset(self.session.selection.ids)
        if chosen:
            self.chosen_wire = None
        cards = before ^ chosen if len(before) > 1 < len(chosen) else before | chosen
        wires = {w for w in (self.chosen_wire, self._wire_shown) if w is not None}
        self._chosen, self._wire_shown = chosen, self.chosen_wire
        self._mark(cards, wires)
        self.show_shared()

    def show_shared(self) -> None:
        """Link the cards that use the weights of a selected card, or of the one under the pointer."""
        pairs: dict[frozenset[str], tuple[str, str]] = {}
        for key in self._sharing:
            item = self.nodes[key]
            if item.chosen or item.hovered:
                pairs |= {frozenset((key, other)): (key, other) for other in item.card.shares if other in self.nodes}
        self.shared.show_segments(tuple((self._right(a), self._right(b)) for a, b in pairs.values()))

    def _right(self, card: str) -> QPointF:
        item = self.nodes[card]
        return QPointF(item.x() + arrange.CARD_W, item.y() + 24)

    def _mark(self, cards: Iterable[str], wires: Iterable[LinkKey] = ()) -> None:
        """Show on these cards, on their wires and on these wires whether they are selected."""
        chosen = self._chosen
        touched = set(wires)
        for card in cards:
            if card in self.nodes:
                self.nodes[card].choose(card in chosen, len(chosen) == 1)
                touched.update(self.touching[card])
            elif card in self.notes:
                self.notes[card].mark(chosen=card in chosen, found=self.notes[card].found)
        for key in touched & self.wires.keys():
            hot = key[0] in chosen or key[1] in chosen
            self.wires[key].mark(hot=hot, chosen=key == self.chosen_wire)

    def choose_wire(self, key: LinkKey | None) -> None:
        """Select one wire, or none."""
        if key:
            self.session.selection.clear()
        self.chosen_wire = key
        self.show_selection()
        self.wire_chosen.emit(key)

    # ---- a running fit ---------------------------------------------------------------------------------------------
    def _running(self, live: Live | None) -> None:
        if live is None:
            self.show_run()
        elif not self._run_later.isActive():
            self._run_later.start()

    def show_run(self) -> None:
        """Show on the cards whose weights are being trained how far the fit is, and how large their gradients are."""
        live = self.session.live
        if live is None and not self._runs:
            return
        self._runs = live is not None
        scope = getattr(self.session, "scope", ())
        trained = live.nodes if live is not None else frozenset()
        here = set(self.nodes) if scope and scope[0] in trained else trained if not scope else set()
        norms = self.session.gradient_norms
        for key, item in self.nodes.items():
            learns = key in here and not item.card.frozen and item.card.count not in ("", "–")
            item.run(_running(live, norms.get(key)) if live is not None and learns else None)

    def restyle(self, mode: object = None) -> None:
        """Repaint everything in the new colours and fonts."""
        remeasure()
        for item in self.nodes.values():
            item.update()  # its picture is kept until then
        self.update()


def _running(live: Live, norm: float | None) -> Running:
    said = tr("grad {norm}", norm=f"{norm:.2g}") if norm is not None else ""
    return Running(live.share, tr("epoch {n}", n=live.epoch), said)


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
