"""`Parameters`: the arrays that training changes. Weights, gradients and optimizer slots are one flat vector each."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from engine.compiler.layout import Layout
from engine.errors import UsageError

Array = Any


class Parameters:
    """Weights, gradients and slots of one model.

    Args:
        layout: where each weight lies.
        weights: (node id, weight name) -> array; all of them are copied in.

    Raises:
        UsageError: a weight is missing or has another shape.
    """

    def __init__(self, layout: Layout, weights: Mapping[tuple[str, str], Array]) -> None:
        self.layout = layout
        self.flat = np.zeros(layout.size, layout.dtype)
        self.gradients = np.zeros(layout.trainable, layout.dtype)
        self.slots = {name: np.zeros(layout.trainable, layout.dtype) for name in layout.slots}
        self.iterations = 0
        for entry in layout.entries:
            if (entry.node, entry.weight) not in weights:
                raise UsageError(f"The weight {entry.weight} of {entry.node} is missing.")
            self.set(entry.node, entry.weight, weights[entry.node, entry.weight])

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
        np.copyto(self.flat, other.flat)
        for name, slot in self.slots.items():
            np.copyto(slot, other.slots[name])
        self.iterations = other.iterations

    def arrays(self) -> dict[str, Array]:
        """Return copies of the vectors for saving: "weights" and "slot.<name>". `iterations` is kept beside them."""
        return {"weights": self.flat.copy(), **{f"slot.{n}": s.copy() for n, s in self.slots.items()}}

    def load(self, arrays: Mapping[str, Array], iterations: int) -> None:
        """Take the vectors of `arrays()`; raises UsageError when they belong to another layout."""
        own = {"weights": self.flat, **{f"slot.{n}": s for n, s in self.slots.items()}}
        for name, vector in own.items():
            if name not in arrays or np.shape(arrays[name]) != vector.shape:
                raise UsageError(f"The saved vector {name} does not belong to this network.")
            np.copyto(vector, arrays[name])
        self.iterations = iterations
