"""Group and ungroup: some layers become one card that holds them, and the other way round. Results stay equal."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from engine.errors import UsageError
from engine.network.kept import Kept
from engine.network.network import Network, Node, Wire
from engine.project.document import Note, Project
from studio.document import scope, sharing
from studio.document.network_edits import PITCH, _with, numbered
from studio.document.note_edits import free_id
from studio.document.scope import Point
from studio.document.stack import downstream

if TYPE_CHECKING:  # loads all layers: not before there is a group
    from engine.network.nested import Model


def group(project: Project, *nodes: str) -> Project:
    """Put layers into one group: an Input inside for each layer that feeds them, one output.

    Raises:
        UsageError: they make no group, with the sentence that says why.
    """
    from engine.network.nested import Model

    network = project.network
    inner = [n for n in network.order() if n in nodes]
    if not inner:
        raise UsageError("Select the layers that make a group first.")
    _check(network, inner)
    output = _output(network, inner)
    sources = _sources(network, inner)
    held, entries = _held(network, inner, sources, output)
    made, node = _outer(network, inner, Model(held), output, sources)
    places = {k: at for k, at in project.positions.items() if k.split("/")[0] not in inner}
    mine = {k: at for k, at in project.positions.items() if k.split("/")[0] in inner}
    anchor = _anchor(inner, project.positions)
    if anchor is not None:
        places[node] = anchor
        mine |= _over(held, entries, mine)
    places |= scope.placed_within(node, mine)
    notes = {f"{node}/{k}" if k.split("/")[0] in inner else k: n for k, n in project.notes.items()}
    code = tuple(_rekeyed(line, {n: f"{node}/{n}" for n in inner}) for line in project.code)
    return _with(dataclasses.replace(_retaught(project, output, node, places), notes=notes, code=code), made)


def ungroup(project: Project, *nodes: str) -> Project:
    """Put the layers of groups in their place; a layer keeps its id and name where they are free.

    Raises:
        UsageError: one of them is no group, or shares its layers with a group that stays.
    """
    chosen = [n for n in project.network.order() if n in nodes]
    if not chosen:
        raise UsageError("Select a group first.")
    for node in chosen:
        _check_group(project.network, node, chosen)
    known: dict[str, dict[str, str]] = {}
    owners = {node: project.network.nodes[node].shares for node in chosen}
    for node in sorted(chosen, key=lambda n: owners[n] is not None):
        project, known[node] = _opened(project, node, known.get(owners[node] or "", {}))
    return project


# ---- grouping ----
def _check(network: Network, inner: list[str]) -> None:
    names = {n: network.nodes[n].name for n in network.nodes}
    for node in inner:
        if network.nodes[node].layer.KERAS == "Input":
            raise UsageError(f"{names[node]} is an Input and stays outside a group. Select the layers behind it.")
        outside = [n for n in sharing.family(network, node) if n not in inner]
        if outside:
            raise UsageError(
                f"{names[node]} shares its weights with {names[outside[0]]}, which would stay outside. "
                "Select both, or give it its own weights."
            )
    between = _reached(inner, network.targets) & _reached(inner, network.sources) - set(inner)
    for node in (n for n in network.order() if n in between):
        raise UsageError(f"The selected layers must hang together. {names[node]} lies between them. Select it too.")


def _reached(nodes: list[str], steps: Callable[[str], Iterable[str]]) -> set[str]:
    """Return what is reached from nodes by one or more steps."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        for node in steps(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def _output(network: Network, inner: list[str]) -> str:
    """Return the layer that answers for the group: the only one that something outside takes."""
    leaving = [n for n in inner if n in network.outputs or any(t not in inner for t in network.targets(n))]
    if not leaving:
        leaving = [n for n in inner if not network.targets(n)]
    if len(leaving) != 1:
        names = " and ".join(network.nodes[n].name for n in leaving)
        raise UsageError(f"A group has one output. {names} all lead out of the selected layers. Select fewer, or more.")
    return leaving[0]


def _sources(network: Network, inner: list[str]) -> list[str]:
    """Return what feeds the layers from outside, each once, in the order in which they are met."""
    met = [s for n in inner for s in network.sources(n) if s not in inner]
    return list(dict.fromkeys(met))


def _held(network: Network, inner: list[str], sources: list[str], output: str) -> tuple[Network, dict[str, str]]:
    """Return the network inside, and source -> the Input that stands for it. Layers keep id and name."""
    from engine.layers.core import Input

    taken = {network.nodes[n].name for n in inner}
    entries, nodes, number = dict[str, str](), dict[str, Node](), network.next_id
    for source in sources:
        name = next(f"input_{i}" for i in range(1, len(taken) + 2) if f"input_{i}" not in taken)
        taken.add(name)
        entries[source] = f"n{number}"
        nodes[f"n{number}"] = Node(f"n{number}", Input(), name)
        number += 1
    nodes |= {n.id: n for n in network if n.id in inner}
    wires = tuple(
        dataclasses.replace(w, source=entries.get(w.source, w.source)) for w in network.wires if w.target in inner
    )
    return Network(nodes, wires, (output,), number), entries


def _outer(
    network: Network, inner: list[str], layer: "Model", output: str, sources: list[str]
) -> tuple[Network, str]:  # fmt: skip
    """Return the network outside with the group in the place of its first layer, and the group's id."""
    id = f"n{network.next_id}"
    node = Node(id, layer, numbered(network, "group_1"))
    nodes: dict[str, Node] = {}
    for n in network:
        if n.id == inner[0]:
            nodes[id] = node
        if n.id not in inner:
            nodes[n.id] = n
    wires = [
        dataclasses.replace(w, source=id if w.source == output else w.source)
        for w in network.wires
        if w.target not in inner
    ]
    wires += [Wire(s, id, i) for i, s in enumerate(sources)]
    outputs = tuple(id if o == output else o for o in network.outputs)
    return Network(nodes, tuple(wires), outputs, network.next_id + 1), id


def _anchor(inner: list[str], positions: Mapping[str, Point]) -> Point | None:
    """Return the place of the topmost card."""
    return min((positions[n] for n in inner if n in positions), key=lambda p: (p[1], p[0]), default=None)


def _over(held: Network, entries: Mapping[str, str], places: Mapping[str, Point]) -> dict[str, Point]:
    """Return places for the Inputs inside: above what they feed."""
    found: dict[str, Point] = {}
    for entry in entries.values():
        fed = [places[t] for t in held.targets(entry) if t in places]
        if fed:
            x, y = min(fed, key=lambda p: p[1])
            beside = sum(1 for p in found.values() if p[1] == y - PITCH)
            found[entry] = (x + beside * 312.0, y - PITCH)
    return found


# ---- ungrouping ----
def _check_group(network: Network, node: str, chosen: list[str]) -> None:
    if scope.group_at(network, node) is None:
        raise UsageError(f"{network.nodes[node].name} is no group.")
    staying = [n for n in sharing.family(network, node) if n not in chosen]
    if staying:
        raise UsageError(
            f"{network.nodes[node].name} shares its layers with {network.nodes[staying[0]].name}. "
            "Ungroup both, or give it its own weights."
        )


def _opened(project: Project, node: str, owners: Mapping[str, str]) -> tuple[Project, dict[str, str]]:
    """Return the project with a group's layers in its place, and inner id -> new id.

    owners: inner id -> the node that a group opened before made of it, with which this one shares.
    """
    network, holder = project.network, project.network.nodes[node]
    group = scope.group_at(network, node)
    assert group is not None  # _check_group
    held, inputs = group.network, group.network.inputs()
    bare, fresh, new = _admitted(network, holder, held, owners)
    sources = dict(zip(inputs, _slots(network, node, len(inputs)), strict=True))
    ends = [o for o in held.outputs if o in held.nodes][:1]
    end = (sources.get(ends[0]) if ends[0] in inputs else new[ends[0]]) if ends else None
    wires = [w for w in network.wires if node not in (w.source, w.target)]
    for wire in held.wires:
        source = sources.get(wire.source) if wire.source in inputs else new.get(wire.source)
        if source is not None and wire.target in new:
            wires.append(Wire(source, new[wire.target], wire.slot))
    wires += [dataclasses.replace(w, source=end) for w in network.wires if w.source == node and end is not None]
    outputs = dict.fromkeys(end if o == node else o for o in network.outputs)
    made = Network(fresh, tuple(wires), tuple(o for o in outputs if o is not None), bare.next_id)
    places = _spread(project, node, held, new)
    code = tuple(_rekeyed(line, {f"{node}/{old}": id for old, id in new.items()}) for line in project.code)
    project = dataclasses.replace(project, notes=_freed(project, node, new), code=code)
    return _with(_retaught(project, node, end, places), made), new


def _slots(network: Network, node: str, count: int) -> list[str | None]:
    """Return what feeds each Input of a group."""
    fed = {w.slot: w.source for w in network.wires if w.target == node}
    return [fed.get(i) for i in range(count)]


def _admitted(
    network: Network, holder: Node, held: Network, owners: Mapping[str, str]
) -> tuple[Network, dict[str, Node], dict[str, str]]:
    """Return (network without the group, nodes with its layers in its place, inner id -> new id)."""
    bare = network.remove(holder.id)
    inner = [n for n in held if n.layer.KERAS != "Input"]
    new: dict[str, str] = {}
    number = max([network.next_id, *(int(n.id[1:]) + 1 for n in inner if n.id not in network.nodes)])
    for n in inner:
        if n.id in network.nodes:
            new[n.id], number = f"n{number}", number + 1
        else:
            new[n.id] = n.id
    made: list[Node] = []
    for n in sharing.renamed(inner, new):
        name = n.name if all(n.name != other.name for other in (*bare, *made)) else numbered((*bare, *made), n.name)
        shares = owners.get(n.id, n.shares)
        made.append(dataclasses.replace(
            n, id=new[n.id], name=name, trainable=n.trainable and holder.trainable, shares=shares))  # fmt: skip
    fresh: dict[str, Node] = {}
    for n in network:
        if n.id == holder.id:
            fresh |= {m.id: m for m in made}
        else:
            fresh[n.id] = bare.nodes[n.id]
    return dataclasses.replace(bare, next_id=number), fresh, new


def _spread(project: Project, node: str, held: Network, new: Mapping[str, str]) -> dict[str, Point]:
    """Return all positions with those of the group's cards: as they lay inside, moved as far as the group was."""
    places = {k: at for k, at in project.positions.items() if k.split("/")[0] != node}
    at, mine = project.positions.get(node), scope.within(project, node)
    order = [n for n in held.order() if n in new]
    anchor = _anchor(order, mine)
    if at is None:
        return places
    if anchor is None:  # never placed inside: below one another, and what stands below moves down
        below = downstream(project.network, node) | {k for k in places if k.startswith("target:")}
        shift = PITCH * (len(order) - 1)
        places |= {k: (x, y + shift) for k, (x, y) in places.items() if k in below and y >= at[1]}
        return places | {new[n]: (at[0], at[1] + PITCH * i) for i, n in enumerate(order)}
    dx, dy = at[0] - anchor[0], at[1] - anchor[1]
    for key, (x, y) in mine.items():
        head, _, rest = key.partition("/")
        if head in new:
            places[f"{new[head]}/{rest}" if rest else new[head]] = (x, y) if rest else (x + dx, y + dy)
    return places


def _freed(project: Project, node: str, new: Mapping[str, str]) -> dict[str, Note]:
    """Return all notes with those of the group on the canvas around it, moved as far as the group was."""
    notes = {k: n for k, n in project.notes.items() if k.split("/")[0] != node}
    at, anchor = project.positions.get(node), _anchor(list(new), scope.within(project, node))
    dx, dy = (at[0] - anchor[0], at[1] - anchor[1]) if at and anchor else (0.0, 0.0)
    for key, note in scope.within_notes(project, node).items():
        head, _, rest = key.partition("/")
        if rest and head in new:
            notes[f"{new[head]}/{rest}"] = note
        elif not rest:
            moved = dataclasses.replace(note, x=note.x + dx, y=note.y + dy)
            notes[free_id(dataclasses.replace(project, notes=notes))] = moved
    return notes


def _rekeyed(line: Kept, new: Mapping[str, str]) -> Kept:
    """Return a kept line of the code that stays behind the line of its node; new: old beginning of its key -> new."""
    for old, key in new.items():
        rest = line.after.removeprefix(old)
        if line.after.startswith(old) and rest[:1] in ("", ":", "/"):
            return dataclasses.replace(line, after=f"{key}{rest}")
    return line


def _retaught(project: Project, old: str, new: str | None, places: Mapping[str, Point]) -> Project:
    """Return the project with these positions, and targets that teach another node."""
    targets = tuple(dataclasses.replace(t, node=new) if t.node == old else t for t in project.targets)
    return dataclasses.replace(project, positions=places, targets=targets)
