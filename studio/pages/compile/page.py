"""The Compile page: figures, summary, memory plan, the generated program, device and checks."""

import functools

from PySide6.QtCore import QLocale, QTime
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.backend import devices
from engine.backend.devices import Gpu
from engine.errors import LayerwrightError, ModelError, Problem
from engine.project import selfchecks
from engine.project.document import Device, Project
from engine.project.hashes import Stage, stage_hash
from studio.actions import Actions
from studio.document import training_edits
from studio.document.session import Session
from studio.jobs import Job, sentence
from studio.pages import numbers
from studio.pages.compile.cards import DeviceCard, Figures
from studio.pages.compile.checks import ChecksCard
from studio.pages.compile.compiled import Compiled, compile_project
from studio.pages.compile.lifetimes import LifetimeChart
from studio.pages.compile.memory import ShareBar
from studio.pages.compile.program import ProgramCard, SummaryCard
from studio.pages.page import Page, Primary, Status
from studio.pages.readiness import Obstacle, obstacle
from studio.pages.summary import data_status
from studio.text import tr
from studio.widgets import Box, Button, Card, Chip, EmptyState, Icon, Label, Scroll, column, fixed, lay, row

LEFT, BELOW = (440, 503), 226
"""Least and most width of the left cards; height of the lower ones."""
STAGES: dict[Stage, str] = {"data": "Data", "define": "Define", "compile": "Compile"}
"""Stages whose changes make programs out of date."""
PARTS = ("data", "network", "feeds", "targets", "compile", "fit")
"""Parts of a project that self-checks work with."""
PROMISE = "The network becomes a program that you can read."


class MemoryCard(Card):
    """Shares of the memory, and the life of each buffer."""

    def __init__(self) -> None:
        self.saved = Chip("", "success.text", "success.soft", height=18)
        self.bar, self.chart = ShareBar(tr("Memory shares")), LifetimeChart(tr("Buffer lifetimes"))
        self.area = Scroll(self.chart, name=tr("Buffer lifetimes"))
        super().__init__(tr("Memory plan"), self.bar, (self.area, 1), tools=(self.saved,))
        self.chart.revealed.connect(self._reveal)

    def _reveal(self, y: int, height: int) -> None:
        self.area.ensureVisible(0, y + height // 2, 0, height)


class StaleBar(Box):
    """Says that what is shown is of an earlier version, of when, and what changed since. One button mends it."""

    def __init__(self) -> None:
        self.text = Label("", 12, 500, "warning.text", elide=True, name=tr("Out of date"))
        self.again = Button(tr("Compile again"), "braces", "soft", "small")
        line = row(Icon("triangle-alert", "warning.fill"), (self.text, 1), self.again, spacing=8, margins=(12, 0, 8, 0))
        super().__init__(line, fill="warning.soft", stroke="warning.text")
        self.setFixedHeight(36)

    def show_changes(self, clock: str, stages: tuple[str, ...]) -> None:
        """Show since when, and which stages changed."""
        names = tr(" and ").join(stages) or tr("The project")
        self.text.setText(tr("Out of date: {names} changed after compiling at {time}.", names=names, time=clock))


class CompilePage(Page):
    """Compiles the session's project in the background when it is shown, and shows what came of it."""

    STAGE = "compile"

    def __init__(self, session: Session, actions: Actions) -> None:
        self.compiled: Compiled | None = None
        self.gpu: Gpu | None = None
        self._of: Project | None = None
        self._shown_of: Project | None = None
        self._job: Job | None = None
        self._checking: Job | None = None
        self._looking: Job | None = None
        self._error = ""
        self._clicked = False
        super().__init__(session, actions)
        actions.bind("compile.now", self.compile)
        self._connect()
        self.refresh()

    # ---- parts -----------------------------------------------------------------------------------------------------
    def build(self) -> None:
        self.figures, self.summary, self.memory = Figures(), SummaryCard(), MemoryCard()
        self.program, self.device, self.checks = ProgramCard(), DeviceCard(), ChecksCard()
        self.stale = StaleBar()
        left = column((self.summary, 5), (self.memory, 4), spacing=12)
        left.setMinimumWidth(LEFT[0])
        left.setMaximumWidth(LEFT[1])
        below = fixed(row((self.device, 1), (self.checks, 1), spacing=12), height=BELOW)
        right = column((self.program, 1), below, spacing=12)
        whole = (self.stale, self.figures, (row((left, 36), (right, 64), spacing=12), 1))
        self.shown = column(*whole, spacing=12, margins=12)
        self.button = Button(tr("Compile"), "braces", "soft")
        self.nothing = EmptyState("braces", tr("Not compiled yet"), tr(PROMISE), self.button)
        self.empty = QWidget()
        lay(self.empty, [(self.nothing, 1)], True, 0, 0)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.shown)
        lay(self, [(self.stack, 1)], True, 0, 0)

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self._project_changed)
        session.opened.connect(self._opened)
        session.prepared_changed.connect(self._prepared_changed)
        session.selection.changed.connect(self._selected)
        for signal in (self.summary.picked, self.program.picked, self.memory.chart.picked):
            signal.connect(self._picked)
        self.program.mode_changed.connect(self._mode_changed)
        for button in (self.button, self.stale.again):
            button.clicked.connect(self._pressed)
        self.device.picked.connect(self._device_picked)
        self.device.again.connect(self._look_again)
        self.device.helped.connect(self._show_help)
        self.checks.fix.connect(session.apply_repair)
        self.checks.located.connect(self._show_node)

    # ---- what a person can do --------------------------------------------------------------------------------------
    def compile(self) -> bool:
        """Compile the project as it is; return whether that was begun."""
        prepared = self.session.prepared
        if self._job is not None or prepared is None or self.obstacle() is not None:
            self.refresh()
            return False
        self._stop_checks()
        project = self.session.project
        self._error, self._of = "", project
        work = functools.partial(compile_project, project, prepared)
        self._job = Job(work, None, self._done, self._failed, name="compile").start()
        self.refresh()
        return True

    def obstacle(self) -> Obstacle | None:
        """Return what keeps the project from being compiled, with the way out."""
        return obstacle(self.session, self.go.emit)

    def current(self) -> bool:
        """Return whether what is shown is of the project as it is."""
        return self.compiled is not None and self.session.stage_mark("compile") == "done"

    # ---- for the window --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        self._look()
        if self.compiled is None:
            self.compile()
        self._catch_up()

    def shut(self) -> None:
        for job in (self._job, self._checking, self._looking):
            if job is not None:
                job.forget()

    def primary(self) -> Primary:
        found = self.obstacle()
        if found:
            return Primary(tr("Compile"), "braces", self._pressed, found.sentence)
        if not self.current():
            return Primary(tr("Compile"), "braces", self.compile)
        return Primary(tr("Start fit"), "play", self._start_fit)

    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        if self._job is not None:
            left.append(Status("braces", tr("Compiling…")))
        elif self._error:
            left.append(Status("circle-alert", self._error, "danger.text"))
        elif self.current() and self.compiled:
            took = numbers.duration(self.compiled.seconds)
            left.append(Status("circle-check", tr("Compiled in {time}", time=took), "success.text"))
            left.append(Status("braces", tr("program {digits}", digits=self.compiled.digest)))
        elif self.compiled is not None:
            left.append(Status("triangle-alert", tr("Out of date: compile again"), "warning.text"))
        return left, data_status(self.session)

    # ---- showing ---------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show everything anew."""
        found = self.obstacle()
        self.stack.setCurrentWidget(self.shown if self.compiled is not None else self.empty)
        waiting = tr("Compiling…") if self._job is not None else tr("Not compiled yet")
        self.nothing.title.setText(found.title if found else waiting)
        self.button.setVisible(self._job is None or bool(found))
        why = found.sentence if found else self._error or tr(PROMISE)
        self.nothing.sentence.setText(why)
        self.button.set_text(found.action if found else tr("Compile"), "arrow-right" if found else "braces")
        self.button.setAccessibleName(found.action if found else tr("Compile"))
        self.stale.again.set_text(found.action if found else tr("Compile again"), "arrow-right" if found else "braces")
        self.stale.again.setAccessibleName(self.stale.again.text().strip())
        self._show_device()
        self._show_problems()
        self._show_age()
        self.status_changed.emit()

    def _show_age(self) -> None:
        """Say whether what is shown is of the project as it is, and what changed since."""
        old = self.compiled is not None and not self.current()
        self.stale.setVisible(old)
        self.figures.set_stale(old)
        if self.compiled is None or self._of is None or not old:
            return
        now, then = self.session.project, self._shown_of or self._of
        stages = tuple(tr(title) for s, title in STAGES.items() if stage_hash(now, s) != stage_hash(then, s))
        clock = QLocale().toString(
            QTime(self.compiled.clock.hour, self.compiled.clock.minute), QLocale.FormatType.ShortFormat
        )
        self.stale.show_changes(clock, stages)

    def _show_compiled(self, compiled: Compiled) -> None:
        self.figures.show_compiled(compiled)
        self.summary.show_compiled(compiled)
        self.program.show_compiled(compiled)
        self._mode_changed(self.program.mode)

    def _mode_changed(self, _mode: object) -> None:
        compiled, mode = self.compiled, self.program.mode
        if compiled is None:
            return
        self.memory.bar.show_shares(compiled.shares(mode))
        self.memory.chart.show_plan(compiled.lives(mode), compiled.steps(mode), compiled.sections(mode))
        saved = compiled.saved(mode)
        self.memory.saved.set(tr("reuse saves {share:.0f} %", share=100 * saved))
        self.memory.saved.setVisible(saved >= 0.01)
        self._selected(self.session.selection.ids)

    def _show_device(self) -> None:
        settings = self.session.project.compile
        self.device.show_devices(settings.device, self.gpu, settings.dtype, self.compiled)

    def _show_problems(self) -> None:
        source = self.session.project.data.source.path
        problems: list[Problem] = list(self.session.problems) if source or self.session.prepared else []
        if self._error:
            problems = [Problem("compile", self._error), *problems]
        self.checks.show_problems(problems)

    def _selected(self, _ids: object) -> None:
        nodes = self.session.selection.nodes
        self.summary.select(nodes)
        self.program.select(nodes, reveal=not self._clicked)
        self.memory.chart.select(nodes)

    # ---- what happens ----------------------------------------------------------------------------------------------
    def _picked(self, node: str) -> None:
        self._clicked = self.sender() is self.program
        self.session.selection.set(node)
        self._clicked = False

    def _pressed(self, _checked: bool = False) -> None:
        found = self.obstacle()
        if found:
            found.act()
        else:
            self.compile()

    def _start_fit(self) -> None:
        self.go.emit("fit")
        self.actions_.trigger("fit.start")

    def _show_node(self, node: str) -> None:
        self.session.selection.set(node)
        self.go.emit("define")

    def _device_picked(self, device: Device) -> None:
        self.session.edit(tr("Choose device"), lambda project: training_edits.set_device(project, device))
        self._show_device()

    def _done(self, compiled: Compiled) -> None:
        self._job = None
        if self._of is self.session.project:
            self.compiled, self._shown_of = compiled, self._of
            self.session.mark_stage("compile")
            self._show_compiled(compiled)
            self.refresh()
            self._check()
        elif self.isVisible():
            self.compile()
        else:
            self.refresh()

    # ---- self-checks -----------------------------------------------------------------------------------------------
    def _check(self) -> None:
        """Let the self-checks run from the first one on."""
        prepared = self.session.prepared
        if prepared is None:
            return
        self._stop_checks()
        self.checks.begin()
        work = selfchecks.self_checks(self.session.project, prepared)
        self._checking = Job(work, self._checked, self._all_checked, self._not_checked, name="checks").start()

    def _stop_checks(self) -> None:
        if self._checking is not None:
            self._checking.forget()
            self._checking = None
            self.checks.cancel()

    def _checked(self, found: list[selfchecks.SelfCheck]) -> None:
        for check in found:
            self.checks.show_check(check)

    def _all_checked(self, _value: object) -> None:
        self._checking = None

    def _not_checked(self, error: BaseException) -> None:
        self._checking = None
        self.checks.cancel()
        self.toast(tr("The checks could not be carried out"), sentence(error), "error")

    def _failed(self, error: BaseException) -> None:
        self._job = None
        self._error = sentence(error)
        if not isinstance(error, ModelError | LayerwrightError):
            self.toast(tr("The project could not be compiled"), self._error, "error")
        self.refresh()

    def _look(self) -> None:
        if self.gpu is None and self._looking is None:
            self._looking = Job(devices.gpu, None, self._found, self._not_found, name="gpu").start()

    def _show_help(self) -> None:
        self.actions_.trigger("help.gpu")

    def _look_again(self) -> None:
        devices.gpu.cache_clear()
        self.gpu = None
        self._show_device()
        self._look()

    def _found(self, gpu: Gpu) -> None:
        self._looking, self.gpu = None, gpu
        self._show_device()

    def _not_found(self, error: BaseException) -> None:
        self._found(Gpu(False, sentence(error)))

    def _opened(self, _project: Project) -> None:
        self._stop_checks()
        self.compiled, self._error = None, ""
        self.refresh()

    def _project_changed(self, before: Project, after: Project) -> None:
        if before is after:
            return
        self._error = ""
        if self._checking is not None and any(getattr(before, n) is not getattr(after, n) for n in PARTS):
            self._stop_checks()
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        """Show the age of what is shown; cancelled checks run again when an undo brought their project back."""
        if self.compiled is not None and "cancelled" in self.checks.states().values() and self.current():
            self._check()
        self.refresh()

    def _prepared_changed(self, _prepared: object) -> None:
        if self.isVisible() and self.compiled is None:
            self.compile()
        self.refresh()
