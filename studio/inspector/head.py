"""The head of the inspector: what is selected, a copy button and a menu of what can be done with it."""

from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from engine import registry
from engine.errors import LayerwrightError
from engine.network.network import Node
from engine.specs import Spec
from studio import theme
from studio.actions import key_of, tell_keys, with_key
from studio.document import edits
from studio.document.session import Session
from studio.text import tr
from studio.widgets import IconButton, Label, Tile, column, lay, row

Asked = tuple[str, Any]


class Head(QWidget):
    """Tile, title and remark of the selected layers, with tools.

    `asked(name)`: a command of the canvas ("copy", "duplicate", "delete"); `help_asked(record)`.
    """

    asked = Signal(object)
    help_asked = Signal(object)

    def __init__(self, session: Session, nodes: list[Node]) -> None:
        super().__init__()
        self.session, self.nodes = session, nodes
        copy = tr("Copy layer") if len(nodes) == 1 else tr("Copy layers")
        self.copy = IconButton("copy", copy, size="small")
        tell_keys(self.copy, "setToolTip", partial(with_key, copy, "canvas.copy"))
        self.copy.clicked.connect(self._copy)
        self.more = IconButton(
            "ellipsis", tr("More for this layer") if len(nodes) == 1 else tr("More for these layers"), size="small"
        )
        self.more.clicked.connect(self._open)
        lay(self, [title_of(nodes, self.copy, self.more)], False, 0, 0)

    # ---- the menu --------------------------------------------------------------------------------------------------
    def menu(self) -> QMenu:
        """Return the menu, for the layers as they are now."""
        menu = QMenu(self)
        menu.triggered.connect(self._chosen)
        self._entry(menu, tr("Duplicate"), ("canvas", "duplicate"), "copy")
        self._entry(menu, tr("Duplicate with shared weights"), ("canvas", "duplicate_shared"), "link")
        self._entry(menu, tr("Group"), ("canvas", "group"), "boxes")
        if any(n.layer.KERAS == "Model" for n in self.nodes):
            self._entry(menu, tr("Ungroup"), ("canvas", "ungroup"), "split")
        if len(self.nodes) == 1:
            self._replacements(menu.addMenu(tr("Replace with")))
        frozen = all(not self._now(n).trainable for n in self.nodes)
        if any(self.session.shapes.weights.get(n.id) for n in self.nodes):
            label, icon = (tr("Train weights"), "lock-open") if frozen else (tr("Freeze weights"), "lock")
            self._entry(menu, label, ("trainable", frozen), icon)
        menu.addSeparator()
        self._entry(
            menu,
            tr("Help on {layer}", layer=self.nodes[-1].layer.KERAS),
            ("help", None),
            "circle-help",
            key_of("help.topic"),
        )
        menu.addSeparator()
        self._entry(menu, tr("Delete"), ("canvas", "delete"), "trash-2")
        return menu

    def _now(self, node: Node) -> Node:
        return self.session.project.network.nodes.get(node.id, node)

    def _entry(self, menu: QMenu, text: str, asked: Asked, icon: str = "", key: str = "") -> None:
        shown, key = text.replace("&", "&&"), key or key_of(".".join(map(str, asked)))
        made = QAction(f"{shown}\t{key}" if key else shown, menu)
        if icon:
            made.setIcon(theme.icon(icon, "text.secondary"))
        made.setData(asked)
        menu.addAction(made)

    def _replacements(self, menu: QMenu) -> None:
        """Fill the menu with the layers that fit in this one's place, by group."""
        menu.menuAction().setIcon(theme.icon("repeat-2", "text.secondary"))
        by: dict[str, list[type[Any]]] = {}
        for record in fitting(self.session, self.nodes[0]):
            by.setdefault(record.GROUP, []).append(record)
        for group in (g for g in theme.categories() if g in by):
            part = menu.addMenu(theme.category(group).label.replace("&", "&&"))
            for record in by[group]:
                self._entry(part, record.KERAS, ("replace", record), record.ICON)
        menu.setEnabled(bool(by))

    def _open(self, *_: object) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 2)))

    def _copy(self, *_: object) -> None:
        self.asked.emit("copy")

    def _chosen(self, action: QAction) -> None:
        kind, value = action.data()
        ids = tuple(n.id for n in self.nodes)
        if kind == "canvas":
            self.asked.emit(value)
        elif kind == "help":
            self.help_asked.emit(type(self.nodes[-1].layer))
        elif kind == "trainable":
            label = tr("Train weights") if value else tr("Freeze weights")
            self.session.edit(label, lambda project: edits.set_trainable(project, ids, value))
        elif kind == "replace":
            layer = start_of(value)
            label = tr("Replace {name}", name=self._now(self.nodes[0]).name)
            self.session.edit(label, lambda project: edits.replace_layer(project, ids[0], layer))  # type: ignore[arg-type]


def title_of(nodes: list[Node], *tools: QWidget) -> QWidget:
    """Return the title line for one or several layers."""
    layer = nodes[0].layer
    group = theme.category(layer.GROUP).label
    if len(nodes) == 1:
        if layer.KERAS == "Model":
            return title("boxes", layer.GROUP, tr("Group"), tr("Several layers as one card"), *tools)
        alias = f" · {layer.ALIASES[0]}" if layer.ALIASES else ""
        return title(layer.ICON or "box", layer.GROUP, layer.KERAS, f"{group}{alias}", *tools)
    same = len({type(n.layer) for n in nodes}) == 1
    text = tr("{n} {layer} layers", n=len(nodes), layer=layer.KERAS) if same else tr("{n} layers", n=len(nodes))
    return title(layer.ICON if same else "layers", layer.GROUP if same else "io", text, tr("Common settings"), *tools)


def title(icon: str, group: str, text: str, remark: str, *tools: QWidget) -> QWidget:
    """Return a tile with a title and a remark, tools at the right."""
    words = column(
        None, Label(text, 14, 600, elide=True), Label(remark, 11, 400, "text.muted", elide=True), None, spacing=1
    )
    return row(Tile(icon, group, 32, 18), (words, 1), *tools, spacing=8, margins=(16, 0, 10, 0), height=56)


def start_of(record: type[Any]) -> Spec | None:
    """Return the layer a new card begins with; None when the record has no start or stands for a group."""
    if any(f.required and f.suggested is None and not f.optional for f in record.fields()):
        return None
    try:
        made: Spec = record.suggestion()
    except LayerwrightError:
        return None
    return None if hasattr(made, "network") else made


def fitting(session: Session, node: Node) -> list[type[Any]]:
    """Return the records that can stand in a node's place: they take its inputs as they are."""
    network, known = session.project.network, session.shapes.output
    shapes = [known.get(s) for s in network.sources(node.id)]
    found = []
    for record in registry.records("layer"):
        made = None if record is type(node.layer) else start_of(record)
        if made is not None and _takes(made, shapes, node.layer.KERAS == "Input"):
            found.append(record)
    return found


def _takes(layer: Any, shapes: list[Any], entrance: bool) -> bool:
    least, most = layer.INPUTS
    if entrance or layer.KERAS == "Input" or len(shapes) < least or (most is not None and len(shapes) > most):
        return False
    if any(s is None for s in shapes):
        return True
    rank = layer.RANK
    if rank and any(len(s) < rank[0] or (rank[1] is not None and len(s) > rank[1]) for s in shapes):
        return False
    try:
        layer.output_shape(tuple(shapes))
    except (LayerwrightError, ArithmeticError, LookupError, TypeError, ValueError):
        return False
    return True
