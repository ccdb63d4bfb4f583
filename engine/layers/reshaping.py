"""Layers that only change the shape."""

import math

from engine import ops
from engine.errors import UsageError
from engine.ir.value import Value
from engine.layers.spec import Context, LayerSpec, Misfit, Shape, short
from engine.registry import register
from engine.specs import field


class Reshaping(LayerSpec):
    """Base: the numbers stay as they are."""

    def output_dtype(self, dtypes: tuple[str, ...]) -> str:
        return dtypes[0]

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        return ops.reshape(x[0], (x[0].shape[0], *self.output_shape((x[0].shape[1:],))))

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 0


@register(
    id="reshape.flatten/1",
    kind="layer",
    group="reshape",
    icon="rows-3",
    aliases=("unroll", "vector"),
    purpose="Lays all numbers of a row in one line: from images to Dense layers.",
)
class Flatten(Reshaping):
    """All axes of a row become one. Between convolutions and Dense layers.

    Shapes: (a, b, c) -> (a · b · c). Keras: Flatten.
    """

    DATA = ("image", "text")
    FORMULA = "(a, b, c) → (a · b · c)"

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        return (math.prod(shapes[0]),)


@register(
    id="reshape.reshape/1",
    kind="layer",
    group="reshape",
    icon="scaling",
    aliases=("resize", "view"),
    purpose="Arranges the numbers of a row in another shape: from a line to an image.",
)
class Reshape(Reshaping):
    """The same numbers in the same order under another shape. One entry may be -1: it is worked out.

    Shapes: any -> target_shape, with as many numbers. Keras: Reshape.
    """

    FORMULA = "(a · b) → (a, b)"
    target_shape: tuple[int, ...] = field(doc="Shape of one row; one entry may be -1.", ge=-1, suggested=(-1, 1))

    def __post_init__(self) -> None:
        if isinstance(self.target_shape, int):
            object.__setattr__(self, "target_shape", (self.target_shape,))
        super().__post_init__()
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise UsageError(f"Reshape: target_shape may hold one -1 and no 0; it is {self.target_shape}.")

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        total, known = math.prod(shapes[0]), math.prod(n for n in self.target_shape if n != -1)
        fits = total % known == 0 if -1 in self.target_shape else total == known
        if not fits:
            kind = f"a multiple of {known}" if -1 in self.target_shape else f"{known}"
            raise Misfit(
                f"needs {kind} numbers for {self.target_shape}", shapes, fix=f"Choose a shape of {total} numbers.",
                short=f"{total} numbers, not {known}", set=("target_shape", (total,), f"Set the shape to ({total},)"),
            )  # fmt: skip
        return tuple(total // known if n == -1 else n for n in self.target_shape)

    def summary_line(self) -> str:
        return short(self.target_shape)
