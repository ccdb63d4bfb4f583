"""Dragging cards: they follow the pointer; over a slot a single layer changes its place in the stack."""

from PySide6.QtCore import QPointF, Qt

from studio.canvas import slots
from studio.canvas.arrange import Point, snapped
from studio.canvas.gestures.gesture import Gesture, Modifiers
from studio.canvas.slots import Slot
from studio.canvas.trial import Trial
from studio.document import edits
from studio.text import tr

REACH = 30.0
"""Moving is the first meaning of this drag: a slot lights up only when the pointer is this near."""
PULL = 8.0


class Move(Gesture):
    """Press on a card. A click selects it; a drag moves the selection."""

    def __init__(self, view: object, card: str) -> None:
        super().__init__(view)  # type: ignore[arg-type]
        self.card = card
        self.before: dict[str, Point] = {}
        self.slots: list[Slot] = []
        self.lit: Slot | None = None
        self.trial: Trial | None = None

    def start(self, at: QPointF, modifiers: Modifiers) -> None:
        super().start(at, modifiers)
        self.scene.settle()
        selection = self.session.selection
        if modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            selection.toggle(self.card)
        elif self.card not in selection:
            selection.set(self.card)

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        if not modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            self.session.selection.set(self.card)

    def begin(self) -> None:
        moved = self.session.selection.ids if self.card in self.session.selection else (self.card,)
        items = self.scene.nodes
        self.before = {k: (items[k].x(), items[k].y()) for k in moved if k in items}
        for key in self.before:
            items[key].setZValue(20)
        node = self.session.project.network.nodes.get(self.card)
        if len(self.before) == 1 and node is not None and node.layer.KERAS != "Input":
            self.slots = [s for s in slots.all_slots(self.scene) if self.card not in (s.source, s.target)]

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        self.scene.preview(self._places(at))
        close = slots.near(self.slots, at, REACH)
        if close:
            layer = self.session.project.network.nodes[self.card].layer
            drawn, self.lit, self.trial = slots.marks(self.session, layer, close[:1], tr("Move here"))
            self.scene.overlay.show_marks(drawn)
        else:
            self.lit = self.trial = None
            self.scene.overlay.show_marks(())

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        if self.lit is None:
            places = self._places(at)
            label = tr("Move {n} layers", n=len(places)) if len(places) > 1 else tr("Move")
            self.session.edit(label, lambda project: edits.move(project, places))
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
        for key in self.before:
            if key in self.scene.nodes:
                self.scene.nodes[key].setZValue(10)

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _places(self, at: QPointF) -> dict[str, Point]:
        dx, dy = at.x() - self.origin.x(), at.y() - self.origin.y()
        x, y = self.before.get(self.card, (0.0, 0.0))
        sx, sy = snapped(self._pulled(x + dx), y + dy)
        return {k: (px + sx - x, py + sy - y) for k, (px, py) in self.before.items()}

    def _pulled(self, x: float) -> float:
        """Return x, or the left edge of another card when it is within 8 pixels: columns stay straight."""
        edges = (place[0] for key, place in self.scene.places.items() if key not in self.before)
        return min((e for e in edges if abs(e - x) <= PULL), key=lambda e: abs(e - x), default=x)

    def _back(self) -> None:
        self.scene.preview(self.before)

    def _reorder(self, place: Slot) -> None:
        name = self.session.project.network.nodes[self.card].name
        label = tr("Move {name}", name=name)
        if not self.session.edit(label, lambda project: place.take(project, self.card)):
            self._back()
