"""Input, Dense and Embedding."""

import math
from typing import Any

from engine import ops
from engine.activations import apply
from engine.initializers import GlorotUniform, InitializerSpec, RandomUniform, Zeros
from engine.ir.value import Value
from engine.layers.spec import Context, LayerSpec, Misfit, Shape, Weight, begins, floating, joined, limits, penalty
from engine.registry import register
from engine.specs import field

STARTING = 8
"""Numbers of a row that an Input is given while there are no data."""


@register(
    id="io.input/1",
    kind="layer",
    group="io",
    icon="log-in",
    aliases=("InputLayer", "source", "data"),
    purpose="Where the rows of a tensor enter the network.",
)
class Input(LayerSpec):
    """The entrance of a network. On the canvas it takes a tensor of the data and has that tensor's shape; in code the
    shape of one row is given. A network may have several.

    Shapes: none -> shape. Keras: Input.
    """

    INPUTS = (0, 0)
    FORMULA = "y = rows of a tensor"
    shape: tuple[int, ...] | None = field(
        default=None, doc="Shape of one row; None: that of the tensor it takes.", ge=1
    )
    dtype: str = field(
        default="float32", doc="Type of the numbers.", choices=("float32", "float64", "int32", "int64"), advanced=True
    )

    def __post_init__(self) -> None:
        if isinstance(self.shape, int) and not isinstance(self.shape, bool):
            object.__setattr__(self, "shape", (self.shape,))
        super().__post_init__()

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        if self.shape is None:
            given = ("shape", (STARTING,), f"Begin with {STARTING} numbers")
            raise Misfit("needs a shape", (), fix="Choose the tensor it takes.", short="no tensor", set=given)
        return self.shape

    def output_dtype(self, dtypes: tuple[str, ...]) -> str:
        return self.dtype

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 0

    def summary_line(self) -> str:
        return "" if self.shape is None else str(self.shape)


@register(
    id="core.dense/1",
    kind="layer",
    group="core",
    icon="layers",
    aliases=("fully connected", "fc", "linear layer", "perceptron"),
    purpose="Every output is a weighted sum of all inputs, then an activation.",
)
class Dense(LayerSpec):
    """A fully connected layer: the workhorse for tables and the head of most networks. Rows with several axes are
    allowed; it then acts along the last one. To use all numbers of an image together, put a Flatten before it.

    Shapes: (..., n) -> (..., units). Weights: kernel (n, units), bias (units). Keras: Dense.
    """

    FORMULA = "y = activation(x · W + b)"
    RANK = (1, None)
    units: int = field(doc="Width of the output.", ge=1, suggested=64)
    activation: str = field(default="linear", doc="Applied to the output.", kind="activation", suggested="relu")
    use_bias: bool = field(default=True, doc="Add a learnt constant to each unit.")
    kernel_initializer: InitializerSpec = begins(GlorotUniform(), "kernel")
    bias_initializer: InitializerSpec = begins(Zeros(), "bias")
    kernel_regularizer: Any | None = penalty("kernel")
    bias_regularizer: Any | None = penalty("bias")
    activity_regularizer: Any | None = penalty("output")
    kernel_constraint: Any | None = limits("kernel")
    bias_constraint: Any | None = limits("bias")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shape = (shapes[0][-1], self.units)
        kernel = Weight("kernel", shape, self.kernel_initializer, self.kernel_regularizer, self.kernel_constraint)
        bias = Weight("bias", (self.units,), self.bias_initializer, self.bias_regularizer, self.bias_constraint)
        return (kernel, bias) if self.use_bias else (kernel,)

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        return (*shapes[0][:-1], self.units)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        y = ops.matmul(floating(c, x[0]), w["kernel"])
        y = apply(self.activation, ops.add(y, w["bias"]) if self.use_bias else y)
        penalize(c, self.activity_regularizer, y)
        return y

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return math.prod(shapes[0]) * self.units

    def summary_line(self) -> str:
        return joined(f"{self.units} unit{'s' if self.units > 1 else ''}", self.activation)


def penalize(c: Context, regularizer: Any, y: Value) -> None:
    """Add the penalty of a layer's output to the loss: per row, as in Keras."""
    if regularizer is not None:
        c.penalty(ops.div(regularizer.build(y), float(c.rows)))


@register(
    id="core.embedding/1",
    kind="layer",
    group="attention",
    icon="tags",
    aliases=("lookup", "categorical", "word vectors"),
    purpose="Gives each category (or word) its own learnt vector.",
)
class Embedding(LayerSpec):
    """A table of vectors, one per category: the row number goes in, the vector comes out. For categories with many
    values and for words; its rows then lie near one another when they act alike.

    Shapes: (...) whole numbers below input_dim -> (..., output_dim). Weights: embeddings (input_dim, output_dim).
    Keras: Embedding, without mask_zero.
    """

    DATA = ("tabular", "text")
    FORMULA = "y = W[x]"
    input_dim: int = field(doc="How many categories there are.", ge=1, suggested=16)
    output_dim: int = field(doc="Length of each vector.", ge=1, suggested=8)
    embeddings_initializer: InitializerSpec = begins(RandomUniform(), "vectors")
    embeddings_regularizer: Any | None = penalty("vectors")
    embeddings_constraint: Any | None = limits("vectors")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        shape = (self.input_dim, self.output_dim)
        initializer, regularizer = self.embeddings_initializer, self.embeddings_regularizer
        return (Weight("embeddings", shape, initializer, regularizer, self.embeddings_constraint),)

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        return (*shapes[0], self.output_dim)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        index = x[0] if x[0].dtype in ("int32", "int64") else ops.cast(x[0], "int32")
        return ops.take(w["embeddings"], index)

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return 0

    def summary_line(self) -> str:
        return f"{self.input_dim} → {self.output_dim} dims"
