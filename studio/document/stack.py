"""Questions about the stack of a network that edits and canvas share."""

from engine.network.network import Network, Wire


def trunk_wire(network: Network, node: str) -> Wire | None:
    """Return the wire down the stack: of a node's wires the one whose target comes first in the order."""
    wires = network.wires_from(node)
    return min(wires, key=lambda w: (network.rank(w.target), w.slot)) if wires else None


def trunk_target(network: Network, node: str) -> str | None:
    """Return the node below in the stack."""
    wire = trunk_wire(network, node)
    return wire.target if wire else None


def downstream(network: Network, node: str) -> set[str]:
    """Return all nodes that a node reaches."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for target in network.targets(waiting.pop()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
