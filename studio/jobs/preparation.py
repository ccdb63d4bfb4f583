"""Keeps table and prepared data of a session up to date: reads and prepares in a job when data settings change."""

import dataclasses
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.project.document import Project
from studio.document.session import Session
from studio.jobs.job import Job, sentence

if TYPE_CHECKING:
    from engine.data.table import Table

DELAY_MS = 60


class Preparation(QObject):
    """Listens to a session. `busy(bool)` is emitted when work begins and ends."""

    busy = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._table_of: Any = None
        self._wanted: Any = None
        self._done: Any = None
        self._base: Project | None = None
        self._before: Project | None = None
        self._suggested: Project | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._begin)
        session.changed.connect(self._changed)
        session.opened.connect(self._opened)

    @property
    def working(self) -> bool:
        """Whether data are being read or prepared."""
        return self._job is not None or self._timer.isActive()

    def reload(self) -> None:
        """Read the file again (it changed on disk, or was found elsewhere)."""
        self._table_of = self._done = None
        self._timer.start(0)

    def _opened(self, _project: object) -> None:
        self._table_of = self._done = None
        self._timer.start(0)

    def _changed(self, before: Project, after: Project) -> None:
        if before.data is not after.data or before.targets != after.targets:
            self._timer.start(DELAY_MS)

    def _begin(self) -> None:
        project = self._session.project
        key = (project.data, tuple((t.node, t.column) for t in project.targets), self._session.path)
        if not project.data.source.path or key == self._done:
            if not project.data.source.path and self._session.table is not None:
                self._session.set_table(None)
                self._session.set_prepared(None)
            return
        if self._job is not None:
            self._wanted = key  # the job in work is out of date; begin again when it ended
            return
        self._done, self._wanted = key, None
        table = self._session.table if self._table_of == project.data.source else None
        folder = self._session.path.parent if self._session.path else None
        self._base = self._without_suggestion(project)
        self.busy.emit(True)
        self._job = Job(
            _Work(project, table, folder, self._base), on_done=self._finished, on_error=self._failed, name="prepare"
        ).start()

    def _finished(self, result: Any) -> None:
        source, table, prepared, problem, suggestion = result
        self._job = None
        if source == self._session.project.data.source:
            if table is not self._session.table:
                self._table_of = source
                self._session.set_table(table)
            if self._wanted is None:
                self._session.set_prepared(prepared, problem)
                self._suggest(suggestion)
        self._next()

    def _without_suggestion(self, project: Project) -> Project | None:
        """Return the project as it was before its network was suggested; None when a person has made one."""
        if not project.network.nodes:
            return project
        before, made = self._before, self._suggested
        if before is None or made is None or project.network != made.network:
            return None
        back = {n: getattr(before, n) for n in ("compile", "fit") if getattr(project, n) == getattr(made, n)}
        return dataclasses.replace(project, network=before.network, **back)

    def _suggest(self, suggestion: Project | None) -> None:
        """Take over the network that is suggested for this table, unless a person has one or is going through undo."""
        if suggestion is None or self._session.stack.canRedo():
            return
        self._before, self._suggested = self._base or self._session.project, suggestion
        taken = suggestion

        def take(project: Project) -> Project:
            parts = {name: getattr(taken, name) for name in ("network", "feeds", "targets", "compile", "fit")}
            return dataclasses.replace(project, positions={}, **parts)

        self._session.amend("Suggest a network", take)

    def _failed(self, error: BaseException) -> None:
        self._job = None
        if self._wanted is None:
            self._session.set_table(None)
            moved = error if type(error).__name__ == "MovedDataError" else None
            self._session.set_prepared(None, sentence(error), moved)  # type: ignore[arg-type]
        self._next()

    def _next(self) -> None:
        self.busy.emit(False)
        if self._wanted is not None:
            self._done = None
            self._timer.start(0)


class _Work:
    """What the thread does: read the table unless it is there, prepare it, suggest a network where there is none."""

    def __init__(self, project: Project, table: "Table | None", folder: Any, base: Project | None) -> None:
        self._project, self._table, self._folder, self._base = project, table, folder, base

    def __call__(self) -> Any:
        from engine.errors import LayerwrightError
        from engine.project import lifecycle

        table = self._table if self._table is not None else lifecycle.open_table(self._project, self._folder)
        try:
            prepared, problem = lifecycle.prepare(self._project, table), ""
        except LayerwrightError as error:
            prepared, problem = None, str(error)
        suggestion = lifecycle.suggest(self._base, table) if self._base is not None and prepared else None
        return self._project.data.source, table, prepared, problem, suggestion
