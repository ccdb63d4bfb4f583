"""A network as Keras-style source, with the lines of each node. It never raises: what is not wired is not called."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.layers.spec import Shape
from engine.network.nested import Model
from engine.network.network import Network, Node
from engine.network.shapes import infer
from engine.specs import literal, snake

MODULES = ("constraints", "initializers", "layers", "regularizers")


@dataclass(frozen=True)
class Source:
    """Program text and where each node stands in it: node id -> line numbers, from 1."""

    text: str
    lines: Mapping[str, tuple[int, ...]]


def source(network: Network, feeds: Mapping[str, Shape] | None = None, package: str = "keras") -> Source:
    """Return functional code that builds the network: `dense_1 = layers.Dense(64, name="dense_1")(input_1)`.

    feeds: shapes of Inputs that take theirs from data. package: where the names are imported from. Variables are named
    by us; the names of nodes stand in it as literals only.
    """
    writer = _Writer(Counter())
    writer.network(network, feeds or {}, "model")
    body = "\n".join(writer.lines)
    used = [m for m in MODULES if re.search(rf"\b{m}\.", body)]
    header = [f"from {package} import {', '.join(['Model', *used])}", ""]
    shift = len(header)
    lines = {node: tuple(n + shift for n in numbers) for node, numbers in writer.places.items()}
    return Source("\n".join([*header, *writer.lines]) + "\n", lines)


class _Writer:
    def __init__(self, counter: "Counter[str]") -> None:
        self.lines: list[str] = []
        self.places: dict[str, tuple[int, ...]] = {}
        self.counter = counter

    def fresh(self, stem: str) -> str:
        self.counter[stem] += 1
        return f"{stem}_{self.counter[stem]}"

    def network(self, network: Network, feeds: Mapping[str, Shape], variable: str, name: str | None = None) -> None:
        """Write a network; `variable` is the model's own."""
        output = infer(network, feeds).output
        shared = {n.shares for n in network}
        made: dict[str, str] = {}
        for id in network.order():
            before = len(self.lines)
            made[id] = self.node(network, network.nodes[id], made, output, shared)
            self.places[id] = tuple(range(before + 1, len(self.lines) + 1))
        inputs = [made[i] for i in network.inputs()]
        outputs = [made[o] for o in network.outputs if o in made]
        ending = f", name={literal(name)}" if name else ""
        self.lines.append(f"{variable} = Model(inputs={_listed(inputs)}, outputs={_listed(outputs)}{ending})")

    def node(
        self,
        network: Network,
        node: Node,
        made: dict[str, str],
        output: Mapping[str, Shape | None],
        shared: set[str | None],
    ) -> str:
        """Write one node and return the variable that holds its tensor."""
        variable = self.fresh(snake(node.layer.KERAS))
        if node.layer.KERAS == "Input":
            shape = output.get(node.id) or getattr(node.layer, "shape", None)
            layer = node.layer.replace(shape=shape)
            self.lines.append(f"{variable} = {layer.source('layers.', name=node.name)}")
            return variable
        wired = network.sources(node.id)
        sources = [made[s] for s in wired if s in made]
        call = self.layer(network, node, variable, shared, made, output)
        if not wired or len(sources) < len(wired):
            self.lines.append(f"{variable} = {call}  # not connected")
        else:
            several = len(sources) > 1 or (node.layer.KERAS != "Model" and getattr(node.layer, "INPUTS", (1,))[0] > 1)
            self.lines.append(f"{variable} = {call}({_listed(sources, several)})")
        return variable

    def layer(
        self, network: Network, node: Node, variable: str, shared: set[str | None],
        made: dict[str, str], output: Mapping[str, Shape | None],
    ) -> str:  # fmt: skip
        """Return the expression of the layer; layers that are used again get a variable of their own."""
        if node.shares and node.shares in made:
            return f"{made[node.shares]}_layer"
        more: dict[str, object] = {"name": node.name} | ({} if node.trainable else {"trainable": False})
        if isinstance(node.layer, Model):
            rows = [output.get(s) for s in network.sources(node.id)]
            inner = _Writer(self.counter)
            feeds = {i: r for i, r in zip(node.layer.network.inputs(), rows, strict=False) if r}
            inner.network(node.layer.network, feeds, f"{variable}_layer", node.name)
            self.lines += inner.lines + ([] if node.trainable else [f"{variable}_layer.trainable = False"])
            return f"{variable}_layer"
        text = node.layer.source("layers.", **more)
        if node.id in shared:
            self.lines.append(f"{variable}_layer = {text}")
            return f"{variable}_layer"
        return text


def _listed(names: list[str], several: bool = False) -> str:
    return names[0] if len(names) == 1 and not several else f"[{', '.join(names)}]"
