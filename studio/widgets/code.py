"""A view of Python code: line numbers, colours from the tokens, marked lines, messages at the right."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of

GUTTER = 46
KINDS = (
    ("Comment", "comment"), ("Keyword", "keyword"), ("Literal.String", "string"), ("Literal.Number", "number"),
    ("Name.Function", "function"), ("Name.Class", "class"), ("Name.Builtin", "builtin"), ("Operator.Word", "keyword"),
    ("Name.Decorator", "function"),
)  # fmt: skip


Line = list[tuple[int, int, str]]
"""(start, length, colour) of the parts of one line."""


@functools.lru_cache(maxsize=8192)
def _lexed_line(line: str) -> Line:
    return _lexed(line)[0]


def _lexed(text: str) -> list[Line]:
    from pygments.lexers import PythonLexer

    lines: list[Line] = [[]]
    at = 0
    for kind, part in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        name = str(kind).removeprefix("Token.")
        color = next((c for prefix, c in KINDS if name.startswith(prefix)), "")
        for i, piece in enumerate(part.split("\n")):
            if i:
                lines.append([])
                at = 0
            if color and piece:
                lines[-1].append((at, len(piece), color))
            at += len(piece)
    return lines


class _Colors(QSyntaxHighlighter):
    """Colours a document by the tokens of Pygments, line by line unless a token may span lines."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._lines: list[Line] = []

    def lex(self, text: str) -> None:
        """Take a new text; call before it is put into the document."""
        whole = '"""' in text or "'''" in text or "\\\n" in text
        self._lines = _lexed(text) if whole else [_lexed_line(line) for line in text.split("\n")]

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for start, length, color in self._lines[number] if number < len(self._lines) else ():
            shape = QTextCharFormat()
            shape.setForeground(theme.color(f"syntax.{color}"))
            shape.setFontItalic(color == "comment")
            self.setFormat(start, length, shape)


class _Gutter(QWidget):
    def __init__(self, view: "CodeView") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(GUTTER, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._view.click_at(event.position().toPoint().y())


class CodeView(Themed, QPlainTextEdit):
    """Read-only or editable code. Lines count from 1. `line_clicked(line)` when a person clicks a line."""

    line_clicked = Signal(object)

    def __init__(self, text: str = "", *, name: str, size: int = 12, editable: bool = False) -> None:
        super().__init__()
        self._marked: tuple[int, ...] = ()
        self._errors: dict[int, str] = {}
        self._notes: dict[int, str] = {}
        self._colors = _Colors(self.document())
        self._gutter = _Gutter(self)
        self.setReadOnly(not editable)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.font(size, 400, mono=True))
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            self.textInteractionFlags()
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        named(self, name)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(GUTTER, 4, 0, 0)
        self.updateRequest.connect(self._scrolled)
        self.textChanged.connect(self._typed)
        self.set_text(text)
        self.follow_theme()

    def set_text(self, text: str) -> None:
        """Show another text; the scroll place stays when the text is similar."""
        if text == self.toPlainText():
            return
        place = self.verticalScrollBar().value()
        self._colors.lex(text)
        self.setPlainText(text)
        self.verticalScrollBar().setValue(place)
        self._mark()

    def set_marked(self, lines: Iterable[int], reveal: bool = False) -> None:
        """Mark lines (the code of what is selected). reveal: scroll to the first one."""
        self._marked = tuple(lines)
        self._mark()
        if reveal and self._marked:
            block = self.document().findBlockByNumber(self._marked[0] - 1)
            if block.isValid():
                self.setTextCursor(QTextCursor(block))
                self.ensureCursorVisible()

    def marked(self) -> tuple[int, ...]:
        """Return the marked lines."""
        return self._marked

    def set_errors(self, errors: Mapping[int, str]) -> None:
        """Mark lines red, each with a message at the right."""
        self._errors = dict(errors)
        self._mark()

    def set_notes(self, notes: Mapping[int, str]) -> None:
        """Put short remarks at the right of lines (the cost of what is selected)."""
        self._notes = dict(notes)
        self.viewport().update()

    def notes(self) -> dict[int, str]:
        """Return the remarks at the right of lines."""
        return dict(self._notes)

    def restyle(self) -> None:
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.color('bg.code').name()}; border: none; border-radius: 0; "
            f"color: {theme.color('syntax.plain').name()}; }}"
        )
        self._colors.rehighlight()
        self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), GUTTER, area.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def click_at(self, y: int) -> None:
        """Click the line at a height of the gutter."""
        self.line_clicked.emit(self.cursorForPosition(QPoint(0, y)).blockNumber() + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._errors and not self._notes:
            return
        painter = painter_of(self.viewport())
        painter.setFont(theme.font(11, 500))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for line, top, height in self._visible_lines():
            if message := self._errors.get(line) or self._notes.get(line):
                painter.setPen(theme.color("danger.text" if line in self._errors else "accent.text"))
                painter.drawText(QRectF(0, top, self.viewport().width() - 12, height), flags, message)

    def paint_gutter(self, gutter: QWidget) -> None:
        """Draw line numbers and marks."""
        painter = painter_of(gutter)
        painter.fillRect(gutter.rect(), theme.color("bg.code"))
        painter.setFont(theme.font(11, 400, mono=True))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        offset = self.viewport().y() - gutter.y()
        for line, top, height in self._visible_lines():
            hot = line in self._marked or line in self._errors
            if hot:
                tone = "danger" if line in self._errors else "accent"
                painter.fillRect(QRectF(0, top + offset, GUTTER, height), theme.color(f"{tone}.soft"))
                bar = theme.color("danger.fill" if tone == "danger" else "accent.line")
                painter.fillRect(QRectF(0, top + offset, 2, height), bar)
            painter.setPen(theme.color("text.secondary" if hot else "text.muted"))
            painter.drawText(QRectF(0, top + offset, GUTTER - 16, height), flags, str(line))

    def _visible_lines(self) -> Iterable[tuple[int, float, float]]:
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        while block.isValid():
            box = self.blockBoundingGeometry(block).translated(offset)
            if box.top() > self.viewport().height():
                return
            yield block.blockNumber() + 1, box.top(), box.height()
            block = block.next()

    def _mark(self) -> None:
        marks = [self._band(line, "accent.soft") for line in self._marked if line not in self._errors]
        marks += [self._band(line, "danger.soft") for line in self._errors]
        self.setExtraSelections(marks)
        self._gutter.update()

    def _band(self, line: int, token: str) -> Any:
        band = QTextEdit.ExtraSelection()
        band.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
        shape = QTextCharFormat()
        shape.setBackground(QColor(theme.color(token)))
        shape.setProperty(QTextFormat.Property.FullWidthSelection, True)
        band.format = shape
        return band

    def _typed(self) -> None:
        if not self.isReadOnly():
            self._colors.lex(self.toPlainText())

    def _scrolled(self, *_: object) -> None:
        self._gutter.update()
