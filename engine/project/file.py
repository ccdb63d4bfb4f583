"""The project file NAME.layerwright: a zip of project.json and the runs. Saved whole or not at all, read with caps."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import ProjectError
from engine.project import json, runs
from engine.project.arrays import Arrays
from engine.project.atomic import replace_file
from engine.project.container import Members, MiB, ZipMembers
from engine.project.document import SCHEMA, Project
from engine.project.migrations import migrate
from engine.project.runs import Run, RunStore

SUFFIX = ".layerwright"
FORMAT = "layerwright project"
KEEP = 256 * MiB
"""Packed arrays up to this many bytes are held in memory, so that a file that is moved away loses nothing."""


def save(path: str | os.PathLike[str], project: Project, runs: RunStore) -> None:
    """Write the project file: beside it first, read back and checked, then put in its place in one step.

    Raises:
        UsageError: the folder does not exist. DeviceError: no permission, no space.
        ProjectError: what was written cannot be read back; the old file is untouched.
    """
    members = pack(project, runs)
    replace_file(Path(path), lambda file: _write(file, members), lambda written: _verify(written, members))


def load(path: str | os.PathLike[str], *, with_runs: bool = True) -> tuple[Project, RunStore]:
    """Read a project file. `with_runs=False` leaves the runs out, for a file whose runs are damaged.

    Raises:
        ProjectError: damaged, hostile, too large or too new. UsageError: no such file. DeviceError: it may not be read.
    """
    return unpack(ZipMembers(Path(path)), with_runs=with_runs)


def pack(project: Project, runs: RunStore) -> dict[str, bytes]:
    """Return the members of a project file: name -> bytes."""
    members = {"project.json": project_bytes(project, runs)}
    for run in runs:
        members |= run_members(run)
    return members


def project_bytes(project: Project, runs: RunStore) -> bytes:
    """Return project.json."""
    about = {"format": FORMAT, "schema": SCHEMA, "runs": [run.id for run in runs], "next_run": runs.next_number}
    return json.dumps(about | {"project": json.to_json(project)})


def run_members(run: Run) -> dict[str, bytes]:
    """Return the three members of a run: name -> bytes."""
    return {
        f"runs/{run.id}/run.json": json.dumps(runs.to_json(run)),
        f"runs/{run.id}/weights.safetensors": run.weights.file(),
        f"runs/{run.id}/more.safetensors": run.more.file(),
    }


def unpack(members: Members, *, with_runs: bool = True) -> tuple[Project, RunStore]:
    """Return what a container holds; raises ProjectError."""
    about = _about(members)
    project = json.from_json(about["project"], f"{members.name}: project.json")
    if not with_runs:
        return project, RunStore((), about["next_run"])
    small = sum(members.size(name) for name in members.names()) <= KEEP
    found = tuple(_run(members, id, small) for id in about["runs"])
    return project, RunStore(found, about["next_run"])


def _about(members: Members) -> dict[str, Any]:
    """Return the outer object of project.json, migrated and checked."""
    where = f"{members.name}: project.json"
    if "project.json" not in members.names():
        raise ProjectError(f"{members.name} is no project file: it holds no project.json.")
    raw = json.parse(members.read("project.json"), where)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ProjectError(f"{members.name} is no project file: project.json does not say {FORMAT!r}.")
    raw = migrate(raw)
    ids, number = raw.get("runs"), raw.get("next_run")
    if not isinstance(ids, list) or not all(isinstance(i, str) and runs.RUN_ID.match(i) for i in ids):
        raise ProjectError(f"{where} is damaged: runs must be a list of run ids.")
    if len(set(ids)) < len(ids) or type(number) is not int or not 1 <= number <= 10**9:
        raise ProjectError(f"{where} is damaged: its runs are numbered wrongly.")
    if unknown := sorted(set(raw) - {"format", "schema", "runs", "next_run", "project"}):
        raise ProjectError(f"{where} is not as it must be: {unknown[0]!a:.60} is not a known entry.")
    return raw | {"project": raw.get("project")}


def _run(members: Members, id: str, small: bool) -> Run:
    where = f"{members.name}: run {id}"
    names = {kind: f"runs/{id}/{kind}" for kind in ("run.json", "weights.safetensors", "more.safetensors")}
    if gone := [name for name in names.values() if name not in members.names()]:
        raise ProjectError(f"{members.name} is damaged: {gone[0]} is missing.")
    run, record = runs.from_json(json.parse(members.read(names["run.json"]), where), where)
    if run.id != id:
        raise ProjectError(f"{where} is damaged: it calls itself {run.id}.")
    parts = {kind: (names[f"{kind}.safetensors"], getattr(record, kind)) for kind in ("weights", "more")}
    return run.replace(**{k: _arrays(members, n, t, record.sha256, k, small) for k, (n, t) in parts.items()})


def _arrays(
    members: Members, name: str, tensors: Mapping[str, list[Any]], sha256: Mapping[str, str], kind: str, small: bool
) -> Arrays:
    for tensor, about in tensors.items():
        if len(about) != 2 or not isinstance(about[0], str) or not _is_shape(about[1]):
            raise ProjectError(f"{members.name} is damaged: the array {tensor!a:.60} has no type and shape.")
    arrays = Arrays(packed=lambda: members.read(name), tensors=tensors, sha256=sha256.get(kind, ""), where=name)
    if small:
        arrays.file()
    return arrays


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _write(path: Path, members: Mapping[str, bytes]) -> None:
    with open(path, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            packing = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, packing)


def _verify(path: Path, members: Mapping[str, bytes]) -> None:
    """Read the written file back as if it came from a stranger; every byte must be there."""
    written = ZipMembers(path)
    if {name: written.read(name) for name in written.names()} != dict(members):
        raise ProjectError(f"{path.name} was not written whole; the old file is untouched. Save to another disk.")
    unpack(written)
