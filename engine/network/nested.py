"""A network as one layer of another: the record `Model`."""

import functools
from dataclasses import dataclass
from typing import Any

from engine.errors import UsageError
from engine.ir.value import Value, current_scope, scope
from engine.layers.core import Dense, Input
from engine.layers.spec import Context, LayerSpec, Misfit, Shape, Weight
from engine.network.files import from_json
from engine.network.network import Network, Node, stack
from engine.network.shapes import Shapes, infer
from engine.registry import register
from engine.specs import CHECKS, FieldInfo, field

DEEPEST = 8
"""Networks may be nested so deep."""
INSIDE = "problem inside"
"""What a card says of a network whose fault lies in it."""
ONE_OUTPUT = "one output inside"


def check_network(info: FieldInfo, value: Any) -> Network:
    """Return the value of a field of kind "network", given as a network or as its JSON values."""
    if isinstance(value, dict):
        return from_json(value)
    if not isinstance(value, Network):
        raise UsageError(f"{info.name} must be a network; it is {value!r:.60}.")
    return value


CHECKS["network"] = check_network


class _Inputs:
    """How many inputs a nested network takes: as many as it has Inputs; the record alone says any number."""

    def __get__(self, layer: "Model | None", record: type) -> tuple[int, int | None]:
        if layer is None:
            return 1, None
        count = max(len(layer.network.inputs()), 1)
        return count, count


@register(
    id="core.nested/1",
    kind="layer",
    group="core",
    icon="boxes",
    aliases=("Nested", "submodel", "block", "group"),
    purpose="A whole network as one layer.",
)
class Model(LayerSpec):
    """A network inside a network: for a block that is used several times, or to keep a large drawing readable. It has
    one output; its Inputs take what is wired to it, in order.

    Shapes: those of its Inputs -> that of its output. Weights: all of its layers', "n2_kernel". Keras: a Model called
    on tensors.
    """

    INPUTS = _Inputs()
    FORMULA = "y = network(x)"
    network: Network = field(doc="The inner network.", kind="network", suggested=stack(Input(), Dense(64, "relu")))

    def __post_init__(self) -> None:
        super().__post_init__()
        if depth(self.network) >= DEEPEST:
            raise UsageError(f"Model: networks may be nested {DEEPEST} deep; this one is deeper.")

    def inner(self, shapes: tuple[Shape, ...]) -> Shapes:
        """Return the shapes inside for these inputs; raises Misfit when something inside does not fit."""
        inputs = self.network.inputs()
        if len(inputs) != len(shapes):
            needs = f"needs {len(inputs)} input{'' if len(inputs) == 1 else 's'}"
            raise Misfit(
                needs, shapes, fix="Wire one layer to each Input inside.", short=f"{len(inputs)} inputs inside"
            )
        found = known(self.network, shapes)
        if not found.ok:
            inside = next(p for p in found.problems if p.severity == "error")
            raise Misfit("needs a network without problems inside", shapes, fix=str(inside), short=INSIDE)
        if len(self.network.outputs) != 1 or self.network.outputs[0] not in self.network.nodes:
            raise Misfit("needs one output inside", shapes, fix="Choose one output inside.", short=ONE_OUTPUT)
        return found

    def weights(self, shapes: tuple[Shape, ...]) -> tuple[Weight, ...]:
        found = self.inner(shapes)
        return tuple(
            Weight(
                f"{id}_{w.name}", w.shape, w.initializer, w.regularizer, w.constraint, w.trainable and node.trainable
            )
            for id, node in self.network.nodes.items()
            for w in found.weights[id]
        )

    def output_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        shape = self.inner(shapes).output[self.network.outputs[0]]
        assert shape is not None  # inner has no problems, so every node has a shape
        return shape

    def output_dtype(self, dtypes: tuple[str, ...]) -> str:
        node = self.network.outputs[0] if self.network.outputs else ""
        types = dict(zip(self.network.inputs(), dtypes, strict=False))
        for id in self.network.order():
            layer = self.network.nodes[id].layer
            sources = tuple(types.get(s, "float32") for s in self.network.sources(id))
            if id not in types and isinstance(layer, LayerSpec):
                types[id] = layer.output_dtype(sources)
        return types.get(node, "float32")

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        values = dict(zip(self.network.inputs(), x, strict=True))
        for id in self.network.order():
            node = self.network.nodes[id]
            if id in values or not isinstance(node.layer, LayerSpec):
                continue
            owner = node.shares or id
            mine = {n.removeprefix(f"{owner}_"): v for n, v in w.items() if n.startswith(f"{owner}_")}
            inner, around = Inner(c, id, owner, node.trainable), current_scope()
            with scope(f"{around.origin}/{id}", around.stage):
                values[id] = node.layer.build(inner, *(values[s] for s in self.network.sources(id)), **mine)
        return values[self.network.outputs[0]]

    def cost(self, shapes: tuple[Shape, ...]) -> int:
        return sum(self.inner(shapes).cost.values())

    def summary_line(self) -> str:
        count = len(self.network.nodes) - len(self.network.inputs())
        return f"{count} layer{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Inner:
    """The context of a layer inside a Model: the outer one, with names of its own."""

    outer: Context
    id: str
    owner: str
    learns: bool

    @property
    def training(self) -> bool:
        """As outside."""
        return self.outer.training

    @property
    def trainable(self) -> bool:
        """Whether neither the layer nor a model around it is frozen."""
        return self.learns and self.outer.trainable

    @property
    def rows(self) -> int:
        """As outside."""
        return self.outer.rows

    @property
    def node(self) -> str:
        """The node on the canvas: the outer one."""
        return self.outer.node

    @property
    def dtype(self) -> str:
        """As outside."""
        return self.outer.dtype

    def update(self, weight: str, value: Value) -> None:
        """Set a weight of the layer, under its name outside."""
        self.outer.update(f"{self.owner}_{weight}", value)

    def key(self, purpose: str) -> tuple[str, str]:
        """Return a key that no other layer inside has."""
        return self.outer.key(f"{purpose}_{self.id}")

    def penalty(self, value: Value) -> None:
        """As outside."""
        self.outer.penalty(value)


Nested = Model


@functools.lru_cache(maxsize=24)
def known(network: Network, rows: tuple[Shape, ...]) -> Shapes:
    """Return the shapes inside for these inputs. Kept: a network around this one asks several times for each layer.

    What was found of an earlier state of the same network is taken over where it holds.
    """
    inputs = network.inputs()
    found = infer(network, dict(zip(inputs, rows, strict=False)), _LATEST.pop(inputs, None))
    _LATEST[inputs] = found
    if len(_LATEST) > LATEST:
        del _LATEST[next(iter(_LATEST))]
    return found


LATEST = 24
_LATEST: dict[tuple[str, ...], Shapes] = {}


def answering(node: Node) -> Node:
    """Return the layer that makes a node's output: the node, or the last layer of the network that it holds."""
    while isinstance(node.layer, Model) and (
        ends := [o for o in node.layer.network.outputs if o in node.layer.network.nodes]
    ):
        node = node.layer.network.nodes[ends[0]]
    return node


def depth(network: Network) -> int:
    """Return how many networks are nested in this one, along the deepest path."""
    return max((1 + depth(n.layer.network) for n in network if isinstance(n.layer, Model)), default=0)


__all__ = ["DEEPEST", "INSIDE", "ONE_OUTPUT", "Model", "Nested", "answering", "depth", "known"]
