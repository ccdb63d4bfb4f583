"""Activations that let positive numbers through: ReLU and its relatives."""

import math

from engine import ops
from engine.activations.spec import ActivationSpec
from engine.ir.value import Value
from engine.registry import register
from engine.specs import field


@register(id="activation.linear/1", kind="activation", group="activation", icon="minus", purpose="Changes nothing.")
class Linear(ActivationSpec):
    """The identity. For the output of a regression, and wherever another layer follows with its own activation."""

    FORMULA = "y = x"

    def build(self, x: Value) -> Value:
        return x


@register(
    id="activation.relu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    aliases=("rectifier",),
    purpose="Cuts negative values to 0: the usual choice for hidden layers.",
)
class Relu(ActivationSpec):
    """The rectified linear unit. Cheap, does not saturate above 0. Nair & Hinton 2010."""

    FORMULA = "y = max(x, 0)"
    negative_slope: float = field(default=0.0, doc="Slope below the threshold.")
    max_value: float | None = field(default=None, doc="Largest output; None: no limit.")
    threshold: float = field(default=0.0, doc="Inputs below it are damped.")

    def build(self, x: Value) -> Value:
        return rectify(x, self.negative_slope, self.max_value, self.threshold)


def rectify(x: Value, negative_slope: float, max_value: float | None, threshold: float) -> Value:
    """Return x at and above the threshold, negative_slope · (x - threshold) below, at most max_value (Keras' relu)."""
    if threshold:
        y = ops.where(ops.greater(x, threshold), x, ops.mul(ops.sub(x, threshold), negative_slope))
    else:
        y = leak(x, negative_slope) if negative_slope else ops.relu(x)
    return y if max_value is None else ops.minimum(y, max_value)


def leak(x: Value, slope: float | Value) -> Value:
    """Return x above 0 and slope · x below."""
    return ops.where(ops.greater(x, 0.0), x, ops.mul(x, slope))


@register(
    id="activation.relu6/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="ReLU that stops at 6, for networks that are quantized later.",
)
class Relu6(ActivationSpec):
    """ReLU cut at 6. From the MobileNets."""

    FORMULA = "y = min(max(x, 0), 6)"

    def build(self, x: Value) -> Value:
        return ops.minimum(ops.relu(x), 6.0)


@register(
    id="activation.leaky_relu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="ReLU with a small slope below 0, so that no unit dies.",
)
class LeakyRelu(ActivationSpec):
    """ReLU that keeps a little gradient below 0. The function's slope is 0.2; the layer LeakyReLU's is 0.3."""

    FORMULA = "y = x if x > 0 else negative_slope · x"
    negative_slope: float = field(default=0.2, doc="Slope below 0.")

    def build(self, x: Value) -> Value:
        return leak(x, self.negative_slope)


@register(
    id="activation.elu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="ReLU that bends smoothly to a negative floor.",
)
class Elu(ActivationSpec):
    """The exponential linear unit. Clevert et al. 2015."""

    FORMULA = "y = x if x > 0 else alpha · (exp(x) - 1)"
    alpha: float = field(default=1.0, doc="Depth of the floor.")

    def build(self, x: Value) -> Value:
        return exponential_linear(x, self.alpha)


def exponential_linear(x: Value, alpha: float) -> Value:
    """Return x above 0 and alpha · (exp(x) - 1) below."""
    return ops.where(ops.greater(x, 0.0), x, ops.mul(ops.expm1(ops.minimum(x, 0.0)), alpha))


@register(
    id="activation.celu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="ELU whose slope has no jump for any alpha.",
)
class Celu(ActivationSpec):
    """The continuously differentiable ELU. Barron 2017."""

    FORMULA = "y = max(x, 0) + alpha · (exp(min(x, 0) / alpha) - 1)"
    alpha: float = field(default=1.0, doc="Depth of the floor.", gt=0)

    def build(self, x: Value) -> Value:
        low = ops.mul(ops.expm1(ops.div(ops.minimum(x, 0.0), self.alpha)), self.alpha)
        return ops.add(ops.relu(x), low)


@register(
    id="activation.selu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="ELU scaled so that deep stacks keep mean 0 and variance 1.",
)
class Selu(ActivationSpec):
    """The scaled ELU; start the weights with lecun_normal. Klambauer et al. 2017."""

    FORMULA = "y = 1.0507 · (x if x > 0 else 1.6733 · (exp(x) - 1))"

    def build(self, x: Value) -> Value:
        return ops.mul(exponential_linear(x, 1.6732632423543772), 1.0507009873554805)


@register(
    id="activation.gelu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="A smooth ReLU, usual in transformers.",
)
class Gelu(ActivationSpec):
    """The input weighted by the normal distribution's probability of being below it. Hendrycks & Gimpel 2016."""

    FORMULA = "y = x · (1 + erf(x / sqrt(2))) / 2"
    approximate: bool = field(default=False, doc="Use the tanh formula in place of erf.")

    def build(self, x: Value) -> Value:
        if self.approximate:
            cubic = ops.add(x, ops.mul(ops.mul(ops.square(x), x), 0.044715))
            gate = ops.tanh(ops.mul(cubic, math.sqrt(2 / math.pi)))
        else:
            gate = ops.erf(ops.mul(x, math.sqrt(0.5)))
        return ops.mul(ops.mul(x, ops.add(gate, 1.0)), 0.5)


@register(
    id="activation.silu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    aliases=("swish",),
    purpose="The input times its own sigmoid: a smooth ReLU with a dip.",
)
class Silu(ActivationSpec):
    """The sigmoid linear unit, also called swish. Ramachandran et al. 2017."""

    FORMULA = "y = x · sigmoid(x)"

    def build(self, x: Value) -> Value:
        return ops.mul(x, ops.sigmoid(x))


@register(
    id="activation.hard_silu/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    aliases=("hard_swish",),
    purpose="Silu of straight lines, cheaper to compute.",
)
class HardSilu(ActivationSpec):
    """The input times its own hard sigmoid. From MobileNetV3."""

    FORMULA = "y = x · clip(x / 6 + 0.5, 0, 1)"

    def build(self, x: Value) -> Value:
        return ops.mul(x, ops.div(ops.clip(ops.add(x, 3.0), 0.0, 6.0), 6.0))


@register(
    id="activation.mish/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="A smooth ReLU with a dip, a little costlier than silu.",
)
class Mish(ActivationSpec):
    """The input times the tanh of its softplus. Misra 2019."""

    FORMULA = "y = x · tanh(log(1 + exp(x)))"

    def build(self, x: Value) -> Value:
        return ops.mul(x, ops.tanh(ops.softplus(x)))


@register(
    id="activation.softplus/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="A smooth ReLU that is always positive: for outputs such as a variance.",
)
class Softplus(ActivationSpec):
    """The logarithm of 1 + exp(x), computed without overflow."""

    FORMULA = "y = log(1 + exp(x))"

    def build(self, x: Value) -> Value:
        return ops.softplus(x)


@register(
    id="activation.exponential/1",
    kind="activation",
    group="activation",
    icon="trending-up",
    purpose="The exponential: for rates and other positive outputs.",
)
class Exponential(ActivationSpec):
    """exp(x): the inverse of a logarithm."""

    FORMULA = "y = exp(x)"

    def build(self, x: Value) -> Value:
        return ops.exp(x)
