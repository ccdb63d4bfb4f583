"""The curves of one run, read from its history rows: a series per figure, and the best epoch."""

import math
from collections.abc import Mapping, Sequence

from studio.pages.fit.series import Series

ABOUT = frozenset({"epoch", "learning_rate", "seconds"})
"""Entries of a history row that are not figures of the model."""
VALIDATION = "val_"


class RunCurves:
    """Figure -> series over epochs, counted from 1. Rows are only ever appended: reading again takes the new ones.

    best: (epoch from 1, value) of the smallest finite monitored value, the first of equals.
    """

    def __init__(self, rows: Sequence[Mapping[str, float]] = ()) -> None:
        self.figures: dict[str, Series] = {}
        self.first_epoch = Series()
        self.best: tuple[int, float] | None = None
        self._rows = 0
        self.extend(rows)

    def extend(self, rows: Sequence[Mapping[str, float]]) -> int:
        """Take over the rows that came since the last call and return how many there were."""
        fresh = list(rows[self._rows :])
        names = dict.fromkeys(name for row in (fresh[:1] + fresh[-1:]) for name in row if name not in ABOUT)
        for name in names:
            known = [(row["epoch"] + 1, row[name]) for row in fresh if name in row]
            self.figures.setdefault(name, Series()).extend([k[0] for k in known], [k[1] for k in known])
        self._compare(fresh)
        self._rows += len(fresh)
        return len(fresh)

    def _compare(self, rows: Sequence[Mapping[str, float]]) -> None:
        monitor = self.monitor
        known = [(row[monitor], int(row["epoch"]) + 1) for row in rows if math.isfinite(row.get(monitor, math.nan))]
        value, epoch = min(known, default=(math.inf, 0))
        if known and (self.best is None or value < self.best[1]):
            self.best = epoch, float(value)

    def add_batch(self, epoch: int, share: float, loss: float) -> None:
        """Take note of the running loss inside the first epoch, so that the curve begins with the first batch."""
        if epoch == 0 and self._rows == 0 and share > (self.first_epoch.x[-1] if len(self.first_epoch) else 0.0):
            self.first_epoch.append(share, loss)

    @property
    def epochs(self) -> int:
        """Finished epochs."""
        return self._rows

    @property
    def monitor(self) -> str:
        """The figure that decides which epoch is best: val_loss, else loss."""
        return "val_loss" if "val_loss" in self.figures else "loss"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The figures beside the loss, without their validation twins, in the order of the rows."""
        return tuple(n for n in self.figures if n != "loss" and not n.startswith(VALIDATION))

    def pair(self, figure: str) -> tuple[Series, Series]:
        """Return the training and the validation series of a figure (empty when there is none)."""
        train = self.figures.get(figure, Series())
        if figure == "loss" and len(train) < 2 and len(self.first_epoch):
            train = self.first_epoch
        return train, self.figures.get(VALIDATION + figure, Series())
