"""The Fit page: runs at the left, progress and curves in the middle, live controls and settings at the right."""

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import NotFiniteError
from engine.project import hashes, options
from engine.project.document import Project
from engine.project.runs import Run
from studio.actions import Action, Actions
from studio.document import training_edits
from studio.document.session import Session
from studio.jobs import sentence
from studio.pages import numbers
from studio.pages.fit.callbacks import CallbackPanel
from studio.pages.fit.charts import ChartCard, LossCard, MetricCard
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.events import Event, EventsCard
from studio.pages.fit.failure import FailureBanner
from studio.pages.fit.fitter import Fitter
from studio.pages.fit.history import Runs
from studio.pages.fit.live import LiveRun
from studio.pages.fit.pace import FrameBudget
from studio.pages.fit.progress import Progress, ProgressHead
from studio.pages.fit.rate import RatePanel
from studio.pages.fit.runs import RunsPanel
from studio.pages.fit.settings import SettingsPanel
from studio.pages.page import Page, Primary, Status
from studio.pages.readiness import Obstacle, obstacle
from studio.pages.summary import data_status
from studio.text import tr
from studio.widgets import Button, EmptyState, Line, Scroll, column, fixed, lay, row

FRAME_MS = 16
"""How often the page asks its budget whether it may draw."""
SHORT_BATCH = 0.004
"""Seconds of a batch below which training and drawing take turns: they would fight for the interpreter."""
STAGE_TITLES = {"data": "Data", "define": "Define", "compile": "Compile", "fit": "the fit settings"}


class FitPage(Page):
    """Trains the session's project and shows how it goes; every run stays in the list."""

    STAGE = "fit"
    RIGHT_WIDTH = 296

    def __init__(self, session: Session, actions: Actions) -> None:
        self.fitter = Fitter(session)
        self.runs = Runs(session)
        self.live: LiveRun | None = None
        self.budget = FrameBudget()
        self._dirty, self._fresh, self._epochs, self._spent, self.frames = False, False, 0, 0.0, 0
        self._pieces: list[Callable[[], None]] = []
        self._failure: tuple[Run | None, float] | None = None
        super().__init__(session, actions)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty("ringless", True)  # the whole page takes the keyboard, for Space
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self._register(actions)
        self._connect()
        self._settings_shown()
        self.refresh()

    # ---- parts -----------------------------------------------------------------------------------------------------
    def left(self) -> QWidget:
        self.list = RunsPanel()
        return self.list

    def centre(self) -> QWidget:
        self.head, self.loss, self.metric, self.events = ProgressHead(), LossCard(), MetricCard(), EventsCard()
        self.banner = FailureBanner()
        self.charts = row((self.loss, 62), (self.metric, 38), spacing=12)
        self.working = column(
            self.banner, self.head, (self.charts, 1), fixed(self.events, height=168), spacing=12, margins=12
        )
        self.empty = QWidget()
        self.start_button = Button(tr("Start fit"), "play", "soft")
        self.nothing = EmptyState(
            "activity", tr("No runs yet"), tr("Curves appear here from the first batch."), self.start_button
        )
        lay(self.empty, [(self.nothing, 1)], True, 0, 0)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.working)
        return self.stack

    def right(self) -> QWidget:
        self.rate, self.callbacks, self.settings = RatePanel(), CallbackPanel(), SettingsPanel(self.session)
        parts = (self.rate, Line(color="border.soft"), self.callbacks, Line(color="border.soft"), self.settings, None)
        return Scroll(column(*parts, spacing=0), name=tr("Settings of the fit"))

    def _register(self, actions: Actions) -> None:
        actions.add(Action("fit.start", "Start fit", "play", (), "Fit the network with its settings."), self.start)
        pause = Action("fit.pause", "Pause or resume fit", "pause", (), "Space on the Fit page does the same.")
        actions.add(pause, self.toggle_pause)
        actions.add(Action("fit.stop", "Stop fit", "square", ("Shift+F5",), "Finish this batch, then stop."), self.stop)

    def _connect(self) -> None:
        fitter, session = self.fitter, self.session
        fitter.phase_changed.connect(self._phase_changed)
        fitter.begun.connect(self._begun)
        fitter.reported.connect(self._reported)
        fitter.ended.connect(self._ended)
        session.changed.connect(self._project_changed)
        session.opened.connect(self._opened)
        session.prepared_changed.connect(self._prepared_changed)
        session.runs_changed.connect(self._runs_changed)
        session.run_changed.connect(self._runs_changed)
        self._connect_panels()

    def _connect_panels(self) -> None:
        for signal in (self.start_button.clicked, self.head.started, self.list.again):
            signal.connect(self._start_pressed)
        self.head.paused.connect(self.fitter.pause)
        self.head.resumed.connect(self.fitter.resume)
        self.head.stopped.connect(self.stop)
        self.head.continued.connect(self.go_on)
        self.list.picked.connect(self._picked)
        self.list.compared.connect(self._compared)
        self.list.renamed.connect(self._renamed)
        self.rate.changed.connect(self._rate_set)
        self.callbacks.changed.connect(self._callbacks_set)
        self.loss.changed.connect(self._redraw)
        self.metric.changed.connect(self._redraw)
        self.loss.plot.hovered.connect(self.metric.plot.set_cursor)
        self.metric.plot.hovered.connect(self.loss.plot.set_cursor)
        self.loss.maximized.connect(self._maximize)
        self.metric.maximized.connect(self._maximize)
        self.banner.halve.clicked.connect(self._halve_and_go_on)
        self.banner.clip.clicked.connect(self._clip_and_start)

    # ---- what a person can do --------------------------------------------------------------------------------------
    def start(self) -> bool:
        """Start a fit of the project as it is; say why not when something is missing."""
        found = self.obstacle()
        if found:
            self.toast(found.title, found.sentence, "warning", found.action, found.act)
            return False
        self.banner.hide()
        self.runs.front = ""
        return self.fitter.start()

    def go_on(self) -> bool:
        """Go on with the stopped run in front."""
        run = self.runs.front_run()
        self.banner.hide()
        if run is None or run.values is None:
            return self.start()
        self.runs.front = ""
        return self.fitter.start(run)

    def stop(self) -> None:
        """Finish the batch in work and keep everything."""
        self.fitter.stop()

    def toggle_pause(self) -> None:
        """Pause a running fit, resume a paused one."""
        (self.fitter.resume if self.fitter.phase == "paused" else self.fitter.pause)()

    def shut(self) -> None:
        self._timer.stop()
        self.fitter.shut()

    def obstacle(self) -> Obstacle | None:
        """Return what keeps a fit from being started, with the way out."""
        return obstacle(self.session, self.go.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.fitter.phase in ("running", "paused") and not event.isAutoRepeat():
            self.toggle_pause()
        else:
            super().keyPressEvent(event)

    # ---- for the window --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        self.setFocus()
        self.refresh()

    def primary(self) -> Primary:
        run = self.session.run
        if self.fitter.alive:
            reason = tr("The fit still runs. Stop it or wait until it ends.")
            return Primary(tr("Evaluate best"), "target", self._evaluate, reason)
        if run is not None and not self.stale(run) and run.status != "failed":
            return Primary(tr("Evaluate best"), "target", self._evaluate)
        found = self.obstacle()
        return Primary(tr("Start fit"), "play", self._start_pressed, found.sentence if found else "")

    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        run = self.session.run
        if self.live:
            left.append(
                Status("activity", f"{self.live.title} · {tr('epoch {n}', n=self.live.epoch + 1)}", "accent.text")
            )
        elif run is not None:
            left.append(Status("activity", self.runs.title(run.id)))
            if changed := self.stale(run):
                left.append(Status("triangle-alert", changed, "warning.text"))
        best = self.front_curves().best if self.live or run else None
        if best:
            text = tr("best {value} at epoch {n}", value=numbers.figure(best[1]), n=best[0])
            left.append(Status("trending-down", text))
        return left, data_status(self.session)

    def stale(self, run: Run) -> str:
        """Return what changed since a run was made, as a sentence; empty when it is up to date."""
        changed = hashes.changed_stages(run, self.session.project)
        names = ", ".join(tr(STAGE_TITLES[stage]) for stage in changed)
        return tr("Out of date: {stages} changed", stages=names) if changed else ""

    # ---- what the fit tells ----------------------------------------------------------------------------------------
    def _begun(self, fitting: Any) -> None:
        self.live = LiveRun(fitting, self.runs.next_title())
        self.runs.show_live(self.live)
        records = fitting.training.watchers.records
        self.callbacks.begin(records)
        self.rate.begin(self.live.rate, live=True)
        self.events.show_events(self.live.events)
        self._timer.start()
        self.refresh()

    def _reported(self, reports: list[Any]) -> None:
        if self.live:
            known = len(self.live.events)
            self.live.take(reports)
            self._dirty = True
            if len(self.live.events) != known:
                self._show_events()

    def _phase_changed(self, phase: str) -> None:
        if self.live and phase in ("paused", "running") and self.live.pace.share > 0:
            self.live.paused(phase == "paused")
            self._show_events()
        self._dirty = True
        self._draw_head()
        self._show_centre()
        self.status_changed.emit()

    def _ended(self, run: Run | None, error: BaseException | None) -> None:
        self._timer.stop()
        live, self.live = self.live, None
        if live:
            live.read()
            if error is not None:
                live.failed(sentence(error))
        self.runs.ended(run, live)
        self._failure = (run, live.rate if live else 0.0)
        if error is not None:
            self._show_failure(run, error)
        self._settings_shown()
        self.refresh()

    def _show_failure(self, run: Run | None, error: BaseException) -> None:
        numeric = isinstance(error, NotFiniteError)
        self.banner.show_failure(sentence(error), numeric, numeric and run is not None and run.values is not None)
        self.stack.setCurrentWidget(self.working)

    # ---- drawing ---------------------------------------------------------------------------------------------------
    def _tick(self) -> None:
        """Do the next piece of a frame. A frame is several pieces, so that nothing else waits for all of it."""
        if not self._pieces and self._dirty and self.isVisible() and self.budget.due(time.perf_counter()):
            self._dirty, self._spent = False, 0.0
            self._pieces = [self._draw_head_now, self._draw_metric_now, self._draw_loss_now, self._read]
        if self._pieces:
            began = time.perf_counter()
            if self.live and (self.live.pace.per_batch or 1.0) < SHORT_BATCH:
                self.fitter.hold()
            self._pieces.pop()()
            self.fitter.release()
            end = time.perf_counter()
            self._spent += end - began
            if not self._pieces:
                self.frames += 1
                self.budget.spent(end - self._spent, end)

    def _read(self) -> None:
        live = self.live
        if live is None:
            return
        live.read()
        self.session.set_progress(round(live.pace.share, 2))
        self._fresh, self._epochs = live.curves.epochs != self._epochs or live.epoch == 0, live.curves.epochs
        if self._fresh:
            self._show_epochs(live)

    def _draw_loss_now(self) -> None:
        if self._fresh:
            self._draw_loss()
            self.loss.plot.repaint()

    def _draw_metric_now(self) -> None:
        if self._fresh:
            self._draw_metric()
            self.metric.plot.repaint()

    def _draw_head_now(self) -> None:
        self._draw_head()
        self.head.repaint()

    def _show_epochs(self, live: LiveRun) -> None:
        self.callbacks.follow(live.rows)
        self.rate.show_rate(live.rate)
        if live.curves.best and "" in self.list.rows:
            self.list.rows[""].show_figure(live.curves.best[1])
        if self.runs.front == "":
            self._show_events()

    def _draw_head(self) -> None:
        if self.live:
            self.head.show_progress(self.live.progress(self.fitter.phase), self.live.pace)
            return
        run = self.runs.front_run()
        if self.fitter.alive or run is None:
            self.head.show_progress(
                Progress(self.runs.next_title(), self.fitter.phase if self.fitter.alive else "idle")
            )
        else:
            self.head.show_past(self.runs.title(run.id), run)

    def _draw_charts(self) -> None:
        self._draw_loss()
        self._draw_metric()

    def _draw_loss(self) -> None:
        live = self.live if self.runs.front == "" else None
        changes = live.rate_changes if live else self.runs.rate_changes()
        self.loss.show_runs(self.runs.drawn(), self._planned(), changes)

    def _draw_metric(self) -> None:
        self.metric.show_runs(self.runs.drawn(), self._planned(), self.loss.smoothing.value())

    def _planned(self) -> int:
        """Return up to which epoch the axis goes: to the planned end, unless that is far away."""
        live = self.live if self.runs.front == "" else None
        return live.epochs if live and live.epochs <= 3 * max(live.curves.epochs, 20) else 0

    def _redraw(self) -> None:
        self._draw_charts()

    def refresh(self) -> None:
        """Show everything anew."""
        self._show_centre()
        self.list.show_runs(self.runs.entries(self.live))
        self.list.show_changes(*self.runs.what_changed())
        self._draw_head()
        self._draw_charts()
        self._show_events()
        self.status_changed.emit()

    def _show_centre(self) -> None:
        found = self.obstacle()
        some = self.fitter.alive or len(self.session.runs) > 0 or self.banner.isVisibleTo(self.working)
        self.stack.setCurrentWidget(self.working if some else self.empty)
        if not some:
            self.nothing.title.setText(found.title if found else tr("No runs yet"))
            self.nothing.sentence.setText(found.sentence if found else tr("Curves appear here from the first batch."))
            self.start_button.set_text(found.action if found else tr("Start fit"), "arrow-right" if found else "play")
            self.start_button.setAccessibleName(found.action if found else tr("Start fit"))

    def _show_events(self) -> None:
        events: list[Event] = self.live.events if self.live and self.runs.front == "" else self.runs.events()
        if tuple(events) != self.events.events:
            self.events.show_events(list(events))

    def front_curves(self) -> RunCurves:
        """Return the curves of the run in front."""
        drawn = self.runs.drawn()
        return drawn[0].curves if drawn else RunCurves()

    def _maximize(self, card: ChartCard) -> None:
        other = self.metric if card is self.loss else self.loss
        other.setVisible(other.isHidden())
        card.enlarge.set_text("", "maximize-2" if other.isVisibleTo(self.charts) else "minimize-2")

    # ---- what the panels tell --------------------------------------------------------------------------------------
    def _start_pressed(self, _checked: bool = False) -> None:
        found = self.obstacle()
        if found and len(self.session.runs) == 0:
            found.act()
        else:
            self.start()

    def _evaluate(self) -> None:
        self.go.emit("evaluate")

    def _picked(self, run: str) -> None:
        self.runs.pick(run)
        self.refresh()

    def _compared(self, run: str, on: bool) -> None:
        self.runs.compare(run, on)
        self.refresh()

    def _renamed(self, run: str, title: str) -> None:
        self.session.edit(tr("Rename run"), lambda project: training_edits.set_title(project, run, title))
        QTimer.singleShot(0, self.refresh)

    def _rate_set(self, rate: float) -> None:
        if self.live:
            self.live.rate_changed(self.live.rate, rate)
            self.fitter.set_rate(rate)
            self._show_events()
            self._dirty = True
            return
        self.session.edit(
            tr("Set learning rate"), lambda project: training_edits.set_optimizer(project, options.optimizer(project).replace(learning_rate=rate)),
            "learning_rate",
        )  # fmt: skip

    def _callbacks_set(self, callbacks: tuple[Any, ...]) -> None:
        self.session.edit(
            tr("Set callbacks"), lambda project: training_edits.set_fit(project, callbacks=callbacks), "fit.callbacks"
        )

    def _halve_and_go_on(self, _checked: bool = False) -> None:
        run, rate = self._failure or (None, 0.0)
        if run is not None:
            self.banner.hide()
            self.runs.front = ""
            self.fitter.start(run, rate / 2)

    def _clip_and_start(self, _checked: bool = False) -> None:
        self.session.edit(
            tr("Clip gradients to 1"), lambda project: training_edits.set_optimizer(project, options.optimizer(project).replace(clipnorm=1.0))
        )  # fmt: skip
        self.start()

    # ---- what the session tells ------------------------------------------------------------------------------------
    def _opened(self, _project: Project) -> None:
        self.runs.forget()
        self.banner.hide()
        self._settings_shown()
        self.refresh()

    def _project_changed(self, before: Project, after: Project) -> None:
        if before.fit is not after.fit or before.compile is not after.compile:
            self._settings_shown()
        if before.titles != after.titles:
            self.list.show_runs(self.runs.entries(self.live))
        self._show_centre()
        self.status_changed.emit()

    def _prepared_changed(self, _prepared: object) -> None:
        self._settings_shown()
        self._show_centre()
        self.status_changed.emit()

    def _runs_changed(self, _runs: object) -> None:
        if not self.fitter.alive:
            self.refresh()

    def _settings_shown(self) -> None:
        """Show the settings of the next fit, what is suggested where nothing was chosen included."""
        project, prepared = self.session.project, self.session.prepared
        rows = len(prepared.parts.train) if prepared else 0
        full = options.fit(project, rows, prepared is None or len(prepared.parts.validation) > 0)
        self.settings.show_suggestion(full.epochs if prepared else None, full.batch_size if prepared else None)
        self.callbacks.show_callbacks(full.callbacks or ())
        if not self.live:
            self.rate.begin(float(getattr(options.optimizer(project), "learning_rate", 0.001)), live=False)
