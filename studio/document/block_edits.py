"""Edits of several layers at once: a block moves in its stack, copies are placed."""

import dataclasses
from collections.abc import Iterable, Mapping

from engine.network.network import Network
from engine.project.document import Project
from engine.specs import Spec
from studio.document.copies import duplicate
from studio.document.network_edits import Point, added, connect, layer_of, move, reorder
from studio.document.note_edits import add_note
from studio.document.stack import trunk_target


def chains(network: Network, nodes: Iterable[str]) -> list[list[str]]:
    """Return the selected nodes as runs that follow each other down a stack, each from top to bottom."""
    chosen = set(nodes)
    made: list[list[str]] = []
    end: dict[str, list[str]] = {}
    for node in (n for n in network.order() if n in chosen):
        above = next((s for s in network.sources(node) if s in end and trunk_target(network, s) == node), None)
        chain = end.pop(above) if above else []
        if not chain:
            made.append(chain)
        chain.append(node)
        end[node] = chain
    return made


def reorder_block(project: Project, nodes: Iterable[str], step: int) -> Project:
    """Move layers one place down (step 1) or up (-1) in their stack; those that follow each other move as one."""
    found = chains(project.network, nodes)
    for chain in found if step < 0 else reversed(found):
        project = _reorder_chain(project, chain, step)
    return project


def _reorder_chain(project: Project, chain: list[str], step: int) -> Project:
    """A block goes down when the layer below it goes up past all of it, and the other way round."""
    if step > 0:
        passing = trunk_target(project.network, chain[-1])
    else:
        passing = next(iter(project.network.sources(chain[0])), None)
    movable = passing is not None and not any(
        project.network.nodes[n].layer.KERAS == "Input" for n in (passing, *chain)
    )
    if not movable or passing is None or (step < 0 and trunk_target(project.network, passing) != chain[0]):
        return project
    moved = project
    for _ in chain:
        after = reorder(moved, passing, -step)
        if after is moved:
            return project
        moved = after
    return moved


def copies_at(project: Project, places: Mapping[str, Point]) -> Project:
    """Copy layers (with the wires between them) and notes; `places`: id of the original -> where its copy goes."""
    nodes = [n for n in project.network.order() if n in places]
    made = duplicate(project, *nodes) if nodes else project
    made = move(made, {new: places[old] for new, old in zip(added(project, made), nodes, strict=True)})
    for id in (id for id in places if id in project.notes):
        note = project.notes[id]
        made = add_note(made, places[id], note.text, (note.width, note.height))
    return made


def add_feeding(project: Project, layer: Spec | str, target: str, at: Point | None = None) -> Project:
    """Add a layer that feeds a node; it is not wired above."""
    network, made = project.network.add(layer_of(layer))
    wired = connect(dataclasses.replace(project, network=network), made.id, target)
    return move(wired, {made.id: at}) if at else wired
