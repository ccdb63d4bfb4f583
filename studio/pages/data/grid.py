"""The table of the Data page, for those who work by keyboard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from studio.widgets import Table


class Grid(Table):
    """The rows by keyboard: `picked(column, extend)` when Space (Ctrl+Space) picks the column of the current cell."""

    picked = Signal(object, object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and at.isValid():
            self.picked.emit(at.column(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().keyPressEvent(event)
