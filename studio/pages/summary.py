"""What the status bar says of the data on all pages: rows, inputs, classes, seed."""

from studio.document.session import Session
from studio.pages.page import Status
from studio.text import plural, tr


def data_status(session: Session) -> list[Status]:
    """Return the items at the right of the status bar."""
    prepared = session.prepared
    seed = Status("dices", tr("Seed {n}", n=session.project.fit.seed))
    if prepared is None:
        return [seed]
    inputs = sum(report.role == "input" for report in prepared.reports)
    words = [plural(prepared.rows["read"], "row", "rows"), plural(inputs, "input", "inputs")]
    words += [plural(len(prepared.classes), "class", "classes")] if prepared.classes else []
    return [Status("database", " · ".join(words)), seed]
