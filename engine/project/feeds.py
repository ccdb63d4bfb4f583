"""Which tensor of the recipe each Input takes: as chosen, else by its name, else the one that is left."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from engine.errors import ModelError, Problem, Repair
from engine.network.network import Network

if TYPE_CHECKING:
    from engine.data.recipe import TensorInfo
    from engine.project.document import Project


def matched(network: Network, chosen: Mapping[str, str], tensors: "Iterable[TensorInfo]") -> dict[str, str]:
    """Return Input node id -> tensor name for all inputs that have one."""
    names = [t.name for t in tensors]
    found = {n: chosen.get(n, network.nodes[n].name) for n in network.inputs()}
    found = {n: name for n, name in found.items() if name in names}
    open_inputs = [n for n in network.inputs() if n not in found and n not in chosen]
    open_tensors = [name for name in names if name not in found.values()]
    if len(open_inputs) == len(open_tensors) == 1:
        found[open_inputs[0]] = open_tensors[0]
    return found


def problems(project: "Project", tensors: "tuple[TensorInfo, ...]") -> tuple[Problem, ...]:
    """Return a problem with a fix for each Input without a tensor and each tensor without an Input."""
    network, found = project.network, matched(project.network, project.feeds, tensors)
    free = [t.name for t in tensors if t.name not in found.values()]
    unfed = [n for n in network.inputs() if n not in found]
    found_problems = [_unfed(network, n, free or [t.name for t in tensors]) for n in unfed]
    spare = [t for t in tensors if t.name in free[len(unfed) :]]
    return (*found_problems, *(_unused(t) for t in spare))


def shapes(project: "Project", tensors: "tuple[TensorInfo, ...]") -> dict[str, tuple[int, ...]]:
    """Return Input node id -> shape of one row of its tensor."""
    known = {t.name: t.shape for t in tensors}
    return {n: known[name] for n, name in matched(project.network, project.feeds, tensors).items()}


def bound(network: Network, chosen: Mapping[str, str], tensors: "tuple[TensorInfo, ...]") -> Network:
    """Return the network with the shape and type of its tensor set in each Input; raises ModelError if one has none."""
    known = {t.name: t for t in tensors}
    found = matched(network, chosen, tensors)
    for node in network.inputs():
        if node not in found:
            problem = _unfed(network, node, list(known))
            raise ModelError(str(problem), (problem,))
        tensor = known[found[node]]
        layer = network.nodes[node].layer.replace(shape=tensor.shape, dtype=tensor.dtype)
        nodes = {**network.nodes, node: dataclasses.replace(network.nodes[node], layer=layer)}
        network = dataclasses.replace(network, nodes=nodes)
    return network


def _unfed(network: Network, node: str, names: list[str]) -> Problem:
    name = network.nodes[node].name
    takes = [Repair("set_feed", (node, n), f"Take {n}") for n in names[:4]]
    repair, *others = [*takes, Repair("remove", (node,), f"Remove {name}")]
    fix = f"Choose {' or '.join(names[:4])}." if names else "Give a column the role input."
    message = f"{name} must take a tensor of the data. It takes none."
    return Problem(name, message, fix, node=node, repair=repair, short="no tensor", others=tuple(others))


def _unused(tensor: "TensorInfo") -> Problem:
    message = f"Every tensor should reach the network. {tensor.name} is taken by no Input."
    fix = "Add an Input that takes it, or ignore its columns."
    what = "the column" if len(tensor.columns) == 1 else f"{len(tensor.columns)} columns"
    repair = Repair("set_role", (tensor.columns, "ignore"), f"Ignore {what}")
    return Problem(tensor.name, message, fix, "warning", repair=repair, short="unused tensor")
