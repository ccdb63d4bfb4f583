"""The right panel of Data: target and task, the selected columns as a form, the split, the class mix."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.data import batches
from engine.data import columns as column_rules
from engine.data.columns import ColumnReport
from engine.data.settings import Column, Task
from engine.project.document import Project
from studio.document import data_edits
from studio.document.session import Session
from studio.pages.data.heads import ROLES, TYPES
from studio.pages.data.leaks import Leak, leaks, mix_spread
from studio.pages.data.source_panel import ENCODE, IMPUTE, SCALE
from studio.pages.data.splitbar import PARTS, SplitBar
from studio.text import plural, tr
from studio.widgets import (
    Box,
    Chip,
    FieldRow,
    Icon,
    IconButton,
    Label,
    Line,
    LineEdit,
    NumberField,
    PanelHead,
    ProgressBar,
    Radio,
    Scroll,
    Select,
    box_of,
    clear,
    column,
    fixed,
    plain_tip,
    row,
)

if TYPE_CHECKING:
    from engine.project.lifecycle import Prepared

TASKS = (("binary", "Binary"), ("multiclass", "Multiclass"), ("regression", "Regression"))
STRATEGIES = (
    ("stratified", "Stratified", "same class mix in all three parts"),
    ("random", "Random", "rows are dealt by the seed"),
    ("ordered", "In order", "train on the first rows, test on the last"),
)
SHOWN_CLASSES = 12
ALIKE = 0.05
"""Parts whose class shares differ by less have the same mix."""


class ChoicesPanel(Box):
    """Everything a person decides on this page, as fields; all go through `session.edit`."""

    def __init__(self, session: Session) -> None:
        super().__init__(fill="bg.panel", stroke=None, radius=0, spacing=0)
        self.session = session
        self.reports: Sequence[ColumnReport] = ()
        self.names: tuple[str, ...] = ()
        self.found: list[Leak] = []
        self.target = Select((), name=tr("Target"))
        self.task = Select((), name=tr("Task"))
        self.task_why = Label("", 11, color="text.muted", wrap=True)
        self.form_title = PanelHead(tr("Column"), height=36)
        self.form_note = Label("", 12, color="text.secondary", wrap=True)
        self.form: dict[str, Any] = self._form()
        self.bar = SplitBar()
        self.counts = {name: Label("", 12, 500, mono=True) for name, _ in PARTS}
        self.strategies = {key: Radio(tr(label), note=tr(note), name=tr(label)) for key, label, note in STRATEGIES}
        self.seed = NumberField(0, name=tr("Split seed"), minimum=0, maximum=2**31 - 1, integer=True)
        self.mix = Box(fill=None, stroke=None, spacing=2)
        self.mix_note = Chip("", "success.text", "success.soft", height=18)
        self.leaks = Box(fill=None, stroke=None, spacing=6)
        self._build()
        self._connect()

    def _form(self) -> dict[str, Any]:
        detected = (None, tr("as found"))
        usual = (None, tr("as in the recipe"))
        return {
            "type": Select([detected, *((k, tr(v[0])) for k, v in TYPES.items())], name=tr("Type")),
            "role": Select([detected, *((k, tr(v[0])) for k, v in ROLES.items())], name=tr("Role")),
            "impute": Select([usual, *((k, tr(v)) for k, v in IMPUTE)], name=tr("Fill with")),
            "scale": Select([usual, *((k, tr(v)) for k, v in SCALE)], name=tr("Scale")),
            "encode": Select([usual, *((k, tr(v)) for k, v in ENCODE)], name=tr("Encode")),
            "tensor": LineEdit("features", name=tr("Tensor"), mono=True),
        }

    def _build(self) -> None:
        dice = IconButton("dices", tr("Another split seed"), size="small")
        dice.clicked.connect(self._roll)
        rows = [FieldRow(select.accessibleName(), select, label_width=76) for select in self.form.values()]
        self.fields = column(*rows, spacing=4)
        how = [self._strategy(key) for key in self.strategies]
        legend = [
            row(
                _square(token),
                (Label(self._part_title(name), 12, color="text.secondary", elide=True), 1),
                self.counts[name],
            )
            for name, token in PARTS
        ]
        decide = column(
            FieldRow(tr("Target"), self.target, label_width=76), FieldRow(tr("Task"), self.task, label_width=76),
            self.task_why, spacing=4, margins=(16, 0, 16, 12),
        )  # fmt: skip
        body = column(
            PanelHead(tr("Question")), decide, Line(),
            self.form_title, column(self.form_note, self.fields, spacing=4, margins=(16, 0, 16, 12)), Line(),
            PanelHead(tr("Split"), dice), column(self.bar, *legend, spacing=4, margins=(16, 0, 16, 12)), Line(),
            PanelHead(tr("How to split"), height=36),
            column(*how, FieldRow(tr("Seed"), self.seed, label_width=76), spacing=4, margins=(16, 0, 16, 12)), Line(),
            PanelHead(tr("Class mix"), self.mix_note, height=36), column(self.mix, margins=(16, 0, 16, 12)), Line(),
            PanelHead(tr("Leak check"), height=36), column(self.leaks, margins=(16, 0, 16, 16)), None, spacing=0,
        )  # fmt: skip
        box_of(self).addWidget(Scroll(body, name=tr("Target, columns and split")))

    def _strategy(self, key: str) -> Radio:
        radio = self.strategies[key]
        radio.setProperty("strategy", key)
        radio.changed.connect(self._set_strategy)
        radio.setAutoExclusive(False)
        return radio

    def _part_title(self, name: str) -> str:
        return {"train": tr("Train"), "validation": tr("Validation"), "test": tr("Test, untouched until Evaluate")}[
            name
        ]

    def _connect(self) -> None:
        self.target.changed.connect(self._set_target)
        self.task.changed.connect(self._set_task)
        for key, control in self.form.items():
            control.setProperty("setting", key)
            control.changed.connect(self._set_column)
        self.bar.changed.connect(self._set_shares)
        self.bar.released.connect(self.session.settle)
        self.seed.changed.connect(self._set_seed)
        self.session.changed.connect(self._document_changed)
        self.session.prepared_changed.connect(self.show_prepared)
        self._document_changed(self.session.project, self.session.project)
        self.show_prepared(self.session.prepared)

    # ---- edits ----
    def _set_target(self, name: Any) -> None:
        self.session.edit(tr("Predict {column}", column=name), lambda p: data_edits.set_target(p, name))

    def _set_task(self, task: Any) -> None:
        self.session.edit(tr("Set the task"), lambda p: data_edits.set_task(p, task))

    def _set_column(self, value: Any) -> None:
        key, names = self.sender().property("setting"), self.names
        if names:
            whom = names[0] if len(names) == 1 else plural(len(names), "column", "columns")
            label = tr("Set {what} of {n}", what=key, n=whom)
            self.session.edit(label, lambda p: set_of(key, p, names, value))

    def _set_shares(self, shares: Any) -> None:
        train, validation = shares
        test = round(1 - train - validation, 6)
        self.session.edit(
            tr("Move the split"),
            lambda p: data_edits.set_split(p, train=train, validation=validation, test=test),
            "split",
        )

    def _set_strategy(self, on: Any) -> None:
        key = self.sender().property("strategy") if on else None
        name = next((name for k, name, _ in STRATEGIES if k == key), None)
        label = tr("Split as the task asks") if name is None else tr("Split {how}", how=tr(name).lower())
        self.session.edit(label, lambda p: data_edits.set_split(p, strategy=key))
        self._document_changed(self.session.project, self.session.project)

    def _set_seed(self, seed: Any) -> None:
        self.session.edit(tr("Set the split seed"), lambda p: data_edits.set_split(p, seed=int(seed)))

    def _roll(self) -> None:
        self._set_seed(self.session.project.data.split.seed + 1)

    # ---- showing ----
    def show_columns(self, reports: Sequence[ColumnReport], names: Sequence[str]) -> None:
        """Offer these columns as targets and show the selected ones in the form."""
        self.reports, self.names = reports, tuple(names)
        likely = column_rules.candidates(reports)
        others = [r.name for r in reports if r.name not in likely]
        current = column_rules.target_names(reports)
        chosen = current[0] if current else None
        offer(self.target, [(n, n) for n in [*likely, *others]], chosen)
        if chosen is None:
            self.target.set_mixed()
        self._show_strategy(column_rules.task(reports, self.session.project.data) if reports else None)
        self._show_task()
        self._show_form()

    def _show_task(self) -> None:
        settings = self.session.project.data
        found = column_rules.task(self.reports, settings) if self.reports else None
        natural = next((column_rules.natural_task(r) for r in self.reports if r.role == "target"), None)
        inferred = (
            None,
            tr("Found: {task}", task=natural) if natural else tr("From the target"),
        )
        offer(self.task, [inferred, *((k, tr(v)) for k, v in TASKS)], settings.task)
        self.task_why.setText("" if found else tr("Choose the column that the network is to tell."))
        self.task_why.setVisible(not found)

    def _show_form(self) -> None:
        chosen = [r for r in self.reports if r.name in self.names]
        self.fields.setVisible(bool(chosen))
        overrides = [self.session.project.data.columns.get(n, Column(n)) for n in self.names]
        for key, control in self.form.items():
            values = {getattr(c, key) for c in overrides}
            control.setEnabled(bool(chosen))
            if len(values) == 1:
                control.set_value(values.pop())
            elif isinstance(control, Select) and chosen:
                control.set_mixed()
        if len(chosen) == 1:
            self.form_note.setText(f"{chosen[0].name.strip()}: {chosen[0].why}")
        elif chosen:
            self.form_note.setText(
                tr("{columns} are changed together.", columns=plural(len(chosen), "column", "columns"))
            )
        else:
            self.form_note.setText(
                tr("Click a column's head, or press Space in its rows. With Ctrl held, several are selected.")
            )

    def _document_changed(self, _before: Project, after: Project) -> None:
        split = after.data.split
        self.bar.set_shares(split.train, split.validation, split.test)
        self.seed.set_value(split.seed)
        self._show_strategy(column_rules.task(self.reports, after.data) if self.reports else None)
        self._show_form()

    def _show_strategy(self, task: Task | None) -> None:
        strategy = batches.strategy_of(self.session.project.data, task)
        for key, radio in self.strategies.items():
            radio.set_value(key == strategy)

    def show_prepared(self, prepared: "Prepared | None") -> None:
        """Show how many rows each part has, how they were dealt, and the classes in them."""
        if prepared is not None:
            self._show_strategy(prepared.task)
        for name, label in self.counts.items():
            label.setText(f"{len(getattr(prepared.parts, name)):,}" if prepared else "–")
        self._show_leaks(prepared)
        self._show_spread(prepared)
        clear(box_of(self.mix))
        box = self.mix.layout()
        assert box is not None
        target = next((r for r in prepared.reports if r.role == "target"), None) if prepared else None
        if prepared is None or target is None or prepared.task == "regression":
            text = (
                tr("A number is the target: there are no classes.") if target else tr("Appears when a target is set.")
            )
            box.addWidget(Label(text, 12, color="text.muted", wrap=True))
            return
        total = sum(n for _, n in target.values) or 1
        for value, count in target.values[:SHOWN_CLASSES]:
            box.addWidget(_class_row(value, count / total, target.values[0][1] / total))
        if len(target.values) > SHOWN_CLASSES:
            box.addWidget(Label(tr("and {n} more", n=len(target.values) - SHOWN_CLASSES), 11, color="text.muted"))

    def _show_spread(self, prepared: "Prepared | None") -> None:
        """Say whether the parts have the same class mix."""
        spread = mix_spread(prepared) if prepared is not None else 0.0
        alike = spread < ALIKE
        text = tr("train = val = test") if alike else tr("parts differ by {n:.0f} points", n=100 * spread)
        tone = "success" if alike else "warning"
        self.mix_note.set(text, f"{tone}.text", f"{tone}.soft")
        self.mix_note.setVisible(prepared is not None and bool(prepared.classes))

    def _show_leaks(self, prepared: "Prepared | None") -> None:
        box = self.leaks.layout()
        assert box is not None
        clear(box_of(self.leaks))
        self.found = leaks(prepared) if prepared is not None else []
        if prepared is None:
            box.addWidget(Label(tr("Appears when a target is set."), 12, color="text.muted", wrap=True))
            return
        for leak in self.found:
            box.addWidget(_leak_row(leak))


def _square(token: str) -> Box:
    """A square in the colour of a part of the split bar."""
    made: Box = fixed(Box(fill=token, stroke=None, radius=2), 10, 10)
    return made


def _leak_row(leak: Leak) -> QWidget:
    icon, color = ("circle-check", "success.fill") if leak.fine else ("triangle-alert", "warning.fill")
    made = row(Icon(icon, color), (Label(leak.sentence, 12, color="text.secondary", wrap=True), 1), spacing=8)
    made.setToolTip(plain_tip(leak.tip))
    return made


def offer(select: Select, options: Sequence[tuple[Any, str]], value: Any) -> None:
    """Show options; an open list stays open when they are the same."""
    if [(select.itemData(i), select.itemText(i)) for i in range(select.count())] != list(options):
        select.set_options(options, value)
    elif select.value() != value:
        select.set_value(value)


def set_of(key: str, project: Project, names: Sequence[str], value: Any) -> Project:
    """Return the project with one setting of columns changed; type and role have rules of their own."""
    if key == "type":
        return data_edits.set_type(project, names, value)
    if key == "role":
        return data_edits.set_role(project, names, value)
    return data_edits.set_column(project, names, **{key: value})


def _class_row(label: str, share: float, largest: float) -> QWidget:
    name = fixed(Label(label, 11, 500, "text.secondary", elide=True), 84)
    bar = ProgressBar(share / largest, name=label, color="category.train", height=8)
    figure = Label(f"{100 * share:.1f} %", 11, 500, tabular=True, align=Qt.AlignmentFlag.AlignRight)
    return row(name, (bar, 1), fixed(figure, 48), spacing=8, height=20)
