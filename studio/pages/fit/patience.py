"""How long a callback has waited: found by letting it see the epochs again, which changes nothing (they are pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.callbacks.spec import CallbackSpec, Memory


@dataclass(frozen=True, slots=True)
class Seen:
    """What a callback is shown of an epoch."""

    epoch: int
    logs: Mapping[str, float]
    learning_rate: float


class Patience:
    """One callback beside the rows of a run. `follow` takes the rows that are new."""

    def __init__(self, callback: CallbackSpec) -> None:
        self.callback = callback
        self._memory: Memory = callback.start()
        self._rows = 0

    def follow(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Show the callback the epochs since the last call."""
        for row in rows[self._rows :]:
            seen = Seen(int(row["epoch"]), row, row.get("learning_rate", 0.0))
            self._memory, _ = self.callback.on_epoch_end(seen, self._memory)
        self._rows = len(rows)

    @property
    def waited(self) -> int | None:
        """Epochs without anything better; None for a callback that does not wait."""
        wait = self._memory.get("wait")
        return wait if isinstance(wait, int) else None

    @property
    def share(self) -> float | None:
        """How much of the patience is used up, 0..1."""
        patience = getattr(self.callback, "patience", 0)
        return None if self.waited is None or not patience else min(self.waited / patience, 1.0)
