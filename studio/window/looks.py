"""How the whole window looks, as the settings say: theme, reduced motion, scale."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.settings import SCALES, Settings
from studio.text import tr

if TYPE_CHECKING:
    import subprocess

SCALE, VARIABLE = "appearance.scale", "QT_SCALE_FACTOR"


class Looks(QObject):
    """Applies the settings of the appearance. `restyled()` after a change; `told` as in documents, for the scale."""

    restyled = Signal()
    restart_wanted = Signal()
    told = Signal(object, object, object, object, object)

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self.scale = int(settings.value(SCALE))
        theme.reduce_motion(bool(settings.value("appearance.motion")))
        settings.changed.connect(self._changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    def light(self) -> None:
        """Use the light theme."""
        self._settings.theme = "light"

    def dark(self) -> None:
        """Use the dark theme."""
        self._settings.theme = "dark"

    def system(self) -> None:
        """Use the theme of the desktop."""
        self._settings.theme = "system"

    def contrast(self) -> None:
        """Use high contrast."""
        self._settings.theme = "contrast"

    def larger(self) -> None:
        """Choose the next larger scale."""
        self._step(1)

    def smaller(self) -> None:
        """Choose the next smaller scale."""
        self._step(-1)

    def usual(self) -> None:
        """Choose 100 %."""
        self._scale(100)

    def _step(self, by: int) -> None:
        at = SCALES.index(int(self._settings.value(SCALE))) + by
        self._scale(SCALES[min(max(at, 0), len(SCALES) - 1)])

    def _scale(self, scale: int) -> None:
        self._settings.set(SCALE, scale)
        if scale == self.scale:
            self.told.emit(tr("{n} %", n=scale), tr("This is the scale in use."), "info", "", None)
            return
        self.told.emit(
            tr("{n} % from the next start on", n=scale), tr("Text, controls and cards then have this size."), "info",
            tr("Restart now"), self._restart,
        )  # fmt: skip

    def _restart(self) -> None:
        self.restart_wanted.emit()

    def _changed(self, id: str) -> None:
        if id == "appearance.theme":
            self._apply()
        elif id == "appearance.motion":
            theme.reduce_motion(bool(self._settings.value(id)))

    def _apply(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self._settings.theme)  # type: ignore[arg-type]
        self.restyled.emit()

    def _scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._settings.theme in ("system", "contrast"):
            self._apply()


def use_scale(settings: Settings) -> str | None:
    """Let Qt draw everything at the scale of the settings; call it before the application is made.

    Returns what the environment said before, which a restart gives back. A factor of the environment is kept: both
    multiply.
    """
    given, scale = os.environ.get(VARIABLE), int(settings.value(SCALE))
    if scale != 100:
        os.environ[VARIABLE] = f"{_number(given) * scale / 100:g}"
    return given


def start_again(path: Path | None) -> "subprocess.Popen[bytes]":
    """Start the studio in a process of its own, with a project."""
    import subprocess

    command = [sys.executable, "-m", "studio.main", *([str(path)] if path is not None else [])]
    return subprocess.Popen(command, start_new_session=True)


def give_scale_back(given: str | None) -> None:
    """Put the environment back as it was before `use_scale`."""
    if given is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = given


def _number(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 1.0
