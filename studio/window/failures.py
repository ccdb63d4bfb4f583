"""What happens to errors that nobody caught: a line in the log, and one calm dialog. The program goes on."""

import contextlib
import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from PySide6.QtCore import QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion
from PySide6.QtWidgets import QWidget

import engine
from engine.errors import LayerwrightError
from studio.settings import folder
from studio.text import tr
from studio.window.dialogs import Question, report

QUIET_SECONDS = 10.0
FAULTS, LAST = "faults.log", "faults-last.log"
"""What native code wrote when it ended the program, while it runs and at the start after."""
ARCHIVED, LONGEST = 5, 60_000
LOG = logging.getLogger("layerwright")


class Failures(QObject):
    """Install once, after the window was made. `failed(text)` carries an error of any thread into the GUI thread."""

    failed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._last, self._open = window, 0.0, False
        self.dialog: Question | None = None
        self.failed.connect(self._show)
        self._before = (sys.excepthook, threading.excepthook)
        self._faults: IO[str] | None = None
        self._handler: logging.Handler | None = None
        self._then: Callable[[], object] = _nothing

    def install(self) -> None:
        """Take over sys.excepthook, threading.excepthook and Qt's messages; faults of native code go to a file.

        Who had asked for those faults before, a debugger or a test, goes on getting them.
        """
        logs = folder() / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        from logging.handlers import RotatingFileHandler  # 50 ms that the first paint need not wait for

        self._handler = RotatingFileHandler(
            logs / "studio.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True
        )
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        LOG.addHandler(self._handler)
        _set_aside(logs)
        if not faulthandler.is_enabled():
            self._faults = open(logs / FAULTS, "a", encoding="utf-8")  # noqa: SIM115  (open as long as the program)
            faulthandler.enable(self._faults)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        qInstallMessageHandler(_qt_message)

    def offer_last(self, then: Callable[[], object]) -> None:
        """Offer the report of a program that ended by a fault, then go on; without one go on at once."""
        text = last_fault()
        if not text:
            then()
            return
        self._then = then
        self.dialog = report(
            self._window, tr("Layerwright ended unexpectedly last time"),
            tr("The report says where. It holds no data of yours; you can copy it into a message to the makers."),
            f"{headline()}\n\n{text}", self._fault_read, tr("Dismiss"),
        )  # fmt: skip

    def _fault_read(self, _answer: str) -> None:
        archive()
        self.dialog = None
        self._then()

    def remove(self) -> None:
        """Give everything back (the program ends)."""
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(None)
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
        if self._handler is not None:
            LOG.removeHandler(self._handler)
            self._handler.close()

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        LOG.error("%s", text)
        self.failed.emit((str(error) if isinstance(error, LayerwrightError) else "", text))

    def _uncaught_in_thread(self, arguments: Any) -> None:
        self._uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, failure: tuple[str, str]) -> None:
        now = time.monotonic()
        if self._open or now - self._last < QUIET_SECONDS:
            return
        self._last, self._open = now, True
        sentence, details = failure
        details = f"{headline()}\n\n{details}"
        text = sentence or tr("Your work is safe: nothing was changed, and it is kept in a recovery file.")
        self.dialog = report(self._window, tr("Something went wrong"), text, details)
        self.dialog.finished.connect(self._closed)

    def _closed(self, _result: int = 0) -> None:
        self._open, self.dialog = False, None


def headline() -> str:
    """Return what a report begins with: the versions of the program, Python, Qt and the platform."""
    return (
        f"Layerwright {engine.__version__} · Python {platform.python_version()} · Qt {qVersion()} · "
        f"{platform.platform()}"
    )


def _set_aside(logs: Path) -> None:
    """Keep what the last session's native code wrote apart from what this session's may write."""
    now, last = logs / FAULTS, logs / LAST
    if now.is_file() and now.stat().st_size:
        now.replace(last)


def last_fault() -> str:
    """Return the report of a session that ended by a fault and was not read yet, or ""."""
    path = folder() / "logs" / LAST
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-LONGEST:].strip()
    except OSError:
        return ""


def archive() -> None:
    """Put the report that was read away; the newest few are kept."""
    logs = folder() / "logs"
    with contextlib.suppress(OSError):
        (logs / LAST).replace(logs / time.strftime("faults-%Y%m%d-%H%M%S.log"))
    for old in sorted(logs.glob("faults-2*.log"))[:-ARCHIVED]:
        with contextlib.suppress(OSError):
            old.unlink()


def log_path() -> Path:
    """Return where the log is."""
    return folder() / "logs" / "studio.log"


def _qt_message(kind: QtMsgType, _context: object, message: str) -> None:
    if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
        LOG.warning("Qt: %s", message)


def _nothing() -> None:
    return None
