"""`Layout`: where each weight lies in the one flat vector of parameters, the trainable part first."""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.compiler.definition import Definition, placed
from engine.errors import UsageError

Shape = tuple[int, ...]
INNER = re.compile(r"(?:n[1-9][0-9]*_)*")
"""What the names of weights inside of nested networks begin with: "n2_kernel"."""


@dataclass(frozen=True)
class Entry:
    """One weight. `spec` is the layer's `Weight`: initializer, regularizer, constraint."""

    node: str
    weight: str
    shape: Shape
    offset: int
    trainable: bool
    spec: Any

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def stop(self) -> int:
        """End of its part of the vector."""
        return self.offset + self.size


@dataclass(frozen=True)
class Layout:
    """All weights, the trainable ones first; within both parts in the order of the network.

    Args:
        entries: in the order of the vector.
        dtype: of the vector.
        slots: names of the optimizer's vectors, each as long as the trainable part.
    """

    entries: tuple[Entry, ...]
    dtype: str = "float32"
    slots: tuple[str, ...] = ()

    @cached_property
    def size(self) -> int:
        """Length of the vector."""
        return sum(e.size for e in self.entries)

    @cached_property
    def trainable(self) -> int:
        """Length of its trainable part."""
        return sum(e.size for e in self.entries if e.trainable)

    @cached_property
    def layers(self) -> dict[str, tuple[int, int]]:
        """Place of each layer that is trained -> start and end of its trained weights, in the order of the vector."""
        found: dict[str, tuple[int, int]] = {}
        for e in self.entries:
            if e.trainable:
                place = place_of(e.node, e.weight)
                found[place] = (found.get(place, (e.offset, 0))[0], e.stop)
        return found

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Entry]:
        """(node id, weight) -> entry."""
        return {(e.node, e.weight): e for e in self.entries}

    def entry(self, node: str, weight: str) -> Entry:
        """Return one entry; raises UsageError."""
        if (node, weight) not in self.by_name:
            raise UsageError(f"There is no weight {weight} in {node}.")
        return self.by_name[node, weight]


def place_of(node: str, weight: str) -> str:
    """Return the layer that a weight of a node belongs to: "n2", or inside of a nested network "n5/n2"."""
    inner = INNER.match(weight)
    return "/".join([node, *(inner[0].split("_")[:-1] if inner else ())])


def own_name(weight: str) -> str:
    """Return how the layer that it belongs to calls a weight: "kernel" for "n2_kernel"."""
    return INNER.sub("", weight, count=1)


def layout(definition: Definition) -> Layout:
    """Return the layout of a definition. Nodes that share weights appear once, as the one that owns them.

    Raises ModelError and ShapeError as `engine.compiler.definition.placed`.
    """
    found: list[tuple[str, Any, bool]] = []
    for place in placed(definition):
        if place.node.shares is None:
            weights = place.node.layer.weights(place.inputs)  # type: ignore[attr-defined]
            found += [(place.node.id, w, place.node.trainable and w.trainable) for w in weights]
    entries, at = [], 0
    for node, weight, trainable in sorted(found, key=lambda f: not f[2]):
        entries.append(Entry(node, weight.name, tuple(weight.shape), at, trainable, weight))
        at = entries[-1].stop
    slots = tuple(getattr(definition.optimizer, "SLOTS", ()))
    return Layout(tuple(entries), definition.dtype, slots)
