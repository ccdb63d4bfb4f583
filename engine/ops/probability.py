"""Softmax and the cross-entropies, on probabilities (clipped as in Keras) and on logits."""

from typing import Any

from engine.ir.op import Op, Sample, Vjp, made
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops import indexing, nonlinear, reduction, rules
from engine.ops.shape import reshape, transpose

EPSILON = 1e-7
"""Keras' `backend.epsilon()`: probabilities are kept this far from 0 and 1."""


def _softmax(xp: Any, x: Any) -> Any:
    e = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return e / xp.sum(e, axis=-1, keepdims=True)


def _log_softmax(xp: Any, x: Any) -> Any:
    z = x - xp.max(x, axis=-1, keepdims=True)
    return z - xp.log(xp.sum(xp.exp(z), axis=-1, keepdims=True))


def _softmax_vjp(g: Value, y: Value, x: Value) -> tuple[Value | None, ...]:
    return (el.mul(y, el.sub(g, reduction.sum(el.mul(g, y), -1, True))),)


def _log_softmax_vjp(g: Value, y: Value, x: Value) -> tuple[Value | None, ...]:
    return (el.sub(g, el.mul(el.exp(y), reduction.sum(g, -1, True))),)


def _expand_softmax(x: Value) -> Value:
    e = el.exp(el.sub(x, reduction.max(x, -1, True)))
    return el.div(e, reduction.sum(e, -1, True))


def _expand_log_softmax(x: Value) -> Value:
    z = el.sub(x, reduction.max(x, -1, True))
    return el.sub(z, el.log(reduction.sum(el.exp(z), -1, True)))


def _clipped(p: Value) -> Value:
    return el.clip(p, EPSILON, 1.0 - EPSILON)


def _shares(p: Value) -> Value:
    return el.div(p, reduction.sum(p, -1, True))


def _expand_sparse(p: Value, labels: Value, *, from_logits: bool, normalized: bool) -> Value:
    if from_logits:
        return el.neg(indexing.pick(log_softmax(p), labels))
    return el.neg(el.log(_clipped(indexing.pick(p if normalized else _shares(p), labels))))


def _expand_dense(p: Value, y: Value, *, from_logits: bool, normalized: bool) -> Value:
    if from_logits:
        return el.neg(reduction.sum(el.mul(y, log_softmax(p)), -1))
    return el.neg(reduction.sum(el.mul(y, el.log(_clipped(p if normalized else _shares(p)))), -1))


def _expand_binary(p: Value, y: Value, *, from_logits: bool) -> Value:
    if from_logits:
        return el.add(el.sub(nonlinear.relu(p), el.mul(p, y)), el.log1p(el.exp(el.neg(el.abs(p)))))
    q = _clipped(p)
    return el.neg(el.add(el.mul(y, el.log(q)), el.mul(el.sub(1.0, y), el.log(el.sub(1.0, q)))))


def _column(g: Value) -> Value:
    return reshape(g, (*g.shape, 1))


def _sparse_vjp(
    g: Value, y: Value, p: Value, i: Value, *, from_logits: bool, normalized: bool
) -> tuple[Value | None, ...]:
    if from_logits:
        return el.mul(indexing.minus_one_hot(softmax(p), i), _column(g)), None
    picked = indexing.pick(p if normalized else _shares(p), i)
    slope = el.div(el.neg(g), picked)
    inside = el.logical_and(el.greater_equal(picked, EPSILON), el.less_equal(picked, 1.0 - EPSILON))
    slope = el.where(inside, slope, 0.0)
    hot = indexing.one_hot(i, p.shape[-1], p.dtype)
    if normalized:
        return el.mul(hot, _column(slope)), None
    return el.mul(el.div(el.sub(hot, _column(picked)), reduction.sum(p, -1, True)), _column(slope)), None


def _dense_vjp(
    g: Value, v: Value, p: Value, y: Value, *, from_logits: bool, normalized: bool
) -> tuple[Value | None, ...]:
    if from_logits:
        z = log_softmax(p)
        slope = el.sub(el.mul(softmax(p), reduction.sum(y, -1, True)), y)
        return el.mul(slope, _column(g)), el.neg(el.mul(z, _column(g)))
    q = p if normalized else _shares(p)
    inside = el.logical_and(el.greater_equal(q, EPSILON), el.less_equal(q, 1.0 - EPSILON))
    gq = el.where(inside, el.neg(el.mul(el.div(y, q), _column(g))), 0.0)
    gy = el.neg(el.mul(el.log(_clipped(q)), _column(g)))
    if normalized:
        return gq, gy
    inner = el.sub(gq, reduction.sum(el.mul(gq, q), -1, True))
    return el.div(inner, reduction.sum(p, -1, True)), gy


def _binary_vjp(g: Value, v: Value, p: Value, y: Value, *, from_logits: bool) -> tuple[Value | None, ...]:
    if from_logits:
        return el.mul(el.sub(nonlinear.sigmoid(p), y), g), el.neg(el.mul(p, g))
    q = _clipped(p)
    inside = el.logical_and(el.greater_equal(p, EPSILON), el.less_equal(p, 1.0 - EPSILON))
    slope = el.div(el.sub(q, y), el.mul(q, el.sub(1.0, q)))
    return el.mul(el.where(inside, slope, 0.0), g), el.mul(g, el.sub(el.log(el.sub(1.0, q)), el.log(q)))


SOFTMAX = Op(
    "softmax", lambda shape, **_: shape, _softmax, _softmax_vjp, rules.first_dtype,
    lambda value, carries, rows: None if carries[0] and value.ndim == 1 else carries[0],
    "", "softmax({0})", expand=_expand_softmax, kernels=("softmax",), samples=(Sample(((3, 4),)), Sample(((2, 3, 4),))),
)  # fmt: skip
LOG_SOFTMAX = Op(
    "log_softmax", lambda shape, **_: shape, _log_softmax, _log_softmax_vjp, rules.first_dtype,
    lambda value, carries, rows: None if carries[0] and value.ndim == 1 else carries[0],
    "", "log_softmax({0})", expand=_expand_log_softmax, kernels=("log_softmax",), samples=(Sample(((3, 4),)),),
)  # fmt: skip


def _interpreted(expand: Any) -> Any:
    def evaluate(xp: Any, *arrays: Any, **params: Any) -> Any:
        from engine.ir.interpret import evaluate as run
        from engine.ops.leaves import input

        leaves = [input(f"a{i}", a.shape, str(a.dtype).split(".")[-1]) for i, a in enumerate(arrays)]
        out = expand(*leaves, **params)
        return run([out], dict(zip(leaves, arrays, strict=True)), xp)[out]

    return evaluate


def _loss(name: str, shape: Any, expand: Any, vjp: Vjp, plain: str, samples: tuple[Sample, ...]) -> Op:
    return Op(
        name, shape, _interpreted(expand), vjp, rules.first_dtype, rules.all_rows, "", plain, expand=expand,
        kernels=(name,), samples=samples,
    )  # fmt: skip


def _settings(**values: bool) -> tuple[tuple[str, Any], ...]:
    return tuple(values.items())


PROBABILITIES = _settings(from_logits=False, normalized=False)
LOGITS = _settings(from_logits=True, normalized=False)
SPARSE_CROSSENTROPY = _loss(
    "sparse_crossentropy", lambda p, i, **_: i, _expand_sparse, _sparse_vjp,
    "sparse_crossentropy({0}, {1}, {p[from_logits]})",
    (
        Sample(((4, 3), (4,)), PROBABILITIES, 0.1, 0.9, ((1, 3),)), Sample(((4, 3), (4,)), LOGITS, integers=((1, 3),)),
        Sample(((2, 4, 3), (2, 4)), PROBABILITIES, 0.1, 0.9, ((1, 3),)),
    ),
)  # fmt: skip
CROSSENTROPY = _loss(
    "crossentropy", lambda p, y, **_: rules.broadcast(p, y)[:-1], _expand_dense, _dense_vjp,
    "crossentropy({0}, {1}, {p[from_logits]})",
    (Sample(((4, 3), (4, 3)), PROBABILITIES, 0.1, 0.9), Sample(((4, 3), (4, 3)), LOGITS)),
)  # fmt: skip
BINARY_CROSSENTROPY = _loss(
    "binary_crossentropy", rules.broadcast, _expand_binary, _binary_vjp,
    "binary_crossentropy({0}, {1}, {p[from_logits]})",
    (Sample(((4, 3), (4, 3)), _settings(from_logits=False), 0.1, 0.9),
     Sample(((4, 3), (4, 3)), _settings(from_logits=True))),
)  # fmt: skip


def _through_softmax(g: Value, v: Value, x: Value, p: Value, y: Value, **_: Any) -> tuple[Value | None, ...]:
    return el.mul(el.sub(el.mul(p, reduction.sum(y, -1, True)), y), _column(g)), None, None


SOFTMAX_SPARSE_CROSSENTROPY = Op(
    "softmax_sparse_crossentropy", lambda x, p, i: i,
    _interpreted(lambda x, p, i: _expand_sparse(p, i, from_logits=False, normalized=True)),
    lambda g, v, x, p, i: (el.mul(indexing.minus_one_hot(p, i), _column(g)), None, None),
    rules.first_dtype, rules.all_rows, "", "sparse_crossentropy({1}, {2})",
    expand=lambda x, p, i: _expand_sparse(p, i, from_logits=False, normalized=True), kernels=("sparse_crossentropy",),
)  # fmt: skip
SOFTMAX_CROSSENTROPY = Op(
    "softmax_crossentropy", lambda x, p, y: rules.broadcast(p, y)[:-1],
    _interpreted(lambda x, p, y: _expand_dense(p, y, from_logits=False, normalized=True)), _through_softmax,
    rules.first_dtype, rules.all_rows, "", "crossentropy({1}, {2})",
    expand=lambda x, p, y: _expand_dense(p, y, from_logits=False, normalized=True), kernels=("crossentropy",),
)  # fmt: skip
SIGMOID_BINARY_CROSSENTROPY = Op(
    "sigmoid_binary_crossentropy", lambda x, p, y: rules.broadcast(p, y),
    _interpreted(lambda x, p, y: _expand_binary(p, y, from_logits=False)),
    lambda g, v, x, p, y: (el.mul(el.sub(p, y), g), None, None),
    rules.first_dtype, rules.all_rows, "", "binary_crossentropy({1}, {2})",
    expand=lambda x, p, y: _expand_binary(p, y, from_logits=False), kernels=("binary_crossentropy",),
)  # fmt: skip


def softmax(x: Value, axis: int = -1) -> Value:
    """exp(x) / sum(exp(x)) along an axis."""
    return _along(SOFTMAX, x, axis)


def log_softmax(x: Value, axis: int = -1) -> Value:
    """log(softmax(x)) without loss of digits."""
    return _along(LOG_SOFTMAX, x, axis)


def _along(op: Op, x: Value, axis: int) -> Value:
    if axis % x.ndim == x.ndim - 1:
        return made(op, x)
    swap = list(range(x.ndim))
    swap[axis], swap[-1] = swap[-1], swap[axis]
    return transpose(made(op, transpose(x, tuple(swap))), tuple(swap))


def sparse_crossentropy(p: Value, labels: Value, from_logits: bool = False) -> Value:
    """-log of the probability of each label: (..., classes) and integer (...) -> (...).

    Probabilities are divided by their sum and clipped to [1e-7, 1 - 1e-7], as Keras does.
    """
    return made(SPARSE_CROSSENTROPY, p, labels, from_logits=from_logits, normalized=False)


def crossentropy(p: Value, y: Value, from_logits: bool = False) -> Value:
    """-sum(y * log(p)) along the last axis: two (..., classes) -> (...). Probabilities as in `sparse_crossentropy`."""
    return made(CROSSENTROPY, p, el.cast(y, p.dtype), from_logits=from_logits, normalized=False)


def binary_crossentropy(p: Value, y: Value, from_logits: bool = False) -> Value:
    """-(y log p + (1 - y) log(1 - p)) element by element, probabilities clipped to [1e-7, 1 - 1e-7]."""
    return made(BINARY_CROSSENTROPY, p, el.cast(y, p.dtype), from_logits=from_logits)
