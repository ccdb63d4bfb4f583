"""`Value`: one array of a graph, with the op that makes it, its shape and dtype and the node it came from."""

import contextlib
import contextvars
import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from engine.ir.op import Op

Shape = tuple[int, ...]
Stage = Literal["forward", "loss", "backward", "update"]

_serials = itertools.count()


class Scope(NamedTuple):
    """Where values are being made: the node id they belong to and the pass they are part of."""

    origin: str
    stage: Stage


NOWHERE = Scope("", "forward")
_scope: contextvars.ContextVar[Scope] = contextvars.ContextVar("scope", default=NOWHERE)


@contextlib.contextmanager
def scope(origin: str, stage: Stage = "forward") -> Iterator[None]:
    """Values made inside belong to this node ("" = none) and pass."""
    token = _scope.set(Scope(origin, stage))
    try:
        yield
    finally:
        _scope.reset(token)


def current_scope() -> Scope:
    """Return the node and pass that new values get."""
    return _scope.get()


@dataclass(frozen=True, eq=False)
class Value:
    """One array in single-assignment form. Two values are equal only if they are the same object.

    Args:
        op: the record that says what it means.
        args: the values it is made from.
        shape: concrete; axis 0 of a batch value is its rows.
        dtype: NumPy name ("float32", "bool", "int32").
        params: plain, hashable settings of the op.
        origin: place of the layer it came from ("n5", inside of a group "n5/n2"), "" for what belongs to none (loss,
            update).
        stage: the pass it is part of.
        serial: order of making; names in printed text come from positions, never from this.
    """

    op: "Op"
    args: tuple["Value", ...]
    shape: Shape
    dtype: str
    params: Mapping[str, Any]
    origin: str
    stage: Stage = "forward"
    serial: int = field(default_factory=lambda: next(_serials))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        n = 1
        for length in self.shape:
            n *= length
        return n

    @property
    def is_float(self) -> bool:
        """Whether gradients can flow through it."""
        return self.dtype.startswith("float")

    @property
    def number(self) -> float | None:
        """The number if every element is the same known constant, else None."""
        value = self.params.get("value") if self.op.name == "constant" else None
        return value if isinstance(value, int | float) else None

    def with_args(self, args: tuple["Value", ...]) -> "Value":
        """Return the same value made from other arguments of the same shapes."""
        return dataclasses.replace(self, args=args, serial=next(_serials))

    @property
    def node(self) -> str:
        """Id of the node it came from: that of the outermost group around its layer."""
        return self.origin.partition("/")[0]

    def __repr__(self) -> str:
        return f"<{self.op.name} {self.dtype}{list(self.shape)} {self.origin or '-'}>"
