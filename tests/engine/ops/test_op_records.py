"""Every op record: its shape rule, its meaning, its derivative against central differences."""

import numpy as np
import pytest

from engine import ops
from engine.compiler.gradient import gradient
from engine.errors import UsageError
from engine.ir.interpret import evaluate
from engine.ir.op import OPS

RECORDS = [op for op in OPS.values() if op.name != "input" and not op.name.startswith("test_")]
SAMPLES = [pytest.param(op, s, id=f"{op.name}-{i}") for op in RECORDS for i, s in enumerate(op.samples)]
THROUGH_PROBABILITIES = {"softmax_sparse_crossentropy", "softmax_crossentropy", "sigmoid_binary_crossentropy"}
"""Their derivative is that of the whole loss for the logits: tested with the rewrite that makes them."""


def test_every_op_has_samples():
    assert {op.name for op in RECORDS if not op.samples} == THROUGH_PROBABILITIES


@pytest.mark.parametrize(("op", "sample"), SAMPLES)
def test_shape_and_dtype_rules_say_what_the_meaning_makes(op, sample, draw):
    value, feed = draw(op, sample)
    array = np.asarray(evaluate([value], feed)[value])
    assert array.shape == value.shape
    assert str(array.dtype) == value.dtype


@pytest.mark.parametrize(("op", "sample"), [p for p in SAMPLES if p.values[0].vjp is not None])
def test_derivative_is_that_of_central_differences(op, sample, draw):
    value, feed = draw(op, sample)
    wrt = [leaf for leaf in feed if leaf.is_float]
    seed = np.random.default_rng(1).normal(size=value.shape)
    weight = ops.constant(seed, value.shape, "float64")
    found = gradient([(value, weight)], wrt)
    arrays = evaluate(found, feed)
    for leaf, slope in zip(wrt, found, strict=True):
        np.testing.assert_allclose(arrays[slope], numerical(value, feed, leaf, seed), rtol=1e-6, atol=1e-6)


def numerical(value, feed, leaf, seed, step=1e-6):
    slope, array = np.zeros(leaf.shape), np.array(feed[leaf])
    for at in np.ndindex(leaf.shape):
        ends = []
        for sign in (1, -1):
            moved = array.copy()
            moved[at] += sign * step
            ends.append((np.asarray(evaluate([value], {**feed, leaf: moved})[value]) * seed).sum())
        slope[at] = (ends[0] - ends[1]) / (2 * step)
    return slope


@pytest.mark.parametrize(("op", "sample"), [p for p in SAMPLES if p.values[0].expand is not None])
def test_expansion_means_the_same(op, sample, draw):
    value, feed = draw(op, sample)
    simple = op.expand(*value.args, **value.params)
    env = evaluate([value, simple], feed)
    assert simple.shape == value.shape
    np.testing.assert_allclose(env[simple], env[value], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("op", "sample"), [p for p in SAMPLES if p.values[0].shape and p.values[0].name != "constant"])
def test_rows_are_kept_apart_where_the_record_says_so(op, sample, draw):
    value, feed = draw(op, sample)
    leaves = list(feed)
    if not leaves or not leaves[0].shape or leaves[0].op.name == "constant":
        return
    rows = leaves[0].shape[0]
    carries = tuple(bool(leaf.shape) and leaf.shape[0] == rows and leaf.ndim == leaves[0].ndim for leaf in leaves)
    if op.batch(value, carries, rows) is not True:
        return
    whole = np.asarray(evaluate([value], feed)[value])
    changed = {leaf: np.array(a) for leaf, a in feed.items()}
    for leaf, carry in zip(leaves, carries, strict=True):
        if carry:
            changed[leaf][0] = np.flip(changed[leaf][0])
    other = np.asarray(evaluate([value], changed)[value])
    share = value.shape[0] // rows
    np.testing.assert_allclose(other[share:], whole[share:], rtol=1e-12)


@pytest.mark.parametrize("x", [-800.0, -30.0, 0.0, 30.0, 800.0])
def test_sigmoid_and_softplus_do_not_overflow(x):
    leaf = ops.input("x", (1,), "float64")
    s, p = ops.sigmoid(leaf), ops.softplus(leaf)
    env = evaluate([s, p], {leaf: np.array([x])})
    assert abs(env[s][0] - 1 / (1 + np.exp(-np.clip(x, -700, 700)))) < 1e-15
    np.testing.assert_allclose(env[p], np.logaddexp(0, x))


def test_erf_agrees_with_the_standard_library():
    import math

    leaf = ops.input("x", (1001,), "float64")
    x, y = np.linspace(-6, 6, 1001), ops.erf(leaf)
    np.testing.assert_allclose(evaluate([y], {leaf: x})[y], [math.erf(v) for v in x], atol=1e-12)


def test_integers_never_widen_a_float():
    a, b = ops.input("a", (3,), "float32"), ops.input("b", (3,), "int64")
    assert ops.add(a, b).dtype == "float32"
    assert ops.mul(b, 0.5).dtype == "float32"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: ops.add(x, ops.constant(0.0, (5,))), "fit together element by element"),
        (lambda x: ops.reshape(x, (7,)), "keeps the number of elements"),
        (lambda x: ops.matmul(x, ops.constant(0.0, (5, 2))), "equal inner lengths; they are 4 and 5"),
        (lambda x: ops.sum(x, 3), "An axis must lie between"),
        (lambda x: ops.concat([x, ops.constant(0.0, (2, 4, 1))], 0), "must agree in all other axes"),
    ],
)
def test_shapes_that_do_not_fit_are_said_in_a_sentence(make, message):
    with pytest.raises(UsageError, match=message):
        make(ops.input("x", (3, 4)))


@pytest.mark.parametrize(("size", "strides"), [((2, 2), (2, 2)), ((2, 2), (1, 1)), ((3, 2), (2, 1))])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pooling_gives_the_derivative_to_the_first_of_equals(size, strides, padding):
    leaf = ops.input("x", (1, 5, 6, 1), "float64")
    pooled = ops.max_pool2d(leaf, size, strides, padding)
    slope = evaluate(gradient([(pooled, 1.0)], [leaf]), {leaf: np.ones((1, 5, 6, 1))})
    found = next(a for v, a in slope.items() if v.op.name == "max_pool2d_gradient")
    assert found.sum() == pooled.size
    want = np.zeros((5, 6))
    tops, lefts = (_starts(n, k, s, padding) for n, k, s in zip((5, 6), size, strides, strict=True))
    for top in tops:
        for left in lefts:
            want[max(top, 0), max(left, 0)] += 1
    np.testing.assert_array_equal(found[0, :, :, 0], want)


def _starts(n, k, s, padding):
    if padding == "valid":
        return range(0, n - k + 1, s)
    count = -(-n // s)
    before = max((count - 1) * s + k - n, 0) // 2
    return [i * s - before for i in range(count)]
