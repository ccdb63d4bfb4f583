"""The note of a layer: as many lines as a person likes, each pause of typing one undo step."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from engine.project.document import Project
from studio import theme
from studio.document import edits
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Label, Themed, lay, named

PAUSE_MS = 400
LONGEST = 4000
HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class NoteEdit(Themed, QPlainTextEdit):
    """Plain text; Tab leaves it. Undo and redo are the document's."""

    def __init__(self, name: str, commit: Callable[[], object]) -> None:
        super().__init__()
        self._commit = commit
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setFont(theme.font(13))
        self.setMinimumHeight(160)
        self.setPlaceholderText(tr("Why is this layer here? What was tried?"))
        named(self, name)
        self.follow_theme()

    def restyle(self) -> None:
        fill, stroke, hot = (theme.color(t).name() for t in ("bg.raised", "border.strong", "accent.line"))
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {fill}; border: 1px solid {stroke}; border-radius: 6px; padding: 4px; }}"
            f"QPlainTextEdit:focus {{ border-color: {hot}; }}"
        )

    def event(self, event: QEvent) -> bool:
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and any(event.matches(key) for key in HISTORY):
            self._commit()
            event.ignore()
            return False
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)


class NotesTab(QWidget):
    """Edits the note of one node."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self.session, self.node = session, node
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE_MS)
        self._later.timeout.connect(self.commit)
        self.edit = NoteEdit(tr("Note"), self.commit)
        hint = tr("Notes are saved with the project and change nothing that is computed.")
        self.hint = Label(hint, 11, 400, "text.muted", wrap=True)
        lay(self, [self.edit, self.hint, None], True, 8, (16, 12, 16, 12))
        self._shown = ""
        self.refresh()
        self.edit.textChanged.connect(self._typed)

    def refresh(self) -> None:
        """Show the note of the project, unless it is the one that is being typed."""
        node = self.session.project.network.nodes.get(self.node)
        if node is not None and node.note != self._shown:
            self._shown = node.note
            if self.edit.toPlainText() != node.note:
                self.edit.blockSignals(True)
                self.edit.setPlainText(node.note)
                self.edit.blockSignals(False)

    def commit(self) -> None:
        """Take over what was typed."""
        self._later.stop()
        text, nodes = self.edit.toPlainText()[:LONGEST], self.session.project.network.nodes
        if self.node not in nodes or text == self._shown:
            return
        self._shown = text
        node = self.node

        def edit(project: Project) -> Project:
            return edits.set_note(project, node, text)

        self.session.edit(tr("Write a note"), edit, f"note:{node}")

    def _typed(self) -> None:
        self._later.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self.commit()
        super().hideEvent(event)
