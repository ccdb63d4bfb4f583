"""Threads that do the parts of a step at the same time, one per core. NumPy leaves the interpreter while it works."""

import os
import queue
import threading
from collections.abc import Callable, Sequence

Job = Callable[[], object]
Outbox = queue.SimpleQueue[BaseException | None]
Inbox = queue.SimpleQueue[tuple[Job, Outbox]]


class Workers:
    """A team of threads that live as long as the process; `run` is for one caller at a time."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._inbox: list[Inbox] = [queue.SimpleQueue() for _ in range(count - 1)]
        for i, inbox in enumerate(self._inbox):
            threading.Thread(target=self._serve, args=(inbox,), name=f"layerwright-{i + 1}", daemon=True).start()

    def run(self, jobs: Sequence[Job]) -> None:
        """Do all jobs, the first one in the calling thread; return when all are done. Raises what a job raised."""
        done: Outbox = queue.SimpleQueue()  # of this call alone: one that is interrupted leaves nothing behind
        with self._lock:
            for job, inbox in zip(jobs[1:], self._inbox, strict=False):
                inbox.put((job, done))
            failed = _outcome(jobs[0])
            others = [done.get() for _ in jobs[1:]]
        for error in (failed, *others):
            if error is not None:
                raise error

    def _serve(self, inbox: "Inbox") -> None:
        while True:
            job, done = inbox.get()
            done.put(_outcome(job))


def _outcome(job: Job) -> BaseException | None:
    try:
        job()
    except BaseException as error:  # handed to the caller of run, who raises it
        return error
    return None


_teams: dict[int, Workers] = {}
_guard = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_teams.clear)  # threads do not survive a fork


def team(count: int) -> Workers:
    """Return the process' team of this size."""
    with _guard:
        if count not in _teams:
            _teams[count] = Workers(count)
        return _teams[count]
