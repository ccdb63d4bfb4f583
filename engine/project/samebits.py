"""The same seed, the same bits: a project is compiled and trained twice for a few batches, and both are compared."""

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import NotFiniteError
from engine.project import options
from engine.project.document import Project
from engine.project.fitting import Fitting, start

if TYPE_CHECKING:
    from engine.data.recipe import Tensors
    from engine.project.prepare import Prepared

STEPS = 3


class Twins:
    """Two fits of a project with its own settings. Read `steps` to the end, then `same`."""

    def __init__(self, project: Project, prepared: "Prepared") -> None:
        fit = dataclasses.replace(project.fit, callbacks=(), epochs=STEPS)
        self._project = dataclasses.replace(project, fit=fit)
        self._prepared = _few(prepared, options.fit(project, len(prepared.parts.train), False).batch_size or 1)
        self._made: list[list[Any]] = []

    def steps(self) -> Iterator[int]:
        """Train, and yield how many of the 2 * STEPS batches are done."""
        for done in (0, STEPS):
            yield from self._train(start(self._project, self._prepared), done)

    def same(self) -> bool:
        """Return whether losses, weights and optimizer state after training are equal bit for bit."""
        return all(a.tobytes() == b.tobytes() for a, b in zip(*self._made, strict=True))

    def _train(self, fitting: Fitting, done: int) -> Iterator[int]:
        losses: list[float] = []
        try:
            for report in fitting:
                if report.kind == "batch":
                    losses.append(report.logs["loss"])
                    yield done + len(losses)
                if len(losses) == STEPS:
                    break
        except NotFiniteError:
            losses.append(math.nan)
        finally:
            fitting.close()
        self._made.append([np.array(losses), *fitting.machine.model.parameters.arrays().values()])


def _few(prepared: "Prepared", size: int) -> "Prepared":
    """Return the data with at most STEPS full batches to train on and no rows to validate on: one program does."""
    train, count = prepared.tensors["train"], len(prepared.tensors["train"].rows)
    kept = min(STEPS, count // size) * size or count
    tensors = {**prepared.tensors, "train": _first(train, kept), "validation": _first(train, 0)}
    return dataclasses.replace(prepared, tensors=tensors)


def _first(tensors: "Tensors", count: int) -> "Tensors":
    inputs = {name: array[:count] for name, array in tensors.inputs.items()}
    target = None if tensors.target is None else {name: array[:count] for name, array in tensors.target.items()}
    empty = tensors.without_target[:count]
    return dataclasses.replace(tensors, inputs=inputs, target=target, rows=tensors.rows[:count], without_target=empty)
