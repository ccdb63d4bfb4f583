"""The head of the Fit page: epoch, batch, bar, time left, pace, and the buttons of the run."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.project.runs import Run
from studio.actions import tell_keys, with_key
from studio.pages import numbers
from studio.pages.fit.pace import Pace
from studio.text import tr
from studio.widgets import Box, Button, Label, ProgressBar, column, fixed, lay, row

Phase = Literal["idle", "preparing", "running", "paused", "stopping", "finished", "stopped", "failed"]
ALIVE: tuple[Phase, ...] = ("preparing", "running", "paused", "stopping")
PHASES: dict[Phase, str] = {
    "idle": "ready", "preparing": "compiling", "running": "running", "paused": "paused", "stopping": "stopping",
    "finished": "finished", "stopped": "stopped", "failed": "failed",
}  # fmt: skip
TONES: dict[Phase, str] = {"failed": "danger.text", "finished": "success.text", "stopped": "text.secondary"}


@dataclass(frozen=True, slots=True)
class Progress:
    """What the head shows. epoch counts from 1 and is the running one, batch counts those done in it."""

    title: str
    phase: Phase
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    share: float = 0.0


class Fact(QWidget):
    """A caption over a figure."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.figure = Label(numbers.NONE, 13, 600, tabular=True, name=caption)
        self.caption = Label(caption, 11, 500, "text.muted")
        lay(self, [None, self.caption, self.figure, None], True, 2, 0)
        self.setMinimumWidth(62)

    def show_text(self, text: str, caption: str = "") -> None:
        """Show a figure, under another caption where given; setting the same text again costs nothing."""
        if caption and caption != self.caption.full_text():
            self.caption.setText(caption)
            self.figure.setAccessibleName(caption)
        if text != self.figure.full_text():
            self.figure.setText(text)


class ProgressHead(Box):
    """One line over the charts. Signals `paused`, `resumed`, `stopped`, `continued`, `started`: a person pressed it."""

    paused, resumed, stopped, continued, started = Signal(), Signal(), Signal(), Signal(), Signal()

    def __init__(self) -> None:
        self.epoch = Label("", 20, 600, display=True, name=tr("Epoch"))
        self.of = Label("", 13, 400, "text.muted")
        self.batch = Label("", 11, 400, "text.muted", tabular=True, name=tr("Batch"))
        self.state = Label("", 12, 600, "accent.text", elide=True, name=tr("Run state"))
        self.percent = Label("", 12, 600, tabular=True)
        self.bar = ProgressBar(name=tr("Progress of the fit"))
        self.left, self.per_epoch = Fact(tr("Time left")), Fact(tr("Per epoch"))
        self.speed = Fact(tr("Rows / s"))
        self.toggle = Button(tr("Pause"), "pause", name=tr("Pause"), tooltip=tr("Pause or resume (Space)"))
        self.stop = Button(tr("Stop"), "square", "danger")
        tell_keys(self.stop, "setToolTip", partial(with_key, tr("Finish this batch, then stop"), "fit.stop"))
        where = column(None, row(self.epoch, self.of, None, spacing=6), self.batch, None, spacing=1)
        line = column(None, row((self.state, 1), self.percent, spacing=6), self.bar, None, spacing=6)
        facts = row(self.left, self.per_epoch, self.speed, spacing=16)
        super().__init__(
            fixed(where, 150),
            (line, 1),
            4,
            facts,
            4,
            self.toggle,
            self.stop,
            vertical=False,
            spacing=14,
            margins=(16, 0, 12, 0),
        )
        self.setFixedHeight(68)
        self.setAccessibleName(tr("Progress"))
        self._phase: Phase = "idle"
        self.toggle.clicked.connect(self._toggled)
        self.stop.clicked.connect(self._stop_pressed)
        self.show_progress(Progress("", "idle"))

    def show_progress(self, now: Progress, pace: Pace | None = None) -> None:
        """Show where the run is."""
        self._show_place(now)
        self._show_pace(now, pace)
        if now.phase != self._phase or not self.toggle.text():
            self._phase = now.phase
            self._show_buttons()

    def show_past(self, title: str, run: Run) -> None:
        """Show a run that has ended: how far it came and how fast it was."""
        planned = run.project.fit.epochs or 0
        share = 1.0 if run.status == "finished" else min(run.epochs / planned, 1.0) if planned else 0.0
        self.show_progress(Progress(title, run.status, run.epochs, planned, share=share))
        epochs, rows = run.epochs or math.nan, run.rows.get("train", 0)
        self.left.show_text(numbers.duration(run.seconds), tr("Took"))
        self.per_epoch.show_text(numbers.duration(run.seconds / epochs))
        speed = rows * run.epochs / run.seconds if run.seconds > 0 else 0
        self.speed.show_text(f"{speed:,.0f}" if speed else numbers.NONE)

    def _show_place(self, now: Progress) -> None:
        known = now.phase != "idle"
        self.epoch.setText(tr("Epoch {n}", n=now.epoch) if known else tr("Ready"))
        self.of.setText(tr("of {n}", n=now.epochs) if known and now.epochs else "")
        self.batch.setText(tr("batch {n} / {all}", n=now.batch, all=now.batches) if now.batches else "")
        self.state.set_color(TONES.get(now.phase, "accent.text"))
        self.state.setText(" · ".join(part for part in (now.title, tr(PHASES[now.phase])) if part))
        self.percent.setText(f"{100 * now.share:.0f} %" if known and now.phase != "finished" else "")
        self.bar.set_value(now.share, "accent.fill" if now.phase in ALIVE else "border.control")

    def _show_pace(self, now: Progress, pace: Pace | None) -> None:
        running = now.phase in ("running", "paused")
        self.left.show_text(numbers.clock(pace.left) if pace and running else numbers.NONE, tr("Time left"))
        self.per_epoch.show_text(numbers.duration(pace.per_epoch) if pace else numbers.NONE)
        rows = pace.rows_per_second if pace else None
        self.speed.show_text(numbers.NONE if rows is None else f"{rows:,.0f}")

    def _show_buttons(self) -> None:
        alive, phase = self._phase in ALIVE, self._phase
        text, icon = ("Pause", "pause") if phase in ("running", "preparing", "stopping") else ("Resume", "play")
        if not alive:
            text, icon = ("Continue", "play") if phase == "stopped" else ("Start fit", "play")
        self.toggle.set_text(tr(text), icon)
        self.toggle.setAccessibleName(tr(text))
        self.toggle.setEnabled(phase not in ("preparing", "stopping"))
        self.toggle.setVisible(alive or phase == "stopped")
        self.stop.setVisible(alive)
        self.stop.setEnabled(phase != "stopping")

    def _toggled(self) -> None:
        signal = {"running": self.paused, "paused": self.resumed, "stopped": self.continued}.get(
            self._phase, self.started
        )
        signal.emit()

    def _stop_pressed(self) -> None:
        self.stopped.emit()
