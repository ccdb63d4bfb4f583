"""What a gesture draws over the cards: drop slots, the wire in hand, what it says, the rubber band and guides."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.canvas.arrange import CARD_W
from studio.canvas.node_item import LEGIBLE
from studio.canvas.wire_item import draw_way
from studio.theme import color, font

SLOT_H = 20.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One drop slot: where its middle is, what it says, whether it fits and whether it is the lit one."""

    x: float
    y: float
    text: str
    fits: bool = True
    lit: bool = False
    width: float = CARD_W

    def rect(self, size: int = 11) -> QRectF:
        """Return the slot's rectangle; it grows with its text, written in a font of `size` pixels."""
        width = max(CARD_W, _width(self.text, size) + 16) if self.lit else self.width
        height = max(SLOT_H, size + 9.0) if self.lit else SLOT_H
        return QRectF(self.x - width / 2, self.y - height / 2, width, height)


@dataclass(frozen=True, slots=True)
class Remark:
    """A few words beside the pointer or a card: why a port does not fit, or what a key would do."""

    at: QPointF
    text: str
    fits: bool = True

    def rect(self, size: int = 11) -> QRectF:
        """Return the rectangle of the words."""
        return QRectF(self.at.x(), self.at.y(), _width(self.text, size) + 16, size + 11.0)


def _width(text: str, size: int) -> float:
    return QFontMetricsF(font(size, 600)).horizontalAdvance(text)


class Overlay(QGraphicsItem):
    """Drawn above everything; it takes no mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: tuple[Mark, ...] = ()
        self.draft: QPainterPath | None = None
        self.draft_fits = True
        self.band: QRectF | None = None
        self.remark: Remark | None = None
        self.guides: tuple[QLineF, ...] = ()
        self.zoom = 1.0
        self.setZValue(50)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def clear(self) -> None:
        """Draw nothing."""
        self.show_marks(())
        self.show_draft(None)
        self.show_band(None)
        self.show_remark(None)
        self.show_guides(())

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Draw these drop slots."""
        if marks != self.marks:
            self.prepareGeometryChange()
            self.marks = marks
            self.update()

    def show_draft(self, path: QPainterPath | None, fits: bool = True) -> None:
        """Draw the wire in hand."""
        self.prepareGeometryChange()
        self.draft, self.draft_fits = path, fits
        self.update()

    def show_band(self, rect: QRectF | None) -> None:
        """Draw the rubber band."""
        self.prepareGeometryChange()
        self.band = rect
        self.update()

    def show_remark(self, remark: Remark | None) -> None:
        """Write a few words, or none."""
        if remark != self.remark:
            self.prepareGeometryChange()
            self.remark = remark
            self.update()

    def show_guides(self, guides: tuple[QLineF, ...]) -> None:
        """Draw the lines along which a dragged card lines up with others."""
        if guides != self.guides:
            self.prepareGeometryChange()
            self.guides = guides
            self.update()

    def set_zoom(self, zoom: float) -> None:
        """Take note of the zoom: text stays large enough to be read."""
        self.prepareGeometryChange()
        self.zoom = zoom

    def _size(self) -> int:
        return max(11, math.ceil(LEGIBLE / self.zoom))

    def boundingRect(self) -> QRectF:
        rect, size = QRectF(), self._size()
        for mark in self.marks:
            rect = rect.united(mark.rect(size))
        for line in self.guides:
            rect = rect.united(QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1))
        if self.remark is not None:
            rect = rect.united(self.remark.rect(size))
        if self.draft is not None:
            rect = rect.united(self.draft.boundingRect())
        if self.band is not None:
            rect = rect.united(self.band)
        return rect.adjusted(-12, -12, 12, 12)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        for mark in sorted(self.marks, key=lambda m: m.lit):
            _paint_mark(painter, mark, self._size())
        if self.draft is not None:
            tone = color("success.fill" if self.draft_fits else "canvas.wireHot")
            draw_way(painter, self.draft, tone, 2.0, dashed=True)
            painter.setBrush(tone)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(self.draft.currentPosition()), 4, 4)
        if self.band is not None:
            painter.setPen(QPen(color("accent.line"), 1))
            painter.setBrush(color("accent.line", 0.08))
            painter.drawRect(self.band)
        if self.guides:
            painter.setPen(QPen(color("accent.line"), 1 / self.zoom))
            painter.drawLines(list(self.guides))
        if self.remark is not None:
            _paint_remark(painter, self.remark, self._size())


def _paint_remark(painter: QPainter, remark: Remark, size: int) -> None:
    tone = "accent" if remark.fits else "danger"
    painter.setPen(QPen(color("accent.line" if remark.fits else "danger.fill"), 1))
    painter.setBrush(color(f"{tone}.soft"))
    painter.drawRoundedRect(remark.rect(size), 6, 6)
    painter.setFont(font(size, 600))
    painter.setPen(color(f"{tone}.text"))
    painter.drawText(remark.rect(size), int(Qt.AlignmentFlag.AlignCenter), remark.text)


def _paint_mark(painter: QPainter, mark: Mark, size: int) -> None:
    tone = "accent" if mark.fits else "danger"
    pen = QPen(color(f"{tone}.{'line' if mark.fits else 'fill'}", 1.0 if mark.lit else 0.45), 1.5)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(color(f"{tone}.soft") if mark.lit or not mark.fits else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(mark.rect(size), 6, 6)
    if mark.lit:
        painter.setFont(font(size, 600))
        painter.setPen(color(f"{tone}.text"))
        painter.drawText(mark.rect(size), int(Qt.AlignmentFlag.AlignCenter), mark.text)
