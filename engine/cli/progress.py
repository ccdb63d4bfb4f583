"""Progress of a fit on stderr: a live line in a terminal, a line now and then in a log."""

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

from engine.cli.output import duration, figure, say

if TYPE_CHECKING:
    from engine.project.fitting import Fitting
    from engine.training.report import Report

EVERY = 2.0
"""Seconds between two lines of a log."""
REDRAW = 0.05
SHOWN = ("loss", "val_loss", "accuracy", "val_accuracy")


class Progress(Protocol):
    """Told the reports of a fit. batches: whether it wants those of batches, too."""

    batches: bool

    def __enter__(self) -> "Progress": ...

    def __exit__(self, *details: Any) -> None: ...

    def show(self, report: "Report", epochs: int) -> None: ...


class Pace:
    """Time left, from the mean time of what is done since it began."""

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def left(self, done: float, epochs: int) -> float:
        """Return seconds left; done: epochs done, fractions included."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, done)
        since, begun = self._first
        share = done - begun
        return (now - since) / share * (epochs - done) if share > 0 else 0.0


class Live:
    """A bar that is redrawn in place."""

    batches = True

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        text = TextColumn("{task.description}", markup=False)
        self._bar = Bar(text, BarColumn(), TextColumn("{task.fields[about]}", markup=False), console=console)
        self._task: Any = None
        self._pace = Pace()

    def __enter__(self) -> "Live":
        self._bar.start()
        return self

    def __exit__(self, *details: Any) -> None:
        self._bar.stop()

    def show(self, report: "Report", epochs: int) -> None:
        done = _done(report)
        if self._task is None:
            self._task = self._bar.add_task("epoch", total=epochs, about="")
        left = duration(self._pace.left(done, epochs))
        about = f"{_figures(report)} · {left} left"
        self._bar.update(self._task, completed=done, description=f"epoch {report.epoch + 1}/{epochs}", about=about)


class Log:
    """A line every two seconds."""

    batches = False

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY
        self._pace = Pace()

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, *details: Any) -> None:
        return None

    def show(self, report: "Report", epochs: int) -> None:
        left = self._pace.left(_done(report), epochs)
        if report.kind == "epoch" and time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            say(f"epoch {report.epoch + 1}/{epochs} · {_figures(report)} · {duration(left)} left")


def progress() -> Progress:
    """Return the form of progress that fits stderr."""
    return Live() if sys.stderr.isatty() else Log()


def watch(fitting: "Fitting") -> None:
    """Take the reports of a fit to the end while showing them; events are said as lines."""
    with progress() as view:
        last = 0.0
        for report in fitting if view.batches else fitting.by_epoch():
            if report.kind == "event" and report.message:
                say(report.message)
            if report.kind != "batch" or time.monotonic() - last > REDRAW:
                view.show(report, fitting.epochs)
                last = time.monotonic()


def _done(report: "Report") -> float:
    if report.kind == "batch":
        return report.epoch + report.batch / max(1, report.batches)
    return float(report.epoch + 1)


def _figures(report: "Report") -> str:
    return " · ".join(f"{name} {figure(report.logs[name])}" for name in SHOWN if name in report.logs)
