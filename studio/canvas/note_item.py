"""A note on the canvas: free text on a quiet surface under wires and cards, with a handle at its corner."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from engine.project.document import Note
from studio.canvas.node_item import LEGIBLE
from studio.text import tr
from studio.theme import border_width, color, font, pixmap

PAD = 12.0
SIZE = 12
GRIP = 14.0
"""Side of the corner that takes the resize drag."""
MARGIN = 6.0
WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class NoteItem(QGraphicsItem):
    """One note. It paints a `Note` value and its own view state."""

    def __init__(self, id: str, note: Note) -> None:
        super().__init__()
        self.id, self.note = id, note
        self.width, self.height = note.width, note.height
        self.chosen = self.hovered = self.found = False
        self.setPos(note.x, note.y)
        self.setZValue(-1)
        self.setAcceptHoverEvents(True)

    def show_note(self, note: Note) -> None:
        """Draw another note; does nothing when it is equal."""
        if note != self.note:
            self.note = note
            self.update()
        self.resize(note.width, note.height)

    def resize(self, width: float, height: float) -> None:
        """Show another size, on the screen only."""
        if (width, height) != (self.width, self.height):
            self.prepareGeometryChange()
            self.width, self.height = width, height

    def mark(self, *, chosen: bool, found: bool = False) -> None:
        """Show whether the note is selected and whether it is what a search has found."""
        if (chosen, found) != (self.chosen, self.found):
            self.chosen, self.found = chosen, found
            self.update()

    def rect(self) -> QRectF:
        """Return the note's rectangle in the scene."""
        return QRectF(self.x(), self.y(), self.width, self.height)

    def on_grip(self, point: QPointF) -> bool:
        """Return whether a point of the scene is on the corner that resizes."""
        rect = self.rect()
        corner = QRectF(rect.right() - GRIP, rect.bottom() - GRIP, GRIP + 4, GRIP + 4)
        return corner.contains(point)

    # ---- painting --------------------------------------------------------------------------------------------------
    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.width, self.height).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(0, 0, self.width + 4, self.height + 4))
        return path

    def hoverEnterEvent(self, event: object) -> None:
        self.hovered = True
        self.update()

    def hoverLeaveEvent(self, event: object) -> None:
        self.hovered = False
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        frame = QRectF(0, 0, self.width, self.height)
        self._surface(painter, frame)
        self._text(painter, frame, scale)
        if self.chosen or self.hovered:
            self._grip(painter, frame)

    def _surface(self, painter: QPainter, frame: QRectF) -> None:
        if self.chosen:
            painter.setPen(QPen(color("accent.line", 0.28), 5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-2, -2, 2, 2), 8, 8)
        marked = self.chosen or self.found
        stroke = "accent.line" if marked else "border.control" if self.hovered else "border.strong"
        pen = QPen(color(stroke), 1.5 if marked else border_width())
        painter.setPen(pen)
        painter.setBrush(color("bg.subtle"))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _text(self, painter: QPainter, frame: QRectF, scale: float) -> None:
        if SIZE * scale < LEGIBLE:
            painter.drawPixmap(QPointF(PAD, PAD), pixmap("message-square", "text.muted", 20))
            return
        painter.setFont(font(SIZE))
        painter.setPen(color("text.secondary" if self.note.text else "text.muted"))
        painter.save()
        painter.setClipRect(frame.adjusted(2, 2, -2, -2))
        painter.drawText(frame.adjusted(PAD, PAD - 2, -PAD, -4), WRAPPED, self.note.text or tr("Empty note"))
        painter.restore()

    def _grip(self, painter: QPainter, frame: QRectF) -> None:
        painter.setPen(QPen(color("border.control"), 1.25))
        for step in (4.0, 8.0):
            painter.drawLine(frame.bottomRight() - QPointF(step, 2.5), frame.bottomRight() - QPointF(2.5, step))
