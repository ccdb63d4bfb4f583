"""History: one row per finished epoch, the loss of every batch, and how large the gradients were."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABOUT = ("epoch", "learning_rate", "seconds")
"""Entries of a row that are not figures of the model."""


class History:
    """What a run has shown so far. `history`, `epoch` and `params` are Keras' view of the same rows.

    Attributes:
        rows: one dict per epoch: "epoch", "loss", the metrics, the same with "val_", "learning_rate", "seconds".
        norms: per epoch the L2 norm of each layer's gradient in its last batch; NaN where nobody measured.
        params: "epochs", "steps" (batches of an epoch) and "verbose" of the fit.
    """

    def __init__(self, rows: list[dict[str, float]] | None = None) -> None:
        self.rows: list[dict[str, float]] = [dict(row) for row in rows or []]
        self.norms: list[NDArray[np.float32]] = []
        self.params: dict[str, Any] = {}
        self._losses: NDArray[np.float32] = np.empty(0, np.float32)
        self._count = 0

    @property
    def history(self) -> dict[str, list[float]]:
        """Figure -> its value per epoch, as in Keras (`learning_rate` stands in `rows`)."""
        names = dict.fromkeys(name for row in self.rows for name in row if name not in ABOUT)
        return {name: [row[name] for row in self.rows if name in row] for name in names}

    @property
    def epoch(self) -> list[int]:
        """Numbers of the finished epochs, from 0."""
        return [int(row["epoch"]) for row in self.rows]

    @property
    def batch_losses(self) -> NDArray[np.float32]:
        """Loss of each batch so far, in order; shape (batches,)."""
        return self._losses[: self._count]

    @property
    def best(self) -> tuple[int, float] | None:
        """(epoch, value) of the lowest val_loss, or loss when nothing validates; None before an epoch ended."""
        monitor = "val_loss" if any("val_loss" in row for row in self.rows) else "loss"
        known = [(row[monitor], int(row["epoch"])) for row in self.rows if monitor in row]
        if not known:
            return None
        value, epoch = min(known)
        return epoch, value

    def add(self, row: Mapping[str, float]) -> None:
        """Append the figures of a finished epoch."""
        self.rows.append(dict(row))

    def note(self, loss: float) -> None:
        """Append the loss of a batch."""
        if self._count == len(self._losses):
            grown = np.empty(max(1024, 2 * self._count), np.float32)
            grown[: self._count] = self._losses
            self._losses = grown
        self._losses[self._count] = loss
        self._count += 1

    def forget(self, batches: int) -> None:
        """Drop the losses of the last batches, which did not count after all."""
        self._count -= batches

    def norm_table(self, layers: int) -> NDArray[np.float32]:
        """Return the norms as an array of the shape (epochs, layers)."""
        return np.array(self.norms, np.float32).reshape(len(self.norms), layers)

    def restore(
        self, rows: list[dict[str, float]], losses: NDArray[np.float32], norms: NDArray[np.float32] | None = None
    ) -> None:
        """Take over the rows, batch losses and norms (epochs, layers) of a stopped run."""
        self.rows = [dict(row) for row in rows]
        self.norms = [] if norms is None else list(np.array(norms, np.float32))
        self._losses, self._count = np.array(losses, np.float32), len(losses)
