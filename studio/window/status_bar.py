"""The status bar: facts at the left and right, never questions."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio import theme
from studio.pages.page import Status
from studio.text import tr
from studio.widgets import Box, Icon, Label, clear, named, row
from studio.widgets.base import put


class StatusBar(Box):
    """28 px at the bottom. Items are remade only when they changed."""

    def __init__(self) -> None:
        super().__init__(radius=0, sides="t", vertical=False, spacing=16, margins=(16, 1, 16, 0))
        self.setFixedHeight(theme.size("statusBar"))
        self._shown: tuple[tuple[Status, ...], tuple[Status, ...]] = ((), ())
        named(self, tr("Status"))

    def show_items(self, left: Sequence[Status], right: Sequence[Status]) -> None:
        """Show these items."""
        wanted = (tuple(left), tuple(right))
        if wanted == self._shown:
            return
        self._shown = wanted
        clear(self.body)
        for item in left:
            put(self.body, _item(item))
        put(self.body, None)
        for item in right:
            put(self.body, _item(item))

    def texts(self) -> tuple[str, ...]:
        """Return the texts that are shown."""
        return tuple(item.text for side in self._shown for item in side)


def _item(item: Status) -> QWidget:
    tone = item.color if item.color != "text.secondary" else "text.muted"
    label = Label(item.text, 11, 500, item.color, tabular=True, name=item.name or None)
    return row(*([Icon(item.icon, tone, 14)] if item.icon else []), label, spacing=5)
