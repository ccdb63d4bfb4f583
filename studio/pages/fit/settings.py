"""The settings of the next fit: epochs, batch size, seed, order of rows, class weights. Each change is an undo step."""

from typing import Any

from PySide6.QtWidgets import QWidget

from engine.project.document import Project
from studio.document import training_edits
from studio.document.session import Session
from studio.text import tr
from studio.widgets import FieldRow, Label, NumberField, PanelHead, Select, Switch, lay

WEIGHTS = (("none", "all equal"), ("balanced", "balanced"))


class SettingsPanel(QWidget):
    """A form over `project.fit`. Empty epochs and batch size mean: suggested from the number of rows."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.epochs = NumberField(
            name=tr("Epochs"), minimum=1, maximum=1_000_000, integer=True, optional=True, placeholder=tr("auto"),
            tooltip=tr("How often all training rows are seen"),
        )  # fmt: skip
        self.batch = NumberField(
            name=tr("Batch size"), minimum=1, maximum=10_000_000, integer=True, optional=True, placeholder=tr("auto"),
            tooltip=tr("Rows per step; more is steadier, fewer is quicker to learn"),
        )  # fmt: skip
        self.seed = NumberField(
            0, name=tr("Seed"), minimum=0, maximum=2**31 - 1, integer=True,
            tooltip=tr("Start of all random numbers: the same seed gives the same run"),
        )  # fmt: skip
        self.shuffle = Switch(name=tr("Shuffle rows"), tooltip=tr("A new order of the rows in each epoch"))
        self.weights = Select(
            [(v, tr(t)) for v, t in WEIGHTS], name=tr("Class weights"), tooltip=tr("Balanced: rare classes count more")
        )
        self.note = Label("", 11, 400, "text.muted", wrap=True)
        titles = (tr("Epochs"), tr("Batch size"), tr("Seed"), tr("Shuffle rows"), tr("Class weights"))
        fields = (self.epochs, self.batch, self.seed, self.shuffle, self.weights)
        rows = [FieldRow(title, field) for title, field in zip(titles, fields, strict=True)]
        self._of_classes = rows[-1]
        body = QWidget()
        lay(body, [*rows, self.note], True, 2, (16, 0, 16, 12))
        lay(self, [PanelHead(tr("Next fit"), height=36), body], True, 0, 0)
        self._connect()
        session.changed.connect(self._project_changed)
        session.prepared_changed.connect(self._show_task)
        self.show_settings(session.project)
        self._show_task(session.prepared)

    def _connect(self) -> None:
        self.epochs.changed.connect(self._set_epochs)
        self.batch.changed.connect(self._set_batch)
        self.seed.changed.connect(self._set_seed)
        self.shuffle.changed.connect(self._set_shuffle)
        self.weights.changed.connect(self._set_weights)

    def show_settings(self, project: Project) -> None:
        """Show the settings of a project without telling."""
        fit = project.fit
        self.epochs.set_number(fit.epochs)
        self.batch.set_number(fit.batch_size)
        self.seed.set_number(fit.seed)
        self.shuffle.set_value(fit.shuffle)
        self.weights.set_value(fit.class_weight)

    def show_suggestion(self, epochs: int | None, batch: int | None) -> None:
        """Show what "auto" stands for."""
        for field, value in ((self.epochs, epochs), (self.batch, batch)):
            field.setPlaceholderText(tr("auto") if value is None else tr("auto · {n}", n=value))

    def _show_task(self, prepared: Any) -> None:
        """A number has no classes to weigh."""
        self._of_classes.setVisible(prepared is None or prepared.task != "regression")

    def _project_changed(self, before: Project, after: Project) -> None:
        if before.fit is not after.fit:
            self.show_settings(after)

    def _edit(self, label: str, key: str, value: Any) -> None:
        self._session.edit(label, lambda project: training_edits.set_fit(project, **{key: value}), f"fit.{key}")

    def _set_epochs(self, value: object) -> None:
        self._edit(tr("Set epochs"), "epochs", value)

    def _set_batch(self, value: object) -> None:
        self._edit(tr("Set batch size"), "batch_size", value)

    def _set_seed(self, value: object) -> None:
        self._edit(tr("Set seed"), "seed", value)

    def _set_shuffle(self, value: object) -> None:
        self._edit(tr("Shuffle rows"), "shuffle", value)

    def _set_weights(self, value: object) -> None:
        self._edit(tr("Set class weights"), "class_weight", value)
