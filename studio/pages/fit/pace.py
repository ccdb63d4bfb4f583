"""How fast a fit runs: time left, seconds per epoch and rows per second; and when the page may draw again."""

SHOWN_AFTER = 10
"""Batches to see before a forecast is worth showing."""
KEEP = 0.97
"""How much of the old estimate one more batch leaves in place."""
FRAME = 1 / 30
"""Seconds between two frames, at least."""
WAIT = 12.0
"""The next frame waits this many times what the last one cost: drawing takes a thirteenth of the time at most."""


class Pace:
    """An estimate from (step, elapsed seconds) pairs. Steps may be skipped: reports are coalesced on the way.

    Args:
        batches: batches per epoch.
        epochs: epochs of the whole fit.
        rows: training rows of an epoch.
    """

    def __init__(self, batches: int, epochs: int, rows: int) -> None:
        self.batches, self.epochs, self.rows = max(batches, 1), epochs, rows
        self._first: int | None = None
        self._step, self._seconds = 0, 0.0
        self._per_batch: float | None = None

    def update(self, step: int, seconds: float) -> None:
        """Take note that `step` batches (counted over all epochs) are done after `seconds` of training."""
        if self._first is None:
            self._first = step
        elif step > self._step and seconds >= self._seconds:
            self._mix((seconds - self._seconds) / (step - self._step), step - self._step)
        self._step, self._seconds = step, seconds

    def _mix(self, measured: float, steps: int) -> None:
        kept = KEEP**steps
        self._per_batch = measured if self._per_batch is None else kept * self._per_batch + (1 - kept) * measured

    @property
    def per_batch(self) -> float | None:
        """Seconds per batch; None until enough batches have been seen."""
        seen = self._step - (self._first or 0)
        return self._per_batch if seen >= SHOWN_AFTER else None

    @property
    def per_epoch(self) -> float | None:
        """Seconds per epoch, validation included."""
        return None if self.per_batch is None else self.per_batch * self.batches

    @property
    def rows_per_second(self) -> float | None:
        """Training rows per second."""
        return None if not self.per_epoch else self.rows / self.per_epoch

    @property
    def left(self) -> float | None:
        """Seconds until the last epoch ends, if nothing stops the fit earlier."""
        remaining = max(self.batches * self.epochs - self._step, 0)
        return None if self.per_batch is None else remaining * self.per_batch

    @property
    def share(self) -> float:
        """The part of all batches that is done, 0..1."""
        return min(self._step / max(self.batches * self.epochs, 1), 1.0)


class FrameBudget:
    """Decides when to draw: at most 30 times a second, and never more than a thirteenth of the time."""

    def __init__(self) -> None:
        self._next = 0.0

    def due(self, now: float) -> bool:
        """Return whether a frame may be drawn at `now` (seconds of any steady clock)."""
        return now >= self._next

    def spent(self, start: float, end: float) -> None:
        """Take note of a frame that was drawn from `start` to `end`."""
        self._next = max(start + FRAME, end + WAIT * (end - start))
