"""What helps to find a fault: versions, platform, screens, settings and the last lines of the log, without data."""

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QScreen

import engine
from studio.settings import SETTINGS, Settings, folder

PARTS = (
    "PySide6-Essentials", "numpy", "polars", "pydantic", "pyqtgraph", "superqt", "safetensors", "platformdirs", "typer",
    "rich", "threadpoolctl", "Pygments", "charset-normalizer", "cupy-cuda12x", "cupy-cuda13x",
)  # fmt: skip
"""The libraries that the program is built on; those that are not installed are left out."""
LOG_LINES, LONG = 40, 400


def parts() -> list[tuple[str, str, str]]:
    """Return (name, version, licence) of the libraries in use."""
    found = []
    for name in PARTS:
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found.append((name, str(about["Version"]), _licence(about)))
    return found


def text(settings: Settings) -> str:
    """Return the diagnostics as lines of text. Paths of a person's files are not among them."""
    lines = [
        f"Layerwright {engine.__version__}",
        f"Python {platform.python_version()} · {platform.platform()} · {os.cpu_count()} cores",
        f"Qt {qVersion()} · platform {QGuiApplication.platformName()}",
        *(f"{name} {version}" for name, version, _ in parts()),
        *(_screen(i, screen) for i, screen in enumerate(QGuiApplication.screens())),
        *(f"{s.id} = {settings.value(s.id)}" for s in SETTINGS),
        f"own keys: {len(settings.keys())}",
        "last lines of the log:",
        *(log_tail() or ["(none)"]),
    ]
    return "\n".join(lines) + "\n"


def log_tail(most: int = LOG_LINES) -> list[str]:
    """Return the last lines of the log, shortened, with ~ for the home folder."""
    try:
        content = (folder() / "logs" / "studio.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [_without_home(line)[:LONG] for line in content.splitlines()[-most:]]


def _without_home(line: str) -> str:
    for place, short in ((str(Path.home()), "~"), (sys.prefix, "PREFIX")):
        if len(place) > 1:
            line = line.replace(place, short)
    return line


def _screen(number: int, screen: QScreen) -> str:
    size, ratio = screen.size(), screen.devicePixelRatio()
    return f"screen {number + 1}: {size.width()} x {size.height()}, ratio {ratio:g}"


def _licence(about: "importlib.metadata.PackageMetadata") -> str:
    given = about.get_all("License-Expression") or []
    named = [c.rpartition("::")[2].strip() for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    free = [line for line in (about.get_all("License") or [""])[0].splitlines() if line.strip()]
    found = given or [n for n in named if n != "OSI Approved"] or free[:1] or ["see its files"]
    return str(found[0]).strip()[:60]
