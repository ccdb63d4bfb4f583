"""The history list: all undo steps by name. A click or Enter goes there, several steps at once."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from studio import theme
from studio.document.session import Session
from studio.document.undo import UndoStack
from studio.text import tr
from studio.widgets import Themed

Index = QModelIndex | QPersistentModelIndex
LOOK = {
    "done": ("check", "text.muted", "text.primary"),
    "current": ("arrow-right", "accent.line", "text.primary"),
    "undone": ("redo-2", "text.muted", "text.muted"),
}
"""Of each state: icon, its colour, and the colour of the text."""
ROW = 26


class Steps(QAbstractListModel):
    """The stack as rows: first the document as it was opened, then a row for each step. Row i has i steps done."""

    def __init__(self, stack: UndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._at, self._count = 0, 1

    def follow(self) -> None:
        """Show the stack as it is now."""
        self.beginResetModel()
        self._at, self._count = self._stack.index(), self._stack.count() + 1
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() > self._stack.count():
            return None
        icon, tone, ink = LOOK[self.state(index.row())]
        answers: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: self.label(index.row()),
            Qt.ItemDataRole.ToolTipRole: self.label(index.row()),
            Qt.ItemDataRole.AccessibleTextRole: self.sentence(index.row()),
            Qt.ItemDataRole.DecorationRole: theme.pixmap(icon, tone, 14),
            Qt.ItemDataRole.ForegroundRole: theme.color(ink),
            Qt.ItemDataRole.FontRole: theme.font(12, 600 if index.row() == self._at else 400),
            Qt.ItemDataRole.SizeHintRole: QSize(120, ROW),
        }
        return answers.get(role)

    def state(self, row: int) -> str:
        """Return "done", "current" or "undone"."""
        return "current" if row == self._at else "done" if row < self._at else "undone"

    def label(self, row: int) -> str:
        """Return what a row says."""
        if row:
            return self._stack.text(row - 1)
        return tr("As opened") if self._stack.whole() else tr("Earlier steps are no longer kept")

    def sentence(self, row: int) -> str:
        """Return what a screen reader says of a row."""
        said = {"done": tr("done"), "current": tr("current state"), "undone": tr("undone")}
        return f"{self.label(row)}, {said[self.state(row)]}"


class HistoryList(Themed, QListView):
    """Follows the session's undo stack."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.steps = Steps(session.stack, self)
        self.setModel(self.steps)
        self.setAccessibleName(tr("History"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setViewportMargins(12, 6, 8, 4)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.clicked.connect(self._go)
        session.stack.indexChanged.connect(self._follow)
        self.follow_theme()
        self._follow()

    def _follow(self) -> None:
        """Show the steps as they are; a hidden list does so when it is shown."""
        if self.isVisible():
            self.steps.follow()
            here = self.steps.index(self.session.stack.index())
            self.setCurrentIndex(here)
            self.scrollTo(here)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _go(self, index: QModelIndex) -> None:
        if index.isValid():
            self.session.go_to(index.row())
