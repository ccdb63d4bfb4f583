"""Copies of layers: duplicated on the canvas, with weights of their own or shared, or pasted from the clipboard."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from engine.errors import UsageError
from engine.network.network import Network, Node, Wire
from engine.project.document import Note, Project
from studio.document import sharing
from studio.document.network_edits import Point, _node, _with, move, numbered

T = TypeVar("T")


def duplicate(project: Project, *nodes: str) -> Project:
    """Copy nodes with the wires between them, beside the originals and not wired to them."""
    network = project.network
    chosen = [_node(network, n) for n in network.order() if n in nodes]
    notes = within_any(project.notes, nodes)
    return copies(project, chosen, _between(network, nodes), _places(project, nodes), (32.0, 32.0), notes=notes)


def duplicate_shared(project: Project, *nodes: str, plain: Collection[str] = ()) -> Project:
    """Copy nodes like `duplicate`; each copy is another call of the same layer: it uses the weights of the original.

    plain: those among them that have no weights; their copies share nothing.

    Raises:
        UsageError: one of them is an Input, which has nothing to share.
    """
    network = project.network
    for node in nodes:
        if _node(network, node).layer.KERAS == "Input":
            raise UsageError(f"{network.nodes[node].name} is an Input and has no weights to share. Select layers only.")
    chosen = [dataclasses.replace(network.nodes[n], shares=None if n in plain else sharing.owner_of(network, n))
              for n in network.order() if n in nodes]  # fmt: skip
    return copies(project, chosen, _between(network, nodes), _places(project, nodes), (32.0, 32.0), True)


def _between(network: Network, nodes: Iterable[str]) -> list[Wire]:
    return [w for w in network.wires if w.source in nodes and w.target in nodes]


def _places(project: Project, nodes: Iterable[str]) -> dict[str, Point | None]:
    """Return the positions of nodes and of what lies in them."""
    inside = within_any(project.positions, nodes)
    return {**{n: project.positions[n] for n in nodes if n in project.positions}, **inside}


def within_any(things: Mapping[str, T], nodes: Iterable[str]) -> dict[str, T]:
    """Return what lies in some groups, under the path that begins with the group's id."""
    return {key: value for key, value in things.items() if "/" in key and key.partition("/")[0] in nodes}


def copies(
    project: Project, nodes: list[Node], wires: list[Wire], at: Mapping[str, Point | None], offset: Point,
    shared: bool = False, notes: Mapping[str, Note] = MappingProxyType({}),
) -> Project:  # fmt: skip
    """Add nodes under new ids. shared: they share with nodes of this network; else only with one another.

    at, notes: places of the nodes, and places and notes of what lies in them ("n5/n2", "n5/note:1").
    """
    network, new = project.network, dict[str, str]()
    for node in nodes:
        free = node.name if network.by_name(node.name) is None else None
        if free is None and node.layer.KERAS == "Model":
            free = numbered(network, node.name)
        network, made = network.add(node.layer, free, trainable=node.trainable, note=node.note)
        new[node.id] = made.id
    for node in nodes if shared else sharing.renamed(nodes, new):
        network = network.replace(new[node.id], shares=node.shares)
    for wire in wires:
        network = network.wire(new[wire.source], new[wire.target], wire.slot)
    places: dict[str, Point] = {}
    for key, p in at.items():
        head, _, rest = key.partition("/")
        if p and head in new:
            places[f"{new[head]}/{rest}" if rest else new[head]] = p if rest else (p[0] + offset[0], p[1] + offset[1])
    inside = {f"{new[head]}/{rest}": n for key, n in notes.items() for head, _, rest in [key.partition("/")]}
    whole = dataclasses.replace(project, network=network, notes={**project.notes, **inside})
    return _with(move(whole, places), network)
