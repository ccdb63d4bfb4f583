"""What is wrong or doubtful about a table and its settings, each with a sentence and, where there is one, a fix."""

from collections.abc import Iterator, Sequence

import numpy as np

from engine.data.batches import with_target
from engine.data.columns import ColumnReport, candidates, natural_task, target_names
from engine.data.fitting import encoding
from engine.data.settings import DataSettings, Task
from engine.data.table import Table
from engine.errors import Problem, Repair

FEW = 50
WIDE = 100
MOST_CLASSES = 1000
MOST_EXCLUDED = 2000
"""More rows than this are not left out by one click."""


def problems(
    table: Table, reports: Sequence[ColumnReport], settings: DataSettings, task: Task | None
) -> tuple[Problem, ...]:
    """Return all findings, errors first. Nothing is raised."""
    found = [*_reading(table), *_roles(reports), *_target(table, reports, settings, task)]
    for report in reports:
        found += _column(report, settings, table.rows)
    order = {"error": 0, "warning": 1, "tip": 2}
    return tuple(sorted(found, key=lambda p: order[p.severity]))


def _reading(table: Table) -> Iterator[Problem]:
    if table.rejects:
        first = table.rejects[0]
        share = f"{len(table.rejects):,} of {table.rows_in_file:,} rows cannot be read"
        yield Problem(
            "file", f"{share} and are left out; line {first.line}: {first.reason}", "Correct the lines in the file.",
            "warning", short=f"{len(table.rejects):,} rejected",
        )  # fmt: skip
    for note in table.notes:
        yield Problem("file", note, severity="tip", short="name made")
    if table.rows < FEW:
        message = f"A network needs examples; the table has {table.rows} rows."
        yield Problem(
            "file", message, "Expect figures that change a lot from split to split.", "warning", short="few rows"
        )


def _roles(reports: Sequence[ColumnReport]) -> Iterator[Problem]:
    if not target_names(reports):
        likely = candidates(reports)
        repair, *others = _predictions(likely) if likely else (None,)
        names = ", ".join(f"{n!r:.40}" for n in likely[:4])
        fix = f"Choose the column to predict, for example {names}." if likely else "Add a column to predict."
        text = "There must be a target column; none is chosen."
        yield Problem("target", text, fix, repair=repair, short="no target", others=tuple(r for r in others if r))
    if not any(r.role == "input" for r in reports):
        message = "There must be an input column; all are ignored or targets."
        useless = {"constant", "empty", "identifier", "copies_target"}
        spare = tuple(r.name for r in reports if r.role == "ignore" and r.type != "text" and not r.flags & useless)
        title = f"Use {spare[0]:.40}" if len(spare) == 1 else f"Use {len(spare)} columns"
        repair = Repair("set_role", (spare, "input"), title) if spare else None
        fix = "Give at least one column the role input."
        yield Problem("inputs", message, fix, repair=repair, short="no inputs")


def _predictions(names: Sequence[str]) -> tuple[Repair, ...]:
    """Return fixes that choose another target."""
    return tuple(Repair("set_target", (name,), f"Predict {name:.40}") for name in names[:4])


def _target(
    table: Table, reports: Sequence[ColumnReport], settings: DataSettings, task: Task | None
) -> Iterator[Problem]:
    for report in (r for r in reports if r.role == "target"):
        yield from _task_fits(report, task or natural_task(report), reports)
        without = table.rows - int(with_target(table, [report], settings).sum())
        if without:
            message = f"{without:,} rows have no usable value in the target {report.name!r:.60} and are left out."
            yield Problem(report.name, message, severity="warning", short=f"{without:,} without target")
        if (task or natural_task(report)) != "regression" and report.unique > 1:
            yield from _rare(table, report, settings)


def _task_fits(report: ColumnReport, task: Task, reports: Sequence[ColumnReport]) -> Iterator[Problem]:
    name = f"{report.name!r:.60}"
    another = _predictions([n for n in candidates(reports) if n != report.name])
    labels = Repair("set_task", ("binary" if report.unique == 2 else "multiclass",), "Predict its labels")
    number = (Repair("set_task", ("regression",), "Predict it as a number"),) if report.type == "number" else ()
    many = Repair("set_task", ("multiclass",), "Set the task to multiclass")
    if task == "regression" and report.type != "number":
        message = f"A regression needs numbers; the target {name} holds labels."
        fix = "Choose the task multiclass or another target."
        yield _mendable(report.name, message, fix, "labels, no numbers", (labels, *another))
    elif report.unique < 2:
        message = f"A target needs two different values; {name} has {report.unique}."
        yield _mendable(report.name, message, "Choose another target.", "one value only", another)
    elif task == "binary" and report.unique != 2:
        message = f"A binary target has two classes; {name} has {report.unique:,}."
        fixes = (many, *number, *another) if report.unique <= MOST_CLASSES else (*number, *another)
        yield _mendable(report.name, message, "Choose the task multiclass.", "more than two classes", fixes)
    elif task == "multiclass" and report.unique > MOST_CLASSES:
        message = f"A classification can have {MOST_CLASSES:,} classes; {name} has {report.unique:,}."
        fix = "Choose the task regression or another target."
        yield _mendable(report.name, message, fix, "too many classes", (*number, *another))


def _mendable(where: str, message: str, fix: str, short: str, repairs: Sequence[Repair]) -> Problem:
    first, others = (repairs[0], tuple(repairs[1:])) if repairs else (None, ())
    return Problem(where, message, fix, repair=first, short=short, others=others)


def _rare(table: Table, report: ColumnReport, settings: DataSettings) -> Iterator[Problem]:
    labels, codes = table.codes(report.name)
    if settings.excluded:
        codes = codes.copy()
        codes[[row for row in settings.excluded if row < len(codes)]] = -1
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    rare = [label for label, n in zip(labels, counts.tolist(), strict=True) if 0 < n < 3]
    if rare:
        message = f"Each class needs three rows to be in every part; {len(rare)} have fewer, such as {rare[0]!r:.40}."
        fix = "They train first. Add rows, join classes or leave these rows out."
        rows = np.flatnonzero(np.isin(codes, np.flatnonzero((counts > 0) & (counts < 3)))).tolist()
        out = Repair("exclude_rows", (tuple(rows),), f"Leave out {len(rows):,} row{'s' if len(rows) > 1 else ''}")
        repair = out if len(labels) - len(rare) > 1 and len(rows) <= MOST_EXCLUDED else None
        yield Problem(report.name, message, fix, "warning", repair=repair, short="rare classes")


def _column(report: ColumnReport, settings: DataSettings, rows: int) -> Iterator[Problem]:
    name, ignore = f"{report.name!r:.60}", Repair("set_role", (report.name, "ignore"), "Ignore the column")
    used = report.role == "input"
    if report.invalid:
        kind = {"number": "numbers", "boolean": "true or false", "date": "dates"}.get(report.type, report.type)
        message = f"The cells of {name} must be {kind}; {report.invalid:,} are not and count as missing."
        chosen_type = getattr(settings.columns.get(report.name), "type", None)
        inferred = Repair("set_type", (report.name, None), "Let the values say the type") if chosen_type else None
        short = f"{report.invalid:,} unreadable"
        yield Problem(report.name, message, "Correct them in the file.", "warning", repair=inferred, short=short)
    if used and report.flags & {"constant", "empty"}:
        message = f"An input must vary; {name} does not."
        yield Problem(report.name, message, "Ignore the column.", "warning", repair=ignore, short="constant")
    if used and "copies_target" in report.flags:
        message = f"An input must not give the answer away; {name} tells the target exactly."
        yield Problem(report.name, message, "Ignore the column.", "warning", repair=ignore, short="copies the target")
    if used and "identifier" in report.flags:
        message = f"An input must mean something for new rows; {name} only names the row."
        yield Problem(report.name, message, "Ignore the column.", "warning", repair=ignore, short="identifier")
    if used and report.missing > 0.5 * rows and not report.flags & {"empty"}:
        message = f"{report.missing / rows:.0%} of {name} is missing and would be made up."
        yield Problem(
            report.name, message, "Ignore the column or fill it in.", "warning", repair=ignore, short="mostly missing"
        )
    chosen = settings.columns.get(report.name)
    if used and report.type == "category" and report.unique > WIDE and encoding(chosen, settings) == "one_hot":
        message = f"One-hot makes {report.unique:,} numbers of {name}."
        repair = Repair("set_encode", (report.name, "index"), "Use an embedding index")
        fix = "Use an index and an Embedding."
        yield Problem(report.name, message, fix, "tip", repair=repair, short="wide one-hot", others=(ignore,))
