"""Layers that summarize windows of an image, or all of it."""

import math

from engine import ops
from engine.ir.value import Value
from engine.layers.convolution import PADDING, image_misfit, window_shape
from engine.layers.spec import Context, LayerSpec, Shape, floating, joined, short
from engine.registry import register
from engine.specs import field


class Pooling2D(LayerSpec):
    """Base of the poolings that slide a window."""

    DATA = ("image",)
    pool_size: tuple[int, int]
    strides: tuple[int, int] | None
    padding: str

    def step(self) -> tuple[int, int]:
        """Return the strides; without any, the window's size."""
        return self.strides or self.pool_size

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        size = window_shape(shapes, self.pool_size, self.step(), self.padding, (1, 1))
        return (*size, shapes[0][-1])

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return math.prod(self.output_shape(shapes)) * math.prod(self.pool_size)

    def summary_line(self) -> str:
        return joined(short(self.pool_size), f"step {short(self.strides)}" if self.strides else None)


@register(
    id="pool.max_pooling2d/1",
    kind="layer",
    group="pool",
    icon="grid-2x2",
    aliases=("MaxPool2D", "max pool", "downsample"),
    purpose="Keeps the strongest answer of each window and so halves an image.",
)
class MaxPooling2D(Pooling2D):
    """The largest number of each window, channel by channel: the image shrinks, what was found stays. Behind a Conv2D.

    Shapes: (h, w, c) -> (h / 2, w / 2, c) with the defaults. Keras: MaxPooling2D, channels last.
    """

    FORMULA = "y = max of each window"
    pool_size: tuple[int, int] = field(default=(2, 2), doc="Height and width of the window.", ge=1, length=2)
    strides: tuple[int, int] | None = field(default=None, doc="Step of the window; None: its size.", ge=1, length=2)
    padding: str = field(
        default="valid", doc="valid: only whole windows. same: also those at the edge.", choices=PADDING
    )

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.max_pool2d(floating(c, x[0]), self.pool_size, self.step(), self.padding)


@register(
    id="pool.average_pooling2d/1",
    kind="layer",
    group="pool",
    icon="grid-2x2",
    aliases=("AvgPool2D", "average pool", "downsample"),
    purpose="Averages each window and so halves an image.",
)
class AveragePooling2D(Pooling2D):
    """The mean of each window, channel by channel; zeros put around the image are not counted.

    Shapes: (h, w, c) -> (h / 2, w / 2, c) with a window of 2. Keras: AveragePooling2D, channels last.
    """

    FORMULA = "y = mean of each window"
    pool_size: tuple[int, int] = field(doc="Height and width of the window.", ge=1, length=2, suggested=(2, 2))
    strides: tuple[int, int] | None = field(default=None, doc="Step of the window; None: its size.", ge=1, length=2)
    padding: str = field(
        default="valid", doc="valid: only whole windows. same: also those at the edge.", choices=PADDING
    )

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.avg_pool2d(floating(c, x[0]), self.pool_size, self.step(), self.padding)


class GlobalPooling2D(LayerSpec):
    """Base of the poolings over all of an image."""

    DATA = ("image",)
    keepdims: bool

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if problem := image_misfit(shapes):
            raise problem
        return (1, 1, shapes[0][-1]) if self.keepdims else shapes[0][-1:]

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return math.prod(shapes[0])


@register(
    id="pool.global_average_pooling2d/1",
    kind="layer",
    group="pool",
    icon="grid-2x2",
    aliases=("GlobalAvgPool2D", "gap", "global average"),
    purpose="One number per channel: its mean over the image. Replaces Flatten with far fewer weights.",
)
class GlobalAveragePooling2D(GlobalPooling2D):
    """The mean over height and width. Between the last convolution and the Dense output, for any image size.

    Shapes: (h, w, c) -> (c). Keras: GlobalAveragePooling2D, channels last.
    """

    FORMULA = "y = mean over height and width"
    keepdims: bool = field(default=False, doc="Keep height and width as axes of length 1.")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.mean(floating(c, x[0]), (1, 2), self.keepdims)


@register(
    id="pool.global_max_pooling2d/1",
    kind="layer",
    group="pool",
    icon="grid-2x2",
    aliases=("GlobalMaxPool2D", "gmp", "global max"),
    purpose="One number per channel: its largest value in the image.",
)
class GlobalMaxPooling2D(GlobalPooling2D):
    """The largest value over height and width: whether something was found anywhere.

    Shapes: (h, w, c) -> (c). Keras: GlobalMaxPooling2D, channels last.
    """

    FORMULA = "y = max over height and width"
    keepdims: bool = field(default=False, doc="Keep height and width as axes of length 1.")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.max(floating(c, x[0]), (1, 2), self.keepdims)
