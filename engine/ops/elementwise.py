"""Ops that work element by element, with broadcasting: arithmetic, comparisons, functions of one number."""

from collections.abc import Callable
from typing import Any

from engine.ir.op import Op, Sample, Vjp, made
from engine.ir.value import Shape, Value
from engine.ops import rules
from engine.ops.leaves import value_of
from engine.ops.rules import Number

Operand = Value | Number


# ---- records -----------------------------------------------------------------------------------------------------
def _unary(
    name: str, meaning: Callable[..., Any], gradient: Vjp | None, ufunc: str, plain: str, typed: str,
    low: float = -2.0, high: float = 2.0, **more: Any,
) -> Op:  # fmt: skip
    numpy = f"np.{ufunc}({{0}}, out={{out}})" if ufunc else ""
    sample = Sample(((3, 4),), low=low, high=high)
    return Op(
        name, lambda shape, **_: shape, meaning, gradient, more.pop("dtype", rules.same_dtype), rules.elementwise_rows,
        numpy, plain, typed, "elementwise", inplace=(0,), samples=more.pop("samples", (sample,)), **more,
    )  # fmt: skip


def _binary(
    name: str, meaning: Callable[..., Any], gradient: Vjp | None, ufunc: str, plain: str, typed: str,
    low: float = -2.0, high: float = 2.0, dtype: Any = rules.same_dtype,
) -> Op:  # fmt: skip
    shapes = (((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (3, 4)), ((3, 4), ()))
    return Op(
        name, rules.broadcast, meaning, gradient, dtype, rules.elementwise_rows,
        f"np.{ufunc}({{0}}, {{1}}, out={{out}})", plain, typed, "elementwise", inplace=(0, 1),
        samples=tuple(Sample(s, low=low, high=high) for s in shapes),
    )  # fmt: skip


def reduce_to(g: Value, shape: Shape) -> Value:
    """Return g summed to `shape`: what a broadcast does backwards."""
    from engine.ops.reduction import sum as total
    from engine.ops.shape import reshape

    if g.shape == shape:
        return g
    lead = g.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1 and g.shape[i + lead] != 1)
    return reshape(total(g, axes), shape)


def _both(ga: Value, gb: Value, a: Value, b: Value) -> tuple[Value | None, ...]:
    return tuple(
        reduce_to(g, x.shape) if x.is_float and x.op.name != "constant" else None for g, x in ((ga, a), (gb, b))
    )


def _wanted(x: Value) -> bool:
    return x.is_float and x.op.name != "constant"


def _quotient_vjp(g: Value, y: Value, a: Value, b: Value) -> tuple[Value | None, ...]:
    ga = div(g, b)
    first = reduce_to(ga, a.shape) if _wanted(a) else None
    return first, reduce_to(neg(mul(ga, y)), b.shape) if _wanted(b) else None


def _power_vjp(g: Value, y: Value, a: Value, b: Value) -> tuple[Value | None, ...]:
    first = reduce_to(mul(g, mul(b, power(a, sub(b, 1.0)))), a.shape) if _wanted(a) else None
    return first, reduce_to(mul(g, mul(y, log(a))), b.shape) if _wanted(b) else None


NEG = _unary("neg", lambda xp, a: -a, lambda g, y, a: (neg(g),), "negative", "-{0}", "(-{0})")
EXP = _unary("exp", lambda xp, a: xp.exp(a), lambda g, y, a: (mul(g, y),), "exp", "np.exp({0})", "exp({0})")
LOG = _unary("log", lambda xp, a: xp.log(a), lambda g, y, a: (div(g, a),), "log", "np.log({0})", "log({0})", 0.2)
LOG1P = _unary(
    "log1p",
    lambda xp, a: xp.log1p(a),
    lambda g, y, a: (div(g, add(a, 1)),),
    "log1p",
    "np.log1p({0})",
    "log1p({0})",
    -0.6,
)
EXPM1 = _unary(
    "expm1", lambda xp, a: xp.expm1(a), lambda g, y, a: (mul(g, add(y, 1)),), "expm1", "np.expm1({0})", "expm1({0})"
)
SQRT = _unary(
    "sqrt", lambda xp, a: xp.sqrt(a), lambda g, y, a: (div(mul(g, 0.5), y),), "sqrt", "np.sqrt({0})", "sqrt({0})", 0.2
)
SQUARE = _unary(
    "square", lambda xp, a: a * a, lambda g, y, a: (mul(g, mul(a, 2.0)),), "square", "np.square({0})", "({0} * {0})"
)
ABS = _unary("abs", lambda xp, a: xp.abs(a), lambda g, y, a: (mul(g, sign(a)),), "abs", "np.abs({0})", "fabs({0})")
SIGN = _unary("sign", lambda xp, a: xp.sign(a), None, "sign", "np.sign({0})", "({0} > 0 ? 1 : {0} < 0 ? -1 : 0)")
TANH = _unary(
    "tanh",
    lambda xp, a: xp.tanh(a),
    lambda g, y, a: (mul(g, sub(1.0, square(y))),),
    "tanh",
    "np.tanh({0})",
    "tanh({0})",
)
RECIPROCAL = _unary(
    "reciprocal", lambda xp, a: 1 / a, lambda g, y, a: (neg(mul(g, square(y))),), "reciprocal", "1.0 / {0}",
    "(1 / {0})", 0.3,
)  # fmt: skip
LOGICAL_NOT = _unary(
    "logical_not", lambda xp, a: xp.logical_not(xp.astype(a, xp.bool)), None, "logical_not", "~{0}", "(!{0})",
    dtype=rules.bool_dtype, samples=(Sample(((5,),), binary=(0,)),),
)  # fmt: skip

ADD = _binary("add", lambda xp, a, b: a + b, lambda g, y, a, b: _both(g, g, a, b), "add", "{0} + {1}", "({0} + {1})")
SUB = _binary(
    "sub", lambda xp, a, b: a - b,
    lambda g, y, a, b: (reduce_to(g, a.shape) if a.is_float else None, _minus(g, b)),
    "subtract", "{0} - {1}", "({0} - {1})",
)  # fmt: skip
MUL = _binary(
    "mul", lambda xp, a, b: a * b, lambda g, y, a, b: _product(g, a, b), "multiply", "{0} * {1}", "({0} * {1})"
)
DIV = _binary("div", lambda xp, a, b: a / b, _quotient_vjp, "divide", "{0} / {1}", "({0} / {1})", 0.4)
POWER = _binary("power", lambda xp, a, b: a**b, _power_vjp, "power", "{0} ** {1}", "pow({0}, {1})", 0.4)
MAXIMUM = _binary(
    "maximum", lambda xp, a, b: xp.maximum(a, b), lambda g, y, a, b: _chosen(g, greater_equal(a, b), a, b),
    "maximum", "np.maximum({0}, {1})", "({0} >= {1} || {0} != {0} ? {0} : {1})",
)  # fmt: skip
MINIMUM = _binary(
    "minimum", lambda xp, a, b: xp.minimum(a, b), lambda g, y, a, b: _chosen(g, less_equal(a, b), a, b),
    "minimum", "np.minimum({0}, {1})", "({0} <= {1} || {0} != {0} ? {0} : {1})",
)  # fmt: skip


def _compare(name: str, symbol: str, meaning: Callable[..., Any]) -> Op:
    text = f"{{0}} {symbol} {{1}}"
    return _binary(name, meaning, None, name, text, f"({text})", dtype=rules.bool_dtype)


GREATER = _compare("greater", ">", lambda xp, a, b: a > b)
GREATER_EQUAL = _compare("greater_equal", ">=", lambda xp, a, b: a >= b)
LESS = _compare("less", "<", lambda xp, a, b: a < b)
LESS_EQUAL = _compare("less_equal", "<=", lambda xp, a, b: a <= b)
EQUAL = _compare("equal", "==", lambda xp, a, b: a == b)
NOT_EQUAL = _compare("not_equal", "!=", lambda xp, a, b: a != b)
LOGICAL_AND = Op(
    "logical_and", rules.broadcast, lambda xp, a, b: xp.logical_and(a, b), None, rules.bool_dtype,
    rules.elementwise_rows, "np.logical_and({0}, {1}, out={out})", "{0} & {1}", "({0} && {1})", "elementwise",
    inplace=(0, 1), samples=(Sample(((5,), (5,)), binary=(0, 1)),),
)  # fmt: skip
LOGICAL_OR = Op(
    "logical_or", rules.broadcast, lambda xp, a, b: xp.logical_or(a, b), None, rules.bool_dtype,
    rules.elementwise_rows, "np.logical_or({0}, {1}, out={out})", "{0} | {1}", "({0} || {1})", "elementwise",
    inplace=(0, 1), samples=(Sample(((5,), (5,)), binary=(0, 1)),),
)  # fmt: skip
WHERE = Op(
    "where", rules.broadcast, lambda xp, c, a, b: xp.where(xp.astype(c, xp.bool), a, b),
    lambda g, y, c, a, b: (None, *_chosen(g, c, a, b)), lambda d, p: rules.result(d[1:]), rules.elementwise_rows,
    "np.copyto({out}, np.where({0}, {1}, {2}))", "np.where({0}, {1}, {2})", "({0} ? {1} : {2})", "elementwise",
    inplace=(0, 1, 2), samples=(Sample(((3, 4), (3, 4), (4,)), binary=(0,)),),
)  # fmt: skip
CAST = Op(
    "cast", lambda shape, **_: shape, lambda xp, a, dtype: xp.astype(a, getattr(xp, dtype)),
    lambda g, y, a, dtype: (cast(g, a.dtype) if a.is_float else None,), rules.given_dtype, rules.elementwise_rows,
    "np.copyto({out}, {0}, casting='unsafe')", "{0}.astype('{p[dtype]}')", "({p[dtype]})({0})", "elementwise",
    samples=(Sample(((3, 4),), (("dtype", "float64"),)),),
)  # fmt: skip


# ---- derivatives -------------------------------------------------------------------------------------------------
def _minus(g: Value, b: Value) -> Value | None:
    return neg(reduce_to(g, b.shape)) if _wanted(b) else None


def _product(g: Value, a: Value, b: Value) -> tuple[Value | None, ...]:
    return tuple(reduce_to(mul(g, other), x.shape) if _wanted(x) else None for x, other in ((a, b), (b, a)))


def _chosen(g: Value, condition: Value, a: Value, b: Value) -> tuple[Value | None, ...]:
    first = reduce_to(where(condition, g, 0.0), a.shape) if _wanted(a) else None
    return first, reduce_to(where(condition, 0.0, g), b.shape) if _wanted(b) else None


# ---- functions ---------------------------------------------------------------------------------------------------
def _one(op: Op, x: Operand) -> Value:
    return made(op, value_of(x))


def _alike(*operands: Operand) -> list[Value]:
    like = next((x for x in operands if isinstance(x, Value) and x.is_float), None)
    like = like or next((x for x in operands if isinstance(x, Value)), None)
    values = [value_of(x, like) for x in operands]
    dtype = rules.result(tuple(v.dtype for v in values))
    return [cast(v, dtype) for v in values]


def _two(op: Op, a: Operand, b: Operand) -> Value:
    return made(op, *_alike(a, b))


def neg(x: Operand) -> Value:
    """-x."""
    return _one(NEG, x)


def exp(x: Operand) -> Value:
    """e to the x."""
    return _one(EXP, x)


def log(x: Operand) -> Value:
    """Natural logarithm."""
    return _one(LOG, x)


def log1p(x: Operand) -> Value:
    """log(1 + x), exact near 0."""
    return _one(LOG1P, x)


def expm1(x: Operand) -> Value:
    """exp(x) - 1, exact near 0."""
    return _one(EXPM1, x)


def sqrt(x: Operand) -> Value:
    """Square root."""
    return _one(SQRT, x)


def square(x: Operand) -> Value:
    """x * x."""
    return _one(SQUARE, x)


def abs(x: Operand) -> Value:
    """Absolute value; its derivative at 0 is 0."""
    return _one(ABS, x)


def sign(x: Operand) -> Value:
    """-1, 0 or 1; nothing flows back."""
    return _one(SIGN, x)


def tanh(x: Operand) -> Value:
    """Hyperbolic tangent."""
    return _one(TANH, x)


def reciprocal(x: Operand) -> Value:
    """1 / x."""
    return _one(RECIPROCAL, x)


def logical_not(x: Value) -> Value:
    """True where x is false."""
    return made(LOGICAL_NOT, cast(x, "bool"))


def add(a: Operand, b: Operand) -> Value:
    """a + b."""
    return _two(ADD, a, b)


def sub(a: Operand, b: Operand) -> Value:
    """a - b."""
    return _two(SUB, a, b)


def mul(a: Operand, b: Operand) -> Value:
    """a * b."""
    return _two(MUL, a, b)


def div(a: Operand, b: Operand) -> Value:
    """a / b."""
    return _two(DIV, a, b)


def power(a: Operand, b: Operand) -> Value:
    """a to the b."""
    return _two(POWER, a, b)


def maximum(a: Operand, b: Operand) -> Value:
    """The larger of both; on a tie the derivative goes to the first."""
    return _two(MAXIMUM, a, b)


def minimum(a: Operand, b: Operand) -> Value:
    """The smaller of both; on a tie the derivative goes to the first."""
    return _two(MINIMUM, a, b)


def greater(a: Operand, b: Operand) -> Value:
    """a > b, as bool."""
    return _two(GREATER, a, b)


def greater_equal(a: Operand, b: Operand) -> Value:
    """a >= b, as bool."""
    return _two(GREATER_EQUAL, a, b)


def less(a: Operand, b: Operand) -> Value:
    """a < b, as bool."""
    return _two(LESS, a, b)


def less_equal(a: Operand, b: Operand) -> Value:
    """a <= b, as bool."""
    return _two(LESS_EQUAL, a, b)


def equal(a: Operand, b: Operand) -> Value:
    """a == b, as bool."""
    return _two(EQUAL, a, b)


def not_equal(a: Operand, b: Operand) -> Value:
    """a != b, as bool."""
    return _two(NOT_EQUAL, a, b)


def logical_and(a: Value, b: Value) -> Value:
    """Both are true."""
    return made(LOGICAL_AND, cast(a, "bool"), cast(b, "bool"))


def logical_or(a: Value, b: Value) -> Value:
    """At least one is true."""
    return made(LOGICAL_OR, cast(a, "bool"), cast(b, "bool"))


def where(condition: Value, a: Operand, b: Operand) -> Value:
    """a where the condition holds, else b."""
    return made(WHERE, cast(condition, "bool"), *_alike(a, b))


def cast(x: Operand, dtype: str) -> Value:
    """x as another dtype; x itself if it has it already. Floats become integers by cutting off."""
    value = value_of(x)
    if value.dtype == dtype:
        return value
    if value.number is not None and dtype.startswith("float"):
        from engine.ops.leaves import constant

        return constant(float(value.number), value.shape, dtype)
    return made(CAST, value, dtype=dtype)


def clip(x: Operand, low: Operand, high: Operand) -> Value:
    """x, at least low and at most high; where it is cut nothing flows back."""
    return minimum(maximum(x, low), high)
