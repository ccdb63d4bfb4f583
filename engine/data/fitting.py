"""Fitting steps: the figures of each column, taken from the training rows only."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import ColumnReport, target_names, task
from engine.data.inference import is_number
from engine.data.settings import Column, DataSettings, Impute, Scale
from engine.data.steps import (
    BooleanStep,
    CategoryStep,
    ClassTarget,
    DateStep,
    Floats,
    How,
    NumberStep,
    NumberTarget,
    Step,
    TargetStep,
    booleans,
    date_numbers,
    label,
    positions,
)
from engine.data.table import Table
from engine.errors import DataError

Rows = NDArray[np.int64]


def fit_steps(table: Table, reports: Sequence[ColumnReport], settings: DataSettings, rows: Rows) -> tuple[Step, ...]:
    """Return the fitted step of each input column, in order."""
    inputs = [r for r in reports if r.role == "input"]
    names = tensor_names(inputs, settings)
    return tuple(_fit(table, r, settings, names[r.name], rows) for r in inputs)


def fit_targets(
    table: Table, reports: Sequence[ColumnReport], settings: DataSettings, rows: Rows
) -> tuple[TargetStep, ...]:
    """Return the fitted step of each target column. Classes come from all rows: they define the task."""
    return tuple(_fit_target(table, name, reports, settings, rows) for name in target_names(reports))


def encoding(column: Column | None, settings: DataSettings) -> str:
    """Return "one_hot" or "index", as chosen for the column or for all."""
    return (column.encode if column else None) or settings.encode


def tensor_names(inputs: Sequence[ColumnReport], settings: DataSettings) -> dict[str, str]:
    """Return column -> tensor: the float tensor that it joins, or an identifier of its own for an index."""
    chosen = {r.name: settings.columns.get(r.name, Column(r.name)) for r in inputs}
    own = [r.name for r in inputs if r.type == "category" and encoding(chosen[r.name], settings) == "index"]
    names = {r.name: safe_name(chosen[r.name].tensor, "features") for r in inputs if r.name not in own}
    taken = {*names.values(), "features"}
    for i, name in enumerate(own):
        stem = safe_name(name, f"category_{i + 1}")
        made = next(
            n for k in range(1, len(own) + len(taken) + 2) if (n := stem if k == 1 else f"{stem}_{k}") not in taken
        )
        names[name] = made
        taken.add(made)
    return names


def safe_name(text: str, otherwise: str) -> str:
    """Return an ASCII identifier of at most 50 characters made from the text, or `otherwise` if none is left."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:50]
    if not name or not re.search("[A-Za-z]", name):
        return otherwise
    return name if name[0].isalpha() else f"c_{name}"


def _fit(table: Table, report: ColumnReport, settings: DataSettings, tensor: str, rows: Rows) -> Step:
    column = settings.columns.get(report.name, Column(report.name))
    impute, scale = column.impute or settings.impute, column.scale or settings.scale
    if report.type == "category":
        kind = encoding(column, settings)
        return _fit_category(table, report.name, "index" if kind == "index" else "one_hot", tensor, impute, rows)
    if report.type == "boolean":
        known = booleans(table, report.name)[0][rows]
        fill = float(np.nansum(known) * 2 > (~np.isnan(known)).sum()) if impute != "zero" else 0.0
        return BooleanStep("boolean", report.name, tensor, fill)
    if report.type == "date":
        return _fit_date(table, report, tensor, impute, scale, rows)
    values = table.numbers(report.name)[0][rows]
    fill = fill_value(values, impute)
    return NumberStep(
        "number", report.name, tensor, fill, *shift_scale(np.where(np.isnan(values), fill, values), scale)
    )


def _fit_category(table: Table, name: str, kind: str, tensor: str, impute: Impute, rows: Rows) -> Step:
    how: How = "number" if is_number(table, name) else "text"
    labels, codes = table.codes(name)
    present = [labels[i] for i in np.unique(codes[rows][codes[rows] >= 0])]
    values = sorted_labels({label(v, how, table.dialect.decimal or ".") for v in present}, how)
    at = positions(table, name, values, how)[0][rows]
    known = at[at >= 0]
    fill = int(np.bincount(known).argmax()) if impute != "zero" and len(known) else -1
    return CategoryStep("index" if kind == "index" else "one_hot", name, tensor, values, fill, how)


def sorted_labels(labels: set[str], how: How) -> tuple[str, ...]:
    """Return labels in order: numbers by value, text by its characters."""
    return tuple(sorted(labels, key=float) if how == "number" else sorted(labels))


def _fit_date(table: Table, report: ColumnReport, tensor: str, impute: Impute, scale: Scale, rows: Rows) -> DateStep:
    order = report.date_order or "ymd"
    days = table.dates(report.name, order)[0][rows]
    real = days[~np.isnan(days)]
    fill = float(np.median(real)) if len(real) else 730_120.0  # 2000-01-01
    origin = float(real.min()) if len(real) else fill
    parts = date_numbers(np.where(np.isnan(days), fill, days), origin)
    pairs = [shift_scale(part, scale) for part in parts.T]
    shift, by = [p[0] for p in pairs], [p[1] for p in pairs]
    return DateStep("date", report.name, tensor, order, fill, origin, tuple(shift), tuple(by))  # type: ignore[arg-type]


def fill_value(values: Floats, impute: Impute) -> float:
    """Return what stands for a missing number; values: NaN where missing."""
    real = values[~np.isnan(values)]
    if impute == "zero" or not len(real):
        return 0.0
    if impute == "most_frequent":
        distinct, counts = np.unique(real, return_counts=True)
        return float(distinct[counts.argmax()])
    with np.errstate(over="ignore"):
        fill = float(np.median(real) if impute == "median" else real.mean())
    return fill if np.isfinite(fill) else float(real[0])


def shift_scale(values: Floats, scale: Scale) -> tuple[float, float]:
    """Return (shift, scale) so that (x - shift) / scale is standardized, in 0..1, or x itself; never a scale of 0."""
    if scale == "none" or not len(values):
        return 0.0, 1.0
    largest = float(np.abs(values).max()) or 1.0
    x = values / largest  # so that squares of huge numbers stay finite
    shift, by = (x.mean(), x.std()) if scale == "standardize" else (x.min(), x.max() - x.min())
    if by <= 1e-12:
        return float(shift * largest), 1.0
    return float(shift * largest), min(float(by) * largest, 1.7e308)


def _fit_target(
    table: Table, name: str, reports: Sequence[ColumnReport], settings: DataSettings, rows: Rows
) -> TargetStep:
    what = task(reports, settings, name)
    if what == "regression":
        return _fit_number_target(table, name, settings, rows)
    how: How = "number" if is_number(table, name) else "text"
    values = class_labels(table, name, how, settings)
    if len(values) < 2:
        raise DataError(f"A classification needs two classes; {name!r:.60} has {len(values)}. Choose another target.")
    if what == "binary" and len(values) != 2:
        raise DataError(f"A binary target has two classes; {name!r:.60} has {len(values)}. Choose the task multiclass.")
    return ClassTarget("classes", name, "binary" if what == "binary" else "multiclass", values, how)


def class_labels(table: Table, name: str, how: How, settings: DataSettings) -> tuple[str, ...]:
    """Return the sorted labels of a target over all rows that are not excluded."""
    labels, codes = table.codes(name)
    used = np.setdiff1d(np.arange(table.rows), np.array(settings.excluded, np.int64))
    present = [labels[i] for i in np.unique(codes[used][codes[used] >= 0])]
    if how == "number":
        bad = table.numbers(name)[1]
        wrong = {labels[i] for i in np.unique(codes[bad])}
        present = [v for v in present if v not in wrong]
    return sorted_labels({label(v, how, table.dialect.decimal or ".") for v in present}, how)


def _fit_number_target(table: Table, name: str, settings: DataSettings, rows: Rows) -> NumberTarget:
    values = table.numbers(name)[0]
    if np.isnan(values).all():
        raise DataError(f"A regression needs numbers; {name!r:.60} has none. Choose another task or target.")
    real = values[rows][~np.isnan(values[rows])]
    return NumberTarget("number", name, *shift_scale(real, "standardize" if settings.scale_target else "none"))
