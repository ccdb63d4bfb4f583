"""Ops that rearrange elements. Batch values keep their rows first."""

import math
from typing import Any

from engine.errors import UsageError
from engine.ir.op import Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import elementwise as el
from engine.ops import rules

Widths = tuple[tuple[int, int], ...]


def _reshaped(shape: Shape, *, to: Shape, **_: Any) -> Shape:
    if math.prod(shape) != math.prod(to):
        raise UsageError(
            f"A reshape keeps the number of elements; {shape} has {math.prod(shape)}, {to} {math.prod(to)}."
        )
    return to


def _broadcasted(shape: Shape, *, to: Shape, **_: Any) -> Shape:
    if rules.broadcast(shape, to) != to:
        raise UsageError(f"{shape} cannot be broadcast to {to}.")
    return to


def _joined(*shapes: Shape, axis: int, **_: Any) -> Shape:
    first = shapes[0]
    if any(s[:axis] + s[axis + 1 :] != first[:axis] + first[axis + 1 :] for s in shapes):
        shown = ", ".join(map(str, shapes))
        raise UsageError(f"Values that are joined along axis {axis} must agree in all other axes; they are {shown}.")
    return (*first[:axis], sum(s[axis] for s in shapes), *first[axis + 1 :])


def _unpad(g: Value, y: Value, a: Value, *, widths: Widths, value: float) -> tuple[Value | None, ...]:
    return (slice(g, tuple(w[0] for w in widths), tuple(w[0] + n for w, n in zip(widths, a.shape, strict=True))),)


def _unslice(g: Value, y: Value, a: Value, *, starts: Shape, stops: Shape) -> tuple[Value | None, ...]:
    return (pad(g, tuple((s, n - e) for s, e, n in zip(starts, stops, a.shape, strict=True))),)


def _split(g: Value, y: Value, *args: Value, axis: int) -> tuple[Value | None, ...]:
    parts, at = [], 0
    for a in args:
        starts = tuple(at if i == axis else 0 for i in range(g.ndim))
        stops = tuple(at + a.shape[axis] if i == axis else n for i, n in enumerate(g.shape))
        parts.append(slice(g, starts, stops) if a.is_float else None)
        at += a.shape[axis]
    return tuple(parts)


def _eval_pad(xp: Any, a: Any, *, widths: Widths, value: float) -> Any:
    shape = tuple(n + lo + hi for n, (lo, hi) in zip(a.shape, widths, strict=True))
    out = xp.full(shape, value, dtype=a.dtype)
    out[tuple(_slice(lo, lo + n) for n, (lo, _) in zip(a.shape, widths, strict=True))] = a
    return out


_slice = slice

RESHAPE = Op(
    "reshape", _reshaped, lambda xp, a, to: xp.reshape(a, to), lambda g, y, a, to: (reshape(g, a.shape),),
    rules.first_dtype, rules.reshape_rows, "", "{0}.reshape({p[to]})", fusion="view",
    samples=(Sample(((3, 4, 2),), (("to", (3, 8)),)), Sample(((6,),), (("to", (3, 2)),))),
)  # fmt: skip
TRANSPOSE = Op(
    "transpose", lambda shape, *, perm, **_: tuple(shape[i] for i in perm),
    lambda xp, a, perm: xp.permute_dims(a, perm),
    lambda g, y, a, perm: (transpose(g, tuple(sorted(range(len(perm)), key=perm.__getitem__))),),
    rules.first_dtype, rules.transpose_rows, "", "{0}.transpose({p[perm]})", fusion="view",
    samples=(Sample(((3, 4, 2),), (("perm", (0, 2, 1)),)), Sample(((3, 4, 2),), (("perm", (2, 0, 1)),))),
)  # fmt: skip
BROADCAST_TO = Op(
    "broadcast_to", _broadcasted, lambda xp, a, to: xp.broadcast_to(a, to),
    lambda g, y, a, to: (el.reduce_to(g, a.shape),), rules.first_dtype, rules.broadcast_rows,
    "", "np.broadcast_to({0}, {p[to]})", fusion="view",
    samples=(Sample(((3, 1),), (("to", (3, 4)),)), Sample(((4,),), (("to", (3, 4)),))),
)  # fmt: skip
CONCAT = Op(
    "concat", _joined, lambda xp, *args, axis: xp.concat(args, axis=axis), _split, rules.same_dtype, rules.concat_rows,
    "np.concatenate(({args},), {p[axis]}, {out})", "np.concatenate(({args},), axis={p[axis]})",
    samples=(Sample(((3, 4), (3, 2)), (("axis", 1),)), Sample(((3, 2, 2), (3, 1, 2), (3, 2, 2)), (("axis", 1),))),
)  # fmt: skip
SLICE = Op(
    "slice", lambda shape, *, starts, stops, **_: tuple(e - s for s, e in zip(starts, stops, strict=True)),
    lambda xp, a, starts, stops: a[tuple(_slice(s, e) for s, e in zip(starts, stops, strict=True))], _unslice,
    rules.first_dtype, rules.slice_rows, "", "{0}[{cut}]", fusion="view",
    samples=(Sample(((3, 4),), (("starts", (0, 1)), ("stops", (3, 3)))),),
)  # fmt: skip
PAD = Op(
    "pad", lambda shape, *, widths, **_: tuple(n + lo + hi for n, (lo, hi) in zip(shape, widths, strict=True)),
    _eval_pad, _unpad, rules.first_dtype, rules.pad_rows,
    "{out}.fill({p[value]}); {out}[{inside}] = {0}", "np.pad({0}, {p[widths]}, constant_values={p[value]})",
    samples=(Sample(((3, 4),), (("widths", ((0, 0), (1, 2))), ("value", 0.5))),),
)  # fmt: skip


def reshape(x: Value, shape: Shape) -> Value:
    """The same elements in another shape; one length may be -1. Raises UsageError when the counts differ."""
    if -1 in shape:
        known = math.prod(n for n in shape if n != -1)
        shape = tuple(x.size // max(known, 1) if n == -1 else n for n in shape)
    return x if x.shape == tuple(shape) else made(RESHAPE, x, to=tuple(shape))


def transpose(x: Value, perm: tuple[int, ...] | None = None) -> Value:
    """Axes in another order (None: reversed)."""
    order = tuple(reversed(range(x.ndim))) if perm is None else tuple(p % x.ndim for p in perm)
    return x if order == tuple(range(x.ndim)) else made(TRANSPOSE, x, perm=order)


def broadcast_to(x: Value, shape: Shape) -> Value:
    """x repeated along axes of length 1 and new leading axes."""
    return x if x.shape == tuple(shape) else made(BROADCAST_TO, x, to=tuple(shape))


def concat(values: tuple[Value, ...] | list[Value], axis: int = -1) -> Value:
    """Values joined along an axis."""
    dtype = rules.result(tuple(v.dtype for v in values))
    alike = [el.cast(v, dtype) for v in values]
    return alike[0] if len(alike) == 1 else made(CONCAT, *alike, axis=axis % alike[0].ndim)


def slice(x: Value, starts: Shape, stops: Shape) -> Value:
    """x[starts[0]:stops[0], starts[1]:stops[1], ...]; all axes are given."""
    whole = all(s == 0 for s in starts) and tuple(stops) == x.shape
    return x if whole else made(SLICE, x, starts=tuple(starts), stops=tuple(stops))


def pad(x: Value, widths: Widths, value: float = 0.0) -> Value:
    """x with `widths[axis] = (before, after)` elements of `value` around it."""
    kept = tuple((int(lo), int(hi)) for lo, hi in widths)
    return made(PAD, x, widths=kept, value=value) if any(w != (0, 0) for w in kept) else x
