"""A person at the window: finds things by their accessible names, and acts by mouse and keys only."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

PATIENCE = 30.0


class Person:
    """Looks at the application's visible windows. Nothing here calls a method that changes a widget."""

    # ---- looking ----
    def see(self, name: str) -> QWidget | None:
        """Return the visible widget with this accessible name; the topmost window first."""
        for window in reversed(self.windows()):
            for widget in (window, *window.findChildren(QWidget)):
                if widget.accessibleName() == name and widget.isVisible() and widget.width() and widget.height():
                    return widget
        return None

    def windows(self) -> list[QWidget]:
        """Return the visible windows, an open dialog last."""
        modal = QApplication.activeModalWidget()
        return [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not modal] + (
            [modal] if modal else []
        )

    def names(self) -> list[str]:
        """Return all accessible names on screen."""
        found = [w for window in self.windows() for w in (window, *window.findChildren(QWidget)) if w.isVisible()]
        return [w.accessibleName() for w in found if w.accessibleName()]

    def find(self, name: str, seconds: float = PATIENCE) -> QWidget:
        """Wait for a widget and return it."""
        self.wait(lambda: self.see(name) is not None, seconds, f"{name!r} to appear; there are {self.names()}")
        found = self.see(name)
        assert found is not None
        return found

    def read(self, name: str) -> str:
        """Return the text of a label, field or button."""
        text = getattr(self.find(name), "text", None)
        assert text is not None, f"{name} has no text"
        return str(text())

    def wait(self, true: Callable[[], object], seconds: float = PATIENCE, what: str = "it") -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"waited {seconds:g} s for {what}"
            QTest.qWait(20)

    # ---- acting ----
    def click(self, name: str, at: QPoint | None = None) -> QWidget:
        """Click the middle of a widget, or a place in it."""
        widget = self.find(name)
        self.wait(widget.isEnabled, what=f"{name!r} to be enabled")
        _come_forward(widget)
        QTest.mouseClick(_surface(widget), Qt.MouseButton.LeftButton, pos=at or QPoint())
        QTest.qWait(30)
        return widget

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(self.keyboard(), key, modifier)
        QTest.qWait(30)

    def type(self, text: str) -> None:
        """Type text where the keyboard is."""
        QTest.keyClicks(self.keyboard(), text)
        QTest.qWait(30)

    def keyboard(self) -> QWidget:
        """Return the widget that has the keyboard."""
        _come_forward(self.windows()[-1])
        widget = QApplication.focusWidget() or QApplication.activeModalWidget() or QApplication.activeWindow()
        return widget or self.windows()[-1]

    def choose(self, name: str, option: str) -> None:
        """Open a list of options by the keyboard and choose one by typing its beginning."""
        self.wait(lambda: self._opened(name), PATIENCE, f"the list of {name!r}")
        popup = self.see_list()
        assert popup is not None
        QTest.keyClicks(popup, option)
        QTest.keyClick(popup, Qt.Key.Key_Return)
        self.wait(lambda: self.see_list() is None, 3, "the list to close")

    def _opened(self, name: str) -> bool:
        if self.see_list() is None:
            self.click(name)
            QTest.qWait(200)
        return self.see_list() is not None

    def see_list(self) -> QAbstractItemView | None:
        """Return the open list of a select."""
        popup = QApplication.activePopupWidget()
        return popup.findChild(QAbstractItemView) if popup is not None else None

    def replace(self, name: str, text: str) -> None:
        """Type another value into a field."""
        self.click(name)
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def give_file(self, dialog: str, path: Path) -> None:
        """Type a path into a file dialog and accept it."""
        self.find(dialog)
        for _ in range(5):  # the list of completions may take the first Return for itself
            QTest.qWait(50)
            self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            self.type(str(path))
            self.press(Qt.Key.Key_Return)
            end = time.monotonic() + 2
            while self.see(dialog) is not None and time.monotonic() < end:
                QTest.qWait(20)
            if self.see(dialog) is None:
                return
        raise AssertionError(f"{dialog!r} does not take {path}")


def _come_forward(widget: QWidget) -> None:
    """Do what a window manager does at a click: the offscreen platform has none."""
    if not widget.window().isActiveWindow():
        widget.window().activateWindow()
        QTest.qWait(10)


def _surface(widget: QWidget) -> QWidget:
    viewport = getattr(widget, "viewport", None)
    return viewport() if viewport is not None else widget
