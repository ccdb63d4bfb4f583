"""Edits of what a person decides about data: pure functions Project -> Project."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from engine.data.settings import (
    Column,
    ColumnType,
    Encode,
    Impute,
    Role,
    Scale,
    Source,
    Split,
    Task,
)
from engine.errors import UsageError
from engine.project.document import Project

Names = str | Iterable[str]


def set_data(project: Project, **changes: Any) -> Project:
    """Change fields of the data settings: impute, scale, encode, scale_target, ..."""
    return dataclasses.replace(project, data=dataclasses.replace(project.data, **changes))


def set_source(project: Project, source: Source) -> Project:
    """Take another table; the overrides of columns stay for the columns that it has too."""
    return set_data(project, source=source)


def set_dialect(project: Project, **changes: Any) -> Project:
    """Override how the file is read: encoding, delimiter, decimal, quote, header; None means detected."""
    dialect = dataclasses.replace(project.data.source.dialect, **changes)
    return set_data(project, source=dataclasses.replace(project.data.source, dialect=dialect), excluded=())


def set_column(project: Project, names: Names, **changes: Any) -> Project:
    """Override type, role, impute, scale, encode or tensor of columns; None returns to the inferred value."""
    columns = dict(project.data.columns)
    for name in _names(names):
        columns[name] = dataclasses.replace(columns.get(name, Column(name)), **changes)
        if columns[name] == Column(name):
            del columns[name]
    return set_data(project, columns=columns)


def set_type(project: Project, names: Names, type: ColumnType | None) -> Project:
    """Say what kind of values columns hold."""
    return set_column(project, names, type=type, impute=None, scale=None, encode=None)


def set_role(project: Project, names: Names, role: Role | None) -> Project:
    """Say what columns are for. A new target takes the place of the old one, whose role is inferred again."""
    if role != "target":
        cards = tuple(dataclasses.replace(t, column=None) if t.column in _names(names) else t for t in project.targets)
        return dataclasses.replace(set_column(project, names, role=role), targets=cards)
    for name in _names(names):
        project = set_target(project, name)
    return project


def set_target(project: Project, column: str, index: int = 0) -> Project:
    """Let training target `index` be taught by this column."""
    if index >= len(project.targets):
        raise UsageError(f"There are {len(project.targets)} training targets; number {index + 1} does not exist.")
    several = len(project.targets) > 1
    wanted = {t.column for i, t in enumerate(project.targets) if i != index and several} | {column}
    old = [n for n, c in project.data.columns.items() if c.role == "target" and n not in wanted]
    project = set_column(set_column(project, old, role=None), column, role="target")
    card = dataclasses.replace(project.targets[index], column=column if several else None, loss=None)
    cards = tuple(card if i == index else t for i, t in enumerate(project.targets))
    return dataclasses.replace(project, targets=cards)


def set_impute(project: Project, names: Names, impute: Impute | None) -> Project:
    """Say what stands for missing values of columns."""
    return set_column(project, names, impute=impute)


def set_scale(project: Project, names: Names, scale: Scale | None) -> Project:
    """Say how numbers are scaled."""
    return set_column(project, names, scale=scale)


def set_encode(project: Project, names: Names, encode: Encode | None) -> Project:
    """Say how categories become numbers: one-hot columns or one index for an Embedding."""
    return set_column(project, names, encode=encode)


def set_tensor(project: Project, names: Names, tensor: str) -> Project:
    """Say which named tensor columns join."""
    return set_column(project, names, tensor=tensor)


def set_task(project: Project, task: Task | None) -> Project:
    """Override the task; None: inferred from the target."""
    return set_data(project, task=task)


def set_split(project: Project, **changes: Any) -> Project:
    """Change shares, strategy or seed. Of the shares give `train` and `validation`; the test part is the rest."""
    split = dataclasses.replace(project.data.split, **changes)
    if {"train", "validation"} & set(changes) and "test" not in changes:
        split = _rest(split)
    total = split.train + split.validation + split.test
    if min(split.train, split.validation, split.test) < 0 or split.train <= 0 or abs(total - 1) > 1e-6:
        raise UsageError("The shares of the split must be at least 0, more than 0 for training, and sum to 100 %.")
    return set_data(project, split=split)


def exclude_rows(project: Project, rows: Iterable[int]) -> Project:
    """Leave rows (by row id) out of training and evaluation."""
    return set_data(project, excluded=tuple(sorted(set(project.data.excluded) | set(rows))))


def include_rows(project: Project, rows: Iterable[int]) -> Project:
    """Take excluded rows in again."""
    return set_data(project, excluded=tuple(sorted(set(project.data.excluded) - set(rows))))


def _names(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _rest(split: Split) -> Split:
    validation = min(split.validation, 1 - split.train)
    return dataclasses.replace(split, validation=validation, test=max(round(1 - split.train - validation, 9), 0.0))
