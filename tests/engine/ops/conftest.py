"""Example arguments for every op, drawn from its record."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.ir.op import Op, Sample, made
from engine.ir.value import Value
from engine.ops.leaves import input as leaf


@pytest.fixture
def draw() -> Callable[[Op, Sample], tuple[Value, dict[Value, Any]]]:
    """An op and one of its samples -> its value and arrays for the leaves."""

    def drawn(op: Op, sample: Sample) -> tuple[Value, dict[Value, Any]]:
        rng = np.random.default_rng(7)
        integers, feed = dict(sample.integers), {}
        for i, shape in enumerate(sample.shapes):
            if i in integers:
                array: Any = rng.integers(0, integers[i], shape)
            elif i in sample.binary:
                array = rng.integers(0, 2, shape).astype(bool)
            else:
                array = np.asarray(rng.uniform(sample.low, sample.high, shape))
            feed[leaf(f"a{i}", shape, str(array.dtype))] = array
        return made(op, *feed, **dict(sample.params)), feed

    return drawn
