"""The order of the rows in an epoch. One Philox stream per purpose: shuffling never disturbs dropout or weights."""

import numpy as np
from numpy.typing import NDArray

SHUFFLE = 1
"""The purpose's number in the stream's key."""


def row_order(seed: int, epoch: int, rows: int, first_step: int = 0) -> NDArray[np.intp]:
    """Return a permutation of 0..rows-1 that depends on nothing but its arguments.

    first_step: optimizer steps of the model before this fit; a second fit shuffles otherwise than the first.
    """
    stream = np.random.Philox(key=(seed & 0xFFFF_FFFF_FFFF_FFFF, SHUFFLE), counter=(0, first_step, epoch, 0))
    return np.random.Generator(stream).permutation(rows)
