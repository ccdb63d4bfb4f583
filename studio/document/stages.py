"""The state of each stage, computed from the session: what the marks of the stage bar show."""

from dataclasses import dataclass
from typing import Literal

from studio.document.session import Session

Mark = Literal["done", "running", "stale", "error", "todo"]


@dataclass(frozen=True, slots=True)
class StageState:
    """A mark and the sentence that explains it; progress 0..1 while it runs."""

    mark: Mark
    text: str
    progress: float = 0.0


TODO = {
    "data": "No data yet. Open a CSV.",
    "define": "No layers yet.",
    "compile": "Not compiled yet.",
    "fit": "Not fitted yet.",
    "evaluate": "Nothing to evaluate yet. Fit first.",
    "predict": "Nothing to predict with yet. Fit first.",
}
READING = "The data are being read."


def stage_states(session: Session) -> dict[str, StageState]:
    """Return the state of all six stages."""
    stale = session.stale_stages()
    return {
        "data": _data(session),
        "define": _define(session),
        "compile": _compile(session, stale),
        "fit": _fit(session, stale),
        "evaluate": _after(session, stale, "evaluate"),
        "predict": _after(session, stale, "predict"),
    }


def _data(session: Session) -> StageState:
    if session.data_problem:
        return StageState("error", session.data_problem)
    if not session.project.data.source.path:
        return StageState("todo", TODO["data"])
    if session.prepared is None:
        return StageState("todo", READING)
    errors = [p for p in session.problems if p.severity == "error" and p.node is None and p.where not in PLACES]
    return StageState("error", str(errors[0])) if errors else StageState("done", "The data are ready.")


PLACES = ("network", "wires", "targets", "optimizer", "loss", "compile", "fit")
"""Places of problems that are mended on the Define page; others are columns and files."""


def _define(session: Session) -> StageState:
    if not session.project.network.nodes:
        return StageState("todo", TODO["define"])
    if session.reading:
        return StageState("todo", READING)
    errors = [p for p in session.problems if p.severity == "error" and (p.node or p.where in PLACES)]
    if errors:
        return StageState("error", str(errors[0]))
    return StageState("done", "The network is complete.")


def _compile(session: Session, stale: frozenset[str]) -> StageState:
    marked = session.stage_mark("compile")
    if marked == "done" or (session.run is not None and not stale & {"data", "define", "compile"}):
        return StageState("done", "Compiled.")
    if marked == "stale" or session.run is not None:
        return StageState("stale", "An earlier stage changed. Compile again.")
    return StageState("todo", TODO["compile"])


def _fit(session: Session, stale: frozenset[str]) -> StageState:
    if session.progress is not None:
        return StageState("running", "A fit is running.", session.progress)
    if session.run is None:
        return StageState("todo", TODO["fit"])
    if session.run.status == "failed":
        return StageState("error", session.run.reason or "The last fit failed.")
    if stale:
        return StageState("stale", "The project changed after this run. Fit again.")
    return StageState("done", "Fitted.")


def _after(session: Session, stale: frozenset[str], stage: str) -> StageState:
    if session.run is None:
        return StageState("todo", TODO[stage])
    if stale:
        return StageState("stale", "This is of a run that the project has changed since.")
    done = session.stage_mark(stage) == "done"
    return StageState("done", "Done.") if done else StageState("todo", "Ready.")
