"""The view of the canvas: turns mouse, wheel and keys into gestures, zoom and edits."""

import functools
import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView

from engine.project.document import Project
from studio import theme
from studio.actions import naming, tell_keys
from studio.canvas import access, commands
from studio.canvas.commands import Commands
from studio.canvas.gestures import Gesture, Pan
from studio.canvas.keys import method_of
from studio.canvas.node_item import COARSE
from studio.canvas.placing import Placing
from studio.canvas.pressing import Pressing
from studio.canvas.scene import Scene
from studio.canvas.speech import Speech
from studio.canvas.wiring import Wiring
from studio.text import tr

SMALLEST, LARGEST = 0.10, 4.0
READABLE = 0.6
DOTS_FROM = 0.5
DOT_GAP, DOT = 24, 1.8
EDGE = 40.0
FIT_AT_MOST = 1.0
TOOLS = 176
"""Pixels at the left that tools and minimap cover."""
TOOL_CURSORS = {
    "select": Qt.CursorShape.ArrowCursor, "hand": Qt.CursorShape.OpenHandCursor, "link": Qt.CursorShape.CrossCursor,
    "note": Qt.CursorShape.CrossCursor,
}  # fmt: skip


class View(Commands, Placing, Pressing, Wiring, QGraphicsView):
    """Shows a scene.

    Signals: `zoomed(share)`; `said(sentence)` for a toast; `add_asked(point, after, wire, into)` to open quick add;
    `edit_asked()` to put the keyboard into the inspector; `added(node)`; `rename_asked()`; `line_asked(index)` to edit
    what a line of a target's card shows; `viewed()` after each scroll or zoom (minimap); `tool_changed(tool)`;
    `note_asked(id or None, rectangle)` to write a note; `find_asked()`.
    """

    zoomed = Signal(object)
    said = Signal(object)
    add_asked = Signal(object, object, object, object)
    edit_asked = Signal()
    rename_asked = Signal()
    line_asked = Signal(object)
    added = Signal(object)
    viewed = Signal()
    tool_changed = Signal(object)
    note_asked = Signal(object, object)
    find_asked = Signal()

    def __init__(self, canvas: Scene) -> None:
        super().__init__()
        self.canvas, self.session = canvas, canvas.session
        self.zoom = 1.0
        self.gesture: Gesture | None = None
        self.tool = "select"
        self._space = False
        self._fitted = False
        self._moved = False
        self._pan_from = QPoint()
        canvas.setParent(self)
        self.setScene(canvas)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Canvas"))
        tell_keys(self, "setAccessibleDescription", _how_to)
        self.speech = Speech(self)
        access.expose(self)
        canvas.drawn.connect(self.fit_range)
        canvas.session.changed.connect(self._changed)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.signals.changed.connect(self._restyle)

    # ---- the part that is seen -------------------------------------------------------------------------------------
    def seen(self) -> QRectF:
        """Return the part of the scene on the screen."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def fit_range(self) -> None:
        """Let the view scroll until only an edge of the cards is left on the screen."""
        extent = self.canvas.extent()
        width, height = self.viewport().width() / self.zoom - EDGE, self.viewport().height() / self.zoom - EDGE
        rect = extent.adjusted(-width, -height, width, height).united(self.seen() if self._fitted else extent)
        if not self.sceneRect().contains(rect) or self.sceneRect().width() > 3 * rect.width():
            self.setSceneRect(rect)  # the view's own: the scene's would index all items anew

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom; the point under `at` (viewport pixels; default: the middle) stays where it is."""
        zoom = min(max(zoom, SMALLEST), LARGEST)
        at = at or QPointF(self.viewport().rect().center())
        before = self.mapToScene(at.toPoint())
        self.resetTransform()
        self.scale(zoom, zoom)
        self.zoom = zoom
        self.canvas.overlay.set_zoom(zoom)
        self.fit_range()
        moved = self.mapFromScene(before) - at.toPoint()
        self._scroll_by(moved.x(), moved.y())
        self.zoomed.emit(zoom)
        self.viewed.emit()

    def pan(self, by: QPointF) -> None:
        """Move what is seen by viewport pixels."""
        self._scroll_by(-round(by.x()), -round(by.y()))

    def show_all(self) -> None:
        """Zoom and scroll so that all cards are seen; never larger than 100 %."""
        extent = self.canvas.extent()
        if extent.isEmpty() or not self.viewport().width():
            return
        width, height = self.viewport().width(), self.viewport().height()
        share = min((width - TOOLS - 64) / (extent.width() + 64), height / (extent.height() + 36), FIT_AT_MOST)
        self.zoom_to(share)
        self.centre_on(QPointF(self._middle(extent), extent.center().y()))

    def _middle(self, extent: QRectF) -> float:
        """Return the x that belongs in the middle of the screen so that cards keep clear of the tools at the left."""
        room = self.viewport().width() - extent.width() * self.zoom
        left = room / 2 if room > 2 * (TOOLS + 64) else min(max(room - 32, room / 2), TOOLS + 64)
        return extent.center().x() + (room / 2 - left) / self.zoom

    def centre_on(self, point: QPointF) -> None:
        """Scroll so that a point of the scene is in the middle."""
        self.fit_range()
        moved = self.mapFromScene(point) - self.viewport().rect().center()
        self._scroll_by(moved.x(), moved.y())
        self.viewed.emit()

    def reveal(self, card: str) -> None:
        """Scroll as little as possible so that a card or note is seen."""
        if self.canvas.item(card) is not None:
            self.ensure(self.canvas.rect_of(card))

    def ensure(self, rect: QRectF) -> None:
        """Scroll as little as possible so that a rectangle of the scene is seen with an edge around it."""
        rect, seen = rect.adjusted(-12, -12, 12, 12), self.seen()
        if not seen.contains(rect):
            if not self.sceneRect().contains(rect):
                self.setSceneRect(self.sceneRect().united(rect))
            dx = min(rect.left() - seen.left(), 0) or max(rect.right() - seen.right(), 0)
            dy = min(rect.top() - seen.top(), 0) or max(rect.bottom() - seen.bottom(), 0)
            self._scroll_by(round(dx * self.zoom), round(dy * self.zoom))

    def holds(self, point: QPointF) -> bool:
        """Return whether a point of the scene is on the screen."""
        return self.viewport().rect().contains(self.mapFromScene(point))

    def start_view(self) -> None:
        """Show the top of the network at 100 %, centred on its trunk; all of it when it fits."""
        extent = self.canvas.extent()
        if extent.isEmpty() or not self.viewport().width():
            return
        self._fitted = True
        self.show_all()
        if self.zoom < READABLE:
            self.zoom_to(0.75 if self.zoom > 0.5 else 1.0)
            top = extent.top() - 18 / self.zoom + self.viewport().height() / self.zoom / 2
            self.centre_on(QPointF(self._middle(extent), top))
        self._moved = False

    def _scroll_by(self, dx: float, dy: float) -> None:
        for bar, by in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            bar.setValue(bar.value() + round(by))

    def _scrolled(self, value: int = 0) -> None:
        self._moved = True
        self.viewed.emit()

    def _restyle(self, mode: object = None) -> None:
        self.resetCachedContent()
        self.viewport().update()

    # ---- painting --------------------------------------------------------------------------------------------------
    def drawBackground(self, painter: QPainter, rect: QRectF | Any) -> None:
        painter.fillRect(rect, theme.color("bg.canvas"))
        if self.zoom < DOTS_FROM:
            return
        left, top = math.floor(rect.left() / DOT_GAP), math.floor(rect.top() / DOT_GAP)
        across, down = math.ceil(rect.right() / DOT_GAP) - left, math.ceil(rect.bottom() / DOT_GAP) - top
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("canvas.dot"))
        painter.translate(left * DOT_GAP, top * DOT_GAP)
        painter.drawRects(_dots(across + 1, down + 1))
        painter.translate(-left * DOT_GAP, -top * DOT_GAP)

    # ---- mouse -----------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and not self.gesture.BY_KEYS:
            return
        if self.gesture is not None:
            self.escape()
        at = self.mapToScene(event.position().toPoint())
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self.begin(Pan(self), event.position(), event.modifiers())
        elif event.button() == Qt.MouseButton.LeftButton and not self.pressed_plus(at):
            gesture = self.gesture_at(at)
            self.begin(gesture, event.position() if isinstance(gesture, Pan) else at, event.modifiers())

    def begin(self, gesture: Gesture, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Start a gesture; it gets all moves until it finishes or is cancelled."""
        self.gesture = gesture
        gesture.start(at, modifiers)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and not self.gesture.BY_KEYS:
            self.gesture.move(self._where(event), event.modifiers())
        else:
            self._cursor(self.mapToScene(event.position().toPoint()))
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and self.gesture.BY_KEYS:
            return
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.finish(self._where(event), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        if card := self.canvas.card_at(at):
            if not self.open_card(card):
                self.edit_asked.emit()
        elif note := self.canvas.note_at(at):
            self.write_note(note)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.quick_add(at)

    def _where(self, event: QMouseEvent) -> QPointF:
        return event.position() if isinstance(self.gesture, Pan) else self.mapToScene(event.position().toPoint())

    def _cursor(self, at: QPointF) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._space else TOOL_CURSORS[self.tool]
        if shape == Qt.CursorShape.ArrowCursor and self.zoom >= COARSE and self.canvas.port_at(at):
            shape = Qt.CursorShape.CrossCursor
        elif shape == Qt.CursorShape.ArrowCursor and any(n.on_grip(at) for n in self.canvas.notes.values()):
            shape = Qt.CursorShape.SizeFDiagCursor
        self.viewport().setCursor(shape)

    # ---- wheel and pinch -------------------------------------------------------------------------------------------
    def wheelEvent(self, event: QWheelEvent) -> None:
        angle = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self.zoom * 1.2 ** (angle.y() / 120), event.position())
        else:
            pixels = event.pixelDelta() if not event.pixelDelta().isNull() else angle / 2
            sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._scroll_by(*(-pixels.y(), -pixels.x()) if sideways else (-pixels.x(), -pixels.y()))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self.zoom * (1 + event.value()), event.position())
            return True
        return super().viewportEvent(event)

    # ---- keys ------------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and method_of(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and method_of(event):
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.gesture is not None and self.gesture.key(event):
            return
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif name := method_of(event):
            self.command(name)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.viewport().unsetCursor()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        if self.gesture is not None and self.gesture.BY_KEYS:
            self.escape()
        super().focusOutEvent(event)

    def command(self, name: str) -> None:
        """Do one of the canvas' commands; a wire in hand by keys is put down first."""
        if self.gesture is not None and self.gesture.BY_KEYS:
            self.escape()
            if name == "escape":
                return
        getattr(self, name)()

    def escape(self) -> None:
        """Cancel the gesture; else put the tool down; else select nothing; with nothing selected leave the group."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
        elif self.tool != "select":
            self.use("select")
        elif self.session.selection.ids or self.canvas.chosen_wire:
            self.session.selection.clear()
            self.canvas.choose_wire(None)
        else:
            self.leave_group(quiet=True)

    def _changed(self, before: Project, after: Project) -> None:
        """Put down what is in hand when the drawing has changed meanwhile: it was taken up on another one."""
        same = before.network is after.network and before.positions == after.positions and before.notes == after.notes
        if self.gesture is not None and not same and not isinstance(self.gesture, Pan):
            gesture, self.gesture = self.gesture, None
            gesture.clear()

    def use(self, tool: str) -> None:
        """Take a tool: "select", "hand", "link" or "note"."""
        if tool != self.tool:
            self.tool = tool
            self.viewport().setCursor(TOOL_CURSORS[tool])
            self.tool_changed.emit(tool)

    def quick_add(self, at: QPointF, after: str | None = None, into: str | None = None) -> None:
        """Open quick add at a point of the scene, for a layer after a card, or for one that feeds a card."""
        self.add_asked.emit(at, after, None, into)

    def add(self, edit: Callable[[Project], Project], layer: Any) -> bool:
        """Add a layer by an edit and select it."""
        new = commands.add(self.session, edit, layer)
        if new:
            self.reveal(new)
            self.added.emit(new)
        return bool(new)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible() and not self._moved:
            self.start_view()
        self.fit_range()
        self.viewed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fitted:
            self.start_view()


@functools.lru_cache(maxsize=64)
def _dots(across: int, down: int) -> list[QRectF]:
    columns, rows = ([i * DOT_GAP - DOT / 2 for i in range(n)] for n in (across, down))
    return [QRectF(x, y, DOT, DOT) for x in columns for y in rows]


def _how_to() -> str:
    keys = naming((tr("{key} adds a layer"), "canvas.quick_add_here"), (tr("arrows walk"), ""),
                  (tr("{key} leaves"), "go.next_region"))  # fmt: skip
    return tr("{keys} The outline lists all layers.", keys=keys)
