"""Panning with the middle button or Space."""

from PySide6.QtCore import QPointF, Qt

from studio.canvas.gestures.gesture import Gesture, Modifiers


class Pan(Gesture):
    """The point that was pressed stays under the pointer. Points are those of the viewport."""

    def start(self, at: QPointF, modifiers: Modifiers) -> None:
        super().start(at, modifiers)
        self.at = at
        self.view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        self.view.pan(at - self.at)
        self.at = at

    def clear(self) -> None:
        super().clear()
        self.view.viewport().unsetCursor()
