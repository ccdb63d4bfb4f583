"""Reading the members of a project file (a zip) or of a recovery folder: by exact name, capped, nothing extracted."""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.errors import DeviceError, ProjectError, UsageError

MiB = 1 << 20
TOTAL = 2048 * MiB
MEMBERS = 3000
RATIO = 100
NAME = re.compile(r"project\.json\Z|runs/r[1-9][0-9]{0,8}/(run\.json|weights\.safetensors|more\.safetensors)\Z")
CAPS = {"project.json": 16 * MiB, "run.json": 64 * MiB, "weights.safetensors": TOTAL, "more.safetensors": TOTAL}
"""File name inside the container -> most bytes that are read from it."""
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Members(Protocol):
    """What `file.load` reads from: named byte strings."""

    name: str

    def names(self) -> tuple[str, ...]:
        """Return the names of all members."""
        ...

    def size(self, name: str) -> int:
        """Return the bytes of a member."""
        ...

    def read(self, name: str) -> bytes:
        """Return a member whole; raises ProjectError."""
        ...


class ZipMembers:
    """A project file. Opening checks the directory of the zip; each read opens the file for itself.

    Raises:
        ProjectError: it is no zip, is damaged, or goes beyond a cap. UsageError: there is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        with reading(self.name):
            _check_end(path)
            with zipfile.ZipFile(path) as archive:
                self._infos = {info.filename: info for info in _checked(archive.infolist(), self.name)}

    def names(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def size(self, name: str) -> int:
        return self._infos[name].file_size

    def read(self, name: str) -> bytes:
        cap = CAPS[name.rpartition("/")[2]]
        with reading(self.name), zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
            data = member.read(min(cap, self.size(name)) + 1)
        if len(data) != self.size(name):
            raise ProjectError(f"{self.name} is damaged: {name} is not as long as it says.")
        return data


class FolderMembers:
    """A recovery folder: the same members as plain files."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name

    def names(self) -> tuple[str, ...]:
        with reading(self.name):
            found = sorted(p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file())
        return tuple(name for name in found if NAME.match(name))

    def size(self, name: str) -> int:
        with reading(self.name):
            return (self.path / name).stat().st_size

    def read(self, name: str) -> bytes:
        cap = CAPS[name.rpartition("/")[2]]
        with reading(self.name), open(self.path / name, "rb") as file:
            data = file.read(cap + 1)
        if len(data) > cap:
            raise ProjectError(f"{self.name} is too large: {name} has more than {cap // MiB} MiB.")
        return data


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into sentences."""
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"There is no file {name}. Check the name and the folder.") from None
    except IsADirectoryError:
        raise UsageError(f"{name} is a folder; a project is a file that ends in .layerwright.") from None
    except PermissionError:
        raise DeviceError(f"{name} may not be read. Change its permissions or choose another file.") from None
    except DAMAGED as error:
        what = str(error) or type(error).__name__
        raise ProjectError(f"{name} is no project file or is damaged: {what:.120}.") from None
    except OSError as error:
        raise ProjectError(f"{name} cannot be read: {error.strerror or error}.") from None
    except MemoryError:
        raise DeviceError(f"{name} does not fit into memory. Close other programs or use a smaller project.") from None


def _check_end(path: Path) -> None:
    """Check size and number of members before the directory of the zip is parsed."""
    size = os.stat(path).st_size
    if size > TOTAL:
        raise ProjectError(f"{path.name} is too large: {size // MiB} MiB; at most {TOTAL // MiB} MiB are read.")
    with open(path, "rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ProjectError(f"{path.name} is no project file or is damaged: the end of a zip is missing.")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise ProjectError(f"{path.name} is no project file: it uses zip64, which projects never need.")
    _check_count(struct.unpack_from("<H", tail, at + 10)[0], path.name)


def _check_count(count: int, name: str) -> None:
    if count > MEMBERS:
        raise ProjectError(f"{name} holds {count} members; a project has at most {MEMBERS}.")


def _checked(infos: list[zipfile.ZipInfo], name: str) -> list[zipfile.ZipInfo]:
    """Return the members if names, sizes and ratios are those of a project."""
    _check_count(len(infos), name)
    seen: set[str] = set()
    for info in infos:
        if problem := _problem(info, seen):
            raise ProjectError(f"{name} is no project file or is damaged: {problem}.")
        seen.add(info.filename)
    if sum(info.file_size for info in infos) > TOTAL:
        raise ProjectError(f"{name} is too large: unpacked it has more than {TOTAL // MiB} MiB.")
    return infos


def _problem(info: zipfile.ZipInfo, seen: set[str]) -> str:
    what = ascii(info.filename[:60])
    if not NAME.match(info.filename):
        return f"the member {what} does not belong into a project"
    if info.filename in seen:
        return f"the member {what} is there twice"
    if info.flag_bits & 0x1:
        return f"the member {what} is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"the member {what} is packed in an unknown way"
    if info.file_size > CAPS[info.filename.rpartition("/")[2]]:
        return f"the member {what} is too large ({info.file_size // MiB} MiB)"
    if info.file_size > MiB and info.file_size > RATIO * info.compress_size:
        return f"the member {what} unpacks to more than {RATIO} times its size"
    return ""
