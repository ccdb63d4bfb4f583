"""Activations that squeeze numbers into a range, and softmax."""

from engine import ops
from engine.activations.spec import ActivationSpec
from engine.ir.value import Value
from engine.registry import register
from engine.specs import field


@register(
    id="activation.sigmoid/1",
    kind="activation",
    group="activation",
    icon="spline",
    aliases=("logistic",),
    purpose="Squeezes into 0..1: the output of a yes-no question.",
)
class Sigmoid(ActivationSpec):
    """The logistic function: a probability from any number. With binary cross-entropy and one output unit."""

    FORMULA = "y = 1 / (1 + exp(-x))"

    def build(self, x: Value) -> Value:
        return ops.sigmoid(x)


@register(
    id="activation.hard_sigmoid/1",
    kind="activation",
    group="activation",
    icon="spline",
    purpose="A sigmoid of three straight lines, cheaper to compute.",
)
class HardSigmoid(ActivationSpec):
    """Straight lines in place of the logistic function: 0 below -3, 1 above 3."""

    FORMULA = "y = clip(x / 6 + 0.5, 0, 1)"

    def build(self, x: Value) -> Value:
        return ops.div(ops.clip(ops.add(x, 3.0), 0.0, 6.0), 6.0)


@register(
    id="activation.log_sigmoid/1",
    kind="activation",
    group="activation",
    icon="spline",
    aliases=("logsigmoid",),
    purpose="The logarithm of the sigmoid, computed without overflow.",
)
class LogSigmoid(ActivationSpec):
    """The logarithm of the logistic function: a log-probability."""

    FORMULA = "y = -log(1 + exp(-x))"

    def build(self, x: Value) -> Value:
        return ops.neg(ops.softplus(ops.neg(x)))


@register(
    id="activation.tanh/1",
    kind="activation",
    group="activation",
    icon="spline",
    purpose="Squeezes into -1..1, with 0 in the middle.",
)
class Tanh(ActivationSpec):
    """The hyperbolic tangent: smooth, zero-centred, saturates at both ends."""

    FORMULA = "y = tanh(x)"

    def build(self, x: Value) -> Value:
        return ops.tanh(x)


@register(
    id="activation.hard_tanh/1",
    kind="activation",
    group="activation",
    icon="spline",
    purpose="Cuts at -1 and 1.",
)
class HardTanh(ActivationSpec):
    """Straight lines in place of tanh."""

    FORMULA = "y = clip(x, -1, 1)"

    def build(self, x: Value) -> Value:
        return ops.clip(x, -1.0, 1.0)


@register(
    id="activation.softsign/1",
    kind="activation",
    group="activation",
    icon="spline",
    purpose="Squeezes into -1..1 more gently than tanh.",
)
class Softsign(ActivationSpec):
    """The input divided by 1 + its size."""

    FORMULA = "y = x / (1 + |x|)"

    def build(self, x: Value) -> Value:
        return ops.div(x, ops.add(ops.abs(x), 1.0))


@register(
    id="activation.tanh_shrink/1",
    kind="activation",
    group="activation",
    icon="spline",
    purpose="The input minus its tanh: small values vanish.",
)
class TanhShrink(ActivationSpec):
    """The input minus its hyperbolic tangent."""

    FORMULA = "y = x - tanh(x)"

    def build(self, x: Value) -> Value:
        return ops.sub(x, ops.tanh(x))


@register(
    id="activation.softmax/1",
    kind="activation",
    group="activation",
    icon="chart-column",
    purpose="Turns the units of a row into probabilities that sum to 1: the output of a classifier.",
)
class Softmax(ActivationSpec):
    """Exponentials divided by their sum. With (sparse) categorical cross-entropy and one unit per class."""

    FORMULA = "y = exp(x) / sum(exp(x))"
    CURVE = False
    axis: int = field(default=-1, doc="Axis whose values sum to 1.")

    def build(self, x: Value) -> Value:
        return ops.softmax(x, self.axis)


@register(
    id="activation.log_softmax/1",
    kind="activation",
    group="activation",
    icon="chart-column",
    purpose="The logarithm of the softmax, computed without overflow.",
)
class LogSoftmax(ActivationSpec):
    """Log-probabilities of the classes of a row."""

    FORMULA = "y = x - log(sum(exp(x)))"
    CURVE = False
    axis: int = field(default=-1, doc="Axis whose exponentials sum to 1.")

    def build(self, x: Value) -> Value:
        return ops.log_softmax(x, self.axis)
