"""`Layer`: a record in use, with a name and variables. Called on a `Tensor` it returns one; on arrays it computes."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from engine.backend.random import Stream
from engine.errors import ShapeError, UsageError
from engine.ir.interpret import evaluate
from engine.ir.value import Value
from engine.layers.core import Input as InputSpec
from engine.layers.spec import LayerSpec, Misfit, Shape, Weight
from engine.ops.eager import array
from engine.ops.leaves import input as leaf
from engine.specs import snake

Array = NDArray[Any]
_serials = itertools.count()


class Variable:
    """One array of a layer. It is drawn when it is first read; a compiled model points it into its own flat array."""

    def __init__(self, weight: Weight, layer: str) -> None:
        self.weight, self.name, self.path = weight, weight.name, f"{layer}/{weight.name}"
        self.shape, self.dtype, self.trainable = weight.shape, weight.dtype, weight.trainable
        self._array: Array | None = None
        self._fetch: Callable[[], None] | None = None

    @property
    def drawn(self) -> bool:
        """Whether it has values yet."""
        return self._array is not None

    @property
    def value(self) -> Array:
        """The array itself; writing into it changes the layer."""
        if self._array is None:
            self._array = self.weight.initializer.make(self.shape, np.random.default_rng(), self.dtype)
        if self._fetch is not None:
            self._fetch()
        return self._array

    def assign(self, value: Any) -> None:
        """Set the values; raises UsageError for another shape."""
        given = np.asarray(value)
        if given.shape != self.shape:
            raise UsageError(f"{self.path} has the shape {self.shape}. It cannot take an array of shape {given.shape}.")
        if self._array is None:
            self._array = np.empty(self.shape, self.dtype)
        self.value[...] = given

    def point(self, array: Array, fetch: Callable[[], None] | None = None) -> None:
        """Use this array from now on, with the values that it has.

        fetch: brings its newest values into it, where a program keeps them somewhere else; called at every look.
        """
        self._array, self._fetch = array, fetch

    def holds(self, array: Array) -> bool:
        """Whether it uses this very array."""
        return self._array is array

    def numpy(self) -> Array:
        """Return a copy of the values."""
        return self.value.copy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.value, dtype=dtype, copy=True if copy else None)

    def __repr__(self) -> str:
        return f"<Variable {self.path}, shape={self.shape}, dtype={self.dtype}>"


@dataclass(frozen=True, eq=False)
class Call:
    """A layer applied to tensors. serial: the order of calls."""

    layer: "Layer"
    inputs: tuple["Tensor", ...]
    serial: int = field(default_factory=lambda: next(_serials))


@dataclass(frozen=True, eq=False)
class Tensor:
    """A symbolic result of a layer. row: its shape without the batch axis."""

    call: Call
    row: Shape
    dtype: str

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape with None for the rows."""
        return (None, *self.row)

    @property
    def name(self) -> str:
        """The name of the layer that makes it."""
        return self.call.layer.name

    def __repr__(self) -> str:
        return f"<Tensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


@dataclass
class Eager:
    """The context of a layer that is called on arrays."""

    node: str
    rows: int
    dtype: str
    training: bool = False
    trainable: bool = True
    updates: dict[str, Value] = field(default_factory=dict)
    penalties: list[Value] = field(default_factory=list)

    def update(self, weight: str, value: Value) -> None:
        """Remember the value that a weight has afterwards."""
        self.updates[weight] = value

    def key(self, purpose: str) -> tuple[str, str]:
        """Return a key for random bits."""
        return (purpose, self.node)

    def penalty(self, value: Value) -> None:
        """Remember a penalty."""
        self.penalties.append(value)


class Layer:
    """Base of the classes people use; one per record. Settings are those of the record, and `name` and `trainable`.

    Settings and variables are attributes: dense.units, dense.kernel.
    """

    SPEC: ClassVar[type[LayerSpec]]
    spec: LayerSpec

    def __init__(self, *args: Any, name: str | None = None, trainable: bool = True, **settings: Any) -> None:
        self._begin(self.SPEC(*args, **settings), name, trainable)

    @classmethod
    def of(cls, spec: LayerSpec, name: str | None = None, trainable: bool = True) -> Self:
        """Return a layer of a record."""
        made = cls.__new__(cls)
        made._begin(spec, name, trainable)
        return made

    def _begin(self, spec: LayerSpec, name: str | None, trainable: bool) -> None:
        self.spec, self.trainable = spec, trainable
        self.given_name: str | None = name
        self.auto_name: str | None = None
        self.shapes: tuple[Shape, ...] | None = None
        self._variables: dict[str, Variable] = {}
        self.losses: list[float] = []
        self.inner: Any = None  # the model behind it, when it is one

    # ---- what it is ------------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The name that was given, else the one the first model gave it, else the kind."""
        return self.given_name or self.auto_name or snake(type(self.spec).KERAS)

    @property
    def built(self) -> bool:
        """Whether the shapes of its inputs, and so its variables, are known."""
        return self.shapes is not None

    def get_config(self) -> dict[str, Any]:
        """Return name, trainable and settings: plain JSON values."""
        settings = {k: v for k, v in self.spec.get_config().items() if k != "id"}
        return {"name": self.name, "trainable": self.trainable} | settings

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return the layer of `get_config`, with variables of its own."""
        return cls(**config)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            if name in self._variables:
                return self._variables[name]
            if any(f.name == name for f in type(self.spec).fields()):
                return getattr(self.spec, name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # ---- variables -------------------------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Make the variables for inputs of this shape (or list of shapes), batch axis first as in Keras."""
        several = bool(input_shape) and isinstance(input_shape[0], tuple | list)
        self._prepare(tuple(tuple(s[1:]) for s in (input_shape if several else [input_shape])))

    def _prepare(self, shapes: tuple[Shape, ...]) -> None:
        wanted = self.spec.weights(shapes)
        if self.shapes is None:
            self._variables = {w.name: Variable(w, self.name) for w in wanted}
        elif [w.shape for w in wanted] != [v.shape for v in self._variables.values()]:
            message = f"{self.name} was built for inputs of {self.shapes}. Its weights do not fit {shapes}."
            raise ShapeError(f"{message} Make another layer for them.")
        self.shapes = self.shapes or shapes

    def variable(self, name: str) -> Variable:
        """Return a variable by the name of its weight; raises UsageError."""
        if name not in self._variables:
            raise UsageError(f"{self.name} has no weight {name!r:.60}.")
        return self._variables[name]

    def adopt(self, variables: dict[str, Variable], shapes: tuple[Shape, ...]) -> None:
        """Use these variables, of layers inside it, for inputs of these shapes (a model used as a layer)."""
        self._variables, self.shapes = dict(variables), shapes

    @property
    def weights(self) -> list[Variable]:
        """All variables, the trainable ones first as in Keras."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes; none when frozen."""
        if self.inner is not None:
            return list(self.inner.trainable_weights) if self.trainable else []
        return [v for v in self._variables.values() if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other variables."""
        trained = self.trainable_weights
        return [v for v in self._variables.values() if not any(v is t for t in trained)]

    def get_weights(self) -> list[Array]:
        """Return copies of all variables, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set all variables, in the order of `weights`; raises UsageError when number or shapes differ."""
        if len(weights) != len(self.weights):
            raise UsageError(f"{self.name} has {len(self.weights)} weights. It cannot take {len(weights)} arrays.")
        for variable, value in zip(self.weights, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Return how many numbers its variables hold; raises UsageError before it is built."""
        if not self.built:
            raise UsageError(f"{self.name} has no weights yet. Call it on an input, or call build with a shape.")
        return sum(v.weight.size for v in self.weights)

    def adapt(self, data: Any) -> None:
        """Learn the statistics of these rows; raises UsageError for layers that have none."""
        if not self.spec.ADAPTS:
            raise UsageError(f"{type(self).__name__} has nothing to adapt to data.")
        rows = array(data)
        self._prepare((rows.shape[1:],))
        for name, value in self.spec.adapt(rows).items():  # type: ignore[attr-defined]
            self._variables[name].assign(value)

    # ---- calling ---------------------------------------------------------------------------------------------------
    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """Apply it to a tensor or a list of tensors, or to arrays (rows on axis 0).

        Raises:
            ShapeError: the shapes do not fit, with the layer's name.
        """
        several = list(inputs) if isinstance(inputs, list | tuple) and not _numbers(inputs) else [inputs]
        if any(isinstance(x, Tensor) for x in several):
            return self._symbolic(tuple(several))
        return self._compute([array(x) for x in several], training)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the output's shape for inputs of this shape, batch axis first as in Keras."""
        several = bool(input_shape) and isinstance(input_shape[0], tuple | list)
        shapes = tuple(tuple(s[1:]) for s in (input_shape if several else [input_shape]))
        return (None, *self._fit(shapes, ()))

    def _fit(self, shapes: tuple[Shape, ...], sources: tuple[str, ...]) -> Shape:
        least, most = self.spec.INPUTS
        if len(shapes) < least or (most is not None and len(shapes) > most):
            wanted = least if least == most else f"at least {least}" if most is None else f"{least} to {most}"
            raise ShapeError(f"{self.name} needs {wanted} inputs. It gets {len(shapes)}.")
        try:
            return self.spec.output_shape(shapes)
        except Misfit as misfit:
            names = tuple((s, s) for s in sources or ("the input",) * len(shapes))
            problem = misfit.problem("", self.name, names)
            raise ShapeError(str(problem), (problem,)) from None

    def _symbolic(self, inputs: tuple[Any, ...]) -> Tensor:
        if wrong := [x for x in inputs if not isinstance(x, Tensor)]:
            raise UsageError(f"{self.name} gets tensors and {type(wrong[0]).__name__} together. Give it tensors only.")
        shapes = tuple(x.row for x in inputs)
        row = self._fit(shapes, tuple(x.name for x in inputs))
        self._prepare(shapes)
        return Tensor(Call(self, inputs), row, self.spec.output_dtype(tuple(x.dtype for x in inputs)))

    def _compute(self, inputs: list[Array], training: bool) -> Array:
        shapes = tuple(x.shape[1:] for x in inputs)
        self._fit(shapes, ())
        self._prepare(shapes)
        dtype = "float64" if any(x.dtype == np.float64 for x in inputs) else "float32"
        c = Eager(self.name, len(inputs[0]), dtype, training, self.trainable)
        x = [leaf(f"x{i}", a.shape, a.dtype.name) for i, a in enumerate(inputs)]
        w = {n: leaf(n, v.shape, dtype) for n, v in self._variables.items()}
        y = self.spec.build(c, *x, **w)
        feed = dict(zip(x, inputs, strict=True)) | {w[n]: v.value.astype(dtype) for n, v in self._variables.items()}
        seed = int(np.random.default_rng().integers(2**32)) if training else 0
        done = evaluate([y, *c.updates.values(), *c.penalties], feed, stream=Stream(seed, 0, 0))
        for name, value in c.updates.items():
            self._variables[name].assign(done[value])
        self.losses = [float(done[p]) for p in c.penalties]
        return np.asarray(done[y])


def _numbers(inputs: Any) -> bool:
    """Whether a list holds rows of numbers rather than tensors or arrays."""
    return not any(isinstance(x, Tensor | np.ndarray) for x in inputs)


_MADE: dict[type[LayerSpec], type[Layer]] = {}


def handle(record: type[LayerSpec]) -> type[Layer]:
    """Return the class people use for a record."""
    if record not in _MADE:
        _MADE[record] = type(
            record.KERAS, (Layer,), {"SPEC": record, "__doc__": record.__doc__, "__module__": "engine.layers"}
        )
    return _MADE[record]


def make(spec: LayerSpec, name: str | None = None, trainable: bool = True) -> Layer:
    """Return a layer of a record."""
    return handle(type(spec)).of(spec, name, trainable)


def Input(shape: Any = None, batch_size: int | None = None, dtype: str = "float32", name: str | None = None) -> Tensor:
    """Return the tensor at which a functional model begins. shape: of one row. batch_size: accepted, not needed."""
    if shape is None:
        raise UsageError("Input: shape must be given, the shape of one row such as (4,).")
    spec = InputSpec(shape, dtype)
    return Tensor(Call(make(spec, name), ()), spec.output_shape(()), dtype)
