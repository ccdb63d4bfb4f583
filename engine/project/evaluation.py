"""What a run is worth: figures, curves and rows on training, validation or test rows, or on another table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.project import figures, machine
from engine.project.document import Project
from engine.project.machine import Machine
from engine.project.prepare import PARTS, Prepared
from engine.project.runs import Run
from engine.project.targets import Taught

if TYPE_CHECKING:
    from engine.data.recipe import Tensors
    from engine.data.table import Table
    from engine.metrics.exact import Curve

Array = NDArray[Any]
Part = Literal["train", "validation", "test", "all"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One output on some rows.

    Args:
        part: which rows; "all" of another table. column: the target. task, classes: of it.
        metrics: "loss" and the figures of the task, in the target's own unit.
        ids: (rows,) row ids in the table. truth, prediction: (rows,) class numbers, or numbers in the own unit.
        probabilities: (rows, classes); None for a regression.
        losses: (rows,) how wrong each row is: -log of the true class' probability, or the squared error.
        confusion: (classes, classes) counts, row = true class; None for a regression.
    """

    part: Part
    column: str
    task: str
    classes: tuple[str, ...]
    metrics: Mapping[str, float]
    ids: NDArray[np.int64]
    truth: Array
    prediction: Array
    probabilities: Array | None
    losses: Array
    confusion: Array | None

    def worst(self) -> NDArray[np.int64]:
        """Return positions of the rows, the most wrong first."""
        return np.argsort(-self.losses, kind="stable")

    def roc(self, index: int | None = None) -> "Curve":
        """Return the ROC curve of a class against the rest; None: the second of two classes."""
        from engine.metrics import exact

        return exact.roc_curve(*self._scores(index))

    def precision_recall(self, index: int | None = None) -> "Curve":
        """Return the precision-recall curve of a class against the rest."""
        from engine.metrics import exact

        return exact.pr_curve(*self._scores(index))

    def per_class(self) -> list[dict[str, float]]:
        """Return precision, recall, f1, support and predicted rows of each class."""
        return [] if self.confusion is None else figures.per_class(self.confusion)

    def _scores(self, index: int | None) -> tuple[Array, Array]:
        if self.probabilities is None:
            raise DataError("A regression has no classes, so it has no such curve.")
        index = self.probabilities.shape[1] - 1 if index is None else index
        return (self.truth == index).astype(np.int64), self.probabilities[:, index]


def evaluate(run: Run, project: Project, data: "Prepared | Table", part: Part = "test", output: int = 0) -> Evaluation:
    """Return what a run is worth on a part of its own data, or on all rows of a table that has its columns.

    Args:
        data: the prepared data of the project, or a table. part: "all" takes every row of the table with a target.
        output: which output, for networks with several.

    Raises:
        DataError: the table lacks columns, no row has a target, or it is not the one whose parts the run knows.
    """
    table = data.table if isinstance(data, Prepared) else data
    found = machine.of(run)
    if part != "all":
        _check_same(run, table)
    rows = None if part == "all" else run.part(part)
    return _evaluation(found, found.recipe.apply(table, rows), part, output)


def all_metrics(model: Machine, prepared: Prepared) -> dict[str, dict[str, float]]:
    """Return part -> figures; a part without rows has none."""
    filled = [part for part in PARTS if len(prepared.tensors[part].rows)]
    return {part: dict(_metrics(model, prepared.tensors[part])) for part in filled}


def _metrics(model: Machine, tensors: "Tensors") -> dict[str, float]:
    """Figures of all outputs; those of further outputs carry their column's name."""
    raw, loss = model.predict(tensors), {"loss": model.losses(tensors)["loss"]}
    found = loss | _answers(model, model.outputs[0], raw[0], tensors)[-1]
    for output, array in zip(model.outputs[1:], raw[1:], strict=True):
        more = _answers(model, output, array, tensors)[-1]
        found |= {f"{output.column}_{name}": value for name, value in more.items()}
    return found


def _evaluation(model: Machine, tensors: "Tensors", part: Part, index: int) -> Evaluation:
    from engine.metrics import exact

    tensors = _with_targets(model, tensors)
    output = model.outputs[index]
    raw = model.predict(tensors)[index]
    truth, prediction, probabilities, found = _answers(model, output, raw, tensors)
    losses = np.square(prediction - truth) if probabilities is None else _surprise(truth, probabilities)
    table = None if probabilities is None else exact.confusion(truth, prediction, probabilities.shape[1])
    metrics = {"loss": model.losses(tensors)["loss"]} | found
    return Evaluation(
        part, output.column, output.task, output.classes, metrics, tensors.rows, truth, prediction, probabilities,
        losses, table,
    )  # fmt: skip


def _answers(
    model: Machine, output: Taught, raw: Array, tensors: "Tensors"
) -> tuple[Array, Array, Array | None, dict[str, float]]:
    """Return truth, prediction, probabilities and figures of one output."""
    target = (tensors.target or {})[output.column]
    if output.task == "regression":
        truth = model.recipe.restore_target(target, output.column).reshape(len(target))
        guess = model.recipe.restore_target(raw, output.column).reshape(len(target), -1)[:, 0]
        return truth, guess, None, figures.number_figures(truth, guess)
    probabilities = output.probabilities(raw)
    numbers = output.class_numbers(target)
    return numbers, figures.decide(probabilities), probabilities, figures.class_figures(numbers, probabilities)


def _with_targets(model: Machine, tensors: "Tensors") -> "Tensors":
    """Return the tensors without rows that lack a target; raises DataError when none is left."""
    model.targets(tensors)
    keep = ~tensors.without_target
    if not keep.any():
        raise DataError("No row of the table has a target that the model knows, so nothing can be compared.")
    if keep.all():
        return tensors
    from engine.data.recipe import Tensors

    inputs = {name: array[keep] for name, array in tensors.inputs.items()}
    target = {name: array[keep] for name, array in (tensors.target or {}).items()}
    return Tensors(inputs, target, tensors.rows[keep], {}, tensors.unseen, tensors.without_target[keep])


def _surprise(truth: Array, probabilities: Array) -> Array:
    right = probabilities[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.clip(right, 1e-7, 1.0)))


def _check_same(run: Run, table: "Table") -> None:
    known = run.project.data.source.sha256
    if known and table.sha256 and known != table.sha256:
        raise DataError(
            "The data have changed since this run, so its test rows are not known any more. "
            "Train again, or evaluate on a whole CSV."
        )
