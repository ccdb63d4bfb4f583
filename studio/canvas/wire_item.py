"""A wire on the canvas: an orthogonal path with round corners, an arrow and the shape that flows through it."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.canvas.arrange import Point
from studio.canvas.node_item import LEGIBLE
from studio.canvas.picture import Link
from studio.canvas.route import Route
from studio.theme import color, font

CORNER = 10.0
HIT = 12.0
LABEL_FROM = 0.60
END_REACH = 16.0
PORT_GAP = 4.0


class WireItem(QGraphicsItem):
    """One wire. `hot`: it touches the selection; `chosen`: it is itself selected."""

    def __init__(self, link: Link, route: Route) -> None:
        super().__init__()
        self.link, self.route = link, route
        self.hot = self.chosen = self.hovered = self.fitting = False
        self._path, self._bounds = _path_of(route)
        self._shape: QPainterPath | None = None
        self._rank()
        self.setAcceptHoverEvents(True)

    def show_link(self, link: Link, route: Route) -> None:
        """Draw another link or way; does nothing when both are equal."""
        if route != self.route:
            self.prepareGeometryChange()
            self._path, self._bounds = _path_of(route)
            self._shape = None
        if route != self.route or link != self.link:
            self.link, self.route = link, route
            self._rank()
            self.update()

    def mark(self, *, hot: bool, chosen: bool) -> None:
        """Show whether the wire touches the selection and whether it is selected."""
        if (hot, chosen) != (self.hot, self.chosen):
            self.hot, self.chosen = hot, chosen
            self._rank()
            self.update()

    def _rank(self) -> None:
        """Lie over other wires when hot, and with a shape that stands beside the line: nothing strikes it through."""
        self.setZValue(1.0 if self.hot or self.chosen else 0.0 if self.route.pill else 0.5)

    def offer(self, fitting: bool) -> None:
        """Show that a dragged layer could go here."""
        if fitting != self.fitting:
            self.fitting = fitting
            self.update()

    def middle(self) -> QPointF:
        """Return the point in the middle of the way, where the plus is."""
        return self._path.pointAtPercent(0.5)

    def end_at(self, point: QPointF) -> str | None:
        """Return "source" or "target" when a point of the scene is at that end of the wire."""
        ends = (("target", self.route.points[-1]), ("source", self.route.points[0]))
        reach = min(END_REACH, self._path.length() / 3)
        return next((name for name, (x, y) in ends if math.hypot(point.x() - x, point.y() - y) <= reach), None)

    # ---- painting --------------------------------------------------------------------------------------------------
    def boundingRect(self) -> QRectF:
        return self._bounds

    def shape(self) -> QPainterPath:
        if self._shape is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(HIT)
            self._shape = stroker.createStroke(self._path)
        return self._shape

    def hoverEnterEvent(self, event: object) -> None:
        self.hovered = True
        self.setZValue(2)
        self.update()

    def hoverLeaveEvent(self, event: object) -> None:
        self.hovered = False
        self._rank()
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scale = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = color(self._tone())
        dashed = self.link.wrong or self.link.unknown or self.fitting
        draw_way(painter, self._path, tone, self._thickness(), dashed=dashed)
        arrow(painter, self.route.points, tone)
        if scale >= LABEL_FROM:
            self._label(painter, max(11, math.ceil(LEGIBLE / scale)))
        if self.hovered and not self.fitting:
            self._plus(painter)

    def _tone(self) -> str:
        if self.fitting:
            return "success.fill"
        if self.link.wrong:
            return "danger.fill"
        return "canvas.wireHot" if self.hot or self.chosen else "canvas.wire"

    def _thickness(self) -> float:
        return 2.5 if self.hovered or self.chosen else 1.75

    def _label(self, painter: QPainter, size: int) -> None:
        text = self.link.text or "( ? )"
        f = font(size, 500, mono=True)
        painter.setFont(f)
        x, y = self.route.label
        ink = "danger.text" if self.link.wrong else "text.muted" if self.link.unknown else "text.secondary"
        if not self.route.pill:
            width = QFontMetricsF(f).horizontalAdvance(text)
            painter.fillRect(QRectF(x - 2, y - size / 2 - 2, width + 4, size + 4.0), color("bg.canvas"))
            painter.setPen(color(ink))
            painter.drawText(QRectF(x, y - 9, 100, 18), int(Qt.AlignmentFlag.AlignVCenter), text)
            return
        width = QFontMetricsF(f).horizontalAdvance(text) + 14
        pill = QRectF(x - width / 2, y - 9, width, 18.0)
        painter.setPen(QPen(color("danger.fill" if self.link.wrong else "border.default"), 1))
        painter.setBrush(color("danger.soft" if self.link.wrong else "bg.raised"))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setPen(color(ink))
        painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), text)

    def _plus(self, painter: QPainter) -> None:
        at = self.plus()
        painter.setPen(QPen(color("accent.line"), 1.5))
        painter.setBrush(color("bg.raised"))
        painter.drawEllipse(at, 8, 8)
        painter.drawLine(at + QPointF(-4, 0), at + QPointF(4, 0))
        painter.drawLine(at + QPointF(0, -4), at + QPointF(0, 4))

    def plus(self) -> QPointF:
        """Return where the insert button is: on the line, beside a pill if there is one."""
        at = self.middle()
        return at + QPointF(0, 20) if self.route.pill else at


def _path_of(route: Route) -> tuple[QPainterPath, QRectF]:
    """Return a wire's path, and the rectangle that holds it with its label."""
    path = rounded(route.points)
    return path, path.boundingRect().adjusted(-30, -14, 110, 14)


def rounded(points: tuple[Point, ...]) -> QPainterPath:
    """Return a path through the points with corners of radius 10, a port's radius short at both ends."""
    ends = _shortened(points)
    path = QPainterPath(QPointF(*ends[0]))
    for a, b, c in zip(ends, ends[1:], ends[2:], strict=False):
        before, after = math.dist(a, b), math.dist(b, c)
        if before and after:
            r = min(CORNER, before / 2, after / 2)
            path.lineTo(b[0] - (b[0] - a[0]) / before * r, b[1] - (b[1] - a[1]) / before * r)
            path.quadTo(QPointF(*b), QPointF(b[0] + (c[0] - b[0]) / after * r, b[1] + (c[1] - b[1]) / after * r))
    path.lineTo(*ends[-1])
    return path


def _shortened(points: tuple[Point, ...]) -> list[Point]:
    out = list(points)
    out[0], out[-1] = _towards(out[0], out[1], PORT_GAP), _towards(out[-1], out[-2], PORT_GAP)
    return out


def _towards(a: Point, b: Point, by: float) -> Point:
    length = math.dist(a, b) or 1.0
    return a[0] + (b[0] - a[0]) / length * by, a[1] + (b[1] - a[1]) / length * by


def draw_way(painter: QPainter, path: QPainterPath, tone: QColor, width: float, *, dashed: bool) -> None:
    """Stroke a wire's path."""
    pen = QPen(tone, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashed else Qt.PenCapStyle.RoundCap)
    if dashed:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def arrow(painter: QPainter, points: tuple[Point, ...], tone: QColor) -> None:
    """Fill the arrow at the end of a wire."""
    (ax, ay), (bx, by) = points[-2], _towards(points[-1], points[-2], PORT_GAP)
    angle = math.atan2(points[-1][1] - ay, points[-1][0] - ax)
    back = [QPointF(bx - 7 * math.cos(angle + s), by - 7 * math.sin(angle + s)) for s in (0.5, -0.5)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    painter.drawPolygon(QPolygonF([QPointF(bx + math.cos(angle), by + math.sin(angle)), *back]))
