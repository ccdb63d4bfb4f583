"""The Fit page: runs at the left, progress and curves in the middle, live controls and settings at the right."""

from typing import Any, cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.callbacks.spec import CallbackSpec
from engine.project import options
from engine.project.document import Project
from engine.project.runs import Run
from studio.actions import Actions
from studio.document import training_edits
from studio.document.session import Session
from studio.jobs import sentence
from studio.pages import numbers
from studio.pages.fit.callbacks import CallbackPanel, step_of
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.drawing import Drawing
from studio.pages.fit.events import Event, EventsCard
from studio.pages.fit.failure import Failure, Rescue
from studio.pages.fit.fitter import Begun, Fitter
from studio.pages.fit.history import Runs
from studio.pages.fit.live import LiveRun
from studio.pages.fit.rate import RatePanel
from studio.pages.fit.runs import RunsPanel
from studio.pages.fit.settings import SettingsPanel
from studio.pages.page import Page, Primary, Status
from studio.pages.readiness import Obstacle, obstacle
from studio.pages.summary import data_status
from studio.text import tr
from studio.widgets import Button, EmptyState, Line, Scroll, column, lay

ROOMY, EVENTS, FEW_EVENTS = 720, 142, 108
"""Height of the page from which the weights are shown, and the heights of the events there and below."""
STAGE_TITLES = {"data": "Data", "define": "Define", "compile": "Compile", "fit": "the fit settings"}


class FitPage(Page):
    """Trains the session's project and shows how it goes; every run stays in the list."""

    STAGE = "fit"
    LEFT = ("history", "Runs")
    RIGHT_WIDTH = 296

    def __init__(self, session: Session, actions: Actions) -> None:
        self.fitter = Fitter(session)
        self.runs = Runs(session)
        super().__init__(session, actions)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty("ringless", True)  # the whole page takes the keyboard, for Space
        self._register(actions)
        self._connect()
        self._settings_shown()
        self.refresh()

    # ---- parts -----------------------------------------------------------------------------------------------------
    def left(self) -> QWidget:
        self.list = RunsPanel()
        return self.list

    def centre(self) -> QWidget:
        self.drawing = Drawing(self.fitter, self.runs, self._read_live, self)
        self.head, self.charts, self.layers = self.drawing.head, self.drawing.charts, self.drawing.layers
        self.events, self.rescue = EventsCard(), Rescue(self.session, self.fitter, self)
        self.banner = self.rescue.banner
        self.working = column(
            self.banner, self.head, (self.charts, 1), self.layers, self.events, spacing=12, margins=12
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
        actions.bind("fit.start", self.start)
        actions.bind("fit.pause", self.toggle_pause)
        actions.bind("fit.stop", self.stop)

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
        self.drawing.epochs_read.connect(self._show_epochs)
        self.layers.tiles.picked.connect(self._layer_picked)
        self.session.selection.changed.connect(self._selected)
        self.rescue.again.connect(self.start)
        self.rescue.data.connect(self._to_data)

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
        self.drawing.stop()
        self.fitter.shut()

    def obstacle(self) -> Obstacle | None:
        """Return what keeps a fit from being started, with the way out."""
        return obstacle(self.session, self.go.emit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.fitter.phase in ("running", "paused") and not event.isAutoRepeat():
            self.toggle_pause()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.stack.height() >= ROOMY
        self.layers.show_weights(roomy)
        self.events.setFixedHeight(EVENTS if roomy else FEW_EVENTS)

    # ---- for the window --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        self.setFocus()
        self.refresh()

    def primary(self) -> Primary:
        run = self.session.run
        if self.fitter.alive:
            reason = tr("The fit still runs. Stop it or wait until it ends.")
            return Primary(tr("Evaluate"), "target", self._evaluate, reason)
        if run is not None and not self.stale() and run.status != "failed":
            words = tr("Evaluate") if run.best is None else tr("Evaluate best")  # the weights that the run has kept
            return Primary(words, "target", self._evaluate)
        found = self.obstacle()
        return Primary(tr("Start fit"), "play", self._start_pressed, found.sentence if found else "")

    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        run = self.session.run
        if self.runs.live:
            left.append(
                Status("activity", f"{self.runs.live.title} · {tr('epoch {n}', n=self.runs.live.shown)}", "accent.text")
            )
        elif run is not None:
            left.append(Status("activity", self.runs.title(run.id)))
            if changed := self.stale():
                left.append(Status("triangle-alert", changed, "warning.text"))
        best = self.front_curves().best if self.runs.live or run else None
        if best:
            text = tr("best {value} at epoch {n}", value=numbers.figure(best[1]), n=best[0])
            left.append(Status("trending-down", text))
        return left, data_status(self.session)

    def stale(self) -> str:
        """Return what changed since the current run was made, as a sentence; empty when it is up to date."""
        changed = self.session.stale_stages()
        names = ", ".join(tr(title) for stage, title in STAGE_TITLES.items() if stage in changed)
        return tr("Out of date: {stages} changed", stages=names) if changed else ""

    # ---- what the fit tells ----------------------------------------------------------------------------------------
    def _begun(self, begun: Begun) -> None:
        live = LiveRun(begun, self.runs.next_title())
        self.runs.show_live(live)
        self.callbacks.begin(live.training.watchers.records)
        self.rate.begin(live.rate, live=True)
        if begun.fitting.project is self.session.project:
            self.session.mark_stage("compile")  # the fit has just done it
        self.drawing.start()
        self.refresh()

    def _reported(self, reports: list[Any]) -> None:
        if self.runs.live:
            known = len(self.runs.live.events)
            self.runs.live.take(reports)
            self.session.set_live(self.runs.live.seen_from_afar())
            self.drawing.mark()
            if len(self.runs.live.events) != known:
                self._show_events()

    def _phase_changed(self, phase: str) -> None:
        if self.runs.live and phase in ("paused", "running") and self.runs.live.pace.share > 0:
            self.runs.live.paused(phase == "paused")
            self._show_events()
        self.drawing.mark()
        self.drawing.draw_head()
        self._show_centre()
        self.status_changed.emit()

    def _ended(self, run: Run | None, error: BaseException | None) -> None:
        self.drawing.stop()
        live = self.runs.live
        if live:
            live.read()
            if error is not None:
                live.failed(sentence(error))
        self.runs.ended(run, live)
        if error is not None:
            self.rescue.show(Failure(run, error, live.rate if live else 0.0))
            self.stack.setCurrentWidget(self.working)
        self._settings_shown()
        self.refresh()

    # ---- showing ---------------------------------------------------------------------------------------------------
    def _read_live(self) -> None:
        if self.runs.live:
            self.runs.live.read()
            self.session.set_progress(round(self.runs.live.pace.share, 2))

    def _show_epochs(self) -> None:
        live = self.runs.live
        if live is None:
            return
        self.callbacks.follow(live.rows)
        self.rate.show_rate(live.rate)
        if live.curves.best and "" in self.list.rows:
            self.list.rows[""].show_figure(live.curves.best[1])
        if self.runs.front == "":
            self._show_events()

    def refresh(self) -> None:
        """Show everything anew."""
        self._show_centre()
        self.list.show_runs(self.runs.entries())
        self.list.show_changes(*self.runs.what_changed())
        self.drawing.draw_head()
        self.drawing.draw_charts()
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
        events: list[Event] = self.runs.live.events if self.runs.live and self.runs.front == "" else self.runs.events()
        if tuple(events) != self.events.events:
            self.events.show_events(list(events))

    def front_curves(self) -> RunCurves:
        """Return the curves of the run in front."""
        drawn = self.runs.drawn()
        return drawn[0].curves if drawn else RunCurves()

    # ---- what the panels tell --------------------------------------------------------------------------------------
    def _start_pressed(self, _checked: bool = False) -> None:
        found = self.obstacle()
        if found and len(self.session.runs) == 0:
            found.act()
        else:
            self.start()

    def _to_data(self) -> None:
        self.go.emit("data")

    def _evaluate(self) -> None:
        self.go.emit("evaluate")

    def _picked(self, run: str) -> None:
        self.runs.pick(run)
        self.refresh()

    def _layer_picked(self, place: str) -> None:
        """Select the layer on the canvas, or the group that holds it."""
        self.layers.tiles.choose(place)
        node = place.partition("/")[0]
        if node in self.session.project.network.nodes:
            self.session.selection.set(node)

    def _selected(self, _ids: object) -> None:
        self.layers.tiles.choose_of(self.session.selection.nodes)

    def _compared(self, run: str, on: bool) -> None:
        self.runs.compare(run, on)
        self.refresh()

    def _renamed(self, run: str, title: str) -> None:
        self.session.edit(tr("Rename run"), lambda project: training_edits.set_title(project, run, title))
        QTimer.singleShot(0, self.refresh)

    def _rate_set(self, rate: float) -> None:
        if self.runs.live:
            self.runs.live.rate_changed(self.runs.live.rate, rate)
            self.fitter.set_rate(rate)
            self._show_events()
            self.drawing.mark()
            return
        self.session.edit(
            tr("Set learning rate"),
            lambda p: training_edits.set_optimizer_field(p, "learning_rate", rate),
            "learning_rate",
        )

    def _callbacks_set(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        label, key = step_of(before, after)
        self.session.edit(label, lambda project: training_edits.set_fit(project, callbacks=after), key)

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
            self.list.show_runs(self.runs.entries())
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
        self.callbacks.show_callbacks(cast("tuple[CallbackSpec, ...]", full.callbacks or ()))
        if not self.runs.live:
            self.rate.begin(float(getattr(options.optimizer(project), "learning_rate", 0.001)), live=False)
