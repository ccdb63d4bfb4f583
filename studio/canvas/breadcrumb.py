"""Where one is: "Network › group_1 › group_2" above the canvas; a click on a name shows what it holds."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio import theme
from studio.actions import tell_keys, with_key
from studio.document.lens import Lens
from studio.text import tr
from studio.widgets import Box, Button, Icon, IconButton, clear

LONGEST = 28
"""Characters of a name that are shown; its tooltip has all of them."""


class Breadcrumb(Box):
    """Follows the scope of a lens; it is not there while no group is open. `changed()`: its size may be another.

    `left()`: a click here shows another network, so the keyboard belongs there.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, lens: Lens, host: QWidget) -> None:
        self.back = IconButton("chevron-left", tr("Leave group"), size="small")
        tell_keys(self.back, "setToolTip", partial(with_key, tr("Leave group"), "canvas.leave_group"))
        self.names = QWidget()
        self.path = QHBoxLayout(self.names)
        self.path.setContentsMargins(0, 0, 0, 0)
        self.path.setSpacing(0)
        super().__init__(self.back, self.names, fill="bg.raised", vertical=False, spacing=2, margins=3)
        self.setParent(host)
        self.setAccessibleName(tr("Open groups"))
        self.lens = lens
        self.steps: list[_Step] = []
        self._shown: tuple[str, ...] | None = None
        self.back.clicked.connect(self._leave)
        lens.changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the names of the open groups."""
        names = self.lens.names()
        if names == self._shown:
            return
        self._shown = names
        clear(self.path)
        self.steps = [_Step(self, tr("Network"), 0, not names), *(
            _Step(self, name, i + 1, i + 1 == len(names)) for i, name in enumerate(names))]  # fmt: skip
        for i, step in enumerate(self.steps):
            arrows = [Icon("chevron-right", "text.muted", 14)] if i else []
            for part in (*arrows, step):
                self.path.addWidget(part)
                part.show()  # a layout counts only what is shown
        self.setVisible(bool(names))
        self.changed.emit()

    def fit(self) -> None:
        """Take the size that the names need."""
        self.path.invalidate()
        self.names.setFixedWidth(self.path.sizeHint().width())
        self.adjustSize()

    def _leave(self, *_: object) -> None:
        self.left.emit()
        self.lens.leave_group()


class _Step(Button):
    """One name. The last one is where one is."""

    def __init__(self, path: Breadcrumb, name: str, depth: int, here: bool) -> None:
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        where = tr("{name}, shown", name=name) if here else tr("Show {name}", name=name)
        super().__init__(short, kind="ghost", size="small", name=where, tooltip=where)
        self._path, self._depth = path, depth
        self.setFont(theme.font(12, 600 if here else 500))
        self.clicked.connect(self._show)

    def _show(self, *_: object) -> None:
        self._path.left.emit()
        lens = self._path.lens
        while len(lens.scope) > self._depth:
            lens.leave_group()
