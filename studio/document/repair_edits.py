"""Edits that problems ask for and nobody else: pure functions Project -> Project."""

import dataclasses
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network.network import Wire
from engine.project.document import Project
from engine.specs import Spec
from studio.document.network_edits import append_layer, layer_of
from studio.document.training_edits import set_card, set_loss

Values = tuple[tuple[str, Any], ...]


def made(layer: Spec | str | dict[str, Any], values: Values = ()) -> Spec:
    """Return the layer that a record's id or a config means, with some of its values."""
    spec = layer_of(layer)
    return spec.replace(**dict(values)) if values else spec


def append_layers(project: Project, node: str, *layers: tuple[Any, ...]) -> Project:
    """Wire new layers one behind the other behind a node; each is (registry id, values)."""
    for layer in layers:
        before = project.network.nodes.keys()
        project = append_layer(project, made(*layer), node)
        node = next(n for n in project.network.nodes if n not in before)
    return project


def join_inputs(project: Project, node: str, layer: str) -> Project:
    """Let all that feeds a node flow through a new layer that takes several inputs."""
    network = project.network
    if node not in network.nodes:
        raise UsageError("This layer no longer exists.")
    sources = network.sources(node)
    bare = network.unwire(*(w for w in network.wires if w.target == node))
    bare, joint = bare.add(layer_of(layer))
    for source in sources:
        bare = bare.wire(source, joint.id)
    places = dict(project.positions)
    if node in places:
        places[joint.id] = places[node]
        places[node] = (places[node][0], places[node][1] + 76.0)
    return dataclasses.replace(project, network=bare.wire(joint.id, node), positions=places)


def drop_wire(project: Project, source: str, target: str, slot: int) -> Project:
    """Take away a wire one of whose ends does not exist."""
    return dataclasses.replace(project, network=project.network.unwire(Wire(source, target, slot)))


def use_loss(project: Project, id: str, values: Values, index: int = 0) -> Project:
    """Choose a loss by its id, with some of its values."""
    return set_loss(project, registry.get(id)(**dict(values)), index)


def teach(project: Project, index: int, column: str) -> Project:
    """Let training target `index` be taught by a column that is a target already."""
    return set_card(project, index, column=column)


__all__ = ["append_layers", "drop_wire", "join_inputs", "made", "teach", "use_loss"]
