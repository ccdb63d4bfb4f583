"""Predictions of a run for the rows of any table that has its input columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.project import figures, machine
from engine.project.document import Project
from engine.project.machine import Machine
from engine.project.runs import Run

if TYPE_CHECKING:
    from engine.data.table import Table


@dataclass(frozen=True, eq=False)
class Predictions:
    """One answer per row of the table, in order.

    Args:
        column: what is predicted. task, classes: of it.
        values: class labels, or numbers in the column's own unit; None for a row that cannot be predicted.
        probabilities: (rows, classes), NaN for such rows; None for a regression.
        problems: row -> why it cannot be predicted. unseen: column -> rows with a value that training did not show.
    """

    column: str
    task: str
    classes: tuple[str, ...]
    values: tuple[str | float | None, ...]
    probabilities: NDArray[np.float64] | None
    problems: Mapping[int, str]
    unseen: Mapping[str, int]


def predict(run: Run, project: Project, table: "Table", output: int = 0) -> Predictions:
    """Return the predictions of a run for each row; raises DataError when the table lacks an input column."""
    model = machine.of(run)
    taught = model.outputs[output]
    tensors = model.recipe.apply(table)
    raw = model.predict(tensors)[output]
    problems = dict(tensors.problems)
    for row in np.flatnonzero(~np.isfinite(raw).reshape(len(raw), -1).all(1)).tolist():
        problems.setdefault(row, "The network gives no finite number for these values.")
    values, probabilities = _answers(model, output, raw, problems)
    return Predictions(taught.column, taught.task, taught.classes, values, probabilities, problems, tensors.unseen)


def _answers(
    model: Machine, output: int, raw: NDArray[Any], problems: Mapping[int, str]
) -> tuple[tuple[str | float | None, ...], NDArray[np.float64] | None]:
    taught, bad = model.outputs[output], list(problems)
    if taught.task == "regression":
        numbers = model.recipe.restore_target(raw, taught.column).reshape(len(raw), -1)[:, 0]
        return tuple(None if i in problems else float(x) for i, x in enumerate(numbers)), None
    probabilities = taught.probabilities(np.nan_to_num(raw))
    labels = (taught.classes[k] for k in figures.decide(probabilities))
    values = tuple(None if i in problems else label for i, label in enumerate(labels))
    probabilities[bad] = np.nan
    return values, probabilities
