"""Tells of a running fit those who do not look at it: a sentence an epoch, and the task bar when it has ended."""

import time

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from studio.document.live import Live
from studio.document.session import Session
from studio.text import tr
from studio.widgets.announce import announce

QUIET_SECONDS = 2.0
"""Short epochs are not all told: a sentence takes about as long to hear."""


class Herald(QObject):
    """Listens to a session and speaks for a window."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._epoch, self._last, self._ran = 0, 0.0, False
        session.live_changed.connect(self._live)
        session.running_changed.connect(self._running)

    def _live(self, live: Live | None) -> None:
        now = time.monotonic()
        if live is None or live.epoch == self._epoch or now - self._last < QUIET_SECONDS:
            return
        self._epoch, self._last = live.epoch, now
        announce(self._window, tr("Epoch {n} of {all}", n=live.epoch, all=live.epochs))

    def _running(self, progress: float | None) -> None:
        if self._ran and progress is None:
            self._epoch, self._last = 0, 0.0
            announce(self._window, tr("The fit has ended."))
            if not self._window.isActiveWindow():
                QApplication.alert(self._window)
        self._ran = progress is not None
