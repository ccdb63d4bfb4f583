"""Whether the gradients of a compiled program are the slopes of its loss: central differences in float64."""

from collections.abc import Callable, Iterator, Sequence
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
STEP, FINER = 6e-6, (16, 256)
SPREAD = 0.05
"""How far weights are moved from where they begin: zeros lie exactly on the bend of a relu."""
FLOOR = 1e-4
"""Slopes smaller than this share of the loss are compared with it: the rest is rounding."""
MARGIN = 10
"""A difference up to this many times what rounding makes of the finest step is explained by rounding."""
HALVINGS = 80
"""How often the last weights are halved, at most, until no answer is so sure that its loss is cut off."""
BUDGET, LINE = 3_000_000_000, 4_000
"""Operations that all steps together may take, and those that a line of the program counts for by itself."""
PER_VARIABLE, LEAST = 8, 16


@dataclass(frozen=True, slots=True)
class Probe:
    """One weight that was moved: where it lies, what the program says of its slope, what was measured.

    clear: neither rounding inside the network nor bends all around hide the slope.
    """

    node: str
    weight: str
    at: int
    gradient: float
    measured: float
    error: float
    clear: bool


def probes(
    rehearsal: Rehearsal, index: NDArray[np.int64], heads: "Sequence[Entry]" = (), saturated: Callable[[], bool] = bool
) -> Iterator[Probe]:
    """Yield probes of a sample of weights, all variables in turn as far as the budget goes; none if it stays saturated.

    rehearsal: of a float64 model on the CPU whose optimizer does not clip. index: the rows of the sample batch. heads:
    the variables of the last layers. saturated: whether an answer is so sure that the loss cuts it off: then its loss
    has no slope, while training goes on with the slope before the cut. Heads are made smaller until that is over.
    """
    slopes = _Slopes(rehearsal, index)
    return slopes.run() if slopes.calm(heads, saturated) else iter(())


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

    def calm(self, heads: "Sequence[Entry]", saturated: Callable[[], bool]) -> bool:
        """Halve the weights of heads until nothing is saturated; return whether that was reached."""
        for _ in range(HALVINGS):
            np.copyto(self.rehearsal.parameters.flat, self.start)
            if not saturated():
                return True
            for entry in heads:
                self.start[entry.offset : entry.stop] /= 2
        return False

    def run(self) -> Iterator[Probe]:
        self.base = self.loss(0, 0.0)
        gradients: Numbers = self.rehearsal.parameters.gradients.copy()
        noise, shaken = self._noise(gradients)
        for entry, element in self.places:
            at = entry.offset + element
            measured, error, spread = self.compare(at, float(gradients[at]))
            hidden = max(MARGIN * noise * FINER[-1] / STEP, MARGIN * float(shaken[at]), spread)
            clear = error <= BOUND or abs(measured - gradients[at]) > hidden
            yield Probe(entry.node, entry.weight, element, float(gradients[at]), measured, error, clear)

    def _noise(self, gradients: Numbers) -> tuple[float, Numbers]:
        """Return how loss and gradients change with the last bit of all weights: deep networks can be that steep."""
        calm, rng = self.start, np.random.default_rng(2)
        found, shaken = 0.0, np.zeros_like(gradients)
        for _ in range(3):
            self.start = calm * (1 + np.finfo(np.float64).eps * rng.choice((-1.0, 1.0), calm.shape))
            found = max(found, abs(self.loss(0, 0.0) - self.base))
            np.maximum(shaken, np.abs(self.rehearsal.parameters.gradients - gradients), out=shaken)
        self.start = calm
        return found, shaken

    def loss(self, at: int, shift: float) -> float:
        """Return the loss with one weight shifted; all else is put back, constraints and statistics too."""
        flat = self.rehearsal.parameters.flat
        np.copyto(flat, self.start)
        flat[at] += shift
        return self.rehearsal.step(self.index)

    def compare(self, at: int, gradient: float) -> tuple[float, float, float]:
        """Return (slope, relative difference, how far both sides disagree). Near a bend it is measured nearer."""
        h = STEP * max(1.0, abs(float(self.start[at])))
        central = (self.loss(at, h) - self.loss(at, -h)) / (2 * h)
        found, spread = [(self.error(central, gradient), central)], 0.0
        for part in FINER if not found[0][0] <= DOUBT else ():
            small = h / part
            up, down = self.loss(at, small), self.loss(at, -small)
            nearer = ((up - down) / (2 * small), (up - self.base) / small, (self.base - down) / small)
            found += [(self.error(slope, gradient), slope) for slope in nearer]
            spread = abs(nearer[1] - nearer[2])
        error, slope = min(found, key=lambda f: (not np.isfinite(f[0]), f[0]))
        return slope, error if np.isfinite(error) else float("inf"), spread

    def error(self, measured: float, gradient: float) -> float:
        return abs(measured - gradient) / self.scale(measured, gradient)

    def scale(self, measured: float, gradient: float) -> float:
        return max(abs(measured), abs(gradient), FLOOR * max(abs(self.base), 1e-3))
