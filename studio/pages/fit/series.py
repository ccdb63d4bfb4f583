"""Curves as growing arrays: appended to as epochs end."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
