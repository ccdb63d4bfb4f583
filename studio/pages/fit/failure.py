"""A fit that failed: what, where, which rows, and what can be done, in a banner. Never a modal dialog."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.errors import NotFiniteError
from engine.project import options
from engine.project.runs import Run
from studio.document import data_edits, training_edits
from studio.document.session import Session
from studio.jobs import sentence
from studio.pages.fit.fitter import Fitter
from studio.text import plural, tr
from studio.widgets import Banner, Button, Label, named

CLIP = 1.0
STAGES = {"forward": "forward pass", "backward": "backward pass", "update": "update"}


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a fit: the run with the last good weights (None: it never began), the error, the learning rate."""

    run: Run | None
    error: BaseException
    rate: float = 0.0

    @property
    def resumable(self) -> bool:
        """Whether a number ended it, so that the good weights can be gone on with."""
        return isinstance(self.error, NotFiniteError) and self.run is not None and self.run.values is not None

    @property
    def stage(self) -> str:
        """Where the number was made: "data", "forward", "backward", "update"; empty when it is not known."""
        return self.error.stage if isinstance(self.error, NotFiniteError) else ""

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the file to blame, where that can be told."""
        return self.error.rows if isinstance(self.error, NotFiniteError) else ()

    @property
    def clippable(self) -> bool:
        """Whether clipping gradients may help: they were not clipped, and the number was not there before them."""
        if not self.resumable or self.run is None or self.stage in ("data", "forward"):
            return False
        optimizer = options.optimizer(self.run.project)
        return not any(getattr(optimizer, name, None) for name in ("clipnorm", "global_clipnorm", "clipvalue"))

    @property
    def title(self) -> str:
        """What happened, in a line."""
        if not isinstance(self.error, NotFiniteError):
            return tr("The fit could not go on")
        if self.stage in STAGES:
            where = {"layer": self.error.layer, "stage": tr(STAGES[self.stage])}
            return tr("Training stopped: first number that is not finite in {layer}, {stage}", **where)
        if self.stage == "data":
            return tr("Training stopped: the data hold numbers that are not finite")
        return tr("Training stopped: a number is not finite")

    @property
    def text(self) -> str:
        """When it happened, and what to do about it."""
        epoch, batch = self._place()
        when = tr("Epoch {n}, batch {b}.", n=epoch + 1, b=batch + 1) if self.resumable else ""
        return f"{when} {sentence(self.error)}".strip()

    @property
    def kept(self) -> str:
        """Which weights there are now."""
        epoch, batch = self._place()
        if not self.resumable:
            return ""
        if batch:
            return tr("Weights are back at epoch {n}, batch {b}", n=epoch + 1, b=batch)
        return tr("Weights are back at epoch {n}", n=epoch) if epoch else tr("Weights are those of the start")

    def _place(self) -> tuple[int, int]:
        values = (self.run.values if self.run else None) or {}
        return int(values.get("epoch", 0)), int(values.get("batch", 0))


class FailureBanner(Banner):
    """Shown until it is closed or another fit begins. The buttons are for numbers that are not finite."""

    def __init__(self) -> None:
        self.clip = Button(tr("Clip to {norm} and continue", norm=CLIP), "scissors", "primary")
        self.halve = Button(tr("Halve the rate"), "trending-down")
        self.leave_out = Button("", "filter")
        self.show_rows = Button(tr("Show rows"), "table-2", "ghost")
        self.kept = Label("", 12, 600, "success.text")
        named(self.clip, None, tr("Clip the norm of each gradient and go on from the last good weights"))
        named(self.halve, None, tr("Halve the learning rate and go on from the last good weights"))
        named(self.leave_out, None, tr("Leave these rows out and start a new fit; undo takes them in again"))
        named(self.show_rows, None, tr("Show these rows on the Data page"))
        buttons = (self.clip, self.halve, self.leave_out, self.show_rows)
        super().__init__(tr("The fit stopped"), "", "error", *buttons, end=self.kept)
        self.hide()

    def show_failure(self, failure: Failure) -> None:
        """Say what happened and offer what helps."""
        lines = len(failure.lines)
        self.clip.setVisible(failure.clippable)
        self.halve.setVisible(failure.resumable and failure.stage != "data")
        self.leave_out.setVisible(lines > 0)
        self.leave_out.set_text(tr("Leave out {rows}", rows=plural(lines, "row", "rows")), "filter")
        self.show_rows.setVisible(lines > 0)
        self.kept.setText(failure.kept)
        self.show_message(failure.title, failure.text)


class Rescue(QObject):
    """The banner and what its buttons do. `again()`: fit the project as it is now; `data()`: show the Data page."""

    again, data = Signal(), Signal()

    def __init__(self, session: Session, fitter: Fitter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._fitter = session, fitter
        self._failure: Failure | None = None
        self.banner = FailureBanner()
        self.banner.clip.clicked.connect(self._clip)
        self.banner.halve.clicked.connect(self._halve)
        self.banner.leave_out.clicked.connect(self._leave_out)
        self.banner.show_rows.clicked.connect(self._show_rows)

    def show(self, failure: Failure) -> None:
        """Show what ended a fit."""
        self._failure = failure
        self.banner.show_failure(failure)

    def _clip(self, _checked: bool = False) -> None:
        self._session.edit(
            tr("Clip gradients to {norm}", norm=CLIP),
            lambda project: training_edits.set_optimizer_field(project, "clipnorm", CLIP),
        )
        self._go_on(clip=CLIP)

    def _halve(self, _checked: bool = False) -> None:
        if self._failure is not None:
            self._go_on(rate=self._failure.rate / 2)

    def _go_on(self, rate: float | None = None, clip: float | None = None) -> None:
        if self._failure is not None and self._failure.run is not None:
            self.banner.hide()
            self._fitter.start(self._failure.run, rate, clip)

    def _leave_out(self, _checked: bool = False) -> None:
        rows = self._rows()
        label = tr("Leave out {rows}", rows=plural(len(rows), "row", "rows"))
        if self._session.edit(label, lambda project: data_edits.exclude_rows(project, rows)):
            self.banner.hide()
            self.again.emit()

    def _show_rows(self, _checked: bool = False) -> None:
        self.data.emit()
        self._session.rows_shown.emit(self._rows())

    def _rows(self) -> tuple[int, ...]:
        """Return the table's rows at the lines to blame."""
        table, lines = self._session.table, self._failure.lines if self._failure else ()
        return () if table is None else tuple(np.flatnonzero(np.isin(table.lines, lines)).tolist())
