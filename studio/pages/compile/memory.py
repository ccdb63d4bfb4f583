"""The memory plan as pictures: shares of all bytes, and each buffer's life over the steps of the program."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.pages import numbers
from studio.text import tr

MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT = MIDDLE | Qt.AlignmentFlag.AlignRight
TOP, ROW, SIZES = 34, 22, 58
LEFT = (60, 120)
"""Least and most pixels for the names."""


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the memory: its name, bytes and colour token."""

    label: str
    bytes: int
    color: str


@dataclass(frozen=True, slots=True)
class Life:
    """One buffer: the steps (statements of the program, from 0) in which it is alive, both included.

    group: the layer group whose colour it has. node: the layer it belongs to. note: e.g. whose place it takes.
    """

    name: str
    first: int
    last: int
    bytes: int
    group: str = "core"
    node: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the program with a title: Forward, Backward, Update."""

    title: str
    start: int


def live_bytes(lives: Sequence[Life], steps: int) -> list[int]:
    """Return the bytes alive in each step; the largest is the peak."""
    change = [0] * (steps + 1)
    for life in lives:
        change[life.first] += life.bytes
        change[min(life.last + 1, steps)] -= life.bytes
    alive, total = [], 0
    for delta in change[:steps]:
        total += delta
        alive.append(total)
    return alive


class ShareBar(QWidget):
    """One bar whose pieces are as wide as their bytes, with a legend under it. Tiny pieces stay tiny."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[Share, ...] = ()
        self.setAccessibleName(name)
        self.setFixedHeight(36)
        theme.signals.changed.connect(self._restyle)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show other parts."""
        self._shares = tuple(s for s in shares if s.bytes)
        text = ", ".join(f"{s.label} {numbers.size(s.bytes)}" for s in self._shares)
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self.update()

    def _restyle(self, _mode: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        total, x = sum(s.bytes for s in self._shares) or 1, 0.0
        for share in self._shares:
            width = share.bytes / total * (self.width() - 2 * len(self._shares))
            painter.setBrush(theme.color(share.color))
            painter.drawRoundedRect(QRectF(x, 0, max(width, 1.0), 12), 3, 3)
            x += width + 2
        self._legend(painter)
        painter.end()

    def _legend(self, painter: QPainter) -> None:
        face, x = theme.font(11), 0.0
        painter.setFont(face)
        for share in self._shares:
            text = f"{share.label} {numbers.size(share.bytes)}"
            width = theme.text_width(text, face)
            if x + 13 + width > self.width():
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(share.color))
            painter.drawRoundedRect(QRectF(x, 24, 8, 8), 2, 2)
            painter.setPen(theme.color("text.secondary"))
            painter.drawText(QRectF(x + 13, 20, width + 2, 16), MIDDLE, text)
            x += width + 25


class LifetimeChart(QWidget):
    """A row per buffer, a bar over the steps in which it is alive. Clicking a bar emits `picked(node)`."""

    picked = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lives: tuple[Life, ...] = ()
        self._sections: tuple[Section, ...] = ()
        self._steps, self._left = 1, float(LEFT[0])
        self._selected: frozenset[str] = frozenset()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        theme.signals.changed.connect(self._restyle)

    def show_plan(self, lives: Sequence[Life], steps: int, sections: Sequence[Section] = ()) -> None:
        """Show another plan of `steps` statements."""
        self._lives, self._steps, self._sections = tuple(lives), max(steps, 1), tuple(sections)
        widest = max((theme.text_width(life.name, theme.font(11, 600, mono=True)) for life in lives), default=0.0)
        self._left = min(max(widest + 12, LEFT[0]), LEFT[1])
        self.setMinimumHeight(TOP + ROW * len(self._lives))
        self.setAccessibleDescription("; ".join(self.sentence(life) for life in self._lives[:20]))
        self.updateGeometry()
        self.update()

    def select(self, nodes: Sequence[str]) -> None:
        """Emphasise the buffers of these layers."""
        self._selected = frozenset(nodes)
        self.update()

    def sentence(self, life: Life) -> str:
        """Return what a bar says."""
        span = tr(
            "{name}: {bytes}, steps {first} to {last}",
            name=life.name,
            bytes=numbers.size(life.bytes),
            first=life.first + 1,
            last=life.last + 1,
        )
        return f"{span}, {life.note}" if life.note else span

    def life_at(self, y: float) -> Life | None:
        """Return the buffer whose row is at this height."""
        index = int((y - TOP) // self._row())
        return self._lives[index] if y >= TOP and index < len(self._lives) else None

    def sizeHint(self) -> QSize:
        return QSize(440, TOP + ROW * max(len(self._lives), 4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        life = self.life_at(event.position().y())
        if life is not None and life.node is not None:
            self.picked.emit(life.node)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            life = self.life_at(event.pos().y())
            QToolTip.showText(event.globalPos(), self.sentence(life) if life else "", self)
            return True
        return super().event(event)

    # ---- painting --------------------------------------------------------------------------------------------------
    def _restyle(self, _mode: object) -> None:
        self.update()

    def _row(self) -> float:
        return float(min(max((self.height() - TOP) / max(len(self._lives), 1), 14), 26))

    def _x(self, step: float) -> float:
        return self._left + step / self._steps * (self.width() - self._left - SIZES)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lives:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_sections(painter)
        for i, life in enumerate(self._lives):
            self._paint_life(painter, life, TOP + i * self._row())
        self._paint_peak(painter)
        painter.end()

    def _paint_sections(self, painter: QPainter) -> None:
        painter.setFont(theme.font(11, 500))
        ends = [*(self._x(s.start) for s in self._sections[1:]), float(self.width())]
        for section, end in zip(self._sections, ends, strict=True):
            x = self._x(section.start)
            painter.fillRect(QRectF(x, 0, 1, self.height()), theme.color("border.default"))
            painter.setPen(theme.color("text.muted"))
            if end - x > theme.text_width(section.title, painter.font()):
                painter.drawText(QRectF(x + 4, 0, end - x, 16), MIDDLE, section.title)

    def _paint_life(self, painter: QPainter, life: Life, y: float) -> None:
        row, color = self._row(), theme.category(life.group).color
        on = life.node in self._selected
        painter.setFont(theme.font(11, 600 if on else 400, mono=True))
        painter.setPen(theme.color("text.primary" if on else "text.secondary"))
        name = painter.fontMetrics().elidedText(life.name, Qt.TextElideMode.ElideRight, int(self._left) - 8)
        painter.drawText(QRectF(0, y, self._left - 8, row), RIGHT, name)
        painter.setPen(QPen(theme.color("accent.line" if on else color), 2 if on else 1))
        painter.setBrush(theme.tint(life.group))
        box = QRectF(QPointF(self._x(life.first) + 1, y + 2.5), QPointF(self._x(life.last + 1) - 1, y + row - 2.5))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.color(color))
        painter.setFont(theme.font(11, 500))
        if life.note and theme.text_width(life.note, painter.font()) < box.width() - 8:
            painter.drawText(box.adjusted(4, 0, 0, 0), MIDDLE, life.note)
        painter.setPen(theme.color("text.muted"))
        painter.setFont(theme.font(11, 400, mono=True))
        painter.drawText(QRectF(0, y, self.width(), row), RIGHT, numbers.size(life.bytes))

    def _paint_peak(self, painter: QPainter) -> None:
        alive = live_bytes(self._lives, self._steps)
        x = self._x(alive.index(max(alive)) + 0.5)
        painter.setPen(QPen(theme.color("danger.fill"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 18), QPointF(x, self.height()))
        painter.setFont(theme.font(11, 600))
        text, width = tr("peak"), theme.text_width(tr("peak"), painter.font())
        place = QRectF(x - width - 5, 17, width + 2, 16)
        painter.fillRect(place, theme.color("bg.panel"))
        painter.setPen(theme.color("danger.text"))
        painter.drawText(place, MIDDLE, text)
