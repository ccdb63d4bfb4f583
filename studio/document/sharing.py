"""Layers that share their weights: one layer, several calls. One of them owns the weights, the others name it."""

import dataclasses
from typing import Any

from engine.network.network import Network, Node


def owner_of(network: Network, node: str) -> str:
    """Return the id of the node whose weights a node uses: its own where it shares none."""
    shares = network.nodes[node].shares
    return shares if shares is not None and shares in network.nodes else node


def family(network: Network, node: str) -> tuple[str, ...]:
    """Return the ids of all nodes that use the same weights as a node, the owner first; alone: the node itself."""
    owner = owner_of(network, node)
    return (owner, *(n.id for n in network if n.shares == owner and n.id != owner))


def families(network: Network) -> dict[str, tuple[str, ...]]:
    """Return node -> all that use the same weights, the owner first; nodes that share with none are left out."""
    found: dict[str, list[str]] = {}
    for n in network:
        if n.shares in network.nodes:
            found.setdefault(str(n.shares), [str(n.shares)]).append(n.id)
    return {member: tuple(members) for members in found.values() for member in members}


def changed(network: Network, node: str, **changes: Any) -> Network:
    """Return the network with fields of a layer changed (layer, trainable), at all nodes that call it."""
    for each in family(network, node):
        network = network.replace(each, **changes)
    return network


def left(network: Network, node: str) -> Network:
    """Return the network with weights of its own for a node; those that used its weights go on sharing."""
    rest = [n for n in family(network, node) if n != node]
    if not rest:
        return network
    if network.nodes[node].shares is None:
        network = _owned(network, rest, _first(network, rest))
    return network.replace(node, shares=None)


def elected(network: Network) -> Network:
    """Return the network in which each owner is the first of its family that is computed; unwired ones last."""
    families: dict[str, list[str]] = {}
    for n in network:
        if n.shares in network.nodes:
            families.setdefault(str(n.shares), []).append(n.id)
    for owner, others in families.items():
        members = [owner, *others]
        first = _first(network, members)
        if first != owner:
            network = _owned(network, members, first)
    return network


def _first(network: Network, nodes: list[str]) -> str:
    rank = {id: (not network.sources(id), i) for i, id in enumerate(network.order())}
    return min(nodes, key=lambda id: rank[id])


def _owned(network: Network, nodes: list[str], owner: str) -> Network:
    for node in nodes:
        network = network.replace(node, shares=None if node == owner else owner)
    return network


def renamed(nodes: list[Node], new: dict[str, str]) -> list[Node]:
    """Return copies of nodes whose `shares` follow the new ids; a node whose owner was not copied has its own weights.

    Of several that share with one that is no copy, the first becomes the owner.
    """
    heirs: dict[str, str] = {}
    made = []
    for node in nodes:
        owner = node.shares
        if owner is not None and owner not in new:
            shares = heirs.get(owner)
            heirs.setdefault(owner, new[node.id])
        else:
            shares = new[owner] if owner is not None else None
        made.append(dataclasses.replace(node, shares=shares))
    return made
