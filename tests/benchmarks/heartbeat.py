"""How smooth the window stays while the smallest network trains flat out on the real Fit page, and what that costs.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/heartbeat.py [--seconds 10]

Prints the lateness of a 16 ms timer of the GUI (p50, p99) and the training speed on the page as a share of the speed
without any window, measured in the same process before and after. Targets: p99 <= 16 ms, share >= 80 %.
"""

import argparse
import dataclasses
import importlib.resources
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

PERIOD = 0.016
EPOCHS = 10_000_000
WARM_UP = 1.0
TARGET_MS, TARGET_SHARE = 16.0, 0.80


def project_and_data():
    """Return a project of one Dense layer on iris without callbacks, its table and its prepared data."""
    from engine.layers.core import Dense, Input
    from engine.network.network import stack
    from engine.project import lifecycle

    path = importlib.resources.files("resources").joinpath("samples", "iris.csv")
    project = lifecycle.new_project(str(path), "species")
    table = lifecycle.open_table(project)
    network = stack(Input(), Dense(3, activation="softmax"))
    project = dataclasses.replace(project, network=network)
    fit = dataclasses.replace(project.fit, epochs=EPOCHS, batch_size=32, callbacks=())
    project = dataclasses.replace(project, fit=fit)
    return project, table, lifecycle.prepare(project, table)


def headless(project, prepared, seconds: float) -> float:
    """Return training steps per second without a window, in a thread of its own as in the studio."""
    from engine.project import lifecycle

    found: list[float] = []

    def train() -> None:
        fitting = lifecycle.start(project, prepared)
        parameters = fitting.training.parameters
        began, first = time.perf_counter(), parameters.iterations
        for _ in fitting:
            if time.perf_counter() - began > seconds:
                break
        found.append((parameters.iterations - first) / (time.perf_counter() - began))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    return found[0]


class Heartbeat:
    """A 16 ms timer that notes how late it is."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: list[float] = []
        self._last: float | None = None
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(PERIOD * 1000))
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to note."""
        self._last = None
        self._timer.start()

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.late.append(max(now - self._last - PERIOD, 0.0))
        self._last = now


def on_the_page(project, table, prepared, seconds: float) -> tuple[float, list[float], int]:
    """Return steps per second on the Fit page, the lateness of each beat in seconds, and the frames that were drawn."""
    from PySide6.QtWidgets import QApplication

    from studio import theme
    from studio.app import SWITCH_SECONDS
    from studio.document.session import Session
    from studio.jobs import Collector
    from studio.pages.fit import FitPage
    from studio.window.main_window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    sys.setswitchinterval(SWITCH_SECONDS)
    theme.load()
    theme.apply(app, "light")
    window, session, collector = MainWindow(), Session(), Collector()
    session.open(project)
    session.set_table(table)
    session.set_prepared(prepared)
    page = FitPage(session, window.actions_)
    page.status_changed.connect(window.refresh)
    window.show_page(page)
    window.show()
    collector.freeze()
    heart = Heartbeat()
    assert page.start(), "the fit could not be started"
    pump(WARM_UP)
    heart.start()
    parameters = page.fitter.fitting.training.parameters
    began, first, frames = time.perf_counter(), parameters.iterations, page.drawing.frames
    pump(seconds)
    speed = (parameters.iterations - first) / (time.perf_counter() - began)
    drawn = page.drawing.frames - frames
    heart.stop()
    page.shut()
    collector.stop()
    window.close_for_good()
    return speed, heart.late, drawn


def pump(seconds: float) -> None:
    """Run an event loop for a while, as the application does."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def measure(seconds: float) -> dict[str, float]:
    """Return the figures of one run."""
    project, table, prepared = project_and_data()
    before = headless(project, prepared, seconds / 2)
    speed, late, frames = on_the_page(project, table, prepared, seconds)
    alone = (before + headless(project, prepared, seconds / 2)) / 2
    return {
        "late_p50_ms": float(np.percentile(late, 50) * 1000),
        "late_p99_ms": float(np.percentile(late, 99) * 1000),
        "late_max_ms": float(np.max(late) * 1000),
        "frames_per_second": frames / seconds,
        "steps_per_second": speed,
        "headless_steps_per_second": alone,
        "share": speed / alone,
    }


def main() -> int:
    """Print the figures; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("LAYERWRIGHT_HOME", str(Path(home)))
        found = measure(given.seconds)
    if given.json:
        print(json.dumps(found))
    else:
        late, frames = [found[f"late_{name}_ms"] for name in ("p50", "p99", "max")], found["frames_per_second"]
        print(
            f"timer lateness  p50 {late[0]:.1f} ms  p99 {late[1]:.1f} ms (target {TARGET_MS:g})  max {late[2]:.1f} ms"
        )
        print(f"training speed  {found['steps_per_second']:,.0f} steps/s with {frames:.1f} frames/s on the page")
        alone = found["headless_steps_per_second"]
        print(f"                {alone:,.0f} steps/s alone: {found['share']:.0%} (target {TARGET_SHARE:.0%})")
    return 0 if found["late_p99_ms"] <= TARGET_MS and found["share"] >= TARGET_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
