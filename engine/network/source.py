"""A network as Keras-style source, with the lines of each node. It never raises: what is not wired is not called."""

import re
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
    writer = _Writer(set())
    writer.network(network, feeds or {}, "model")
    body = "\n".join(writer.lines)
    used = [m for m in MODULES if re.search(rf"\b{m}\.", body)]
    header = [f"from {package} import {', '.join(['Model', *used])}", ""]
    shift = len(header)
    lines = {node: tuple(n + shift for n in numbers) for node, numbers in writer.places.items()}
    return Source("\n".join([*header, *writer.lines]) + "\n", lines)


class _Writer:
    def __init__(self, taken: set[str]) -> None:
        self.lines: list[str] = []
        self.places: dict[str, tuple[int, ...]] = {}
        self.taken = taken

    def variables(self, network: Network) -> dict[str, str]:
        """Return a variable per node: kind and counter. It is the node's name where that is of this form and free."""
        stems = {n.id: snake(n.layer.KERAS) for n in network}
        ours = {n.id: n.name for n in network if re.fullmatch(rf"{stems[n.id]}_[1-9][0-9]*", n.name, re.ASCII)}
        chosen = {id: name for id, name in ours.items() if name not in self.taken}
        self.taken |= set(chosen.values())
        counts: dict[str, int] = {}
        for id in network.order():
            stem = stems[id]
            while id not in chosen:
                counts[stem] = counts.get(stem, 0) + 1
                if (name := f"{stem}_{counts[stem]}") not in self.taken:
                    chosen[id] = name
                    self.taken.add(name)
        return chosen

    def network(self, network: Network, feeds: Mapping[str, Shape], variable: str, name: str | None = None) -> None:
        """Write a network; `variable` is the model's own."""
        output = infer(network, feeds).output
        shared = {n.shares for n in network}
        made: dict[str, str] = {}
        variables = self.variables(network)
        loose = [n.id for n in network if n.shares and not network.sources(n.id)]
        for id in (*(n for n in network.order() if n not in loose), *loose):
            before = len(self.lines)
            self.node(network, network.nodes[id], variables[id], made, output, shared)
            made[id] = variables[id]
            self.places[id] = tuple(range(before + 1, len(self.lines) + 1))
        inputs = [made[i] for i in network.inputs()]
        outputs = [made[o] for o in network.outputs if o in made]
        ending = f", name={literal(name)}" if name else ""
        self.lines.append(f"{variable} = Model(inputs={_listed(inputs)}, outputs={_listed(outputs)}{ending})")

    def node(
        self,
        network: Network,
        node: Node,
        variable: str,
        made: dict[str, str],
        output: Mapping[str, Shape | None],
        shared: set[str | None],
    ) -> None:
        """Write one node; `variable` holds its tensor."""
        if node.layer.KERAS == "Input":
            shape = output.get(node.id)
            layer = node.layer if shape is None else node.layer.replace(shape=shape)
            self.lines.append(f"{variable} = {layer.source('layers.', name=node.name)}")
            return
        wired = network.sources(node.id)
        sources = [made[s] for s in wired if s in made]
        call = self.layer(network, node, variable, shared, made, output)
        if not wired or len(sources) < len(wired):
            self.lines.append(f"{variable} = {call}  # not connected")
        else:
            several = len(sources) > 1 or (node.layer.KERAS != "Model" and getattr(node.layer, "INPUTS", (1,))[0] > 1)
            self.lines.append(f"{variable} = {call}({_listed(sources, several)})")

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
            inner = _Writer(self.taken)
            feeds = {i: r for i, r in zip(node.layer.network.inputs(), rows, strict=False) if r is not None}
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
