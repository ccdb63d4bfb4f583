"""The fit of a session: runs the lifecycle's iterator in a job and tells in the GUI thread what it reports."""

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.errors import LayerwrightError, NotFiniteError
from engine.project.document import Project
from engine.project.hashes import changed_stages
from studio.document import training_edits
from studio.document.session import Session
from studio.jobs import Job
from studio.pages.fit.progress import ALIVE, Phase

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.project.lifecycle import Fitting, Prepared
    from engine.project.runs import Run
    from engine.training.report import Report

CLOSING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Begun:
    """The first thing that comes from the thread: the fit is compiled and about to take its first batch.

    epoch: where it begins, from 0. resumed: it goes on with an earlier run.
    """

    fitting: "Fitting"
    epoch: int = 0
    resumed: bool = False
    kind: str = "begun"


@dataclass(frozen=True, slots=True)
class Ended:
    """The last thing: the run as it will be kept, and the error that ended it."""

    run: "Run | None"
    error: LayerwrightError | None = None
    kind: str = "ended"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be fitted. run: one to go on with. rate: the learning rate to go on with, None: as it was.

    unwanted: set when it was stopped before it began.
    """

    project: Project
    table: "Table | None"
    prepared: "Prepared | None"
    base: Path | None
    run: "Run | None" = None
    rate: float | None = None
    unwanted: threading.Event = field(default_factory=threading.Event)


class Work:
    """The iterator that the thread reads: `Begun`, all reports of the training, `Ended`. It touches no Qt object."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._fitting: Fitting | None = None
        self._over = False

    def __iter__(self) -> "Work":
        return self

    def __next__(self) -> "Begun | Report | Ended":
        if self._over:
            raise StopIteration
        if self._fitting is None:
            return self._begin()
        try:
            return next(self._fitting)
        except StopIteration:
            return self._end(None)
        except NotFiniteError as error:
            return self._end(error)

    def close(self) -> None:
        """Leave the training between two batches."""
        if self._fitting is not None:
            self._fitting.close()

    def _begin(self) -> Begun:
        from engine.project import lifecycle

        order = self._order
        prepared = order.prepared
        if prepared is None:
            table = order.table if order.table is not None else lifecycle.open_table(order.project, order.base)
            prepared = lifecycle.prepare(order.project, table)
        self._fitting = lifecycle.start(order.project, prepared, resume=order.run, folder=order.base)
        if order.rate is not None:
            self._fitting.learning_rate = order.rate
        if order.unwanted.is_set():
            self._fitting.stop()
        return Begun(self._fitting, self._fitting.training.epoch, order.run is not None)

    def _end(self, error: LayerwrightError | None) -> Ended:
        self._over = True
        assert self._fitting is not None
        return Ended(self._fitting.run(), error)


class Fitter(QObject):
    """At most one fit at a time. `phase_changed(phase)`, `begun(Begun)`, `reported(reports)`, `ended(run, error)`.

    A run that ends is put into the session's store before `ended` is told; failures keep their last good weights.
    """

    phase_changed, begun, reported = Signal(object), Signal(object), Signal(object)
    ended = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._work: Callable[[Order], Any] = Work
        self._ordered: Order | None = None
        self._stopping = False
        self._ended: Ended | None = None
        self.phase: Phase = "idle"
        self.fitting: Fitting | None = None

    @property
    def alive(self) -> bool:
        """Whether a fit runs, pauses or is about to begin or end."""
        return self.phase in ALIVE

    def start(self, run: "Run | None" = None, rate: float | None = None, clip: float | None = None) -> bool:
        """Start a fit of the session's project, or go on with a stopped run; return whether it was started.

        rate, clip: learning rate and clipnorm to go on with; None: as they were.
        """
        if self.alive:
            return False
        order = self._order(run, rate, clip)
        self.fitting, self._ended, self._stopping = None, None, False
        self._set("preparing")
        self._session.set_progress(0.0)
        self._ordered = order
        self._job = Job(self._work(order), self._take, self._done, self._failed, name="fit").start()
        return True

    def _order(self, run: "Run | None", rate: float | None, clip: float | None) -> Order:
        """Return what to fit; a run goes on with the data that it was made from."""
        session = self._session
        base = session.path.parent if session.path else None
        if run is None:
            return Order(session.project, session.table, session.prepared, base)
        same = "data" not in changed_stages(run, session.project)
        project = dataclasses.replace(run.project, data=session.project.data) if same else run.project
        if clip is not None:
            project = training_edits.set_optimizer_field(project, "clipnorm", clip)
        return Order(project, session.table if same else None, session.prepared if same else None, base, run, rate)

    def pause(self) -> None:
        """Take no further batch until `resume`."""
        if self._job and self.phase == "running":
            self._job.pause()
            self._set("paused")

    def resume(self) -> None:
        """Go on after a pause."""
        if self._job and self.phase == "paused":
            self._job.resume()
            self._set("running")

    def stop(self) -> None:
        """Finish the batch in work, keep everything, end."""
        if not self.alive or self._job is None:
            return
        self._stopping = True
        self._set("stopping")
        if self._ordered is not None:
            self._ordered.unwanted.set()
        if self.fitting is not None:
            self.fitting.stop()
        self._job.resume()

    def hold(self) -> None:
        """Keep the thread from the next batch while the window draws: both would only slow each other down."""
        if self._job is not None and self.phase == "running":
            self._job.pause()

    def release(self) -> None:
        """Let the thread go on after `hold`; a pause by a person stays one."""
        if self._job is not None and self.phase == "running":
            self._job.resume()

    def set_rate(self, rate: float) -> None:
        """Set the learning rate of the batch after this one."""
        if self.fitting is not None and self.alive:
            self.fitting.learning_rate = rate

    def shut(self) -> bool:
        """Stop and wait for the end, so that the run is kept; return whether it ended in time."""
        self.stop()
        return self._job is None or self._job.wait(CLOSING_SECONDS)

    # ---- what the thread tells -------------------------------------------------------------------------------------
    def _take(self, items: list[Any]) -> None:
        reports = []
        for item in items:
            if isinstance(item, Begun):
                self._begin(item)
            elif isinstance(item, Ended):
                self._ended = item
            else:
                reports.append(item)
        if reports:
            self.reported.emit(reports)

    def _begin(self, begun: Begun) -> None:
        self.fitting = begun.fitting
        if self._stopping:
            self.fitting.stop()
        else:
            self._set("running")
        self.begun.emit(begun)

    def _done(self, _nothing: object) -> None:
        ended = self._ended
        run, error = (ended.run, ended.error) if ended else (None, None)
        if run is not None and error is None and self._untouched():
            run = None
        if run is not None:
            run = self._session.add_run(run)
        self._finish(run, error, "failed" if error else "stopped" if self._unfinished(run) else "finished")

    def _untouched(self) -> bool:
        """Return whether a fit was stopped before its first batch: its weights are those of chance, nothing to keep."""
        return self.fitting is not None and self.fitting.training.parameters.iterations == 0

    def _failed(self, error: BaseException) -> None:
        self._finish(None, error, "failed")

    def _unfinished(self, run: "Run | None") -> bool:
        return run is None or run.status == "stopped"

    def _finish(self, run: "Run | None", error: BaseException | None, phase: Phase) -> None:
        self._job = None
        self._session.set_progress(None)
        self._set(phase)
        self.ended.emit(run, error)
        self.fitting = None

    def _set(self, phase: Phase) -> None:
        if phase != self.phase:
            self.phase = phase
            self.phase_changed.emit(phase)
