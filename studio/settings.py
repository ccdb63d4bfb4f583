"""Settings of the program (not of a project): theme, recent files, window, panels. An INI file in a folder."""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QByteArray, QSettings

MOST_RECENT = 12
THEMES = ("system", "light", "dark", "contrast")


@dataclass(frozen=True, slots=True)
class Recent:
    """A project in the list of the start page: path, name, stage reached, one figure, losses, when (seconds)."""

    path: str
    name: str
    stage: str = ""
    figure: str = ""
    losses: tuple[float, ...] = ()
    when: float = 0.0


def folder() -> Path:
    """Return the folder of settings and logs: LAYERWRIGHT_HOME, else the platform's."""
    if home := os.environ.get("LAYERWRIGHT_HOME"):
        return Path(home)
    import platformdirs

    return Path(platformdirs.user_config_path("layerwright", appauthor=False))


class Settings:
    """Reads and writes the settings; a damaged entry is its default."""

    def __init__(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        self.qt = QSettings(str(folder() / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """One of THEMES."""
        value = str(self.qt.value("theme", "system"))
        return value if value in THEMES else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self.qt.setValue("theme", value)

    @property
    def geometry(self) -> QByteArray | None:
        """Size and state of the window."""
        value = self.qt.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self.qt.setValue("geometry", value)

    @property
    def last_folder(self) -> str:
        """Where the last file was opened or saved."""
        return str(self.qt.value("folder", str(Path.home())))

    @last_folder.setter
    def last_folder(self, value: str) -> None:
        self.qt.setValue("folder", value)

    def recent(self) -> tuple[Recent, ...]:
        """Return the recent projects, newest first."""
        try:
            found = json.loads(str(self.qt.value("recent", "[]")))
            return tuple(_recent(item) for item in found)[:MOST_RECENT]
        except (ValueError, TypeError, KeyError):
            return ()

    def remember(self, entry: Recent) -> None:
        """Put a project at the top of the recent ones."""
        rest = [r for r in self.recent() if r.path != entry.path]
        stamped = Recent(entry.path, entry.name, entry.stage, entry.figure, entry.losses, entry.when or time.time())
        self.qt.setValue("recent", json.dumps([asdict(r) for r in (stamped, *rest)[:MOST_RECENT]]))

    def forget(self, path: str) -> None:
        """Take a project off the recent ones (its file is gone)."""
        self.qt.setValue("recent", json.dumps([asdict(r) for r in self.recent() if r.path != path]))

    def save(self) -> None:
        """Write to disk."""
        self.qt.sync()


def _recent(item: Any) -> Recent:
    losses = tuple(float(v) for v in cast("list[Any]", item.get("losses", ())))
    path, name, stage, figure = (str(item[k]) for k in ("path", "name", "stage", "figure"))
    return Recent(path, name, stage, figure, losses, float(item.get("when", 0)))
