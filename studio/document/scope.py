"""A group seen as a project of its own: `shown` is what lies in it, `inside` lets an edit of that be one of the whole.

A scope is the path of ids of the groups that are open, from the outermost in; () is the network itself. Positions of
cards in a group lie in the project under "n5/n2".
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from engine.errors import UsageError
from engine.network import kept as lines
from engine.network.network import Network, Node, Wire
from engine.project.document import Note, Project
from studio.document import sharing

if TYPE_CHECKING:  # loads all layers: not before there is a group
    from engine.network.nested import Model

Scope = tuple[str, ...]
Edit = Callable[[Project], Project]
Point = tuple[float, float]
T = TypeVar("T")


def group_at(network: Network, node: str) -> "Model | None":
    """Return the group that a node is; None for any other layer, and for a node that is gone."""
    if node not in network.nodes:
        return None
    from engine.network.nested import Model

    layer = network.nodes[node].layer
    return layer if isinstance(layer, Model) else None


def valid(project: Project, scope: Scope) -> Scope:
    """Return the part of a scope that exists: it ends before the first group that is gone."""
    network = project.network
    for i, node in enumerate(scope):
        group = group_at(network, node)
        if group is None:
            return scope[:i]
        network = group.network
    return scope


def place_of_change(before: Network, after: Network) -> Scope:
    """Return the path of the group in which alone two networks differ; () when they differ outside of groups."""
    if before.wires != after.wires or before.outputs != after.outputs or before.nodes.keys() != after.nodes.keys():
        return ()
    other = [n for n in after if n is not before.nodes[n.id] and n != before.nodes[n.id]]
    owner = next((n.id for n in other if n.shares is None), None)
    if owner is None or any(sharing.owner_of(after, n.id) != owner for n in other):
        return ()
    old, new = group_at(before, owner), group_at(after, owner)
    if old is None or new is None or dataclasses.replace(after.nodes[owner], layer=old) != before.nodes[owner]:
        return ()
    return (owner, *place_of_change(old.network, new.network))


def shown(project: Project, scope: Scope) -> Project:
    """Return what lies in a group as a project: its network and positions, no targets and no feeds."""
    for node in scope:
        group = group_at(project.network, node)
        if group is None:
            raise UsageError("This group no longer exists.")
        project = _inner(project, node, group.network)
    return project


def inside(project: Project, scope: Scope, edit: Edit) -> Project:
    """Return the project with an edit applied to what lies in a group."""
    if not scope:
        return edit(project)
    node = scope[0]
    group = group_at(project.network, node)
    if group is None:
        raise UsageError("This group no longer exists.")
    before = _inner(project, node, group.network)
    after = inside(before, scope[1:], edit)
    return project if after is before else _put(project, node, before, after)


def _inner(project: Project, node: str, network: Network) -> Project:
    places = within(project, node)
    notes = _within(project.notes, node)
    code = lines.within(project.code, node) if project.code else ()
    return dataclasses.replace(project, network=network, positions=places, notes=notes, code=code, feeds={}, targets=())


def within(project: Project, node: str) -> dict[str, Point]:
    """Return the positions of the cards in a group."""
    return _within(project.positions, node)


def within_notes(project: Project, node: str) -> dict[str, Note]:
    """Return the notes in a group."""
    return _within(project.notes, node)


def _within(things: Mapping[str, T], node: str) -> dict[str, T]:
    start = f"{node}/"
    return {key[len(start) :]: value for key, value in things.items() if key.startswith(start)}


def _put_within(things: Mapping[str, T], node: str, inner: Mapping[str, T]) -> dict[str, T]:
    start = f"{node}/"
    outside = {key: value for key, value in things.items() if not key.startswith(start)}
    return outside | {f"{start}{key}": value for key, value in inner.items()}


def placed_within(node: str, places: Mapping[str, Point]) -> dict[str, Point]:
    """Return positions of cards in a group as the project keeps them."""
    return {f"{node}/{key}": at for key, at in places.items()}


def kept(network: Network, positions: Mapping[str, Point]) -> dict[str, Point]:
    """Return the positions of cards that exist, in groups too."""
    return {key: at for key, at in positions.items() if key.startswith("target:") or _exists(network, key)}


def kept_notes(network: Network, notes: Mapping[str, Note]) -> dict[str, Note]:
    """Return the notes but those in groups that are gone."""
    return {key: note for key, note in notes.items() if "/" not in key or _holds(network, key.rpartition("/")[0])}


def _holds(network: Network, place: str) -> bool:
    for node in place.split("/"):
        group = group_at(network, node)
        if group is None:
            return False
        network = group.network
    return True


def _exists(network: Network, key: str) -> bool:
    head, _, rest = key.partition("/")
    if not rest:
        return head in network.nodes
    group = group_at(network, head)
    return group is not None and _exists(group.network, rest)


def _put(project: Project, node: str, before: Project, after: Project) -> Project:
    """Return the project with what an edit made of a group; other parts (data, fit) are the edit's too."""
    network = project.network
    if after.network is not before.network:
        network = sharing.changed(network, node, layer=_group(network.nodes[node], after.network))
        for each in sharing.family(network, node):
            network = _rewired(network, each, before.network.inputs(), after.network.inputs())
    inner = {key: at for key, at in after.positions.items() if _exists(after.network, key)}
    places = _put_within(project.positions, node, inner)
    notes = _put_within(project.notes, node, after.notes)
    code = project.code if after.code == before.code else lines.put_within(project.code, node, after.code)
    return dataclasses.replace(
        after, network=network, positions=places, notes=notes, code=code, feeds=project.feeds, targets=project.targets
    )


def _group(node: Node, network: Network) -> "Model":
    from engine.network.nested import Model

    layer = node.layer
    assert isinstance(layer, Model)  # the scope led through it
    return layer.replace(network=network)


def _rewired(network: Network, node: str, before: tuple[str, ...], after: tuple[str, ...]) -> Network:
    """Return the network whose wires into a group follow its Inputs: that of a lost Input goes, the others move up."""
    if before == after:
        return network
    place = {old: after.index(id) for old, id in enumerate(before) if id in after}
    wires = []
    for wire in network.wires:
        if wire.target != node:
            wires.append(wire)
        elif wire.slot in place:
            wires.append(Wire(wire.source, node, place[wire.slot]))
        elif wire.slot >= len(before):
            wires.append(Wire(wire.source, node, wire.slot - len(before) + len(after)))
    return dataclasses.replace(network, wires=tuple(wires))
