"""Replacing a file in one step: whoever reads it, or whatever kills us, finds the old one or the new one, whole."""

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import DeviceError, UsageError

WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between tries: on Windows a virus scanner or an indexer holds a file for a moment."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def replace_file(path: Path, write: Callable[[Path], None], verify: Callable[[Path], None]) -> None:
    """Call `write` with a new file beside `path`, flush it to the disk, `verify` it and put it in the place of `path`.

    Links are followed, permissions kept, leftovers of killed processes swept.

    Raises:
        UsageError: the folder does not exist or `path` is one. DeviceError: no permission, no space, a broken disk.
        Whatever `verify` raises. In each case the old file is untouched and nothing is left beside it.
    """
    real = Path(os.path.realpath(path))
    with _sentences(path):
        if real.is_dir():
            raise UsageError(f"{path} is a folder. Give a file name.")
        if not real.parent.is_dir():
            raise UsageError(f"The folder {real.parent} does not exist. Create it or choose another.")
        _sweep(real)
        beside = real.with_name(f".{real.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            _create(beside, real)
            write(beside)
            _flush(beside)
            verify(beside)
            _replace(beside, real)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _flush_folder(real.parent)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file by these bytes in one step; raises as `replace_file`."""
    replace_file(path, lambda file: _write_all(file, data), lambda written: None)


def _write_all(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _create(beside: Path, real: Path) -> None:
    handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    os.close(handle)
    with contextlib.suppress(FileNotFoundError):
        os.chmod(beside, stat.S_IMODE(os.stat(real).st_mode) | stat.S_IWUSR)


def _flush(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _replace(source: Path, target: Path) -> None:
    for wait in WAITS:
        try:
            os.replace(source, target)
        except PermissionError:
            if os.name == "posix":
                raise
            time.sleep(wait)
        else:
            return
    os.replace(source, target)


def _sweep(real: Path) -> None:
    """Remove what processes that no longer run left beside this file."""
    name = re.compile(re.escape(f".{real.name[:100]}.") + r"([0-9]{1,10})-[0-9a-f]{8}\.part\Z")
    for entry in os.scandir(real.parent):
        found = name.match(entry.name)
        if found and not _running(int(found[1])):
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def _running(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise DeviceError(f"{path} may not be written. Change its permissions or choose another folder.") from None
    except OSError as error:
        if error.errno in FULL:
            raise DeviceError(f"There is no space left for {path}; the old file is as it was. Free space.") from None
        what = error.strerror or str(error)
        raise DeviceError(f"{path} cannot be written ({what}). Choose another folder.") from None
