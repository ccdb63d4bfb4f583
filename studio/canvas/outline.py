"""The outline: one line per block, the canvas for screen readers and for those who like lists."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from studio import theme
from studio.canvas.keys import method_of
from studio.canvas.picture import Card
from studio.canvas.view import View
from studio.text import tr

ID = Qt.ItemDataRole.UserRole


class Outline(QListWidget):
    """All blocks from inputs to targets. Selecting a line selects the card; the canvas' keys work here too."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view, self.session = view, view.session
        self._telling = False
        self.setAccessibleName(tr("Outline"))
        self.setFont(theme.font(12))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.canvas.drawn.connect(self._drawn)
        self.session.selection.changed.connect(self._selected)
        self.itemSelectionChanged.connect(self._chosen)
        self._shown: tuple[tuple[str, str], ...] = ()
        self._drawn()

    def _drawn(self) -> None:
        if not self.isVisible():
            return  # it is filled when it is shown
        names = {k: c.name or c.title for k, c in self.view.canvas.picture.cards.items()}
        lines = tuple((card, line(self.view, card, names)) for card in self._order())
        if lines == self._shown:
            return
        self._shown, self._telling = lines, True
        while self.count() > len(lines):
            self.takeItem(self.count() - 1)
        for i, (card, text) in enumerate(lines):
            item = self.item(i)
            if item is None:
                item = QListWidgetItem()
                self.addItem(item)
            item.setText(text)
            item.setData(ID, card)
        self._telling = False
        self._selected(self.session.selection.ids)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._drawn()

    def _order(self) -> list[str]:
        cards = self.view.canvas.picture.cards
        return [*self.session.project.network.order(), *(c for c in cards if c.startswith("target:"))]

    def _selected(self, ids: Any) -> None:
        self._telling = True
        for i in range(self.count()):
            item = self.item(i)
            item.setSelected(item.data(ID) in ids)
            if item.data(ID) == self.session.selection.current:
                self.setCurrentItem(item, self._still())
        self._telling = False

    def _still(self) -> Any:
        """Return the command that moves the current line without changing the selection."""
        from PySide6.QtCore import QItemSelectionModel

        return QItemSelectionModel.SelectionFlag.NoUpdate

    def _chosen(self) -> None:
        if not self._telling:
            ids = [self.item(i).data(ID) for i in range(self.count()) if self.item(i).isSelected()]
            self.session.selection.set(*ids)
            if ids:
                self.view.reveal(ids[-1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = method_of(event)
        if name and not name.startswith(("walk", "extend", "select_all")) and event.key() != Qt.Key.Key_Escape:
            getattr(self.view, name)()
        else:
            super().keyPressEvent(event)


def line(view: View, id: str, names: Mapping[str, str]) -> str:
    """Return a block as a sentence: "Dense, dense_2, 64 units · relu, input (64), output (64), 4,160 parameters"."""
    card: Card = view.canvas.picture.cards[id]
    links = view.canvas.picture.links
    into = [key for key in view.canvas.touching.get(id, ()) if key[1] == id]
    out = [key for key in view.canvas.touching.get(id, ()) if key[0] == id]
    parts = [card.title, card.name, card.line, *(f"{k} {v}" for k, v in card.lines)]
    parts += [tr("input {shape}", shape=links[k].text or tr("unknown")) for k in into]
    parts += [tr("output {shape}", shape=links[k].text or tr("unknown")) for k in out[:1]]
    parts += [tr("{n} parameters", n=card.count)] if card.count and card.count != "–" else []
    parts += [tr("from {names}", names=tr(" and ").join(names[k[0]] for k in into))] if into else []
    parts += [tr("to {names}", names=tr(" and ").join(names[k[1]] for k in out))] if out else []
    parts.append(card.error or card.warning or tr("no problems"))
    return ", ".join(part for part in parts if part)
