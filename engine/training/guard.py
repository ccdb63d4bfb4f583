"""The guard against numbers that are not finite: a snapshot now and then, and a replay that finds the batch to blame.

A run is deterministic, so the batches since the snapshot can be done again, one by one, with a look at the weights
after each. Nothing else is kept, and a good run pays one copy of its weights in a hundred batches.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.compiler.parameters import Parameters
from engine.errors import NotFiniteError
from engine.training.meters import Meters
from engine.training.setup import Position, Setup

EVERY = 100
"""Batches between two snapshots."""

Step = Callable[[int, float], float]
"""(batch, learning rate) -> loss: does one batch."""


class Guard:
    """Watches one run. `rates` are the learning rates since the last snapshot; the loop appends one per batch."""

    def __init__(self, parameters: Parameters, position: Position, meters: Meters) -> None:
        self._parameters, self._position, self._meters = parameters, position, meters
        self._good = parameters.copy()
        self._totals, self._states, self._batch = position.totals.copy(), list(meters.states), position.batch
        self.rates: list[float] = []

    def snapshot(self) -> bool:
        """Keep the present state as good; False when a weight is not finite any more."""
        if not self._parameters.finite():
            return False
        self._good.restore(self._parameters)
        np.copyto(self._totals, self._position.totals)
        self._states, self._batch = list(self._meters.states), self._position.batch
        self.rates.clear()
        return True

    def rewind(self, step: Step) -> float:
        """Go to the state before the batch that spoilt the weights and return its learning rate.

        step: does a batch again, to the same bits.
        """
        position, parameters, meters = self._position, self._parameters, self._meters
        parameters.restore(self._good)
        np.copyto(position.totals, self._totals)
        meters.states, position.batch, rate = list(self._states), self._batch, position.rate
        before, sums, states = self._good, self._totals, self._states
        for rate in list(self.rates):
            before.restore(parameters)
            np.copyto(sums, position.totals)
            states = list(meters.states)
            loss = step(position.batch, rate)
            if not (np.isfinite(loss) and parameters.finite()):
                break
            position.batch += 1
        parameters.restore(before)
        np.copyto(position.totals, sums)
        meters.states = states
        self._batch = position.batch
        self.rates.clear()
        return rate


def failure(setup: Setup, seed: int, index: Any, rate: float) -> NotFiniteError:
    """Return the error that names layer, pass and rows. index: row numbers of the batch that is to blame."""
    from engine.compiler.diagnose import diagnose

    return diagnose(setup.definition, setup.parameters, setup.train, index, seed, rate)
