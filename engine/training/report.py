"""Report: what training tells after each batch and each epoch. A plain value, safe to read in another thread."""

from collections.abc import Callable
from typing import Literal

Kind = Literal["batch", "epoch", "event", "end"]
Logs = dict[str, float]


class Report:
    """One message of a training run.

    Attributes:
        kind: "batch" after a batch, "epoch" after an epoch (validation done), "event" when a callback acted,
            "end" once, last.
        epoch: the running epoch, from 0. batch: batches done in it. batches: batches of one epoch.
        step: optimizer steps of this model so far.
        learning_rate: the one used for the next batch.
        message: a sentence ("" for batches). seconds: since this run started (or was resumed), pauses excluded.
    """

    __slots__ = ("_logs", "batch", "batches", "epoch", "kind", "learning_rate", "message", "seconds", "step")

    def __init__(
        self,
        kind: Kind,
        epoch: int,
        batch: int,
        batches: int,
        step: int,
        logs: Logs | Callable[[], Logs],
        learning_rate: float,
        message: str = "",
        seconds: float = 0.0,
    ) -> None:
        self.kind: Kind = kind
        self.epoch, self.batch, self.batches, self.step = epoch, batch, batches, step
        self._logs = logs
        self.learning_rate, self.message, self.seconds = learning_rate, message, seconds

    @property
    def logs(self) -> Logs:
        """Name -> figure. Of a batch: running means of the epoch, made when first read; of an epoch: all figures."""
        if callable(self._logs):
            self._logs = self._logs()
        return self._logs

    def __repr__(self) -> str:
        figures = " ".join(f"{name}={value:.4g}" for name, value in self.logs.items())
        return f"<Report {self.kind} epoch {self.epoch} batch {self.batch}/{self.batches} {figures}>"
