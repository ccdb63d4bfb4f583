"""`Parameters`: the arrays that training changes. Weights, gradients and optimizer slots are one flat vector each."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.compiler.layout import Layout
from engine.errors import UsageError

Array = Any
WEIGHTS, GRADIENTS = "weights", "gradients"


class Mirror(Protocol):
    """Copies of the vectors somewhere else, which may be newer."""

    def pull(self, name: str, to_write: bool) -> None:
        """Bring the newest values of a vector here. to_write: they may be changed here."""


class Parameters:
    """Weights, gradients and slots of one model.

    A program on another device keeps copies there (`mirror`). Whoever asks for a vector here gets its newest values and
    may change them; arrays that were asked for before a step show what it did when they are asked for again.

    Args:
        layout: where each weight lies.
        weights: (node id, weight name) -> array; all of them are copied in.

    Raises:
        UsageError: a weight is missing or has another shape.
    """

    def __init__(self, layout: Layout, weights: Mapping[tuple[str, str], Array]) -> None:
        self.layout = layout
        self.vectors: dict[str, NDArray[Any]] = {WEIGHTS: np.zeros(layout.size, layout.dtype)}
        self.vectors |= {name: np.zeros(layout.trainable, layout.dtype) for name in (GRADIENTS, *layout.slots)}
        self.mirror: Mirror | None = None
        self.iterations = 0
        for entry in layout.entries:
            if (entry.node, entry.weight) not in weights:
                raise UsageError(f"The weight {entry.weight} of {entry.node} is missing.")
            self.set(entry.node, entry.weight, weights[entry.node, entry.weight])

    # ---- vectors -------------------------------------------------------------------------------------------------
    @property
    def flat(self) -> NDArray[Any]:
        """All weights."""
        return self._vector(WEIGHTS, True)

    @property
    def gradients(self) -> Array:
        """The gradients of the last step."""
        return self._vector(GRADIENTS, True)

    @property
    def slots(self) -> dict[str, Array]:
        """Name -> vector of the optimizer."""
        return {name: self._vector(name, True) for name in self.layout.slots}

    def newest(self) -> NDArray[Any]:
        """Return all weights to look at, not to change."""
        return self._vector(WEIGHTS, False)

    def finite(self) -> bool:
        """Whether all weights are finite numbers."""
        return bool(np.isfinite(self.newest()).all())

    def gradient_norms(self) -> NDArray[np.float32]:
        """Return the L2 norm of each layer's gradient at the last step, in the order of `layout.layers`.

        It is the gradient that the optimizer took: after penalties and clipping.
        """
        gradients = self._vector(GRADIENTS, False)
        pieces = [gradients[start:stop] for start, stop in self.layout.layers.values()]
        return np.sqrt(np.array([np.dot(piece, piece) for piece in pieces], np.float32))

    def fetch(self) -> None:
        """Bring the newest weights here: views of them show it."""
        self._vector(WEIGHTS, True)

    def take_back(self) -> None:
        """Bring all newest values here and forget the copies elsewhere."""
        for name in self.vectors:
            self._vector(name, False)
        self.mirror = None

    def _vector(self, name: str, to_write: bool) -> NDArray[Any]:
        if self.mirror is not None:
            self.mirror.pull(name, to_write)
        return self.vectors[name]

    # ---- weights -------------------------------------------------------------------------------------------------
    def view(self, node: str, weight: str) -> Array:
        """Return a weight as a view of the flat vector: writing to it changes the model."""
        entry = self.layout.entry(node, weight)
        return self.flat[entry.offset : entry.stop].reshape(entry.shape)

    def set(self, node: str, weight: str, value: Array) -> None:
        """Copy an array into a weight; raises UsageError when the shape is another."""
        array, view = np.asarray(value), self.view(node, weight)
        if array.shape != view.shape:
            raise UsageError(f"The weight {weight} of {node} has the shape {view.shape}; the given one {array.shape}.")
        view[...] = array

    def weights(self) -> dict[tuple[str, str], Array]:
        """Return copies of all weights."""
        return {(e.node, e.weight): self.view(e.node, e.weight).copy() for e in self.layout.entries}

    def copy(self) -> Self:
        """Return independent parameters with the same values."""
        other = type(self)(self.layout, self.weights())
        other.restore(self)
        return other

    def restore(self, other: "Parameters") -> None:
        """Take all values from parameters of the same layout, without making new arrays."""
        for name in (WEIGHTS, *self.layout.slots):
            np.copyto(self._vector(name, True), other._vector(name, False))
        self.iterations = other.iterations

    def arrays(self) -> dict[str, Array]:
        """Return copies of the vectors for saving: "weights" and "slot.<name>". `iterations` is kept beside them."""
        slots = {f"slot.{n}": self._vector(n, False).copy() for n in self.layout.slots}
        return {"weights": self._vector(WEIGHTS, False).copy(), **slots}

    def load(self, arrays: Mapping[str, Array], iterations: int) -> None:
        """Take the vectors of `arrays()`; raises UsageError when they belong to another layout."""
        own = {"weights": self.flat, **{f"slot.{n}": s for n, s in self.slots.items()}}
        for name, vector in own.items():
            if name not in arrays or np.shape(arrays[name]) != vector.shape:
                raise UsageError(f"The saved vector {name} does not belong to this network.")
            np.copyto(vector, arrays[name])
        self.iterations = iterations
