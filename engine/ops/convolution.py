"""Convolution and pooling over images: arrays (rows, height, width, channels), kernels (height, width, in, out)."""

from collections.abc import Callable
from typing import Any, Literal

from engine.backend import numpy as kernels
from engine.errors import UsageError
from engine.ir.op import OPS, Op, Sample, made
from engine.ir.value import Shape, Value
from engine.ops import rules
from engine.ops.linalg import matmul
from engine.ops.shape import concat, reshape, slice

Pair = tuple[int, int]
Padding = Literal["valid", "same"]
Window = tuple[Pair, Pair, Pair, tuple[Pair, Pair]]
"""size, strides, dilation, ((top, bottom), (left, right)) of a sliding window."""


def window(shape: Shape, size: Pair, strides: Pair, padding: str, dilation: Pair = (1, 1)) -> Window:
    """Return the window over an image shape; "same" pads like TensorFlow, the larger half behind.

    Raises UsageError when the image is smaller than the window.
    """
    pads = []
    for n, k, s, d in zip(shape[1:3], size, strides, dilation, strict=True):
        reach = (k - 1) * d + 1
        total = max((-(-n // s) - 1) * s + reach - n, 0) if padding == "same" else 0
        if n + total < reach:
            raise UsageError(f"A window of {reach} must fit into the image; it is {shape[1]} x {shape[2]}.")
        pads.append((total // 2, total - total // 2))
    return _pair(size), _pair(strides), _pair(dilation), (pads[0], pads[1])


def _pair(values: Pair) -> Pair:
    return int(values[0]), int(values[1])


def placed(shape: Shape, where: Window) -> Pair:
    """Return how many windows fit: (down, across)."""
    counts = [
        (n + lo + hi - (k - 1) * d - 1) // s + 1
        for n, k, s, d, (lo, hi) in zip(shape[1:3], *where[:3], where[3], strict=True)
    ]
    return counts[0], counts[1]


def _columns_shape(shape: Shape, *, where: Window, **_: Any) -> Shape:
    return (shape[0], *placed(shape, where), where[0][0] * where[0][1] * shape[3])


def _pooled_shape(shape: Shape, *, where: Window, **_: Any) -> Shape:
    return (shape[0], *placed(shape, where), shape[3])


def _generic(kernel: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(xp: Any, *arrays: Any, **params: Any) -> Any:
        import numpy as np

        return xp.asarray(kernel(*(np.asarray(a) for a in arrays), **params))

    return evaluate


def _sample(shape: Shape, size: Pair, strides: Pair, padding: str, dilation: Pair = (1, 1)) -> Sample:
    return Sample((shape,), (("where", window(shape, size, strides, padding, dilation)),))


WINDOWS = (
    _sample((2, 5, 6, 3), (3, 2), (1, 1), "valid"), _sample((2, 5, 6, 2), (3, 3), (2, 2), "same"),
    _sample((1, 7, 6, 1), (2, 3), (1, 1), "same", (2, 2)),
)  # fmt: skip
POOLS = (
    _sample((2, 4, 6, 3), (2, 2), (2, 2), "valid"), _sample((2, 5, 5, 2), (3, 3), (2, 2), "same"),
    _sample((1, 5, 6, 2), (2, 3), (1, 1), "valid"),
)  # fmt: skip


def _max_pool_vjp(g: Value, y: Value, x: Value, *, where: Window) -> tuple[Value | None, ...]:
    return (made(OPS["max_pool2d_gradient"], g, x, y, where=where),)


def _avg_pool_vjp(g: Value, y: Value, x: Value, *, where: Window) -> tuple[Value | None, ...]:
    return (made(OPS["avg_pool2d_gradient"], g, where=where, image=x.shape[1:]),)


def _pooled(sample: Sample) -> Shape:
    return _pooled_shape(sample.shapes[0], where=sample.params[0][1])


def _back(sample: Sample, shape: Shape) -> Sample:
    """The sample of a derivative: its argument has the shape of the result, its setting is the image."""
    return Sample((shape,), (*sample.params, ("image", sample.shapes[0][1:])))


IM2COL = Op(
    "im2col", _columns_shape, _generic(kernels.im2col), lambda g, y, x, where: (_col2im(g, x.shape, where),),
    rules.first_dtype, rules.first_rows, "im2col({0}, {p[where]}, {out})", "im2col({0}, {p[where]})",
    kernels=("im2col", "window_spans"), samples=WINDOWS,
)  # fmt: skip
COL2IM = Op(
    "col2im", lambda shape, *, image, **_: (shape[0], *image), _generic(kernels.col2im),
    lambda g, y, x, where, image: (made(IM2COL, g, where=where),), rules.first_dtype, rules.first_rows,
    "col2im({0}, {p[where]}, {p[image]}, {out})", "col2im({0}, {p[where]}, {p[image]})",
    kernels=("col2im", "window_spans"),
    samples=tuple(_back(s, _columns_shape(s.shapes[0], where=s.params[0][1])) for s in WINDOWS),
)  # fmt: skip
MAX_POOL2D = Op(
    "max_pool2d", _pooled_shape, _generic(kernels.max_pool2d),
    _max_pool_vjp, rules.first_dtype, rules.first_rows,
    "max_pool2d({0}, {p[where]}, {out})", "max_pool2d({0}, {p[where]})", kernels=("max_pool2d", "window_spans"),
    samples=POOLS,
)  # fmt: skip
MAX_POOL2D_GRADIENT = Op(
    "max_pool2d_gradient", lambda g, x, y, **_: x, _generic(kernels.max_pool2d_gradient), None,
    rules.first_dtype, rules.all_rows, "max_pool2d_gradient({0}, {1}, {2}, {p[where]}, {out})",
    "max_pool2d_gradient({0}, {1}, {2}, {p[where]})", kernels=("max_pool2d_gradient", "window_spans"),
    samples=tuple(Sample((_pooled(s), s.shapes[0], _pooled(s)), s.params) for s in POOLS),
)  # fmt: skip
AVG_POOL2D = Op(
    "avg_pool2d", _pooled_shape, _generic(kernels.avg_pool2d),
    _avg_pool_vjp,
    rules.first_dtype, rules.first_rows, "avg_pool2d({0}, {p[where]}, {out})", "avg_pool2d({0}, {p[where]})",
    kernels=("avg_pool2d", "window_spans"), samples=POOLS,
)  # fmt: skip
AVG_POOL2D_GRADIENT = Op(
    "avg_pool2d_gradient", lambda g, *, image, **_: (g[0], *image), _generic(kernels.avg_pool2d_gradient), None,
    rules.first_dtype, rules.first_rows, "avg_pool2d_gradient({0}, {p[where]}, {p[image]}, {out})",
    "avg_pool2d_gradient({0}, {p[where]}, {p[image]})", kernels=("avg_pool2d_gradient", "window_spans"),
    samples=tuple(_back(s, _pooled(s)) for s in POOLS),
)  # fmt: skip


def _col2im(g: Value, shape: Shape, where: Window) -> Value:
    return made(COL2IM, g, where=where, image=shape[1:])


def conv2d(
    x: Value, kernel: Value, strides: Pair = (1, 1), padding: str = "valid", dilation: Pair = (1, 1), groups: int = 1
) -> Value:
    """Cross-correlation as in Keras: (rows, H, W, C) and (kh, kw, C / groups, filters) -> (rows, H', W', filters).

    It is im2col and one matrix product, so that the derivative is one too. Raises UsageError when channels do not fit.
    """
    kh, kw, inner, filters = kernel.shape
    if inner * groups != x.shape[3] or filters % groups:
        raise UsageError(f"A kernel over {inner} x {groups} channels needs that many; the image has {x.shape[3]}.")
    if groups > 1:
        return _grouped(x, kernel, strides, padding, dilation, groups)
    where = window(x.shape, (kh, kw), strides, padding, dilation)
    matrix = reshape(kernel, (kh * kw * inner, filters))
    if (kh, kw) == (1, 1) and strides == (1, 1):
        return matmul(x, matrix)
    return matmul(made(IM2COL, x, where=where), matrix)


def _grouped(x: Value, kernel: Value, strides: Pair, padding: str, dilation: Pair, groups: int) -> Value:
    inner, each = kernel.shape[2], kernel.shape[3] // groups
    parts = []
    for i in range(groups):
        part = slice(x, (0, 0, 0, i * inner), (*x.shape[:3], (i + 1) * inner))
        piece = slice(kernel, (0, 0, 0, i * each), (*kernel.shape[:3], (i + 1) * each))
        parts.append(conv2d(part, piece, strides, padding, dilation))
    return concat(parts, -1)


def max_pool2d(x: Value, size: Pair = (2, 2), strides: Pair | None = None, padding: str = "valid") -> Value:
    """Largest value of each window; the derivative goes to the first of equals."""
    return made(MAX_POOL2D, x, where=window(x.shape, size, strides or size, padding))


def avg_pool2d(x: Value, size: Pair = (2, 2), strides: Pair | None = None, padding: str = "valid") -> Value:
    """Mean of each window; what was padded does not count, as in Keras."""
    return made(AVG_POOL2D, x, where=window(x.shape, size, strides or size, padding))
