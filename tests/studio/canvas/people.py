"""A Define page in a window and someone at it, who acts by mouse and keys alone."""

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine import registry
from engine.network.network import stack
from engine.project.document import Project
from studio.document.session import Session
from studio.pages.define import DefinePage
from studio.window.main_window import MainWindow

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def layer(name: str, **values: Any) -> Any:
    """Return a layer spec by its Keras name."""
    return registry.named("layer", name)(**values)


def classifier() -> Project:
    """Return input (18) -> dense_1 64 -> dense_2 64 -> dropout -> dense_3 7."""
    hidden = layer("Dense", units=64, activation="relu")
    layers = [
        layer("Input", shape=(18,)), hidden, hidden,
        layer("Dropout", rate=0.2), layer("Dense", units=7, activation="softmax"),
    ]  # fmt: skip
    return Project(network=stack(*layers))


class Person:
    """Someone at the Define page: finds widgets by accessible name, acts by mouse and keys."""

    def __init__(self, qtbot: Any, project: Project) -> None:
        self.qtbot = qtbot
        self.session = Session(project)
        self.window = MainWindow()
        qtbot.addWidget(self.window)
        self.page = DefinePage(self.session, self.window.actions_)
        self.window.show_page(self.page)
        self.toasts: list[str] = []
        self.refused: list[str] = []
        self.page.tell.connect(self._told)
        self.session.refused.connect(self.refused.append)
        self.window.show()
        qtbot.waitExposed(self.window)
        QApplication.processEvents()
        self.view, self.scene = self.page.view, self.page.scene
        self.settle()

    def _told(self, title: str, *rest: object) -> None:
        self.toasts.append(title)

    # ---- finding ----
    def find(self, name: str, kind: type[QWidget] = QWidget) -> Any:
        """Return the visible widget with this accessible name."""
        found = [w for w in self.window.findChildren(kind) if w.accessibleName() == name and w.isVisible()]
        assert found, f"nothing visible is called {name!r}"
        return found[0]

    def names(self) -> list[str]:
        """Return the layers from inputs to outputs by name."""
        network = self.session.project.network
        return [network.nodes[n].name for n in network.order()]

    def id(self, name: str) -> str:
        """Return the id of a node."""
        node = self.session.project.network.by_name(name)
        assert node is not None, name
        return node.id

    def wires(self) -> set[tuple[str, str]]:
        """Return the wires by names."""
        nodes = self.session.project.network.nodes
        return {(nodes[w.source].name, nodes[w.target].name) for w in self.session.project.network.wires}

    def spot(self, card: str, dx: float = 150, dy: float = 24) -> QPoint:
        """Return a point on a card (node name or "target:0") in the viewport."""
        item = self.scene.nodes[card if card.startswith("target:") else self.id(card)]
        return self.view.mapFromScene(QPointF(item.x() + dx, item.y() + dy))

    # ---- acting ----
    def click(self, widget: QWidget, at: QPoint | None = None, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Click a widget."""
        QTest.mouseClick(widget, LEFT, modifier, at or widget.rect().center())
        QApplication.processEvents()

    def click_card(self, card: str, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Click a card."""
        self.settle()
        self.click(self.view.viewport(), self.spot(card), modifier)

    def drag(self, start: QPoint, end: QPoint, *, drop: bool = True, button: Qt.MouseButton = LEFT) -> None:
        """Press on the canvas, move in steps, and release."""
        port = self.view.viewport()
        QTest.mousePress(port, button, NONE, start)
        self.glide(start, end)
        if drop:
            QTest.mouseRelease(port, button, NONE, end)
            self.settle()

    def glide(self, start: QPoint, end: QPoint, steps: int = 6) -> None:
        """Move the pressed mouse over the canvas."""
        for i in range(1, steps + 1):
            QTest.mouseMove(self.view.viewport(), start + (end - start) * i / steps)

    def take(self, name: str, end: QPoint, *, drop: bool = True) -> None:
        """Drag a palette row to a point of the canvas."""
        row = self.find(f"Add {name}")
        QTest.mousePress(row, LEFT, NONE, row.rect().center())
        self.glide(QPoint(-100, end.y()), end)
        if drop:
            QTest.mouseRelease(self.view.viewport(), LEFT, NONE, end)
            self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE, widget: QWidget | None = None) -> None:
        """Press a key on the canvas, or on a widget."""
        QTest.keyClick(widget or self.view, key, modifier)
        self.settle()

    def settle(self) -> None:
        """Let slides end."""
        self.scene.settle()
        QApplication.processEvents()
