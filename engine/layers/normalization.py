"""Layers that keep the spread of their inputs steady."""

import math
from typing import Any

from engine import ops
from engine.initializers import InitializerSpec, Ones, Zeros
from engine.ir.value import Value
from engine.layers.activation import row_axis
from engine.layers.spec import Context, LayerSpec, Misfit, Shape, Weight, begins, floating, joined, limits, penalty
from engine.registry import register
from engine.specs import field


def along(x: Value, w: Value, axes: tuple[int, ...]) -> Value:
    """Return a weight shaped so that it stretches over all axes of x but `axes`."""
    return ops.reshape(w, tuple(n if i in axes else 1 for i, n in enumerate(x.shape)))


@register(
    id="norm.batch_normalization/1",
    kind="layer",
    group="norm",
    icon="align-vertical-space-around",
    aliases=("BatchNorm", "bn", "batch norm"),
    purpose="Standardizes each unit over the batch, so that deep networks learn faster.",
)
class BatchNormalization(LayerSpec):
    """In training each unit (channel) is standardized with the mean and variance of the batch, then scaled and
    shifted by learnt numbers; otherwise, and when frozen, with the moving averages kept while training. Between a
    Dense or Conv2D layer and its activation; of little use with batches of a few rows. Ioffe & Szegedy 2015.

    Shapes: any -> the same. Weights: gamma, beta; moving_mean, moving_variance (not trained). Keras:
    BatchNormalization.
    """

    FORMULA = "y = gamma · (x - mean) / sqrt(variance + epsilon) + beta"
    RANK = (1, None)
    axis: int = field(default=-1, doc="Axis of the units; -1 is the last, 1 the first of a row.")
    momentum: float = field(default=0.99, doc="How slowly the moving averages move.", kind="rate")
    epsilon: float = field(default=0.001, doc="Added to the variance.", gt=0, advanced=True)
    center: bool = field(default=True, doc="Learn a shift.")
    scale: bool = field(default=True, doc="Learn a scale.")
    beta_initializer: InitializerSpec = begins(Zeros(), "shift")
    gamma_initializer: InitializerSpec = begins(Ones(), "scale")
    moving_mean_initializer: InitializerSpec = begins(Zeros(), "mean")
    moving_variance_initializer: InitializerSpec = begins(Ones(), "variance")
    beta_regularizer: Any | None = penalty("shift")
    gamma_regularizer: Any | None = penalty("scale")
    beta_constraint: Any | None = limits("shift")
    gamma_constraint: Any | None = limits("scale")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shape = (shapes[0][row_axis(self.axis, shapes) - 1],)
        gamma = Weight("gamma", shape, self.gamma_initializer, self.gamma_regularizer, self.gamma_constraint)
        beta = Weight("beta", shape, self.beta_initializer, self.beta_regularizer, self.beta_constraint)
        learnt = ((gamma,) if self.scale else ()) + ((beta,) if self.center else ())
        mean = Weight("moving_mean", shape, self.moving_mean_initializer, trainable=False)
        return (*learnt, mean, Weight("moving_variance", shape, self.moving_variance_initializer, trainable=False))

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        row_axis(self.axis, shapes)
        return shapes[0]

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        value = floating(c, x[0])
        axis = row_axis(self.axis, (value.shape[1:],))
        mean, variance = self._moments(c, value, axis, w)
        y = ops.mul(ops.sub(value, mean), ops.reciprocal(ops.sqrt(ops.add(variance, self.epsilon))))
        y = ops.mul(y, along(value, w["gamma"], (axis,))) if self.scale else y
        return ops.add(y, along(value, w["beta"], (axis,))) if self.center else y

    def _moments(self, c: Context, x: Value, axis: int, w: dict[str, Value]) -> tuple[Value, Value]:
        if not (c.training and c.trainable):
            return along(x, w["moving_mean"], (axis,)), along(x, w["moving_variance"], (axis,))
        axes = tuple(i for i in range(len(x.shape)) if i != axis)
        mean = ops.mean(x, axes, True)
        variance = ops.mean(ops.square(ops.sub(x, mean)), axes, True)
        for name, now in (("moving_mean", mean), ("moving_variance", variance)):
            flat = ops.reshape(now, w[name].shape)
            c.update(name, ops.add(ops.mul(w[name], self.momentum), ops.mul(flat, 1 - self.momentum)))
        return mean, variance

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 2 * math.prod(shapes[0])

    def summary_line(self) -> str:
        return joined(f"momentum {self.momentum:g}", None if self.axis == -1 else f"axis {self.axis}")


@register(
    id="norm.layer_normalization/1",
    kind="layer",
    group="norm",
    icon="align-vertical-space-around",
    aliases=("LayerNorm", "ln", "layer norm"),
    purpose="Standardizes each row over its own numbers; works with any batch size.",
)
class LayerNormalization(LayerSpec):
    """Each row is standardized over one or more of its axes, then scaled and shifted by learnt numbers. The same in
    training and afterwards. Ba et al. 2016.

    Shapes: any -> the same. Weights: gamma, beta, the lengths of the axes. Keras: LayerNormalization.
    """

    FORMULA = "y = gamma · (x - mean) / sqrt(variance + epsilon) + beta"
    RANK = (1, None)
    axis: tuple[int, ...] = field(
        default=(-1,), doc="Axes over which a row is standardized; -1 is the last, 1 the first of a row."
    )
    epsilon: float = field(default=0.001, doc="Added to the variance.", gt=0, advanced=True)
    center: bool = field(default=True, doc="Learn a shift.")
    scale: bool = field(default=True, doc="Learn a scale.")
    beta_initializer: InitializerSpec = begins(Zeros(), "shift")
    gamma_initializer: InitializerSpec = begins(Ones(), "scale")
    beta_regularizer: Any | None = penalty("shift")
    gamma_regularizer: Any | None = penalty("scale")
    beta_constraint: Any | None = limits("shift")
    gamma_constraint: Any | None = limits("scale")

    def __post_init__(self) -> None:
        if isinstance(self.axis, int) and not isinstance(self.axis, bool):
            object.__setattr__(self, "axis", (self.axis,))
        super().__post_init__()

    def axes(self, shapes: tuple[Shape, ...]) -> tuple[int, ...]:
        """Return the axes counted from the front, the rows being 0; raises Misfit."""
        try:
            return tuple(sorted({row_axis(a, shapes) for a in self.axis}))
        except Misfit as error:
            fix = ("axis", (-1,), "Set axis to -1")
            raise Misfit(error.needs, shapes, fix="Set axis to -1.", short=error.short, set=fix) from None

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shape = tuple(shapes[0][a - 1] for a in self.axes(shapes))
        gamma = Weight("gamma", shape, self.gamma_initializer, self.gamma_regularizer, self.gamma_constraint)
        beta = Weight("beta", shape, self.beta_initializer, self.beta_regularizer, self.beta_constraint)
        return ((gamma,) if self.scale else ()) + ((beta,) if self.center else ())

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        self.axes(shapes)
        return shapes[0]

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        value = floating(c, x[0])
        axes = self.axes((value.shape[1:],))
        centred = ops.sub(value, ops.mean(value, axes, True))
        variance = ops.mean(ops.square(centred), axes, True)
        y = ops.mul(centred, ops.reciprocal(ops.sqrt(ops.add(variance, self.epsilon))))
        y = ops.mul(y, along(value, w["gamma"], axes)) if self.scale else y
        return ops.add(y, along(value, w["beta"], axes)) if self.center else y

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 4 * math.prod(shapes[0])

    def summary_line(self) -> str:
        return "" if self.axis == (-1,) else f"axis {', '.join(map(str, self.axis))}"
