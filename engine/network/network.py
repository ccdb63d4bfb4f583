"""A network as a value: nodes, wires and outputs. No positions, no weights; every edit returns a new network."""

import dataclasses
import functools
import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from engine.errors import UsageError
from engine.specs import Spec, snake

NODE_ID = re.compile(r"n[1-9][0-9]{0,8}\Z")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")


@dataclass(frozen=True, slots=True)
class Node:
    """One layer on the canvas.

    Args:
        id: given once, never reused: "n1", "n2", ...
        layer: the spec of the layer (Input included; a nested model is the spec `Nested`).
        name: unique in its network, an identifier: "dense_1". Programs use it, so it matches NAME.
        trainable: False freezes the weights.
        shares: id of an earlier node with an equal spec whose weights this one uses; None: its own.
        note: a person's remark; never enters generated text.
    """

    id: str
    layer: Spec
    name: str
    trainable: bool = True
    shares: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A tensor that flows from one node to another. `slot` orders the inputs of merge layers, from 0."""

    source: str
    target: str
    slot: int = 0


@dataclass(frozen=True)
class Network:
    """Nodes in order of insertion, wires and the ids of the output nodes (their order is the model's)."""

    nodes: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    wires: tuple[Wire, ...] = ()
    outputs: tuple[str, ...] = ()
    next_id: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.nodes, MappingProxyType):
            object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))

    def __hash__(self) -> int:
        return hash((tuple(self.nodes), self.wires, self.outputs))

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (dict(self.nodes), self.wires, self.outputs, self.next_id)

    # ---- reading -----------------------------------------------------------------------------------------------
    def inputs(self) -> tuple[str, ...]:
        """Return the ids of the Input nodes in order."""
        return tuple(n.id for n in self.nodes.values() if n.layer.KERAS == "Input")

    def sources(self, node: str) -> tuple[str, ...]:
        """Return the ids that feed a node, in slot order."""
        return self._sources.get(node, ())

    def targets(self, node: str) -> tuple[str, ...]:
        """Return the ids that a node feeds."""
        return tuple([w.target for w in self.wires_from(node)])

    def wires_from(self, node: str) -> tuple[Wire, ...]:
        """Return the wires that leave a node."""
        return self._leaving.get(node, ())

    def order(self) -> tuple[str, ...]:
        """Return all node ids so that sources come first (stable); nodes on a cycle come last, in insertion order."""
        return self._sorted[0]

    def looped(self) -> frozenset[str]:
        """Return the ids of the nodes on a cycle or behind one."""
        order, straight = self._sorted
        return frozenset(order[straight:])

    def rank(self, node: str) -> int:
        """Return the place of a node in the order."""
        return self._ranks[node]

    def forget(self) -> None:
        """Let go of what was worked out from the network (it is worked out again when asked for): undo keeps many."""
        for name in ("_sources", "_leaving", "_sorted", "_ranks"):
            self.__dict__.pop(name, None)

    @functools.cached_property
    def _sources(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for wire in sorted(self.wires, key=operator.attrgetter("slot")):
            if wire.source in self.nodes:
                found.setdefault(wire.target, []).append(wire.source)
        return {node: tuple(sources) for node, sources in found.items()}

    @functools.cached_property
    def _leaving(self) -> dict[str, tuple[Wire, ...]]:
        found: dict[str, list[Wire]] = {}
        for wire in self.wires:
            found.setdefault(wire.source, []).append(wire)
        return {node: tuple(wires) for node, wires in found.items()}

    @functools.cached_property
    def _sorted(self) -> tuple[tuple[str, ...], int]:
        """The order, and how many nodes of it lie on no cycle and behind none."""
        feeds: dict[str, list[str]] = {n: [] for n in self.nodes}
        waiting = dict.fromkeys(self.nodes, 0)
        for wire in self.wires:
            if wire.source in feeds and wire.target in feeds:
                feeds[wire.source].append(wire.target)
                waiting[wire.target] += 1
        ready = [n for n in self.nodes if not waiting[n]]
        done: dict[str, None] = {}
        for node in ready:  # grows while it is read
            done[node] = None
            for target in feeds[node]:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
        return tuple(done) + tuple(n for n in self.nodes if n not in done), len(done)

    @functools.cached_property
    def _ranks(self) -> dict[str, int]:
        return {node: i for i, node in enumerate(self.order())}

    def by_name(self, name: str) -> Node | None:
        """Return the node with this name."""
        return next((n for n in self.nodes.values() if n.name == name), None)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    # ---- editing: each returns a new network ----------------------------------------------------------------------
    def free_name(self, layer: Spec) -> str:
        """Return kind + counter: dense_1, dense_2, ..."""
        taken, stem, n = {node.name for node in self}, snake(layer.KERAS), 1
        while f"{stem}_{n}" in taken:
            n += 1
        return f"{stem}_{n}"

    def add(self, layer: Spec, name: str | None = None, **more: Any) -> tuple[Self, Node]:
        """Return (network, node) with one more, unwired node."""
        node = Node(f"n{self.next_id}", layer, name or self.free_name(layer), **more)
        self._check_name(node)
        nodes = {**self.nodes, node.id: node}
        return dataclasses.replace(self, nodes=nodes, next_id=self.next_id + 1), node

    def replace(self, node: str, **changes: Any) -> Self:
        """Return the network with fields of a node changed (layer, name, trainable, shares, note)."""
        changed = dataclasses.replace(self.nodes[node], **changes)
        self._check_name(changed)
        return dataclasses.replace(self, nodes={**self.nodes, node: changed})

    def remove(self, *gone: str) -> Self:
        """Return the network without these nodes and their wires. Shared weights go on to the next that used them."""
        away, heirs = set(gone), self._heirs(set(gone))
        nodes = {n.id: dataclasses.replace(n, shares=heirs[n.id]) if n.id in heirs else n for n in self
                 if n.id not in away}  # fmt: skip
        wires = tuple(w for w in self.wires if w.source not in away and w.target not in away)
        outputs = tuple(o for o in self.outputs if o not in away)
        return dataclasses.replace(self, nodes=nodes, wires=wires, outputs=outputs)

    def _heirs(self, gone: set[str]) -> dict[str, str | None]:
        """Return new `shares` of the nodes whose owner goes: the first of them in the order is the owner now."""
        found: dict[str, str | None] = {}
        first: dict[str, str] = {}
        for id in self.order() if any(n.shares in gone for n in self) else ():
            owner = self.nodes[id].shares
            if owner in gone and id not in gone:
                found[id] = first.get(owner)
                first.setdefault(owner, id)
        return found

    def wire(self, source: str, target: str, slot: int | None = None) -> Self:
        """Return the network with one more wire; without `slot` it takes the next free one."""
        if source not in self.nodes or target not in self.nodes:
            raise UsageError("A wire needs two nodes that exist.")
        taken = {w.slot for w in self.wires if w.target == target}
        free = next(i for i in range(len(taken) + 1) if i not in taken)
        return dataclasses.replace(self, wires=(*self.wires, Wire(source, target, free if slot is None else slot)))

    def unwire(self, *gone: Wire) -> Self:
        """Return the network without these wires."""
        return dataclasses.replace(self, wires=tuple(w for w in self.wires if w not in gone))

    def with_outputs(self, *outputs: str) -> Self:
        """Return the network with these output nodes."""
        return dataclasses.replace(self, outputs=outputs)

    def _check_name(self, node: Node) -> None:
        if not NAME.match(node.name):
            raise UsageError(f"A layer's name must be a letter, then letters, digits or _; it is {node.name!r:.60}.")
        if any(n.name == node.name and n.id != node.id for n in self):
            raise UsageError(f"The name {node.name} is taken. Choose another.")

    # ---- files -----------------------------------------------------------------------------------------------------
    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; defaults are left out."""
        nodes = []
        for n in self:
            extra = {"trainable": n.trainable, "shares": n.shares, "note": n.note}
            usual = {"trainable": True, "shares": None, "note": ""}
            nodes.append(
                {"id": n.id, "name": n.name, "layer": n.layer.get_config()}
                | {k: v for k, v in extra.items() if v != usual[k]}
            )
        wires = [[w.source, w.target, w.slot] for w in self.wires]
        return {"nodes": nodes, "wires": wires, "outputs": list(self.outputs), "next_id": self.next_id}


def stack(*layers: Spec) -> Network:
    """Return a network in which each layer feeds the next and the last one is the output."""
    network, before = Network(), None
    for layer in layers:
        network, node = network.add(layer)
        network = network.wire(before.id, node.id) if before else network
        before = node
    return network.with_outputs(before.id) if before else network
