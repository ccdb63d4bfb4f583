"""Layers that prepare data inside the network."""

import numpy as np
from numpy.typing import NDArray

from engine import ops
from engine.errors import UsageError
from engine.initializers import Ones, Zeros
from engine.ir.value import Value
from engine.layers.activation import row_axis
from engine.layers.normalization import along
from engine.layers.spec import Context, LayerSpec, Shape, Weight, floating, joined
from engine.registry import register
from engine.specs import field

EPSILON = 1e-7


@register(
    id="preprocess.normalization/1",
    kind="layer",
    group="preprocess",
    icon="sliders-horizontal",
    aliases=("standardize", "scaler", "z-score"),
    purpose="Standardizes each input column with the mean and spread of the training rows.",
)
class Normalization(LayerSpec):
    """Subtracts the mean and divides by the standard deviation of the training rows, which it learns at the start of
    a fit (or they are given). Put it behind an Input whose data is not already scaled on the Data page.

    Shapes: any -> the same. Weights: mean, variance (not trained), the length of the axis. Keras: Normalization, one
    axis.
    """

    DATA = ("tabular", "image")
    ADAPTS = True
    RANK = (1, None)
    FORMULA = "y = (x - mean) / sqrt(variance)"
    axis: int = field(default=-1, doc="Axis of the columns; -1 is the last, 1 the first of a row.")
    mean: tuple[float, ...] | None = field(
        default=None, doc="Known means; None: those of the training rows.", advanced=True
    )
    variance: tuple[float, ...] | None = field(default=None, doc="Known variances, with mean.", ge=0, advanced=True)
    invert: bool = field(default=False, doc="Undo a normalization: multiply, then add.", advanced=True)

    def __post_init__(self) -> None:
        for name in ("mean", "variance"):
            if isinstance(value := getattr(self, name), int | float):
                object.__setattr__(self, name, (value,))
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            raise UsageError("Normalization: give both mean and variance, or neither.")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        if self.mean is not None:
            return ()
        shape = (shapes[0][row_axis(self.axis, shapes) - 1],)
        mean = Weight("mean", shape, Zeros(), trainable=False)
        return (mean, Weight("variance", shape, Ones(), trainable=False))

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        row_axis(self.axis, shapes)
        return shapes[0]

    def adapt(self, x: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
        """Return the weights for these training rows: weight name -> array."""
        axis = self.axis % x.ndim
        others = tuple(i for i in range(x.ndim) if i != axis)
        wide = x.astype(np.float64)
        return {"mean": wide.mean(others).astype(np.float32), "variance": wide.var(others).astype(np.float32)}

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        value = floating(c, x[0])
        mean, variance = self._statistics(c, value, w)
        spread = ops.maximum(ops.sqrt(variance), EPSILON)
        if self.invert:
            return ops.add(mean, ops.mul(value, spread))
        return ops.div(ops.sub(value, mean), spread)

    def _statistics(self, c: Context, x: Value, w: dict[str, Value]) -> tuple[Value, Value]:
        axis = row_axis(self.axis, (x.shape[1:],))
        if self.mean is None or self.variance is None:
            return along(x, w["mean"], (axis,)), along(x, w["variance"], (axis,))
        return fixed(c, x, self.mean, axis), fixed(c, x, self.variance, axis)

    def summary_line(self) -> str:
        return joined("invert" if self.invert else None, "given" if self.mean else None)


def fixed(c: Context, x: Value, numbers: tuple[float, ...], axis: int) -> Value:
    """Return known numbers as a value that stretches over x along an axis."""
    parts = [ops.constant(n, (1,), c.dtype) for n in numbers]
    flat = parts[0] if len(parts) == 1 else ops.concat(parts, 0)
    shape = [1] * len(x.shape)
    shape[axis] = len(parts)
    return ops.reshape(flat, tuple(shape))


@register(
    id="preprocess.rescaling/1",
    kind="layer",
    group="preprocess",
    icon="scaling",
    aliases=("scale", "divide by 255"),
    purpose="Multiplies by a number and adds another: pixels 0..255 to 0..1.",
)
class Rescaling(LayerSpec):
    """A fixed scale and shift. For images: scale 1/255 gives 0..1; 1/127.5 with offset -1 gives -1..1.

    Shapes: any -> the same. Keras: Rescaling.
    """

    DATA = ("tabular", "image")
    FORMULA = "y = x · scale + offset"
    scale: float = field(doc="Factor.", suggested=1 / 255)
    offset: float = field(default=0.0, doc="Added after the factor.")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        y = ops.mul(floating(c, x[0]), self.scale)
        return ops.add(y, self.offset) if self.offset else y

    def summary_line(self) -> str:
        return f"× {self.scale:.4g}" + (f" + {self.offset:g}" if self.offset else "")
