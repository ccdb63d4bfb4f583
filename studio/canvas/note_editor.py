"""The field in which a note is written, laid over the note at the size of the view."""

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from studio import theme
from studio.canvas.note_item import PAD, SIZE
from studio.canvas.view import View
from studio.document import edits
from studio.document.note_edits import LONGEST
from studio.text import tr

SMALLEST_TEXT = 11
"""Pixels; while it is written a note can be read at any zoom."""


class NoteEditor(QPlainTextEdit):
    """Opens on `View.note_asked(id or None, rect)`. Leaving it, Esc and Ctrl+Enter keep the text as one step.

    A new note enters the document with its first text; one that is emptied is deleted.
    """

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.view, self.session = view, view.session
        self.id: str | None = None
        self.rect_ = QRectF()
        self.setAccessibleName(tr("Note text"))
        self.setAccessibleDescription(tr("Esc keeps the text and returns to the canvas."))
        self.setPlaceholderText(tr("Write a note"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        view.note_asked.connect(self.open)
        view.viewed.connect(self.place)
        view.canvas.drawn.connect(self._drawn)

    def open(self, id: str | None, rect: QRectF) -> None:
        """Write a note; without an id a new one in a rectangle of the scene."""
        self.close_note()
        self.id, self.rect_ = id, rect
        known = self.session.project.notes.get(id or "")
        self.setPlainText(known.text if known else "")
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.place()
        self.show()
        self.raise_()
        self.setFocus()

    def place(self) -> None:
        """Lie over the note."""
        item = self.view.canvas.notes.get(self.id or "")
        self.rect_ = item.rect() if item is not None else self.rect_
        self.setFont(theme.font(max(SMALLEST_TEXT, round(SIZE * self.view.zoom))))
        self.document().setDocumentMargin(max(PAD * self.view.zoom - 3, 2))
        self.setGeometry(self.view.mapFromScene(self.rect_).boundingRect())

    def close_note(self) -> None:
        """Take the text over and go away."""
        if self.isHidden():
            return
        text, id, rect = self.toPlainText().strip()[:LONGEST], self.id, self.rect_
        self.hide()
        if id is None and text:
            self.view.add_note_at(rect, text)
        elif id in self.session.project.notes and text:
            self.session.edit(tr("Write note"), lambda project: edits.write_note(project, id or "", text))
        elif id in self.session.project.notes:
            self.session.edit(tr("Delete note"), lambda project: edits.remove_notes(project, [id or ""]))

    def _drawn(self) -> None:
        if self.id is not None and self.id not in self.view.canvas.notes:
            self.hide()
        else:
            self.place()

    # ---- keys ------------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        mine = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if mine and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        done = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape or (done and control):
            self.close_note()
            self.view.setFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_note()
