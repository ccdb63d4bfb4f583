"""The outline: a tree with one line per layer, groups are branches. It is the canvas for screen readers and keyboards.

All that the canvas' keys do works here on the selected lines: rename (F2, in place), delete, move, add, copy, group,
wire (L, then the target and Enter), settings (Enter).
"""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio import theme
from studio.actions import naming, tell_keys
from studio.canvas import picture
from studio.canvas.keys import method_of
from studio.canvas.picture import Picture
from studio.canvas.sentences import Sentences
from studio.canvas.view import View
from studio.document import edits
from studio.document.lens import Lens
from studio.document.scope import Scope
from studio.text import tr

KEY, NAME = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
OWN = ("walk", "extend", "select_all", "escape", "rename_card", "wire_by_keys")
"""Keys of the canvas that a tree has meanings of its own for."""
ROW = 24
TREE = QTreeWidgetItem.ChildIndicatorPolicy


@dataclass(frozen=True, slots=True)
class Line:
    """One line: path of its groups and its own id, what it says, its name, and whether it holds lines."""

    key: Scope
    text: str
    name: str
    group: bool


class Outline(QTreeWidget):
    """All layers from inputs to targets. Selecting a line selects the card, opening the group it lies in."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view, self.session = view, view.session
        self._telling = False
        self._open: set[Scope] = set()
        self._wiring: Scope | None = None
        self.setAccessibleName(tr("Outline"))
        tell_keys(self, "setAccessibleDescription", _how_to)
        self.setFont(theme.font(12))
        self.setHeaderHidden(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setIndentation(16)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_Names(self))
        view.canvas.drawn.connect(self.refresh)
        self.session.selection.changed.connect(self._selected)
        self.itemSelectionChanged.connect(self._chosen)
        self.itemExpanded.connect(self._expanded)
        self.itemCollapsed.connect(self._collapsed)
        self.refresh()

    # ---- what it shows ---------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show the lines of the network and of the groups that are unfolded."""
        if not self.isVisible():
            return  # it is filled when it is shown
        self._telling = True
        scope = self.session.scope
        self._open |= {scope[: i + 1] for i in range(len(scope))}
        self._fill(self.invisibleRootItem(), ())
        self._telling = False
        self._selected(self.session.selection.ids)

    def _fill(self, parent: QTreeWidgetItem, path: Scope) -> None:
        found = self._lines(path)
        while parent.childCount() > len(found):
            parent.takeChild(parent.childCount() - 1)
        for i, made in enumerate(found):
            item = parent.child(i)
            if item is None:
                item = QTreeWidgetItem(parent)
            if item.text(0) != made.text:
                item.setText(0, made.text)
                item.setToolTip(0, made.text)
            item.setData(0, KEY, made.key)
            item.setData(0, NAME, made.name)
            named = not made.key[-1].startswith("target:")
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if named else flags)
            item.setChildIndicatorPolicy(TREE.ShowIndicator if made.group else TREE.DontShowIndicatorWhenChildless)
            unfolded = made.group and made.key in self._open
            if unfolded:
                self._fill(item, made.key)
            else:
                item.takeChildren()
            item.setExpanded(unfolded)

    def _lines(self, path: Scope) -> list[Line]:
        drawn, order = self._picture(path)
        cards = drawn.cards
        ids = [*order, *(c for c in cards if c.startswith("target:"))]
        said = Sentences(drawn)
        names = {k: c.title if c.stacked else c.name for k, c in cards.items()}
        return [Line((*path, id), said.of(id), names[id], cards[id].stacked) for id in ids if id in cards]

    def _picture(self, path: Scope) -> tuple[Picture, tuple[str, ...]]:
        if path == self.session.scope or not isinstance(self.session, Lens):
            return self.view.canvas.picture, self.session.project.network.order()
        seen = self.session.at(path)
        return picture.draw(seen), seen.project.network.order()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    # ---- unfolding -------------------------------------------------------------------------------------------------
    def _expanded(self, item: QTreeWidgetItem) -> None:
        if not self._telling:
            self._open.add(item.data(0, KEY))
            self.refresh()

    def _collapsed(self, item: QTreeWidgetItem) -> None:
        if self._telling:
            return
        key = tuple(item.data(0, KEY))
        self._open -= {k for k in self._open if k[: len(key)] == key}
        if isinstance(self.session, Lens) and self.session.scope[: len(key)] == key:
            self.session.show_scope(key[:-1])
            self.session.selection.set(key[-1])

    # ---- selecting -------------------------------------------------------------------------------------------------
    def items(self) -> list[QTreeWidgetItem]:
        """Return the lines from top to bottom, those of unfolded groups too."""
        found: list[QTreeWidgetItem] = []
        waiting = [self.topLevelItem(i) for i in reversed(range(self.topLevelItemCount()))]
        while waiting:
            item = waiting.pop()
            if item is not None:
                found.append(item)
                waiting += [item.child(i) for i in reversed(range(item.childCount()))]
        return found

    def _selected(self, ids: Any) -> None:
        scope, current = self.session.scope, self.session.selection.current
        self._telling = True
        for item in self.items():
            key = tuple(item.data(0, KEY))
            here = key[:-1] == scope
            item.setSelected(here and key[-1] in ids)
            if here and key[-1] == current:
                self.setCurrentItem(item, 0, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._telling = False

    def _chosen(self) -> None:
        if self._telling:
            return
        chosen = [tuple(item.data(0, KEY)) for item in self.selectedItems()]
        current = self.currentItem()
        if not chosen or current is None:
            self.session.selection.clear()
            return
        last = tuple(current.data(0, KEY))
        path = last[:-1] if last in chosen else chosen[-1][:-1]
        if isinstance(self.session, Lens):
            self.session.show_scope(path)
        ids = [key[-1] for key in chosen if key[:-1] == path]
        self.session.selection.set(*sorted(ids, key=lambda id: id == last[-1]))
        self.view.reveal(ids[-1])

    # ---- keys ------------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self.state() != QAbstractItemView.State.EditingState:
            if event.type() == QEvent.Type.ShortcutOverride and method_of(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and not event.modifiers():
                self.keyPressEvent(event)
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = method_of(event)
        if name == "edit_card" and self._wiring is not None:
            self._wire()
        elif name in OWN[3:]:
            {"escape": self._escape, "rename_card": self._rename, "wire_by_keys": self._begin_wire}[name]()
        elif name and not name.startswith(OWN[:3]):
            getattr(self.view, name)()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self._wiring is not None:
            self._wiring = None
            self.view.said.emit(tr("No wire was drawn."))
        else:
            self.view.escape()

    def _rename(self) -> None:
        item = self.currentItem()
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            self.editItem(item, 0)

    def rename(self, key: Scope, name: str) -> None:
        """Rename the layer of a line."""
        if isinstance(self.session, Lens):
            self.session.show_scope(key[:-1])
        self.session.edit(tr("Rename"), lambda project: edits.rename(project, key[-1], name))

    def _begin_wire(self) -> None:
        """Take the current line as the source of a wire; with two lines selected wire them."""
        nodes = self.session.selection.nodes
        if len(nodes) == 2:
            self.session.edit(tr("Draw wire"), lambda project: edits.connect(project, *nodes))
        elif len(nodes) == 1:
            self._wiring = (*self.session.scope, nodes[0])
            name = self.session.project.network.nodes[nodes[0]].name
            self.view.said.emit(tr("A wire from {name}: choose its target, then press Enter.", name=name))
        else:
            self.view.said.emit(tr("Select the layer that the wire begins at, then press L."))

    def _wire(self) -> None:
        source, self._wiring = self._wiring, None
        target = self.session.selection.current
        if source is None or target is None:
            return
        if source[:-1] != self.session.scope:
            self.view.said.emit(tr("A wire cannot lead into a group. Wire to the group's own line."))
        elif target.startswith("target:"):
            index = int(target.partition(":")[2])
            self.session.edit(tr("Teach another output"), lambda project: edits.set_output(project, source[-1], index))
        else:
            self.session.edit(tr("Draw wire"), lambda project: edits.connect(project, source[-1], target))


class _Names(QStyledItemDelegate):
    """Edits the name alone, not the sentence."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self._outline = outline

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        made = QLineEdit(parent)
        made.setAccessibleName(tr("New name"))
        made.setFrame(False)
        made.setMaxLength(63)
        return made

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(NAME)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QLineEdit) and editor.text() != index.data(NAME):
            self._outline.rename(tuple(index.data(KEY)), editor.text())


def _how_to() -> str:
    return naming(
        (tr("{key} renames"), "canvas.rename_card"), (tr("{key} removes"), "canvas.delete"),
        (tr("{key} adds"), "canvas.quick_add_here"), (tr("{key} moves up"), "canvas.move_up"),
        (tr("{key} moves down"), "canvas.move_down"), (tr("{key} wires"), "canvas.wire_by_keys"),
        (tr("{key} edits"), "canvas.edit_card"),
    )  # fmt: skip
