"""The panels of a page: docked at a side, floating over it in a narrow window, or in the dock below the centre."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QMoveEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio import theme
from studio.text import tr
from studio.widgets import Box, IconButton, Themed, painter_of

EDGE, INSIDE, RAIL = 6, 2, 48
"""The edge is so wide, and so much of it lies on the panel: its scroll bar stays free."""
LEAST, MOST = 0.85, 1.75
"""Between these shares of its usual width a side panel can be dragged."""
STEP = 24
TABS = Qt.FocusPolicy.TabFocus


class Edge(Themed, QWidget):
    """The inner edge of a side panel: drag it to resize; a double click gives the usual width back.

    It lies on the page, over the border between panel and centre.
    """

    def __init__(self, panel: "SidePanel") -> None:
        super().__init__(panel)
        self._panel, self._from, self._hot = panel, 0, False
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(tr("Edge of the panel"))
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._hot:
            x = self.width() - INSIDE if self._panel.side == "right" else INSIDE - 2
            painter_of(self).fillRect(QRectF(x, 0, 2, self.height()), theme.color("accent.line"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = round(event.globalPosition().x())
        self._panel.begin_resize()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved = round(event.globalPosition().x()) - self._from
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._panel.resize_by(moved if self._panel.side == "left" else -moved)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._panel.set_width(self._panel.usual)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hot = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hot = False
        self.update()


class SidePanel(Box):
    """A panel at the left or right. In a narrow window it floats over the page; Esc inside then closes it.

    Signals: `closed()` when Esc was pressed in it while it floats, else `left()`; `resized()`: its width has changed.
    """

    closed = Signal()
    left = Signal()
    resized = Signal()

    def __init__(self, content: QWidget, side: str, width: int) -> None:
        super().__init__((content, 1), fill="bg.panel", radius=0, sides="r" if side == "left" else "l", spacing=0)
        self.side, self.usual, self.floats = side, width, False
        self._content, self._before, self.wanted, self._room = content, width, width, 10_000
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(width)
        self.edge = Edge(self)

    def set_width(self, width: int) -> None:
        """Give the panel the width that a person wants, within its limits."""
        least = min(max(round(self.usual * LEAST), self._content.minimumSizeHint().width()), self.usual)
        self.wanted = min(max(width, least), round(self.usual * MOST), max(self._room, self.usual))
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Take the width that a person wants as far as there is room beside the centre, at least the usual one."""
        self._room = room
        width = min(self.wanted, max(room, self.usual))
        if width != self.width():
            self.setFixedWidth(width)
            self.resize(width, self.height())
            self.resized.emit()

    def begin_resize(self) -> None:
        """Remember the width that a drag begins with."""
        self._before = self.width()

    def resize_by(self, pixels: int) -> None:
        """Let the width follow a drag: pixels since its beginning."""
        self.set_width(self._before + pixels)

    def set_floating(self, floats: bool) -> None:
        """Show a stronger edge while it floats over the page."""
        self.floats = floats
        self.set_surface("bg.panel", "border.strong" if floats else "border.default")

    def take_keyboard(self) -> None:
        """Move the keyboard to the first control."""
        for child in self.findChildren(QWidget):
            if child.focusPolicy() & TABS and child.isVisible() and child.isEnabled() and child.focusProxy() is None:
                child.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_edge()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._place_edge()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.edge.hide()

    def _place_edge(self) -> None:
        if self.edge.parentWidget() is not self.parentWidget():
            self.edge.setParent(self.parentWidget())
        x = self.x() - EDGE + INSIDE if self.side == "right" else self.x() + self.width() - INSIDE
        self.edge.setGeometry(x, self.y(), EDGE, self.height())
        self.edge.setVisible(self.isVisible())
        self.edge.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.floats:
            self.raise_()
        self._place_edge()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            (self.closed if self.floats else self.left).emit()
        else:
            super().keyPressEvent(event)


class Dock(Box):
    """The panel below the centre. A double click on its head leaves only the head; `folded()` tells."""

    folded = Signal()

    def __init__(self, content: QWidget) -> None:
        super().__init__((content, 1), fill="bg.panel", radius=0, sides="t", spacing=0)
        self.head = theme.size("dockHeader")
        self.collapsed = False
        self._most = theme.size("dock")
        self._watched: list[QWidget] = []

    def limit(self, most: int) -> None:
        """Let the dock be dragged to this height at most."""
        self._most = most
        if not self.collapsed:
            self.setMaximumHeight(most)

    def fold(self, collapsed: bool) -> None:
        """Leave only the head, or show all."""
        if collapsed == self.collapsed:
            return
        self.collapsed = collapsed
        self.setMinimumHeight(self.head if collapsed else 0)
        self.setMaximumHeight(self.head if collapsed else self._most)
        self._rest() if collapsed else self._wake()
        self.folded.emit()

    def show(self) -> None:
        """Show it whole."""
        self.fold(False)
        super().show()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(hint.width(), self.head) if self.collapsed else hint

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().y() <= self.head:
            self.fold(not self.collapsed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.collapsed and event.type() == QEvent.Type.MouseButtonRelease:
            self.fold(False)
        return False

    def _rest(self) -> None:
        """A button of the head opens the dock again; one has the keyboard when it was below, where nobody sees it."""
        for child in self.findChildren(QAbstractButton):
            if child.mapTo(self, QPoint()).y() < self.head:
                child.installEventFilter(self)
                self._watched.append(child)
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus) and focus.mapTo(self, QPoint()).y() >= self.head:
            next((button for button in self._watched if button.isVisible()), self.window()).setFocus()

    def _wake(self) -> None:
        from shiboken6 import isValid

        for child in self._watched:
            if isValid(child):
                child.removeEventFilter(self)
        self._watched = []


class Rail(Box):
    """What is left of the left panel in a very narrow window: an icon that opens it over the page. `opened()`."""

    opened = Signal()

    def __init__(self, icon: str, title: str) -> None:
        self.button = IconButton(icon, tr("Open {name}", name=title), checkable=True)
        super().__init__(self.button, None, radius=0, sides="r", margins=(10, 12, 10, 12))
        self.setFixedWidth(RAIL)
        self.setAccessibleName(title)
        self.button.clicked.connect(self._pressed)

    def _pressed(self) -> None:
        self.opened.emit()
