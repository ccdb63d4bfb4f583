"""How the weights of each layer are spread: a histogram, for pictures."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiler.parameters import Parameters

BINS = 24
MOST = 1_000_000
"""Of more weights than about this many, equally spaced ones stand for all."""


class Spread(NamedTuple):
    """A histogram of equal bins from the smallest to the largest weight."""

    low: float
    high: float
    counts: tuple[int, ...]


def spread(weights: NDArray[np.floating]) -> Spread:
    """Return how weights are spread; those that are not finite are left out."""
    some = weights[:: max(len(weights) // MOST, 1)]
    finite = some[np.isfinite(some)]
    if not len(finite):
        return Spread(0.0, 0.0, (0,) * BINS)
    counts, edges = np.histogram(finite, BINS)
    return Spread(float(edges[0]), float(edges[-1]), tuple(counts.tolist()))


def spreads(parameters: Parameters) -> tuple[Spread, ...]:
    """Return the spread of each layer's trained weights, in the order of `parameters.layout.layers`."""
    weights = parameters.newest()
    return tuple(spread(weights[start:stop]) for start, stop in parameters.layout.layers.values())
