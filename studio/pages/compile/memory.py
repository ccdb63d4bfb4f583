"""What the memory of a program is used for: shares of all bytes, and when each buffer is alive."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.pages import numbers

MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT = MIDDLE | Qt.AlignmentFlag.AlignRight
BAR, LEGEND = 20, 16
"""Heights of the bar with its gap, and of a line of the legend."""


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
        self.setFixedHeight(BAR + LEGEND)
        theme.signals.changed.connect(self._restyle)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show other parts."""
        self._shares = tuple(s for s in shares if s.bytes)
        text = ", ".join(f"{s.label} {numbers.size(s.bytes)}" for s in self._shares)
        self.setAccessibleDescription(text)
        self.setToolTip(text)
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Be as high as the legend needs."""
        places = self._places()
        self.setFixedHeight(BAR + LEGEND * (1 + max((line for _, line in places), default=0)))

    def _places(self) -> list[tuple[float, int]]:
        """Return where each entry of the legend begins: x and line; what does not fit goes to the next line."""
        face = theme.font(11)
        unit, factor = unit_of(sum(s.bytes for s in self._shares))
        room, x, line = self.width() - theme.text_width(unit, face) - 8, 0.0, 0
        found = []
        for share in self._shares:
            width = 13 + theme.text_width(_entry(share, factor), face)
            if x and x + width > room:
                x, line = 0.0, line + 1
            found.append((x, line))
            x += width + 9
        return found

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
        painter.setFont(theme.font(11))
        unit, factor = unit_of(sum(s.bytes for s in self._shares))
        painter.setPen(theme.color("text.muted"))
        painter.drawText(QRectF(0, BAR, self.width(), LEGEND), RIGHT, unit)
        for share, (x, line) in zip(self._shares, self._places(), strict=True):
            y = BAR + LEGEND * line
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(share.color))
            painter.drawRoundedRect(QRectF(x, y + 4, 8, 8), 2, 2)
            painter.setPen(theme.color("text.secondary"))
            painter.drawText(QRectF(x + 12, y, self.width() - x - 12, LEGEND), MIDDLE, _entry(share, factor))


def _entry(share: Share, factor: float) -> str:
    return f"{share.label} {short(share.bytes / factor)}"


def unit_of(count: int) -> tuple[str, float]:
    """Return the unit in which so many bytes are told, and its size."""
    return next(((unit, factor) for unit, factor in numbers.SIZES if count >= factor), ("B", 1.0))


def short(value: float) -> str:
    """Return a number with at most three digits: 0.6, 23.5, 225."""
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
