"""A wire drawn by keys: arrows choose the card at its other end, Enter connects, Esc leaves everything as it was."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainterPath

from studio.canvas.arrange import CARD_W, PITCH
from studio.canvas.gestures.wire import Draw
from studio.canvas.overlay import Remark
from studio.canvas.picture import LinkKey, shape_text
from studio.canvas.route import ALIGNED, Side, route
from studio.canvas.wire_item import rounded
from studio.text import tr
from studio.widgets.announce import announce

WAYS = {
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
}  # fmt: skip
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_L)


class Connect(Draw):
    """Begins at a card; the nearest card that fits is chosen at first. Tab goes on to the next one that fits."""

    BY_KEYS = True

    def __init__(self, view: object, card: str, *, outgoing: bool, old: LinkKey | None = None) -> None:
        super().__init__(view, card, "bottom" if outgoing else "top", outgoing=outgoing, old=old)

    def open(self) -> bool:
        """Begin; return whether there is any card to choose."""
        self.dragging = True
        self.begin()
        kept = None if self.old is None else self.old[1] if self.outgoing else self.old[0]
        self._choose(kept or next(iter(self._fitting()), None) or next(iter(self._by_distance()), None))
        return self.over is not None

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; return whether it was one of this gesture's."""
        key = event.key()
        if key in WAYS:
            self._choose(self._towards(*WAYS[Qt.Key(key)]) or self.over)
        elif key == Qt.Key.Key_Tab:
            self._choose(self._next_fitting())
        elif key in ENTER:
            self._finish()
        else:
            return False
        return True

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _choose(self, card: str | None) -> None:
        if card is None:
            return
        self.choose(card)
        self.view.reveal(card)
        self.scene.overlay.show_draft(self._way(card), self.fits[card].fits)
        words = self._words(card)
        self.scene.overlay.show_remark(words)
        shown = self.scene.nodes[card].card
        announce(self.view, f"{shown.name or shown.title}: {words.text}")

    def _way(self, card: str) -> QPainterPath:
        """Return the way that the wire would go: past the cards between its ends."""
        ends = (self.card, card) if self.outgoing else (card, self.card)
        source, target = (self.scene.nodes[end].box() for end in ends)
        near = 0 <= target.y - source.bottom <= PITCH
        side: Side = "left" if abs(source.x - target.x) <= ALIGNED and not near else "top"
        return rounded(route(source, target, side).points)

    def _words(self, card: str) -> Remark:
        rect, result = self.scene.rect_of(card), self.fits[card]
        at = QPointF(rect.x() + CARD_W + 10, rect.y() + 12)
        if not result.fits:
            return Remark(at, result.reason, False)
        shape = shape_text(result.shape)
        return Remark(at, tr("Enter connects · {shape}", shape=shape) if shape else tr("Enter connects"))

    def _finish(self) -> None:
        over = self.over
        self.view.gesture = None
        if over is not None and self.fits[over].fits:
            self.connect(over, False)
            chosen = over if self.outgoing else self.card
            self.session.selection.set(chosen)
        elif over is not None:
            self.view.said.emit(tr("No wire there: {reason}.", reason=self.fits[over].reason))
        self.clear()

    def _place(self, card: str) -> QPointF:
        return self.scene.rect_of(card).center()

    def _by_distance(self) -> list[str]:
        """Return the other cards, those in the direction of the wire first, the nearest first."""
        here, way = self._place(self.card), 1 if self.outgoing else -1

        def far(card: str) -> tuple[bool, float]:
            gap = self._place(card) - here
            return gap.y() * way <= 0, abs(gap.x()) + abs(gap.y())

        return sorted(self.fits, key=far)

    def _fitting(self) -> list[str]:
        wired = {k[1] if self.outgoing else k[0] for k in self.scene.touching[self.card]}
        return [c for c in self._by_distance() if self.fits[c].fits and c not in wired]

    def _next_fitting(self) -> str | None:
        fitting = self._fitting()
        if not fitting:
            return self.over
        at = fitting.index(self.over) if self.over in fitting else -1
        return fitting[(at + 1) % len(fitting)]

    def _towards(self, dx: int, dy: int) -> str | None:
        """Return the nearest card in a direction, straight ones before oblique ones."""
        here = self._place(self.over or self.card)

        def cost(card: str) -> float:
            gap = self._place(card) - here
            along, across = gap.x() * dx + gap.y() * dy, abs(gap.x() * dy) + abs(gap.y() * dx)
            return along + 2 * across if along > 8 else float("inf")

        best = min((c for c in self.fits if c != self.over), key=cost, default=None)
        return best if best is not None and cost(best) < float("inf") else None
