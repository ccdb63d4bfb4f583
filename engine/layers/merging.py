"""Layers that join several inputs into one."""

import functools
import math
from collections.abc import Callable
from typing import ClassVar

from engine import ops
from engine.ir.value import Value
from engine.layers.spec import Context, Insert, LayerSpec, Misfit, Shape, floating
from engine.registry import register
from engine.specs import field


class Merge(LayerSpec):
    """Base of the merges that act number by number; axes of length 1 stretch to fit."""

    INPUTS: ClassVar[tuple[int, int | None]] = (2, None)
    JOIN: ClassVar[str] = "add"

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        return functools.reduce(functools.partial(together, shapes), shapes[1:], shapes[0])

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        join: Callable[[Value, Value], Value] = getattr(ops, self.JOIN)
        return functools.reduce(join, aligned(c, x))

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return math.prod(self.output_shape(shapes)) * (len(shapes) - 1)


def aligned(c: Context, x: tuple[Value, ...]) -> list[Value]:
    """Return the inputs as floating values of one rank: axes of length 1 are put behind the rows."""
    rank = max(len(v.shape) for v in x)
    return [widened(floating(c, v), rank) for v in x]


def widened(x: Value, rank: int) -> Value:
    missing = rank - len(x.shape)
    return ops.reshape(x, (x.shape[0], *(1,) * missing, *x.shape[1:])) if missing else x


def together(shapes: tuple[Shape, ...], a: Shape, b: Shape) -> Shape:
    """Return the shape that both stretch to; raises Misfit for all of `shapes`."""
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        raise unequal(shapes)
    return tuple(n if m == 1 else m for m, n in zip(a, b, strict=True))


def unequal(shapes: tuple[Shape, ...]) -> Misfit:
    """Return what to say of inputs that do not fit one another."""
    ranks = sorted({len(s) for s in shapes})
    if len(ranks) > 1:
        return rank_misfit("needs inputs of equal shape", shapes)
    fix = "Give the layers before it the same width."
    return Misfit("needs inputs of equal shape", shapes, fix=fix, short="shapes differ", insert=widths(shapes))


def widths(shapes: tuple[Shape, ...]) -> tuple[Insert, ...] | None:
    """Return the Dense layers that give all inputs the last axis of the first one; None when other axes differ too."""
    first = shapes[0]
    if any(s[:-1] != first[:-1] for s in shapes):
        return None
    lean = [i for i, s in enumerate(shapes) if s != first]
    return tuple(("core.dense/1", i, (("units", first[-1]), ("activation", "linear"))) for i in lean)


def rank_misfit(needs: str, shapes: tuple[Shape, ...]) -> Misfit:
    """Return what to say of inputs with different ranks: flatten the first one that has several axes."""
    ranks = sorted({len(s) for s in shapes})
    short = f"ranks differ: {ranks[0]}-D, {ranks[-1]}-D"
    tall = tuple(i for i, s in enumerate(shapes) if len(s) > 1)
    fix = "Put a Flatten before the input with more axes."
    insert = tuple(("reshape.flatten/1", i, ()) for i in tall)
    return Misfit(needs, shapes, fix=fix, short=short, insert=insert or None)


@register(
    id="merge.add/1",
    kind="layer",
    group="merge",
    icon="plus",
    aliases=("sum", "residual", "skip connection"),
    purpose="Adds its inputs: the end of a skip connection.",
)
class Add(Merge):
    """The sum of two or more inputs. With a branch that does nothing it makes a residual block: the layers between
    learn only the difference. He et al. 2015.

    Shapes: equal shapes -> the same; axes of length 1 stretch. Keras: Add.
    """

    FORMULA = "y = a + b + …"
    JOIN = "add"


@register(
    id="merge.subtract/1",
    kind="layer",
    group="merge",
    icon="minus",
    aliases=("difference", "minus"),
    purpose="Subtracts the second input from the first.",
)
class Subtract(Merge):
    """The first input minus the second: for comparing two things of the same kind.

    Shapes: two equal shapes -> the same. Keras: Subtract.
    """

    INPUTS = (2, 2)
    FORMULA = "y = a - b"
    JOIN = "sub"


@register(
    id="merge.multiply/1",
    kind="layer",
    group="merge",
    icon="x",
    aliases=("product", "gate"),
    purpose="Multiplies its inputs: one can switch the other off.",
)
class Multiply(Merge):
    """The product, number by number. With a sigmoid branch it is a gate.

    Shapes: equal shapes -> the same; axes of length 1 stretch. Keras: Multiply.
    """

    FORMULA = "y = a · b · …"
    JOIN = "mul"


@register(
    id="merge.average/1",
    kind="layer",
    group="merge",
    icon="sigma",
    aliases=("mean", "ensemble"),
    purpose="Averages its inputs, for example the answers of several branches.",
)
class Average(Merge):
    """The mean of two or more inputs.

    Shapes: equal shapes -> the same; axes of length 1 stretch. Keras: Average.
    """

    FORMULA = "y = (a + b + …) / n"

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.div(super().build(c, *x, **w), float(len(x)))


@register(
    id="merge.maximum/1",
    kind="layer",
    group="merge",
    icon="chevron-up",
    aliases=("max",),
    purpose="Keeps the larger of its inputs, number by number.",
)
class Maximum(Merge):
    """The largest of two or more inputs.

    Shapes: equal shapes -> the same; axes of length 1 stretch. Keras: Maximum.
    """

    FORMULA = "y = max(a, b, …)"
    JOIN = "maximum"


@register(
    id="merge.minimum/1",
    kind="layer",
    group="merge",
    icon="chevron-down",
    aliases=("min",),
    purpose="Keeps the smaller of its inputs, number by number.",
)
class Minimum(Merge):
    """The smallest of two or more inputs.

    Shapes: equal shapes -> the same; axes of length 1 stretch. Keras: Minimum.
    """

    FORMULA = "y = min(a, b, …)"
    JOIN = "minimum"


@register(
    id="merge.concatenate/1",
    kind="layer",
    group="merge",
    icon="merge",
    aliases=("concat", "join", "stack"),
    purpose="Puts its inputs side by side.",
)
class Concatenate(LayerSpec):
    """Puts inputs one behind the other along an axis: how the tensors of numbers and of embedded categories meet.

    Shapes: equal but along the axis -> their lengths add up there. Keras: Concatenate.
    """

    INPUTS = (1, None)
    FORMULA = "y = [a, b, …]"
    axis: int = field(default=-1, doc="Axis along which they are put together; -1 is the last, 1 the first of a row.")

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        axis = join_axis(self.axis, shapes)
        rests = {s[:axis] + s[axis + 1 :] for s in shapes}
        if len(rests) > 1:
            needs = f"needs inputs that are equal in all axes but {self.axis}"
            flat = (
                tuple(("reshape.flatten/1", i, ()) for i in range(len(shapes))) if axis == len(shapes[0]) - 1 else None
            )
            fix = "Give the layers before it the same shape, or put a Flatten before each."
            raise Misfit(needs, shapes, fix=fix, short="shapes differ", insert=flat)
        return (*shapes[0][:axis], sum(s[axis] for s in shapes), *shapes[0][axis + 1 :])

    def output_dtype(self, dtypes: tuple[str, ...]) -> str:
        return dtypes[0] if len(set(dtypes)) == 1 else "float32"

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        same = len({v.dtype for v in x}) == 1
        axis = join_axis(self.axis, tuple(v.shape[1:] for v in x)) + 1
        return ops.concat(x if same else tuple(floating(c, v) for v in x), axis) if len(x) > 1 else x[0]

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 0

    def summary_line(self) -> str:
        return f"axis {self.axis}"


def join_axis(axis: int, shapes: tuple[Shape, ...]) -> int:
    """Return the axis within a row, from 0; raises Misfit when ranks differ or it does not exist."""
    if len({len(s) for s in shapes}) > 1:
        raise rank_misfit("needs inputs with equally many axes", shapes)
    found = axis + len(shapes[0]) if axis < 0 else axis - 1
    if not 0 <= found < len(shapes[0]):
        raise Misfit(
            f"needs an axis {axis} in its rows", shapes, fix="Set axis to -1.", short="no such axis",
            set=("axis", -1, "Set axis to -1"),
        )  # fmt: skip
    return found
