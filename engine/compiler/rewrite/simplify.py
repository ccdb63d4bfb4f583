"""Rewrites that make the same numbers with less work: constants folded, neutral elements dropped, transposes folded
into matrix products."""

import math
from collections.abc import Callable
from typing import Any

from engine.ir.graph import Graph, same
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops.leaves import constant
from engine.ops.linalg import matmul
from engine.ops.shape import reshape, transpose

Rule = Callable[[Value], Value | None]


def uniform_view(value: Value) -> Value | None:
    """A view of a number is that number in another shape."""
    if value.op.fusion == "view" and value.args[0].number is not None:
        return constant(value.args[0].number, value.shape, value.dtype)
    return None


def folded(value: Value) -> Value | None:
    """An elementwise op on numbers is a number."""
    if value.op.fusion != "elementwise" or not value.args or any(a.number is None for a in value.args):
        return None
    import numpy as np

    with np.errstate(all="ignore"):
        made: Any = value.op.eval(np, *(np.asarray(a.number, a.dtype) for a in value.args), **value.params)
    number = made.item()
    return constant(number, value.shape, value.dtype) if math.isfinite(number) else None


def scalar_operand(value: Value) -> Value | None:
    """A uniform array beside a full one need not be an array."""
    if value.op.fusion != "elementwise" or not any(a.shape == value.shape and a.number is None for a in value.args):
        return None
    args = tuple(constant(a.number, (), a.dtype) if a.number is not None and a.shape else a for a in value.args)
    return None if args == value.args else value.with_args(args)


NEUTRAL = {"add": (0.0, 0.0), "sub": (None, 0.0), "mul": (1.0, 1.0), "div": (None, 1.0), "power": (None, 1.0)}


def neutral(value: Value) -> Value | None:
    """x + 0, x - 0, x * 1, x / 1 and x ** 1 are x."""
    if value.op.name not in NEUTRAL:
        return None
    left, right = NEUTRAL[value.op.name]
    a, b = value.args
    if right is not None and b.number == right and a.shape == value.shape:
        return a
    return b if left is not None and a.number == left and b.shape == value.shape else None


def chained_factor(value: Value) -> Value | None:
    """(x * a) * b = x * (a * b), and x / a = x * (1 / a)."""
    if value.op.name not in ("mul", "div") or value.args[1].number is None:
        return None
    inner, factor = value.args[0], float(value.args[1].number)
    if value.op.name == "div":
        return el.mul(inner, 1.0 / factor) if factor and math.isfinite(1.0 / factor) else None
    if inner.op.name == "mul" and inner.args[1].number is not None and inner.shape == value.shape:
        return el.mul(inner.args[0], float(inner.args[1].number) * factor)
    return None


def factor_last(value: Value) -> Value | None:
    """A number as the first factor is written second, so that other rules see it."""
    if value.op.name != "mul" or value.args[0].number is None or value.args[1].number is not None:
        return None
    return value.with_args((value.args[1], value.args[0]))


def reshape_twice(value: Value) -> Value | None:
    """A reshape of a reshape is one."""
    if value.op.name == "reshape" and value.args[0].op.name == "reshape":
        return reshape(value.args[0].args[0], value.shape)
    return value.args[0] if value.op.name == "reshape" and value.args[0].shape == value.shape else None


def transpose_twice(value: Value) -> Value | None:
    """A transpose of a transpose is one, or none."""
    if value.op.name != "transpose" or value.args[0].op.name != "transpose":
        return None
    inner = value.args[0]
    return transpose(inner.args[0], tuple(inner.params["perm"][p] for p in value.params["perm"]))


def short_sum(value: Value) -> Value | None:
    """A sum over axes of length 1 is a reshape."""
    if value.op.name != "sum" or any(value.args[0].shape[a] != 1 for a in value.params["axes"]):
        return None
    return reshape(value.args[0], value.shape)


def folded_transpose(value: Value) -> Value | None:
    """BLAS reads a transposed matrix where it lies, so a transpose before a product costs nothing."""
    if value.op.name != "matmul":
        return None
    args, flags = list(value.args), [value.params["transpose_a"], value.params["transpose_b"]]
    for i, arg in enumerate(value.args):
        if arg.op.name == "transpose" and arg.ndim >= 2 and arg.params["perm"] == _swapped(arg.ndim):
            args[i], flags[i] = arg.args[0], not flags[i]
    return matmul(args[0], args[1], flags[0], flags[1]) if tuple(args) != value.args else None


def _swapped(ndim: int) -> tuple[int, ...]:
    return (*range(ndim - 2), ndim - 1, ndim - 2)


RULES: tuple[Rule, ...] = (
    uniform_view, folded, scalar_operand, factor_last, neutral, chained_factor, reshape_twice, transpose_twice,
    short_sum, folded_transpose,
)  # fmt: skip


def simplify(graph: Graph) -> Graph:
    """Return the graph with every rule applied to every value until none fits."""
    return graph.mapped(_simplified)


def _simplified(value: Value, args: tuple[Value, ...]) -> Value:
    now = same(value, args)
    for _ in range(20):
        new = next((n for rule in RULES if (n := rule(now)) is not None), None)
        if new is None:
            break
        now = new
    return now
