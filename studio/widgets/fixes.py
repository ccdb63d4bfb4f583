"""The buttons that mend something: the best fix by name, the others in a menu."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from studio.text import tr
from studio.widgets.base import lay
from studio.widgets.button import Button, IconButton


class FixButtons(QWidget):
    """A button of the best fix and, where there are others, one that lists them. `chosen(index)`, the best one is 0.

    titles: of the fixes, at least one. about: the sentence of what is wrong; the names of the buttons say it.
    """

    chosen = Signal(object)

    def __init__(self, titles: Sequence[str], about: str) -> None:
        super().__init__()
        self.titles = tuple(titles)
        self.best = Button(
            titles[0], kind="soft", size="small", name=tr("{fix}: {sentence}", fix=titles[0], sentence=about)
        )
        more = tr("Other fixes: {sentence}", sentence=about)
        self.more = IconButton("chevron-down", more, tr("Other fixes"), size="small")
        lay(self, [self.best, self.more], False, 4, 0)
        self.more.setVisible(len(titles) > 1)
        self.best.clicked.connect(self._choose_best)
        self.more.clicked.connect(self._open)

    def _choose_best(self, *_: object) -> None:
        self.chosen.emit(0)

    def _open(self, *_: object) -> None:
        menu = FixMenu(self.more, self.titles)
        menu.chosen.connect(self.chosen)
        menu.open_below(self.more)


class FixMenu(QMenu):
    """All fixes but the best one, below a button. `chosen(index)`, counted with the best one."""

    chosen = Signal(object)

    def __init__(self, button: QWidget, titles: Sequence[str]) -> None:
        super().__init__(button)
        self.setAccessibleName(tr("Other fixes"))
        for i, title in enumerate(titles[1:], 1):
            self.addAction(title.replace("&", "&&")).setData(i)
        self.triggered.connect(self._triggered)
        self.aboutToHide.connect(self.deleteLater)

    def open_below(self, button: QWidget) -> None:
        """Open below a button."""
        self.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))

    def _triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())
