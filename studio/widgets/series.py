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
    fine = np.isfinite(blocks)
    filled = blocks if fine.all() else np.where(fine, blocks, np.nanmean(y) if fine.any() else 0.0)
    picks = np.sort(np.stack([starts + filled.argmin(1), starts + filled.argmax(1)], 1), axis=1).ravel()
    picks = np.concatenate([picks, np.arange(whole, n)])
    return x[picks], y[picks]


def smoothed(y: Any, share: float) -> Array:
    """Return the exponential moving average of a curve; share 0 is the curve itself, 0.99 very smooth.

    The start is corrected for having no past (as in Adam), so a constant curve stays what it is. What is not finite
    stays and does not touch its neighbours.
    """
    values = np.array(y, float)
    fine = np.isfinite(values)
    if share > 0 and fine.any():
        total = decayed((1 - share) * values[fine], share)
        values[fine] = total / (1 - share ** np.arange(1.0, len(total) + 1))
    return values


def decayed(y: Array, share: float) -> Array:
    """Turn y into s[i] = share * s[i-1] + y[i] for all i at once: after pass p each holds the last 2^p terms."""
    reach, factor = 1, share
    while reach < len(y) and factor > 1e-12:
        y[reach:] += factor * y[:-reach].copy()
        reach, factor = 2 * reach, factor * factor
    return y


def decade_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values between 10^low and 10^high as their logarithms, at most about `most` of them."""
    for steps in ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 3), (1,)):
        decades = range(math.floor(low), math.ceil(high) + 1)
        ticks = [k + math.log10(m) for k in decades for m in steps if low <= k + math.log10(m) <= high]
        if len(ticks) <= most:
            return ticks
    return ticks[:: math.ceil(len(ticks) / most)]


def round_ticks(low: float, high: float, most: int, least: float = 0.0) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten from low to high: at most about `most`, `least` apart."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    raw = max((high - low) / max(most, 1), least)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]
