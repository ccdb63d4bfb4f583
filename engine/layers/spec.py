"""What layer records are made of: `LayerSpec`, `Weight`, `Shape`, the `Context` they lower themselves in, `Misfit`."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from engine import ops
from engine.constraints import ConstraintSpec
from engine.errors import Problem, Repair, ShapeError
from engine.initializers import InitializerSpec
from engine.ir.value import Value
from engine.regularizers import RegularizerSpec
from engine.specs import Spec, field

Shape = tuple[int, ...]
"""The shape of one row: without the batch axis."""

FLOATS = ("float32", "float64")


@dataclass(frozen=True, slots=True)
class Weight:
    """One array that belongs to a layer.

    Args:
        name: as in Keras ("kernel"); an identifier, unique in its layer.
        shape: its full shape.
        initializer, regularizer, constraint: specs of those kinds; the last two may be None.
        trainable: False for statistics that `build` itself updates or that are adapted to the data.
    """

    name: str
    shape: Shape
    initializer: InitializerSpec
    regularizer: RegularizerSpec | None = None
    constraint: ConstraintSpec | None = None
    trainable: bool = True
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """The number of parameters."""
        return math.prod(self.shape)


class Context(Protocol):
    """What a layer may ask for while it lowers itself.

    training: whether this program trains. trainable: False when the layer is frozen. rows: rows of the batch. node:
    id of the node. dtype: the floating type of the program.
    """

    @property
    def training(self) -> bool: ...
    @property
    def trainable(self) -> bool: ...
    @property
    def rows(self) -> int: ...
    @property
    def node(self) -> str: ...
    @property
    def dtype(self) -> str: ...

    def update(self, weight: str, value: Value) -> None:
        """Set the value that a non-trainable weight has after this step."""

    def key(self, purpose: str) -> tuple[str, str]:
        """Return the key of a stream of random bits that nobody else uses."""

    def penalty(self, value: Value) -> None:
        """Add a scalar to the loss."""


Insert = tuple[str, int, tuple[tuple[str, object], ...]]
"""A layer that mends a misfit: registry id, slot of the input before which it goes, its values as pairs."""


def _several(insert: Any) -> tuple[Insert, ...]:
    return insert if isinstance(insert[0], tuple) else (insert,)


class Misfit(ShapeError):
    """A layer cannot take the shapes it gets. Said without names; `sentence` and `problem` put them in.

    Args:
        needs: what must hold, after the layer's name: "needs 1-D rows".
        fix: what to do, a sentence. short: at most four words.
        insert: (registry id, slot of the input, its values as pairs) of a layer that mends it; several: all of them do.
        set: (field, value, title of the button) that mends it.
    """

    def __init__(
        self,
        needs: str,
        shapes: tuple[Shape, ...],
        *,
        fix: str = "",
        short: str = "",
        insert: Insert | tuple[Insert, ...] | None = None,
        set: tuple[str, object, str] | None = None,
    ) -> None:
        super().__init__(f"The layer {needs}. It gets {' and '.join(map(str, shapes)) or 'nothing'}. {fix}".strip())
        self.needs, self.shapes, self.fix, self.short, self.set = needs, shapes, fix, short, set
        self.inserts = () if insert is None else _several(insert)

    def problem(self, node: str, name: str, sources: tuple[tuple[str, str], ...]) -> Problem:
        """Return the finding with names; sources: the (id, name) of the nodes that feed this one, in slot order."""
        given = [f"{s} from {source}" for s, (_, source) in zip(self.shapes, sources, strict=False)]
        message = f"{name} {self.needs}. It gets {' and '.join(given) or 'nothing'}."
        fixes = tuple(self._repairs(node, name, sources))
        first, others = fixes[0], fixes[1:]
        return Problem(name, message, self.fix, node=node, repair=first, short=self.short, others=others)

    def _repairs(self, node: str, name: str, sources: tuple[tuple[str, str], ...]) -> Iterator[Repair]:
        """Yield what mends it; taking the layer out always does."""
        if self.inserts and all(slot < len(sources) for _, slot, _ in self.inserts):
            yield self._insertion(node, sources)
        if self.set:
            field, value, title = self.set
            yield Repair("set_field", (node, field, value), title)
        yield Repair("remove", (node,), f"Remove {name}")

    def _insertion(self, node: str, sources: tuple[tuple[str, str], ...]) -> Repair:
        steps = []
        for id, slot, values in self.inserts:
            steps.append((id, sources[slot][0], node, *((values,) if values else ())))
        title = f"Insert {self.inserts[0][0].split('.')[1].split('/')[0].title()}"
        if len(steps) == 1:
            return Repair("insert_layer", steps[0], title)
        return Repair("chain", tuple(("insert_layer", *step) for step in steps), title)


@dataclass(frozen=True)
class LayerSpec(Spec):
    """Base of all layer records. A record is its fields, five short methods and a docstring that serves as help.

    INPUTS: how many inputs it takes, (least, most); None: any number. RANK: the ranks of the rows that it takes,
    checked before `output_shape`; None: any. FORMULA: one line for help and code. ADAPTS: it has an `adapt`. DATA: the
    kinds of data it is usually met with.
    """

    INPUTS: ClassVar[tuple[int, int | None]] = (1, 1)
    RANK: ClassVar[tuple[int, int | None] | None] = None
    FORMULA: ClassVar[str] = "y = x"
    ADAPTS: ClassVar[bool] = False
    DATA: ClassVar[tuple[str, ...]] = ("tabular", "image", "text")

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        """Return the arrays this layer needs for inputs of these shapes, in Keras' order."""
        return ()

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape of one output row; raises Misfit."""
        return shapes[0]

    def output_dtype(self, dtypes: tuple[str, ...]) -> str:
        """Return the type of the output for inputs of these types."""
        return "float32"

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        """Lower the layer: inputs x and weights w (by name) are values, axis 0 of x is the rows."""
        raise NotImplementedError(f"{self.KERAS} has no build.")

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        """Return the multiply-adds of one row, forward."""
        return math.prod(self.output_shape(shapes))

    def summary_line(self) -> str:
        """Return what a card shows under the name: "64 units · relu"."""
        return " · ".join(short(value) for _, value in self.changed())


def begins(default: InitializerSpec, what: str) -> Any:
    """Declare the field for the initializer of a weight."""
    rare = what not in ("kernel", "bias")
    return field(default=default, doc=f"First values of the {what}.", of="initializer", advanced=rare)


def penalty(what: str) -> Any:
    """Declare the field for the regularizer of a weight or output; its hint must allow None."""
    return field(default=None, doc=f"Penalty on the {what}.", kind="spec", of="regularizer", advanced=what != "kernel")


def limits(what: str) -> Any:
    """Declare the field for the constraint of a weight; its hint must allow None."""
    return field(default=None, doc=f"Limits on the {what}.", kind="spec", of="constraint", advanced=True)


def short(value: object) -> str:
    """Return a value as a card shows it: (3, 3) -> "3×3", 0.5 -> "0.5", a spec -> its Keras name."""
    if isinstance(value, tuple):
        return "×".join(short(v) for v in value)
    if isinstance(value, float):
        return f"{value:g}"
    return value.KERAS if isinstance(value, Spec) else str(value)


def joined(*parts: str | None) -> str:
    """Join the parts of a summary line, leaving out None, "" and the activation that does nothing."""
    return " · ".join(p for p in parts if p and p != "linear")


def floating(c: Context, x: Value) -> Value:
    """Return x in the program's floating type."""
    return x if x.dtype == c.dtype else ops.cast(x, c.dtype)
