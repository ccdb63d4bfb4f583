"""Recovery files: the unsaved work of a session, outside the user's own files, found again after a kill or a power cut.

Each session owns a folder in the state folder and holds a lock on it that the operating system gives back when the
process ends, however it ends. A folder that nobody holds is left over work.
"""

import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.errors import LayerwrightError, ProjectError
from engine.project import file, json
from engine.project.atomic import write_bytes
from engine.project.container import FolderMembers
from engine.project.document import Project
from engine.project.runs import RunStore

ABOUT, OWNER = "about.json", "owner"
YOUNG = 60.0
"""Seconds for which an empty folder may be that of a session that is just starting."""


@dataclass(frozen=True)
class Recovered:
    """Work that a session left behind. path: the file it belongs to, None if never saved. time: seconds since 1970."""

    folder: Path
    name: str
    path: Path | None
    time: float

    def load(self) -> tuple[Project, RunStore]:
        """Return the project and its runs; the recovery files stay until `discard`. Raises ProjectError."""
        return file.unpack(FolderMembers(self.folder))


class Recovery:
    """The recovery folder of one open document: made when it opens, closed when nothing is left to recover."""

    def __init__(self, base: Path | None = None) -> None:
        folder = base or state_folder()
        stamp = f"{os.getpid()}-{time.time_ns():x}-{secrets.token_hex(2)}"
        self.folder = folder / stamp
        self.folder.mkdir(parents=True, mode=0o700)
        self._owner = open(self.folder / OWNER, "wb")  # noqa: SIM115  (held open as long as the document)
        _lock(self._owner)

    def write(self, project: Project, runs: RunStore, path: Path | None = None) -> None:
        """Write project.json, and the arrays of each run once. Raises DeviceError when the disk does not take it."""
        for run in runs:
            if not (self.folder / "runs" / run.id / "run.json").exists():
                self._write_run(file.run_members(run))
        write_bytes(self.folder / "project.json", file.project_bytes(project, runs))
        about = {"name": project.name, "path": None if path is None else str(path.resolve()), "time": time.time()}
        write_bytes(self.folder / ABOUT, json.dumps(json.plain(about)))

    def clear(self) -> None:
        """Remove what was written: the work is in the user's file now."""
        for name in (ABOUT, "project.json"):
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Give the lock back and remove the folder: nothing is left to recover."""
        self._owner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_run(self, members: dict[str, bytes]) -> None:
        """Arrays first, run.json last: it says that the run is whole."""
        for name, data in reversed(members.items()):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / name, data)


def list_recovered(base: Path | None = None) -> tuple[Recovered, ...]:
    """Return the work that ended sessions left behind, newest first; empty leftovers are removed."""
    folder = base or state_folder()
    found = [entry for path in _folders(folder) if not _held(path) and (entry := _entry(path))]
    return tuple(sorted(found, key=lambda entry: entry.time, reverse=True))


def discard(entry: Recovered) -> None:
    """Remove left over work for good."""
    shutil.rmtree(entry.folder, ignore_errors=True)


def state_folder() -> Path:
    """Return the folder of all recovery files: LAYERWRIGHT_HOME if set, else the state folder of the platform."""
    if home := os.environ.get("LAYERWRIGHT_HOME"):
        return Path(home) / "recovery"
    import platformdirs

    return Path(platformdirs.user_state_path("layerwright", appauthor=False)) / "recovery"


def _folders(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from sorted(path for path in folder.iterdir() if path.is_dir())


def _entry(path: Path) -> Recovered | None:
    try:
        values: Any = json.parse((path / ABOUT).read_bytes(), ABOUT)
        where = None if values["path"] is None else Path(values["path"])
        return Recovered(path, str(values["name"]), where, float(values["time"]))
    except FileNotFoundError:
        if time.time() - path.stat().st_mtime > YOUNG:
            shutil.rmtree(path, ignore_errors=True)
    except (OSError, LayerwrightError, ValueError, TypeError, KeyError):
        return _nameless(path)
    return None


def _nameless(path: Path) -> Recovered | None:
    """Work whose label is damaged is still offered."""
    with contextlib.suppress(OSError, ProjectError):
        return Recovered(path, "Recovered project", None, (path / "project.json").stat().st_mtime)
    return None


def _held(path: Path) -> bool:
    """Whether a living process holds the folder."""
    try:
        with open(path / OWNER, "rb+") as owner:
            return not _lock(owner)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _lock(handle: IO[bytes]) -> bool:
    """Take the lock of an open file without waiting; whether it was free. Closing the file gives it back."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
