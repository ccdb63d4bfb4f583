"""Which rows of a table take part: those with a usable target that nobody excluded, cut into parts."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import ColumnReport, infer, target_names, task
from engine.data.settings import DataSettings, Strategy, Task
from engine.data.split import Parts, split
from engine.data.table import Table
from engine.errors import DataError


def with_target(table: Table, reports: Sequence[ColumnReport], settings: DataSettings) -> NDArray[np.bool_]:
    """Return (rows,) whether every target has a value that its task can use."""
    usable = np.ones(table.rows, bool)
    for name in target_names(reports):
        report = next(r for r in reports if r.name == name)
        if task(reports, settings, name) == "regression" or report.type == "number":
            usable &= ~np.isnan(table.numbers(name)[0])
        else:
            usable &= table.codes(name)[1] >= 0
    return usable


def strategy(settings: DataSettings, reports: Sequence[ColumnReport]) -> Strategy:
    """Return the strategy of the split: as chosen, else stratified for classes and random for numbers."""
    return strategy_of(settings, task(reports, settings))


def strategy_of(settings: DataSettings, what: Task | None) -> Strategy:
    """Return the strategy of the split for a task."""
    natural: Strategy = "random" if what == "regression" else "stratified"
    return settings.split.strategy or natural


def parts(table: Table, settings: DataSettings, reports: Sequence[ColumnReport] | None = None) -> Parts:
    """Return the row ids of each part; rows.read = train + validation + test + without_target + excluded + rejects.

    Raises DataError if there is no target column or no row with a target.
    """
    reports = infer(table, settings) if reports is None else reports
    names = target_names(reports)
    if not names:
        raise DataError("There is no target column. Choose the column that the network shall predict.")
    out = np.zeros(table.rows, bool)
    out[[i for i in settings.excluded if 0 <= i < table.rows]] = True
    usable = with_target(table, reports, settings)
    ids = np.flatnonzero(usable & ~out)
    if not len(ids):
        raise DataError(f"No row has a usable target in {names[0]!r:.60}. Choose another target or task.")
    s = settings.split
    made = split(
        len(ids),
        strategy(settings, reports),
        s.seed,
        _labels(table, reports, names[0])[ids],
        (s.train, s.validation, s.test),
    )
    return replace(
        made, train=ids[made.train], validation=ids[made.validation], test=ids[made.test],
        without_target=np.flatnonzero(~usable & ~out), excluded=np.flatnonzero(out),
    )  # fmt: skip


def _labels(table: Table, reports: Sequence[ColumnReport], name: str) -> NDArray[np.int64]:
    """Return (rows,) classes in the order of their labels, so that the order of rows does not matter."""
    report = next(r for r in reports if r.name == name)
    if report.type == "number":
        return np.unique(table.numbers(name)[0], return_inverse=True)[1].astype(np.int64)
    labels, codes = table.codes(name)
    rank = np.argsort(np.argsort(np.array(labels, object), kind="stable"), kind="stable")
    return np.append(rank, -1)[codes]
