"""Autosave: unsaved work goes to a recovery file a moment after each edit, written in a job."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from studio.document.session import Session
from studio.jobs.job import Job

if TYPE_CHECKING:
    from engine.project.recovery import Recovery

DELAY_MS = 700


class Autosave(QObject):
    """Listens to a session. Nothing is written while there is no unsaved work."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._recovery: Recovery | None = None
        self._job: Job | None = None
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        session.changed.connect(self._soon)
        session.runs_changed.connect(self._soon)
        session.dirty_changed.connect(self._soon)

    def set_delay(self, seconds: float) -> None:
        """Say how long after an edit it is written."""
        self._timer.setInterval(round(seconds * 1000))

    def write(self) -> None:
        """Write now, in a job; when the work is in its file, remove what was written."""
        if self._job is not None:
            self._again = True
            return
        session = self._session
        if not session.dirty:
            if self._recovery is not None:
                self._recovery.clear()
            return
        work = _Writing(self._folder(), session.project, session.runs.copy(), session.path)
        self._job = Job(work, on_done=self._written, on_error=self._written, name="autosave").start()

    def wait(self) -> None:
        """Finish what is being written (before recovered work is discarded, and at the end)."""
        while self._job is not None:
            self._job.wait()

    def close(self) -> None:
        """The work is saved or was given up: nothing is left to recover."""
        self._timer.stop()
        self._again = False
        self.wait()
        if self._recovery is not None:
            self._recovery.close()
            self._recovery = None

    def _folder(self) -> "Recovery":
        if self._recovery is None:
            from engine.project.recovery import Recovery

            self._recovery = Recovery()
        return self._recovery

    def _soon(self, *_: Any) -> None:
        self._timer.start()

    def _written(self, _result: Any) -> None:
        self._job = None
        if self._again:
            self._again = False
            self._timer.start()


class _Writing:
    def __init__(self, recovery: "Recovery", *values: Any) -> None:
        self._recovery, self._values = recovery, values

    def __call__(self) -> None:
        self._recovery.write(*self._values)
