"""The settings of the selected layers: name, form, switch, then shape and cost, and what the layer does."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.network.network import Node
from studio.document import edits
from studio.document.session import Session
from studio.inspector.belongs import Belongs
from studio.inspector.facts import About, Cost
from studio.inspector.form import Form
from studio.inspector.input_form import InputForm
from studio.text import plural, tr
from studio.widgets import FieldRow, Line, LineEdit, PanelHead, Switch, column


class SettingsTab(QWidget):
    """Edits one node, or the common settings of several.

    Signals: `help_asked(record)` from "Full reference"; `named()` when a name was typed and Return pressed.
    """

    help_asked = Signal(object)
    named = Signal()

    def __init__(self, session: Session, nodes: list[Node]) -> None:
        super().__init__()
        self.session, self.ids = session, tuple(n.id for n in nodes)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.name: LineEdit | None = None
        self.trainable: Switch | None = None
        self.special: InputForm | None = None
        self.belongs: Belongs | None = None
        self.about: About | None = None
        one = nodes[0] if len(nodes) == 1 else None
        rows = [*self._rows_of(one), self._form(nodes)]
        self.box.addWidget(column(*rows, spacing=0, margins=(16, 6, 16, 8)))
        if one is not None:
            self._build_about(one)
        self.box.addStretch(1)

    # ---- building --------------------------------------------------------------------------------------------------
    def _rows_of(self, node: Node | None) -> list[QWidget]:
        if node is None:
            return []
        self.name = LineEdit(node.name, name=tr("Name"), mono=True, check=self._check_name)
        self.name.changed.connect(self._rename)
        self.name.returnPressed.connect(self._name_typed)
        self.belongs = Belongs(self.session, node.id)
        rows: list[QWidget] = [FieldRow(tr("Name"), self.name), self.belongs]
        if node.layer.KERAS == "Input":
            self.special = InputForm(self.session, node.id)
            rows.append(self.special)
        return rows

    def _form(self, nodes: list[Node]) -> Form:
        more: list[QWidget] = []
        if any(self.session.shapes.weights.get(n.id) or n.layer.GROUP in ("core", "norm", "conv") for n in nodes):
            self.trainable = Switch(name=tr("Trainable"))
            self.trainable.changed.connect(self._set_trainable)
            tip = tr("Off: the layer keeps its weights while the others train")
            more.append(FieldRow(tr("Trainable"), self.trainable, tooltip=tip))
        self.form = Form([n.layer for n in nodes], more=more)
        self.form.set_asked.connect(self._set)
        self.form.grabbed.connect(self._grabbed)
        return self.form

    def _build_about(self, node: Node) -> None:
        self.cost = Cost()
        self.about = About(node.layer)
        self.about.asked.connect(self.help_asked)
        for part in (Line(color="border.soft"), PanelHead(tr("Shape and cost"), height=36), self.cost,
                     Line(color="border.soft"), PanelHead(tr("What it does"), height=36), self.about):  # fmt: skip
            self.box.addWidget(part)

    # ---- following -------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show the values as they are now; the nodes must exist and have the classes they had."""
        nodes = [self.session.project.network.nodes[i] for i in self.ids]
        if self.special is not None:
            self.special.refresh()
        if self.belongs is not None:
            self.belongs.refresh()
        self.form.show_specs([n.layer for n in nodes])
        if self.trainable is not None:
            states = {n.trainable for n in nodes}
            self.trainable.set_value(states.pop()) if len(states) == 1 else self.trainable.set_mixed()
        if self.name is not None and not self.name.error:
            self.name.set_value(nodes[0].name)
        if self.about is not None:
            self.about.show_layer(nodes[0].layer)
            self.cost.show_node(self.session, nodes[0].id)

    # ---- editing ---------------------------------------------------------------------------------------------------
    def _set(self, field: str, value: Any, dragging: bool) -> None:
        nodes, what = self.ids, field.replace("_", " ")
        label = tr("Set {field}", field=what) if len(nodes) == 1 else tr(
            "Set {field} of {layers}", field=what, layers=plural(len(nodes), "layer", "layers"))  # fmt: skip
        key = f"field:{','.join(nodes)}:{field}" if dragging else None
        self.session.edit(label, lambda project: edits.set_field(project, nodes, field, value), key)

    def _grabbed(self, held: bool) -> None:
        """A drag is one undo step, however long it takes."""
        self.session.hold() if held else self.session.settle()

    def _check_name(self, text: str) -> str:
        edits.rename(self.session.project, self.ids[0], text)
        return text.strip()

    def _name_typed(self) -> None:
        assert self.name is not None
        self.name.commit()
        if not self.name.error:
            self.named.emit()

    def _rename(self, name: str) -> None:
        self.session.edit(tr("Rename"), lambda project: edits.rename(project, self.ids[0], name))

    def _set_trainable(self, on: bool) -> None:
        label = tr("Train weights") if on else tr("Freeze weights")
        self.session.edit(label, lambda project: edits.set_trainable(project, self.ids, on))

    # ---- keyboard --------------------------------------------------------------------------------------------------
    def focus_first(self) -> None:
        """Put the keyboard into the first setting, else the name."""
        rows = list(self.form.rows.values())
        target: Any = rows[0].editor if rows else self.name
        if target is not None:
            getattr(target, "first", target).setFocus()
