"""Fitted steps of a recipe: how one column becomes numbers. Plain values; the same ones are written into scripts."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.parse import date_parts, number_label, parse_boolean, parse_number
from engine.data.settings import Task
from engine.data.table import Table

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
How = Literal["text", "number"]
"""How labels are compared: as text, or as numbers so that 1, 1.0 and 01 are one label."""
STRICT = {"extra": "forbid", "strict": True, "allow_inf_nan": False}


@dataclass(frozen=True)
class NumberStep:
    """(x - shift) / scale; missing: fill."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["number"]
    column: str
    tensor: str
    fill: float
    shift: float
    scale: float

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the numbers that come out."""
        return (self.column,)

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[Floats, Mask]:
        """Return ((n, 1) numbers, (n,) whether the cell is present and no number)."""
        values, bad = table.numbers(self.column)
        x = values[rows]
        return scaled(np.where(np.isnan(x), self.fill, x), self.shift, self.scale)[:, None], bad[rows]


@dataclass(frozen=True)
class BooleanStep:
    """0 or 1; missing: fill."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["boolean"]
    column: str
    tensor: str
    fill: float

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the numbers that come out."""
        return (self.column,)

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[Floats, Mask]:
        """Return ((n, 1) zeros and ones, (n,) whether the cell is present and no boolean)."""
        values, missing = booleans(table, self.column)
        x = values[rows]
        return np.where(np.isnan(x), self.fill, x)[:, None], (np.isnan(x) & ~missing[rows])


@dataclass(frozen=True)
class DateStep:
    """Year, month, weekday and days since `origin`, each (x - shift) / scale; missing: the day `fill`."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["date"]
    column: str
    tensor: str
    order: Literal["ymd", "dmy", "mdy"]
    fill: float
    origin: float
    shift: tuple[float, float, float, float]
    scale: tuple[float, float, float, float]

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the numbers that come out."""
        return tuple(f"{self.column} {part}" for part in ("year", "month", "weekday", "elapsed days"))

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[Floats, Mask]:
        """Return ((n, 4) numbers, (n,) whether the cell is present and no date)."""
        days, bad = table.dates(self.column, self.order)
        x = days[rows]
        parts = date_numbers(np.where(np.isnan(x), self.fill, x), self.origin)
        return scaled(parts, np.array(self.shift), np.array(self.scale)), bad[rows]


@dataclass(frozen=True)
class CategoryStep:
    """One 0/1 column per value ("one_hot", unknown: all zero) or the position + 1 ("index", unknown: 0).

    fill: position that stands for a missing value, -1 for unknown.
    """

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["one_hot", "index"]
    column: str
    tensor: str
    values: tuple[str, ...]
    fill: int
    how: How

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the numbers that come out."""
        return (self.column,) if self.kind == "index" else tuple(f"{self.column} = {v}" for v in self.values)

    def positions(self, table: Table, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (n,) positions in `values`, -1 for unknown."""
        found, missing = positions(table, self.column, self.values, self.how)
        return np.where(missing, self.fill, found)[rows]

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[Floats, Mask]:
        """Return ((n, values) zeros and ones or (n, 1) indices, (n,) False: unknown values are no fault)."""
        at = self.positions(table, rows)
        fine = np.zeros(len(rows), bool)
        if self.kind == "index":
            return (at + 1).astype(np.float64)[:, None], fine
        out = np.zeros((len(rows), len(self.values)))
        known = np.flatnonzero(at >= 0)
        out[known, at[known]] = 1.0
        return out, fine


@dataclass(frozen=True)
class ClassTarget:
    """The position of the label in the sorted `values`."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["classes"]
    column: str
    task: Literal["binary", "multiclass"]
    values: tuple[str, ...]
    how: How

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32 | np.int32], Mask]:
        """Return (n, 1) float32 0/1 (binary) or (n,) int32 classes, and whether there is no known label."""
        at = positions(table, self.column, self.values, self.how)[0][rows]
        known = np.maximum(at, 0)
        return (known.astype(np.float32)[:, None] if self.task == "binary" else known.astype(np.int32)), at < 0


@dataclass(frozen=True)
class NumberTarget:
    """(y - shift) / scale."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["number"]
    column: str
    shift: float
    scale: float

    @property
    def task(self) -> Task:
        """Always regression."""
        return "regression"

    def encode(self, table: Table, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32 | np.int32], Mask]:
        """Return (n, 1) float32 scaled numbers, and whether there is no number (its place holds 0)."""
        x = table.numbers(self.column)[0][rows]
        y = scaled(np.where(np.isnan(x), self.shift, x), self.shift, self.scale)
        return y.astype(np.float32)[:, None], np.isnan(x)


Step = NumberStep | BooleanStep | DateStep | CategoryStep
TargetStep = ClassTarget | NumberTarget


def scaled(x: Floats, shift: float | Floats, scale: float | Floats) -> Floats:
    """Return (x - shift) / scale inside the range of float32."""
    with np.errstate(over="ignore"):
        return np.clip((x - shift) / scale, -3e38, 3e38)


def booleans(table: Table, column: str) -> tuple[Floats, Mask]:
    """Return ((rows,) 0.0, 1.0 or NaN, (rows,) whether the cell is missing)."""
    labels, codes = table.codes(column)
    parsed = [np.nan if (x := parse_boolean(v, table.dialect.decimal or ".")) is None else x for v in labels]
    return np.array([*parsed, np.nan])[codes], codes < 0


def date_numbers(days: Floats, origin: float) -> Floats:
    """Return (n, 4) year, month, weekday and days since `origin`."""
    whole, inverse = np.unique(np.floor(days), return_inverse=True)
    parts = np.array([date_parts(day) for day in whole.tolist()]).reshape(-1, 3)
    return np.concatenate([parts[inverse], (days - origin)[:, None]], axis=1)


def label(text: str, how: How, decimal: str) -> str:
    """Return the text by which a label is known."""
    number = parse_number(text, decimal) if how == "number" else None
    return text if number is None else number_label(number)


def positions(table: Table, column: str, values: tuple[str, ...], how: How) -> tuple[NDArray[np.int64], Mask]:
    """Return ((rows,) positions in `values`, -1 for others, (rows,) whether the cell is missing)."""
    labels, codes = table.codes(column)
    place = {value: i for i, value in enumerate(values)}
    found = [place.get(label(v, how, table.dialect.decimal or "."), -1) for v in labels]
    return np.array([*found, -1], np.int64)[codes], codes < 0
