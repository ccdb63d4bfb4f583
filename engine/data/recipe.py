"""The recipe: fitted on the training rows, it turns rows of any table into named tensors. It travels as plain JSON.

recipe = fit(table, settings, parts.train)
tensors = recipe.apply(table, parts.test)
tensors.inputs["features"], tensors.target["species"], tensors.problems
"""

import dataclasses
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import infer
from engine.data.fitting import fit_steps, fit_targets
from engine.data.settings import DataSettings, Task
from engine.data.steps import STRICT, CategoryStep, ClassTarget, NumberTarget, Step, TargetStep
from engine.data.table import Table
from engine.errors import DataError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}\Z")
Rows = NDArray[np.int64]
WANTED = {"number": "a number", "boolean": "true or false", "date": "a date"}


@dataclass(frozen=True)
class TensorInfo:
    """A tensor the recipe makes: shape without rows; columns it comes from; labels of its numbers, one per place.

    vocabulary_size: of an index, unknown included; None for floats.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32", "int32"]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    vocabulary_size: int | None = None


@dataclass(frozen=True)
class Tensors:
    """What `Recipe.apply` makes of n rows.

    inputs: name -> (n, k) float32 or (n, 1) int32. target: column -> (n, 1) float32 (binary 0/1, regression scaled) or
    (n,) int32 classes; None if the table has no target column. rows: (n,) ids. problems: position -> sentence, rows
    with a cell that cannot be read (it counts as missing). unseen: column -> rows with a value not seen in training.
    without_target: (n,) rows whose target is missing or unknown; their places in `target` hold zeros.
    """

    inputs: dict[str, NDArray[Any]]
    target: dict[str, NDArray[Any]] | None
    rows: Rows
    problems: dict[int, str]
    unseen: dict[str, int]
    without_target: NDArray[np.bool_]


@dataclass(frozen=True)
class Recipe:
    """Fitted steps in the order of columns, and targets; the other fields say how the file was read."""

    __pydantic_config__: ClassVar = STRICT
    steps: tuple[Step, ...]
    targets: tuple[TargetStep, ...]
    missing: tuple[str, ...] = ("",)
    decimal: Literal[".", ","] = "."
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    version: Literal[1] = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the input columns, in order."""
        return tuple(step.column for step in self.steps)

    @property
    def tensors(self) -> tuple[TensorInfo, ...]:
        """The tensors that come out, in order of first appearance."""
        return tuple(_tensor_info(name, steps) for name, steps in self.groups())

    @property
    def task(self) -> Task | None:
        """The task of the first target."""
        return self.targets[0].task if self.targets else None

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels of the first target, sorted; empty for a regression."""
        return self.classes_of(self.targets[0].column) if self.targets else ()

    def classes_of(self, column: str) -> tuple[str, ...]:
        """Return the labels of a target, sorted; empty for a regression."""
        target = self.target(column)
        return target.values if isinstance(target, ClassTarget) else ()

    def target(self, column: str | None = None) -> TargetStep:
        """Return the step of a target column (None: the first); raises DataError."""
        for target in self.targets:
            if column in (None, target.column):
                return target
        raise DataError(f"The recipe has no target {column!r:.60}. Choose a target column.")

    def groups(self) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """Yield (tensor name, its steps)."""
        for name in dict.fromkeys(step.tensor for step in self.steps):
            yield name, tuple(step for step in self.steps if step.tensor == name)

    def apply(self, table: Table, rows: Rows | None = None) -> Tensors:
        """Return the tensors of rows (ids; None: all) of any table that has the input columns, in any order.

        Raises DataError naming the columns that the table lacks.
        """
        self._check_columns(table)
        rows = np.arange(table.rows) if rows is None else np.asarray(rows, np.int64)
        faults: list[tuple[Step, NDArray[np.bool_]]] = []
        inputs = {}
        for name, steps in self.groups():
            blocks = []
            for step in steps:
                block, bad = step.encode(table, rows)
                blocks.append(block.astype(np.int32 if step.kind == "index" else np.float32))
                faults.append((step, bad))
            inputs[name] = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)
        target, without = self._targets(table, rows)
        return Tensors(inputs, target, rows, _sentences(table, rows, faults), self._unseen(table, rows), without)

    def restore_target(self, y: NDArray[Any], column: str | None = None) -> NDArray[np.float64]:
        """Return figures of a regression in the unit of its column; other targets are returned as they are."""
        target = self.target(column)
        values = np.asarray(y, np.float64)
        return values * target.scale + target.shift if isinstance(target, NumberTarget) else values

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self), allow_nan=False))
        return plain

    def _check_columns(self, table: Table) -> None:
        lacking = [c for c in self.columns if c not in table.columns]
        if lacking:
            names = ", ".join(f"{c!r:.60}" for c in lacking[:5]) + (", ..." if len(lacking) > 5 else "")
            what = f"the column {names}" if len(lacking) == 1 else f"{len(lacking)} columns ({names})"
            raise DataError(
                f"The table lacks {what} that the model was trained with. Add {'it' if len(lacking) == 1 else 'them'}."
            )

    def _targets(self, table: Table, rows: Rows) -> tuple[dict[str, NDArray[Any]] | None, NDArray[np.bool_]]:
        without = np.zeros(len(rows), bool)
        if not self.targets or any(t.column not in table.columns for t in self.targets):
            return None, ~without
        made = {}
        for target in self.targets:
            made[target.column], bad = target.encode(table, rows)
            without |= bad
        return made, without

    def _unseen(self, table: Table, rows: Rows) -> dict[str, int]:
        steps = [s for s in self.steps if isinstance(s, CategoryStep)]
        present = {s.column: table.codes(s.column)[1][rows] >= 0 for s in steps}
        counts = {s.column: int(((s.positions(table, rows) < 0) & present[s.column]).sum()) for s in steps}
        return {column: n for column, n in counts.items() if n}


def fit(table: Table, settings: DataSettings, train_rows: Rows) -> Recipe:
    """Return the recipe fitted on the training rows. Raises DataError if a target does not suit its task."""
    reports = infer(table, settings)
    steps = fit_steps(table, reports, settings, train_rows)
    if not steps:
        raise DataError("There is no input column. Give at least one column the role input.")
    targets = fit_targets(table, reports, settings, train_rows)
    d = table.dialect
    return Recipe(
        steps, targets, tuple(sorted(table.missing)), "," if d.decimal == "," else ".", d.delimiter or ",",
        d.quote or '"', d.header is not False,
    )  # fmt: skip


def from_json(values: Any) -> Recipe:
    """Return the recipe of `Recipe.to_json()`; raises DataError with a sentence if anything is out of place."""
    from pydantic import TypeAdapter, ValidationError

    try:
        recipe: Recipe = TypeAdapter(Recipe).validate_json(json.dumps(values, allow_nan=False))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        raise DataError(f"The recipe is damaged at {place!r:.80}: {first['msg']}.") from None
    except (TypeError, ValueError, RecursionError):
        raise DataError("The recipe is damaged: it holds more than plain values.") from None
    if fault := _fault(recipe):
        raise DataError(f"The recipe is damaged: {fault}.")
    return recipe


def _fault(recipe: Recipe) -> str:
    columns = [step.column for step in (*recipe.steps, *recipe.targets)]
    index = [step.tensor for step in recipe.steps if step.kind == "index"]
    floats = {step.tensor for step in recipe.steps if step.kind != "index"}
    checks = (
        (len(recipe.steps) > 0, "it has no input column"),
        (len(set(columns)) == len(columns), "a column occurs twice"),
        (all(NAME.match(s.tensor) for s in recipe.steps), "a tensor's name is no identifier"),
        (len(set(index)) == len(index) and not floats & set(index), "an index shares its tensor"),
        (all(_sound(step) for step in (*recipe.steps, *recipe.targets)), "a step has impossible figures"),
        (len(recipe.delimiter) == len(recipe.quote) == 1, "a sign of the file is not one character"),
    )
    return next((sentence for holds, sentence in checks if not holds), "")


def _sound(step: Step | TargetStep) -> bool:
    scale = np.atleast_1d(np.array(getattr(step, "scale", 1.0)))
    values = getattr(step, "values", ("a", "b"))
    fill = getattr(step, "fill", 0.0)
    if isinstance(step, CategoryStep):
        return len(set(values)) == len(values) and -1 <= fill < max(len(values), 1)
    days = step.kind != "date" or all(1 <= d < 3_652_060 for d in (fill, getattr(step, "origin", 1.0)))
    return bool((scale > 0).all()) and len(set(values)) == len(values) >= 2 and days


def _tensor_info(name: str, steps: tuple[Step, ...]) -> TensorInfo:
    labels = tuple(label for step in steps for label in step.labels)
    columns = tuple(step.column for step in steps)
    first = steps[0]
    if isinstance(first, CategoryStep) and first.kind == "index":
        return TensorInfo(name, (1,), "int32", columns, labels, len(first.values) + 1)
    return TensorInfo(name, (len(labels),), "float32", columns, labels)


def _sentences(table: Table, rows: Rows, faults: list[tuple[Step, NDArray[np.bool_]]]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for step, bad in faults:
        for i in np.flatnonzero(bad).tolist():
            cell = table.cell(int(rows[i]), step.column).strip()
            found.setdefault(i, []).append(f"{step.column!r:.60} must be {WANTED[step.kind]}; it is {cell!r:.60}.")
    return {i: " ".join(sentences) for i, sentences in sorted(found.items())}
