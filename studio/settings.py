"""Settings of the program (not of a project): declared ones, keys, recent files, window, panels. An INI file."""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

MOST_RECENT = 24
MOST_OWN_KEYS, LONGEST = 500, 64
THEMES = ("system", "light", "dark", "contrast")
SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
Kind = Literal["choice", "switch", "number"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a person can set for the whole program.

    Args:
        id: "appearance.theme": the part before the dot is its group.
        title: what it is called; doc: one sentence on what it changes.
        kind: "choice" of choices, "switch", or "number" (whole, minimum to maximum, with a unit).
        default: its value until a person chooses.
        choices: (value, label) pairs.
        words: further words that find it.
    """

    id: str
    title: str
    doc: str
    kind: Kind
    default: Any
    choices: tuple[tuple[Any, str], ...] = ()
    minimum: int = 0
    maximum: int = 0
    unit: str = ""
    words: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part of the settings that it stands in."""
        return self.id.partition(".")[0]

    def valid(self, value: Any) -> Any:
        """Return the value if it may be had, else the default; text from a file is read as what it stands for."""
        if self.kind == "switch":
            known = {"true": True, "false": False}
            return known.get(str(value).lower(), self.default)
        if self.kind == "choice":
            return next((v for v, _ in self.choices if str(v) == str(value)), self.default)
        try:
            return min(max(int(value), self.minimum), self.maximum)
        except (TypeError, ValueError):
            return self.default


GROUPS = {
    "appearance": ("Appearance", "sun"), "files": ("Files", "folder"), "training": ("Training", "activity"),
}  # fmt: skip
"""Group -> its title and icon."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "appearance.theme", "Theme", "Colours of the whole window. High contrast has stronger borders and text.",
        "choice", "system",
        (("system", "As the system"), ("light", "Light"), ("dark", "Dark"), ("contrast", "High contrast")),
        words=("dark", "light", "colour", "color", "night"),
    ),
    Setting(
        "appearance.scale", "Scale", "Size of text, controls and cards. It applies when Layerwright starts again.",
        "choice", 100, tuple((s, f"{s} %") for s in SCALES), words=("zoom", "size", "font", "larger", "smaller"),
    ),
    Setting(
        "appearance.motion", "Reduce motion", "Cards, panels and the canvas change at once, without sliding.",
        "switch", False, words=("animation",),
    ),
    Setting(
        "files.autosave", "Keep unsaved work after", "How long after an edit it is written to a recovery file.",
        "number", 1, minimum=1, maximum=60, unit="s", words=("autosave", "recovery", "crash"),
    ),
    Setting(
        "files.recent", "Recent projects", "How many the start page remembers. 0 remembers none.",
        "number", 12, minimum=0, maximum=MOST_RECENT, words=("history", "start", "privacy"),
    ),
    Setting(
        "files.reopen", "Open the last project at start", "Go on where you were, instead of the start page.",
        "switch", False, words=("start", "restore"),
    ),
    Setting(
        "training.device", "Device of new projects", "Where a new project computes. Each project can choose otherwise.",
        "choice", "auto", (("auto", "Automatic"), ("cpu", "NumPy on the CPU"), ("gpu", "CuPy on the GPU")),
        words=("gpu", "cuda", "cpu", "cupy", "numpy"),
    ),
)  # fmt: skip
BY_ID = {setting.id: setting for setting in SETTINGS}


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


class Settings(QObject):
    """Reads and writes the settings; a damaged entry is its default. `changed(id)` when a declared one has changed."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        folder().mkdir(parents=True, exist_ok=True)
        self.qt = QSettings(str(folder() / "settings.ini"), QSettings.Format.IniFormat)

    # ---- declared settings ----
    def value(self, id: str) -> Any:
        """Return the value of a declared setting."""
        setting = BY_ID[id]
        return setting.valid(self.qt.value(_place(id), setting.default))

    def set(self, id: str, value: Any) -> None:
        """Change a declared setting; a value that may not be had becomes the default."""
        setting, before = BY_ID[id], self.value(id)
        wanted = setting.valid(value)
        if wanted == setting.default:
            self.qt.remove(_place(id))
        else:
            self.qt.setValue(_place(id), wanted)
        if wanted != before:
            self.changed.emit(id)

    def restore_defaults(self) -> None:
        """Give every declared setting its default."""
        for setting in SETTINGS:
            self.set(setting.id, setting.default)

    @property
    def theme(self) -> str:
        """One of THEMES."""
        return str(self.value("appearance.theme"))

    @theme.setter
    def theme(self, value: str) -> None:
        self.set("appearance.theme", value)

    # ---- keys ----
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Return the keys that a person gave, by id of their action."""
        try:
            found = json.loads(str(self.qt.value("keys", "{}")))
            pairs = list(found.items())[:MOST_OWN_KEYS]
            return {str(id)[:LONGEST]: tuple(str(k)[:LONGEST] for k in keys[:4]) for id, keys in pairs}
        except (ValueError, TypeError, AttributeError):
            return {}

    def keep_keys(self, own: dict[str, tuple[str, ...]]) -> None:
        """Remember the keys that a person gave."""
        self.qt.setValue("keys", json.dumps(own))

    # ---- window and files ----
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
            return tuple(_recent(item) for item in found)[: self.value("files.recent")]
        except (ValueError, TypeError, KeyError):
            return ()

    def remember(self, entry: Recent) -> None:
        """Put a project at the top of the recent ones."""
        rest = [r for r in self.recent() if r.path != entry.path]
        stamped = Recent(entry.path, entry.name, entry.stage, entry.figure, entry.losses, entry.when or time.time())
        self._keep([stamped, *rest][: self.value("files.recent")])

    def forget(self, path: str) -> None:
        """Take a project off the recent ones."""
        self._keep([r for r in self.recent() if r.path != path])

    def _keep(self, entries: list[Recent]) -> None:
        self.qt.setValue("recent", json.dumps([asdict(r) for r in entries]))

    def save(self) -> None:
        """Write to disk."""
        self.qt.sync()


def _place(id: str) -> str:
    return id.replace(".", "/")


def _recent(item: Any) -> Recent:
    losses = tuple(float(v) for v in cast("list[Any]", item.get("losses", ())))
    path, name, stage, figure = (str(item[k]) for k in ("path", "name", "stage", "figure"))
    return Recent(path, name, stage, figure, losses, float(item.get("when", 0)))
