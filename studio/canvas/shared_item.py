"""Dotted links between cards that use the same weights, drawn while one of them is selected or under the pointer."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.theme import color

Segment = tuple[QPointF, QPointF]


class SharedItem(QGraphicsItem):
    """Lies under cards and wires; it takes no mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.segments: tuple[Segment, ...] = ()
        self.setZValue(2)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_segments(self, segments: tuple[Segment, ...]) -> None:
        """Draw these links."""
        if segments != self.segments:
            self.prepareGeometryChange()
            self.segments = segments
            self.update()

    def boundingRect(self) -> QRectF:
        rect = QRectF()
        for a, b in self.segments:
            rect = rect.united(_curve(a, b).boundingRect())
        return rect.adjusted(-4, -4, 4, 4) if self.segments else rect

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(color("accent.line"), 1.5)
        pen.setDashPattern([1, 3])
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for a, b in self.segments:
            painter.drawPath(_curve(a, b))


def _curve(a: QPointF, b: QPointF) -> QPainterPath:
    """Return a bow from a's right side to b's, out of the way of the wires."""
    out = max(a.x(), b.x()) + 48
    path = QPainterPath(a)
    path.cubicTo(QPointF(out, a.y()), QPointF(out, b.y()), b)
    return path
