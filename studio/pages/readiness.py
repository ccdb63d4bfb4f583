"""What keeps a project from being compiled or fitted, with the way out."""

from collections.abc import Callable
from dataclasses import dataclass

from studio.document.session import Session
from studio.text import tr

Go = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why not: a title, a sentence, and the button that leads out."""

    title: str
    sentence: str
    action: str
    act: Callable[[], object]


def obstacle(session: Session, go: Go) -> Obstacle | None:
    """Return the first thing that is missing, in the order of the stages; None when all is there."""
    data, define = lambda: go("data"), lambda: go("define")
    to_data, to_define = tr("Go to Data"), tr("Go to Define")
    if session.data_problem:
        return Obstacle(tr("The data need attention"), session.data_problem, to_data, data)
    if not session.project.data.source.path:
        return Obstacle(tr("No data yet"), tr("Open a CSV on the Data page first."), to_data, data)
    if not session.project.network.nodes:
        return Obstacle(tr("No network yet"), tr("Stack layers on the Define page first."), to_define, define)
    error = next((p for p in session.problems if p.severity == "error"), None)
    if error is None:
        return None
    known = error.node is not None or error.where in ("network", "loss", "optimizer")
    title = tr("The network has an error") if known else tr("An error is in the way")
    return Obstacle(title, str(error), to_define if known else to_data, define if known else data)
