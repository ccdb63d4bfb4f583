"""The Evaluate page: what the current run is worth on rows it has never seen, and which rows it gets wrong."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.project.document import Project
from engine.project.runs import Run
from studio.actions import Actions
from studio.document.session import Session
from studio.jobs import Job, sentence
from studio.pages import numbers
from studio.pages.evaluate.cards import (
    ClassesCard,
    ConfusionCard,
    CurvesCard,
    MetricRow,
    ResidualCard,
    ScatterCard,
    metrics_of,
)  # fmt: skip
from studio.pages.evaluate.rows import RowsCard
from studio.pages.page import Page, Primary, Status
from studio.pages.summary import data_status
from studio.text import plural, tr
from studio.widgets import Button, Chip, EmptyState, Label, Segmented, Select, column, fixed, lay, row

if TYPE_CHECKING:
    from engine.project.evaluation import Evaluation

PARTS = (("test", "Test"), ("validation", "Validation"), ("train", "Train"))
HEADS = {
    "test": "Test set, {rows} never used in training",
    "validation": "Validation set, {rows} that training was steered by",
    "train": "Training set, {rows} that the weights were fitted to",
}
STAGE_TITLES = {"data": "Data", "define": "Define", "compile": "Compile", "fit": "fit settings"}
NONE = "none"


class EvaluatePage(Page):
    """Evaluates the session's current run in the background, and again when another run or part is chosen."""

    STAGE = "evaluate"

    def __init__(self, session: Session, actions: Actions) -> None:
        self.found: Evaluation | None = None
        self.seconds = 0.0
        self._of: tuple[str, str] | None = None
        self._wanted: tuple[str, str] | None = None
        self._job: Job | None = None
        self._error = ""
        super().__init__(session, actions)
        self._connect()
        self.refresh()

    # ---- parts -----------------------------------------------------------------------------------------------------
    def build(self) -> None:
        self.metrics, self.rows = MetricRow(), RowsCard()
        self.confusion, self.curves, self.classes = ConfusionCard(), CurvesCard(), ClassesCard()
        self.scatter, self.residuals = ScatterCard(), ResidualCard()
        self.classification = row((self.confusion, 34), (self.curves, 33), (self.classes, 33), spacing=12)
        self.regression = row((self.scatter, 1), (self.residuals, 1), spacing=12)
        shown = column(
            self._top(), self.metrics, (self.classification, 1), (self.regression, 1), fixed(self.rows, height=242),
            spacing=12, margins=(12, 8, 12, 12),
        )  # fmt: skip
        self.button = Button(tr("Go to Fit"), "arrow-right", "soft")
        words = tr("Fit a run first; the test rows stay hidden until then.")
        self.nothing = EmptyState("target", tr("Nothing to score"), words, self.button)
        empty = QWidget()
        lay(empty, [(self.nothing, 1)], True, 0, 0)
        self.stack = QStackedWidget()
        self.stack.addWidget(empty)
        self.stack.addWidget(shown)
        lay(self, [(self.stack, 1)], True, 0, 0)

    def _top(self) -> QWidget:
        self.head = Label("", 13, 600, elide=True)
        self.run_chip = Chip("", "text.primary", height=22)
        self.stale = Chip("", "warning.text", "warning.soft", "triangle-alert", height=22)
        self.stale.hide()
        self.part = Segmented([(p, tr(t)) for p, t in PARTS], "test", name=tr("Rows to evaluate"))
        self.compare = Select([(NONE, tr("no run"))], NONE, name=tr("Compare with run"), width=130)
        caption = Label(tr("Compare"), 12, 400, "text.muted")
        return row((self.head, 1), self.run_chip, self.stale, self.part, caption, self.compare, height=32)

    def _connect(self) -> None:
        session = self.session
        session.changed.connect(self._project_changed)
        session.run_changed.connect(self._run_changed)
        session.prepared_changed.connect(self._data_changed)
        self.part.changed.connect(self._part_chosen)
        self.compare.changed.connect(self._compare_chosen)
        self.confusion.picked.connect(self._cell_picked)
        self.classes.picked.connect(self._class_picked)
        self.scatter.picked.connect(self._point_picked)
        self.rows.cleared.connect(self._filter_cleared)
        self.button.clicked.connect(self._pressed)

    # ---- for the window --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        self.evaluate()
        self.refresh()

    def shut(self) -> None:
        if self._job is not None:
            self._job.forget()

    def primary(self) -> Primary:
        if self.session.run is None:
            return Primary(tr("Go to Fit"), "activity", self._to_fit)
        return Primary(tr("Predict"), "wand-sparkles", self._to_predict)

    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        if self._job is not None:
            left.append(Status("target", tr("Evaluating…")))
        elif self._error:
            left.append(Status("circle-alert", self._error, "danger.text"))
        elif self.found is not None:
            took = numbers.duration(self.seconds)
            left.append(Status("circle-check", tr("Evaluated in {time}", time=took), "success.text"))
            if self.rows.filter.isVisibleTo(self.rows):
                count = plural(self.rows.model.rowCount(), "row", "rows")
                left.append(Status("filter", tr("{rows} selected", rows=count), "accent.text"))
        return left, data_status(self.session)

    # ---- evaluating ------------------------------------------------------------------------------------------------
    def evaluate(self) -> None:
        """Evaluate the current run on the chosen part, unless that is what is shown."""
        run, data = self.session.run, self.session.prepared or self.session.table
        if run is None or data is None:
            return
        wanted = (run.id, self.part.value())
        if wanted == self._of and self.found is not None:
            return
        if self._job is not None:
            self._wanted = wanted
            return
        self._wanted, self._of, self._error = None, wanted, ""
        work = _Work(run, self.session.project, data, wanted[1])
        self._job = Job(work, None, self._done, self._failed, name="evaluate").start()
        self.status_changed.emit()

    def _done(self, result: "tuple[Evaluation, float]") -> None:
        self._job = None
        self.found, self.seconds = result
        run = self.session.run
        if self._wanted is not None or run is None or self._of is None or run.id != self._of[0]:
            self._again()
            return
        if self._of[1] == "test":
            self.session.mark_stage("evaluate")
        self._show_found(self.found)
        self.refresh()

    def _failed(self, error: BaseException) -> None:
        self._job, self.found = None, None
        self._error = sentence(error)
        if self._wanted is not None:
            self._again()
        self.refresh()

    def _again(self) -> None:
        self._of, self.found = None, None
        self.evaluate()

    # ---- showing ---------------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Show what there is: the evaluation, or why there is none."""
        some = self.found is not None and self.session.run is not None
        self.stack.setCurrentIndex(1 if some else 0)
        if not some:
            self._show_nothing()
        else:
            self._show_head()
        self.status_changed.emit()

    def _show_nothing(self) -> None:
        run = self.session.run
        title, words = tr("Nothing to score"), tr("Fit a run first; the test rows stay hidden until then.")
        if self._error:
            title, words = tr("The run cannot be evaluated"), self._error
        elif run is not None and self._job is not None:
            title, words = tr("Evaluating…"), tr("The run is tried on rows that it has not seen.")
        elif run is not None and self.session.table is None:
            title = tr("The data are missing")
            words = self.session.data_problem or tr("The table of this project is not open.")
        self.nothing.title.setText(title)
        self.nothing.sentence.setText(words)
        to_data = run is not None and self.session.table is None
        self.button.set_text(tr("Go to Data") if to_data else tr("Go to Fit"), "arrow-right")
        self.button.setAccessibleName(tr("Go to Data") if to_data else tr("Go to Fit"))
        self.button.setVisible(self._job is None)

    def _show_head(self) -> None:
        run, found = self.session.run, self.found
        if run is None or found is None:
            return
        self.head.setText(tr(HEADS[found.part], rows=plural(len(found.ids), "row", "rows")))
        epoch = run.best + 1 if run.best is not None else run.epochs
        self.run_chip.set(f"{self._title(run)} · {tr('epoch {n}', n=epoch)}")
        names = [tr(STAGE_TITLES[s]) for s in STAGE_TITLES if s in self.session.stale_stages()]
        self.stale.set(tr("out of date: {stages} changed", stages=", ".join(names)))
        self.stale.setVisible(bool(names))
        others = [(r.id, self._title(r)) for r in self.session.runs if r.id != run.id and found.part in r.metrics]
        self.compare.set_options([(NONE, tr("no run")), *others], self.compare.value())

    def _show_found(self, found: "Evaluation") -> None:
        self.classification.setVisible(found.confusion is not None)
        self.regression.setVisible(found.confusion is None)
        self._show_metrics()
        if found.confusion is not None:
            self.confusion.matrix.show_counts(found.confusion, found.classes)
            self.curves.show_evaluation(found)
            self.classes.show_evaluation(found)
        else:
            self.scatter.show_evaluation(found)
            self.residuals.show_evaluation(found)
        table = self.session.table
        if table is not None:
            self.rows.show_evaluation(found, table, self._inputs(found))

    def _inputs(self, found: "Evaluation") -> list[str]:
        prepared = self.session.prepared
        if prepared is None:
            return [c for c in (self.session.table.columns if self.session.table else ()) if c != found.column]
        return [report.name for report in prepared.reports if report.role == "input"]

    def _show_metrics(self) -> None:
        if self.found is None:
            return
        other = self.compare.value()
        run = self.session.runs[other] if other != NONE and other in self.session.runs else None
        figures = run.metrics.get(self.found.part) if run else None
        self.metrics.show_metrics(metrics_of(self.found, figures, self._title(run) if run else ""))

    def _title(self, run: Run) -> str:
        return self.session.project.titles.get(run.id) or tr("Run {n}", n=run.number)

    # ---- what the parts tell ---------------------------------------------------------------------------------------
    def _part_chosen(self, _part: str) -> None:
        self.evaluate()

    def _compare_chosen(self, _run: str) -> None:
        self._show_metrics()

    def _cell_picked(self, cell: Any) -> None:
        found = self.found
        if found is None or cell is None:
            self.rows.show_filter("")
        else:
            keep = np.ones(len(found.ids), bool)
            for wanted, actual in zip(cell, (found.truth, found.prediction), strict=True):
                keep &= True if wanted is None else actual == wanted
            self.rows.show_filter(self.confusion.matrix.sentence(cell), keep)
        self.status_changed.emit()

    def _class_picked(self, index: int | None) -> None:
        self.confusion.matrix.choose(None if index is None else (index, None))

    def _point_picked(self, position: int) -> None:
        if self.found is None:
            return
        keep = np.zeros(len(self.found.ids), bool)
        keep[position] = True
        line = self.session.table.lines[self.found.ids[position]] if self.session.table else position
        self.scatter.show_evaluation(self.found, (position,))
        self.rows.show_filter(tr("line {n}", n=int(line)), keep)
        self.status_changed.emit()

    def _filter_cleared(self) -> None:
        self.confusion.matrix.choose(None)
        self.rows.show_filter("")
        if self.found is not None and self.found.confusion is None:
            self.scatter.show_evaluation(self.found)
        self.status_changed.emit()

    def _pressed(self, _checked: bool = False) -> None:
        missing = self.session.run is not None and self.session.table is None
        self.go.emit("data" if missing else "fit")

    def _to_fit(self) -> None:
        self.go.emit("fit")

    def _to_predict(self) -> None:
        self.go.emit("predict")

    # ---- what the session tells ------------------------------------------------------------------------------------
    def _run_changed(self, _run: object) -> None:
        run = self.session.run
        if run is None or (self._of is not None and run.id != self._of[0]):
            self.found = None
        if self.isVisible():
            self.evaluate()
        self.refresh()

    def _data_changed(self, _prepared: object) -> None:
        if self.isVisible() and self.found is None:
            self.evaluate()
        self.refresh()

    def _project_changed(self, _before: Project, _after: Project) -> None:
        self._show_head()


class _Work:
    """What the thread does."""

    def __init__(self, run: Run, project: Project, data: Any, part: Any) -> None:
        self._run, self._project, self._data, self._part = run, project, data, part

    def __call__(self) -> "tuple[Evaluation, float]":
        import time

        from engine.project import lifecycle

        began = time.perf_counter()
        found = lifecycle.evaluate(self._run, self._project, self._data, self._part)
        return found, time.perf_counter() - began
