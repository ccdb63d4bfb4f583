"""Ops that reduce axes."""

from typing import Any

from engine.ir.op import Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import elementwise as el
from engine.ops import rules
from engine.ops.leaves import value_of

Axes = int | tuple[int, ...] | None


def _samples(low: float = -2.0) -> tuple[Sample, ...]:
    settings = (((1,), False), ((0,), True), ((0, 2), False), ((0, 1, 2), False), ((2,), True))
    return tuple(Sample(((3, 4, 2),), (("axes", a), ("keepdims", k)), low) for a, k in settings)


def _spread(g: Value, a: Value, axes: tuple[int, ...], keepdims: bool) -> Value:
    from engine.ops.shape import broadcast_to, reshape

    kept = tuple(1 if i in axes else n for i, n in enumerate(a.shape))
    return broadcast_to(g if keepdims else reshape(g, kept), a.shape)


def _sum_vjp(g: Value, y: Value, a: Value, *, axes: tuple[int, ...], keepdims: bool) -> tuple[Value | None, ...]:
    return (_spread(g, a, axes, keepdims),)


def _extreme_vjp(g: Value, y: Value, a: Value, *, axes: tuple[int, ...], keepdims: bool) -> tuple[Value | None, ...]:
    hit = el.cast(el.equal(a, _spread(y, a, axes, keepdims)), a.dtype)
    return (el.mul(el.div(hit, sum(hit, axes, True)), _spread(g, a, axes, keepdims)),)


def _eval_sum(xp: Any, a: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    return xp.sum(a, axis=axes, keepdims=keepdims)


SUM = Op(
    "sum", rules.reduced, _eval_sum, _sum_vjp, rules.first_dtype, rules.reduce_rows,
    "np.add.reduce({0}, {p[axes]}, None, {out}, {p[keepdims]})", "np.sum({0}, axis={p[axes]}, keepdims={p[keepdims]})",
    fusion="reduce", samples=_samples(),
)  # fmt: skip
MAX = Op(
    "max", rules.reduced, lambda xp, a, axes, keepdims: xp.max(a, axis=axes, keepdims=keepdims), _extreme_vjp,
    rules.first_dtype, rules.reduce_rows, "np.maximum.reduce({0}, {p[axes]}, None, {out}, {p[keepdims]})",
    "np.max({0}, axis={p[axes]}, keepdims={p[keepdims]})", fusion="reduce", samples=_samples(),
)  # fmt: skip
MIN = Op(
    "min", rules.reduced, lambda xp, a, axes, keepdims: xp.min(a, axis=axes, keepdims=keepdims), _extreme_vjp,
    rules.first_dtype, rules.reduce_rows, "np.minimum.reduce({0}, {p[axes]}, None, {out}, {p[keepdims]})",
    "np.min({0}, axis={p[axes]}, keepdims={p[keepdims]})", fusion="reduce", samples=_samples(),
)  # fmt: skip
ARGMAX = Op(
    "argmax", lambda shape, *, axis, **_: shape[:axis] + shape[axis + 1 :],
    lambda xp, a, axis: xp.astype(xp.argmax(a, axis=axis), xp.int64), None,
    lambda dtypes, params: "int64",
    lambda value, carries, rows: None if carries[0] and value.params["axis"] == 0 else carries[0],
    "np.argmax({0}, {p[axis]}, {out})", "np.argmax({0}, axis={p[axis]})",
    samples=(Sample(((3, 4),), (("axis", 1),)), Sample(((3, 4),), (("axis", 0),))),
)  # fmt: skip


def _reduce(op: Op, x: Value, axes: Axes, keepdims: bool) -> Value:
    x, axes = value_of(x), rules.normal_axes(axes, value_of(x).ndim)
    return made(op, x, axes=axes, keepdims=keepdims) if axes else x


def _count(shape: Shape, axes: tuple[int, ...]) -> int:
    n = 1
    for axis in axes:
        n *= shape[axis]
    return n


def sum(x: Value, axes: Axes = None, keepdims: bool = False) -> Value:
    """Sum over axes (None: all)."""
    return _reduce(SUM, el.cast(x, "float32") if x.dtype == "bool" else x, axes, keepdims)


def mean(x: Value, axes: Axes = None, keepdims: bool = False) -> Value:
    """Mean over axes (None: all); bool and integers are averaged as float32."""
    x = x if x.is_float else el.cast(x, "float32")
    return el.mul(sum(x, axes, keepdims), 1.0 / _count(x.shape, rules.normal_axes(axes, x.ndim)))


def max(x: Value, axes: Axes = None, keepdims: bool = False) -> Value:
    """Largest over axes; equal maxima share the derivative."""
    return _reduce(MAX, x, axes, keepdims)


def min(x: Value, axes: Axes = None, keepdims: bool = False) -> Value:
    """Smallest over axes; equal minima share the derivative."""
    return _reduce(MIN, x, axes, keepdims)


def argmax(x: Value, axis: int = -1) -> Value:
    """Index of the largest along an axis (the first of equals), int64."""
    return made(ARGMAX, x, axis=axis % x.ndim)
