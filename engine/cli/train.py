"""`layerwright train`: from a CSV or a project to a trained run."""

import contextlib
import dataclasses
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine.cli import output
from engine.cli.progress import watch
from engine.errors import ModelError, UsageError

if TYPE_CHECKING:
    from engine.project.document import Project
    from engine.project.lifecycle import Fitting, Prepared
    from engine.project.runs import Run, RunStore


@dataclass(frozen=True)
class Wishes:
    """The options of `train`; None: as the project has it, or as suggested."""

    target: str | None = None
    task: str | None = None
    layers: str | None = None
    loss: str | None = None
    optimizer: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    seed: int | None = None


def run(source: Path, wishes: Wishes, device: str | None, out: Path | None, data: Path | None, as_json: bool) -> int:
    """Train, save, report; returns the exit code."""
    from engine.project import file, lifecycle

    is_project = looks_like_project(source)
    project, runs = file.load(source) if is_project else (lifecycle.new_project(source), lifecycle.RunStore())
    if is_project and data is not None:
        project = lifecycle.with_data(project, data)
    table = lifecycle.open_table(project, source.parent)
    project = lifecycle.with_wishes(project, table, **dataclasses.asdict(wishes))
    project = with_device(project, device)
    prepared = lifecycle.prepare(project, table)
    where = out or (source if is_project else None)
    made = runs.add(fit(project, prepared, where.parent if where else Path.cwd()))
    if where is not None:
        save(where, project, runs)
    report(made, where, as_json)
    return 0


def looks_like_project(path: Path) -> bool:
    """Whether a path names a project; raises UsageError when there is no file."""
    if not path.exists():
        raise UsageError(f"There is no file {str(path)!r:.200}. Check the name and the folder.")
    return path.suffix.lower() == ".layerwright"


def with_device(project: "Project", device: str | None) -> "Project":
    """Return the project with another device; a GPU that is wanted and missing is said, and the CPU goes on."""
    if device is None:
        return project
    if device == "gpu":
        from engine.backend import devices

        output.say(devices.choose(device)[1])
    settings: Literal["auto", "cpu", "gpu"] = "gpu" if device == "gpu" else "cpu" if device == "cpu" else "auto"
    return dataclasses.replace(project, compile=dataclasses.replace(project.compile, device=settings))


def fit(project: "Project", prepared: "Prepared", folder: Path | None = None) -> "Run":
    """Train to the end, or until Ctrl+C, and return the run; warnings are said first. folder: for checkpoints."""
    from engine.project import lifecycle

    problems = lifecycle.check(project, prepared.table)
    errors = tuple(p for p in problems if p.severity == "error")
    if errors:
        raise ModelError(str(errors[0]), errors)
    for problem in problems:
        if problem.severity == "warning":
            output.say(str(problem))
    fitting = lifecycle.start(project, prepared, folder=folder)
    with stopped_by_interrupt(fitting):
        watch(fitting)
    return fitting.run()


@contextlib.contextmanager
def stopped_by_interrupt(fitting: "Fitting") -> Iterator[None]:
    """Let Ctrl+C finish the running batch and end the fit; a second one leaves at once."""

    def stop(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, before)
        output.say("Stopping after this batch; what was learnt is kept. Ctrl+C again leaves at once.")
        fitting.stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def save(path: Path, project: "Project", runs: "RunStore") -> None:
    """Save a project; the suffix is added when there is none."""
    from engine.project import file

    file.save(path, project, runs)


def report(run: "Run", where: Path | None, as_json: bool) -> None:
    """Say what came out: figures of train, validation and test."""
    values = {
        "task": run.task,
        "rows": dict(run.rows),
        "epochs": run.epochs,
        "seconds": round(run.seconds, 3),
        "metrics": {part: dict(run.metrics.get(part, {})) for part in ("train", "validation", "test")},
        "project": None if where is None else str(where),
    }
    if as_json:
        output.print_json(values)
        return
    _say_rows(run.rows)
    output.result(f"{run.task} · {run.epochs} epochs in {output.duration(run.seconds)}")
    for part, metrics in run.metrics.items():
        output.result(f"{part:<11}{output.figures(metrics)}")
    output.result(f"saved {where}" if where else "not saved; --out PROJECT.layerwright saves it")


def _say_rows(rows: Any) -> None:
    for name, one, many in (("rejected", "line", "lines"), ("without_target", "row", "rows")):
        why = "could not be read" if name == "rejected" else "without a target"
        if count := rows.get(name):
            output.say(f"{count} {one if count == 1 else many} {why}: not used.")
