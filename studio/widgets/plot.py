"""Plots: the only importer of pyqtgraph. Curves, scatter, bars and heat maps in the look of the tokens.

Paint rules (they are about time, not taste): curves thicker than 1 px have no antialiasing and opaque colours, each curve
is reduced to the extremes per pixel column before it is drawn, and a plot is redrawn only when its data changed, at most
30 times a second and for at most 15 % of the time.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from studio import theme
from studio.widgets.base import Themed, named, painter_of, rounded

FRAME_MS = 33
DUTY = 6.0
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 3), (8, 3, 2, 3))
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Curve:
    """One series: values, colour token, width, dash (index into DASHES), and a label at its end.

    faint: drawn as a light tint (the raw curve under a smoothed one).
    """

    x: Any
    y: Any
    color: str = "plot.0"
    width: float = 1.5
    dash: int = 0
    label: str = ""
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line with a label (best epoch, a change of learning rate); with y also a point on the curve."""

    x: float
    label: str = ""
    color: str = "success.fill"
    y: float | None = None


class _Plot(Themed, pg.PlotWidget):
    """What all plots share: axes, grid, fonts, theme and pace."""

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "", log: bool = False) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(80, 60)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._x_label, self._y_label, self._log = x_label, y_label, log
        self._changed, self._cost, self._last = False, 0.0, 0.0
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setContentsMargins(0, 4, 8, 0)
        item.showGrid(x=False, y=True, alpha=0.9)
        named(self, name)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._frame)
        self.follow_theme()

    def restyle(self) -> None:
        self.setBackground(theme.color("bg.panel"))
        item = self.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setStyle(tickFont=theme.font(11), tickLength=0, tickTextOffset=8)
            axis.setPen(pg.mkPen(theme.color("border.default")) if side == "bottom" else pg.mkPen(None))
            axis.setTextPen(pg.mkPen(theme.color("text.muted")))
            axis.setTickPen(pg.mkPen(theme.color("border.soft")))
            axis.enableAutoSIPrefix(False)
            axis.setZValue(-1000)
        style = {"color": theme.color("text.muted").name(), "font-size": "11px", "font-family": "Inter"}
        item.setLabel("bottom", self._x_label or None, **style)
        item.setLabel("left", self._y_label or None, **style)
        self.redraw()

    def set_labels(self, x_label: str, y_label: str) -> None:
        """Name the axes."""
        self._x_label, self._y_label = x_label, y_label
        self.restyle()

    def changed(self) -> None:
        """Ask for a frame; it comes as soon as the pace allows."""
        self._changed = True
        if not self._timer.isActive():
            wait = max(FRAME_MS / 1000, DUTY * self._cost) - (time.perf_counter() - self._last)
            self._timer.start(max(0, math.ceil(wait * 1000)))

    def redraw(self) -> None:
        """Draw now, whatever the pace."""
        self._changed = True
        self._frame()

    def draw(self) -> None:
        """Put the data into pyqtgraph's items."""
        raise NotImplementedError

    def _frame(self) -> None:
        if not self._changed:
            return
        self._changed = False
        began = time.perf_counter()
        self.draw()
        self._cost = time.perf_counter() - began
        self._last = time.perf_counter()

    def paintEvent(self, event: QPaintEvent) -> None:
        began = time.perf_counter()
        super().paintEvent(event)
        self._cost += time.perf_counter() - began


class CurvePlot(_Plot):
    """Curves over a common x. `set_curves` replaces them; a person's zoom and pan stay until `fit_view`.

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
        x_range: Any = None,
        y_range: Any = None,
    ) -> None:
        self._curves: tuple[Curve, ...] = ()
        self._markers: tuple[Marker, ...] = ()
        self._items: list[Any] = []
        self._extra: list[Any] = []
        self._labels: list[Any] = []
        super().__init__(name=name, x_label=x_label, y_label=y_label, log=log)
        self._ranges = (x_range, y_range)
        self.fit_view()
        self.scene().sigMouseMoved.connect(self._moved)

    def curves(self) -> tuple[Curve, ...]:
        """Return the curves that are shown."""
        return self._curves

    def markers(self) -> tuple[Marker, ...]:
        """Return the markers that are shown."""
        return self._markers

    def set_curves(self, curves: Sequence[Curve], markers: Sequence[Marker] = ()) -> None:
        """Show these curves and markers from the next frame on."""
        self._curves, self._markers = tuple(curves), tuple(markers)
        self.setAccessibleDescription(self.summary())
        self.changed()

    def set_log(self, log: bool) -> None:
        """Draw y in powers of ten; values that are not positive are left out."""
        self._log = log
        self.getPlotItem().getAxis("left").setLogMode(log)
        self.fit_view()
        self.changed()

    def fit_view(self) -> None:
        """Show everything, and follow new data."""
        x_range, y_range = self._ranges
        self.enableAutoRange()
        if x_range:
            self.setXRange(*x_range, padding=0)
        if y_range:
            self.setYRange(*y_range, padding=0)

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

    def draw(self) -> None:
        while len(self._items) < len(self._curves):
            item = pg.PlotCurveItem(skipFiniteCheck=False)
            self.addItem(item)
            self._items.append(item)
        columns = max(self.width(), 100)
        for item, curve in zip(self._items, self._curves, strict=False):
            x, y = thinned(*self._values(curve), columns)
            item.setPen(self._pen(curve))
            item.opts["antialias"] = curve.width <= 1
            item.setData(x, y, connect="finite")
            item.setVisible(True)
        for item in self._items[len(self._curves) :]:
            item.setVisible(False)
        self._annotate()

    def _values(self, curve: Curve) -> tuple[Array, Array]:
        x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
        if self._log:
            y = np.where(y > 0, y, np.nan)
            y = np.log10(y, where=np.isfinite(y), out=np.full_like(y, np.nan))
        return x, y

    def _pen(self, curve: Curve) -> QPen:
        color = theme.mix("bg.panel", curve.color, 0.3) if curve.faint else theme.color(curve.color)
        pen = pg.mkPen(color, width=1 if curve.faint else curve.width)
        if curve.dash % len(DASHES):
            pen.setDashPattern(list(DASHES[curve.dash % len(DASHES)]))
        return pen  # type: ignore[no-any-return]

    def _annotate(self) -> None:
        for item in self._extra:
            self.removeItem(item)
        self._extra = []
        for curve in self._curves:
            if curve.label and len(curve.y) and math.isfinite(float(curve.y[-1])):
                x, y = self._values(curve)
                self._text(float(x[-1]), float(y[-1]), curve.label, curve.color, (0, 0.5))
        for marker in self._markers:
            pen = pg.mkPen(theme.color(marker.color), width=1)
            pen.setDashPattern([3.0, 3.0])
            self._put(pg.InfiniteLine(marker.x, angle=90, pen=pen))
            if marker.y is not None:
                self._point(marker)

    def _point(self, marker: Marker) -> None:
        y = float(marker.y or 0)
        if self._log:
            y = math.log10(y) if y > 0 else math.nan
        brush = pg.mkBrush(theme.color(marker.color))
        self._put(
            pg.ScatterPlotItem([marker.x], [y], size=8, brush=brush, pen=pg.mkPen(theme.color("bg.panel"), width=1.5))
        )
        if marker.label:
            self._text(marker.x, y, marker.label, marker.color, (0.5, 1.4))

    def _text(self, x: float, y: float, text: str, color: str, anchor: tuple[float, float]) -> None:
        item = pg.TextItem(text, color=theme.color(color), anchor=anchor)
        item.setFont(theme.font(11, 600))
        self._put(item)
        item.setPos(x, y)

    def _put(self, item: Any) -> None:
        self.addItem(item, ignoreBounds=True)
        self._extra.append(item)

    def _moved(self, place: Any) -> None:
        box = self.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(place)
        self.hovered.emit(float(box.mapSceneToView(place).x()) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.maximized.emit()


class ScatterPlot(_Plot):
    """Points (at most 5,000 are drawn), an optional straight line, and `picked(index)` when a point is clicked."""

    picked = Signal(object)
    MOST = 5000

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "", diagonal: bool = False) -> None:
        self._x: Array = np.empty(0)
        self._y: Array = np.empty(0)
        self._colors: Sequence[str] = ("plot.0",)
        self._chosen: frozenset[int] = frozenset()
        self._diagonal, self._item, self._line = diagonal, pg.ScatterPlotItem(size=6), pg.PlotCurveItem()
        super().__init__(name=name, x_label=x_label, y_label=y_label)
        self.addItem(self._line)
        self.addItem(self._item)
        self._item.sigClicked.connect(self._clicked)

    def set_points(self, x: Any, y: Any, colors: Sequence[str] = ("plot.0",), chosen: Sequence[int] = ()) -> None:
        """Show points; colors is one token for all or one per point; chosen points are ringed."""
        self._x, self._y = np.asarray(x, float), np.asarray(y, float)
        self._colors, self._chosen = colors, frozenset(chosen)
        self.setAccessibleDescription(f"{len(self._x)} points")
        self.changed()

    def draw(self) -> None:
        every = np.arange(len(self._x))
        shown = every if len(every) <= self.MOST else every[:: math.ceil(len(every) / self.MOST)]
        tokens = [self._colors[0] if len(self._colors) == 1 else self._colors[i] for i in shown]
        brushes = {t: pg.mkBrush(theme.color(t, 0.75)) for t in set(tokens)}
        ring, none = pg.mkPen(theme.color("text.primary"), width=1.5), pg.mkPen(None)
        pens = [ring if int(i) in self._chosen else none for i in shown]
        self._item.setData(self._x[shown], self._y[shown], brush=[brushes[t] for t in tokens], pen=pens, data=shown)
        if self._diagonal and len(shown):
            low, high = (float(f([f(self._x), f(self._y)])) for f in (np.min, np.max))
            self._line.setData([low, high], [low, high], pen=pg.mkPen(theme.color("text.muted"), width=1))

    def _clicked(self, _item: Any, points: Any, *_: Any) -> None:
        if len(points):
            self.picked.emit(int(points[0].data()))


class BarPlot(Themed, QWidget):
    """Bars from zero, painted plainly: histograms (no gaps) and counts per class (with labels)."""

    def __init__(self, *, name: str, color: str = "plot.0", gap: float = 1.0, labels: bool = True) -> None:
        super().__init__()
        self._values: list[float] = []
        self._names: list[str] = []
        self._color, self._gap, self._show = color, gap, labels
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name)
        self.follow_theme()

    def set_bars(self, values: Sequence[float], names: Sequence[str] = (), color: str | None = None) -> None:
        """Show values; names stand under the bars, as many as fit."""
        self._values, self._names, self._color = [float(v) for v in values], list(names), color or self._color
        self.setAccessibleDescription("; ".join(f"{n}: {v:.4g}" for n, v in zip(names, values, strict=False)))
        self.update()

    def values(self) -> list[float]:
        """Return the values that are shown."""
        return self._values

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        foot = 18 if self._show and self._names else 1
        room = QRectF(0, 2, self.width(), self.height() - foot - 2)
        top = max((v for v in self._values if math.isfinite(v)), default=0.0)
        step = room.width() / max(len(self._values), 1)
        for i, value in enumerate(self._values):
            tall = room.height() * value / top if top > 0 and math.isfinite(value) else 0.0
            bar = QRectF(i * step + self._gap / 2, room.bottom() - tall, max(step - self._gap, 1), tall)
            painter.fillRect(bar, theme.color(self._color))
        painter.fillRect(QRectF(0, room.bottom(), room.width(), 1), theme.color("border.default"))
        if foot > 1:
            self._name(painter, step, room.bottom() + 2)

    def _name(self, painter: QPainter, step: float, y: float) -> None:
        font = theme.font(11)
        painter.setFont(font)
        painter.setPen(theme.color("text.muted"))
        widest = max((theme.text_width(n, font) for n in self._names), default=1.0) + 8
        every = max(1, math.ceil(widest / max(step, 1)))
        for i in range(0, len(self._names), every):
            box = QRectF(i * step - widest / 2 + step / 2, y, widest, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._names[i])


class HeatMap(Themed, QWidget):
    """A matrix of values with the number in each cell: confusion matrices. `picked(row, column)` on click or arrow keys.

    -1 stands for a whole row or column (a click on a head).
    """

    picked = Signal(object, object)

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "") -> None:
        super().__init__()
        self._cells: Any = np.zeros((0, 0))
        self._texts: Any = None
        self._names: list[str] = []
        self._x_label, self._y_label, self._chosen = x_label, y_label, (-2, -2)
        self.setMinimumSize(160, 140)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        named(self, name)
        self.follow_theme()

    def set_cells(self, shares: Any, names: Sequence[str], texts: Any = None) -> None:
        """Show a square matrix: shares in 0..1 give the colour, texts (default: the shares) the numbers."""
        self._cells, self._texts, self._names = np.asarray(shares, float), texts, list(names)
        self.update()

    def choose(self, row: int, column: int) -> None:
        """Ring a cell (or a row or column with -1) without telling."""
        self._chosen = (row, column)
        self.update()

    def chosen(self) -> tuple[int, int]:
        """Return the ringed cell; (-2, -2) is none."""
        return self._chosen

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, grid = painter_of(self), self._grid()
        n = len(self._cells)
        if not n:
            return
        cell = QRectF(0, 0, grid.width() / n, grid.height() / n)
        for i in range(n):
            for j in range(n):
                self._cell(painter, cell.translated(grid.x() + j * cell.width(), grid.y() + i * cell.height()), i, j)
        self._heads(painter, grid, cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        grid, n = self._grid(), len(self._cells)
        if not n:
            return
        place = event.position()
        column = int((place.x() - grid.x()) // (grid.width() / n)) if place.x() >= grid.x() else -1
        row = int((place.y() - grid.y()) // (grid.height() / n)) if place.y() <= grid.bottom() else -1
        if max(row, column) >= 0 and row < n and column < n:
            self._pick(max(row, -1), column)

    def keyPressEvent(self, event: Any) -> None:
        moves = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        key, n = Qt.Key(event.key()), len(self._cells)
        if key not in moves or not n:
            super().keyPressEvent(event)
            return
        row, column = (max(c, 0) + d for c, d in zip(self._chosen, moves[key], strict=True))
        self._pick(min(max(row, 0), n - 1), min(max(column, 0), n - 1))

    def _pick(self, row: int, column: int) -> None:
        self.choose(row, column)
        self.picked.emit(row, column)

    def _grid(self) -> QRectF:
        font: QFont = theme.font(11)
        left = min(max((theme.text_width(n, font) for n in self._names), default=0) + 12, self.width() * 0.3)
        left += 18 if self._y_label else 0
        return QRectF(left, 2, self.width() - left - 2, self.height() - 26 - (16 if self._x_label else 0))

    def _cell(self, painter: QPainter, box: QRectF, i: int, j: int) -> None:
        share = float(self._cells[i][j])
        fill = theme.ramp(share if math.isfinite(share) else 0.0)
        rounded(painter, box.adjusted(1, 1, -1, -1), fill, None, 3)
        if (i, j) == self._chosen or (i, -1) == self._chosen or (-1, j) == self._chosen:
            rounded(painter, box.adjusted(1, 1, -1, -1), None, theme.color("accent.line"), 3, 2)
        text = str(self._texts[i][j]) if self._texts is not None else f"{share:.0%}"
        dark = fill.lightnessF() < 0.55
        painter.setPen(theme.color("#FFFFFF" if dark else "#171A21"))
        painter.setFont(theme.font(12 if box.width() > 34 else 11, 500, mono=True))
        if box.width() > theme.text_width(text, painter.font()) and box.height() > 12:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _heads(self, painter: QPainter, grid: QRectF, cell: QRectF) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text.secondary"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        side = 18 if self._y_label else 0
        for i, name in enumerate(self._names):
            box = QRectF(side, grid.y() + i * cell.height(), grid.x() - side - 6, cell.height())
            painter.drawText(box, right, metrics.elidedText(name, elide, int(box.width())))
            box = QRectF(grid.x() + i * cell.width(), grid.bottom() + 4, cell.width(), 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(name, elide, int(box.width()) - 2))
        painter.setPen(theme.color("text.muted"))
        if self._x_label:
            box = QRectF(grid.x(), self.height() - 17, grid.width(), 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._x_label)
        if self._y_label:
            painter.translate(0, grid.bottom())
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, grid.height(), 16), Qt.AlignmentFlag.AlignCenter, self._y_label)
            painter.resetTransform()


def thinned(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Return at most 2 x columns points: the extremes of each pixel column, so that spikes stay."""
    n = len(y)
    if n <= 2 * columns:
        return x, y
    width = math.ceil(n / columns)
    whole = n // width * width
    blocks = y[:whole].reshape(-1, width)
    starts = np.arange(len(blocks)) * width
    filled = np.where(np.isfinite(blocks), blocks, np.nanmean(y) if np.isfinite(y).any() else 0.0)
    picks = np.sort(np.stack([starts + filled.argmin(1), starts + filled.argmax(1)], 1), axis=1).ravel()
    picks = np.concatenate([picks, np.arange(whole, n)])
    return x[picks], y[picks]


def smoothed(y: Any, share: float) -> Array:
    """Return the exponential moving average of a curve; share 0 is the curve itself, 0.99 very smooth.

    The start is corrected for having no past (as in Adam), so a constant curve stays what it is. NaN values are skipped.
    """
    values = np.asarray(y, float)
    out, mean, weight = np.empty_like(values), 0.0, 0.0
    for i, value in enumerate(values):
        if math.isfinite(value):
            mean, weight = share * mean + (1 - share) * value, share * weight + (1 - share)
        out[i] = mean / weight if weight else np.nan
    return out
