"""The table of the Data page, for those who work by keyboard."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent

from studio.widgets import Table

Flag = QItemSelectionModel.SelectionFlag


class Grid(Table):
    """The rows by keyboard: `picked(column, extend)` when Space (Ctrl+Space) picks the column of the current cell."""

    picked = Signal(object, object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and at.isValid():
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.selectionModel().select(at, Flag.Columns | (Flag.Toggle if extend else Flag.ClearAndSelect))
            self.picked.emit(at.column(), extend)
        else:
            super().keyPressEvent(event)
