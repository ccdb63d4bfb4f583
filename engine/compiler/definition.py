"""What is compiled: a network, one loss per output, an optimizer. A value; equal definitions give equal programs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.errors import ModelError
from engine.network.network import Network, Node
from engine.specs import Spec

Shape = tuple[int, ...]


@dataclass(frozen=True)
class OutputSettings:
    """How one output is taught and measured.

    Args:
        loss: spec of kind loss; None: the output is not trained.
        weight: factor of its loss in the sum.
        metrics: specs of kind metric; those that are means over rows are computed by the programs.
        weighted_metrics: the same, weighted by the sample weights.
    """

    loss: Spec | None = None
    weight: float = 1.0
    metrics: tuple[Spec, ...] = ()
    weighted_metrics: tuple[Spec, ...] = ()


@dataclass(frozen=True)
class Definition:
    """Everything a program depends on, except its mode and its rows.

    Args:
        network: nodes, wires and outputs.
        outputs: one entry per output of the network, in its order.
        optimizer: spec of kind optimizer, None when nothing is trained.
        dtype: "float32" or "float64".
        feeds: (Input node id, shape of one row) for inputs whose record names no shape.
    """

    network: Network
    outputs: tuple[OutputSettings, ...] = ()
    optimizer: Spec | None = None
    dtype: str = "float32"
    feeds: tuple[tuple[str, Shape], ...] = field(default=())

    @property
    def settings(self) -> tuple[OutputSettings, ...]:
        """One entry per output node; those not given have no loss."""
        missing = len(self.network.outputs) - len(self.outputs)
        return self.outputs + (OutputSettings(),) * missing


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with the row shapes of its inputs and of its output."""

    node: Node
    sources: tuple[str, ...]
    inputs: tuple[Shape, ...]
    shape: Shape
    dtype: str


def placed(definition: Definition) -> Iterator[Placed]:
    """Yield the nodes that the outputs need, sources first, with their shapes.

    Raises ModelError when the network has no output or a cycle, ShapeError when a layer cannot take its inputs.
    """
    network, feeds = definition.network, dict(definition.feeds)
    done: dict[str, Placed] = {}
    for node in _needed(network):
        sources = network.sources(node.id)
        inputs = tuple(done[s].shape for s in sources)
        shape = feeds.get(node.id) or node.layer.output_shape(inputs)  # type: ignore[attr-defined]
        dtype = node.layer.output_dtype(tuple(done[s].dtype for s in sources))  # type: ignore[attr-defined]
        done[node.id] = Placed(node, sources, inputs, tuple(shape), _program_dtype(dtype, definition.dtype))
        yield done[node.id]


def _program_dtype(dtype: str, floating: str) -> str:
    return floating if dtype.startswith("float") else dtype


def _needed(network: Network) -> list[Node]:
    if not network.outputs:
        raise ModelError("A network needs an output; it has none. Wire a layer and make it the output.")
    needed, waiting = set(), list(network.outputs)
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += network.sources(node)
    order = [n for n in network.order() if n in needed]
    seen: set[str] = set()
    for node in order:
        if not seen.issuperset(network.sources(node)):
            raise ModelError(f"A network has no cycles; {network.nodes[node].name} feeds itself. Remove a wire.")
        seen.add(node)
    return [network.nodes[n] for n in order]
