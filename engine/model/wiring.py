"""How a model's inputs and outputs meet the arrays of a program: names, shapes, types and order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.compiler.definition import Definition, placed
from engine.compiler.lower import target_port
from engine.model.settings import Target
from engine.network.network import Network
from engine.training.arrays import Array, Arrays, Port

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Structure:
    """How outputs are handed to people: one array, a list, or a dict with these keys."""

    kind: str = "single"
    keys: tuple[str, ...] = ()

    def pack(self, arrays: tuple[Any, ...]) -> Any:
        """Return the arrays in this form."""
        if self.kind == "dict":
            return dict(zip(self.keys, arrays, strict=True))
        return arrays[0] if self.kind == "single" else list(arrays)


@dataclass(frozen=True)
class Wiring:
    """The ports of a definition.

    Args:
        inputs: in the order in which people pass arrays. order: which of them a program takes, in its order.
        outputs: one per output. targets: those of the outputs that are taught or measured.
        taught: the numbers of those outputs.
    """

    inputs: tuple[Port, ...]
    order: tuple[int, ...]
    outputs: tuple[Target, ...]
    targets: tuple[Port, ...]
    taught: tuple[int, ...]

    def fed(self, arrays: Arrays) -> Arrays:
        """Return the rows with the inputs as the program takes them."""
        return Arrays(self.arranged(arrays.inputs), arrays.targets, arrays.weights)

    def arranged(self, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return the inputs in the program's order, without those it does not need."""
        return tuple(inputs[i] for i in self.order)


def wiring(definition: Definition, inputs: tuple[str, ...], names: tuple[str, ...]) -> Wiring:
    """Return the ports of a definition.

    inputs: ids of the Input nodes as people pass them. names: of the outputs.
    """
    network, known = definition.network, {place.node.id: place for place in placed(definition)}
    feeds: Mapping[str, Shape] = dict(definition.feeds)
    ports = tuple(_port(network, i, known[i].shape if i in known else feeds.get(i, ()), definition) for i in inputs)
    order = tuple(inputs.index(i) for i, place in known.items() if not place.sources)
    outputs = tuple(Target(n, known[o].shape) for n, o in zip(names, network.outputs, strict=True))
    taught, targets = [], []
    for index, settings in enumerate(definition.settings):
        if settings.loss is not None or settings.metrics or settings.weighted_metrics:
            shape, dtype = target_port(settings, outputs[index].shape, definition.dtype)
            taught.append(index)
            targets.append(Port(names[index], shape, dtype, "target"))
    return Wiring(ports, order, outputs, tuple(targets), tuple(taught))


def _port(network: Network, id: str, shape: Shape, definition: Definition) -> Port:
    node = network.nodes[id]
    dtype = node.layer.output_dtype(())  # type: ignore[attr-defined]
    return Port(node.name, shape, definition.dtype if dtype.startswith("float") else dtype)
