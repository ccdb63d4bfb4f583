"""Functions that bend a line: relu, sigmoid, softplus and the error function."""

from engine.backend import numpy as kernels
from engine.ir.op import Op, Sample, made
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops import rules
from engine.ops.elementwise import Operand
from engine.ops.leaves import value_of

RELU = Op(
    "relu", lambda shape, **_: shape, lambda xp, a: xp.where(a < 0, xp.zeros_like(a), a),
    lambda g, y, a: (relu_gradient(g, y),), rules.same_dtype, rules.elementwise_rows,
    "np.maximum({0}, 0.0, out={out})", "np.maximum({0}, 0.0)", "({0} < 0 ? 0 : {0})", "elementwise", inplace=(0,),
    samples=(Sample(((3, 4),)),),
)  # fmt: skip
RELU_GRADIENT = Op(
    "relu_gradient", rules.broadcast, lambda xp, g, y: xp.where(y > 0, g, xp.zeros_like(g)), None,
    rules.first_dtype, rules.elementwise_rows, "", "{0} * ({1} > 0)", "({1} > 0 ? {0} : 0)", "elementwise",
    expand=lambda g, y: el.mul(g, el.cast(el.greater(y, 0.0), g.dtype)), samples=(Sample(((3, 4), (3, 4))),),
)  # fmt: skip
SIGMOID = Op(
    "sigmoid", lambda shape, **_: shape, lambda xp, a: 0.5 * xp.tanh(0.5 * a) + 0.5,
    lambda g, y, a: (el.mul(g, el.mul(y, el.sub(1.0, y))),), rules.same_dtype, rules.elementwise_rows,
    "", "sigmoid({0})", "(tanh({0} * 0.5f) * 0.5f + 0.5f)", "elementwise",
    expand=lambda a: el.add(el.mul(el.tanh(el.mul(a, 0.5)), 0.5), 0.5), kernels=("sigmoid",),
    samples=(Sample(((3, 4),)),),
)  # fmt: skip
SOFTPLUS = Op(
    "softplus", lambda shape, **_: shape,
    lambda xp, a: xp.where(a < 0, xp.zeros_like(a), a) + xp.log1p(xp.exp(-xp.abs(a))),
    lambda g, y, a: (el.mul(g, sigmoid(a)),), rules.same_dtype, rules.elementwise_rows,
    "", "softplus({0})", "(({0} < 0 ? 0 : {0}) + log1p(exp(-fabs({0}))))", "elementwise",
    expand=lambda a: el.add(relu(a), el.log1p(el.exp(el.neg(el.abs(a))))), kernels=("softplus",),
    samples=(Sample(((3, 4),)),),
)  # fmt: skip
ERF = Op(
    "erf", lambda shape, **_: shape, lambda xp, a: kernels.erf(a, xp),
    lambda g, y, a: (el.mul(g, el.mul(el.exp(el.neg(el.square(a))), 1.1283791670955126)),),
    rules.same_dtype, rules.elementwise_rows,
    "np.copyto({out}, erf({0}))", "erf({0})", "erf({0})", "elementwise", inplace=(0,), kernels=("erf",),
    samples=(Sample(((3, 4),)), Sample(((40,),), low=-6.0, high=6.0)),
)  # fmt: skip


def _of(op: Op, x: Operand) -> Value:
    return made(op, value_of(x))


def relu(x: Operand) -> Value:
    """max(x, 0); NaN stays NaN; the derivative at 0 is 0."""
    return _of(RELU, x)


def relu_gradient(g: Value, y: Value) -> Value:
    """g where y > 0, else 0: the derivative of relu from its result."""
    return made(RELU_GRADIENT, g, y)


def sigmoid(x: Operand) -> Value:
    """1 / (1 + exp(-x)), computed as a tanh so that nothing overflows."""
    return _of(SIGMOID, x)


def softplus(x: Operand) -> Value:
    """log(1 + exp(x)) without overflow."""
    return _of(SOFTPLUS, x)


def erf(x: Operand) -> Value:
    """The error function."""
    return _of(ERF, x)
