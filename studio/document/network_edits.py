"""Edits of the network: pure functions Project -> Project, each one undo step.

All of them raise UsageError with a sentence when the asked edit is impossible; none leaves a half-done network.
Outputs follow the stack: a node that gets a successor hands its place as output (and its target card) to that one.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network.network import Network, Node, Wire
from engine.project.document import Project
from engine.specs import Spec
from studio.document import scope, sharing
from studio.document.stack import downstream, trunk_target, trunk_wire

PITCH = 76.0
Point = tuple[float, float]


def added(before: Project, after: Project) -> tuple[str, ...]:
    """Return the ids of the nodes that `after` has and `before` has not, in order."""
    return tuple(n for n in after.network.nodes if n not in before.network.nodes)


def layer_of(value: Spec | str | dict[str, Any]) -> Spec:
    """Return the layer spec meant by a spec, a registry id ("core.dense/1"), a Keras name or a config."""
    if isinstance(value, Spec):
        return value
    if isinstance(value, dict):
        return _layer(registry.from_config(value))
    return _layer((registry.get(value) if "/" in value else registry.named("layer", value)).suggestion())


def add_layer(project: Project, layer: Spec | str, at: Point | None = None) -> Project:
    """Add an unwired layer; the first Input or only layer becomes the output."""
    network, node = project.network.add(layer_of(layer))
    if not network.outputs and node.layer.KERAS == "Input":
        network = network.with_outputs(node.id)
    return _placed(dataclasses.replace(project, network=network), node.id, at)


def insert_layer(project: Project, layer: Spec | str, wire: Wire) -> Project:
    """Insert a layer between two nodes: source -> layer -> target in the same slot. Lower cards slide down."""
    _known(project.network, wire)
    network, node = project.network.add(layer_of(layer))
    return _slide(_with(project, _spliced(network, node.id, wire)), node.id, wire.source, wire.target)


def insert_after(project: Project, layer: Spec | str, node: str) -> Project:
    """Insert a layer below a node: on its trunk wire, or as the new end when it has none."""
    trunk = trunk_wire(project.network, node)
    return insert_layer(project, layer, trunk) if trunk else append_layer(project, layer, node)


def insert_before(project: Project, layer: Spec | str, node: str) -> Project:
    """Insert a layer above a node, on the wire of its first input."""
    _node(project.network, node)
    wire = next((w for w in sorted(project.network.wires, key=lambda w: w.slot) if w.target == node), None)
    if wire:
        return insert_layer(project, layer, wire)
    network, made = project.network.add(layer_of(layer))
    return _with(project, network.wire(made.id, node))


def append_layer(project: Project, layer: Spec | str, after: str | None = None) -> Project:
    """Wire a new layer behind a node (default: the last output, else the last node). It takes over as output."""
    network, made = project.network.add(layer_of(layer))
    end = after or (project.network.outputs or tuple(project.network.nodes) or (None,))[-1]
    if end is None or made.layer.KERAS == "Input":
        return add_layer(project, made.layer)
    _node(network, end)
    wired = _with(project, _outputs_moved(network.wire(end, made.id), end, made.id))
    base = project.positions.get(end)
    return _placed(wired, made.id, (base[0], base[1] + PITCH) if base else None)


def replace_layer(project: Project, node: str, layer: Spec | str) -> Project:
    """Put another layer in a node's place; its wires stay, an automatic name follows the new kind."""
    old, new = _node(project.network, node), layer_of(layer)
    renamed = project.network.remove(node).free_name(new) if _automatic(old) else old.name
    network = sharing.left(project.network, node).replace(node, layer=new, name=renamed)
    return _with(project, network)


def remove(project: Project, *nodes: str) -> Project:
    """Remove nodes and heal the stack: what fed a removed node feeds what it fed."""
    for node in nodes:
        _node(project.network, node)
        project = _with(project, _healed(project.network, node))
    return project


def connect(project: Project, source: str, target: str, slot: int | None = None) -> Project:
    """Draw a wire. A layer with one input gives up its old wire; a wire that would close a circle is refused."""
    network = project.network
    first, second = _node(network, source), _node(network, target)
    if second.layer.KERAS == "Input":
        raise UsageError(f"{second.name} is an Input and takes no wire. Draw from it instead.")
    if source == target or source in downstream(network, target):
        raise UsageError(f"A wire from {first.name} to {second.name} would close a circle. Networks run one way.")
    network = _slot_freed(network, target, slot, second.layer)
    if (
        any(w.source == source and w.target == target for w in network.wires)
        and slot is None
        and not _multiple(second.layer)
    ):
        return project
    return _with(project, _outputs_moved(network.wire(source, target, slot), source, target))


def disconnect(project: Project, wire: Wire) -> Project:
    """Delete a wire; a node that fed only it stays where it is, unwired below."""
    _known(project.network, wire)
    network = project.network.unwire(wire)
    if network.outputs and wire.target in project.network.outputs and not network.sources(wire.target):
        network = network.with_outputs(*(wire.source if o == wire.target else o for o in network.outputs))
    return _retargeted(project, network)


def rewire(
    project: Project, wire: Wire, source: str | None = None, target: str | None = None, slot: int | None = None
) -> Project:
    """Move one end of a wire to another node."""
    bare = dataclasses.replace(project, network=project.network.unwire(wire))
    return connect(bare, source or wire.source, target or wire.target, slot)


def reorder(project: Project, node: str, step: int) -> Project:
    """Move a layer one place down (step 1) or up (step -1) in its stack; at the end nothing changes."""
    network = project.network
    if step < 0:
        above = next(iter(network.sources(node)), None)
        movable = above and network.nodes[above].layer.KERAS != "Input" and trunk_target(network, above) == node
        return reorder(project, above, 1) if above and movable else project
    wire = trunk_wire(network, node)
    if wire is None or network.nodes[node].layer.KERAS == "Input":
        return project
    below = wire.target
    moved = _move(project, node, trunk_wire(network, below), below)
    return _swapped(moved, node, below)


def move_layer(project: Project, node: str, wire: Wire) -> Project:
    """Take a layer out of its place (the stack heals) and put it on another wire, as a drag does."""
    _known(project.network, wire)
    if node in (wire.source, wire.target):
        return project
    moved = _move(project, node, wire, wire.source)
    positions = {k: v for k, v in moved.positions.items() if k != node}
    return _slide(dataclasses.replace(moved, positions=positions), node, wire.source, wire.target)


def move_to_end(project: Project, node: str, after: str) -> Project:
    """Take a layer out of its place (the stack heals) and wire it behind the end of a stack."""
    if node == after or _node(project.network, after) is None or trunk_target(project.network, after) == node:
        return project
    moved = _move(project, _node(project.network, node).id, None, after)
    return dataclasses.replace(moved, positions={k: v for k, v in moved.positions.items() if k != node})


def set_field(project: Project, nodes: str | Iterable[str], field: str, value: Any) -> Project:
    """Set one field of one or more layers, and of those that share their weights: they are one layer.

    Raises UsageError with the sentence for under the field.
    """
    network = project.network
    for node in (nodes,) if isinstance(nodes, str) else tuple(nodes):
        layer = _node(network, node).layer
        if field not in {f.name for f in layer.fields()}:
            raise UsageError(f"{layer.KERAS} has no setting {field!r:.60}.")
        network = sharing.changed(network, node, layer=layer.replace(**{field: value}))
    return _with(project, network)


def rename(project: Project, node: str, name: str) -> Project:
    """Rename a node; names are identifiers and unique."""
    _node(project.network, node)
    return _with(project, project.network.replace(node, name=name.strip()))


def set_trainable(project: Project, nodes: str | Iterable[str], on: bool) -> Project:
    """Freeze or unfreeze the weights of layers, and of those that share them."""
    network = project.network
    for node in (nodes,) if isinstance(nodes, str) else tuple(nodes):
        _node(network, node)
        network = sharing.changed(network, node, trainable=on)
    return _with(project, network)


def set_note(project: Project, node: str, note: str) -> Project:
    """Write a remark on a node."""
    _node(project.network, node)
    return _with(project, project.network.replace(node, note=note))


def set_output(project: Project, node: str, index: int = 0) -> Project:
    """Make a node the output that training target `index` teaches; one more target when index is the count."""
    _node(project.network, node)
    outputs = list(project.network.outputs)
    if node in outputs:
        return project
    if index < len(outputs):
        outputs[index] = node
    else:
        outputs.append(node)
    return _retargeted(project, project.network.with_outputs(*outputs))


def set_outputs(project: Project, nodes: Iterable[str]) -> Project:
    """Make these nodes the outputs, in this order."""
    nodes = tuple(nodes)
    for node in nodes:
        _node(project.network, node)
    return _retargeted(project, project.network.with_outputs(*nodes))


def unshare(project: Project, node: str) -> Project:
    """Give a node weights of its own; others that used the same ones go on sharing them."""
    _node(project.network, node)
    return _with(project, sharing.left(project.network, node))


def move(project: Project, positions: Mapping[str, Point]) -> Project:
    """Place cards on the canvas (node ids, "target:0")."""
    return dataclasses.replace(project, positions={**project.positions, **positions})


def tidy(project: Project) -> Project:
    """Forget all positions but those in groups: the canvas arranges everything it shows."""
    return dataclasses.replace(project, positions={k: at for k, at in project.positions.items() if "/" in k})


def set_network(project: Project, network: Network) -> Project:
    """Put another network in place (templates, suggestions, edited code); positions of lost nodes go."""
    return _with(project, network)


# ---- parts ----
def numbered(nodes: Iterable[Node], name: str) -> str:
    """Return the name with the first number that is free among these nodes: "dense_2" -> "dense_5"."""
    stem, _, number = name.rpartition("_")
    stem = stem if stem and number.isdigit() else name
    taken, n = {node.name for node in nodes}, 1
    while f"{stem[:50]}_{n}" in taken:
        n += 1
    return f"{stem[:50]}_{n}"


def _layer(spec: Spec) -> Spec:
    if spec.KIND != "layer":
        raise UsageError(f"{spec.KERAS} is a {spec.KIND}, not a layer.")
    return spec


def _node(network: Network, node: str) -> Node:
    if node not in network.nodes:
        raise UsageError("This layer no longer exists.")
    return network.nodes[node]


def _known(network: Network, wire: Wire) -> None:
    if wire not in network.wires:
        raise UsageError("This wire no longer exists.")


def _multiple(layer: Spec) -> bool:
    most = getattr(layer, "INPUTS", (1, 1))[1]
    return most is None or most > 1


def _automatic(node: Node) -> bool:
    stem, _, number = node.name.rpartition("_")
    return number.isdigit() and Network().free_name(node.layer) == f"{stem}_1"


def _spliced(network: Network, node: str, wire: Wire) -> Network:
    wires = tuple(Wire(node, wire.target, wire.slot) if w == wire else w for w in network.wires)
    return dataclasses.replace(network, wires=(*wires, Wire(wire.source, node, 0)))


def _healed(network: Network, node: str) -> Network:
    """Remove a node; its first source takes its place in each slot and as output."""
    source = next(iter(network.sources(node)), None)
    below = [w for w in network.wires if w.source == node]
    outputs = network.outputs
    bare = network.remove(node)
    if source is None:
        return bare
    for wire in below:
        if not any(w.source == source and w.target == wire.target for w in bare.wires):
            bare = dataclasses.replace(bare, wires=(*bare.wires, Wire(source, wire.target, wire.slot)))
    if node in outputs and source not in outputs and not bare.targets(source):
        bare = bare.with_outputs(*(source if o == node else o for o in outputs))
    return bare


def _slot_freed(network: Network, target: str, slot: int | None, layer: Spec) -> Network:
    """Take away the wire whose place a new one takes: that in the same slot, or the only one of a one-input layer."""
    gone = [w for w in network.wires if w.target == target and (w.slot == slot or not _multiple(layer))]
    return network.unwire(*gone)


def _outputs_moved(network: Network, source: str, target: str) -> Network:
    """An output that now feeds `target` is no end any more: the end of target's trunk is."""
    if source not in network.outputs:
        return network
    end = target
    while (below := trunk_target(network, end)) is not None:
        end = below
    moved = dict.fromkeys(end if o == source else o for o in network.outputs)
    return network.with_outputs(*moved)


def _move(project: Project, node: str, wire: Wire | None, above: str) -> Project:
    """Heal the place of `node`, then splice it into `wire`, or put it behind `above`, the output so far."""
    network = project.network
    kept = network.nodes[node]
    healed = _healed(network, node)
    nodes = {k: network.nodes[k] if k == node else healed.nodes[k] for k in network.nodes}
    back = dataclasses.replace(healed, nodes={**nodes, node: kept})
    if wire is not None and wire in back.wires:
        return _with(project, _spliced(back, node, wire))
    if wire is not None:
        return project
    was_output = [o for o in network.outputs if o in (node, above)]
    back = back.wire(above, node)
    outputs = [node if o in was_output else o for o in network.outputs]
    return _with(project, back.with_outputs(*dict.fromkeys(outputs)))


def _swapped(project: Project, a: str, b: str) -> Project:
    at = project.positions
    if a not in at or b not in at:
        return project
    return dataclasses.replace(project, positions={**at, a: at[b], b: at[a]})


def _placed(project: Project, node: str, at: Point | None) -> Project:
    return move(project, {node: at}) if at else project


def _slide(project: Project, node: str, source: str, target: str) -> Project:
    """Put an inserted card where its target was and move everything below it down by one pitch."""
    at = project.positions
    if source not in at or target not in at:
        return project
    x, y = at[target]
    below = downstream(project.network, node) | {k for k in at if k.startswith("target:")}
    moved = {k: (px, py + PITCH) for k, (px, py) in at.items() if k in below and py >= y}
    return move(project, {**moved, node: (x, y)})


def _with(project: Project, network: Network) -> Project:
    return _retargeted(project, sharing.elected(network))


def _retargeted(project: Project, network: Network) -> Project:
    """Return the project with this network; target cards, positions and feeds follow the nodes that are left."""
    alive = network.nodes.keys()
    kept, notes = scope.kept(network, project.positions), scope.kept_notes(network, project.notes)
    feeds = {k: v for k, v in project.feeds.items() if k in alive}
    return dataclasses.replace(
        project, network=network, positions=kept, notes=notes, feeds=feeds, targets=_targets(project, network)
    )


def _targets(project: Project, network: Network) -> Any:
    """One target card per output: a card stays with its place when its node is no longer the output."""
    before, now = project.network.outputs, network.outputs
    cards = list(project.targets)
    if not cards:
        return project.targets  # in a group nothing is taught
    named = [c.node for c in cards]
    if before == now and len(cards) == max(len(now), 1):
        return project.targets
    if len(now) <= 1:
        return (dataclasses.replace(cards[0], node=None),) if cards else project.targets
    fresh = []
    for i, output in enumerate(now):
        old = named.index(output) if output in named else i
        card = cards[old] if old < len(cards) else dataclasses.replace(cards[0], column=None, loss=None, weight=1.0)
        fresh.append(dataclasses.replace(card, node=output))
    return tuple(fresh)
