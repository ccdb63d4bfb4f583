"""A drag that begins outside the canvas: follows the pointer through the whole program until the button goes up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.canvas.gestures.gesture import THRESHOLD
from studio.canvas.gestures.place import Place

if TYPE_CHECKING:
    from studio.canvas.view import View


class Follow(QObject):
    """Made at the press on a palette row. `done` is called with whether it became a drag."""

    def __init__(self, view: "View", layer: Any, origin: QPointF, done: Callable[[bool], None]) -> None:
        super().__init__(view)
        self._view, self._origin, self._done = view, origin, done
        self.place = Place(view, layer)
        self.dragging = False
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return self._key(event)
        if not isinstance(watched, QWidget) or not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseMove:
            self._move(event)
            return self.dragging
        if event.type() == QEvent.Type.MouseButtonRelease:
            return self._release(event)
        return False

    def _move(self, event: QMouseEvent) -> None:
        way = event.globalPosition() - self._origin
        if not self.dragging and max(abs(way.x()), abs(way.y())) >= THRESHOLD:
            self.dragging = True
            self._view.gesture = self.place
            QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
        if self.dragging and self._view.gesture is self.place:
            self.place.drag(self._at(event), event.modifiers())

    def _release(self, event: QMouseEvent) -> bool:
        mine = self.dragging and self._view.gesture is self.place
        if mine:
            self._view.gesture = None
            self.place.finish(self._at(event), event.modifiers())
        was = self.dragging
        self._end()
        return was

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape or not self.dragging:
            return False
        if self._view.gesture is self.place:
            self._view.gesture = None
            self.place.cancel()
        self._end()
        return True

    def _at(self, event: QMouseEvent) -> QPointF:
        return self._view.mapToScene(self._view.viewport().mapFromGlobal(event.globalPosition().toPoint()))

    def _end(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        if self.dragging:
            QApplication.restoreOverrideCursor()
        self._done(self.dragging)
        self.deleteLater()
