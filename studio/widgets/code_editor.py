"""An editor of Python code: a `CodeView` that a person types in, with indents, its own undo, and no trap for Tab."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QTextCursor

from studio.widgets.code import CodeView
from studio.widgets.line_diff import differences

INDENT = "    "
UNDO, REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
K = Qt.Key
COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
ELSEWHERE = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
"""The keyboard comes back: a menu opens, another window is in front."""


class CodeEditor(CodeView):
    """Signals: `typed()` after each change by the person; `entered(line)` when the cursor comes to another line by the
    person's doing; `commanded()` before a key of the window is used or a menu opens, so that what is typed counts;
    `left()` when the keyboard goes elsewhere in the window.

    Tab goes on to the next control; with several lines selected it indents them, Shift+Tab takes an indent away.
    Ctrl+/ makes comments of lines, or code of comments. Undo
    is the text's own while there is something of it to take back, else the window's.
    """

    typed = Signal()
    entered = Signal(object)
    commanded = Signal()
    left = Signal()

    def __init__(self, text: str = "", *, name: str, size: int = 12) -> None:
        self._quiet = True
        self._line = 0
        super().__init__("", name=name, size=size, editable=True)
        self.textChanged.connect(self._changed)
        self.cursorPositionChanged.connect(self._moved)
        self._quiet = False
        self.set_text(text)
        self._forget_undo()

    # ---- text ------------------------------------------------------------------------------------------------------
    def text(self) -> str:
        """Return what stands in it."""
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Show another text: only lines that differ are touched, cursor and view stay. Its own undo begins anew."""
        old, new = self.toPlainText().split("\n"), text.split("\n")
        if old == new:
            return
        self._quiet = True
        place = self.verticalScrollBar().value()
        pen = QTextCursor(self.document())
        pen.beginEditBlock()
        for first, last, lines in reversed(differences(old, new)):
            self._replace(pen, first, last, lines, len(old))
        pen.endEditBlock()
        self._forget_undo()
        self.verticalScrollBar().setValue(place)
        self._quiet = False
        self._line = self.line()
        self._mark()

    def _replace(self, pen: QTextCursor, first: int, last: int, lines: list[str], count: int) -> None:
        """Put lines in the place of those from `first` up to `last` (from 0)."""
        text = "\n".join(lines)
        if first < count:
            pen.setPosition(self.document().findBlockByNumber(first).position())
            text += "\n" if lines and first == last else ""
        else:
            pen.movePosition(QTextCursor.MoveOperation.End)
            text = f"\n{text}"
        if last > first:
            end = self.document().findBlockByNumber(last - 1)
            whole = not lines
            pen.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            if whole and last < count:
                pen.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
            elif whole and first:
                pen.setPosition(self.document().findBlockByNumber(first).position() - 1)
                pen.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        pen.insertText(text)

    def _forget_undo(self) -> None:
        self.document().setUndoRedoEnabled(False)
        self.document().setUndoRedoEnabled(True)

    def line(self) -> int:
        """Return the number of the line on which the cursor stands."""
        return self.textCursor().blockNumber() + 1

    def _changed(self) -> None:
        if not self._quiet:
            self.typed.emit()

    def _moved(self) -> None:
        line = self.line()
        if self._quiet or line == self._line:
            return
        self._line = line
        if self.hasFocus():
            self.entered.emit(line)

    # ---- keys ------------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.modifiers() & COMMAND or K.Key_F1 <= event.key() <= K.Key_F35:
                self.commanded.emit()
            if self._is_outer(event):
                event.ignore()
                return True
        return super().event(event)

    def _is_outer(self, event: QKeyEvent) -> bool:
        """Return whether an undo or redo is the window's: there is nothing of the text to take back."""
        document = self.document()
        return (event.matches(UNDO) and not document.isUndoAvailable()) or (
            event.matches(REDO) and not document.isRedoAvailable()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_outer(event):
            event.ignore()
        elif event.key() in (K.Key_Tab, K.Key_Backtab) and self._several():
            self._indent(event.key() == K.Key_Tab)
        elif event.key() == K.Key_Slash and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._comment()
        elif event.key() in (K.Key_Return, K.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.textCursor().insertText(f"\n{self._next_indent()}")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        return False if self._several() else super().focusNextPrevChild(next)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        (self.commanded if event.reason() in ELSEWHERE else self.left).emit()

    def _several(self) -> bool:
        first, last = self._rows()
        return last > first

    def _rows(self) -> tuple[int, int]:
        """Return the first and the last selected line, from 0."""
        cursor, document = self.textCursor(), self.document()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        return document.findBlock(start).blockNumber(), document.findBlock(end).blockNumber()

    def _indent(self, more: bool) -> None:
        first, last = self._rows()
        pen = QTextCursor(self.document())
        pen.beginEditBlock()
        for number in range(first, last + 1):
            block = self.document().findBlockByNumber(number)
            pen.setPosition(block.position())
            if more:
                pen.insertText(INDENT if block.text() else "")
            for _ in range(0 if more else min(len(INDENT), len(block.text()) - len(block.text().lstrip(" ")))):
                pen.deleteChar()
        pen.endEditBlock()

    def _comment(self) -> None:
        """Make comments of the selected lines, or code again when all of them are comments."""
        first, last = self._rows()
        blocks = [self.document().findBlockByNumber(n) for n in range(first, last + 1)]
        blocks = [block for block in blocks if block.text().strip()]
        back = all(block.text().lstrip().startswith("#") for block in blocks)
        pen = QTextCursor(self.document())
        pen.beginEditBlock()
        for block in blocks:
            text = block.text()
            pen.setPosition(block.position() + len(text) - len(text.lstrip()))
            for _ in range((2 if text.lstrip().startswith("# ") else 1) if back else 0):
                pen.deleteChar()
            pen.insertText("" if back else "# ")
        pen.endEditBlock()

    def _next_indent(self) -> str:
        """Return the indent of a new line: that of the line above, and one more after an open bracket or a colon."""
        cursor = self.textCursor()
        above = cursor.block().text()[: cursor.positionInBlock()]
        indent = above[: len(above) - len(above.lstrip(" "))]
        return indent + (INDENT if above.rstrip().endswith(("(", "[", "{", ":")) else "")
