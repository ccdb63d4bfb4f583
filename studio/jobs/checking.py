"""Keeps the problems of a session up to date: a job checks all but small networks, a moment after an edit."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from engine.errors import Problem
from engine.project.document import Project
from studio.document.session import Session
from studio.jobs.job import Job

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.network.shapes import Shapes
    from engine.project.lifecycle import Prepared

DELAY_MS = 120
FROM = 40
"""Networks of fewer layers are checked at once: that takes less than a frame."""


class Checking(QObject):
    """Listens to a session. At most one check runs; what it finds is dropped when the project has changed meanwhile."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._begin)
        session.findings.job_from = FROM
        for signal in (session.changed, session.opened, session.prepared_changed, session.table_changed):
            signal.connect(self._soon)

    @property
    def working(self) -> bool:
        """Whether a check runs or is about to."""
        return self._job is not None or self._timer.isActive()

    def _soon(self, *_: object) -> None:
        self._timer.start() if self._session.findings.by_job() else self._timer.stop()

    def _begin(self) -> None:
        session = self._session
        if self._job is None and session.findings.by_job():
            work = Check(session.project, session.table, session.prepared, session.shapes)
            self._job = Job(work, on_done=self._done, on_error=self._failed, name="check").start()

    def _done(self, result: "tuple[Check, tuple[Problem, ...]]") -> None:
        self._job = None
        check, found = result
        if check.holds(self._session):
            self._session.set_problems(found)
        else:
            self._soon()

    def _failed(self, error: BaseException) -> None:
        self._job = None
        raise error


class Check:
    """What the thread does: find all problems of a project, with the data it was given."""

    def __init__(self, project: Project, table: "Table | None", prepared: "Prepared | None", shapes: "Shapes") -> None:
        self._project, self._table, self._prepared, self._shapes = project, table, prepared, shapes

    def holds(self, session: Any) -> bool:
        """Return whether the session still has what was checked."""
        same = session.project is self._project and session.prepared is self._prepared
        return same and session.table is self._table

    def __call__(self) -> "tuple[Check, tuple[Problem, ...]]":
        from engine.project import lifecycle

        table = self._table if self._prepared is None else None
        return self, lifecycle.check(self._project, table, self._prepared, self._shapes)
