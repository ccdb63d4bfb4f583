"""Convolutions. Images are (height, width, channels)."""

import math
from typing import Any

from engine import ops
from engine.activations import apply
from engine.errors import UsageError
from engine.initializers import GlorotUniform, InitializerSpec, Zeros
from engine.ir.value import Value
from engine.layers.core import penalize
from engine.layers.spec import (
    Context,
    LayerSpec,
    Misfit,
    Shape,
    Weight,
    begins,
    floating,
    joined,
    limits,
    penalty,
    short,
)
from engine.registry import register
from engine.specs import field

PADDING = ("valid", "same")


def image_misfit(shapes: tuple[Shape, ...]) -> Misfit | None:
    """Return what to say when a layer for images gets something else, else None."""
    shape = shapes[0]
    if len(shape) == 3:
        return None
    size = math.prod(shape)
    side = math.isqrt(size)
    square = (side, side, 1) if side * side == size else (size, 1, 1)
    target = (*shape, 1) if len(shape) == 2 else (-1, *shape[-2:]) if len(shape) > 3 else square
    insert = ("reshape.reshape/1", 0, (("target_shape", target),))
    fix = f"Put a Reshape to {target} between them."
    return Misfit("needs images (height, width, channels)", shapes, fix=fix, short="needs an image", insert=insert)


def window_shape(
    shapes: tuple[Shape, ...], size: tuple[int, ...], strides: tuple[int, int], padding: str, dilation: tuple[int, ...]
) -> tuple[int, int]:
    """Return (height, width) after sliding a window over an image; raises Misfit when there is no image or no room."""
    if problem := image_misfit(shapes):
        raise problem
    spans = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    if padding == "same":
        return -(-shapes[0][0] // strides[0]), -(-shapes[0][1] // strides[1])
    if any(n < span for n, span in zip(shapes[0], spans, strict=False)):
        raise Misfit(
            f"needs images of at least {short(spans)}", shapes, fix='Set padding to "same" or use a smaller window.',
            short="image too small", set=("padding", "same", "Set padding to same"),
        )  # fmt: skip
    return (shapes[0][0] - spans[0]) // strides[0] + 1, (shapes[0][1] - spans[1]) // strides[1] + 1


@register(
    id="conv.conv2d/1",
    kind="layer",
    group="conv",
    icon="grid-3x3",
    aliases=("Convolution2D", "convolution", "cnn", "filter"),
    purpose="Slides learnt filters over an image and says where each one matches.",
)
class Conv2D(LayerSpec):
    """A convolution over images. Early layers learn edges, later ones parts. Two or three of them with 3×3 windows,
    each followed by a MaxPooling2D, then Flatten and Dense, make a first image classifier.

    Shapes: (h, w, c) -> (h', w', filters); with padding "same" and strides 1, h' = h and w' = w.
    Weights: kernel (kh, kw, c / groups, filters), bias (filters). Keras: Conv2D, channels last.
    """

    DATA = ("image",)
    FORMULA = "y = activation(x ∗ W + b)"
    filters: int = field(doc="How many filters: the channels of the output.", ge=1, suggested=32)
    kernel_size: tuple[int, int] = field(doc="Height and width of a filter.", ge=1, length=2, suggested=(3, 3))
    strides: tuple[int, int] = field(default=(1, 1), doc="Step of the window.", ge=1, length=2)
    padding: str = field(
        default="valid", doc="valid: only whole windows. same: zeros around the image.", choices=PADDING
    )
    dilation_rate: tuple[int, int] = field(
        default=(1, 1), doc="Gaps between the filter's cells.", ge=1, length=2, advanced=True
    )
    groups: int = field(default=1, doc="Channels are split into so many groups.", ge=1, advanced=True)
    activation: str = field(default="linear", doc="Applied to the output.", kind="activation", suggested="relu")
    use_bias: bool = field(default=True, doc="Add a learnt constant to each filter.")
    kernel_initializer: InitializerSpec = begins(GlorotUniform(), "filters")
    bias_initializer: InitializerSpec = begins(Zeros(), "bias")
    kernel_regularizer: Any | None = penalty("filters")
    bias_regularizer: Any | None = penalty("bias")
    activity_regularizer: Any | None = penalty("output")
    kernel_constraint: Any | None = limits("filters")
    bias_constraint: Any | None = limits("bias")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.filters % self.groups:
            raise UsageError(
                f"Conv2D: filters must be a multiple of groups; they are {self.filters} and {self.groups}."
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise UsageError("Conv2D: strides or dilation_rate may be more than 1, not both.")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shape = (*self.kernel_size, shapes[0][-1] // self.groups, self.filters)
        kernel = Weight("kernel", shape, self.kernel_initializer, self.kernel_regularizer, self.kernel_constraint)
        bias = Weight("bias", (self.filters,), self.bias_initializer, self.bias_regularizer, self.bias_constraint)
        return (kernel, bias) if self.use_bias else (kernel,)

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        size = window_shape(shapes, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        if shapes[0][-1] % self.groups:
            raise Misfit(
                f"needs channels in {self.groups} equal groups", shapes, fix="Set groups to 1.", short="groups differ",
                set=("groups", 1, "Set groups to 1"),
            )  # fmt: skip
        return (*size, self.filters)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        y = ops.conv2d(floating(c, x[0]), w["kernel"], self.strides, self.padding, self.dilation_rate, self.groups)
        y = apply(self.activation, ops.add(y, w["bias"]) if self.use_bias else y)
        penalize(c, self.activity_regularizer, y)
        return y

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        cell = math.prod(self.kernel_size) * shapes[0][-1] // self.groups
        return math.prod(self.output_shape(shapes)) * cell

    def summary_line(self) -> str:
        return joined(f"{self.filters} filters", short(self.kernel_size), self.activation)
