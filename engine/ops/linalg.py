"""Matrix products."""

from typing import Any

from engine.errors import UsageError
from engine.ir.op import Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import elementwise as el
from engine.ops import rules
from engine.ops.shape import reshape


def _product_shape(a: Shape, b: Shape, *, transpose_a: bool, transpose_b: bool, **_: Any) -> Shape:
    if len(a) < 2 or len(b) < 2:
        raise UsageError(f"A matrix product needs matrices; the shapes are {a} and {b}.")
    n, k = a[-2:] if not transpose_a else (a[-1], a[-2])
    k2, m = b[-2:] if not transpose_b else (b[-1], b[-2])
    if k != k2:
        raise UsageError(f"A matrix product needs equal inner lengths; they are {k} and {k2}, the shapes {a} and {b}.")
    return (*rules.broadcast(a[:-2], b[:-2]), n, m)


def _eval(xp: Any, a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    return xp.matmul(xp.matrix_transpose(a) if transpose_a else a, xp.matrix_transpose(b) if transpose_b else b)


def _vjp(g: Value, y: Value, a: Value, b: Value, *, transpose_a: bool, transpose_b: bool) -> tuple[Value | None, ...]:
    ga = matmul(b, g, transpose_b, True) if transpose_a else matmul(g, b, False, not transpose_b)
    gb = matmul(g, a, True, transpose_a) if transpose_b else matmul(a, g, not transpose_a, False)
    return el.reduce_to(ga, a.shape), el.reduce_to(gb, b.shape)


def _flags(a: bool, b: bool) -> tuple[tuple[str, Any], ...]:
    return ("transpose_a", a), ("transpose_b", b)


MATMUL = Op(
    "matmul", _product_shape, _eval, _vjp, rules.same_dtype, rules.matmul_rows,
    "np.matmul({0}, {1}, out={out})", "{0} @ {1}",
    samples=(
        Sample(((3, 4), (4, 2)), _flags(False, False)), Sample(((4, 3), (4, 2)), _flags(True, False)),
        Sample(((3, 4), (2, 4)), _flags(False, True)), Sample(((4, 3), (2, 4)), _flags(True, True)),
        Sample(((2, 3, 4), (2, 4, 2)), _flags(False, False)), Sample(((2, 3, 4), (4, 2)), _flags(False, False)),
    ),
)  # fmt: skip


def matmul(a: Value, b: Value, transpose_a: bool = False, transpose_b: bool = False) -> Value:
    """a @ b over the last two axes, each transposed first if asked. a with more axes times a matrix is one product.

    Raises UsageError when the inner lengths differ.
    """
    if b.ndim == 2 and a.ndim > 2 and not transpose_a:
        flat = matmul(reshape(a, (-1, a.shape[-1])), b, False, transpose_b)
        return reshape(flat, (*a.shape[:-1], flat.shape[-1]))
    dtype = rules.result((a.dtype, b.dtype))
    return made(MATMUL, el.cast(a, dtype), el.cast(b, dtype), transpose_a=transpose_a, transpose_b=transpose_b)
