"""Whether the gradients of a compiled program are the slopes of its loss: central differences in float64."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.project.rehearsal import Rehearsal

if TYPE_CHECKING:
    from engine.compiler.layout import Entry

Numbers = NDArray[np.float64]
BOUND = 1e-5
"""Largest relative difference that passes."""
DOUBT = BOUND / 10
"""From here a difference is measured again: a relu or a maximum may bend between the two points."""
STEP, FINER = 6e-6, 16
SPREAD = 0.05
"""How far weights are moved from where they begin: zeros lie exactly on the bend of a relu."""
FLOOR = 1e-4
"""Slopes smaller than this share of the loss are compared with it: the rest is rounding."""
BUDGET, LINE = 3_000_000_000, 4_000
"""Operations that all steps together may take, and those that a line of the program counts for by itself."""
PER_VARIABLE, LEAST = 8, 16


@dataclass(frozen=True, slots=True)
class Probe:
    """One weight that was moved: where it lies, what the program says of its slope, what was measured."""

    node: str
    weight: str
    at: int
    gradient: float
    measured: float
    error: float


def probes(rehearsal: Rehearsal, index: NDArray[np.int64]) -> Iterator[Probe]:
    """Yield probes of a sample of weights, every variable in turn as far as the budget goes.

    rehearsal: of a float64 model on the CPU whose optimizer does not clip. index: the rows of the sample batch.
    """
    return _Slopes(rehearsal, index).run()


def planned(rehearsal: Rehearsal) -> int:
    """Return how many weights will be moved."""
    return len(_places(rehearsal))


def _places(rehearsal: Rehearsal) -> "list[tuple[Entry, int]]":
    """Return (variable, element) of each probe: spread over variables first, then over their elements."""
    entries = [e for e in rehearsal.parameters.layout.entries if e.trainable and e.size]
    program = rehearsal.program
    cost = program.plan.work + LINE * program.source.count("\n")
    count = max(LEAST, min(BUDGET // (2 * max(cost, 1)), PER_VARIABLE * len(entries)))
    if count < len(entries):
        entries = [entries[i] for i in np.linspace(0, len(entries) - 1, count).astype(int)]
    each = max(1, count // max(len(entries), 1))
    rng = np.random.default_rng(0)
    return [(e, int(i)) for e in entries for i in rng.permutation(e.size)[: min(each, e.size, PER_VARIABLE)]]


class _Slopes:
    def __init__(self, rehearsal: Rehearsal, index: NDArray[np.int64]) -> None:
        self.rehearsal, self.index = rehearsal, index
        self.places = _places(rehearsal)
        flat, trainable = rehearsal.parameters.flat, rehearsal.parameters.layout.trainable
        self.start: Numbers = flat.copy()
        self.start[:trainable] += SPREAD * np.random.default_rng(1).standard_normal(trainable)

    def run(self) -> Iterator[Probe]:
        self.base = self.loss(0, 0.0)
        gradients: Numbers = self.rehearsal.parameters.gradients.copy()
        for entry, element in self.places:
            at = entry.offset + element
            measured, error = self.compare(at, float(gradients[at]))
            yield Probe(entry.node, entry.weight, element, float(gradients[at]), measured, error)

    def loss(self, at: int, shift: float) -> float:
        """Return the loss with one weight shifted; all else is put back, constraints and statistics too."""
        flat = self.rehearsal.parameters.flat
        np.copyto(flat, self.start)
        flat[at] += shift
        return self.rehearsal.step(self.index)

    def compare(self, at: int, gradient: float) -> tuple[float, float]:
        """Return (measured slope, relative difference). Near a bend it is measured nearer and at both sides."""
        h = STEP * max(1.0, abs(float(self.start[at])))
        central = (self.loss(at, h) - self.loss(at, -h)) / (2 * h)
        found = [(self.error(central, gradient), central)]
        if not found[0][0] <= DOUBT:
            h /= FINER
            up, down = self.loss(at, h), self.loss(at, -h)
            nearer = ((up - down) / (2 * h), (up - self.base) / h, (self.base - down) / h)
            found += [(self.error(slope, gradient), slope) for slope in nearer]
        error, slope = min(found, key=lambda f: (not np.isfinite(f[0]), f[0]))
        return slope, error if np.isfinite(error) else float("inf")

    def error(self, measured: float, gradient: float) -> float:
        scale = max(abs(measured), abs(gradient), FLOOR * max(abs(self.base), 1e-3))
        return abs(measured - gradient) / scale
