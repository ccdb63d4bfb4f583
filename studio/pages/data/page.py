"""The Data page: source and recipe at the left, the table in the middle, decisions at the right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from engine.data import columns as column_rules
from engine.data import problems as data_problems
from engine.data.columns import ColumnReport
from engine.data.settings import DataSettings
from engine.errors import Problem
from studio.document.mending import fixes
from studio.document.stages import PLACES
from studio.jobs.job import Job
from studio.pages.data.choices_panel import ChoicesPanel
from studio.pages.data.source_panel import SourcePanel
from studio.pages.data.table_panel import TablePanel, rejects_card
from studio.pages.data.waiting import Waiting
from studio.pages.page import Page, Primary, Status
from studio.text import plural, tr
from studio.widgets import Scroll, lay

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.project.lifecycle import Prepared

Findings = tuple[tuple[ColumnReport, ...], tuple[Problem, ...]]


class DataPage(Page):
    """Columns, roles, task, recipe and split of the project; every choice is an undoable edit."""

    STAGE = "data"
    LEFT = ("file-spreadsheet", "Source and recipe")
    LEFT_WIDTH = 272
    RIGHT_WIDTH = 284

    def left(self) -> QWidget:
        self.source = SourcePanel(self.session)
        self.source.open_asked.connect(self._open_csv)
        self.source.reread_asked.connect(self._reread)
        self.source.rejects_asked.connect(self._show_rejects)
        return self.source

    def centre(self) -> QWidget:
        self.table = TablePanel(self.session)
        self.waiting = Waiting(self.session, self.actions_)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.waiting)
        self.stack.addWidget(self.table)
        self.problems: tuple[Problem, ...] = ()
        self._looking: Job | None = None
        self._found_in_table: tuple[Problem, ...] = ()
        self._wanted: Problem | None = None
        self._later = QTimer(self)  # table and prepared data arrive together: one look at both
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._look)
        return self.stack

    def right(self) -> QWidget:
        self.choices = ChoicesPanel(self.session)
        self.table.selection_changed.connect(self._selected)
        self.session.table_changed.connect(self._soon)
        self.session.prepared_changed.connect(self._soon)
        self.session.changed.connect(self._recheck)
        self.session.problems_changed.connect(self._recheck)
        self.session.problem_shown.connect(self._show_problem)
        self.session.rows_shown.connect(self.table.show_rows)
        self._look()
        return self.choices

    # ---- what the columns are ----
    def _soon(self, *_: Any) -> None:
        self._later.start()

    def _look(self) -> None:
        if self._looking is not None:
            self._looking.forget()
            self._looking = None
        table = self.session.table
        if table is None:
            self._show((), ())
            return
        work = _Look(table, self.session.project.data, self.session.prepared)
        self._looking = Job(work, on_done=self._found, name="columns").start()

    def _found(self, findings: Findings) -> None:
        self._looking = None
        self._show(*findings)

    def _recheck(self, *_: object) -> None:
        """Show the problems anew where those of the project have changed and the table has not."""
        if self.isVisible() and self._looking is None and self._with_project(self._found_in_table) != self.problems:
            self._show(self.table.reports, self._found_in_table)

    def _with_project(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Return the problems of the table and those of the project that are mended here."""
        known = {(p.where, p.message) for p in problems}
        here = (p for p in self.session.problems if p.node is None and p.where not in PLACES)
        return (*problems, *(p for p in here if (p.where, p.message) not in known))

    def _show_problem(self, problem: Problem) -> None:
        """Show where a problem is, as soon as the table is there."""
        self._wanted = problem
        if self._looking is None:
            self._recheck()
            self.table.show_problem(problem)
            self._wanted = None

    def _show(self, reports: Sequence[ColumnReport], problems: tuple[Problem, ...]) -> None:
        self._found_in_table = problems
        self.problems = problems = self._with_project(problems) if self.session.table is not None else problems
        self.waiting.refresh()
        self.stack.setCurrentWidget(self.waiting if self.session.table is None else self.table)
        self.table.put(self.session.table, reports, problems)
        self.choices.show_columns(reports, self.table.selected)
        self.status_changed.emit()
        if self._wanted is not None:
            self.table.show_problem(self._wanted)
            self._wanted = None

    def _selected(self, names: Sequence[str]) -> None:
        self.choices.show_columns(self.table.reports, names)

    def fix(self) -> None:
        """Apply the fix of the problem that is framed, else of the first that has one."""
        mendable = [p for p in self.problems if fixes(p)]
        framed = self.table.framed
        for problem in ([framed] if framed in mendable else mendable)[:1]:
            self.session.apply_repair(fixes(problem)[0])

    def shut(self) -> None:
        if self._looking is not None:
            self._looking.forget()

    # ---- actions ----
    def _open_csv(self) -> None:
        self.actions_.trigger("data.replace" if self.session.project.data.source.path else "file.open_csv")

    def _reread(self) -> None:
        self.actions_.trigger("data.reread")

    def _show_rejects(self) -> None:
        table = self.session.table
        if table is None:
            return
        dialog = QDialog(self.window())
        dialog.setWindowTitle(tr("Rejected lines"))
        dialog.setAccessibleName(tr("Rejected lines"))
        lay(dialog, [Scroll(rejects_card(table), name=tr("Rejected lines"))], True, 0, 12)
        dialog.resize(640, 420)
        dialog.open()

    # ---- frame ----
    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        for severity, icon, color, one, many in (
            ("error", "circle-alert", "danger.text", "error", "errors"),
            ("warning", "triangle-alert", "warning.text", "warning", "warnings"),
            ("tip", "lightbulb", "text.secondary", "tip", "tips"),
        ):
            if n := sum(p.severity == severity for p in self.problems):
                left.append(Status(icon, plural(n, one, many), color))
        found = self.choices.found
        if found and all(leak.fine for leak in found):
            left.append(Status("circle-check", tr("No leaks found"), "success.text"))
        elif found:
            left.append(Status("triangle-alert", next(x.sentence for x in found if not x.fine), "warning.text"))
        table = self.session.table
        right = (
            [Status("database", f"{plural(table.rows, 'row', 'rows')} · {len(table.columns)} columns")] if table else []
        )
        return left, right

    def primary(self) -> Primary:
        reason = ""
        if self.session.table is None:
            reason = tr("Open a CSV first.")
        elif self.session.prepared is None:
            reason = self.session.data_problem
        return Primary(tr("Define model"), "arrow-right", self._go_define, reason)

    def _go_define(self) -> None:
        self.go.emit("define")


class _Look:
    """What the thread does: types and roles of all columns, and what is wrong with them."""

    def __init__(self, table: "Table", settings: DataSettings, prepared: "Prepared | None") -> None:
        self._table, self._settings, self._prepared = table, settings, prepared

    def __call__(self) -> Findings:
        reports = self._prepared.reports if self._prepared else column_rules.infer(self._table, self._settings)
        task = column_rules.task(reports, self._settings)
        return tuple(reports), data_problems.problems(self._table, reports, self._settings, task)
