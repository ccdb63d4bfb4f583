"""Curves as growing arrays: appended to as epochs end."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.widgets.series import decayed, smoothed

Floats = NDArray[np.float64]


class Series:
    """Points (x, y) that only grow. The buffers double, so that appending costs no copies per point."""

    def __init__(self) -> None:
        self._points: Floats = np.empty((3, 64), np.float64)
        self._count = 0
        self._smooth: tuple[float, int, float] = (0.0, 0, 0.0)

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
        self.extend([x], [y])

    def extend(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Add points."""
        end = self._count + len(x)
        while end > self._points.shape[1]:
            self._points = np.concatenate([self._points, np.empty_like(self._points)], axis=1)
        self._points[0, self._count : end] = x
        self._points[1, self._count : end] = y
        self._count = end

    def smoothed(self, share: float) -> Floats:
        """Return the exponential moving average of y (see `studio.widgets.series.smoothed`); only new points cost.

        share: 0 is the curve itself, 0.99 very smooth.
        """
        if share <= 0:
            return self.y
        known, done, total = self._smooth if self._smooth[0] == share else (share, 0, 0.0)
        fresh = self.y[done:]
        if not np.isfinite(fresh).all():
            return smoothed(self.y, share)
        if len(fresh):
            powers = share ** np.arange(1.0, len(fresh) + 1)
            sums = decayed((1 - share) * fresh, share) + total * powers
            self._points[2, done : self._count] = sums / (1 - powers * share**done)
            self._smooth = (known, self._count, float(sums[-1]))
        return self._points[2, : self._count]
