"""The network's code: written from the document, and read back into it as one edit."""

import dataclasses
import functools
from collections.abc import Mapping

from engine.layers.spec import Shape
from engine.network import kept as lines
from engine.network import source as sources
from engine.network.kept import Kept
from engine.network.merge import Merged, merge
from engine.network.nested import Model
from engine.network.network import Network
from engine.network.read import Reading, assigned, known, read
from engine.network.source import Source
from engine.project.document import Project
from studio.document.network_edits import PITCH, Point, set_network
from studio.document.stack import downstream

STEP, CARD_HEIGHT = 312.0, 48.0
"""From one column of cards to the next; the height of a card."""


def written(project: Project, feeds: Mapping[str, Shape]) -> Source:
    """Return the code of a project's network with the lines a person keeps in it."""
    return sources.source(project.network, feeds, exact=True, kept=project.code, taken=_taken(project.code))


@functools.lru_cache(maxsize=8)
def _taken(kept: tuple[Kept, ...]) -> frozenset[str]:
    return assigned([line.text for line in kept if not line.beside])


def reading(project: Project, text: str) -> Reading:
    """Return what a text says that stands in the place of a project's code."""
    return read(text, known(project.code))


def merged(project: Project, found: Reading, shapes: Mapping[str, Shape], spare: Project) -> Merged:
    """Return the network of a reading in the place of a project's; raises UsageError (see `engine.network.merge`)."""
    return merge(found, project.network, shapes, spare.network)


def set_code(project: Project, new: Merged, spare: Project) -> Project:
    """Put a network that was read from code in place, with its kept lines. New cards are placed by their wires.

    spare: an earlier project; cards that come back from it lie where they lay.
    """
    after = project if new.network is project.network else set_network(project, new.network)
    if new.network is not project.network:
        after = _arranged(after, spare)
    return after if after.code == new.kept else dataclasses.replace(after, code=new.kept)


def _arranged(project: Project, spare: Project) -> Project:
    """Return the project with the places of `spare`, and new cards placed by their wires."""
    fresh = [n for n in project.network.order() if n not in spare.network.nodes]
    alive = {n for n in project.network.nodes if n in spare.network.nodes}
    stay = {
        key: at for key, at in spare.positions.items() if key.partition("/")[0] in alive or key.startswith("target:")
    }
    inner = {key: at for key, at in project.positions.items() if "/" in key and key not in stay}
    project = dataclasses.replace(project, positions={**inner, **stay})
    for node in fresh:
        project = _placed(project, node)
    return project


def _placed(project: Project, node: str) -> Project:
    """Place a new card below what feeds it, and slide down what it pushes away; the canvas places those that float."""
    at, network = project.positions, project.network
    above = next((at[s] for s in network.sources(node) if s in at), None)
    below = next((at[t] for t in network.targets(node) if t in at), None)
    if above is None or below is None:
        return dataclasses.replace(project, positions={**at, node: _free(at, above)}) if above else project
    place = (above[0], above[1] + PITCH)
    low = (
        downstream(network, node) | {key for key in at if key.startswith("target:")}
        if below[1] < place[1] + PITCH
        else set()
    )
    moved = {key: (x, y + PITCH) for key, (x, y) in at.items() if key in low and y >= place[1]}
    return dataclasses.replace(project, positions={**at, **moved, node: place})


def _free(at: Mapping[str, Point], above: Point) -> Point:
    """Return the place below a card, or the first free one to the right of that."""
    x, y = above[0], above[1] + PITCH
    near = [px for px, py in at.values() if abs(py - y) < CARD_HEIGHT]
    while any(abs(px - x) < STEP for px in near):
        x += STEP
    return x, y


# ---- kept lines follow the canvas ------------------------------------------------------------------------------------
def anchored(before: Project, after: Project) -> Project:
    """Return an edited project whose kept lines stand at places that exist."""
    if not after.code or after.network is before.network or all(_stands(after.network, k.after) for k in after.code):
        return after
    alive = [
        *sources.source(after.network, exact=True).keys,
        *(k.after for k in after.code if _is_top(after.network, k)),
    ]
    order = sources.source(before.network, exact=True).keys
    return dataclasses.replace(after, code=lines.anchored(after.code, order, alive))


def _stands(network: Network, key: str) -> bool:
    """Return whether a line is surely there: those that make and freeze a layer may come and go with a node."""
    return key in (lines.TOP, lines.IMPORT, lines.END) or (":" not in key and "/" not in key and key in network.nodes)


def _is_top(network: Network, line: Kept) -> bool:
    path, _, part = line.after.partition(":")
    for node in path.split("/") if part == "top" else ():
        layer = network.nodes[node].layer if node in network.nodes else None
        if not isinstance(layer, Model):
            return False
        network = layer.network
    return part == "top"
