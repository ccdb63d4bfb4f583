"""The Predict page: one row from a form with live output, or a CSV in and a CSV out."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.data import recipe as recipes
from engine.data.recipe import Recipe
from engine.data.steps import NumberStep
from engine.errors import LayerwrightError
from engine.project.runs import Run
from studio.pages.page import Page, Primary, Status
from studio.pages.panels import SidePanel
from studio.pages.predict.batch import BatchPanel
from studio.pages.predict.form import Number, RowForm
from studio.pages.predict.nearest import Nearest
from studio.pages.predict.output import OutputCard, WhatIf
from studio.pages.summary import data_status
from studio.text import plural, tr
from studio.widgets import Card, EmptyState, IconButton, Label, Line, Scroll, Select, Tabs, column, row

if TYPE_CHECKING:
    from engine.project.lifecycle import Predictions

STEPS = 61
WAIT_MS = 20

MOST_NAMES = 24


class PredictPage(Page):
    """Predicts with the current run; follows it when another is chosen."""

    STAGE = "predict"
    LEFT = ("sliders-horizontal", "Input values")
    LEFT_WIDTH = 372

    def build(self) -> None:
        self.recipe: Recipe | None = None
        self._run: Run | None = None
        self._row = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._predict)
        super().build()
        self.session.run_changed.connect(self._run_changed)
        self.session.table_changed.connect(self._table_changed)
        self._run_changed(self.session.run)

    def left(self) -> QWidget:
        self.tabs = Tabs([("row", tr("Single row")), ("file", tr("CSV file"))], "row", name=tr("Predict what"))
        self.tabs.changed.connect(self._show_tab)
        self.start = Select((), name=tr("Start from"), width=190)
        self.start.changed.connect(self._start_from)
        dice = IconButton("dices", tr("Another test row"))
        dice.clicked.connect(self._next_row)
        self.form = RowForm()
        self.form.changed.connect(self._timer.start)
        self.note = Label("", 11, color="text.muted", wrap=True, name=tr("Note on the inputs"))
        self.tools = row(
            Label(tr("Start from"), 12, color="text.secondary"), self.start, dice, None, margins=(16, 6, 12, 6)
        )
        self.values = Scroll(column(self.form, None, margins=(16, 4, 16, 12)), name=tr("Input values"))
        return column(
            row(self.tabs, None, margins=(16, 0, 16, 0)), Line(), self.tools, (self.values, 1), (self.batch.side, 1),
            Line(),
            column(self.note, margins=(16, 8, 16, 8)), spacing=0,
        )  # fmt: skip

    def centre(self) -> QWidget:
        self.output, self.nearest = OutputCard(), Nearest()
        self.plot = WhatIf()
        self.vary = Select((), name=tr("What if column"))
        self.vary.changed.connect(self._timer.start)
        tools = (
            Label(tr("change"), 12, color="text.muted"),
            self.vary,
            Label(tr("hold the rest"), 12, color="text.muted"),
        )
        self.what_if = Card(tr("What if"), (self.plot, 1), tools=tools)
        single = row((column(self.output, (self.nearest, 1), spacing=12), 4), (self.what_if, 5), spacing=12, margins=12)
        self.batch = BatchPanel()
        self.batch.told.connect(self._told)
        self.batch.changed.connect(self.status_changed)
        action = EmptyState.button(tr("Go to Fit"), "activity")
        action.clicked.connect(self._go_fit)
        sentence = tr("Train a network; then type a row, or give it a CSV, and read what it says.")
        self.empty = EmptyState("wand-sparkles", tr("Predictions need a trained network"), sentence, action)
        self.stack = QStackedWidget()
        for widget in (self.empty, single, column((self.batch, 1), margins=12)):
            self.stack.addWidget(widget)
        return self.stack

    # ---- which run ----
    def _run_changed(self, run: Run | None) -> None:
        if run is not None and self._run is not None and run.id == self._run.id and run.recipe == self._run.recipe:
            self._run = run
            self._timer.start()
            return
        self._run = run
        self.recipe = recipes.from_json(dict(run.recipe)) if run is not None and run.recipe else None
        self.batch.show_run(run, self.session.project, self.session.table)
        if run is not None and self.recipe is not None:
            self.form.show_recipe(self.recipe, self.session.table, run)
            self.nearest.learn(self.recipe, self.session.table, run)
            numbers = [s.column for s in self.recipe.steps if isinstance(s, NumberStep)]
            self.vary.set_options([(n, n) for n in numbers], numbers[0] if numbers else None)
            self.what_if.setVisible(bool(numbers))
            self._list_rows(run)
        self._show_tab(self.tabs.value())
        self._timer.start()
        self.status_changed.emit()

    def _table_changed(self, _table: Any) -> None:
        if self._run is not None and self.recipe is not None and self.session.table is not None:
            self.form.show_recipe(self.recipe, self.session.table, self._run)
            self.nearest.learn(self.recipe, self.session.table, self._run)
            self._list_rows(self._run)
            self._timer.start()

    def _list_rows(self, run: Run) -> None:
        rows = run.part("test")[:200].tolist() if self.session.table is not None else []
        options = [(None, tr("typical values")), *((i, tr("row {n} (test)", n=i + 1)) for i in rows)]
        self.start.set_options(options, None)

    def _show_tab(self, tab: Any) -> None:
        there = self.recipe is not None
        left = self.panels.get("left")
        if isinstance(left, SidePanel) and not left.floats:
            left.setVisible(there and "left" not in self.hidden_by_person)
        self.tools.setVisible(tab == "row")
        self.values.setVisible(tab == "row")
        self.batch.side.setVisible(tab == "file")
        self.note.setText(self._note(tab))
        self.stack.setCurrentIndex(0 if not there else 1 if tab == "row" else 2)
        self.status_changed.emit()

    def _note(self, tab: Any) -> str:
        if tab == "row" or self.recipe is None:
            return tr("The darker track is the training range; the tick is the median.")
        names = list(dict.fromkeys(step.column for step in self.recipe.steps))
        more = tr(" and {n} more", n=len(names) - MOST_NAMES) if len(names) > MOST_NAMES else ""
        return tr("The file needs these columns: {names}.", names=", ".join(names[:MOST_NAMES]) + more)

    # ---- one row ----
    def _start_from(self, row_id: Any) -> None:
        table = self.session.table
        if self._run is None or self.recipe is None:
            return
        if row_id is None or table is None:
            self.form.show_recipe(self.recipe, table, self._run)
            self._timer.start()
        else:
            self.form.take(table.row(int(row_id)), tuple(table.missing))

    def _next_row(self) -> None:
        if self.start.count() > 1:
            self._row = self._row % (self.start.count() - 1) + 1
            self.start.setCurrentIndex(self._row)
            self._start_from(self.start.value())

    def _rows(self) -> list[dict[str, str]]:
        """Return the row of the form, then the same row with one column moved over its range."""
        values = self.form.values()
        field = self.form.fields.get(str(self.vary.value()))
        if not isinstance(field, Number):
            return [values]
        self._x = np.linspace(*field.bounds.reach, STEPS)
        return [values, *({**values, field.step.column: repr(float(x))} for x in self._x)]

    def _predict(self) -> None:
        if self._run is None or self.recipe is None or not self.isVisible():
            return
        from engine.data import table
        from engine.project import lifecycle

        try:
            made = table.from_rows(self._rows())
            found = lifecycle.predict(self._run, self.session.project, made)
        except LayerwrightError as error:
            self.output.show_problem(str(error))
            return
        self.nearest.show_row(self.recipe, made)
        self._show(found)
        if self.session.stage_mark("predict") != "done":
            self.session.mark_stage("predict")

    def _show(self, found: "Predictions") -> None:
        recipe = self.recipe
        assert recipe is not None
        name = recipe.targets[0].column
        if 0 in found.problems:
            self.output.show_problem(found.problems[0])
        elif found.probabilities is not None:
            self.output.show_classes(found.classes, found.probabilities[0])
        else:
            self.output.show_number(_number(found.values[0]), name)
        title = str(self.vary.value())
        self.plot.set_shades(self._unseen(title))
        text = self.form.fields[title].value() if title in self.form.fields else ""
        now = float(text) if text else None
        if len(found.values) < STEPS:
            return
        if found.probabilities is not None:
            self.plot.show_classes(self._x, found.probabilities[1:], found.classes, now, title)
        else:
            self.plot.show_numbers(self._x, np.array([_number(v) for v in found.values[1:]]), now, title, name)

    def _unseen(self, title: str) -> list[tuple[float, float]]:
        """Return the stretches of a column that training did not see."""
        field = self.form.fields.get(title)
        if not isinstance(field, Number):
            return []
        low, high = field.bounds.reach
        return [(low, field.bounds.low), (field.bounds.high, high)]

    # ---- frame ----
    def enter(self) -> None:
        self._timer.start()

    def shut(self) -> None:
        self._timer.stop()
        self.batch.shut()

    def _told(self, title: str, text: str, kind: str) -> None:
        self.toast(title, text, kind)

    def _go_fit(self) -> None:
        self.go.emit("fit")

    def status(self) -> tuple[list[Status], list[Status]]:
        left = []
        if self.tabs.value() == "file":
            return [*self._file_status(), *self._run_status()], data_status(self.session)
        outside = sum(isinstance(f, Number) and f.note.isVisibleTo(f) for f in self.form.fields.values())
        if outside:
            left.append(
                Status("triangle-alert", tr("{n} inputs outside the training range", n=outside), "warning.text")
            )
        return [*left, *self._run_status()], data_status(self.session)

    def _run_status(self) -> list[Status]:
        if self._run is None:
            return []
        title = self.session.project.titles.get(self._run.id) or tr("Run {n}", n=self._run.number)
        return [Status("git-branch", title)]

    def _file_status(self) -> list[Status]:
        found = self.batch.found
        if found is None:
            return []
        rows = plural(len(found.values) - len(found.problems), "row", "rows")
        return [Status("circle-check", tr("{rows} predicted", rows=rows), "success.text")]

    def primary(self) -> Primary:
        reason = "" if self._run is not None else tr("Train a network first.")
        if self.tabs.value() == "file" and self.batch.answered is not None:
            return Primary(tr("Save predictions"), "save", self.batch.ask_where)
        return Primary(tr("Export model"), "upload", self._export, reason, exports=True)

    def _export(self) -> None:
        self.actions_.trigger("file.export")


def _number(value: Any) -> float:
    """Return a prediction as a number; a row that could not be predicted is a gap."""
    return float("nan") if value is None else float(value)
