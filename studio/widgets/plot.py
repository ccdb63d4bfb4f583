"""Plots: the only importer of pyqtgraph. Scatter here; curves and bars paint themselves.

A plot is redrawn only when its data changed, at most 30 times a second and for at most 15 % of the time.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame

from studio import theme
from studio.widgets.bars import BarPlot
from studio.widgets.base import Themed, named
from studio.widgets.curve import DASHES, Curve, Marker
from studio.widgets.curves import CurvePlot
from studio.widgets.series import Array, smoothed, thinned

FRAME_MS = 33
DUTY = 6.0


class _Plot(Themed, pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is untyped
    """What all plots share: axes, grid, fonts, theme and pace."""

    def __init__(self, *, name: str, x_label: str = "", y_label: str = "") -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumSize(80, 60)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._x_label, self._y_label = x_label, y_label
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


__all__ = [
    "DASHES", "BarPlot", "Curve", "CurvePlot", "Marker", "ScatterPlot", "smoothed", "thinned",
]  # fmt: skip
