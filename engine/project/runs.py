"""Runs: what the machine made of a project (fitted recipe, split rows, weights, slots, history, figures)."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.compiler.layout import place_of
from engine.errors import ProjectError, UsageError
from engine.project import json, schema
from engine.project.arrays import Array, Arrays
from engine.project.document import Project
from engine.training.spread import Spread, spread

Status = Literal["finished", "stopped", "failed"]
RUN_ID = re.compile(r"r[1-9][0-9]{0,8}\Z")
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Run:
    """One fit.

    Args:
        id: "r1", "r2", ...: given once, never reused.
        project: the project as it was when the run began, without canvas positions and titles.
        created: when it began, ISO 8601 in UTC.
        status: "stopped" and "failed" runs keep their last good weights; `reason` says why.
        task: "binary", "multiclass" or "regression"; `classes`: its class labels in order, empty for regression.
        rows: "read", "rejected", "without_target", "train", "validation", "test": counts.
        metrics: part -> metric -> figure, in the target's own unit.
        history: a row per epoch ("epoch", "loss", "val_loss", ..., "learning_rate", "seconds").
        events: sentences with "epoch" and "message".
        recipe: `Recipe.to_json()`. plan: the compiler's decisions, for the Compile page and an exact resume.
        trained: names of the weights that were trained, in the order of the vector.
        best: the epoch (from 0) whose weights these are; None: the last one.
        values: plain values of the training state, for an exact resume; None when nothing is left to resume.
        weights: "n2/kernel" -> array.
        more: "rows/train", "rows/validation", "rows/test", "batches/loss", "epochs/norms" and "state/...".
    """

    id: str
    project: Project
    created: str = ""
    status: Status = "finished"
    reason: str = ""
    task: str = ""
    classes: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    history: tuple[Mapping[str, float], ...] = ()
    events: tuple[Mapping[str, Any], ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    device: str = "cpu"
    trained: tuple[str, ...] = ()
    best: int | None = None
    values: Mapping[str, Any] | None = None
    weights: Arrays = field(default_factory=lambda: Arrays({}))
    more: Arrays = field(default_factory=lambda: Arrays({}))

    @property
    def epochs(self) -> int:
        """Epochs that were finished."""
        return len(self.history)

    @property
    def number(self) -> int:
        """The counter in the id."""
        return int(self.id[1:])

    def part(self, name: str) -> Rows:
        """Return the row ids of "train", "validation" or "test"."""
        return self.more[f"rows/{name}"].astype(np.int64)

    def batch_losses(self) -> NDArray[np.float32]:
        """Return the loss of every batch, in order."""
        return self.more["batches/loss"].astype(np.float32) if "batches/loss" in self.more else np.empty(0, np.float32)

    @property
    def layers(self) -> dict[str, tuple[str, ...]]:
        """Each layer that was trained ("n2", or inside of a group "n5/n2") -> names of its trained weights."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.trained:
            if name in self.weights:
                node, _, weight = name.partition("/")
                found[place_of(node, weight)] = (*found.get(place_of(node, weight), ()), name)
        return found

    def spreads(self) -> tuple[Spread, ...]:
        """Return how the trained weights of each layer are spread."""
        return tuple(
            spread(np.concatenate([self.weights[name].ravel() for name in names])) for names in self.layers.values()
        )

    def gradient_norms(self) -> NDArray[np.float32]:
        """Return the L2 norm of each layer's gradient at the end of each epoch; shape (epochs, layers)."""
        known = self.more.get("epochs/norms")
        shape = (self.epochs, len(self.layers))
        return known.astype(np.float32) if known is not None and known.shape == shape else np.full(shape, np.nan, "f")

    def state_arrays(self) -> dict[str, Array]:
        """Return the arrays of the training state."""
        return self.more.starting("state/")

    def replace(self, **changes: Any) -> "Run":
        """Return a copy with other fields."""
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True)
class RunRecord:
    """What run.json holds: all of a run but its arrays, whose names, types, shapes and sha256 it records."""

    id: str
    project: dict[str, Any]
    created: str
    status: Status
    reason: str
    task: str
    classes: tuple[str, ...]
    rows: dict[str, int]
    metrics: dict[str, Any]
    history: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]
    recipe: dict[str, Any]
    plan: dict[str, Any]
    seconds: float
    device: str
    best: int | None
    values: dict[str, Any] | None
    weights: dict[str, list[Any]]
    more: dict[str, list[Any]]
    sha256: dict[str, str]
    trained: tuple[str, ...] = ()


class RunStore:
    """The runs of a project, oldest first. Runs are added and removed, never changed; ids are not given twice."""

    def __init__(self, runs: tuple[Run, ...] = (), next_number: int = 1) -> None:
        self._runs = {run.id: run for run in runs}
        self.next_number = max([next_number, *(run.number + 1 for run in runs)])

    def __iter__(self) -> Iterator[Run]:
        return iter(tuple(self._runs.values()))

    def __len__(self) -> int:
        return len(self._runs)

    def __contains__(self, id: object) -> bool:
        return id in self._runs

    def __getitem__(self, id: str) -> Run:
        if id not in self._runs:
            raise UsageError(f"There is no run {id!r:.40} in this project.")
        return self._runs[id]

    @property
    def latest(self) -> Run | None:
        """The newest run, or None."""
        return next(reversed(self._runs.values()), None)

    def add(self, run: Run) -> Run:
        """Add a run under the next free id and return it with that id; a run that has an id of its own keeps it."""
        if not run.id:
            run = run.replace(id=f"r{self.next_number}")
        if run.id in self._runs:
            raise UsageError(f"The run {run.id} is there already; runs are never changed.")
        self._runs[run.id] = run
        self.next_number = max(self.next_number, run.number + 1)
        return run

    def remove(self, id: str) -> Run:
        """Take a run out and return it."""
        run = self[id]
        del self._runs[id]
        return run

    def copy(self) -> "RunStore":
        """Return a store of the same runs, for a thread that saves."""
        return RunStore(tuple(self), self.next_number)


def to_json(run: Run) -> dict[str, Any]:
    """Return what run.json holds: plain values."""
    names = [f.name for f in dataclasses.fields(Run) if f.name not in ("project", "weights", "more")]
    values = {name: json.pack(getattr(run, name)) for name in names}
    digests = {"weights": run.weights.digest(), "more": run.more.digest()}
    arrays = {"weights": run.weights.tensors, "more": run.more.tensors, "sha256": digests}
    return values | arrays | {"project": json.to_json(run.project)}


def from_json(values: Any, where: str) -> tuple[Run, RunRecord]:
    """Return the run without its arrays, and its record; raises ProjectError."""
    record = RunRecord(**schema.check(RunRecord, values, where))
    if not RUN_ID.match(record.id):
        raise ProjectError(f"{where} is damaged: it names the run {record.id!r:.40}.")
    known = {f.name: json.unpack(getattr(record, f.name)) for f in dataclasses.fields(RunRecord)}
    for name in ("weights", "more", "sha256"):
        del known[name]
    for name in ("classes", "history", "events", "trained"):
        known[name] = tuple(known[name])
    return Run(**known | {"project": json.from_json(record.project, where)}), record
