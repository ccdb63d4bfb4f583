"""The rubber band: selects the cards and notes it touches."""

from PySide6.QtCore import QPointF, QRectF, Qt

from studio.canvas.gestures.gesture import Gesture, Modifiers


class Band(Gesture):
    """A click on empty canvas selects nothing; a drag selects what the band touches, with Shift in addition."""

    def begin(self) -> None:
        self.kept = self.session.selection.ids

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        band = QRectF(self.origin, at).normalized()
        self.scene.overlay.show_band(band)
        items = (*self.scene.nodes, *self.scene.notes)
        inside = [k for k in items if band.intersects(self.scene.rect_of(k))]
        keep = self.kept if modifiers & Qt.KeyboardModifier.ShiftModifier else ()
        self.session.selection.set(*keep, *inside)

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        if not modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.session.selection.clear()
            self.scene.choose_wire(None)

    def cancel(self) -> None:
        if self.dragging:
            self.session.selection.set(*self.kept)
        super().cancel()
