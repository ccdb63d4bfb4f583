"""Hashes of the parts of a project: a run is out of date where its hash differs from the project's."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

from engine.network.network import Node
from engine.project import json
from engine.project.document import Project
from engine.project.runs import Run

Stage = Literal["data", "define", "compile", "fit"]
STAGES: tuple[Stage, ...] = ("data", "define", "compile", "fit")
SILENT = ("note",)
"""Entries of a node that change nothing that is computed."""


def stage_hash(project: Project, stage: Stage) -> str:
    """Return the sha256 of what this stage is made from; where the data lie does not count, what they hold does."""
    return hashlib.sha256(json.dumps(PARTS[stage](project), ordered=True)).hexdigest()


def changed_stages(run: Run, project: Project) -> tuple[Stage, ...]:
    """Return the stages in which the project differs from the one that the run was made from; empty: up to date."""
    return differing(run.project, project)


def differing(one: Project, other: Project) -> tuple[Stage, ...]:
    """Return the stages in which two projects differ: those whose hashes do."""
    return tuple(stage for stage in STAGES if not SAME[stage](one, other))


def _same_define(one: Project, other: Project) -> bool:
    first, second = one.network, other.network
    if first.wires != second.wires or first.outputs != second.outputs or one.feeds != other.feeds:
        return False
    pairs = zip(first, second, strict=False)
    return len(first.nodes) == len(second.nodes) and all(a is b or _loud(a) == _loud(b) for a, b in pairs)


def _loud(node: Node) -> Node:
    """Return the node without what changes nothing that is computed (SILENT)."""
    return dataclasses.replace(node, note="")


def _data(project: Project) -> Any:
    settings = dataclasses.replace(project.data, source=dataclasses.replace(project.data.source, path=""))
    return json.plain(settings)


def _define(project: Project) -> Any:
    network = project.network.to_json()
    nodes = [{k: v for k, v in node.items() if k not in SILENT} for node in network["nodes"]]
    return {"nodes": nodes, "wires": network["wires"], "outputs": network["outputs"], "feeds": dict(project.feeds)}


def _compile(project: Project) -> Any:
    return {"compile": json.plain(project.compile), "targets": json.plain(project.targets)}


PARTS: Mapping[Stage, Callable[[Project], Any]] = {
    "data": _data,
    "define": _define,
    "compile": _compile,
    "fit": lambda project: json.plain(project.fit),
}

SAME: Mapping[Stage, Callable[[Project, Project], bool]] = {
    "data": lambda one, other: one.data is other.data or _data(one) == _data(other),
    "define": _same_define,
    "compile": lambda one, other: _compile(one) == _compile(other),
    "fit": lambda one, other: one.fit == other.fit,
}
"""Whether two projects have the same hash, found out without one."""
