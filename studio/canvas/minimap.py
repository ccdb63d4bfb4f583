"""The minimap: all cards as bars, the seen part as a frame. A click jumps, a drag pans."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.canvas.arrange import CARD_W
from studio.canvas.view import View
from studio.text import tr
from studio.widgets import Themed, named, painter_of, rounded

INSET = 8
ROUND_FROM = 4.0
"""Lower bars have square corners; all of one colour are then drawn at once."""
SIDE, TOP = 320, 60
"""Scene pixels around the cards, so that the frame of the seen part has room."""


class Minimap(Themed, QWidget):
    """Follows a view."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self._bars: QPixmap | None = None
        self._bars_of: object = None
        self._in_hand: frozenset[str] = frozenset()
        self._frame: tuple[QRectF, float] | None = None
        self.setFixedSize(148, 106)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, tr("Minimap"), tr("Click to jump, drag to pan"))
        view.viewed.connect(self.update)
        view.canvas.drawn.connect(self._changed)
        view.canvas.moved.connect(self._moved)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(148, 106)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._jump(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._jump(event.position())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        world = self._world()
        wanted = world, self._in_hand
        if self._bars is None or self._bars_of != wanted:
            self._bars, self._bars_of = self._drawn_bars(world), wanted
        painter.drawPixmap(0, 0, self._bars)
        self._draw_bars(painter, world, self._in_hand)
        painter.setPen(QPen(theme.color("border.control"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([self._mapped(note.rect(), world) for note in self.view.canvas.notes.values()])
        painter.setPen(QPen(theme.color("accent.line"), 1.5))
        painter.setBrush(theme.color("accent.line", 0.07))
        inside = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.drawRoundedRect(self._mapped(self.view.seen(), world).intersected(inside), 4, 4)

    def _drawn_bars(self, world: tuple[QRectF, float]) -> QPixmap:
        """Return surface and bars as a picture, kept until cards or scale change; cards in hand are drawn over it."""
        ratio = self.devicePixelRatioF()
        made = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rounded(painter, QRectF(self.rect()), theme.color("bg.raised"), theme.color("border.default"), 8)
        self._draw_bars(painter, world, self.view.canvas.nodes.keys() - self._in_hand)
        painter.end()
        return made

    def _draw_bars(self, painter: QPainter, world: tuple[QRectF, float], cards: Iterable[str]) -> None:
        (left, top), share = self._mapped(QRectF(0, 0, 0, 0), world).topLeft().toTuple(), world[1]
        width, places, nodes = max(CARD_W * share, 2), self.view.canvas.places, self.view.canvas.nodes
        bars: dict[str, list[QRectF]] = {}
        for key in cards:
            (x, y), card = places[key], nodes[key].card
            bar = QRectF(left + x * share, top + y * share, width, max(card.height * share, 2))
            bars.setdefault("danger.fill" if card.error else theme.category(card.group).color, []).append(bar)
        for tone, rects in bars.items():
            self._bar(painter, rects, theme.color(tone, 1.0 if tone == "danger.fill" else 0.75))

    def _bar(self, painter: QPainter, rects: list[QRectF], tone: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        if rects[0].height() < ROUND_FROM:
            painter.drawRects(rects)
            return
        for rect in rects:
            painter.drawRoundedRect(rect, 2, 2)

    def restyle(self) -> None:
        self._bars = None

    def _changed(self) -> None:
        self._bars, self._frame, self._in_hand = None, None, frozenset()
        self.update()

    def _moved(self, cards: frozenset[str]) -> None:
        self._in_hand = cards & self.view.canvas.nodes.keys()
        self.update()

    def _world(self) -> tuple[QRectF, float]:
        """Return the part of the scene that is shown, and its scale. While cards are in hand it stays."""
        if self._frame is None:
            self._frame = self._whole()
        return self._frame

    def _whole(self) -> tuple[QRectF, float]:
        world = self.view.canvas.extent().adjusted(-SIDE, -TOP, SIDE, TOP)
        width, height = self.width() - 2 * INSET, self.height() - 2 * INSET
        share = min(width / max(world.width(), 1), height / max(world.height(), 1))
        return world, share

    def _mapped(self, rect: QRectF, frame: tuple[QRectF, float]) -> QRectF:
        world, share = frame
        x = (self.width() - world.width() * share) / 2 + (rect.x() - world.x()) * share
        y = (self.height() - world.height() * share) / 2 + (rect.y() - world.y()) * share
        return QRectF(x, y, rect.width() * share, rect.height() * share)

    def _jump(self, at: QPointF) -> None:
        world, share = self._world()
        x = world.x() + (at.x() - (self.width() - world.width() * share) / 2) / share
        y = world.y() + (at.y() - (self.height() - world.height() * share) / 2) / share
        self.view.centre_on(QPointF(x, y))
