"""Garbage collection in the GUI thread only: one that runs in a worker thread would destroy Qt objects there."""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
IDLE_MS = 30_000


class Collector(QObject):
    """Switches automatic collection off and collects on timers: generations 0 and 1 often, everything when idle."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.collect_all)
        self._idle.start()
        self._busy = False

    def freeze(self) -> None:
        """Take everything that exists now out of collection; call once, after start-up."""
        gc.collect()
        gc.freeze()

    def set_busy(self, busy: object) -> None:
        """While a fit runs there are no full collections."""
        self._busy = bool(busy) or (busy == 0.0 and busy is not None)

    def collect(self) -> None:
        """Collect young objects: generation 0 when it is due, generation 1 when that is."""
        young, middle, _ = gc.get_count()
        limits = gc.get_threshold()
        if middle > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)

    def collect_all(self) -> None:
        """Collect everything, unless a fit runs."""
        if not self._busy:
            gc.collect()

    def stop(self) -> None:
        """Return to automatic collection (the application ends)."""
        self._timer.stop()
        self._idle.stop()
        gc.unfreeze()
        gc.enable()
