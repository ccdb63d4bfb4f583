"""The field in which a note is written, laid over the note at the size of the view."""

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from studio import theme
from studio.canvas.note_item import PAD, SIZE
from studio.canvas.view import View
from studio.document import edits
from studio.document.note_edits import LONGEST
from studio.text import tr

KEEP_MS = 400
"""After such a pause the text is in the document, so that saving and closing lose nothing."""
SMALLEST_TEXT = 11
"""Pixels; while it is written a note can be read at any zoom."""


class NoteEditor(QPlainTextEdit):
    """Opens on `View.note_asked(id or None, rect)`. A pause, leaving it, Esc and Ctrl+Enter keep the text.

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
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(KEEP_MS)
        self._later.timeout.connect(self._keep)
        self.textChanged.connect(self._typed)
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
        """Take the text over and go away; a note that was emptied is deleted."""
        if self.isHidden():
            return
        self._later.stop()
        self.hide()
        self._keep()
        id = self.id
        if id in self.session.project.notes and not self._text():
            self.session.edit(tr("Delete note"), lambda project: edits.remove_notes(project, [str(id)]))

    def _text(self) -> str:
        return self.toPlainText().strip()[:LONGEST]

    def _typed(self) -> None:
        if self.isVisible():
            self._later.start()

    def _keep(self) -> None:
        """Put what is written into the document; steps of one note in quick succession become one."""
        text, id = self._text(), self.id
        if id is None and text:
            self.view.add_note_at(self.rect_, text)
            self.id = next((i for i in self.session.selection.notes), None)
        elif id in self.session.project.notes and text:
            key = f"write:{id}"
            self.session.edit(tr("Write note"), lambda project: edits.write_note(project, str(id), text), key)

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
