"""Ops that draw random numbers, keyed by (seed, purpose, node, step, row)."""

from typing import Any

from engine.backend import random as draws
from engine.backend.random import Stream
from engine.ir.op import Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import rules

Key = tuple[str, str]


def _dropout(xp: Any, *, shape: Shape, rate: float, key: Key, dtype: str, stream: Stream) -> Any:
    return xp.asarray(
        draws.dropout_mask(stream.seed, draws.stream_id(*key), stream.step, stream.row, shape, rate, dtype)
    )


def _normal(xp: Any, *, shape: Shape, key: Key, dtype: str, stream: Stream) -> Any:
    return xp.asarray(draws.random_normal(stream.seed, draws.stream_id(*key), stream.step, stream.row, shape, dtype))


DROPOUT_MASK = Op(
    "dropout_mask", lambda *, shape, **_: shape, _dropout, None, rules.given_dtype, rules.drawn_rows,
    "fill_dropout_mask({out}, {p[rate]!r}, seed, {stream}, step, row)",
    "dropout_mask(seed, {stream}, step, 0, {p[shape]}, {p[rate]!r}, '{p[dtype]}')", random=True,
    kernels=("random_bytes", "dropout_mask"),
    samples=(Sample((), (("shape", (4, 3)), ("rate", 0.25), ("key", ("dropout", "n1")), ("dtype", "float64"))),),
)  # fmt: skip
RANDOM_NORMAL = Op(
    "random_normal", lambda *, shape, **_: shape, _normal, None, rules.given_dtype, rules.drawn_rows,
    "np.copyto({out}, random_normal(seed, {stream}, step, row, {p[shape]}, '{p[dtype]}'))",
    "random_normal(seed, {stream}, step, 0, {p[shape]}, '{p[dtype]}')", random=True,
    kernels=("random_bytes", "random_normal"),
    samples=(Sample((), (("shape", (4, 3)), ("key", ("noise", "n1")), ("dtype", "float64"))),),
)  # fmt: skip


def dropout_mask(shape: Shape, rate: float, key: Key, dtype: str = "float32") -> Value:
    """0 with probability `rate`, else 1 / (1 - rate). key: (purpose, node id), from `Context.key`."""
    return made(DROPOUT_MASK, shape=tuple(shape), rate=float(rate), key=tuple(key), dtype=dtype)


def random_normal(shape: Shape, key: Key, dtype: str = "float32") -> Value:
    """Standard normal numbers. key: (purpose, node id), from `Context.key`."""
    return made(RANDOM_NORMAL, shape=tuple(shape), key=tuple(key), dtype=dtype)
