"""Curves as growing arrays: appended to by reports, smoothed and thinned out before they are drawn."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-9
"""A weight below this no longer moves a float32 figure."""


class Series:
    """Points (x, y) that only grow. The buffers double, so that appending costs no copies per point."""

    def __init__(self) -> None:
        self._points: Floats = np.empty((2, 64), np.float64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> Floats:
        """The positions so far (a view)."""
        return self._points[0, : self._count]

    @property
    def y(self) -> Floats:
        """The values so far (a view); what is not finite is kept as it came."""
        return self._points[1, : self._count]

    def append(self, x: float, y: float) -> None:
        """Add one point."""
        if self._count == self._points.shape[1]:
            self._points = np.concatenate([self._points, np.empty_like(self._points)], axis=1)
        self._points[:, self._count] = x, y
        self._count += 1


def smooth(y: Floats, weight: float) -> Floats:
    """Return the exponential moving average s[i] = weight·s[i-1] + (1 - weight)·y[i], begun at the first value.

    weight: 0 (as it is) up to, not including, 1. Values that are not finite stay and do not touch their neighbours.
    """
    values = np.array(y, np.float64)
    fine = np.isfinite(values)
    if weight <= 0 or not fine.any():
        return values
    values[fine] = _average(values[fine], weight)
    return values


def _average(y: Floats, weight: float) -> Floats:
    """Run the recurrence for all points at once: after pass p each holds the last 2^p terms of its sum."""
    total = (1 - weight) * y
    total[0] = y[0]
    reach, factor = 1, weight
    while reach < len(y) and factor > NEGLIGIBLE:
        total[reach:] += factor * total[:-reach].copy()
        reach, factor = 2 * reach, factor * factor
    return total


def thin(x: Floats, y: Floats, width: int) -> tuple[Floats, Floats]:
    """Return at most about 2·width points that look the same on `width` pixels: lowest and highest of each stretch.

    Spikes survive, and so do the first and the last point. Values that are not finite are left out of a stretch.
    """
    if len(x) <= 2 * max(width, 2):
        return x, y
    starts = np.linspace(0, len(x), max(width, 2) + 1).astype(int)[:-1]
    finite = np.where(np.isfinite(y), y, np.nan)
    low, high = np.fmin.reduceat(finite, starts), np.fmax.reduceat(finite, starts)
    rising = y[starts] <= np.append(y[starts[1:]], y[-1])
    first, second = np.where(rising, low, high), np.where(rising, high, low)
    thinned = np.stack([first, second], axis=1).ravel()
    return np.append(np.repeat(x[starts], 2), x[-1]), np.append(thinned, y[-1])


def logarithm(y: Floats) -> Floats:
    """Return log10 of positive values and NaN, a gap in the curve, for the others."""
    positive = np.isfinite(y) & (y > 0)
    return np.where(positive, np.log10(np.where(positive, y, 1.0)), np.nan)
