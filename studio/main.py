"""The `layerwright` command. Subcommands go to the command line before Qt is imported; all else opens the studio.

Without a display, or with a system library missing, Qt aborts the process and no exception can be caught. So both are
looked for first, and what is missing is a sentence that names the package.
"""

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COMMANDS = ("train", "evaluate", "predict", "export", "check")
OPTIONS = ("--help", "-h", "--version")
CALM = "The commands train, evaluate, predict, export and check work without it."

LIBRARIES = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libX11.so.6": ("libx11-6", "libX11"),
}
"""Library that every window needs -> its package in Debian and in Fedora."""

X11_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
}
"""The same for X11."""

WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor"),
}
"""The same for Wayland."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = given[0] if given else ""
    if first == "demo":
        return _demo(given[1:])
    if first in COMMANDS or first in OPTIONS:
        return _command_line(given)
    if first.startswith("-"):
        return _refuse(f"There is no option {first}. layerwright --help lists what there is.")
    if len(given) > 1:
        return _refuse(f"The studio opens one file; {len(given)} were given. layerwright --help lists the commands.")
    return _studio(Path(first) if first else None)


def problem(environment: Mapping[str, str], load: Callable[[str], object] | None = None) -> str:
    """Return why no window can be opened here and what to do, or "" if one can.

    load: opens a system library, raising OSError (ctypes); given by tests.
    """
    if not sys.platform.startswith("linux"):
        return ""
    load = load or ctypes.CDLL
    platform = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    wayland, x11 = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if not platform:
        platform = "xcb" if x11 else "wayland" if wayland else ""
    if not platform:
        return f"The studio needs a display; neither DISPLAY nor WAYLAND_DISPLAY is set. {CALM}"
    libraries = LIBRARIES | {"xcb": X11_LIBRARIES, "wayland": WAYLAND_LIBRARIES}.get(platform, {})
    return _missing(libraries, load) or (_unreachable(x11 or "", load) if platform == "xcb" else "")


def _missing(libraries: Mapping[str, tuple[str, str]], load: Callable[[str], object]) -> str:
    gone = [name for name in libraries if not _loads(name, load)]
    if not gone:
        return ""
    debian, fedora = (" ".join(dict.fromkeys(libraries[name][i] for name in gone)) for i in (0, 1))
    what = "library" if len(gone) == 1 else "libraries"
    return (
        f"The studio needs the system {what} {', '.join(gone)}. Install on Debian or Ubuntu: "
        f"sudo apt install {debian} · on Fedora: sudo dnf install {fedora}. {CALM}"
    )


def _loads(name: str, load: Callable[[str], object]) -> bool:
    try:
        load(name)
    except OSError:
        return False
    return True


def _unreachable(display: str, load: Callable[[str], object]) -> str:
    """Try to connect to the X server: Qt aborts when it cannot."""
    try:
        xcb = load("libxcb.so.1")
    except OSError:
        return _missing({"libxcb.so.1": ("libxcb1", "libxcb")}, load)
    if not isinstance(xcb, ctypes.CDLL):
        return ""
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode() or None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"The studio needs a display; the X server at DISPLAY={display!a} does not answer. {CALM}" if failed else ""


def _studio(path: Path | None, *, demo: bool = False) -> int:
    if path is not None and not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        return _refuse(f"{str(path)!a} {what}. Give a .layerwright file, a CSV or a command (layerwright --help).")
    if sentence := problem(os.environ):
        return _refuse(sentence)
    from studio.app import run

    return run(path, demo=demo)


def _demo(rest: list[str]) -> int:
    """With a display the studio shows the demo; without one, or with options, the terminal does."""
    if rest or problem(os.environ):
        return _command_line(["demo", *rest])
    return _studio(None, demo=True)


def _command_line(arguments: list[str]) -> int:
    from engine.cli import main as command_line

    return command_line(arguments)


def _refuse(sentence: str) -> int:
    print(f"layerwright: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
