"""What a target card holds: the column, the loss with its settings, its weight, and the optimizer with its settings."""

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine import registry
from engine.errors import UsageError
from engine.specs import Spec
from studio.document import edits, feeds
from studio.document.session import Session
from studio.inspector.form import Form
from studio.text import tr
from studio.widgets import FieldRow, Label, Line, NumberField, PanelHead, Select, column

OWN = ""


class TargetForm(QWidget):
    """Edits training target `index` and the optimizer, which all targets share."""

    def __init__(self, session: Session, index: int) -> None:
        super().__init__()
        self.session, self.index = session, index
        self.column = Select((), name=tr("Target column"))
        self.column.changed.connect(self._set_column)
        self.loss = Select((), name=tr("Loss"))
        self.loss.changed.connect(self._set_loss)
        self.weight = NumberField(1.0, name=tr("Loss weight"), step=0.1, check=_weight)
        self.weight.changed.connect(self._set_weight)
        self.optimizer = Select((), name=tr("Optimizer"))
        self.optimizer.changed.connect(self._set_optimizer)
        self.loss_form = _Nested(self._set_loss_field, self._grabbed, tr("loss"))
        self.optimizer_form = _Nested(self._set_optimizer_field, self._grabbed, tr("optimizer"))
        self.about = Label("", 12, 400, "text.secondary", wrap=True)
        weight = FieldRow(tr("Weight"), self.weight, tooltip=tr("How much this loss counts beside the others"))
        weight.grabbed.connect(self._grabbed)
        rows = column(FieldRow(tr("Column"), self.column), FieldRow(tr("Loss"), self.loss), self.loss_form, weight,
                      self.about, spacing=0, margins=(16, 6, 16, 10))  # fmt: skip
        below = column(
            FieldRow(tr("Optimizer"), self.optimizer), self.optimizer_form, spacing=0, margins=(16, 0, 16, 8)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (rows, Line(color="border.soft"), PanelHead(tr("Optimizer"), height=36), below):
            layout.addWidget(part)
        self.refresh()

    def refresh(self) -> None:
        """Show the values in force."""
        session, project = self.session, self.session.project
        if self.index >= len(project.targets):
            return
        names = self._columns()
        self.column.set_options(names, feeds.column_of(session, self.index) or None)
        if not feeds.column_of(session, self.index):
            self.column.set_mixed()
        loss, chosen = feeds.loss_of(session, self.index), project.targets[self.index].loss
        own = feeds.own_loss_of(session, self.index)
        auto = tr("By the task ({loss})", loss=own.KERAS) if own else tr("By the task")
        self.loss.set_options([(OWN, auto), *_records("loss")], chosen.ID if chosen else OWN)
        self.loss_form.show_spec(loss)
        self.about.setText(loss.PURPOSE if loss is not None else "")
        self.about.setVisible(loss is not None)
        self.weight.set_number(project.targets[self.index].weight)
        optimizer = feeds.optimizer_of(project)
        self.optimizer.set_options(_records("optimizer"), optimizer.ID)
        self.optimizer_form.show_spec(optimizer)

    def _columns(self) -> list[str]:
        prepared, table = self.session.prepared, self.session.table
        if prepared is not None:
            return [r.name for r in prepared.reports]
        return list(table.columns) if table is not None else []

    def _set_column(self, name: str) -> None:
        label = tr("Predict {column}", column=name)
        self.session.edit(label, lambda project: edits.set_target(project, name, self.index))

    def _set_loss(self, id: str) -> None:
        loss = id or None
        self.session.edit(tr("Choose loss"), lambda project: edits.set_loss(project, loss, self.index))

    def _set_loss_field(self, field: str, value: Any, dragging: bool) -> None:
        loss = feeds.loss_of(self.session, self.index)
        if loss is not None:
            key = f"loss:{self.index}:{field}" if dragging else None
            changed = loss.replace(**{field: value})
            self.session.edit(tr("Set loss"), lambda project: edits.set_loss(project, changed, self.index), key)

    def _set_weight(self, weight: float) -> None:
        self.session.edit(
            tr("Set loss weight"), lambda project: edits.set_weight(project, weight, self.index), "weight"
        )

    def _set_optimizer(self, id: str) -> None:
        self.session.edit(tr("Choose optimizer"), lambda project: edits.set_optimizer(project, id))

    def _set_optimizer_field(self, field: str, value: Any, dragging: bool) -> None:
        label = tr("Set {field}", field=field.replace("_", " "))
        key = f"optimizer:{field}" if dragging else None
        self.session.edit(label, lambda project: edits.set_optimizer_field(project, field, value), key)

    def _grabbed(self, held: bool) -> None:
        self.session.hold() if held else self.session.settle()


class _Nested(QWidget):
    """The fields of a chosen record."""

    def __init__(self, asked: Any, grabbed: Any, about: str) -> None:
        super().__init__()
        self._asked, self._grabbed, self._about = asked, grabbed, about
        self.form: Form | None = None
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)

    def show_spec(self, spec: Spec | None) -> None:
        """Show the fields of a record; none hides."""
        if spec is not None and self.form is not None and self.form.fits([spec]):
            self.form.show_specs([spec])
            return
        if self.form is not None:
            self.box.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if spec is not None:
            self.form = Form([spec], about=self._about)
            self.form.set_asked.connect(self._asked)
            self.form.grabbed.connect(self._grabbed)
            self.box.addWidget(self.form)


def _records(kind: str) -> list[tuple[str, str]]:
    return [(r.ID, r.KERAS) for r in registry.records(kind)]


def _weight(value: float) -> float:
    if value < 0:
        raise UsageError(tr("The weight of a loss must be at least 0; it is {w:g}.", w=value))
    return float(value)
