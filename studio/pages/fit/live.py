"""The run that is being fitted, as the page sees it: curves, pace, events, learning rate. It holds no Qt."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.document.live import Live
from studio.pages import numbers
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.events import Event, Kind
from studio.pages.fit.norms import Norms, State
from studio.pages.fit.pace import Pace
from studio.pages.fit.past import best_sentence
from studio.pages.fit.progress import Phase, Progress
from studio.text import tr

if TYPE_CHECKING:
    from engine.training.report import Report
    from studio.pages.fit.fitter import Begun

KINDS: dict[str, Kind] = {"event": "callback", "end": "end"}


class LiveRun:
    """Takes reports in; the page reads from it when it draws. `events` are oldest first, `rows` in own units.

    shown: the epoch (from 1) that the head says: others say the same.
    """

    def __init__(self, begun: "Begun", title: str) -> None:
        self.fitting, self.title = begun.fitting, title
        training = self.training = begun.fitting.training
        self.epochs: int = training.options.epochs
        self.curves = RunCurves()
        self.rows: list[dict[str, float]] = []
        self._trained = frozenset(n.id for n in begun.fitting.project.network if n.trainable)
        self.norms = Norms(tuple(training.parameters.layout.layers), begun.fitting.project.network)
        self._found: set[tuple[int, State]] = set()
        training.watch_weights = True
        self._scaled = begun.fitting.machine.own_units({"loss": 1.0}) != {"loss": 1.0}
        self.pace = Pace(training.batches, self.epochs, training.setup.train.rows)
        self.events: list[Event] = []
        self.rate_changes: list[float] = []
        self.epoch, self.batch, self.batches = begun.epoch, 0, training.batches
        self.shown = begun.epoch + 1
        self._best: tuple[int, float] | None = None
        self._tell("start", self._beginning(begun.resumed))

    @property
    def rate(self) -> float:
        """The learning rate of the next batch."""
        return self.training.learning_rate

    @property
    def where(self) -> float:
        """The place on the x axis: epochs done, with a fraction."""
        return self.epoch + self.batch / max(self.batches, 1)

    def take(self, reports: "Sequence[Report]") -> None:
        """Take note of new reports: the last one says where we are, events and the end are sentences to keep."""
        said = [report for report in reports if report.kind in KINDS and report.message]
        if said:
            self.read()  # the best epoch comes before what callbacks say of it
        for report in said:
            if not self._said(report.message):
                self._tell(KINDS[report.kind], report.message)
        last = reports[-1]
        self.epoch, self.batch = last.epoch, last.batch
        self.pace.update(last.epoch * self.batches + last.batch, last.seconds)
        if last.epoch == 0 and last.kind == "batch":
            self.curves.add_batch(0, self.where, last.logs.get("loss", float("nan")))

    def read(self) -> None:
        """Take over the epochs that have ended since."""
        rows = self.training.history.rows
        new = rows[len(self.rows) :]
        self.rows += [self.fitting.machine.own_units(row) for row in new] if self._scaled else new
        fresh = self.curves.extend(self.rows)
        best = self.curves.best
        if fresh and best is not None and best != self._best:
            self._new_best(best)
        if fresh:
            self._read_norms()

    def _read_norms(self) -> None:
        self.norms.extend(self.training.history.norms)
        for index, state in enumerate(self.norms.states()):
            if state and (index, state) not in self._found:
                self._found.add((index, state))
                self._tell("warning", self.norms.finding(index, state))

    def progress(self, phase: Phase) -> Progress:
        """Return what the head shows."""
        self.shown = min(self.epoch + 1, max(self.epochs, 1))
        return Progress(self.title, phase, self.shown, self.epochs, self.batch, self.batches, self.pace.share)

    def seen_from_afar(self) -> Live:
        """Return what the rest of the window shows of it."""
        norms = self.training.norms
        seen = () if norms is None else tuple(norms.tolist())
        epoch = min(self.epoch + 1, self.epochs)
        return Live(round(self.pace.share, 2), epoch, self.epochs, self._trained, self.norms.places, seen)

    def rate_changed(self, old: float, new: float) -> None:
        """Take note that a person set another learning rate."""
        self.rate_changes.append(self.where)
        self._tell(
            "rate",
            tr(
                "Learning rate changed {old} → {new} by you at epoch {epoch}, batch {batch}.",
                old=numbers.rate(old), new=numbers.rate(new),
                epoch=self.training.epoch + 1, batch=self.training.batch,
            ),
        )  # fmt: skip

    def paused(self, on: bool) -> None:
        """Take note of a pause or its end: where the fit is, which is further than what was read of it."""
        text = "Paused at epoch {epoch}, batch {batch}." if on else "Resumed at epoch {epoch}, batch {batch}."
        self._tell("pause", tr(text, epoch=self.training.epoch + 1, batch=self.training.batch))

    def failed(self, sentence: str) -> None:
        """Take note of what ended the run."""
        self._tell("error", sentence)

    def _said(self, sentence: str) -> bool:
        """Return whether the last few events say this already: why a run ended is told by what ended it."""
        return any(sentence in event.text for event in self.events[-3:])

    def _new_best(self, best: tuple[int, float]) -> None:
        """Tell the newest best only: a line per improvement of a falling curve would bury all else."""
        known = self._best is not None and self.events and self.events[-1].kind == "best"
        self._best = best
        if known:
            self.events.pop()
        self._tell("best", best_sentence(self.curves))

    def _beginning(self, resumed: bool) -> str:
        options, setup = self.training.options, self.training.setup
        validation = 0 if setup.validation is None else setup.validation.rows
        rows = tr("{train:,} train rows, {held:,} validation rows", train=setup.train.rows, held=validation)
        text = (
            "Resumed at epoch {n}: {rows}, batch {size}."
            if resumed
            else "Started from seed {seed}: {rows}, batch {size}."
        )
        return tr(text, n=self.epoch + 1, seed=options.seed, rows=rows, size=options.batch_size)

    def _tell(self, kind: Kind, text: str) -> None:
        self.events.append(Event(time.strftime("%H:%M:%S"), kind, text))
