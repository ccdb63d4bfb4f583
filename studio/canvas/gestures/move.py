"""Dragging cards and notes: they follow the pointer and line up; over a slot a layer changes its place in the stack."""

from PySide6.QtCore import QPointF, Qt

from studio.canvas import slots
from studio.canvas.arrange import Point
from studio.canvas.gestures.gesture import Gesture, Modifiers
from studio.canvas.node_item import NodeItem
from studio.canvas.slots import Slot
from studio.canvas.snap import Snap
from studio.canvas.trial import Trial
from studio.document import edits
from studio.document.note_edits import is_note
from studio.text import plural, tr

REACH = 30.0
"""Moving is the first meaning of this drag: a slot lights up only when the pointer is this near."""
MANY = 60
"""Of more cards than this no ghosts are drawn while they are copied, only their guides."""
ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Move(Gesture):
    """Press on a card or note. A click selects it; a drag moves the selection, with Alt a copy of it."""

    def __init__(self, view: object, card: str) -> None:
        super().__init__(view)  # type: ignore[arg-type]
        self.card = card
        self.before: dict[str, Point] = {}
        self.slots: list[Slot] = []
        self.lit: Slot | None = None
        self.trial: Trial | None = None
        self.copying = False
        self.ghosts: dict[str, NodeItem] = {}

    def start(self, at: QPointF, modifiers: Modifiers) -> None:
        super().start(at, modifiers)
        self.scene.settle()
        selection = self.session.selection
        if modifiers & (SHIFT | CTRL):
            selection.toggle(self.card)
        elif self.card not in selection:
            selection.set(self.card)

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        if modifiers & (SHIFT | CTRL):
            return
        self.session.selection.set(self.card)
        item = self.scene.nodes.get(self.card)
        line = item.line_at(at) if item is not None else None
        if line is not None:
            self.view.line_asked.emit(line)

    def begin(self) -> None:
        moved = self.session.selection.ids if self.card in self.session.selection else (self.card,)
        self.before = {k: self.scene.place_of(k) for k in moved if self.scene.item(k) is not None}
        self._raise(20)
        seen = self.view.seen()
        others = (self.scene.rect_of(k) for k in self.scene.places if k not in self.before)
        self.snap = Snap(rect for rect in others if seen.intersects(rect))
        self.rect = self.scene.rect_of(self.card)
        node = self.session.project.network.nodes.get(self.card)
        if len(self.before) == 1 and node is not None and node.layer.KERAS != "Input":
            self.slots = [s for s in slots.all_slots(self.scene) if self.card not in (s.source, s.target)]

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        self.copying = bool(modifiers & ALT) and any(not k.startswith("target:") for k in self.before)
        places = self._places(at)
        self._show(places)
        close = slots.near(self.slots, at, REACH) if not self.copying else []
        if close:
            layer = self.session.project.network.nodes[self.card].layer
            drawn, self.lit, self.trial = slots.marks(self.session, layer, close[:1], tr("Move here"))
            self.scene.overlay.show_marks(drawn)
            self.scene.overlay.show_guides(())
        else:
            self.lit = self.trial = None
            self.scene.overlay.show_marks(())

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        if self.copying:
            self._copy(at)
        elif self.lit is None:
            places = self._places(at)
            self.session.edit(tr("Move {what}", what=self._what()), lambda project: edits.place(project, places))
        elif self.trial and not self.trial.fits:
            self._back()
            self.view.said.emit(tr("It does not fit there: {reason}. Nothing was changed.", reason=self.trial.reason))
        else:
            self._reorder(self.lit)

    def cancel(self) -> None:
        self._back()
        super().cancel()

    def clear(self) -> None:
        super().clear()
        self._raise(10)
        self._drop_ghosts()

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _what(self) -> str:
        cards = [k for k in self.before if not is_note(k)]
        if not cards:
            return plural(len(self.before), "note", "notes")
        if len(self.before) > 1:
            return plural(len(cards), "layer", "layers")
        node = self.session.project.network.nodes.get(cards[0])
        return node.name if node else tr("target")

    def _raise(self, z: float) -> None:
        for key in self.before:
            if key in self.scene.nodes:
                self.scene.nodes[key].setZValue(z)

    def _places(self, at: QPointF) -> dict[str, Point]:
        way = at - self.origin
        line = self.snap.of(self.rect.translated(way))
        self.scene.overlay.show_guides(line.guides)
        dx, dy = way.x() + line.dx, way.y() + line.dy
        return {k: (x + dx, y + dy) for k, (x, y) in self.before.items()}

    def _show(self, places: dict[str, Point]) -> None:
        if not self.copying:
            self._drop_ghosts()
            self.scene.preview(places)
            return
        if not self.ghosts:
            self._back()
            self._make_ghosts()
        for key, ghost in self.ghosts.items():
            ghost.setPos(*places[key])

    def _make_ghosts(self) -> None:
        for key in [k for k in self.before if k in self.session.project.network.nodes][:MANY]:
            ghost = NodeItem(self.scene.nodes[key].card)
            ghost.ghost = True
            ghost.setOpacity(0.92)
            ghost.setZValue(40)
            self.scene.addItem(ghost)
            self.ghosts[key] = ghost

    def _drop_ghosts(self) -> None:
        for ghost in self.ghosts.values():
            self.scene.removeItem(ghost)
        self.ghosts = {}

    def _back(self) -> None:
        self.scene.preview(self.before)

    def _copy(self, at: QPointF) -> None:
        places = {k: p for k, p in self._places(at).items() if not k.startswith("target:")}
        before = self.session.project
        if self.session.edit(tr("Duplicate {what}", what=self._what()), lambda p: edits.copies_at(p, places)):
            after = self.session.project
            self.session.selection.set(*edits.added(before, after), *edits.new_notes(before, after))

    def _reorder(self, place: Slot) -> None:
        name = self.session.project.network.nodes[self.card].name
        label = tr("Move {name}", name=name)
        if not self.session.edit(label, lambda project: place.take(project, self.card)):
            self._back()
