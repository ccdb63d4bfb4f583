"""The status bar: facts at the left and right, never questions."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio import theme
from studio.pages.page import Status
from studio.text import tr
from studio.widgets import Box, Icon, Label, lay, named


class StatusBar(Box):
    """28 px at the bottom. Items stay and change their text, so that a run does not empty it for a blink."""

    def __init__(self) -> None:
        self._left, self._right = _Side(), _Side()
        super().__init__(self._left, None, self._right, radius=0, sides="t", vertical=False, spacing=16,
                         margins=(16, 1, 16, 0))  # fmt: skip
        self.setFixedHeight(theme.size("statusBar"))
        self._shown: tuple[tuple[Status, ...], tuple[Status, ...]] = ((), ())
        named(self, tr("Status"))

    def show_items(self, left: Sequence[Status], right: Sequence[Status]) -> None:
        """Show these items."""
        wanted = (tuple(left), tuple(right))
        if wanted == self._shown:
            return
        self._shown = wanted
        self._left.show_items(left)
        self._right.show_items(right)

    def texts(self) -> tuple[str, ...]:
        """Return the texts that are shown."""
        return tuple(item.text for side in self._shown for item in side)


class _Side(QWidget):
    """The items of one end."""

    def __init__(self) -> None:
        super().__init__()
        self._items: list[_Item] = []
        self._row = lay(self, [], False, 16, 0)

    def show_items(self, items: Sequence[Status]) -> None:
        while len(self._items) < len(items):
            self._items.append(_Item())
            self._row.addWidget(self._items[-1])
        for shown, item in zip(self._items, items, strict=False):
            shown.show_item(item)
        for i, shown in enumerate(self._items):
            shown.setVisible(i < len(items))


class _Item(QWidget):
    """An icon, where there is one, and a text."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._text = Icon("info", "text.muted", 14), Label("", 11, 500, tabular=True)
        lay(self, [self._icon, self._text], False, 5, 0)

    def show_item(self, item: Status) -> None:
        if item.icon:
            self._icon.set_icon(item.icon, item.color if item.color != "text.secondary" else "text.muted")
        self._icon.setVisible(bool(item.icon))
        self._text.set_color(item.color)
        self._text.setText(item.text)
        self._text.setAccessibleName(item.name)
