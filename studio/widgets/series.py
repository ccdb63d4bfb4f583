"""Reducing and smoothing of series before they are drawn."""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def thinned(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Return at most 2 x columns points: the extremes of each pixel column, so that spikes stay."""
    n = len(y)
    if n <= 2 * columns:
        return x, y
    width = math.ceil(n / columns)
    whole = n // width * width
    blocks = y[:whole].reshape(-1, width)
    starts = np.arange(len(blocks)) * width
    filled = np.where(np.isfinite(blocks), blocks, np.nanmean(y) if np.isfinite(y).any() else 0.0)
    picks = np.sort(np.stack([starts + filled.argmin(1), starts + filled.argmax(1)], 1), axis=1).ravel()
    picks = np.concatenate([picks, np.arange(whole, n)])
    return x[picks], y[picks]


def smoothed(y: Any, share: float) -> Array:
    """Return the exponential moving average of a curve; share 0 is the curve itself, 0.99 very smooth.

    The start is corrected for having no past (as in Adam), so a constant curve stays what it is. NaN values are skipped.
    """
    values = np.asarray(y, float)
    out, mean, weight = np.empty_like(values), 0.0, 0.0
    for i, value in enumerate(values):
        if math.isfinite(value):
            mean, weight = share * mean + (1 - share) * value, share * weight + (1 - share)
        out[i] = mean / weight if weight else np.nan
    return out
