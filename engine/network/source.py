"""A network as Keras-style source, with the lines of each node. It never raises: what is not wired is not called.

`engine.network.read` reads it back. What Keras' own code has no place for is said exactly: an empty input is None, and
a comment of ours says the name of a layer's second use, what is frozen apart, and what is inside a model unconnected.
"""

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.layers.spec import Shape
from engine.network.kept import END, IMPORT, TOP, Kept
from engine.network.nested import Model
from engine.network.network import Network, Node
from engine.network.shapes import infer
from engine.specs import literal, snake

MODULES = ("constraints", "initializers", "layers", "regularizers")
MOST_SLOTS = 256
"""Inputs beyond this many are written without the empty ones between them."""


@dataclass(frozen=True)
class Source:
    """Program text and where each node stands in it.

    Args:
        lines: node id ("n2/n3" inside a nested model) -> line numbers, from 1.
        keys: the key of each line that is not a kept one, in order (see `engine.network.kept`).
        shapes: id -> shape written for an Input that has none of its own.
        kept: line number -> the kept line that stands there.
    """

    text: str
    lines: Mapping[str, tuple[int, ...]]
    keys: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    kept: Mapping[int, Kept] = field(default_factory=dict)


def source(
    network: Network,
    feeds: Mapping[str, Shape] | None = None,
    package: str = "keras",
    *,
    exact: bool = False,
    kept: Sequence[Kept] = (),
    taken: frozenset[str] = frozenset(),
) -> Source:
    """Return functional code that builds the network: `dense_1 = layers.Dense(64, name="dense_1")(input_1)`.

    feeds: shapes of Inputs that take theirs from data. package: where the names are imported from. exact: say in
    comments what Keras' code has no place for. kept: lines of a person. taken: variables that those assign. Variables
    are named by us; without `exact` and `kept` the names of nodes stand in it as literals only.
    """
    writer = _Writer(set(taken), exact, kept)
    writer.network(network, feeds or {}, "model", path="")
    ours = [text for i, (_, text) in enumerate(writer.lines, 1) if i not in writer.stray]
    used = [m for m in MODULES if any(re.search(rf"\b{m}\.", text) for text in ours)]
    head = _Writer(set(), exact, kept)
    head.loose(TOP)
    head.put(IMPORT, f"from {package} import {', '.join(['Model', *used])}", blank=True)
    shift = len(head.lines)
    every = [*head.lines, *writer.lines]
    lines = {node: tuple(n + shift for n in numbers) for node, numbers in writer.places.items()}
    loose = head.stray | {n + shift: line for n, line in writer.stray.items()}
    keys = tuple(key for i, (key, _) in enumerate(every, 1) if key != TOP and i not in loose)
    return Source("\n".join(text for _, text in every) + "\n", lines, keys, writer.shapes, loose)


def ordered(network: Network) -> tuple[str, ...]:
    """Return all ids so that sources come first, else in order of insertion; nodes on a cycle come last."""
    place = {id: i for i, id in enumerate(network.nodes)}
    waiting = {id: sum(s in place for s in network.sources(id)) for id in place}
    ids, done = list(place), dict[str, None]()
    ready = [place[id] for id, count in waiting.items() if not count]
    heapq.heapify(ready)
    while ready:
        id = ids[heapq.heappop(ready)]
        done[id] = None
        for target in network.targets(id):
            if target in waiting:
                waiting[target] -= 1
                if not waiting[target]:
                    heapq.heappush(ready, place[target])
    return (*done, *(id for id in ids if id not in done))


def connected(network: Network) -> frozenset[str]:
    """Return the Inputs and all nodes from which an output is reached."""
    found, waiting = set(network.inputs()), list(network.outputs)
    while waiting:
        id = waiting.pop()
        if id in network.nodes and (id not in found or network.nodes[id].layer.KERAS == "Input"):
            found.add(id)
            waiting += [s for s in network.sources(id) if s not in found]
    return frozenset(found)


class _Writer:
    def __init__(self, taken: set[str], exact: bool, kept: Sequence[Kept]) -> None:
        self.lines: list[tuple[str, str]] = []
        """(key, text) of each line."""
        self.places: dict[str, tuple[int, ...]] = {}
        self.shapes: dict[str, Shape] = {}
        self.stray: dict[int, Kept] = {}
        self.taken, self.exact = taken, exact
        self.below: dict[str, list[Kept]] = {}
        self.beside: dict[str, str] = {}
        for line in kept:
            if line.beside and line.after not in self.beside:
                self.beside[line.after] = line.text
            else:
                self.below.setdefault(line.after, []).append(line)

    def put(self, key: str, text: str, notes: Sequence[str] = (), blank: bool = False) -> None:
        """Write a line with the comments beside and the kept lines below it."""
        comments = ([f"# {', '.join(notes)}"] if notes else []) + ([self.beside.pop(key)] if key in self.beside else [])
        self.lines.append((key, "  ".join([text, *comments])))
        if blank:
            self.lines.append((TOP, ""))
        self.loose(key)

    def loose(self, key: str) -> None:
        """Write the kept lines that stand after a line."""
        for line in self.below.pop(key, ()):
            self.lines.append((key, line.text))
            self.stray[len(self.lines)] = line

    def _orphans(self) -> None:
        """Write the kept lines whose line is not there, before the last one."""
        for key, text in self.beside.items():
            if key not in (TOP, IMPORT, END):
                self.below.setdefault(key, []).append(Kept(key, text))
        for key in [k for k in self.below if k not in (TOP, IMPORT, END)]:
            self.loose(key)

    def variables(self, network: Network) -> dict[str, str]:
        """Return a variable per node: kind and counter. It is the node's name where that is of this form and free."""
        stems = {n.id: snake(n.layer.KERAS) for n in network}
        ours = {n.id: n.name for n in network if re.fullmatch(rf"{stems[n.id]}_[1-9][0-9]*", n.name, re.ASCII)}
        chosen = {id: name for id, name in ours.items() if name not in self.taken}
        self.taken |= set(chosen.values())
        counts: dict[str, int] = {}
        for id in ordered(network):
            stem = stems[id]
            while id not in chosen:
                counts[stem] = counts.get(stem, 0) + 1
                if (name := f"{stem}_{counts[stem]}") not in self.taken:
                    chosen[id] = name
                    self.taken.add(name)
        return chosen

    def network(self, network: Network, feeds: Mapping[str, Shape], variable: str, path: str, name: str = "") -> None:
        """Write a network; `variable` is the model's own, `path` the ids of the nodes around it ("n2/")."""
        part = _Part(self, network, feeds, variable, path)
        self.loose(f"{path[:-1]}:top")
        for id in ordered(network):
            before = len(self.lines)
            part.node(network.nodes[id])
            part.made.add(id)
            kept = self.stray
            self.places[f"{path}{id}"] = tuple(n for n in range(before + 1, len(self.lines) + 1) if n not in kept)
        made = part.variables
        inputs = [made[i] for i in network.inputs()]
        outputs = [made[o] for o in network.outputs if o in made]
        ending = f", name={literal(name)}" if name else ""
        key = f"{path[:-1]}:layer" if path else END
        if not path:
            self._orphans()
        self.put(key, f"{variable} = Model(inputs={_listed(inputs)}, outputs={_listed(outputs)}{ending})")


class _Part:
    """One network while it is written: the model itself or a nested one."""

    def __init__(self, writer: _Writer, network: Network, feeds: Mapping[str, Shape], variable: str, path: str) -> None:
        self.writer, self.network, self.feeds = writer, network, feeds
        self.variable, self.path, self.exact = variable, path, writer.exact
        nested = any(isinstance(n.layer, Model) for n in network)
        self.output: Mapping[str, Shape | None] = infer(network, feeds).output if nested else feeds
        self.variables = writer.variables(network)
        self.shared = {self._owner(n).id for n in network if n.shares in network.nodes}
        self.inside = connected(network) if path and writer.exact else None
        self.made: set[str] = set()
        self.into: dict[str, dict[int, str]] = {}
        for wire in network.wires:
            self.into.setdefault(wire.target, {})[wire.slot] = wire.source

    def node(self, node: Node) -> None:
        """Write one node; its variable holds its tensor."""
        key, variable = f"{self.path}{node.id}", self.variables[node.id]
        if node.layer.KERAS == "Input":
            notes = ["trainable=False"] if self.exact and not node.trainable else []
            given = self._sources(node) if self.exact else []  # a wire that leads into an Input is an error, but there
            call = f"({_listed([s or 'None' for s in given], None in given)})" if given else ""
            self.writer.put(key, f"{variable} = {self._input(node, key)}{call}", notes)
            return
        call, notes = self._layer(node), []
        sources = self._sources(node)
        least = getattr(node.layer, "INPUTS", (1,))[0]
        several = len(sources) > 1 or None in sources or (node.layer.KERAS != "Model" and least > 1)
        if sources:
            call += f"({_listed([s or 'None' for s in sources], several)})"
        elif call == f"{self.variables[self._owner(node).id]}_layer":
            call += "()"
        missing = (
            not sources or None in sources or (self.exact and node.layer.KERAS != "Model" and len(sources) < least)
        )
        notes += ["not connected"] if missing else []
        self.writer.put(key, f"{variable} = {call}", notes + self._notes(node, variable))

    def _input(self, node: Node, key: str) -> str:
        shape = self.feeds.get(node.id)
        if getattr(node.layer, "shape", None) is None and shape is not None:
            self.writer.shapes[key] = shape
            return node.layer.replace(shape=shape).source("layers.", name=node.name)
        return node.layer.source("layers.", name=node.name)

    def _notes(self, node: Node, variable: str) -> list[str]:
        """Return what only a comment can say."""
        if not self.exact:
            return []
        owner = self._owner(node)
        notes = [f'name="{node.name}"'] if owner is not node and node.name != variable else []
        notes += [f"trainable={node.trainable}"] if owner is not node and node.trainable != owner.trainable else []
        loose = self.inside is not None and node.id not in self.inside
        return notes + ([f"inside {self.variable}"] if loose else [])

    def _sources(self, node: Node) -> list[str | None]:
        """Return the variables of the inputs in slot order; None: nothing is wired there."""
        wires = self.into.get(node.id, {})
        if not self.exact:
            return [self.variables[s] for s in self.network.sources(node.id) if s in self.made]
        slots = range(max(wires, default=-1) + 1) if max(wires, default=0) < MOST_SLOTS else sorted(wires)
        return [self.variables[wires[i]] if wires.get(i) in self.made else None for i in slots]

    def _owner(self, node: Node) -> Node:
        """Return the node whose weights a node uses: itself unless it shares."""
        seen = {node.id}
        while (owner := self.network.nodes.get(node.shares or "")) is not None and owner.id not in seen:
            seen.add(owner.id)
            node = owner
        return node

    def _layer(self, node: Node) -> str:
        """Return the expression of the layer; layers that are used again get a variable of their own."""
        owner = self._owner(node)
        variable = f"{self.variables[owner.id]}_layer"
        key = f"{self.path}{owner.id}"
        if f"{owner.id}:layer" in self.made:
            return variable
        self.made.add(f"{owner.id}:layer")
        if isinstance(owner.layer, Model):
            rows = [self.output.get(s) for s in self.network.sources(node.id)]
            feeds = {i: r for i, r in zip(owner.layer.network.inputs(), rows, strict=False) if r is not None}
            self.writer.network(owner.layer.network, feeds, variable, f"{key}/", owner.name)
            if not owner.trainable:
                self.writer.put(f"{key}:frozen", f"{variable}.trainable = False")
            return variable
        more: dict[str, object] = {"name": owner.name} | ({} if owner.trainable else {"trainable": False})
        text = owner.layer.source("layers.", **more)
        if owner.id not in self.shared:
            return text
        self.writer.put(f"{key}:layer", f"{variable} = {text}")
        return variable


def _listed(names: Sequence[str], several: bool = False) -> str:
    return names[0] if len(names) == 1 and not several else f"[{', '.join(names)}]"
