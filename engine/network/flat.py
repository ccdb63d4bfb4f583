"""A network without groups: the layers of each in its place. What is computed stays the same."""

import dataclasses
from collections.abc import Mapping

from engine.network.nested import Model
from engine.network.network import Network, Node, Wire

Place = tuple[str, str]
"""A node of the network with groups, and what stands before the names of its weights there: ("n9", "n3_")."""


def flat(network: Network) -> tuple[Network, dict[str, Place]]:
    """Return (network without groups, node there -> where it came from); nodes that lie in no group keep their id."""
    places: dict[str, Place] = {n.id: (n.id, "") for n in network}
    while groups := [n for n in network if isinstance(n.layer, Model)]:
        known: dict[str, dict[str, str]] = {}
        for node in sorted(groups, key=lambda n: n.shares is not None):
            network, known[node.id] = _opened(network, node, known.get(node.shares or "", {}), places)
    return network, places


def _opened(
    network: Network, group: Node, owners: Mapping[str, str], places: dict[str, Place]
) -> tuple[Network, dict[str, str]]:
    """Return the network with one group's layers in its place, and inner id -> id; `places` learns of them."""
    assert isinstance(group.layer, Model)  # the caller looked
    held, inputs = group.layer.network, group.layer.network.inputs()
    inner = [n for n in held if n.id not in inputs]
    new = {n.id: f"n{network.next_id + i}" for i, n in enumerate(inner)}
    fed = {w.slot: w.source for w in network.wires if w.target == group.id}
    sources = {**{i: fed[k] for k, i in enumerate(inputs) if k in fed}, **new}
    end = sources.get(held.outputs[0]) if held.outputs else None
    node, start = places[group.id]
    nodes: dict[str, Node] = {n.id: n for n in network if n.id != group.id}
    for n in inner:
        shares = owners.get(n.id) or (new[n.shares] if n.shares else None)
        name = f"{group.name}_{n.name}"[-40:] + f"_{new[n.id]}"
        trainable = n.trainable and group.trainable
        nodes[new[n.id]] = dataclasses.replace(
            n, id=new[n.id], name=f"x_{name}", shares=shares, trainable=trainable
        )  # fmt: skip
        places[new[n.id]] = node, f"{start}{n.id}_"
    wires = [w for w in network.wires if group.id not in (w.source, w.target)]
    wires += [Wire(sources[w.source], new[w.target], w.slot) for w in held.wires if w.source in sources]
    wires += [dataclasses.replace(w, source=end) for w in network.wires if w.source == group.id and end]
    outputs = tuple(end if o == group.id and end else o for o in network.outputs)
    return Network(nodes, tuple(wires), outputs, network.next_id + len(inner)), new
