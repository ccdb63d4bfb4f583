"""The canvas for assistive technology: a list with one item per block, each named by its sentence.

Qt asks for these only while such technology runs, or a test does. A card's item is made when it is first asked for and
kept by the list; Qt holds it too, so it must live as long as the canvas.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow

from studio.canvas.arrange import CARD_W
from studio.canvas.sentences import sentence

if TYPE_CHECKING:
    from studio.canvas.view import View

_views: dict[int, "View"] = {}
_lists: dict[int, "CanvasList"] = {}
_made: list["CanvasList | None"] = []
"""Lists of views that are gone. The first entry says that Qt knows where to ask."""


class CanvasItem(QAccessibleInterface):
    """One block."""

    def __init__(self, canvas: "CanvasList", card: str) -> None:
        super().__init__()
        self._canvas, self.card = canvas, card

    def isValid(self) -> bool:
        return self._canvas.isValid() and self.card in self._canvas.cards()

    def object(self) -> Any:
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self._canvas.window()

    def parent(self) -> QAccessibleInterface:
        return self._canvas

    def child(self, index: int) -> Any:
        return None

    def childAt(self, x: int, y: int) -> Any:
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        return self._canvas.rect_of(self.card) if self.isValid() else QRect()

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        if not self.isValid():
            found.invalid = True
            return found
        ids = self._canvas.view.session.selection.ids
        found.selectable = found.focusable = found.multiSelectable = True
        found.selected = self.card in ids
        found.focused = bool(ids) and ids[-1] == self.card and self._canvas.view.hasFocus()
        return found

    def text(self, kind: QAccessible.Text) -> str:
        if kind != QAccessible.Text.Name or not self.isValid():
            return ""
        scene = self._canvas.view.canvas
        return sentence(scene.picture, self.card, scene.touching.get(self.card, ()))

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """A name is changed in the inspector or the outline."""


class CanvasList(QAccessibleInterface):
    """The view as a list."""

    def __init__(self, view: "View") -> None:
        super().__init__()
        self._view: View | None = view
        self._items: dict[str, CanvasItem] = {}

    @property
    def view(self) -> "View":
        """The view; ask `isValid` first."""
        assert self._view is not None
        return self._view

    def forget(self) -> None:
        """The view is gone."""
        self._view = None

    def cards(self) -> dict[str, Any]:
        """Return the cards on the canvas by id, in their order."""
        return dict(self.view.canvas.picture.cards)

    def rect_of(self, card: str) -> QRect:
        """Return where a card is on the screen."""
        item = self.view.canvas.nodes.get(card)
        if item is None:
            return QRect()
        corner, end = self.view.mapFromScene(item.x(), item.y()), self.view.mapFromScene(
            item.x() + CARD_W, item.y() + item.card.height)  # fmt: skip
        return QRect(self.view.viewport().mapToGlobal(corner), self.view.viewport().mapToGlobal(end))

    def _every(self) -> Iterator[CanvasItem]:
        for card in self.cards() if self.isValid() else ():
            if card not in self._items:
                self._items[card] = CanvasItem(self, card)
            yield self._items[card]

    def isValid(self) -> bool:
        return self._view is not None and shiboken6.isValid(self._view)

    def object(self) -> QObject:
        return self.view

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.view.window().windowHandle() if self.isValid() else None

    def parent(self) -> Any:
        above = self.view.parentWidget() if self.isValid() else None
        return QAccessible.queryAccessibleInterface(above) if above is not None else None

    def child(self, index: int) -> Any:
        found = list(self._every())
        return found[index] if 0 <= index < len(found) else None

    def childAt(self, x: int, y: int) -> Any:
        return next((item for item in self._every() if item.rect().contains(QPoint(x, y))), None)

    def childCount(self) -> int:
        return len(self.cards()) if self.isValid() else 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        ids = list(self.cards()) if self.isValid() else []
        return ids.index(child.card) if isinstance(child, CanvasItem) and child.card in ids else -1

    def focusChild(self) -> Any:
        current = self.view.session.selection.current if self.isValid() else None
        return next((item for item in self._every() if item.card == current), None)

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def rect(self) -> QRect:
        return QRect(self.view.mapToGlobal(QPoint()), self.view.size()) if self.isValid() else QRect()

    def state(self) -> QAccessible.State:
        found = QAccessible.State()
        found.focusable = found.multiSelectable = True
        found.focused = self.isValid() and self.view.hasFocus()
        found.invisible = not (self.isValid() and self.view.isVisible())
        return found

    def text(self, kind: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        texts = {QAccessible.Text.Name: self.view.accessibleName}
        texts[QAccessible.Text.Description] = self.view.accessibleDescription
        return texts[kind]() if kind in texts else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nobody names a canvas."""


def expose(view: "View") -> None:
    """Let Qt find the list of this view, once it asks."""
    if not _made:
        QAccessible.installFactory(_list_of)
        _made.append(None)
    _views[id(view)] = view
    view.destroyed.connect(_Forget(id(view)))


class _Forget:
    """A view is gone. Its list stays, empty: Qt may still hold it, and deletes it itself."""

    def __init__(self, key: int) -> None:
        self._key = key

    def __call__(self, *_: object) -> None:
        _views.pop(self._key, None)
        found = _lists.pop(self._key, None)
        if found is not None:
            found.forget()
            _made.append(found)


def _list_of(kind: str, widget: QObject) -> QAccessibleInterface | None:
    if _views.get(id(widget)) is not widget:
        return None
    if id(widget) not in _lists:
        _lists[id(widget)] = CanvasList(_views[id(widget)])
    return _lists[id(widget)]
