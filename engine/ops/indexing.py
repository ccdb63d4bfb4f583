"""Ops that look up: embedding rows, one-hot codes, one element per row."""

from typing import Any

from engine.backend import numpy as kernels
from engine.ir.op import Op, Sample, made
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops import rules
from engine.ops.shape import reshape


def _hot(xp: Any, indices: Any, *, depth: int, dtype: str) -> Any:
    return xp.astype(xp.expand_dims(indices, axis=-1) == xp.arange(depth, dtype=indices.dtype), getattr(xp, dtype))


def _eval_pick(xp: Any, x: Any, i: Any) -> Any:
    zero = xp.zeros((), dtype=x.dtype)
    return xp.sum(xp.where(_hot(xp, i, depth=x.shape[-1], dtype="bool"), x, zero), axis=-1)


def _pick_vjp(g: Value, y: Value, x: Value, i: Value) -> tuple[Value | None, ...]:
    return el.mul(one_hot(i, x.shape[-1], x.dtype), reshape(g, (*g.shape, 1))), None


TAKE = Op(
    "take", lambda table, indices, **_: (*indices, *table[1:]),
    lambda xp, table, i: xp.reshape(xp.take(table, xp.reshape(i, (-1,)), axis=0), (*i.shape, *table.shape[1:])),
    lambda g, y, table, i: (take_gradient(g, i, table.shape[0]), None), rules.first_dtype, rules.last_rows,
    "{0}.take({1}, 0, {out}, 'clip')", "{0}[{1}]",
    samples=(Sample(((5, 3), (4, 2)), integers=((1, 5),)), Sample(((5, 3), (4,)), integers=((1, 5),))),
)  # fmt: skip
TAKE_GRADIENT = Op(
    "take_gradient", lambda g, i, *, depth, **_: (depth, *g[len(i) :]),
    lambda xp, g, i, depth: kernels.add_by_index(g, i, depth, xp), None, rules.first_dtype, rules.mixing,
    "segment_sum({0}, {1}, {out})", "segment_sum({0}, {1}, np.empty({shape}, {0}.dtype))", kernels=("segment_sum",),
    samples=(Sample(((4, 2, 3), (4, 2)), (("depth", 5),), integers=((1, 5),)),),
)  # fmt: skip
ONE_HOT = Op(
    "one_hot", lambda i, *, depth, **_: (*i, depth), _hot, None, rules.given_dtype, rules.all_rows,
    "np.equal({0}[..., None], np.arange({p[depth]}), out={out}, casting='unsafe')",
    "(np.expand_dims({0}, -1) == np.arange({p[depth]})).astype('{p[dtype]}')",
    samples=(Sample(((4,),), (("depth", 5), ("dtype", "float64")), integers=((0, 5),)),),
)  # fmt: skip
PICK = Op(
    "pick", lambda x, i, **_: i, _eval_pick, _pick_vjp, rules.first_dtype, rules.all_rows,
    "pick({0}, {1}, {out})", "pick({0}, {1})", kernels=("pick",),
    samples=(Sample(((4, 5), (4,)), integers=((1, 5),)), Sample(((2, 3, 5), (2, 3)), integers=((1, 5),))),
)  # fmt: skip
MINUS_ONE_HOT = Op(
    "minus_one_hot", lambda x, i, **_: x,
    lambda xp, x, i: x - xp.astype(_hot(xp, i, depth=x.shape[-1], dtype="bool"), x.dtype),
    None, rules.first_dtype, rules.all_rows, "minus_one_hot({0}, {1}, {out})", "minus_one_hot({0}, {1})",
    inplace=(0,), kernels=("minus_one_hot",), samples=(Sample(((4, 5), (4,)), integers=((1, 5),)),),
)  # fmt: skip


def take(table: Value, indices: Value) -> Value:
    """Rows of a table: (depth, *rest) and integer (...) -> (..., *rest). Indices outside the table are clipped."""
    return made(TAKE, table, indices)


def take_gradient(g: Value, indices: Value, depth: int) -> Value:
    """Sum of the rows of g per index: the derivative of `take` for its table, (depth, *rest)."""
    return made(TAKE_GRADIENT, g, indices, depth=depth)


def one_hot(indices: Value, depth: int, dtype: str = "float32") -> Value:
    """1 at each index along a new last axis of length `depth`, else 0."""
    return made(ONE_HOT, indices, depth=depth, dtype=dtype)


def pick(x: Value, indices: Value) -> Value:
    """One element per row along the last axis: (..., n) and integer (...) -> (...)."""
    return made(PICK, x, indices)


def minus_one_hot(p: Value, indices: Value) -> Value:
    """p - one_hot(indices): the derivative of cross-entropy through a softmax."""
    return made(MINUS_ONE_HOT, p, indices)
