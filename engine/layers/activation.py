"""Activations as layers of their own."""

import math
from typing import Any

from engine import ops
from engine.activations import apply, exponential_linear, leak, rectify
from engine.initializers import InitializerSpec, Zeros
from engine.ir.value import Value
from engine.layers.spec import Context, LayerSpec, Misfit, Shape, Weight, begins, floating, limits, penalty, short
from engine.registry import register
from engine.specs import field


@register(
    id="activation.activation/1",
    kind="layer",
    group="activation",
    icon="spline",
    aliases=("nonlinearity", "transfer function"),
    purpose="Applies an activation on its own, for example after a normalization.",
)
class Activation(LayerSpec):
    """Any activation by name. Most layers have one built in; a layer of its own is for putting something between
    the weighted sum and the activation, such as a BatchNormalization.

    Shapes: any -> the same. Keras: Activation.
    """

    FORMULA = "y = activation(x)"
    activation: str = field(doc="Which one.", kind="activation", suggested="relu")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return apply(self.activation, floating(c, x[0]))

    def summary_line(self) -> str:
        return self.activation


@register(
    id="activation.relu_layer/1",
    kind="layer",
    group="activation",
    icon="trending-up",
    aliases=("rectifier", "relu"),
    purpose="Cuts negative values to 0.",
)
class ReLU(LayerSpec):
    """The rectified linear unit as a layer: the usual activation of hidden layers, with its three knobs.

    Shapes: any -> the same. Keras: ReLU.
    """

    FORMULA = "y = min(x if x >= threshold else negative_slope · (x - threshold), max_value)"
    max_value: float | None = field(default=None, doc="Largest output; None: no limit.", ge=0)
    negative_slope: float = field(default=0.0, doc="Slope below the threshold.", ge=0)
    threshold: float = field(default=0.0, doc="Inputs below it are damped.", ge=0)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return rectify(floating(c, x[0]), self.negative_slope, self.max_value, self.threshold)


@register(
    id="activation.leaky_relu_layer/1",
    kind="layer",
    group="activation",
    icon="trending-up",
    aliases=("leaky_relu",),
    purpose="ReLU with a small slope below 0.",
)
class LeakyReLU(LayerSpec):
    """ReLU that lets a little through below 0, so that a unit can recover. The slope is 0.3 here and 0.2 in the
    activation leaky_relu, as in Keras.

    Shapes: any -> the same. Keras: LeakyReLU.
    """

    FORMULA = "y = x if x > 0 else negative_slope · x"
    negative_slope: float = field(default=0.3, doc="Slope below 0.", ge=0)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return leak(floating(c, x[0]), self.negative_slope)

    def summary_line(self) -> str:
        return f"slope {self.negative_slope:g}"


@register(
    id="activation.elu_layer/1",
    kind="layer",
    group="activation",
    icon="trending-up",
    aliases=("elu", "exponential linear"),
    purpose="ReLU that bends smoothly to a negative floor.",
)
class ELU(LayerSpec):
    """The exponential linear unit: outputs average nearer to 0 than with ReLU. Clevert et al. 2015.

    Shapes: any -> the same. Keras: ELU.
    """

    FORMULA = "y = x if x > 0 else alpha · (exp(x) - 1)"
    alpha: float = field(default=1.0, doc="Depth of the floor.")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return exponential_linear(floating(c, x[0]), self.alpha)

    def summary_line(self) -> str:
        return f"α {self.alpha:g}"


@register(
    id="activation.prelu/1",
    kind="layer",
    group="activation",
    icon="trending-up",
    aliases=("parametric relu", "prelu"),
    purpose="ReLU whose slope below 0 is learnt, one per unit.",
)
class PReLU(LayerSpec):
    """ReLU with learnt slopes below 0. Behind a convolution, share them over the image with shared_axes (1, 2).
    He et al. 2015.

    Shapes: any -> the same. Weights: alpha, the shape of a row, 1 along shared axes. Keras: PReLU.
    """

    FORMULA = "y = x if x > 0 else alpha · x"
    alpha_initializer: InitializerSpec = begins(Zeros(), "slopes")
    alpha_regularizer: Any | None = penalty("slopes")
    alpha_constraint: Any | None = limits("slopes")
    shared_axes: tuple[int, ...] | None = field(
        default=None, doc="Axes of a row, counted from 1, that share a slope.", ge=1
    )

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shared = self.shared_axes or ()
        shape = tuple(1 if axis in shared else size for axis, size in enumerate(shapes[0], 1))
        return (Weight("alpha", shape, self.alpha_initializer, self.alpha_regularizer, self.alpha_constraint),)

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if any(axis > len(shapes[0]) for axis in self.shared_axes or ()):
            raise Misfit(
                f"needs rows with the shared axes {self.shared_axes}",
                shapes,
                fix="Share fewer axes.",
                short="no such axis",
                set=("shared_axes", None, "Share no axes"),
            )
        return shapes[0]

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return leak(floating(c, x[0]), w["alpha"])


@register(
    id="activation.softmax_layer/1",
    kind="layer",
    group="activation",
    icon="chart-column",
    aliases=("softmax", "probabilities"),
    purpose="Turns numbers into probabilities that sum to 1.",
)
class Softmax(LayerSpec):
    """Exponentials divided by their sum along an axis. As the end of a classifier it is simpler to write
    Dense(classes, "softmax").

    Shapes: any -> the same. Keras: Softmax.
    """

    FORMULA = "y = exp(x) / sum(exp(x))"
    RANK = (1, None)
    axis: int = field(default=-1, doc="Axis whose values sum to 1; -1 is the last, 1 the first of a row.")

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        row_axis(self.axis, shapes)
        return shapes[0]

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.softmax(floating(c, x[0]), row_axis(self.axis, (x[0].shape[1:],)))

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 3 * math.prod(shapes[0])

    def summary_line(self) -> str:
        return "" if self.axis == -1 else f"axis {short(self.axis)}"


def row_axis(axis: int, shapes: tuple[Shape, ...]) -> int:
    """Return an axis counted from the front, the batch axis being 0; raises Misfit unless it is one of the row's."""
    rank = len(shapes[0]) + 1
    found = axis + rank if axis < 0 else axis
    if not 1 <= found < rank:
        raise Misfit(
            f"needs an axis {axis} in its rows", shapes, fix="Set axis to -1.", short="no such axis",
            set=("axis", -1, "Set axis to -1"),
        )  # fmt: skip
    return found
