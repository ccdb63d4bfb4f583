"""The meanings of the ops use nothing beyond the array API, so they run on any array library."""

import array_api_strict
import numpy as np
import pytest

from engine.ir.interpret import evaluate
from engine.ir.op import OPS

SAMPLES = [
    pytest.param(op, s, id=f"{op.name}-{i}")
    for op in OPS.values()
    if op.name != "input"
    for i, s in enumerate(op.samples)
]


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_meaning_runs_on_the_strict_array_api(op, sample, draw):
    value, feed = draw(op, sample)
    want = evaluate([value], feed)[value]
    strict = {leaf: array_api_strict.asarray(array) for leaf, array in feed.items()}
    found = evaluate([value], strict, array_api_strict)[value]
    assert tuple(found.shape) == value.shape
    np.testing.assert_allclose(np.from_dlpack(found) if found.ndim else float(found), want, rtol=1e-12, atol=1e-14)
