"""A CSV in, a CSV out: the file with the match of its columns at the left; answers, classes and rows in the middle."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from engine.project.document import Project
from engine.project.runs import Run
from studio.jobs.job import Job, sentence
from studio.pages import numbers
from studio.pages.predict.answered import SURE, Answered, Match, answer, matches
from studio.pages.rowtable import AnsweredRows, Column, ShareDelegate, fit_columns, sortable
from studio.text import plural, tr
from studio.widgets import (
    Box,
    Button,
    Card,
    CheckBox,
    Chip,
    EmptyState,
    Icon,
    Label,
    Line,
    PanelHead,
    ProgressBar,
    Scroll,
    Segmented,
    Table,
    Tile,
    box_of,
    clear,
    column,
    fixed,
    lay,
    plain_tip,
    put,
    row,
)  # fmt: skip
from studio.widgets.bars import BarPlot

if TYPE_CHECKING:
    from engine.data.table import Table as Data
    from engine.project.lifecycle import Predictions

STATES = {"ok": ("circle-check", "success.fill"), "warning": ("triangle-alert", "warning.fill")}
CLASSES, BINS = 12, 24
TOP, LINE, TOP_LINES = 56, 26, 6
"""Height of the upper cards: head and margins, a class, and for how many classes there is room without scrolling."""


class FilePanel(Box):
    """The left side: the file, how its columns match, and what is written."""

    def __init__(self) -> None:
        self.file = Label(tr("No file yet"), 13, 600, elide=True)
        self.extent = Label(tr("a target column is not needed"), 11, 400, "text.muted", elide=True)
        self.choose = Button(tr("Choose CSV…"), "folder-open", "soft", "small", name=tr("Choose CSV to predict"))
        words = column(self.file, self.extent, spacing=1)
        head = row(Tile("file-spreadsheet", "conv", 32, 18), (words, 1), self.choose, spacing=10,
                   margins=(16, 12, 12, 12))  # fmt: skip
        self.state = Chip("", "success.text", "success.soft", height=20)
        self.lines = QWidget()
        self._lines = lay(self.lines, [], True, 4, (16, 0, 16, 10))
        self.match = column(Line(color="border.soft"), PanelHead(tr("Column match"), self.state), self.lines, spacing=0)
        self.safe = CheckBox(
            tr("Safe for spreadsheets"), name=tr("Safe for spreadsheets"),
            tooltip=tr("Puts an apostrophe before text that a spreadsheet would run as a formula (= + - @)."),
        )  # fmt: skip
        self.save = Button(tr("Save predictions…"), "save", "default", name=tr("Save predictions"))
        written = column(self.safe, row(self.save, None), spacing=10, margins=(16, 0, 16, 12))
        self.write = column(Line(color="border.soft"), PanelHead(tr("Write")), written, spacing=0)
        scroll = Scroll(column(head, self.match, self.write, None, spacing=0), name=tr("File to predict"))
        super().__init__((scroll, 1), fill=None, stroke=None, spacing=0)

    def show_nothing(self) -> None:
        """Show that there is no file."""
        self.file.setText(tr("No file yet"))
        self.extent.setText(tr("a target column is not needed"))
        self.choose.set_text(tr("Choose CSV…"), "folder-open")
        self.match.hide()
        self.write.hide()

    def show_answered(self, answered: Answered) -> None:
        """Show a file and how its columns match."""
        table = answered.table
        self.file.setText(Path(table.path).name)
        columns = plural(len(table.columns), "column", "columns")
        self.extent.setText(f"{plural(table.rows, 'row', 'rows')} · {columns}")
        self.choose.set_text(tr("Change…"), "folder-open")
        lines = matches(answered)
        clear(self._lines)
        for line in lines:
            put(self._lines, _match_row(line))
        good = all(line.state == "ok" for line in lines)
        self.state.set(tr("{n} of {n}", n=len(answered.inputs)), *_tone(good))
        self.match.show()
        self.write.show()


def _tone(good: bool) -> tuple[str, str]:
    return ("success.text", "success.soft") if good else ("warning.text", "warning.soft")


def _match_row(line: Match) -> QWidget:
    icon, color = STATES[line.state]
    made = row(Icon(icon, color, 14), (Label(line.text, 12, 400, "text.secondary", elide=True), 1),
               Label(line.figure, 11, 500, mono=True), spacing=8, height=22)  # fmt: skip
    if line.tip:
        made.setToolTip(plain_tip(line.tip))
    return made


class Answers(Card):
    """How many rows got an answer, and how sure it is."""

    def __init__(self) -> None:
        super().__init__(tr("Answers"), name=tr("Answers"))
        self.note = Label("", 12, 400, "text.secondary", wrap=True)

    def show_answered(self, answered: Answered) -> None:
        """Show the figures of a file."""
        self.clear()
        if self.head:
            took = numbers.duration(answered.seconds)
            rows = plural(answered.table.rows, "row", "rows")
            self.head.title.setText(tr("{rows} in {time}", rows=rows, time=took))
        self.add(row(*((_figure(*f), 1) for f in figures(answered)), spacing=12))
        bad = len(answered.found.problems) + len(answered.table.rejects)
        if bad:
            words = tr("{n} with a problem stay empty; the note says why.", n=plural(bad, "row", "rows"))
            self.add(
                row(Icon("triangle-alert", "warning.fill"), (Label(words, 12, 400, wrap=True), 1), margins=(0, 8, 0, 0))
            )
        self.add(None)


def figures(answered: Answered) -> list[tuple[str, str, str]]:
    """Return (caption, number, colour) of the figures of a file."""
    kinds = answered.kinds()
    outside = int(kinds["outside"].sum())
    far = (tr("Out of range"), f"{outside:,}", "warning.text" if outside else "text.primary")
    if answered.sure is None:
        found = answered.numbers()
        spread = (found.min(), found.mean(), found.max()) if len(found) else (None, None, None)
        names = (tr("Smallest"), tr("Mean"), tr("Largest"))
        values = (numbers.figure(None if v is None else float(v)) for v in spread)
        return [*((n, v, "text.primary") for n, v in zip(names, values, strict=True)), far]
    sure, doubt = int(np.nansum(answered.sure >= SURE)), int(kinds["doubt"].sum())
    return [
        (tr("Sure, from {p:g}", p=SURE), f"{sure:,}", "text.primary"),
        (tr("Uncertain"), f"{doubt:,}", "warning.text" if doubt else "text.primary"),
        far,
    ]


def _figure(caption: str, number: str, color: str) -> QWidget:
    value = Label(number, 20, 600, color, display=True, name=caption)
    return column(Label(caption, 11, 500, "text.muted", elide=True), value, spacing=2)


class Predicted(Card):
    """How many rows got each class; of a regression how the numbers are spread."""

    def __init__(self) -> None:
        super().__init__(tr("Predicted classes"))

    def show_answered(self, answered: Answered) -> None:
        """Show what the rows got."""
        self.clear()
        counts = answered.counts()
        if self.head:
            self.head.title.setText(tr("Predicted classes") if counts else tr("Predicted numbers"))
        if not counts:
            self.add((_histogram(answered.numbers()), 1))
            return
        bars, most = QWidget(), max(n for _, n in counts) or 1
        box = lay(bars, [], True, 4, 0)
        for name, count in counts[:CLASSES]:
            bar = ProgressBar(count / most, name=tr("Rows predicted as {name}", name=name), height=10)
            title, value = fixed(Label(name, 12, 500, elide=True), 96), Label(f"{count:,}", 12, 500, mono=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            put(box, row(title, (bar, 1), fixed(value, 56), spacing=10, height=22))
        put(box, None)
        self.add((Scroll(bars, name=tr("Predicted classes")), 1))


def _histogram(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> BarPlot:
    plot = BarPlot(name=tr("Spread of the predictions"))
    if len(values):
        counts, edges = np.histogram(values, min(BINS, max(len(values), 1)))
        plot.set_bars(counts.tolist(), [numbers.figure(float(edge)) for edge in edges[:-1]])
    return plot


class Preview(Card):
    """The rows with their answers, all or those of a kind."""

    def __init__(self) -> None:
        self.model = AnsweredRows()
        self.table = Table(self.model, name=tr("Predicted rows"))
        self.which = Segmented([("all", tr("All"))], "all", name=tr("Rows to show"), height=26)
        self.tools = row(self.which)
        super().__init__(tr("Preview"), (self.table, 1), tools=(self.tools,), margins=(1, 0, 1, 4))
        self._delegate = ShareDelegate(self.table, "accent.fill", "warning.fill")
        self._answered: Answered | None = None
        sortable(self.table).sortIndicatorChanged.connect(self._sorted)

    def show_answered(self, answered: Answered) -> None:
        """Show the rows of a file in its order."""
        self._answered = answered
        kinds = answered.kinds()
        titles = {"all": tr("All"), "doubt": tr("Uncertain"), "outside": tr("Out of range"), "problem": tr("Problem")}
        options = [(k, f"{titles[k]} {int(n.sum()):,}") for k, n in kinds.items() if k == "all" or n.any()]
        clear(box_of(self.tools))
        self.which = Segmented(options, "all", name=tr("Rows to show"), height=26)
        self.which.changed.connect(self._chosen)
        put(box_of(self.tools), self.which)
        order = np.arange(answered.table.rows, dtype=np.intp)
        self.model.show(preview(answered), order, kinds["doubt"], -1)
        fit_columns(self.table, self.model.columns, self._delegate)

    def _chosen(self, which: str) -> None:
        if self._answered is not None:
            self.model.keep(None if which == "all" else self._answered.kinds()[which])  # type: ignore[index]

    def _sorted(self, at: int, order: Qt.SortOrder) -> None:
        if at >= 0:
            self.model.sort(at, order)


def preview(answered: Answered) -> list[Column]:
    """Return line, answer, probability and note of the rows, then the columns of the file."""
    table, found = answered.table, answered.found
    said = ["" if v is None else v if isinstance(v, str) else numbers.figure(float(v)) for v in found.values]
    number = found.probabilities is None
    made = [Column(tr("Line"), table.lines), Column(tr("Predicted"), said, mono=number, strong=True)]
    if answered.sure is not None:
        made.append(Column(tr("Probability"), np.nan_to_num(answered.sure), share=True))
    made.append(Column(tr("Note"), answered.notes(), mono=False))
    return [*made, *(Column(n, table.raw(n), not bool(table.numbers(n)[1].any())) for n in table.columns)]


class BatchPanel(Box):
    """Predicts the rows of a file. `told(title, text, kind)` after saving or a failure; `changed()` with the answers.

    side: the widget for the left of the page.
    """

    told = Signal(object, object, object)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__(fill=None, stroke=None, spacing=12)
        self.run: Run | None = None
        self.project: Project | None = None
        self.trained: Data | None = None
        self.answered: Answered | None = None
        self._job: Job | None = None
        self.side = FilePanel()
        self.choose, self.save = self.side.choose, self.side.save
        self.answers, self.classes, self.preview = Answers(), Predicted(), Preview()
        open_ = Button(tr("Choose CSV…"), "folder-open", "soft", name=tr("Choose a CSV"))
        words = tr("Choose a CSV with the input columns; a target is not needed.")
        self.empty = EmptyState("file-spreadsheet", tr("Predictions appear here"), words, open_)
        self.upper = row((self.answers, 1), (self.classes, 1), spacing=12)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(column(self.upper, (self.preview, 1), spacing=12))
        box_of(self).addWidget(self.stack, 1)
        for button in (self.choose, open_):
            button.clicked.connect(self.ask)
        self.save.clicked.connect(self.ask_where)
        self._show()

    @property
    def table(self) -> "Data | None":
        """The file that was read."""
        return self.answered.table if self.answered else None

    @property
    def found(self) -> "Predictions | None":
        """What is said of its rows."""
        return self.answered.found if self.answered else None

    def show_run(self, run: Run | None, project: Project, trained: "Data | None" = None) -> None:
        """Predict with this run from now on. trained: the project's table, for what training saw."""
        self.run, self.project, self.trained = run, project, trained
        if self.answered is not None and run is not None:
            self.open(Path(self.answered.table.path))

    def ask(self) -> None:
        """Let the person choose the file."""
        dialog = self._dialog(tr("CSV to predict"), tr("CSV files (*.csv *.tsv *.txt);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _dialog(self, title: str, filters: str) -> QFileDialog:
        """Return a file dialog that does not block: the window may be closed while it is open."""
        dialog = QFileDialog(self, title, "", filters)
        dialog.setAccessibleName(title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _chosen(self, name: str) -> None:
        self.open(Path(name))

    def open(self, path: Path) -> None:
        """Read a file and predict its rows in the background."""
        if self.run is None or self.project is None:
            return
        if self._job is not None:
            self._job.forget()
        self.side.extent.setText(tr("Reading {file}…", file=path.name))
        work = functools.partial(answer, path, self.run, self.project, self.trained)
        self._job = Job(work, on_done=self._done, on_error=self._failed, name="predict a file").start()

    def _done(self, answered: Answered) -> None:
        self._job, self.answered = None, answered
        self._show()

    def _failed(self, error: BaseException) -> None:
        self._job = self.answered = None
        self._show()
        self.empty.sentence.setText(sentence(error))
        self.told.emit(tr("The file cannot be predicted"), sentence(error), "error")

    def _show(self) -> None:
        self.stack.setCurrentIndex(int(self.answered is not None))
        if self.answered is None:
            self.side.show_nothing()
        else:
            lines = len(self.answered.counts()) or TOP_LINES
            self.upper.setFixedHeight(TOP + LINE * min(max(lines, 3), TOP_LINES))
            for part in (self.side, self.answers, self.classes, self.preview):
                part.show_answered(self.answered)
        self.changed.emit()

    def ask_where(self) -> None:
        """Let the person choose where the predictions go."""
        dialog = self._dialog(tr("Save predictions to"), tr("CSV files (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("predictions.csv")
        dialog.fileSelected.connect(self._place_chosen)
        dialog.open()

    def _place_chosen(self, name: str) -> None:
        self.write(Path(name))

    def write(self, path: Path) -> None:
        """Write the input columns and the predictions."""
        from engine.cli import predictions
        from engine.errors import LayerwrightError

        if self.table is None or self.found is None:
            return
        try:
            rows, problems = predictions.write(path, self.table, self.found, self.side.safe.isChecked())
        except (LayerwrightError, OSError) as error:
            self.told.emit(tr("The predictions were not saved"), sentence(error), "error")
            return
        words = tr("{rows}, {n} with a problem", rows=plural(rows, "row", "rows"), n=problems)
        self.told.emit(tr("Saved {file}", file=path.name), words, "success")

    def shut(self) -> None:
        """Forget work under way."""
        if self._job is not None:
            self._job.forget()
