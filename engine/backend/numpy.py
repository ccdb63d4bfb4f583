"""Kernels that generated programs and exported scripts call. Each is plain NumPy that needs at most another one of
this module, because the exporter copies their source."""

from collections.abc import Iterator
from typing import Any

import numpy as np

Array = Any
Window = Any


# ---- functions of numbers ----------------------------------------------------------------------------------------
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def softplus(x: Array) -> Array:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def erf(x: Array, xp: Any = np) -> Array:
    """The error function to 1e-13: erfc(|x|) = t exp(-x^2 + P(t)), t = 1 / (1 + |x| / 2), P fitted by Chebyshev."""
    powers = (
        -0.6717940840566915, 0.6726432239803338, 0.04734330684153343, -0.046895610428044375, -0.00987268934415514,
        0.008824942839600008, 0.001758933098368652, -0.002345855422309722, -0.00014624220213914878,
        0.000673916652695008, -9.376235018490398e-05, -0.00017510148489694946, 7.150191167066415e-05,
        3.344421116471526e-05, -3.0434128887811035e-05, -2.183917065304112e-06, 8.968494465898285e-06,
        -9.471076371898027e-07, -1.724425196405002e-06, 2.3241857933129785e-07, 1.6441889741647025e-07,
    )  # fmt: skip
    size = xp.abs(x)
    t = 1.0 / (1.0 + 0.5 * size)
    total = xp.full_like(t, powers[-1])
    for power in reversed(powers[:-1]):
        total = total * (2.0 * t - 1.0) + power
    return xp.sign(x) * (1.0 - t * xp.exp(total - size * size))


def softmax(x: Array) -> Array:
    """exp(x) / sum(exp(x)) along the last axis."""
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    """log(softmax(x)) along the last axis without loss of digits."""
    z = x - x.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


# ---- losses ------------------------------------------------------------------------------------------------------
def sparse_crossentropy(p: Array, labels: Array, from_logits: bool = False) -> Array:
    """-log of the probability of each label; probabilities are divided by their sum and clipped as in Keras."""
    if from_logits:
        z = p - p.max(-1, keepdims=True)
        z = z - np.log(np.exp(z).sum(-1, keepdims=True))
        return -np.take_along_axis(z, labels[..., None], -1)[..., 0]
    shares = p / p.sum(-1, keepdims=True)
    return -np.log(np.clip(np.take_along_axis(shares, labels[..., None], -1)[..., 0], 1e-7, 1.0 - 1e-7))


def crossentropy(p: Array, y: Array, from_logits: bool = False) -> Array:
    """-sum(y * log(p)) along the last axis."""
    if from_logits:
        z = p - p.max(-1, keepdims=True)
        return -(y * (z - np.log(np.exp(z).sum(-1, keepdims=True)))).sum(-1)
    return -(y * np.log(np.clip(p / p.sum(-1, keepdims=True), 1e-7, 1.0 - 1e-7))).sum(-1)


def binary_crossentropy(p: Array, y: Array, from_logits: bool = False) -> Array:
    """-(y log p + (1 - y) log(1 - p)), element by element."""
    if from_logits:
        return np.maximum(p, 0.0) - p * y + np.log1p(np.exp(-np.abs(p)))
    q = np.clip(p, 1e-7, 1.0 - 1e-7)
    return -(y * np.log(q) + (1.0 - y) * np.log(1.0 - q))


# ---- looking up --------------------------------------------------------------------------------------------------
def pick(x: Array, indices: Array, out: Array = None) -> Array:
    """One element per row along the last axis."""
    flat = np.arange(0, x.size, x.shape[-1]).reshape(indices.shape) + indices
    return np.take(x, flat, out=out, mode="clip")


def minus_one_hot(p: Array, indices: Array, out: Array = None) -> Array:
    """p - one_hot(indices)."""
    out = np.empty_like(p) if out is None else out
    if out is not p:
        np.copyto(out, p)
    out.reshape(-1)[np.arange(0, p.size, p.shape[-1]) + indices.reshape(-1)] -= 1.0
    return out


def gather(source: Array, index: Any, out: Array) -> None:
    """Copy the rows that an index array or a slice names."""
    if type(index) is slice:
        np.copyto(out, source[index])
    else:
        source.take(index, 0, out, "clip")


def segment_sum(g: Array, indices: Array, out: Array) -> Array:
    """Sum of the rows of g per index into out; sorted first, so that each sum is one pass."""
    flat, rows = indices.reshape(-1), g.reshape(indices.size, -1)
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    out.fill(0.0)
    out.reshape(out.shape[0], -1)[ordered[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return out


def add_by_index(g: Array, indices: Array, depth: int, xp: Any = np) -> Array:
    """The sum per index as a product with one-hot codes: the plain meaning of `segment_sum`."""
    hot = xp.astype(xp.reshape(indices, (-1, 1)) == xp.arange(depth, dtype=indices.dtype), g.dtype)
    rows = xp.reshape(g, (hot.shape[0], -1))
    return xp.reshape(xp.matmul(xp.matrix_transpose(hot), rows), (depth, *g.shape[indices.ndim :]))


# ---- windows over images -----------------------------------------------------------------------------------------
def window_spans(shape: Any, where: Window) -> Iterator[Any]:
    """Yield (i, j, image rows, image columns, window rows, window columns): what each tap of a window touches."""
    (kh, kw), (sh, sw), (dh, dw), ((top, bottom), (left, right)) = where
    down = (shape[1] + top + bottom - (kh - 1) * dh - 1) // sh + 1
    across = (shape[2] + left + right - (kw - 1) * dw - 1) // sw + 1
    for i in range(kh):
        y = i * dh - top
        y0, y1 = max(0, -(y // sh)), min(down, (shape[1] - 1 - y) // sh + 1)
        for j in range(kw):
            x = j * dw - left
            x0, x1 = max(0, -(x // sw)), min(across, (shape[2] - 1 - x) // sw + 1)
            if y0 < y1 and x0 < x1:
                rows = slice(y0 * sh + y, (y1 - 1) * sh + y + 1, sh)
                columns = slice(x0 * sw + x, (x1 - 1) * sw + x + 1, sw)
                yield i, j, rows, columns, slice(y0, y1), slice(x0, x1)


def im2col(x: Array, where: Window, out: Array = None) -> Array:
    """Copy each window of (rows, H, W, C) into a row: (rows, down, across, kh * kw * C)."""
    (kh, kw), (sh, sw), (dh, dw), ((top, bottom), (left, right)) = where
    down = (x.shape[1] + top + bottom - (kh - 1) * dh - 1) // sh + 1
    across = (x.shape[2] + left + right - (kw - 1) * dw - 1) // sw + 1
    out = np.empty((x.shape[0], down, across, kh * kw * x.shape[3]), x.dtype) if out is None else out
    if top or bottom or left or right:
        out.fill(0.0)
    taps = out.reshape(x.shape[0], down, across, kh, kw, x.shape[3])
    for i, j, rows, columns, windows, tiles in window_spans(x.shape, where):
        taps[:, windows, tiles, i, j] = x[:, rows, columns]
    return out


def col2im(columns: Array, where: Window, image: Any, out: Array = None) -> Array:
    """Add the rows of `im2col` back to where they came from: (rows, *image)."""
    out = np.empty((columns.shape[0], *image), columns.dtype) if out is None else out
    out.fill(0.0)
    taps = columns.reshape(*columns.shape[:3], *where[0], image[2])
    for i, j, rows, across, windows, tiles in window_spans(out.shape, where):
        out[:, rows, across] += taps[:, windows, tiles, i, j]
    return out


def max_pool2d(x: Array, where: Window, out: Array = None) -> Array:
    """Largest value of each window."""
    (kh, kw), (sh, sw), _, ((top, bottom), (left, right)) = where
    down, across = (x.shape[1] + top + bottom - kh) // sh + 1, (x.shape[2] + left + right - kw) // sw + 1
    out = np.empty((x.shape[0], down, across, x.shape[3]), x.dtype) if out is None else out
    out.fill(-np.inf)
    for _, _, rows, columns, windows, tiles in window_spans(x.shape, where):
        part = out[:, windows, tiles]
        np.maximum(part, x[:, rows, columns], out=part)
    return out


def max_pool2d_gradient(g: Array, x: Array, y: Array, where: Window, out: Array = None) -> Array:
    """Give g to the first largest element of each window."""
    out = np.empty_like(x) if out is None else out
    apart = where[0] == where[1]
    if not apart or (y.shape[1] * where[0][0], y.shape[2] * where[0][1]) != x.shape[1:3]:
        out.fill(0.0)
    free, hit, part = np.ones(y.shape, bool), np.empty(y.shape, bool), np.empty_like(g)
    for _, _, rows, columns, windows, tiles in window_spans(x.shape, where):
        now, left, share = hit[:, windows, tiles], free[:, windows, tiles], part[:, windows, tiles]
        np.equal(x[:, rows, columns], y[:, windows, tiles], out=now)
        now &= left
        left ^= now
        np.copyto(share, now)
        share *= g[:, windows, tiles]
        if apart:
            out[:, rows, columns] = share
        else:
            out[:, rows, columns] += share
    return out


def avg_pool2d(x: Array, where: Window, out: Array = None) -> Array:
    """Mean of each window; what was padded does not count."""
    (kh, kw), (sh, sw), _, ((top, bottom), (left, right)) = where
    down, across = (x.shape[1] + top + bottom - kh) // sh + 1, (x.shape[2] + left + right - kw) // sw + 1
    out = np.empty((x.shape[0], down, across, x.shape[3]), x.dtype) if out is None else out
    out.fill(0.0)
    counts = np.zeros((down, across, 1), x.dtype)
    for _, _, rows, columns, windows, tiles in window_spans(x.shape, where):
        out[:, windows, tiles] += x[:, rows, columns]
        counts[windows, tiles] += 1.0
    out /= counts
    return out


def avg_pool2d_gradient(g: Array, where: Window, image: Any, out: Array = None) -> Array:
    """Spread g evenly over each window."""
    out = np.empty((g.shape[0], *image), g.dtype) if out is None else out
    out.fill(0.0)
    counts = np.zeros((g.shape[1], g.shape[2], 1), g.dtype)
    for _, _, _, _, windows, tiles in window_spans(out.shape, where):
        counts[windows, tiles] += 1.0
    shares = g / counts
    for _, _, rows, columns, windows, tiles in window_spans(out.shape, where):
        out[:, rows, columns] += shares[:, windows, tiles]
    return out
