"""Where the data lie: referenced by path, size and sha256, and found again when the project or the data have moved."""

import dataclasses
import hashlib
import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from engine.data.settings import Source
from engine.errors import DataError

BLOCK = 1 << 20


class MovedDataError(DataError):
    """The data are not where the project says, or are others. name: the file's; found: another of that name."""

    def __init__(self, message: str, name: str, found: Path | None = None) -> None:
        super().__init__(message)
        self.name, self.found = name, found


def refer(path: Path, source: Source) -> Source:
    """Return the source with path (absolute), size and sha256 of this file; raises DataError if it cannot be read."""
    size, sha256 = fingerprint(path)
    return dataclasses.replace(source, path=os.path.abspath(path), size=size, sha256=sha256)


def find(source: Source, base: Path | None = None) -> Path:
    """Return the file that a source means: at its path, or beside the project (`base` is the project's folder).

    Raises:
        MovedDataError: there is no such file, or only one with other content; the sentence says what to do.
    """
    if not source.path:
        raise DataError("This project has no data yet. Open a CSV first.")
    other: Path | None = None
    for path in _candidates(source.path, base):
        if path.is_file():
            if not source.sha256 or _same(path, source):
                return path
            other = other or path
    name = _name(source.path)
    if other:
        raise MovedDataError(f"{name} has changed since this project read it. Open it again to use it.", name, other)
    text = f"{name} is not where the project saw it. Put it beside the project, or say where it is."
    raise MovedDataError(text, name)


def fingerprint(path: Path) -> tuple[int, str]:
    """Return (size in bytes, sha256) of a file, read in blocks; raises DataError."""
    digest, size = hashlib.sha256(), 0
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"{str(path)!r:.200} cannot be read: {reason}. Choose a CSV file.") from None
    return size, digest.hexdigest()


def _candidates(path: str, base: Path | None) -> list[Path]:
    given = Path(path)
    beside = [] if base is None else [base / _name(path), base / "data" / _name(path)]
    if given.is_absolute() or base is None:
        return [given, *beside]
    return [base / given, *beside]


def _name(path: str) -> str:
    """The file's name, whichever system wrote the path."""
    return PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name


def _same(path: Path, source: Source) -> bool:
    if path.stat().st_size != source.size:
        return False
    return fingerprint(path)[1] == source.sha256
