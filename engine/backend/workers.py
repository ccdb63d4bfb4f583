"""Threads that do the parts of a step at the same time, one per core. NumPy leaves the interpreter while it works."""

import queue
import threading
from collections.abc import Callable, Sequence

Job = Callable[[], object]


class Workers:
    """A team of threads that live as long as the process; `run` is for one caller at a time."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._inbox: list[queue.SimpleQueue[Job]] = [queue.SimpleQueue() for _ in range(count - 1)]
        self._done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        for i, inbox in enumerate(self._inbox):
            threading.Thread(target=self._serve, args=(inbox,), name=f"layerwright-{i + 1}", daemon=True).start()

    def run(self, jobs: Sequence[Job]) -> None:
        """Do all jobs, the first one in the calling thread; return when all are done. Raises what a job raised."""
        with self._lock:
            for job, inbox in zip(jobs[1:], self._inbox, strict=False):
                inbox.put(job)
            failed = _outcome(jobs[0])
            others = [self._done.get() for _ in jobs[1:]]
        for error in (failed, *others):
            if error is not None:
                raise error

    def _serve(self, inbox: "queue.SimpleQueue[Job]") -> None:
        while True:
            self._done.put(_outcome(inbox.get()))


def _outcome(job: Job) -> BaseException | None:
    try:
        job()
    except BaseException as error:  # handed to the caller of run, who raises it
        return error
    return None


_teams: dict[int, Workers] = {}
_guard = threading.Lock()


def team(count: int) -> Workers:
    """Return the process' team of this size."""
    with _guard:
        if count not in _teams:
            _teams[count] = Workers(count)
        return _teams[count]
