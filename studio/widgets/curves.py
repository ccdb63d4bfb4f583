"""Curves over a common x, painted plainly: a live plot must cost a millisecond or two, or training pays for it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.text import tr
from studio.widgets.base import Themed, named, painter_of, rounded
from studio.widgets.curve import DASHES, Curve, LineBuffer, Marker, Span, View, apart, span, stretches
from studio.widgets.series import Array, decade_ticks, round_ticks, thinned

MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT = MIDDLE | Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignCenter
PAD = 0.05
LINE = 16
ZOOM = 0.998
FAINT = 0.2
"""Share of its colour that a raw curve has: it lies under the smoothed one and must not compete with it."""


class CurvePlot(Themed, QWidget):
    """`set_curves` replaces the curves; a person's zoom (wheel) and pan (drag) stay until `fit_view`.

    x_step: how far apart the numbers under the axis are at least; 1 where x counts something.

    Signals: `hovered(x or None)`, `maximized()` on double click.
    """

    hovered = Signal(object)
    maximized = Signal()

    def __init__(
        self,
        *,
        name: str,
        x_label: str = "",
        y_label: str = "",
        log: bool = False,
        x_range: Span | None = None,
        y_range: Span | None = None,
        x_step: float = 0.0,
    ) -> None:
        super().__init__()
        self._curves: tuple[Curve, ...] = ()
        self._markers: tuple[Marker, ...] = ()
        self._shades: tuple[Span, ...] = ()
        self._x_label, self._y_label, self._log = x_label, y_label, log
        self._x_range, self._y_range, self._x_step = x_range, y_range, x_step
        self._steered: tuple[Span, Span] | None = None
        self._cursor: float | None = None
        self._drag: tuple[QPointF, View] | None = None
        self._lines = LineBuffer()
        self.setMinimumSize(80, 60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        named(self, name)
        self.follow_theme()

    # ---- what is shown ---------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    def curves(self) -> tuple[Curve, ...]:
        """Return the curves that are shown."""
        return self._curves

    def markers(self) -> tuple[Marker, ...]:
        """Return the markers that are shown."""
        return self._markers

    def set_shades(self, shades: Sequence[Span]) -> None:
        """Shade stretches of x (what lies outside training); takes effect with the next curves."""
        self._shades = tuple(shades)

    def set_curves(self, curves: Sequence[Curve], markers: Sequence[Marker] = ()) -> None:
        """Show these curves and markers."""
        self._curves, self._markers = tuple(curves), tuple(markers)
        self.setAccessibleDescription(self.summary())
        self.update()

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes."""
        self._x_label, self._y_label = x_label, y_label
        self.update()

    def set_log(self, log: bool) -> None:
        """Draw y in powers of ten; values that are not positive are left out."""
        self._log = log
        self.fit_view()

    def set_x_range(self, low: float, high: float) -> None:
        """Show x from low to high, unless a person has zoomed or panned."""
        self._x_range = (low, high)
        self.update()

    def set_cursor(self, x: float | None) -> None:
        """Show a hair-line and the values there; None: none."""
        if x != self._cursor:
            self._cursor = x
            self.update()

    def fit_view(self) -> None:
        """Show everything, and follow new data."""
        self._steered = None
        self.update()

    def summary(self) -> str:
        """Return the curves in words: for screen readers."""
        parts = [f"{c.label or 'curve'}: last {float(c.y[-1]):.4g}" for c in self._curves if len(c.y) and not c.faint]
        return "; ".join(parts)

    def as_rows(self) -> tuple[list[str], list[list[Any]]]:
        """Return heads and rows of all curves, for "Show as table"."""
        shown = [c for c in self._curves if not c.faint]
        xs = sorted({float(x) for c in shown for x in c.x})
        values = [dict(zip((float(x) for x in c.x), (float(y) for y in c.y), strict=False)) for c in shown]
        return [self._x_label or "x", *(c.label or "y" for c in shown)], [[x, *(v.get(x) for v in values)] for x in xs]

    # ---- the view --------------------------------------------------------------------------------------------------
    def view(self) -> View:
        """Return what is seen now."""
        points = [self.values(c) for c in self._curves if len(c.x)]
        x, y = self._steered or (
            self._x_range or span([p[0] for p in points], 0.0),
            self._y_range or span([p[1] for p in points], PAD),
        )
        left, foot = 46 + (LINE if self._y_label else 0), 22 + (LINE if self._x_label else 0)
        return View(x, y, QRectF(left, 6, max(self.width() - left - 8, 10), max(self.height() - foot - 6, 10)))

    def values(self, curve: Curve) -> tuple[Array, Array]:
        """Return the points of a curve as they are drawn; what has no place is NaN."""
        x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
        if self._log:
            positive = np.isfinite(y) & (y > 0)
            y = np.where(positive, np.log10(np.where(positive, y, 1.0)), np.nan)
        return x, y

    def points(self, curve: Curve, view: View) -> tuple[Array, Array]:
        """Return the pixels of a curve, few enough to be drawn quickly."""
        x, y = self.values(curve)
        columns = max(int(view.area.width() / (2 if curve.width > 1 else 1)), 50)
        return view.at(*thinned(x, y, columns))

    # ---- mouse -----------------------------------------------------------------------------------------------------
    def wheelEvent(self, event: QWheelEvent) -> None:
        view, factor = self.view(), ZOOM ** event.angleDelta().y()
        x = view.value_at(event.position().x())
        low, high = (x + (end - x) * factor for end in view.x)
        self._steered = ((low, high), view.y)
        self.update()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._steered and self._reset_box().contains(event.position()):
            self.fit_view()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drag = (event.position(), self.view())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._pan(event.position())
            return
        view = self.view()
        x = view.value_at(event.position().x()) if view.area.contains(event.position()) else None
        self.set_cursor(x)
        self.hovered.emit(x)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        self.maximized.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.set_cursor(None)
        self.hovered.emit(None)

    def _pan(self, to: QPointF) -> None:
        assert self._drag is not None
        start, view = self._drag
        moved = to - start
        if self._steered is None and moved.manhattanLength() < 4:
            return
        dx = moved.x() / view.area.width() * (view.x[1] - view.x[0])
        dy = moved.y() / view.area.height() * (view.y[1] - view.y[0])
        self._steered = ((view.x[0] - dx, view.x[1] - dx), (view.y[0] + dy, view.y[1] + dy))
        self.update()

    def _reset_box(self) -> QRectF:
        return QRectF(self.width() - 92, self.view().area.bottom() - 26, 80, 20)

    # ---- painting --------------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, view = painter_of(self), self.view()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(self.rect(), theme.color("bg.panel"))
        self._paint_shades(painter, view)
        self._paint_axes(painter, view)
        painter.setClipRect(view.area.adjusted(0, -2, 0, 2))
        for marker in self._markers:
            self._paint_line(painter, view, marker)
        for curve in self._curves:
            self._paint_curve(painter, view, curve)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter, view)
        taken: list[QRectF] = []
        for marker in self._markers:
            self._paint_marker(painter, view, marker, taken)
        self._paint_cursor(painter, view)
        if self._steered:
            self._chip(painter, self._reset_box(), tr("reset view"), "accent.text", "accent.soft")
        painter.end()

    def _paint_shades(self, painter: QPainter, view: View) -> None:
        for low, high in self._shades:
            ends = [min(max(view.at(x, 0.0)[0], view.area.left()), view.area.right()) for x in (low, high)]
            painter.fillRect(QRectF(ends[0], view.area.top(), ends[1] - ends[0], view.area.height()),
                             theme.color("warning.soft"))  # fmt: skip

    def _paint_axes(self, painter: QPainter, view: View) -> None:
        area = view.area
        painter.setFont(theme.font(11))
        ticks = decade_ticks if self._log else round_ticks
        grid, muted = theme.color("border.soft"), theme.color("text.muted")
        for value in ticks(*view.y, max(int(area.height() / 40), 3)):
            y = view.at(view.x[0], value)[1]
            painter.fillRect(QRectF(area.left(), round(y), area.width(), 1), grid)
            painter.setPen(muted)
            text = f"{10.0**value:.4g}" if self._log else f"{value:.6g}"
            painter.drawText(QRectF(0, y - 8, area.left() - 8, LINE), RIGHT, text)
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.color("border.default"))
        for value in round_ticks(*view.x, max(int(area.width() / 44), 2), self._x_step):
            x = view.at(value, view.y[0])[0]
            painter.drawText(QRectF(x - 40, area.bottom() + 5, 80, LINE), CENTRE, f"{value:.6g}")
        self._paint_names(painter, area)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        painter.drawText(QRectF(area.left(), self.height() - LINE, area.width(), LINE), CENTRE, self._x_label)
        if self._y_label:
            painter.save()
            painter.translate(0, area.bottom())
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, area.height(), LINE), CENTRE, self._y_label)
            painter.restore()

    def _paint_curve(self, painter: QPainter, view: View, curve: Curve) -> None:
        if len(curve.x) < 1:
            return
        x, y = self.points(curve, view)
        painter.setPen(self._pen(curve))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(x) == 1 and math.isfinite(y[0]):
            painter.drawEllipse(QPointF(x[0], y[0]), 2, 2)
        for low, high in stretches(np.isfinite(x) & np.isfinite(y)):
            if curve.dash:
                points = zip(x[low:high].tolist(), y[low:high].tolist(), strict=True)
                painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))
            else:
                self._lines.draw(painter, x[low:high], y[low:high])

    def _pen(self, curve: Curve) -> QPen:
        color = theme.mix("bg.panel", curve.color, FAINT) if curve.faint else theme.color(curve.color)
        pen = QPen(color, 1 if curve.faint else curve.width)
        if curve.dash % len(DASHES):
            pen.setDashPattern(list(DASHES[curve.dash % len(DASHES)]))
        return pen

    def _paint_line(self, painter: QPainter, view: View, marker: Marker) -> None:
        pen = QPen(theme.color(marker.color), 1)
        if not marker.solid:
            pen.setDashPattern([3.0, 3.0])
        painter.setPen(pen)
        x = view.at(marker.x, 0.0)[0]
        painter.drawLine(QPointF(x, view.area.top()), QPointF(x, view.area.bottom()))

    def _paint_labels(self, painter: QPainter, view: View) -> None:
        painter.setFont(theme.font(11, 600))
        ends = []
        for curve in self._curves:
            if curve.label and len(curve.x):
                x, y = (float(v[-1]) for v in self.values(curve))
                across, down = view.at(x, y)
                if math.isfinite(down) and view.area.contains(QPointF(across, down)):
                    ends.append((across, down, curve))
        for (across, down, curve), shift in apart(ends, LINE - 1, LINE / 2, view.area.bottom() - LINE / 2):
            painter.setPen(theme.color(curve.color))
            width = theme.text_width(curve.label, painter.font())
            left = max(min(across + 5, self.width() - width - 2), view.area.left())
            place = QRectF(left, down + shift - 8, width + 2, LINE)
            painter.fillRect(place.adjusted(-2, 1, 1, -1), theme.color("bg.panel"))  # no line crosses a name
            painter.drawText(place, MIDDLE, curve.label)

    def _paint_marker(self, painter: QPainter, view: View, marker: Marker, taken: list[QRectF]) -> None:
        x = view.at(marker.x, 0.0)[0]
        if not view.area.left() <= x <= view.area.right():
            return
        if marker.y is not None and (not self._log or marker.y > 0):
            y = view.at(marker.x, math.log10(marker.y) if self._log else marker.y)[1]
            painter.setPen(QPen(theme.color("bg.panel"), 1.5))
            painter.setBrush(theme.color(marker.color))
            painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
        if marker.label:
            state = marker.color.removesuffix(".fill") if marker.color.endswith(".fill") else ""
            width = theme.text_width(marker.label, theme.font(11, 600)) + 16
            left = min(max(x - width / 2, view.area.left()), view.area.right() - width)
            box = QRectF(left, view.area.top() + 10, width, 22)
            while any(box.intersects(other) for other in taken):
                box.translate(0, 26)
            taken.append(box)
            self._chip(
                painter,
                box,
                marker.label,
                f"{state}.text" if state else marker.color,
                f"{state}.soft" if state else "bg.active",
            )

    def _paint_cursor(self, painter: QPainter, view: View) -> None:
        if self._cursor is None or self._drag is not None or not view.x[0] <= self._cursor <= view.x[1]:
            return
        x = view.at(self._cursor, 0.0)[0]
        painter.fillRect(QRectF(round(x), view.area.top(), 1, view.area.height()), theme.color("border.control"))
        said = self.said_at(self._cursor)
        if said:
            width = theme.text_width(said, theme.font(11, 600)) + 16
            left = min(max(x + 8, view.area.left()), self.width() - width - 4)
            self._chip(painter, QRectF(left, view.area.bottom() - 28, width, 22), said, "text.primary", "bg.active")

    def said_at(self, x: float) -> str:
        """Return the values of all named curves at the point nearest to x: "12 · train 0.41 · validation 0.45"."""
        told = [c for c in self._curves if (c.name or c.label) and not c.faint and len(c.x)]
        if not told:
            return ""
        places = np.unique(np.concatenate([np.asarray(c.x, float) for c in told]))
        place = float(places[np.abs(places - x).argmin()])
        parts = [_told(c, place) for c in told if c.x[0] <= place <= c.x[-1]]
        return " · ".join([f"{place:.4g}", *parts])

    @staticmethod
    def _chip(painter: QPainter, box: QRectF, text: str, color: str, fill: str) -> None:
        rounded(painter, box, theme.color(fill), None, 4)
        painter.setPen(theme.color(color))
        painter.setFont(theme.font(11, 600))
        painter.drawText(box, CENTRE, text)


def _told(curve: Curve, x: float) -> str:
    near = int(np.abs(np.asarray(curve.x, float) - x).argmin())
    values = curve.y if curve.told is None else curve.told
    return f"{curve.name or curve.label} {float(values[near]):.4g}"
