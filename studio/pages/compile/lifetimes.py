"""Each buffer's life over the steps of a program, as bars: what is alive when, and where the peak is."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.pages import numbers
from studio.pages.compile.memory import Life, Section, live_bytes
from studio.text import tr

MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT = MIDDLE | Qt.AlignmentFlag.AlignRight
TOP, ROW, SIZES = 34, 22, 58
LEFT = (60, 120)
"""Least and most pixels for the names."""
LEAST_SHARE = 0.21
"""Share of the width that a section takes, however few steps it has."""
MANY, SMALL = 12, 0.02
"""With more buffers than this, those smaller than this share of the largest become one row."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the chart: one buffer, or all small ones together."""

    life: Life
    small: tuple[Life, ...] = ()


def grouped(lives: Sequence[Life], opened: bool = False) -> tuple[Line, ...]:
    """Return a row per buffer; small ones among many become one row at the end, which `opened` unfolds."""
    largest = max((life.bytes for life in lives), default=0)
    limit = SMALL * largest if len(lives) > MANY else 0
    small = tuple(life for life in lives if life.bytes < limit)
    if len(small) < 2:
        return tuple(Line(life) for life in lives)
    first, last = min(life.first for life in small), max(life.last for life in small)
    name = tr("{n} small", n=len(small))
    folded = Line(Life(name, first, last, sum(life.bytes for life in small), "train"), small)
    rest = tuple(Line(life) for life in lives if life.bytes >= limit)
    return (*rest, folded, *(Line(life) for life in small)) if opened else (*rest, folded)


class LifetimeChart(QWidget):
    """A row per buffer, a bar over the steps in which it is alive. Choosing a row emits `picked(node)`.

    Up and Down move, Enter chooses; the row of small buffers unfolds.
    """

    picked, revealed = Signal(object), Signal(object, object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lives: tuple[Life, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._sections: tuple[Section, ...] = ()
        self._steps, self._left, self._at, self._open = 1, float(LEFT[0]), 0, False
        self._selected: frozenset[str] = frozenset()
        self._peak = 0
        self._scale: tuple[list[float], list[float]] = ([0.0, 1.0], [0.0, 1.0])
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        theme.signals.changed.connect(self._restyle)

    def show_plan(self, lives: Sequence[Life], steps: int, sections: Sequence[Section] = ()) -> None:
        """Show another plan of `steps` statements."""
        self._lives, self._steps, self._sections = tuple(lives), max(steps, 1), tuple(sections)
        self._open, self._at = False, 0
        self._scale = self._scaled()
        alive = live_bytes(self._lives, self._steps)
        self._peak = alive.index(max(alive))
        self._arrange()

    def select(self, nodes: Sequence[str]) -> None:
        """Emphasise the buffers of these layers."""
        self._selected = frozenset(nodes)
        self.update()

    def lines(self) -> tuple[Line, ...]:
        """Return the rows that are shown."""
        return self._lines

    def sentence(self, line: Line) -> str:
        """Return what a row says."""
        life = line.life
        span = tr(
            "{name}: {bytes}, steps {first} to {last}",
            name=life.name,
            bytes=numbers.size(life.bytes),
            first=life.first + 1,
            last=life.last + 1,
        )
        if line.small:
            return tr("{span}. Press to unfold: {names}", span=span, names=", ".join(x.name for x in line.small[:8]))
        return f"{span}, {life.note}" if life.note else span

    def line_at(self, y: float) -> Line | None:
        """Return the row at this height."""
        index = int((y - TOP) // self._row())
        return self._lines[index] if y >= TOP and index < len(self._lines) else None

    def sizeHint(self) -> QSize:
        return QSize(440, TOP + ROW * max(len(self._lines), 4))

    # ---- acting ----------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self.line_at(event.position().y())
        if line is not None:
            self._at = self._lines.index(line)
            self._choose(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._lines:
            self._at = min(max(self._at + step, 0), len(self._lines) - 1)
            self._reveal()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._lines:
            self._choose(self._lines[self._at])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._reveal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            line = self.line_at(event.pos().y())
            QToolTip.showText(event.globalPos(), self.sentence(line) if line else "", self)
            return True
        return super().event(event)

    def _choose(self, line: Line) -> None:
        if line.small:
            self._open = not self._open
            self._arrange()
        elif line.life.node is not None:
            self.picked.emit(line.life.node)

    def _reveal(self) -> None:
        self._describe()
        self.revealed.emit(int(TOP + self._at * self._row()), int(self._row()))
        self.update()

    def _arrange(self) -> None:
        self._lines = grouped(self._lives, self._open)
        names = (line.life.name for line in self._lines)
        widest = max((theme.text_width(name, theme.font(11, 600, mono=True)) for name in names), default=0.0)
        self._left = min(max(widest + 12, LEFT[0]), LEFT[1])
        self._at = min(self._at, max(len(self._lines) - 1, 0))
        self.setMinimumHeight(TOP + ROW * len(self._lines))
        self._describe()
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        """Say the row that the keys are on first, then the others."""
        lines = self._lines[self._at : self._at + 1] if self.hasFocus() else self._lines[:20]
        self.setAccessibleDescription("; ".join(self.sentence(line) for line in lines))

    # ---- painting --------------------------------------------------------------------------------------------------
    def _restyle(self, _mode: object) -> None:
        self.update()

    def _row(self) -> float:
        return float(min(max((self.height() - TOP) / max(len(self._lines), 1), 14), ROW))

    def _x(self, step: float) -> float:
        """Return where a step begins."""
        return self._left + float(np.interp(step, *self._scale)) * (self.width() - self._left - SIZES)

    def _scaled(self) -> tuple[list[float], list[float]]:
        """Return (first steps of sections and the end, their places 0..1): short sections get a share to be seen."""
        starts = [0.0, *(float(s.start) for s in self._sections[1:]), float(self._steps)]
        shares = [max((b - a) / self._steps, LEAST_SHARE) for a, b in itertools.pairwise(starts)]
        return starts, [0.0, *(float(x) for x in np.cumsum(shares) / sum(shares))]

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lives:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_sections(painter)
        row, seen = self._row(), event.rect()
        first, last = int((seen.top() - TOP) // row), int((seen.bottom() - TOP) // row)
        for i in range(max(first, 0), min(last + 1, len(self._lines))):
            self._paint_line(painter, self._lines[i], TOP + i * row, self.hasFocus() and i == self._at)
        self._paint_peak(painter)
        painter.end()

    def _paint_sections(self, painter: QPainter) -> None:
        painter.setFont(theme.font(11, 500))
        ends = [*(self._x(s.start) for s in self._sections[1:]), float(self.width())]
        for section, end in zip(self._sections, ends, strict=False):
            x = self._x(section.start)
            painter.fillRect(QRectF(x, 0, 1, TOP + len(self._lines) * self._row()), theme.color("border.default"))
            painter.setPen(theme.color("text.muted"))
            if end - x > theme.text_width(section.title, painter.font()):
                painter.drawText(QRectF(x + 4, 0, end - x, 16), MIDDLE, section.title)

    def _paint_line(self, painter: QPainter, line: Line, y: float, focused: bool) -> None:
        life, row = line.life, self._row()
        color, on = theme.category(life.group).color, life.node in self._selected
        if focused:
            painter.setPen(QPen(theme.color("accent.line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.5, y + 0.5, self.width() - 1, row - 1), 3, 3)
        painter.setFont(theme.font(11, 600 if on else 400, mono=True))
        painter.setPen(theme.color("text.primary" if on else "text.secondary"))
        name = painter.fontMetrics().elidedText(life.name, Qt.TextElideMode.ElideRight, int(self._left) - 8)
        painter.drawText(QRectF(0, y, self._left - 8, row), RIGHT, name)
        style = Qt.PenStyle.DashLine if line.small else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme.color("accent.line" if on else color), 2 if on else 1, style))
        painter.setBrush(theme.tint(life.group))
        box = QRectF(QPointF(self._x(life.first) + 1, y + 2.5), QPointF(self._x(life.last + 1) - 1, y + row - 2.5))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.color(color))
        painter.setFont(theme.font(11, 500))
        if life.note and theme.text_width(life.note, painter.font()) < box.width() - 8:
            painter.drawText(box.adjusted(4, 0, 0, 0), MIDDLE, life.note)
        painter.setPen(theme.color("text.muted"))
        painter.setFont(theme.font(11, 400, mono=True))
        painter.drawText(QRectF(0, y, self.width() - 2, row), RIGHT, numbers.size(life.bytes))

    def _paint_peak(self, painter: QPainter) -> None:
        x = self._x(self._peak + 0.5)
        painter.setPen(QPen(theme.color("danger.fill"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 18), QPointF(x, TOP + len(self._lines) * self._row()))
        painter.setFont(theme.font(11, 600))
        text, width = tr("peak"), theme.text_width(tr("peak"), painter.font())
        place = QRectF(x - width - 5, 17, width + 2, 16)
        painter.fillRect(place, theme.color("bg.panel"))
        painter.setPen(theme.color("danger.text"))
        painter.drawText(place, MIDDLE, text)
