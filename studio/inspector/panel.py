"""The right panel of the Define page: what is selected, its settings, its shape and cost, and what it does."""

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.network.network import Node
from engine.project.document import Project
from engine.specs import Spec
from studio import theme
from studio.document import edits
from studio.document.session import Session
from studio.inspector.facts import about, cost
from studio.inspector.form import Form
from studio.inspector.input_form import InputForm
from studio.inspector.target_form import TargetForm
from studio.text import plural, tr
from studio.widgets import (
    EmptyState,
    FieldRow,
    Label,
    Line,
    LineEdit,
    PanelHead,
    Scroll,
    Switch,
    Tile,
    clear,
    column,
    row,
)


class Inspector(QWidget):
    """Follows the selection. `focus_first` and `focus_name` put the keyboard into it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setAccessibleName(tr("Inspector"))
        self.body = QWidget()
        self.box = QVBoxLayout(self.body)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Scroll(self.body, name=tr("Inspector of the selection")))
        self.form: Form | None = None
        self.name: LineEdit | None = None
        self.note: LineEdit | None = None
        self.trainable: Switch | None = None
        self.special: InputForm | TargetForm | None = None
        self._key: tuple[Any, ...] | None = None
        session.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        session.prepared_changed.connect(self.refresh)
        self.refresh()

    # ---- following -------------------------------------------------------------------------------------------------
    def refresh(self, *_: object) -> None:
        """Show the selection: values in place where the rows stay the same, else new rows."""
        key = self._wanted()
        if key != self._key:
            self._key = key
            self._rebuild()
        self._show_values()

    def _wanted(self) -> tuple[Any, ...]:
        ids, nodes = self.session.selection.ids, self.session.project.network.nodes
        classes = tuple(type(nodes[i].layer).__name__ if i in nodes else "" for i in ids)
        return (ids, classes)

    def _chosen(self) -> list[Node]:
        nodes = self.session.project.network.nodes
        return [nodes[i] for i in self.session.selection.nodes if i in nodes]

    def _rebuild(self) -> None:
        clear(self.box)
        self.form = self.name = None
        self.special = self.trainable = self.note = None
        chosen, current = self._chosen(), self.session.selection.current
        if chosen:
            self._build_layers(chosen)
        elif current is not None and current.startswith("target:"):
            self._build_target(int(current.partition(":")[2]))
        else:
            self._build_empty()
        self.box.addStretch(1)

    def _show_values(self) -> None:
        chosen = self._chosen()
        if self.special is not None:
            self.special.refresh()
        if not chosen:
            return
        if self.form is not None:
            self.form.show_specs([n.layer for n in chosen])
        if self.trainable is not None:
            self.trainable.set_value(all(n.trainable for n in chosen))
        if len(chosen) == 1:
            self._show_one(chosen[0])

    def _show_one(self, node: Node) -> None:
        if self.name is not None:
            self.name.set_value(node.name)
        if self.note is not None:
            self.note.set_value(node.note)
        clear(self.facts)
        self.facts.addWidget(cost(self.session, node.id))

    # ---- building --------------------------------------------------------------------------------------------------
    def _build_layers(self, nodes: list[Node]) -> None:
        layer = nodes[0].layer
        self.box.addWidget(_head(nodes))
        self.box.addWidget(Line())
        rows: list[QWidget] = []
        if len(nodes) == 1:
            self.name = LineEdit(nodes[0].name, name=tr("Name"), mono=True, check=self._check_name)
            self.name.changed.connect(self._rename)
            rows.append(FieldRow(tr("Name"), self.name))
            if layer.KERAS == "Input":
                self.special = InputForm(self.session, nodes[0].id)
                rows.append(self.special)
        more: list[QWidget] = []
        if self._has_weights(nodes):
            self.trainable = Switch(name=tr("Trainable"))
            self.trainable.changed.connect(self._set_trainable)
            more.append(FieldRow(tr("Trainable"), self.trainable))
        if len(nodes) == 1:
            self.note = LineEdit(nodes[0].note, name=tr("Note"), placeholder=tr("A remark of yours"))
            self.note.changed.connect(self._set_note)
            more.append(FieldRow(tr("Note"), self.note))
        self.form = Form([n.layer for n in nodes], more=more)
        self.form.set_asked.connect(self._set)
        rows.append(self.form)
        self.box.addWidget(column(*rows, spacing=0, margins=(16, 6, 10, 8)))
        if len(nodes) == 1:
            self._build_about(layer)

    def _has_weights(self, nodes: list[Node]) -> bool:
        return any(self.session.shapes.weights.get(n.id) or n.layer.GROUP in ("core", "norm", "conv") for n in nodes)

    def _build_about(self, layer: Spec) -> None:
        holder = QWidget()
        self.facts = QVBoxLayout(holder)
        self.facts.setContentsMargins(0, 0, 0, 0)
        for part in (Line(color="border.soft"), PanelHead(tr("Shape and cost"), height=36), holder,
                     Line(color="border.soft"), PanelHead(tr("What it does"), height=36), about(layer)):  # fmt: skip
            self.box.addWidget(part)

    def _build_target(self, index: int) -> None:
        self.box.addWidget(_title("target", "train", tr("Training target"), tr("What the network learns")))
        self.box.addWidget(Line())
        self.special = TargetForm(self.session, index)
        self.box.addWidget(self.special)

    def _build_empty(self) -> None:
        sentence = tr("Select a layer to see its settings. Shift-click selects several.")
        self.box.addSpacing(80)
        self.box.addWidget(EmptyState("mouse-pointer-2", tr("Nothing selected"), sentence, group="core"))

    # ---- editing ---------------------------------------------------------------------------------------------------
    def _set(self, field: str, value: Any, dragging: bool) -> None:
        nodes = self.session.selection.nodes
        what = field.replace("_", " ")
        label = tr("Set {field}", field=what) if len(nodes) == 1 else tr(
            "Set {field} of {layers}", field=what, layers=plural(len(nodes), "layer", "layers"))  # fmt: skip
        key = f"field:{','.join(nodes)}:{field}" if dragging else None
        self.session.edit(label, lambda project: edits.set_field(project, nodes, field, value), key)

    def _check_name(self, text: str) -> str:
        node = self.session.selection.nodes[0]
        edits.rename(self.session.project, node, text)
        return text.strip()

    def _rename(self, name: str) -> None:
        node = self.session.selection.nodes[0]
        self.session.edit(tr("Rename"), lambda project: edits.rename(project, node, name))

    def _set_trainable(self, on: bool) -> None:
        nodes = self.session.selection.nodes
        label = tr("Train weights") if on else tr("Freeze weights")
        self.session.edit(label, lambda project: edits.set_trainable(project, nodes, on))

    def _set_note(self, text: str) -> None:
        node = self.session.selection.nodes[0]

        def edit(project: Project) -> Project:
            return edits.set_note(project, node, text)

        self.session.edit(tr("Write a note"), edit)

    # ---- keyboard --------------------------------------------------------------------------------------------------
    def focus_first(self) -> None:
        """Put the keyboard into the first setting, else the name."""
        rows = list(self.form.rows.values()) if self.form else []
        target: Any = rows[0].editor if rows else self.name
        if isinstance(self.special, TargetForm):
            target = self.special.column
        if target is not None:
            inner = getattr(target, "number", target)
            inner.setFocus()

    def focus_name(self) -> None:
        """Put the keyboard into the name."""
        if self.name is not None:
            self.name.setFocus()
            self.name.selectAll()


def _head(nodes: list[Node]) -> QWidget:
    layer = nodes[0].layer
    group = theme.category(layer.GROUP).label
    if len(nodes) == 1:
        alias = f" · {layer.ALIASES[0]}" if layer.ALIASES else ""
        return _title(layer.ICON or "box", layer.GROUP, layer.KERAS, f"{group}{alias}")
    same = len({type(n.layer) for n in nodes}) == 1
    title = tr("{n} {layer} layers", n=len(nodes), layer=layer.KERAS) if same else tr("{n} layers", n=len(nodes))
    return _title(layer.ICON if same else "layers", layer.GROUP if same else "io", title, tr("Common settings"))


def _title(icon: str, group: str, title: str, remark: str) -> QWidget:
    words = column(
        None, Label(title, 14, 600, elide=True), Label(remark, 11, 400, "text.muted", elide=True), None, spacing=1
    )
    return row(Tile(icon, group, 32, 18), (words, 1), spacing=10, margins=(16, 0, 10, 0), height=56)
