"""The left panel of Data: where the table comes from and how it is read, the recipe, the tensors it yields."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.project.document import Project
from studio.document import data_edits
from studio.document.session import Session
from studio.text import plural, tr
from studio.widgets import (
    Box,
    Button,
    Chip,
    Collapsible,
    FieldRow,
    Label,
    Line,
    PanelHead,
    Scroll,
    Select,
    Switch,
    Tile,
    box_of,
    clear,
    column,
    facts,
    plain_tip,
    row,
)

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.project.lifecycle import Prepared

MOST_NAMED = 40
"""So many numbers of a tensor are named in its tooltip."""
DELIMITERS = ((None, "detected"), (",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar"), (" ", "space"))
DECIMALS = ((None, "detected"), (".", "point"), (",", "comma"))
HEADERS = ((None, "detected"), (True, "first line"), (False, "no header"))
ENCODINGS = (
    (None, "detected"),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Windows-1252"),
    ("latin-1", "Latin-1"),
)
QUOTES = ((None, "detected"), ('"', 'double "'), ("'", "single '"))
DIALECT = (
    ("encoding", "Encoding", ENCODINGS),
    ("delimiter", "Delimiter", DELIMITERS),
    ("decimal", "Decimal mark", DECIMALS),
    ("header", "Header", HEADERS),
    ("quote", "Quotes", QUOTES),
)
IMPUTE = (("median", "median"), ("mean", "mean"), ("most_frequent", "most frequent"), ("zero", "zero"))
SCALE = (("standardize", "standardize"), ("minmax", "min-max"), ("none", "as they are"))
ENCODE = (("one_hot", "one column each"), ("index", "index for Embedding"))
RECIPE = (
    ("impute", "Fill missing", IMPUTE, "What stands for a missing number, learnt from the training rows"),
    ("scale", "Scale numbers", SCALE, "How numbers are brought to one size, learnt from the training rows"),
    ("encode", "Categories", ENCODE, "One 0/1 column per category, or one whole number for an Embedding layer"),
)


def bytes_text(size: int) -> str:
    """Return a size for people: 2.4 MB."""
    shown = float(size)
    for unit in ("bytes", "kB", "MB"):
        if shown < 1000:
            return f"{shown:.3g} {unit}"
        shown /= 1000
    return f"{shown:.3g} GB"


class SourcePanel(Box):
    """Source, recipe, result. `open_asked` and `reread_asked` when the person wants another file or the same again."""

    open_asked = Signal()
    reread_asked = Signal()
    rejects_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(fill="bg.panel", stroke=None, radius=0, spacing=0)
        self.session = session
        self.file = Label("", weight=600, elide=True, name=tr("File"))
        self.size_line = Label("", 11, color="text.muted")
        self.facts = Box(fill=None, stroke=None, spacing=0)
        self.rejects = Button("", "triangle-alert", "soft", "small", name=tr("Show rejected lines"))
        self.dialect: dict[str, Select] = {}
        self.recipe: dict[str, Select] = {}
        self.does: dict[str, Label] = {}
        self.result = Box(fill=None, stroke=None, spacing=6)
        self.scale_target = Switch(tr("Scale a number target"), name=tr("Scale target"))
        self._build()
        session.changed.connect(self._document_changed)
        session.table_changed.connect(self.show_table)
        session.prepared_changed.connect(self.show_prepared)
        self._document_changed(session.project, session.project)
        self.show_table(session.table)
        self.show_prepared(session.prepared)

    def _build(self) -> None:
        again, other = Button("", "refresh-cw", "ghost", "small", name=tr("Read again")), None
        other = Button("", "folder-open", "ghost", "small", name=tr("Open another CSV"))
        again.setToolTip(tr("Read the file again"))
        other.setToolTip(tr("Open another CSV"))
        again.clicked.connect(self.reread_asked)
        other.clicked.connect(self.open_asked)
        self.rejects.clicked.connect(self.rejects_asked)
        words = column(None, self.file, self.size_line, None, spacing=1)
        head = row(Tile("file-spreadsheet", "conv", 32, 18), (words, 1), spacing=10)
        source = column(head, self.facts, self.rejects, spacing=4, margins=(16, 0, 16, 6))
        fields = column(*map(self._dialect_row, DIALECT), spacing=4, margins=(16, 0, 16, 10))
        self.reading = Collapsible(tr("How it is read"), fields, opened=False)
        steps = column(*map(self._recipe_row, RECIPE), self.scale_target, spacing=2, margins=(16, 0, 16, 12))
        fitted = Chip(tr("fit on train only"), "success.text", "success.soft", "check")
        result = column(self.result, margins=(16, 0, 16, 12))
        body = column(
            PanelHead(tr("Source"), again, other), source, self.reading, 6, Line(),
            PanelHead(tr("Recipe"), fitted), steps, Line(), PanelHead(tr("Result"), height=36), result, None, spacing=0,
        )  # fmt: skip
        self.scale_target.changed.connect(self._set_scale_target)
        box_of(self).addWidget(Scroll(body, name=tr("Source and recipe")))

    def _dialect_row(self, entry: tuple[str, str, Any]) -> QWidget:
        key, label, options = entry
        select = Select([(v, tr(text)) for v, text in options], name=tr(label), small=True)
        select.setProperty("setting", key)
        select.changed.connect(self._set_dialect)
        self.dialect[key] = select
        return FieldRow(tr(label), select, label_width=92)

    def _recipe_row(self, entry: tuple[str, str, Any, str]) -> QWidget:
        key, label, options, tip = entry
        select = Select([(v, tr(text)) for v, text in options], name=tr(label), small=True, tooltip=tr(tip))
        select.setProperty("setting", key)
        select.changed.connect(self._set_recipe)
        self.recipe[key] = select
        self.does[key] = Label("", 11, color="text.muted", elide=True)
        field = FieldRow(tr(label), select, label_width=92, tooltip=tr(tip))
        return column(field, row(100, (self.does[key], 1), spacing=0), spacing=0)

    # ---- edits ----
    def _set_dialect(self, value: Any) -> None:
        key = self.sender().property("setting")
        what = next(label for k, label, _ in DIALECT if k == key)
        label = tr("Read with another {what}", what=tr(what).lower())
        self.session.edit(label, lambda p: data_edits.set_dialect(p, **{key: value}))

    def _set_recipe(self, value: Any) -> None:
        key = self.sender().property("setting")
        _, what, choices, _ = next(entry for entry in RECIPE if entry[0] == key)
        label = tr("{what}: {how}", what=tr(what), how=tr(dict(choices)[value]))
        self.session.edit(label, lambda p: data_edits.set_data(p, **{key: value}))

    def _set_scale_target(self, value: bool) -> None:
        self.session.edit(tr("Scale the target"), lambda p: data_edits.set_data(p, scale_target=value))

    # ---- showing ----
    def _document_changed(self, _before: Project, after: Project) -> None:
        for key, select in self.dialect.items():
            select.set_value(getattr(after.data.source.dialect, key))
        chosen = sum(getattr(after.data.source.dialect, key) is not None for key in self.dialect)
        self.reading.set_note(tr("{n} set", n=chosen) if chosen else tr("detected"))
        for key, select in self.recipe.items():
            select.set_value(getattr(after.data, key))
        self.scale_target.set_value(after.data.scale_target)

    def show_table(self, table: "Table | None") -> None:
        """Show what was found while reading."""
        path = self.session.project.data.source.path
        self.file.setText(path.replace("\\", "/").rsplit("/", 1)[-1] or tr("No table yet"))
        self.file.setToolTip(plain_tip(path))
        clear(box_of(self.facts))
        self.rejects.setVisible(bool(table and table.rejects))
        self.size_line.setVisible(table is not None)
        if table is None:
            self.size_line.setText("")
            return
        self.size_line.setText(bytes_text(table.size))
        self.rejects.set_text(
            tr("{lines} rejected", lines=plural(len(table.rejects), "line", "lines")), "triangle-alert"
        )
        found = table.dialect
        names = {",": tr("comma"), ";": tr("semicolon"), "\t": tr("tab"), "|": tr("bar"), " ": tr("space")}
        words = sorted(table.missing - {""})
        pairs = [
            (tr("Rows × columns"), f"{table.rows:,} × {len(table.columns):,}"),
            (tr("Read as"), f"{(found.encoding or '').upper()} · {names.get(found.delimiter or '', found.delimiter)}"),
            (tr("Empty means"), ", ".join([tr("blank"), *words[:2], *(["…"] if len(words) > 2 else [])])),
        ]
        shown = facts(*pairs, mono=False)
        shown.setToolTip(plain_tip(tr("Empty means: blank, {words}", words=", ".join(words))))
        box_of(self.facts).addWidget(shown)

    def show_prepared(self, prepared: "Prepared | None") -> None:
        """Show the tensors that the recipe yields."""
        for key, text in (done(prepared) if prepared else dict.fromkeys(self.does, "")).items():
            self.does[key].setText(text)
        self.scale_target.setVisible(prepared is None or prepared.task == "regression")
        clear(box_of(self.result))
        box = self.result.layout()
        assert box is not None
        if prepared is None:
            why = self.session.data_problem or tr("Choose a target to see what the network will get.")
            box.addWidget(Label(why, 12, color="text.secondary", wrap=True))
            return
        for tensor in prepared.recipe.tensors:
            shape = ", ".join(map(str, tensor.shape))
            chip = Chip(f"{tensor.name} ({shape})", "text.primary", "bg.active", mono=True)
            chip.setToolTip(plain_tip(listed(tensor.labels)))
            box.addWidget(row(chip, None))
        for name, width in target_sizes(prepared):
            chip = Chip(f"{name} ({width})", "category.train", "tint.train", mono=True)
            box.addWidget(row(Label("→", 12, color="text.muted"), chip, None, spacing=6))
        text = tr("The recipe is saved inside the model, so new rows get the same treatment.")
        box.addWidget(Label(text, 12, color="text.secondary", wrap=True))


def listed(labels: Sequence[str]) -> str:
    """Return the names of a tensor's numbers: what each column became."""
    more = len(labels) - MOST_NAMED
    return ", ".join(labels[:MOST_NAMED]) + (tr(" and {n} more", n=more) if more > 0 else "")


def done(prepared: "Prepared") -> dict[str, str]:
    """Return what each setting of the recipe does with the columns of this table."""
    inputs = [r for r in prepared.reports if r.role == "input"]
    gaps, holed = sum(r.missing + r.invalid for r in inputs), sum(bool(r.missing + r.invalid) for r in inputs)
    columns = plural(holed, "column", "columns")
    filled = f"{plural(gaps, 'gap', 'gaps')} · {columns}" if gaps else tr("no gaps")
    numbers = sum(step.kind == "number" for step in prepared.recipe.steps)
    categories = [step for step in prepared.recipe.steps if step.kind in ("one_hot", "index")]
    values = plural(sum(len(getattr(step, "values", ())) for step in categories), "value", "values")
    named = plural(len(categories), "column", "columns")
    return {
        "impute": filled,
        "scale": plural(numbers, "column", "columns") if numbers else tr("no number columns"),
        "encode": f"{named} · {values}" if categories else tr("no categories"),
    }


def target_sizes(prepared: "Prepared") -> list[tuple[str, int]]:
    """Return (target column, number of classes or 1) for each target."""
    names = [r.name for r in prepared.reports if r.role == "target"]
    return [(n, len(prepared.recipe.classes_of(n)) or 1) for n in names]
