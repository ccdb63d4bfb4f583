"""Meters: from the running sums that programs keep to the named figures people read.

A program adds to one float64 vector (`Program.totals` says what is where). Metrics that are no mean over rows (AUC,
F1Score, ...) have a state of their own, fed with the outputs of each batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.program import Totals
from engine.metrics import MetricSpec
from engine.training.arrays import Array, Arrays
from engine.training.report import Logs

Vector = NDArray[np.float64]
ROWS = 1
"""Place of the number of rows in a totals vector; the loss times rows stands before it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one output. key: its name in histories; weighted: whether sample weights count."""

    key: str
    output: int
    metric: MetricSpec
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure that is a mean: where its sum stands, and where the sum of the weights."""

    key: str
    sum: int
    weight: int
    metric: MetricSpec | None = None


class Meters:
    """The figures of one pass over rows.

    Args:
        totals: of the program that adds to the vector.
        figures: the metrics in the order of reports.
        names: of all outputs. taught: numbers of the outputs that have a target.
    """

    def __init__(self, totals: Totals, figures: Sequence[Figure], names: Sequence[str], taught: Sequence[int]) -> None:
        self._size, self._taught = len(totals), tuple(taught)
        places = {entry: place for place, entry in enumerate(totals)}
        self._means = [Mean("loss", 0, ROWS)]
        losses = [(output, place) for (kind, output, _), place in places.items() if kind == "output_loss"]
        if len(losses) > 1:
            self._means += [Mean(f"{names[output]}_loss", place, ROWS) for output, place in losses]
        self._keys = [mean.key for mean in self._means] + [figure.key for figure in figures]
        self.kept: list[Figure] = []
        for figure, index in _numbered(figures):
            self._enter(figure, index, places)
        self.states: list[dict[str, Array]] = []
        self.reset()

    def _enter(self, figure: Figure, index: int, places: Mapping[tuple[str, int, int], int]) -> None:
        place = places.get(("weighted_metric" if figure.weighted else "metric", figure.output, index))
        if place is None:
            self.kept.append(figure)
            return
        target = self._taught.index(figure.output)
        weight = places.get(("weight", target, 0), ROWS) if figure.weighted else ROWS
        self._means.append(Mean(figure.key, place, weight, figure.metric))

    def zeros(self) -> Vector:
        """Return an empty totals vector."""
        return np.zeros(self._size)

    def reset(self) -> None:
        """Forget what the metrics that are no means have seen."""
        self.states = [figure.metric.start() for figure in self.kept]

    def update(self, outputs: Sequence[Array], arrays: Arrays, index: Any) -> None:
        """Let the metrics that are no means see a batch: outputs of the rows `index` of the arrays."""
        for at, figure in enumerate(self.kept):
            target = self._taught.index(figure.output)
            weights = arrays.weights if figure.weighted else None
            weight = None if weights is None else weights[target][index]
            truth, answer = arrays.targets[target][index], outputs[figure.output]
            self.states[at] = figure.metric.update(self.states[at], truth, answer, weight)

    def means(self, totals: Vector) -> Logs:
        """Return loss and those metrics that are means."""
        return {mean.key: _mean(mean, totals) for mean in self._means}

    def logs(self, totals: Vector) -> Logs:
        """Return all figures in the order of reports."""
        found = self.means(totals)
        for figure, state in zip(self.kept, self.states, strict=True):
            value = figure.metric.result(state)
            found[figure.key] = value.tolist() if isinstance(value, np.ndarray) else float(value)
        return {key: found[key] for key in self._keys}

    def arrays(self) -> dict[str, Array]:
        """Return the states as arrays with names, for saving."""
        return {f"{at}.{name}": array for at, state in enumerate(self.states) for name, array in state.items()}

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Take over the states of `arrays()`."""
        self.states = [{name: arrays[f"{at}.{name}"] for name in state} for at, state in enumerate(self.states)]


def _numbered(figures: Sequence[Figure]) -> list[tuple[Figure, int]]:
    """Return each figure with its place among those of its output and kind."""
    counts: dict[tuple[int, bool], int] = {}
    found = []
    for figure in figures:
        kind = (figure.output, figure.weighted)
        found.append((figure, counts.get(kind, 0)))
        counts[kind] = counts.get(kind, 0) + 1
    return found


def _mean(mean: Mean, totals: Vector) -> float:
    weight = totals[mean.weight]
    value = float(totals[mean.sum] / weight) if weight else 0.0
    return value if mean.metric is None else mean.metric.finish(value)
