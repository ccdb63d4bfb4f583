"""Pictures of every page, light and dark, of a real project that is opened, trained and evaluated in the studio.

    python tests/end_to_end/screenshots.py [--size 1440x900] [--scale 1.0] [--sample penguins] [--out FOLDER]
    python tests/end_to_end/screenshots.py --states --out FOLDER [--size 1120x700] [--scale 1.5]
    python tests/end_to_end/screenshots.py --all --out FOLDER [--modes light,dark,contrast]

Writes NAME-light.png and NAME-dark.png for start, data, define, compile, fit, evaluate, predict and export. With
--states it writes what the design draws instead (`tests.end_to_end.states`), with --all that in 1440x900, in 1120x700
and in 150 %, a folder each; --modes takes high contrast as well. Without a display set QT_QPA_PLATFORM=offscreen (the
default here).
"""

import argparse
import contextlib
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPixmap
    from PySide6.QtWidgets import QWidget

    from studio.app import Studio

ROOT = Path(__file__).parents[2]
OUT = ROOT / "resources" / "help" / "screenshots"
NAMES = ("start", "data", "define", "compile", "fit", "evaluate", "predict", "export")
MODES = ("light", "dark")
LIMIT = 120_000
"""Bytes above which a picture gets fewer colours."""
COLORS = 256
SETS = (("1440x900", "1.0"), ("1120x700", "1.0"), ("1440x900", "1.5"))
"""Size of the window and scale of the screen, for --all."""


def take(
    out: Path,
    size: tuple[int, int] = (1440, 900),
    sample: str = "penguins",
    fit_seconds: float = 90.0,
    modes: Sequence[str] = MODES,
) -> None:
    """Make all pictures.

    LAYERWRIGHT_HOME names a folder for settings and the saved project; automatic garbage collection must be off.
    out: the folder for the pictures. size: of the window, in logical pixels. fit_seconds: how long the fit may take.
    """
    with window(out, size) as studio:
        _train(studio, sample, fit_seconds)
        for mode in modes:
            studio.actions.trigger(f"view.{mode}")
            for name, widget in _scenes(studio):
                save(widget, out / f"{name}-{mode}.png")


def take_states(out: Path, size: tuple[int, int] = (1440, 900), modes: Sequence[str] = MODES) -> None:
    """Make the pictures of the states that the design draws; as `take`."""
    from tests.end_to_end import states

    with window(out, size) as studio:
        for mode in modes:
            studio.actions.trigger(f"view.{mode}")
            for name, shown in states.scenes(studio):
                save(shown, out / f"{name}-{mode}.png")


@contextlib.contextmanager
def window(out: Path, size: tuple[int, int]) -> "Iterator[Studio]":
    """Give a studio on screen, and end it."""
    from studio.app import Settings, Studio, prepare_application

    settings = Settings()
    settings.theme = "light"
    prepare_application(settings)
    studio = Studio(settings)
    studio.window.resize(*size)
    studio.window.show()
    studio.window.activateWindow()
    studio.look_for_device()
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield studio
    finally:
        studio.finish()
        _wait(0.05)


def _train(studio: "Studio", sample: str, seconds: float) -> None:
    """Open the sample, let the studio suggest a network, and fit it to the end."""
    from studio.document import templates

    studio.documents.open_sample(next(s for s in templates.samples() if s.id == sample))
    until(lambda: studio.session.prepared is not None and studio.session.project.network.nodes, 20, "the data")
    studio.show_stage("compile")
    until(lambda: studio.session.stage_mark("compile") == "done", 20, "the program")
    studio.show_stage("fit")
    studio.window.top.press_primary()
    until(lambda: studio.session.run is not None and studio.session.progress is None, seconds, "the fit")
    for stage in ("evaluate", "predict"):
        studio.show_stage(stage)
        quiet()
    studio.session.path = Path(os.environ["LAYERWRIGHT_HOME"]) / "Penguins.layerwright"
    studio.documents.save()


def _scenes(studio: "Studio") -> Iterator[tuple[str, "QWidget"]]:
    """Put one page after the other on screen."""
    studio.show_start()
    quiet()
    yield "start", studio.window
    for stage in studio.stages():
        studio.show_stage(stage)
        if stage == "define":
            _select_a_layer(studio)
        quiet()
        yield stage, studio.window
    yield from _export(studio)


def _select_a_layer(studio: "Studio") -> None:
    network = studio.session.project.network
    first = next(id for id, node in network.nodes.items() if node.layer.KERAS == "Dense")
    studio.session.selection.set(first)


def _export(studio: "Studio") -> Iterator[tuple[str, "QWidget"]]:
    from PySide6.QtWidgets import QApplication, QDialog

    studio.export()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
    quiet()
    yield "export", dialog
    dialog.reject()
    quiet()


# ---- waiting ----
def _wait(seconds: float) -> None:
    from PySide6.QtTest import QTest

    QTest.qWait(int(seconds * 1000))


def until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Run the event loop until something holds; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        _wait(0.02)


def quiet(seconds: float = 20.0) -> None:
    """Wait until no job works, then until everything is drawn."""
    from studio.jobs import Job

    _wait(0.1)
    until(lambda: not Job.running, seconds, "the end of the work")
    _wait(0.25)


# ---- files ----
def save(shown: "QWidget | QPixmap", path: Path) -> None:
    """Write the picture of a widget, or one that was made; a large one gets fewer colours."""
    grab = getattr(shown, "grab", None)
    picture = (grab() if grab else shown).toImage()  # type: ignore[union-attr]
    picture.setDevicePixelRatio(1.0)
    if not picture.save(str(path), "PNG", 0):
        raise OSError(f"{path} could not be written.")
    if path.stat().st_size > LIMIT:
        fewer_colors(picture).save(str(path), "PNG", 0)


def fewer_colors(picture: "QImage") -> "QImage":
    """Return the picture with at most 256 colours: those that are missed most, by pixels and distance."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    flat = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(flat.constBits(), np.uint32).reshape(flat.height(), flat.bytesPerLine() // 4)
    shades, counts = np.unique(pixels[:, : flat.width()] | 0xFF000000, return_counts=True)
    table = [int(shades[i]) for i in chosen(shades, counts)]
    return flat.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)


def chosen(shades: np.ndarray, counts: np.ndarray) -> list[int]:
    """Return which colours to keep: again and again the one with the largest pixels x squared distance to the rest."""
    parts = np.stack([shades >> 16 & 255, shades >> 8 & 255, shades & 255], 1).astype(np.int64)
    picks, far = [int(counts.argmax())], np.full(len(shades), np.iinfo(np.int64).max)
    while len(picks) < min(COLORS, len(shades)):
        far = np.minimum(far, ((parts - parts[picks[-1]]) ** 2).sum(1))
        picks.append(int((far * counts).argmax()))
    return picks


def _everything(out: Path, modes: str) -> int:
    """Make the states in all sizes: the scale of the screen is fixed when a process begins, so each has its own."""
    for size, scale in SETS:
        folder = out / f"{size}-{float(scale):.0%}".replace("%", "")
        call = [sys.executable, __file__, "--states", "--size", size, "--scale", scale, "--out", str(folder)]
        call += ["--modes", modes]
        if code := subprocess.call(call):
            return code
    return 0


def _refuse() -> int:
    print("--states and --all need --out: the default folder holds the pictures of the README.", file=sys.stderr)
    return 2


def main() -> int:
    """Make the pictures in a home of their own."""
    parser = argparse.ArgumentParser(description="Pictures of every page, light and dark.")
    parser.add_argument("--size", default="1440x900", help="size of the window, as WIDTHxHEIGHT")
    parser.add_argument("--scale", default="1.0", help="scale of the screen, as 1.5")
    parser.add_argument("--sample", default="penguins", help="name of a bundled sample")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    parser.add_argument("--states", action="store_true", help="the states that the design draws")
    parser.add_argument("--all", action="store_true", help="the same in all sizes and scales, a folder each")
    parser.add_argument("--modes", default=",".join(MODES), help="looks: light, dark, contrast")
    given = parser.parse_args()
    if given.all or (given.states and given.out == OUT):
        return _everything(given.out, given.modes) if given.out != OUT else _refuse()
    width, height = (int(n) for n in given.size.split("x"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = given.scale
    sys.path.insert(0, str(ROOT))
    gc.disable()  # as in studio.app.run: a worker's collection must not meet widgets
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERWRIGHT_HOME"] = os.environ["HOME"] = home  # so that no path of this machine is in a picture
        if given.states:
            take_states(given.out, (width, height), given.modes.split(","))
        else:
            take(given.out, (width, height), given.sample, modes=given.modes.split(","))
    for path in sorted(given.out.glob("*.png")):
        print(f"{path.name:24} {path.stat().st_size / 1000:6.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
