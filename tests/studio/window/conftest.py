"""A whole studio for the tests of its window, and how they find and press what is on screen."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from studio import theme
from studio.app import Studio
from tests.studio.conftest import wait_until

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def whole(studio: Studio) -> Iterator[Studio]:
    """A studio with all its pages, painted once; what a test does to motion is undone."""
    QApplication.processEvents()
    yield studio
    theme.reduce_motion(False)


def on_screen(root: QWidget, name: str) -> QWidget:
    """Return the visible widget with this accessible name."""
    found = [w for w in root.findChildren(QWidget) if w.accessibleName() == name and w.isVisible()]
    assert found, f"{name!r} is not on screen"
    return found[0]


def click(root: QWidget, name: str) -> None:
    """Click the widget with this accessible name."""
    QTest.mouseClick(on_screen(root, name), LEFT)
    QApplication.processEvents()


def dialog(title: str) -> QWidget:
    """Return the open dialog with this title."""
    wait_until(lambda: [w for w in QApplication.topLevelWidgets() if w.accessibleName() == title and w.isVisible()])
    return next(w for w in QApplication.topLevelWidgets() if w.accessibleName() == title and w.isVisible())


def choose(menu: QMenu, *titles: str) -> None:
    """Choose an entry of a menu, through menus inside it."""
    for title in titles[:-1]:
        menu = next(a.menu() for a in menu.actions() if a.text() == title)
    next(a for a in menu.actions() if a.text() == titles[-1]).trigger()
