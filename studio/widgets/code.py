"""A view of Python code: line numbers, colours from the tokens, marked lines, messages at the right."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of, plain_tip
from studio.widgets.code_colors import Colors

GUTTER = 46


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

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            self._view.show_tip(event)
            return True
        return super().event(event)


class CodeView(Themed, QPlainTextEdit):
    """Read-only or editable code. Lines count from 1. `line_clicked(line)` when a person clicks a line."""

    line_clicked = Signal(object)

    def __init__(self, text: str = "", *, name: str, size: int = 12, editable: bool = False) -> None:
        super().__init__()
        self._marked: tuple[int, ...] = ()
        self._errors: dict[int, str] = {}
        self._notes: dict[int, str] = {}
        self._kept: dict[int, str] = {}
        self._tips: dict[int, str] = {}
        self._colors = Colors(self.document(), editable)
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

    def errors(self) -> dict[int, str]:
        """Return the messages of red lines."""
        return dict(self._errors)

    def set_kept(self, kept: Mapping[int, str]) -> None:
        """Give lines an amber mark in the gutter, each with a sentence that its tooltip says."""
        self._kept = dict(kept)
        self._gutter.update()

    def kept(self) -> dict[int, str]:
        """Return the sentences of lines with an amber mark."""
        return dict(self._kept)

    def set_tips(self, tips: Mapping[int, str]) -> None:
        """Give lines tooltips: what a red line says in full."""
        self._tips = dict(tips)

    def tip_at(self, y: int) -> str:
        """Return the tooltip of the line at a height; "" where there is none."""
        line = self.cursorForPosition(QPoint(0, y)).blockNumber() + 1
        return self._tips.get(line) or self._errors.get(line) or self._kept.get(line) or ""

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

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            self.show_tip(event)
            return True
        return super().viewportEvent(event)

    def show_tip(self, event: QHelpEvent) -> None:
        """Show the tooltip of the line under the mouse, else the one of the whole."""
        text = self.tip_at(event.pos().y()) or self.toolTip()
        QToolTip.showText(event.globalPos(), plain_tip(text), self) if text else QToolTip.hideText()

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
        metrics = painter.fontMetrics()
        for line, top, height in self._visible_lines():
            if message := self._errors.get(line) or self._notes.get(line):
                wrong = line in self._errors
                room = self._room(line)
                shown = metrics.elidedText(message, Qt.TextElideMode.ElideRight, int(room.width()))
                box = QRectF(room.right() - metrics.horizontalAdvance(shown), top, room.width(), height)
                hot = "danger.soft" if wrong else "accent.soft" if line in self._marked else "bg.code"
                painter.fillRect(QRectF(box.left() - 12, top, self.viewport().width(), height), theme.color("bg.code"))
                painter.fillRect(QRectF(box.left() - 12, top, self.viewport().width(), height), theme.color(hot))
                painter.setPen(theme.color("danger.text" if wrong else "accent.text"))
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _room(self, line: int) -> QRectF:
        """Return the width right of a line's code; at least two fifths of the view, over the code if need be."""
        block = self.document().findBlockByNumber(line - 1)
        width = self.viewport().width()
        end = self.fontMetrics().horizontalAdvance(block.text()) + self.contentOffset().x() + 32
        left = min(end, width * 0.6)
        return QRectF(left, 0, max(0.0, width - 12 - left), 0)

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
            if line in self._kept and line not in self._errors:
                painter.fillRect(QRectF(0, top + offset, GUTTER, height), theme.color("warning.soft"))
                painter.fillRect(QRectF(0, top + offset, 3, height), theme.color("warning.fill"))
                painter.setPen(QPen(theme.color("warning.fill"), 1.5))
                painter.drawRect(QRectF(GUTTER - 12, top + offset + height / 2 - 3, 6, 6))  # the mark has a shape too
            painter.setPen(theme.color("text.secondary" if hot or line in self._kept else "text.muted"))
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

    def _scrolled(self, *_: object) -> None:
        self._gutter.update()
