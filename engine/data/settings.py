"""What a person decides about data: the source, the reading of the file, columns and their roles, recipe and split.

All are frozen values without Qt or polars; `engine.data.table`, `recipe` and `split` act on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

ColumnType = Literal["number", "boolean", "category", "date", "text", "identifier"]
Role = Literal["input", "target", "ignore"]
Task = Literal["binary", "multiclass", "regression"]
Impute = Literal["median", "mean", "most_frequent", "zero"]
Scale = Literal["standardize", "minmax", "none"]
Encode = Literal["one_hot", "index"]
Strategy = Literal["stratified", "random", "ordered"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes are read. None: detected. Shown and overridable."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quote: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the table lies. The path is as given; beside the project file it is found again by name, size and hash."""

    path: str = ""
    size: int = 0
    sha256: str = ""
    dialect: Dialect = Dialect()
    missing: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "null", "None", "?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; None means "as inferred". `tensor` names the float tensor it joins; an index has one of its own."""

    name: str
    type: ColumnType | None = None
    role: Role | None = None
    impute: Impute | None = None
    scale: Scale | None = None
    encode: Encode | None = None
    tensor: str = "features"


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of the rows; they sum to 1. `strategy` None: stratified for classification, random for regression."""

    train: float = 0.70
    validation: float = 0.15
    test: float = 0.15
    strategy: Strategy | None = None
    seed: int = 0


@dataclass(frozen=True)
class DataSettings:
    """All choices about data. `columns` holds overrides only, by column name; `task` None: inferred from the target."""

    source: Source = Source()
    columns: Mapping[str, Column] = field(default_factory=lambda: MappingProxyType({}))
    task: Task | None = None
    impute: Impute = "median"
    scale: Scale = "standardize"
    encode: Encode = "one_hot"
    scale_target: bool = True
    split: Split = Split()
    excluded: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __hash__(self) -> int:
        return hash((self.source, tuple(self.columns.values()), self.task, self.split))

    def __reduce__(self) -> tuple[object, ...]:
        values = (self.source, dict(self.columns), self.task, self.impute, self.scale, self.encode)
        return DataSettings, (*values, self.scale_target, self.split, self.excluded)
