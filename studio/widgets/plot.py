"""Plots: the only importer of pyqtgraph. Curves and scatter here; bars and heat maps paint themselves.

Paint rules (about time, not taste): curves thicker than 1 px have no antialiasing and opaque colours, each curve is
reduced to the extremes per pixel column before it is drawn, and a plot is redrawn only when its data changed, at most
30 times a second and for at most 15 % of the time.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from studio import theme
from studio.widgets.bars import BarPlot
from studio.widgets.base import Themed, named
from studio.widgets.heat import HeatMap
from studio.widgets.series import Array, decade_ticks, smoothed, thinned

FRAME_MS = 33
DUTY = 6.0
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 3), (8, 3, 2, 3))


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


class _Axis(pg.AxisItem):
    """A vertical axis that labels powers of ten by their values: 0.2, 0.3, 0.5, 1."""

    def tickValues(self, low: float, high: float, size: float) -> Any:
        if not self.logMode:
            return super().tickValues(low, high, size)
        return [(1.0, decade_ticks(low, high, max(int(size / 28), 2)))]

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        if not self.logMode:
            strings: list[str] = super().tickStrings(values, scale, spacing)
            return strings
        return [f"{10.0**v:.4g}" for v in values]


class _Plot(Themed, pg.PlotWidget):
    """What all plots share: axes, grid, fonts, theme and pace."""

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "", log: bool = False) -> None:
        super().__init__(axisItems={"left": _Axis("left")})
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
        item.getAxis("left").setLogMode(log)
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

    def set_x_range(self, low: float, high: float) -> None:
        """Show x from low to high, unless a person has zoomed or panned."""
        if (low, high) != self._ranges[0]:
            self._ranges = ((low, high), self._ranges[1])
            if not self._steered():
                self.setXRange(low, high, padding=0)

    def _steered(self) -> bool:
        """Return whether a person zoomed or panned: pyqtgraph then follows the data no longer."""
        following = self.getPlotItem().getViewBox().autoRangeEnabled()
        return not following[1] and self._ranges[1] is None

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
        for (x, y, curve), anchor in apart(self._ends(), self._reach()):
            self._text(x, y, curve.label, curve.color, (0, anchor))
        for marker in self._markers:
            pen = pg.mkPen(theme.color(marker.color), width=1)
            pen.setDashPattern([3.0, 3.0])
            self._put(self._flagged(pg.InfiniteLine(marker.x, angle=90, pen=pen, **self._flag(marker)), marker))
            if marker.y is not None:
                self._point(marker)

    def _ends(self) -> list[tuple[float, float, Curve]]:
        """Return where the labelled curves end."""
        ends = []
        for curve in self._curves:
            if curve.label and len(curve.y):
                x, y = self._values(curve)
                ends.append((float(x[-1]), float(y[-1]), curve))
        return [end for end in ends if math.isfinite(end[1])]

    def _reach(self) -> float:
        """Return the height of a line of text on the y axis."""
        low, high = self.getPlotItem().getViewBox().viewRange()[1]
        return float(16 * (high - low) / max(self.height() - 40, 60))

    def _point(self, marker: Marker) -> None:
        y = float(marker.y or 0)
        if self._log:
            y = math.log10(y) if y > 0 else math.nan
        brush = pg.mkBrush(theme.color(marker.color))
        self._put(
            pg.ScatterPlotItem([marker.x], [y], size=8, brush=brush, pen=pg.mkPen(theme.color("bg.panel"), width=1.5))
        )

    def _flag(self, marker: Marker) -> dict[str, Any]:
        """Return the options of a marker's label: near the top, where curves that fall have passed."""
        if not marker.label:
            return {}
        state = marker.color.partition(".")[0] if marker.color.endswith(".fill") else ""
        colors = {"color": theme.color(f"{state}.text" if state else marker.color)}
        fill = theme.color(f"{state}.soft" if state else "bg.active")
        places = {"position": 0.94, "anchors": [(0.5, 0.5), (0.5, 0.5)], "movable": False}
        return {"label": f" {marker.label} ", "labelOpts": colors | {"fill": pg.mkBrush(fill)} | places}

    def _flagged(self, line: Any, marker: Marker) -> Any:
        if marker.label:
            line.label.setFont(theme.font(11, 600))
        return line

    def _text(self, x: float, y: float, text: str, color: str, anchor: tuple[float, float], fill: str = "") -> None:
        brush = pg.mkBrush(theme.color(fill)) if fill else None
        item = pg.TextItem(text, color=theme.color(color), anchor=anchor, fill=brush)
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


def apart(ends: list[tuple[float, float, Curve]], height: float) -> list[tuple[tuple[float, float, Curve], float]]:
    """Return each end with the vertical anchor of its label: neighbours that would overlap move apart."""
    ordered = sorted(ends, key=lambda end: end[1])
    anchors = [0.5] * len(ordered)
    for i in range(len(ordered) - 1):
        gap = (ordered[i + 1][1] - ordered[i][1]) / height if height else 1.0
        if gap < 1:
            anchors[i], anchors[i + 1] = 0.5 - (1 - gap) / 2, 0.5 + (1 - gap) / 2
    return list(zip(ordered, anchors, strict=True))


__all__ = [
    "DASHES", "BarPlot", "Curve", "CurvePlot", "HeatMap", "Marker", "ScatterPlot", "smoothed", "thinned",
]  # fmt: skip
