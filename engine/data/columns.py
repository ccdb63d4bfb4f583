"""What each column is: type, role, figures and flags, inferred over all its rows; and the task that a target sets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.inference import column_type, date_order, is_number
from engine.data.parse import number_label, parse_boolean
from engine.data.settings import Column, ColumnType, DataSettings, Role, Task
from engine.data.table import Table

TARGET_NAMES = ("target", "label", "class", "y")
BINS = 16
MANY = 50
NOTHING_CHOSEN = DataSettings()


@dataclass(frozen=True)
class ColumnReport:
    """One column as found.

    why: one sentence on type and role. missing, invalid (cells that do not fit the type and count as missing), unique:
    counts. minimum ... std: of numbers, and of dates as days. histogram: 16 equal bins. values: the most frequent
    labels with their counts. flags: "constant", "copies_target", "identifier", "unnamed", "empty", "long_text".
    date_order: "ymd", "dmy" or "mdy" of a date.
    """

    name: str
    type: ColumnType
    role: Role
    why: str
    missing: int = 0
    invalid: int = 0
    unique: int = 0
    integers: bool = False
    minimum: float | None = None
    maximum: float | None = None
    median: float | None = None
    mean: float | None = None
    std: float | None = None
    histogram: tuple[int, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    flags: frozenset[str] = frozenset()
    date_order: str | None = None


def infer(table: Table, settings: DataSettings = NOTHING_CHOSEN) -> tuple[ColumnReport, ...]:
    """Return a report of each column, in order; overrides of `settings.columns` win over what is found."""
    target = _target(table, settings)
    chosen = {name: settings.columns.get(name) for name in table.columns}
    found = {name: _remembered(table, name, chosen[name], name in target) for name in table.columns}
    copies = {n for n, r in found.items() if n not in target and any(_copies(table, r, found[t]) for t in target)}
    inputs = [n for n, r in found.items() if r.role == "input" and n not in target and n not in copies]
    return tuple(_role(r, settings, target, copies, len(inputs)) for r in found.values())


def guess_target(names: Sequence[str]) -> str | None:
    """Return the one column called target, label, class or y, whatever the case; None if there is none or more."""
    found = [name for name in names if name.strip().lower() in TARGET_NAMES]
    return found[0] if len(found) == 1 else None


def candidates(reports: Sequence[ColumnReport]) -> tuple[str, ...]:
    """Return names of columns that may be targets, likely ones first: few classes, then the last columns."""
    fit = [r for r in reports if r.type not in ("text", "identifier", "date") and not r.flags & {"constant", "empty"}]
    place = {r.name: i for i, r in enumerate(reports)}
    return tuple(r.name for r in sorted(fit, key=lambda r: (r.type == "number", -place[r.name])))


def target_names(reports: Sequence[ColumnReport]) -> tuple[str, ...]:
    """Return the names of the target columns."""
    return tuple(r.name for r in reports if r.role == "target")


def task(
    reports: Sequence[ColumnReport], settings: DataSettings = NOTHING_CHOSEN, target: str | None = None
) -> Task | None:
    """Return the task that a target sets (the first one if `target` is None); None without a target.

    The task of the settings wins. Else two classes are binary; text, or at most 20 different whole numbers that repeat,
    are multiclass; other numbers are regression.
    """
    name = target or next(iter(target_names(reports)), None)
    report = next((r for r in reports if r.name == name), None)
    if report is None:
        return None
    return settings.task or natural_task(report)


def natural_task(report: ColumnReport) -> Task:
    """Return the task that a column sets by itself."""
    if report.unique == 2:
        return "binary"
    present = report.unique * 3 if not report.histogram else sum(report.histogram)
    if report.type == "number" and not (report.integers and report.unique <= 20 and present >= 3 * report.unique):
        return "regression"
    return "multiclass"


def _target(table: Table, settings: DataSettings) -> frozenset[str]:
    chosen = {c.name for c in settings.columns.values() if c.role == "target" and c.name in table.columns}
    if chosen:
        return frozenset(chosen)
    guess = guess_target(table.columns)
    override = settings.columns.get(guess or "")
    return frozenset([guess] if guess and (override is None or override.role is None) else [])


def _remembered(table: Table, name: str, override: Column | None, is_target: bool) -> ColumnReport:
    """Measure a column once for each way of looking at it: a change of one column costs that column."""
    asked = (override.type, override.role) if override else (None, None)
    key = ("report", name, *asked, is_target)
    if key not in table.memory:
        report = _measure(table, name, override)
        table.memory[key] = _as_target(table, report, override) if is_target else report
    found: ColumnReport = table.memory[key]
    return found


def _measure(table: Table, name: str, override: Column | None) -> ColumnReport:
    kind, why, flags, order = column_type(table, name)
    if override is not None and override.type is not None and override.type != kind:
        kind, why, flags = override.type, f"Read as {override.type} because you chose so.", flags & {"unnamed", "empty"}
        order = date_order(table.codes(name)[0], 1.0) if kind == "date" else None
    elif override is not None and override.role == "input" and kind in ("text", "identifier"):
        kind = "number" if is_number(table, name) else "category"
        why = f"Taken as {kind} because you chose it as an input. {why}"
    return _figures(table, ColumnReport(name, kind, "input", why, flags=flags, date_order=order))


def _figures(table: Table, report: ColumnReport) -> ColumnReport:
    if report.type in ("number", "date") or (report.type == "identifier" and is_number(table, report.name)):
        return _number_figures(table, report)
    labels, codes = table.codes(report.name)
    invalid = 0
    if report.type == "boolean":
        wrong = np.array([parse_boolean(v, table.dialect.decimal or ".") is None for v in labels] + [False], bool)
        invalid = int(wrong[codes].sum())
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    most = sorted(zip(labels, counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:MANY]
    missing = int((codes < 0).sum())
    return replace(report, missing=missing, invalid=invalid, unique=len(labels), values=tuple(most))


def _number_figures(table: Table, report: ColumnReport) -> ColumnReport:
    date = report.type == "date"
    values, bad = table.dates(report.name, report.date_order or "ymd") if date else table.numbers(report.name)
    real = np.sort(values[~np.isnan(values)])
    invalid = int(bad.sum())
    report = replace(report, invalid=invalid, missing=len(values) - len(real) - invalid)
    if not len(real):
        return replace(report, flags=report.flags | {"empty"})
    first = np.flatnonzero(np.r_[True, real[1:] != real[:-1]])
    distinct, counts = real[first], np.diff(np.r_[first, len(real)])
    flags = report.flags | {"constant"} if len(distinct) == 1 else report.flags
    few = zip(distinct.tolist(), counts.tolist(), strict=True) if len(distinct) <= MANY else ()
    with np.errstate(over="ignore", invalid="ignore"):
        return replace(
            report, flags=flags, unique=len(distinct), integers=bool((distinct == np.floor(distinct)).all()),
            minimum=float(distinct[0]), maximum=float(distinct[-1]), median=_finite(np.median(real)),
            mean=_finite(real.mean()), std=_finite(real.std()), histogram=_histogram(real),
            values=tuple((number_label(v), n) for v, n in sorted(few, key=lambda pair: -pair[1])),
        )  # fmt: skip


def _histogram(real: NDArray[np.float64]) -> tuple[int, ...]:
    low, spread = real.min(), real.max() - real.min()
    if not np.isfinite(spread):
        low, spread, real = real.min() / 2, real.max() / 2 - real.min() / 2, real / 2
    bins = np.clip((real - low) / (spread or 1.0) * BINS, 0, BINS - 1).astype(np.int64)
    return tuple(np.bincount(bins, minlength=BINS).tolist())


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _as_target(table: Table, report: ColumnReport, override: Column | None) -> ColumnReport:
    """A target is a number or a label, whatever the column would be as an input."""
    if report.type not in ("identifier", "text", "date") or (override is not None and override.type is not None):
        return report
    kind: ColumnType = "number" if is_number(table, report.name) else "category"
    return _figures(table, ColumnReport(report.name, kind, "target", f"It is the target, read as {kind}."))


def _copies(table: Table, report: ColumnReport, target: ColumnReport) -> bool:
    """Whether a column tells the target exactly: equal, or one label for each of its labels, in 20 or more rows."""
    if report.flags & {"constant", "empty"} or report.type == "identifier":
        return False
    if abs(report.unique - target.unique) > 0.02 * target.unique:
        return False
    if report.type == target.type == "number" and target.unique > MANY:
        both = ~np.isnan(table.numbers(report.name)[0]) & ~np.isnan(table.numbers(target.name)[0])
        return _enough(both, table.rows - target.missing) and _equal(table, report.name, target.name, both)
    mine, theirs = table.codes(report.name), table.codes(target.name)
    both = (mine[1] >= 0) & (theirs[1] >= 0)
    if not _enough(both, table.rows - target.missing):
        return False
    pairs = len(np.unique(mine[1][both].astype(np.int64) * (len(theirs[0]) + 1) + theirs[1][both]))
    one_to_one = pairs == len(np.unique(mine[1][both])) == len(np.unique(theirs[1][both]))
    return one_to_one and (pairs <= 0.5 * both.sum() or _equal(table, report.name, target.name, both))


def _enough(both: NDArray[np.bool_], present: int) -> bool:
    return bool(both.sum() >= 20 and both.sum() >= 0.98 * present)


def _equal(table: Table, a: str, b: str, both: NDArray[np.bool_]) -> bool:
    left, right = table.numbers(a)[0][both], table.numbers(b)[0][both]
    if np.isnan(left).any() or np.isnan(right).any():
        return bool(np.array(table.text(a), object)[both].tolist() == np.array(table.text(b), object)[both].tolist())
    if left.std() == 0 or right.std() == 0:
        return False
    return bool(abs(np.corrcoef(left, right)[0, 1]) > 1 - 1e-9)


def _role(
    report: ColumnReport, settings: DataSettings, target: frozenset[str], copies: set[str], inputs: int
) -> ColumnReport:
    override = settings.columns.get(report.name)
    flags = report.flags | ({"copies_target"} if report.name in copies else set())
    report = replace(report, flags=frozenset(flags))
    if report.name in target:
        return replace(report, role="target")
    if override is not None and override.role is not None and override.role != "target":
        return replace(report, role=override.role)
    if report.name in copies:
        return replace(report, role="ignore", why="It tells the target exactly: a copy of the target is ignored.")
    if report.type == "identifier" and report.integers and "unnamed" not in flags and inputs <= 1:
        return replace(report, type="number", flags=frozenset(flags - {"identifier"}))
    if report.type in ("identifier", "text") or flags & {"constant", "empty"}:
        return replace(report, role="ignore", why=f"{report.why} It is ignored.")
    return report
