"""Background work: one thread, a bounded mailbox, stop and pause. The only background mechanism of the studio.

The thread touches no Qt object. A timer of the GUI thread drains the mailbox at most 30 times a second and calls the
callbacks there.
"""

import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer

from engine.errors import LayerwrightError

FRAME_MS = 33
CAPACITY = 512
PATIENCE_SECONDS = 5.0

Report = Callable[[list[Any]], object]
Done = Callable[[Any], object]
Failed = Callable[[BaseException], object]


class Mailbox:
    """Between the worker and the GUI: reports in order, bounded.

    A report whose `kind` is "batch" is coalesced: when the box is full, the older half of such reports is dropped;
    others (epochs, events, ends) are always kept.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._items: deque[Any] = deque()
        self._capacity = capacity
        self._lock = threading.Lock()

    def put(self, item: Any) -> None:
        """Add a report; called by the worker."""
        with self._lock:
            self._items.append(item)
            if len(self._items) > self._capacity:
                self._shrink()

    def take(self) -> list[Any]:
        """Return all reports since the last call; called by the GUI."""
        with self._lock:
            taken = list(self._items)
            self._items.clear()
        return taken

    def __len__(self) -> int:
        return len(self._items)

    def _shrink(self) -> None:
        batches = [i for i, item in enumerate(self._items) if _kind(item) == "batch"]
        gone = set(batches[: max(len(batches) // 2, 1)])
        self._items = deque(item for i, item in enumerate(self._items) if i not in gone)


class Job(QObject):
    """Runs a function or an iterator in a thread.

    Args:
        work: a function, called with nothing, whose value goes to on_done; or an iterator (a Training, a Fitting)
            whose items are the reports, read one after the other. One with `close()` is closed at the end.
        on_report: called in the GUI thread with a list of new reports, at most 30 times a second.
        on_done: called in the GUI thread at the end, also after a stop, with the function's value (an iterator: None).
        on_error: called in the GUI thread with the exception. Without it the exception is raised there.

    A job lives until it ended, also when nobody keeps it.
    """

    running: ClassVar[set["Job"]] = set()

    def __init__(
        self,
        work: Callable[[], Any] | Iterator[Any],
        on_report: Report | None = None,
        on_done: Done | None = None,
        on_error: Failed | None = None,
        *,
        name: str = "job",
    ) -> None:
        super().__init__()
        self._work, self._report, self._done, self._failed = work, on_report, on_done, on_error
        self.mailbox = Mailbox()
        self._stop, self._go = threading.Event(), threading.Event()
        self._go.set()
        self._value: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._drain)

    def start(self) -> "Job":
        """Start the thread and return the job."""
        Job.running.add(self)
        self._thread.start()
        self._timer.start()
        return self

    def stop(self) -> None:
        """Ask for the end: an iterator is left after the item in work. Returns at once."""
        self._stop.set()
        self._go.set()

    def pause(self) -> None:
        """Hold an iterator after the item in work."""
        self._go.clear()

    def resume(self) -> None:
        """Let a held iterator go on."""
        self._go.set()

    @property
    def paused(self) -> bool:
        """Whether it is held."""
        return not self._go.is_set()

    @property
    def stopped(self) -> bool:
        """Whether its end was asked for. Functions may look at this between steps."""
        return self._stop.is_set()

    @property
    def alive(self) -> bool:
        """Whether the thread still works or its end was not told yet."""
        return self in Job.running

    def wait(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait for the end, deliver what is left, and return whether it ended in time."""
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._drain()
            return True
        return False

    def forget(self) -> None:
        """Stop it and call nobody any more (its owner goes away)."""
        self._report = self._done = None
        self._failed = _dropped
        self.stop()

    # ---- worker thread ----
    def _run(self) -> None:
        try:
            if callable(self._work):
                self._value = self._work()
            else:
                self._iterate(self._work)
        except BaseException as error:  # told in the GUI thread
            error.__traceback__ = _told(error)
            self._error = error

    def _iterate(self, items: Iterator[Any]) -> None:
        while self._go.wait() and not self._stop.is_set():
            try:
                item = next(items)
            except StopIteration:
                return
            self.mailbox.put(item)
        close = getattr(items, "close", None)
        if close is not None:
            close()

    # ---- GUI thread ----
    def _drain(self) -> None:
        if self not in Job.running:
            return
        ended = not self._thread.is_alive()
        items = self.mailbox.take()
        if items and self._report:
            self._report(items)
        if ended and self in Job.running:
            self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        Job.running.discard(self)
        done, failed, error = self._done, self._failed, self._error
        self._report = self._done = self._failed = None
        if error is not None and failed is not None:
            failed(error)
        elif error is not None:
            raise error
        elif done is not None:
            done(self._value)
        self.deleteLater()


def _dropped(_error: BaseException) -> None:
    """What a forgotten job's error meets: nobody waits for it any more."""


def stop_all(seconds: float = PATIENCE_SECONDS) -> bool:
    """Stop all jobs without telling anybody and return whether all ended in time (the application closes)."""
    jobs = list(Job.running)
    for job in jobs:
        job.forget()
    ended = [job.wait(seconds) for job in jobs]
    return all(ended)


def sentence(error: BaseException) -> str:
    """Return what a person is told of an error: the sentence of our own errors, kind and text of others."""
    if isinstance(error, LayerwrightError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Use a smaller batch, fewer units or less data."
    return f"{type(error).__name__}: {error}"


def _kind(item: Any) -> str:
    return str(getattr(item, "kind", ""))


def _told(error: BaseException) -> Any:
    """Keep the places of a traceback but not its frames: they would keep arrays alive and hold them in cycles."""
    if not isinstance(error, LayerwrightError):
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
    return None
