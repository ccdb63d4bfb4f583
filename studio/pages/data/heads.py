"""The table's tall heads: name, type, histogram, range, missing values and role of each column, painted.

Only what is on screen is painted, so a table may have thousands of columns. The same choices stand as form fields in
the panel beside the table, for the keyboard and for several columns at once.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from engine.data.columns import ColumnReport
from studio import theme
from studio.text import plural, tr
from studio.widgets import Themed, icon_at, named, rounded

HEIGHT = 172
TYPES: dict[str, tuple[str, str, str]] = {
    "number": ("Number", "hash", "info"),
    "boolean": ("Boolean", "square-check-big", "success"),
    "category": ("Category", "shapes", "category.recurrent"),
    "date": ("Date", "calendar", "success"),
    "text": ("Text", "type", "category.reshape"),
    "identifier": ("Identifier", "tag", "category.io"),
}
ROLES: dict[str, tuple[str, str]] = {
    "input": ("Input", "plot.0"),
    "target": ("Target", "category.train"),
    "ignore": ("Ignore", "text.muted"),
}
ROLE_BOX = QRect(8, 140, 0, 24)
TYPE_BOX = QRect(8, 32, 0, 20)
ROLE_ROOM = 62
"""Width that a role takes beside its word: margins, dot and chevron."""


def short(value: float | None) -> str:
    """Return a number in at most five figures, for a head: 2008 or 12,500 or 0.22 or 2.5e+05."""
    if value is None or value != value:
        return "–"
    if value == int(value) and abs(value) < 1e5:
        return f"{int(value):,}" if abs(value) >= 1e4 else f"{int(value)}"
    return f"{value:.4g}"


def day(days: float) -> str:
    """Return the date of a number of days since 0001-01-01 (1.0)."""
    return datetime.date.fromordinal(int(days)).isoformat()


def range_line(report: ColumnReport) -> str:
    """Return what a head says of a column's values."""
    if report.type == "date" and report.minimum is not None and report.maximum is not None:
        return f"{day(report.minimum)} – {day(report.maximum)}"
    if report.type == "number" and report.minimum is not None:
        return f"{short(report.minimum)} – {short(report.maximum)}"
    one, many = ("class", "classes") if report.role == "target" else ("value", "values")
    return plural(report.unique, one, many)


class Heads(Themed, QHeaderView):
    """Painted heads. `asked(kind, column index, global position)` when a type chip or role box is clicked.

    `picked(column index, extend)` when another part of a head is clicked.
    """

    asked = Signal(object, object, object)
    picked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.reports: Sequence[ColumnReport] = ()
        self.rows = 0
        self.selected: frozenset[str] = frozenset()
        self.setFixedHeight(HEIGHT)
        self.setSectionsClickable(True)
        self.setMouseTracking(True)
        named(self, tr("Column heads"))
        self.follow_theme()

    def put(self, reports: Sequence[ColumnReport], rows: int, selected: frozenset[str]) -> None:
        """Show these columns of a table with so many rows."""
        self.reports, self.rows, self.selected = reports, rows, selected
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.logicalIndexAt(at)
        if not 0 <= index < len(self.reports):
            return
        kind = self._part(index, at)
        if kind:
            self.asked.emit(kind, index, self.mapToGlobal(QPoint(self.sectionViewportPosition(index) + 8, at.y() + 12)))
        else:
            self.picked.emit(index, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def _part(self, index: int, at: QPoint) -> str:
        x, width = at.x() - self.sectionViewportPosition(index), self.sectionSize(index)
        if TYPE_BOX.top() <= at.y() <= TYPE_BOX.bottom() and 8 <= x <= min(width - 8, 100):
            return "type"
        if ROLE_BOX.top() <= at.y() <= ROLE_BOX.bottom() and 8 <= x <= width - 8:
            return "role"
        return ""

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if logicalIndex >= len(self.reports):
            return
        report = self.reports[logicalIndex]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._surface(painter, rect, report)
        self._texts(painter, rect, report)
        bars(painter, QRectF(rect.x() + 8, rect.y() + 58, rect.width() - 18, 36), report)
        self._role(painter, rect, report)
        painter.restore()

    def _surface(self, painter: QPainter, rect: QRect, report: ColumnReport) -> None:
        target = report.role == "target"
        painter.fillRect(rect, theme.tint("train") if target else theme.color("bg.panel"))
        if report.name in self.selected:
            painter.fillRect(rect, theme.color("accent.soft"))
            painter.fillRect(QRect(rect.x(), rect.y(), rect.width(), 2), theme.color("accent.line"))
        painter.fillRect(QRect(rect.right(), rect.y(), 1, rect.height()), theme.color("border.soft"))
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), theme.color("border.strong"))

    def _texts(self, painter: QPainter, rect: QRect, report: ColumnReport) -> None:
        left, width = rect.x() + 8, rect.width() - 18
        muted = report.role == "ignore"
        text(
            painter,
            QRectF(left, rect.y() + 8, width, 20),
            report.name,
            12,
            600,
            "text.muted" if muted else "text.primary",
        )
        chip(painter, left, rect.y() + TYPE_BOX.top(), report.type, width)
        quiet = "text.secondary" if report.role == "target" else "text.muted"  # muted is too faint on the tint
        text(painter, QRectF(left, rect.y() + 98, width, 16), range_line(report), 11, 400, quiet)
        gone = report.missing + report.invalid
        token = "warning.text" if gone else quiet
        share = tr("{share} % missing", share=f"{100 * gone / max(self.rows, 1):.1f}" if gone else "0")
        text(painter, QRectF(left, rect.y() + 116, width, 16), share, 11, 500 if gone else 400, token)

    def _role(self, painter: QPainter, rect: QRect, report: ColumnReport) -> None:
        box = QRectF(rect.x() + 8, rect.y() + ROLE_BOX.top(), rect.width() - 18, ROLE_BOX.height())
        rounded(painter, box, theme.color("bg.raised"), theme.color("border.strong"), 6, theme.border_width())
        label, token = ROLES[report.role]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(token))
        painter.drawEllipse(QRectF(box.x() + 9, box.center().y() - 3.5, 7, 7))
        text(painter, box.adjusted(22, 0, -20, 0), tr(label), 12, 400, "text.primary")
        icon_at(painter, box.right() - 19, box.center().y() - 7, "chevron-down", "text.muted", 14)


def text(painter: QPainter, box: QRectF, words: str, size: int, weight: int, token: str) -> None:
    """Paint one line, cut with an ellipsis where there is no room."""
    painter.setFont(theme.font(size, weight))
    painter.setPen(theme.color(token))
    words = painter.fontMetrics().elidedText(words.replace("\n", " "), Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def chip(painter: QPainter, x: float, y: float, kind: str, room: float) -> None:
    """Paint a type chip: icon and word on a tint."""
    label, icon, token = TYPES[kind]
    ink, fill = type_colors(token)
    painter.setFont(theme.font(11, 500))
    width = min(painter.fontMetrics().horizontalAdvance(tr(label)) + 30, room)
    rounded(painter, QRectF(x, y, width, 20), fill, None, 4)
    icon_at(painter, x + 6, y + 3.5, icon, token if token.startswith("category") else f"{token}.text", 13)
    painter.setPen(ink)
    painter.drawText(QRectF(x + 23, y, width - 26, 20), Qt.AlignmentFlag.AlignVCenter, tr(label))


def type_colors(token: str) -> tuple[QColor, QColor]:
    """Return (ink, fill) of a type: a state's soft pair or a layer group's tint."""
    if token.startswith("category."):
        return theme.color(token), theme.tint(token.split(".")[1])
    return theme.color(f"{token}.text"), theme.color(f"{token}.soft")


def heights(report: ColumnReport) -> list[float]:
    """Return the bars of a column, 0..1: its histogram, or its most frequent values."""
    counts: Sequence[Any] = report.histogram or [n for _, n in list(report.values)[:12]]
    top = max(counts, default=0)
    return [n / top for n in counts] if top else []


def bars(painter: QPainter, box: QRectF, report: ColumnReport) -> None:
    """Paint the distribution of a column. A tiny bar stays tiny."""
    shares = heights(report)
    if not shares:
        return
    token = {"target": "category.train", "ignore": "text.disabled"}.get(report.role)
    token = token or ("plot.0" if report.type in ("number", "date") else "plot.6")
    width = min(box.width() / len(shares), 22.0)
    for i, share in enumerate(shares):
        height = share * box.height()
        bar = QRectF(box.x() + i * width, box.bottom() - height, max(width - 1.5, 1), height)
        painter.fillRect(bar, theme.color(token))
