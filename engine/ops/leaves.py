"""Where values begin: inputs and constants."""

from typing import Any

import numpy as np

from engine.ir.op import Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import rules


def _constant(xp: Any, *, value: Any, shape: Shape, dtype: str) -> Any:
    return xp.broadcast_to(xp.asarray(value, dtype=getattr(xp, dtype)), shape)


INPUT = Op(
    "input", lambda *, shape, **_: shape, lambda xp, **_: None, None, rules.given_dtype, rules.no_rows, fusion="leaf"
)
CONSTANT = Op(
    "constant", lambda *, shape, **_: shape, _constant, None, rules.given_dtype, rules.no_rows, fusion="leaf",
    samples=(Sample((), (("value", 2.5), ("shape", (2, 3)), ("dtype", "float64"))),),
)  # fmt: skip


def input(name: str, shape: Shape, dtype: str = "float32", kind: str = "data", at: int = 0) -> Value:
    """Return a named leaf.

    kind: data, target or sample_weight (with rows), weight, gradient, slot, scalar (a Python number). at: position
    among the leaves of its kind.
    """
    return made(INPUT, name=name, shape=tuple(shape), dtype=dtype, kind=kind, at=at)


def constant(value: Any, shape: Shape = (), dtype: str = "float32") -> Value:
    """Return a number, or nested tuple or array of numbers, broadcast to `shape` (the array's own without)."""
    if isinstance(value, bool | int | float | np.generic):
        return made(CONSTANT, value=value.item() if isinstance(value, np.generic) else value, shape=shape, dtype=dtype)
    array = np.asarray(value, dtype)
    return made(CONSTANT, value=tuples(array.tolist()), shape=shape or array.shape, dtype=dtype)


def tuples(value: Any) -> Any:
    """Return nested lists as nested tuples, which can be compared and hashed."""
    return tuple(tuples(v) for v in value) if isinstance(value, list) else value


def value_of(x: "Value | rules.Number", like: Value | None = None) -> Value:
    """Return x as a value: numbers become constants of the dtype of `like` (float32 if that is not a float)."""
    if isinstance(x, Value):
        return x
    dtype = like.dtype if like is not None else "float32"
    if isinstance(x, bool):
        dtype = "bool" if like is None else dtype
    elif not dtype.startswith("float") and (isinstance(x, float) or dtype == "bool"):
        dtype = "float32"
    return constant(x, (), dtype)
