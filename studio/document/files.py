"""Opening and saving of documents: what the menus, a drop on the window and the command line have in common."""

import dataclasses
from pathlib import Path
from typing import Literal

from engine.data.settings import Source
from engine.errors import LayerwrightError, UsageError
from engine.project.document import Project
from studio.document.session import Session
from studio.settings import Recent, Settings

SUFFIX = ".layerwright"
TABLES = (".csv", ".tsv", ".txt", ".tab", ".dat")
Kind = Literal["project", "table"]


def kind_of(path: Path) -> Kind:
    """Return whether a path is a project or a table; raises UsageError for anything else."""
    if path.suffix.lower() == SUFFIX:
        return "project"
    if path.suffix.lower() in TABLES:
        return "table"
    raise UsageError(f"{path.name} is neither a {SUFFIX} project nor a CSV table. Choose one of these.")


def open_project(session: Session, path: Path) -> None:
    """Put a project file into the session; the session stays as it is when that fails.

    Raises:
        LayerwrightError: a sentence that says what is wrong with the file.
    """
    from engine.project import file

    project, runs = file.load(path)
    session.open(project, path.resolve(), runs)


def open_without_runs(session: Session, path: Path) -> None:
    """Open a project whose runs are damaged, without them; it counts as unsaved."""
    from engine.project import file

    project, runs = file.load(path, with_runs=False)
    session.open(project, path.resolve(), runs, unsaved=True)


def table_project(path: Path) -> Project:
    """Return a new project that refers to a table."""
    source = refer(path)
    return dataclasses.replace(Project(), name=title_of(path), data=dataclasses.replace(Project().data, source=source))


def refer(path: Path, source: Source | None = None) -> Source:
    """Return the source with this file's path, size and hash; raises DataError."""
    from engine.project import datafile

    return datafile.refer(path, source or Source())


def save(session: Session, path: Path) -> Path:
    """Save the session to a file and return its path with the right suffix; raises LayerwrightError."""
    from engine.project import file

    if path.suffix.lower() != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    file.save(path, session.project, session.runs)
    session.mark_saved(path.resolve())
    return path


def suggested_name(session: Session) -> str:
    """Return the file name that a save dialog begins with."""
    if session.path:
        return session.path.name
    kept = "".join(c if c.isalnum() or c in " -_." else "_" for c in session.project.name).strip(" .")
    return (kept[:80] or "project") + SUFFIX


def title_of(path: Path) -> str:
    """Return a project's name for a file: "wine_quality.csv" -> "Wine quality"."""
    words = path.stem.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or "Untitled"


def remember(session: Session, settings: Settings, stage: str) -> None:
    """Put the session's file at the top of the recent projects."""
    if session.path is None:
        return
    run = session.run
    losses = tuple(float(row["loss"]) for row in run.history if "loss" in row) if run else ()
    thinned = losses[:: max(1, len(losses) // 24)][:24]
    settings.remember(Recent(str(session.path), session.project.name, stage, figure(session), thinned))
    settings.last_folder = str(session.path.parent)


def figure(session: Session) -> str:
    """Return the one figure that speaks for the current run: "accuracy 0.97"."""
    run = session.run
    if run is None:
        return ""
    for part in ("test", "validation", "train"):
        for metric in ("accuracy", "r2", "loss"):
            value = run.metrics.get(part, {}).get(metric)
            if value is not None:
                return f"{metric} {value:.3f}"
    return ""


def damaged_runs(path: Path) -> bool:
    """Return whether a project that cannot be opened could be opened without its runs."""
    from engine.project import file

    try:
        file.load(path, with_runs=False)
    except LayerwrightError:
        return False
    return True
