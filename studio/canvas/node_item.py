"""A card on the canvas. It paints one `Card` value and its own view state (selected, hovered, offered as a drop)."""

import functools
import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.canvas.arrange import CARD_W
from studio.canvas.picture import Card
from studio.canvas.route import Box, Side
from studio.text import tr
from studio.theme import category, color, font, pixmap, scheme, tint
from studio.widgets import plain_tip

Offer = Literal["", "fits", "near", "misfit", "replace"]
FULL, COARSE = 0.60, 0.35
LEGIBLE = 8.0
"""Pixels on the screen below which no text is drawn."""
LARGEST_TITLE = 36
MARGIN = 18
LINES_Y, LINE_H = 44, 20
"""Where the lines of a target's card begin, and their height."""
PORT_HIT = 14.0
LEFT_V = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT_V = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Running:
    """What a card says of a fit that trains it: the share that is done, the epoch, the gradient (empty: not known)."""

    share: float
    epoch: str
    gradient: str = ""


class NodeItem(QGraphicsItem):
    """One card. `sides` are the side ports in use; trunk ports are always there."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card
        self.sides: dict[Side, bool] = {}
        self.chosen = self.alone = self.hovered = self.ghost = self.found = False
        self.offer: Offer = ""
        self.live: Running | None = None
        self.setZValue(10)
        self.setAcceptHoverEvents(True)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)  # moving another card does not paint it anew
        self._say()

    # ---- what it is ------------------------------------------------------------------------------------------------
    def box(self) -> Box:
        """Return the card's rectangle in the scene."""
        return Box(self.x(), self.y(), self.card.height)

    def show_card(self, card: Card) -> None:
        """Draw another card; does nothing when it is equal."""
        if card != self.card:
            if (card.height, card.end) != (self.card.height, self.card.end):
                self.prepareGeometryChange()
            self.card = card
            self._say()
            self.update()

    def _say(self) -> None:
        """Let the tooltip say the problem and the note, as plain text."""
        self.setToolTip(plain_tip("\n\n".join(part for part in (self.card.sentence, self.card.note) if part)))

    def choose(self, chosen: bool, alone: bool) -> None:
        """Show whether the card is selected, alone or with others."""
        if (chosen, alone) != (self.chosen, self.alone):
            self.chosen, self.alone = chosen, alone
            self.update()

    def run(self, live: Running | None) -> None:
        """Show how far the running fit is; None: none runs here."""
        if live != self.live:
            self.live = live
            self.update()

    def find(self, found: bool) -> None:
        """Show whether a search has found the card."""
        if found != self.found:
            self.found = found
            self.update()

    def propose(self, offer: Offer) -> None:
        """Show what a drag would do to this card."""
        if offer != self.offer:
            self.offer = offer
            self.setOpacity(0.4 if offer == "misfit" else 1.0)
            self.update()

    def use_sides(self, sides: dict[Side, bool]) -> None:
        """Show these ports; the value says whether the wire there is wrong."""
        if sides != self.sides:
            self.sides = sides
            self.update()

    def line_at(self, point: QPointF) -> int | None:
        """Return the index of the line of a target's card at a point of the scene."""
        at = point - self.pos()
        found = math.floor((at.y() - LINES_Y) / LINE_H)
        return found if 0 <= found < len(self.card.lines) and 0 <= at.x() <= CARD_W else None

    def port_at(self, point: QPointF, reach: float = PORT_HIT) -> Side | None:
        """Return the port within reach of a point of the scene."""
        box, shown = self.box(), self.ports()
        for side in shown:
            x, y = box.port(side)
            if abs(point.x() - x) <= reach and abs(point.y() - y) <= reach / 2 + 1:
                return side
        return None

    def ports(self) -> tuple[Side, ...]:
        """Return the ports that are drawn."""
        trunk: dict[Side, bool] = {"top": self.card.inputs, "bottom": self.card.outputs}
        sides = (side for side in self.sides if side in ("left", "right"))
        return (*(side for side, there in trunk.items() if there), *sides)

    # ---- painting --------------------------------------------------------------------------------------------------
    def boundingRect(self) -> QRectF:
        return _bounds(self.card.height, MARGIN + (30 if self.card.end else 0))

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, 0, CARD_W, self.card.height))
        return path

    def hoverEnterEvent(self, event: object) -> None:
        self._hover(True)

    def hoverLeaveEvent(self, event: object) -> None:
        self._hover(False)

    def _hover(self, on: bool) -> None:
        self.hovered = on
        self.update()
        if self.card.shares and (link := getattr(self.scene(), "show_shared", None)):
            link()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        frame = QRectF(0, 0, CARD_W, self.card.height)
        if self.card.stacked:
            self._sheets(painter, frame)
        self._surface(painter, frame, scale)
        if scale < COARSE:
            self._tile_alone(painter)
            self._title_alone(painter, frame, scale)
        else:
            self._tile(painter)
            self._texts(painter, scale)
            if not self.ghost:
                if self.card.end:
                    self._output(painter, scale)
                self._ports(painter)
        self._badge(painter, scale)
        if self.live is not None:
            self._progress(painter, self.live.share)

    def _progress(self, painter: QPainter, share: float) -> None:
        """A line in the bottom edge, as long as the share of the fit that is done."""
        line = QRectF(8, self.card.height - 2, (CARD_W - 16) * min(max(share, 0.0), 1.0), 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent.line"))
        painter.drawRoundedRect(line, 1, 1)

    def _sheets(self, painter: QPainter, frame: QRectF) -> None:
        """Two more cards behind: a group."""
        painter.setPen(QPen(color("border.strong"), 1))
        painter.setBrush(color("bg.raised"))
        for away in (8.0, 4.0):
            painter.drawRoundedRect(frame.adjusted(away + 0.5, away + 0.5, -away - 0.5, away - 0.5), 8, 8)

    def _surface(self, painter: QPainter, frame: QRectF, scale: float) -> None:
        if (scheme() == "light" or self.ghost) and scale >= FULL:
            _shadow(painter, frame, 10 if self.ghost else 4, 6 if self.ghost else 7)
        if (self.chosen and self.alone) or self.found:
            painter.setPen(QPen(color("accent.line", 0.28), 6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 10, 10)
        stroke, width = self._stroke()
        painter.setPen(QPen(color(stroke), width))
        painter.setBrush(color("bg.raised"))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _stroke(self) -> tuple[str, float]:
        if self.offer in ("fits", "near"):
            return "success.fill", 2.0 if self.offer == "near" else 1.5
        if self.offer == "replace":
            return "accent.line", 2.0
        if self.card.error:
            return "danger.fill", 1.5
        if self.chosen or self.ghost:
            return "accent.line", 1.5
        return ("border.control", 1.0) if self.hovered else ("border.strong", 1.0)

    def _tile_alone(self, painter: QPainter) -> None:
        tone = "text.muted" if self.card.frozen else category(self.card.group).color
        painter.fillRect(QRectF(8, 8, 32, 32), color(tone))

    def _tile(self, painter: QPainter) -> None:
        tone = "text.muted" if self.card.frozen else category(self.card.group).color
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint(tone, "bg.raised"))
        painter.drawRoundedRect(QRectF(8, 8, 32, 32), 6, 6)
        painter.drawPixmap(QPointF(15, 15), pixmap("lock" if self.card.frozen else self.card.icon or "box", tone, 18))

    def _title_alone(self, painter: QPainter, frame: QRectF, scale: float) -> None:
        size = min(LARGEST_TITLE, max(13, math.ceil(9 / scale)))
        if size * scale >= LEGIBLE:
            _write(painter, QRectF(48, 0, frame.width() - 56, 48), self.card.title, size, 600, "text.primary")

    def _texts(self, painter: QPainter, scale: float) -> None:
        card = self.card
        if scale < FULL:
            size = max(17, math.ceil(LEGIBLE / scale))
            _write(painter, QRectF(50, 8, CARD_W - 58, 32), card.title, size, 600, "text.primary")
            return
        name, line, strong = (max(size, math.ceil(LEGIBLE / scale)) for size in (11, 12, 13))
        used = _write(painter, QRectF(50, 7, CARD_W - 58, 18), card.title, strong, 600, "text.primary")
        rest = QRectF(50 + used + 7, 8, CARD_W - 58 - used - 7, 18)
        if card.note:
            rest.setWidth(rest.width() - 18)
            painter.drawPixmap(QPointF(CARD_W - 22, 9), pixmap("message-square", "text.muted", 12))
        _write(painter, rest, card.name, name, 400, "text.muted", mono=True)
        running, right = (self.live.gradient, self.live.epoch) if self.live else ("", card.count)
        second = tr("Replace") if self.offer == "replace" else card.error or running or card.line
        tone = "accent.text" if self.offer == "replace" else "danger.text" if card.error else "text.secondary"
        count = _width(right, name, 500) + 8 if right else 0
        chain = 18 if card.shares else 0
        if chain:
            tint_of = "accent.text" if self.hovered or self.chosen else "text.muted"
            painter.drawPixmap(QPointF(CARD_W - 12 - count - 12, 27), pixmap("link", tint_of, 12))
        _write(painter, QRectF(50, 24, CARD_W - 62 - count - chain, 18), second, line, 400, tone)
        if right:
            place = QRectF(0, 24, CARD_W - 12, 18)
            _write(painter, place, right, name, 500, "text.muted", align=RIGHT_V, tabular=True)
        self._lines(painter, name)

    def _lines(self, painter: QPainter, size: int) -> None:
        for i, (label, value) in enumerate(self.card.lines):
            y = LINES_Y + i * LINE_H
            if i == 0:
                painter.setPen(QPen(color("border.soft"), 1))
                painter.drawLine(QPointF(12, y - 1), QPointF(CARD_W - 12, y - 1))
            used = _write(painter, QRectF(14, y + 1, 80, 18), label, size, 500, "text.muted")
            room = QRectF(22 + used, y + 1, CARD_W - 34 - used, 18)
            _write(painter, room, value, size, 500, "text.primary", align=RIGHT_V)

    def _output(self, painter: QPainter, scale: float) -> None:
        """A flag below the card whose output is the group's."""
        middle, bottom = CARD_W / 2, self.card.height
        painter.setPen(QPen(color("canvas.wire"), 1.75))
        painter.drawLine(QPointF(middle, bottom), QPointF(middle, bottom + 14))
        text = tr("Output of the group")
        size = max(11, math.ceil(LEGIBLE / scale))
        width = _width(text, size, 500) + 20
        flag = QRectF(middle - width / 2, bottom + 14, width, size + 9.0)
        painter.setPen(QPen(color("border.strong"), 1))
        painter.setBrush(color("bg.raised"))
        painter.drawRoundedRect(flag, 10, 10)
        _write(painter, flag, text, size, 500, "text.secondary", align=Qt.AlignmentFlag.AlignCenter)

    def _ports(self, painter: QPainter) -> None:
        box = Box(0, 0, self.card.height)
        for side in self.ports():
            x, y = box.port(side)
            tone = self._port_color(side)
            painter.setPen(QPen(color(tone), 1.75))
            filled = self.offer in ("fits", "near") and side != "bottom"
            painter.setBrush(color(tone if filled else "bg.raised"))
            radius = 5.5 if self.offer == "near" and filled else 4
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _port_color(self, side: Side) -> str:
        if self.offer in ("fits", "near"):
            return "success.fill"
        if self.sides.get(side):
            return "danger.fill"
        return "canvas.wireHot" if self.chosen else "canvas.wire"

    def _badge(self, painter: QPainter, scale: float) -> None:
        if self.card.error:
            painter.setPen(QPen(color("bg.canvas"), 2))
            painter.setBrush(color("danger.fill"))
            painter.drawEllipse(QPointF(CARD_W - 1, 1), 10, 10)
            mark = QRectF(CARD_W - 11, -9, 20, 20)
            ink = color("text.onAccent") if scheme() == "light" else QColor("#160608")
            size = max(12, math.ceil(LEGIBLE / scale))
            if size <= 18:
                _write(painter, mark, "!", size, 700, ink, align=Qt.AlignmentFlag.AlignCenter)
        elif self.card.warning:
            painter.setPen(QPen(color("bg.canvas"), 2))
            painter.setBrush(color("warning.fill"))
            painter.drawEllipse(QPointF(CARD_W - 1, 1), 6, 6)


@functools.cache
def _bounds(height: float, below: float) -> QRectF:
    return QRectF(-MARGIN, -MARGIN, CARD_W + 2 * MARGIN, height + MARGIN + below)


def _shadow(painter: QPainter, frame: QRectF, steps: int, alpha: int) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(23, 26, 33, alpha))
    for i in range(steps):
        painter.drawRoundedRect(frame.adjusted(-i * 0.6, 0.5, i * 0.6, i * 0.7 + 0.5), 8, 8)


def _width(text: str, size: int, weight: int) -> float:
    return _fitted(text, size, weight, False, False, 1e6)[1]


def _write(
    painter: QPainter,
    place: QRectF,
    text: str,
    size: int,
    weight: int,
    tone: str | QColor,
    *,
    mono: bool = False,
    tabular: bool = False,
    align: Qt.AlignmentFlag = LEFT_V,
) -> float:
    """Write one line, shortened with an ellipsis to its place; return the width used."""
    shown, width = _fitted(text, size, weight, mono, tabular, place.width())
    painter.setFont(font(size, weight, mono=mono, tabular=tabular))
    painter.setPen(color(tone) if isinstance(tone, str) else tone)
    painter.drawText(place, int(align), shown)
    return width


def remeasure() -> None:
    """Measure all texts anew: fonts have changed."""
    _fitted.cache_clear()


@functools.lru_cache(maxsize=4096)
def _fitted(text: str, size: int, weight: int, mono: bool, tabular: bool, room: float) -> tuple[str, float]:
    """Return a text shortened with an ellipsis to its room, and the width that it then takes."""
    metrics = QFontMetricsF(font(size, weight, mono=mono, tabular=tabular))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    return shown, metrics.horizontalAdvance(shown)
