"""The focus ring: 2 px of the accent outside the control that the keyboard is on."""

import functools
from weakref import WeakSet

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QGraphicsView, QPlainTextEdit, QStackedWidget, QWidget
from shiboken6 import isValid

from studio import theme
from studio.widgets.base import Themed, painter_of, rounded

GAP = 2
MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show)


class FocusRing(Themed, QWidget):
    """An overlay of a window that rings its focused control; not after a mouse click, and not around large areas."""

    LARGE = (QAbstractItemView, QGraphicsView, QPlainTextEdit, QStackedWidget)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._chain: list[QWidget] = []
        _watch().rings.add(self)
        self.follow_theme()

    def ringed(self) -> QWidget | None:
        """Return the control that is ringed."""
        return self._chain[0] if self._chain and self.isVisible() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        width = theme.size("focusRing")
        rounded(painter_of(self), QRectF(self.rect()), None, theme.color("accent.line"), 8, width)

    def follow(self, now: QWidget | None) -> None:
        """Ring the control that has the keyboard now, if it is in this window."""
        for widget in self._chain:
            if isValid(widget):  # a panel that was rebuilt has taken its fields along
                widget.removeEventFilter(self)
        self._chain = []
        clicked = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        large = isinstance(now, self.LARGE) or (now is not None and bool(now.property("ringless")))
        if now is None or now.window() is not self.window() or clicked or large:
            self.hide()
            return
        part: QWidget | None = now
        while part is not None and part is not self.window():
            part.installEventFilter(self)
            self._chain.append(part)
            part = part.parentWidget()
        self._place()

    def _place(self) -> None:
        target = self._chain[0] if self._chain else None
        if target is None or not target.isVisible():
            self.hide()
            return
        seen = target.visibleRegion().boundingRect()
        if seen.isEmpty():
            self.hide()
            return
        room = GAP + theme.size("focusRing")
        at = target.mapTo(self.window(), seen.topLeft())
        self.setGeometry(QRect(at, seen.size()).adjusted(-room, -room, room, room))
        self.show()
        self.raise_()


class _Watch(QObject):
    """Tells all rings where the keyboard is.

    It outlives the windows: the keyboard also moves while a window is destroyed, and a ring that is going can be told
    nothing any more.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.rings: WeakSet[FocusRing] = WeakSet()
        app.focusChanged.connect(self._moved)

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        for ring in list(self.rings):
            if isValid(ring):
                ring.follow(now)


@functools.cache
def _watch() -> _Watch:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return _Watch(app)
