"""Layers from Keras-style code: what a person has copied from a script is pasted onto the canvas."""

import textwrap

from engine.errors import UsageError
from engine.network.network import Network, stack
from engine.project.document import Project
from studio.document.copies import copies
from studio.document.network_edits import PITCH, Point, set_network

STEP = 312.0
"""From one column of cards to the next."""
NOTHING = "The clipboard holds no layers. Copy some on a canvas or from a script first."


def paste_code(project: Project, text: str, at: Point | None = None) -> Project:
    """Add the layers of Keras-style code with the wires between them; `at` is where the first card goes.

    Raises:
        UsageError: the text holds no layers, or has a mistake; the sentence names its line.
    """
    network = network_of(text)
    if not project.network.nodes:
        return set_network(project, network)
    wires = list(network.wires)
    return copies(
        project, [network.nodes[n] for n in network.order()], wires, dict(_places(network)), at or (32.0, 32.0)
    )


def network_of(text: str) -> Network:
    """Return the layers of code as a network: statements, or a list "Dense(64), Dropout(0.2)". Raises UsageError."""
    from engine.network.merge import merge  # these load all layers: not before something is pasted
    from engine.network.parse import LONGEST, parse_layers
    from engine.network.read import read

    text = textwrap.dedent(text.expandtabs(4)).strip("\n")
    found = read(text)
    network = Network() if found.errors else merge(found).network
    if network.nodes:
        return network
    if len(text) <= LONGEST and "(" in text:
        try:
            return stack(*parse_layers(text))
        except UsageError:
            pass
    if found.errors and "(" in text:
        raise UsageError(f"{NOTHING} Line {found.errors[0].line} of its text: {found.errors[0].message}")
    raise UsageError(NOTHING)


def _places(network: Network) -> dict[str, Point]:
    """Return a place per node: its depth is its row, nodes of one row lie side by side."""
    depth: dict[str, int] = {}
    taken: dict[int, int] = {}
    places: dict[str, Point] = {}
    for node in network.order():
        row = depth[node] = max((depth.get(s, 0) + 1 for s in network.sources(node)), default=0)
        places[node] = (taken.get(row, 0) * STEP, row * PITCH)
        taken[row] = taken.get(row, 0) + 1
    return places
