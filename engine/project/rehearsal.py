"""A project's own program on its own training rows, outside any run: what timings and checks work with."""

import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.project.machine import Machine

if TYPE_CHECKING:
    from engine.compiler.parameters import Parameters
    from engine.compiler.program import Program
    from engine.data.recipe import Tensors

Array = NDArray[Any]
WARM = 1
"""Steps before the clock starts: the first one makes memory and functions."""
TIMED = 3


@dataclass(eq=False)
class Rehearsal:
    """A training program with the rows it may work on, in the types that it takes. Steps change the model's weights."""

    machine: Machine
    program: "Program"
    data: tuple[Array, ...]
    targets: tuple[Array, ...]
    weights: tuple[Array, ...] | None
    totals: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def parameters(self) -> "Parameters":
        """The weights, gradients and slots of the model."""
        return self.machine.model.parameters

    @property
    def count(self) -> int:
        """How many rows there are to choose from."""
        return len(self.data[0])

    def step(self, index: Any, rate: float = 0.0, seed: int = 0) -> float:
        """Train on rows, as many as the program takes, and return the loss; the random bits are always the same."""
        self.totals = np.zeros(len(self.program.totals))
        return self.program.step(
            self.parameters, self.data, self.targets, self.weights, index, seed, 0, rate, self.totals
        )

    def losses(self) -> dict[int, float]:
        """Return output -> mean loss of the last step's rows, without penalties."""
        pairs = zip(self.program.totals, self.totals.tolist(), strict=True)
        return {at: total / self.program.rows for (kind, at, _), total in pairs if kind == "output_loss"}

    def seconds(self) -> float:
        """Return what one step takes: the middle of three timed ones, on rows in mixed order."""
        size, order = self.program.rows, np.random.default_rng(0).permutation(self.count)
        starts = [(turn * size) % max(self.count - size + 1, 1) for turn in range(WARM + TIMED)]
        taken = []
        for start in starts:
            began = time.perf_counter()
            self.step(order[start : start + size], self.machine.model.optimizer.learning_rate)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken[WARM:])


def rehearse(machine: Machine, tensors: "Tensors", rows: int, weighted: bool = False) -> Rehearsal:
    """Return a rehearsal with the training program for so many rows.

    Raises:
        DataError: the tensors have no targets. ModelError: there is nothing to train with.
    """
    program = machine.model.program("train", rows, weighted)
    lowered = program.lowered
    data = tuple(np.ascontiguousarray(tensors.inputs[machine.feeds[x.origin]], x.dtype) for x in lowered.inputs)
    pairs = zip(machine.targets(tensors), lowered.targets, strict=True)
    targets = tuple(np.ascontiguousarray(y.reshape(len(y), *leaf.shape[1:]), leaf.dtype) for y, leaf in pairs)
    weights = tuple(np.ones(len(data[0]), leaf.dtype) for leaf in lowered.sample_weights)
    return Rehearsal(machine, program, data, targets, weights or None)
