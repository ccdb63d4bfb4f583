"""Small multiples of the layers on the Fit page: how large each one's gradient is, and how its weights lie."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip

from studio import theme
from studio.pages import numbers
from studio.pages.fit.norms import Floats, Norms, Tile
from studio.pages.fit.runs import Swatch
from studio.text import plural, tr
from studio.widgets import Card, Icon, Label, Themed, icon_at, named, painter_of, plain_tip, rounded, row
from studio.widgets.announce import announce
from studio.widgets.series import Array, thinned

if TYPE_CHECKING:
    from engine.training.spread import Spread

NARROWEST, GAP, PAD = 148, 8, 8
HEAD, CURVE, BARS = 24, 38, 34
FULL, SHORT = PAD + HEAD + CURVE + 8 + BARS, PAD + HEAD + CURVE
"""Heights with and without the weights."""
CAPTIONS = {"vanishing": "vanishing", "dead": "without gradient", "exploding": "exploding"}
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**6), Qt.Key.Key_End: 10**6}


def sentence(tile: Tile) -> str:
    """Return what a tile says."""
    parts = [tr("{name}: gradient norm {norm}", name=tile.name, norm=_short(tile.last))]
    if tile.spread is not None:
        parts.append(tr("weights from {low:.3g} to {high:.3g}", low=tile.spread.low, high=tile.spread.high))
    if tile.state:
        parts.append(tr(CAPTIONS[tile.state]))
    return ", ".join(parts)


def _short(norm: float) -> str:
    return numbers.NONE if not np.isfinite(norm) else f"{norm:.2g}"


class LayerTiles(Themed, QAbstractScrollArea):
    """A tile per layer, side by side; only those on the screen are painted. `picked(place)` when one is chosen.

    Arrow keys move, Enter and a click choose.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[Tile] = []
        self._chosen, self._at = "", 0
        self._span = (0.0, 1.0)
        self._weights = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        named(self, tr("Layers"))
        self.follow_theme()

    def show_tiles(self, tiles: Sequence[Tile], low: float, high: float) -> None:
        """Show other layers, or the same with newer figures. low, high: the norms at both ends of the axis."""
        if len(tiles) != len(self._tiles):
            self._at = 0
        self._tiles = list(tiles)
        self._span = _decades(low, high)
        self._arrange()
        self._describe()
        self.viewport().update()

    def show_weights(self, on: bool) -> None:
        """Show the weights under the gradients, or leave them out where there is little room."""
        self._weights = on
        self.updateGeometry()
        self.viewport().update()

    def choose(self, place: str) -> None:
        """Emphasise the tile of a layer; "": none."""
        if place != self._chosen:
            self._chosen = place
            self.viewport().update()

    def choose_of(self, nodes: Sequence[str]) -> None:
        """Emphasise the first layer of the nodes that are selected, unless one of theirs is emphasised already."""
        if self._chosen.partition("/")[0] not in nodes:
            found = (tile.place for tile in self._tiles if tile.place.partition("/")[0] in nodes)
            self.choose(next(found, ""))

    def tiles(self) -> list[Tile]:
        """Return what is shown."""
        return self._tiles

    def rect_of(self, index: int) -> QRect:
        """Return where a tile is in the viewport."""
        left = round(index * self._step()) - self.horizontalScrollBar().value()
        return QRect(left, 0, round(self._step() - GAP), self._height())

    def sizeHint(self) -> QSize:
        bar = self.horizontalScrollBar()
        return QSize(400, self._height() + (bar.sizeHint().height() if bar.maximum() > 0 else 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, self.sizeHint().height())

    # ---- acting ----------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index(event.position())
        if index is not None:
            self._at = index
            self._pick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is not None and self._tiles:
            self._at = min(max(self._at + step, 0), len(self._tiles) - 1)
            self._reveal()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._tiles:
            self._pick()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index(QPointF(event.pos()))
            text = "" if index is None else sentence(self._tiles[index])
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._describe()
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def _pick(self) -> None:
        self._reveal()
        self.picked.emit(self._tiles[self._at].place)

    def _reveal(self) -> None:
        rect, bar = self.rect_of(self._at), self.horizontalScrollBar()
        if rect.left() < 0:
            bar.setValue(bar.value() + rect.left())
        elif rect.right() > self.viewport().width():
            bar.setValue(bar.value() + rect.right() - self.viewport().width() + 1)
        self._describe()
        announce(self, sentence(self._tiles[self._at]))
        self.viewport().update()

    def _describe(self) -> None:
        """Say the tile that the keys are on first, then the others."""
        tiles = self._tiles[self._at : self._at + 1] if self.hasFocus() else self._tiles[:20]
        self.setAccessibleDescription("; ".join(sentence(tile) for tile in tiles))

    # ---- measures --------------------------------------------------------------------------------------------------
    def _height(self) -> int:
        return FULL if self._weights else SHORT

    def _step(self) -> float:
        """Return the width of a tile with its gap: all of the width is used."""
        return max((self.viewport().width() + GAP) / max(len(self._tiles), 1), NARROWEST + GAP)

    def _arrange(self) -> None:
        bar, had = self.horizontalScrollBar(), self.horizontalScrollBar().maximum() > 0
        width = round(self._step() * len(self._tiles) - GAP)
        bar.setRange(0, max(width - self.viewport().width(), 0))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(round(self._step()))
        if had != (bar.maximum() > 0):
            self.updateGeometry()

    def _index(self, at: QPointF) -> int | None:
        index = int((at.x() + self.horizontalScrollBar().value()) // self._step())
        return index if 0 <= index < len(self._tiles) else None

    # ---- painting --------------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self.viewport())
        step, seen = self._step(), self.horizontalScrollBar().value()
        first, last = int(seen // step), int((seen + self.viewport().width()) // step)
        for index in range(first, min(last + 1, len(self._tiles))):
            self._paint(painter, index)
        painter.end()

    def _paint(self, painter: QPainter, index: int) -> None:
        tile, rect = self._tiles[index], QRectF(self.rect_of(index))
        if tile.place == self._chosen:
            rounded(painter, rect.adjusted(0, 0, 0, -1), theme.color("accent.soft"), None, 6)
        if self.hasFocus() and index == self._at:
            ring = rect.adjusted(1, 1, -1, -2)
            rounded(painter, ring, None, theme.color("accent.line"), 6, 2)
        inner = rect.adjusted(PAD, 4, -PAD, 0)
        self._paint_head(painter, tile, inner)
        curve = QRectF(inner.left(), inner.top() + HEAD, inner.width(), CURVE)
        self._paint_norms(painter, tile, curve)
        if self._weights:
            _paint_weights(painter, tile, QRectF(inner.left(), curve.bottom() + 8, inner.width(), BARS))

    def _paint_head(self, painter: QPainter, tile: Tile, inner: QRectF) -> None:
        line = QRectF(inner.left(), inner.top(), inner.width(), HEAD - 4)
        text, font = _short(tile.last), theme.font(11, 500, mono=True)
        width = theme.text_width(text, font)
        painter.setFont(font)
        painter.setPen(theme.color("warning.text" if tile.state else "text.secondary"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        if tile.state:
            icon_at(painter, line.right() - width - 18, line.top() + 3, "triangle-alert", "warning.fill", 14)
            width += 18
        font = theme.font(12, 500)
        painter.setFont(font)
        painter.setPen(theme.color("text.primary"))
        room = line.adjusted(0, 0, -width - 8, 0)
        shown = painter.fontMetrics().elidedText(tile.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_norms(self, painter: QPainter, tile: Tile, area: QRectF) -> None:
        """The norms on a logarithmic axis that all tiles share."""
        tone = "warning.fill" if tile.state else "plot.0"
        x, y = _points(tile.norms, self._span, area)
        if len(x) > 1:
            columns = np.arange(math.ceil(x[0]), x[-1]) + 0.5
            tops = np.interp(columns, x, y)
            painter.setPen(QPen(theme.tint(tone, "bg.raised"), 1))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            _draw(painter, columns, tops, columns, np.full(len(columns), area.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color(tone), 1.5))
            _draw(painter, x[:-1], y[:-1], x[1:], y[1:])
        elif len(x):
            painter.setPen(QPen(theme.color(tone), 1.5))
            painter.drawLine(QPointF(x[0], y[0]), QPointF(area.right(), y[0]))
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.color("border.default"))


def _paint_weights(painter: QPainter, tile: Tile, area: QRectF) -> None:
    counts = tile.spread.counts if tile.spread is not None else ()
    most, step = max(counts, default=0), area.width() / max(len(counts), 1)
    for i, count in enumerate(counts):
        tall = area.height() * count / most if most else 0.0
        bar = QRectF(area.left() + i * step + 0.5, area.bottom() - tall, max(step - 1, 1), tall)
        painter.fillRect(bar, theme.color("plot.6"))
    painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.color("border.default"))


def _draw(painter: QPainter, x1: Array, y1: Array, x2: Array, y2: Array) -> None:
    """Draw lines one by one: one polygon or polyline of as many points costs Qt thirty times as much."""
    ends = zip(x1.tolist(), y1.tolist(), x2.tolist(), y2.tolist(), strict=True)
    painter.drawLines([QLineF(*line) for line in ends])


def _points(norms: Floats, span: tuple[float, float], area: QRectF) -> tuple[Array, Array]:
    """Return the points of a curve over all of an area's width, few enough to be drawn quickly."""
    x, y = thinned(np.arange(len(norms), dtype=float), norms.astype(float), max(int(area.width() / 2), 8))
    known = np.isfinite(y) & (y > 0)
    shares = (np.log10(y[known]) - span[0]) / (span[1] - span[0])
    across = area.left() + x[known] / max(len(norms) - 1, 1) * area.width()
    return across, area.bottom() - 1 - shares * (area.height() - 2)


def _decades(low: float, high: float) -> tuple[float, float]:
    """Return the logarithms at both ends of the axis, a decade apart at least."""
    if not low > 0:
        return 0.0, 1.0
    return math.log10(low) - 0.15, max(math.log10(high), math.log10(low) + 1) + 0.05


class LayersCard(Card):
    """The tiles with a legend and a count of those that hardly learn."""

    def __init__(self) -> None:
        self.tiles = LayerTiles()
        self.warning, self.warned = Icon("triangle-alert", "warning.fill", 14), Label("", 11, 500, "warning.text")
        self.weights = row(4, Swatch(6, 0), Label(tr("weights"), 11, 500, "text.secondary"), spacing=6)
        legend = row(
            Label(tr("gradient norm, log"), 11, 400, "text.muted"),
            4, Swatch(0, 0), Label(tr("gradient"), 11, 500, "text.secondary"), self.weights, 6, spacing=6,
        )  # fmt: skip
        super().__init__(
            tr("Layers"), self.tiles, tools=(self.warning, self.warned, legend), margins=(8, 0, 8, 8), head=36
        )
        self._count(0)

    def show_layers(self, norms: Norms, spreads: "Sequence[Spread]") -> None:
        """Show the layers of a run; a run that trained none has no card."""
        tiles = norms.tiles(spreads)
        self.setVisible(bool(tiles))
        self.tiles.show_tiles(tiles, norms.low, norms.high)
        self._count(sum(tile.state != "" for tile in tiles))

    def show_weights(self, on: bool) -> None:
        """Show the weights under the gradients, or leave them out where there is little room."""
        self.tiles.show_weights(on)
        self.weights.setVisible(on)

    def _count(self, warned: int) -> None:
        self.warning.setVisible(warned > 0)
        self.warned.setVisible(warned > 0)
        self.warned.setText(plural(warned, "layer to look at", "layers to look at"))
