"""Hashes of the parts of a project: a run is out of date where its hash differs from the project's."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

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
    return tuple(stage for stage in STAGES if stage_hash(run.project, stage) != stage_hash(project, stage))


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
