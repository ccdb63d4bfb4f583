"""What a gesture draws over the cards: drop slots, the wire in hand, the rubber band and alignment."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.canvas.arrange import CARD_W
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

    def rect(self) -> QRectF:
        """Return the slot's rectangle; it grows with its text."""
        width = max(CARD_W, QFontMetricsF(font(11, 600)).horizontalAdvance(self.text) + 16) if self.lit else self.width
        return QRectF(self.x - width / 2, self.y - SLOT_H / 2, width, SLOT_H)


class Overlay(QGraphicsItem):
    """Drawn above everything; it takes no mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: tuple[Mark, ...] = ()
        self.draft: QPainterPath | None = None
        self.draft_fits = True
        self.band: QRectF | None = None
        self.setZValue(30)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def clear(self) -> None:
        """Draw nothing."""
        self.show_marks(())
        self.show_draft(None)
        self.show_band(None)

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

    def boundingRect(self) -> QRectF:
        rect = QRectF()
        for mark in self.marks:
            rect = rect.united(mark.rect())
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
            _paint_mark(painter, mark)
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


def _paint_mark(painter: QPainter, mark: Mark) -> None:
    tone = "accent" if mark.fits else "danger"
    pen = QPen(color(f"{tone}.{'line' if mark.fits else 'fill'}", 1.0 if mark.lit else 0.45), 1.5)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(color(f"{tone}.soft") if mark.lit or not mark.fits else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(mark.rect(), 6, 6)
    if mark.lit:
        painter.setFont(font(11, 600))
        painter.setPen(color(f"{tone}.text"))
        painter.drawText(mark.rect(), int(Qt.AlignmentFlag.AlignCenter), mark.text)
