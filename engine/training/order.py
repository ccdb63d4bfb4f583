"""The order of the rows in an epoch. One Philox stream per purpose: shuffling never disturbs dropout or weights."""

import numpy as np
from numpy.typing import NDArray

from engine.backend.random import stream_id


def row_order(seed: int, epoch: int, rows: int, first_step: int = 0) -> NDArray[np.intp]:
    """Return a permutation of 0..rows-1 that depends on nothing but its arguments.

    first_step: optimizer steps of the model before this fit, so that a second fit shuffles otherwise than the first.
    """
    key = (seed & 0xFFFF_FFFF_FFFF_FFFF) | stream_id("shuffle", "") << 64
    bits = np.random.Philox(key=key, counter=(epoch << 64) + (first_step << 128))
    return np.random.Generator(bits).permutation(rows)
