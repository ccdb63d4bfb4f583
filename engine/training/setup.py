"""What one run of training works on: values made before it begins, and the position that moves while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.compiler.definition import Definition
from engine.compiler.lower import Mode
from engine.compiler.parameters import Parameters
from engine.compiler.program import Program
from engine.errors import UsageError
from engine.training.arrays import Arrays
from engine.training.meters import Meters

Programs = Callable[[Mode, int, bool], Program]
"""(mode, rows, weighted) -> the compiled program; asked once per size."""


@dataclass(frozen=True)
class Options:
    """What `fit` was asked for.

    Args:
        batch_size: rows of one step.
        epochs: number of the last epoch plus one; initial_epoch: the first.
        shuffle: draw a new order of the rows for every epoch.
        validation_batch_size: rows at a time in validation; None: batch_size.
        validation_freq: validate after every n-th epoch.
    """

    batch_size: int = 32
    epochs: int = 1
    initial_epoch: int = 0
    shuffle: bool = True
    seed: int = 0
    validation_batch_size: int | None = None
    validation_freq: int = 1

    def __post_init__(self) -> None:
        for name, least in (("batch_size", 1), ("epochs", 0), ("initial_epoch", 0), ("validation_freq", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise UsageError(f"{name} must be a whole number from {least}; it is {value!r:.60}.")
            object.__setattr__(self, name, int(value))


@dataclass(frozen=True)
class Setup:
    """What is trained on what; made by `Model.train`.

    Args:
        gauge: program -> meters for its sums.
        rate: the learning rate to begin with.
        settle: told the learning rate whenever the run ends or is left.
        save: (path, weights only) writes the model, for callbacks.
    """

    definition: Definition
    parameters: Parameters
    programs: Programs
    gauge: Callable[[Program], Meters]
    train: Arrays
    validation: Arrays | None
    rate: float
    settle: Callable[[float], None]
    save: Callable[[str, bool], None]


@dataclass
class Position:
    """Where a run stands between two batches.

    epoch; batch: batches done in it. first_step: optimizer steps before the run. order: of the rows; None unshuffled.
    totals: the running sums of the epoch. edits: (step, learning rate) of every change. seconds: without pauses.
    """

    epoch: int
    first_step: int
    rate: float
    totals: NDArray[np.float64]
    batch: int = 0
    order: NDArray[np.intp] | None = None
    edits: list[tuple[int, float]] = field(default_factory=list)
    seconds: float = 0.0
