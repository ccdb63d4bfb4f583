"""A CSV in, a CSV out: match of columns, preview, problems, save."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog

from engine.data.settings import Source
from engine.project.document import Project
from engine.project.runs import Run
from studio.jobs.job import Job, sentence
from studio.text import plural, tr
from studio.widgets import Box, Button, Card, EmptyState, Label, Rows, Table, column, row

if TYPE_CHECKING:
    from engine.data.table import Table as Data
    from engine.project.lifecycle import Predictions

PREVIEW = 500


class BatchPanel(Box):
    """Chooses a file and shows what was predicted. `told(title, text, kind)` after saving or a failure."""

    told = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__(fill=None, stroke=None, spacing=12)
        self.run: Run | None = None
        self.project: Project | None = None
        self.table: Data | None = None
        self.found: Predictions | None = None
        self._job: Job | None = None
        self.choose = Button(tr("Choose CSV…"), "folder-open", "default", name=tr("Choose CSV to predict"))
        self.save = Button(tr("Save predictions…"), "save", "default", name=tr("Save predictions"))
        self.file = Label(tr("No file yet"), 13, 600, elide=True)
        self.match = Label("", 12, color="text.secondary", wrap=True)
        self.rows = Rows()
        self.preview = Table(self.rows, name=tr("Predicted rows"))
        self.empty = EmptyState(
            "file-spreadsheet",
            tr("Predictions appear here"),
            tr("Choose a CSV with the input columns; a target is not needed."),
        )
        head = row((column(self.file, self.match, spacing=2), 1), self.choose, self.save)
        self.card = Card(tr("CSV file"), head, (self.preview, 1), self.empty)
        self.layout().addWidget(self.card, 1)  # type: ignore[union-attr, call-arg]
        self.choose.clicked.connect(self.ask)
        self.save.clicked.connect(self.ask_where)
        self._show()

    def show_run(self, run: Run | None, project: Project) -> None:
        """Predict with this run from now on."""
        self.run, self.project = run, project
        if self.table is not None and run is not None:
            self.open(Path(self.table.path))

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
        self.match.setText(tr("Reading {file}…", file=path.name))
        work = _Work(path, self.run, self.project)
        self._job = Job(work, on_done=self._done, on_error=self._failed, name="predict a file").start()

    def _done(self, result: Any) -> None:
        self._job = None
        self.table, self.found = result
        self._show()

    def _failed(self, error: BaseException) -> None:
        self._job = None
        self.table = self.found = None
        self._show()
        self.match.setText(sentence(error))
        self.told.emit(tr("The file cannot be predicted"), sentence(error), "danger")

    def _show(self) -> None:
        there = self.table is not None and self.found is not None
        self.preview.setVisible(there)
        self.save.setVisible(there)
        self.empty.setVisible(not there)
        if self.table is None or self.found is None:
            self.match.setText("")
            return
        self.file.setText(Path(self.table.path).name)
        bad = len(self.found.problems) + len(self.table.rejects)
        good = plural(self.table.rows - len(self.found.problems), "row", "rows")
        text = tr("{rows} predicted", rows=good)
        self.match.setText(text + (tr("; {n} with a problem stay empty", n=bad) if bad else ""))
        self.rows.put(*preview(self.table, self.found))

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
            rows, problems = predictions.write(path, self.table, self.found)
        except (LayerwrightError, OSError) as error:
            self.told.emit(tr("The predictions were not saved"), sentence(error), "danger")
            return
        words = tr("{rows}, {n} with a problem", rows=plural(rows, "row", "rows"), n=problems)
        self.told.emit(tr("Saved {file}", file=path.name), words, "success")

    def shut(self) -> None:
        """Forget work under way."""
        if self._job is not None:
            self._job.forget()


class _Work:
    def __init__(self, path: Path, run: Run, project: Project) -> None:
        self._path, self._run, self._project = path, run, project

    def __call__(self) -> Any:
        from engine.data import table
        from engine.project import lifecycle

        read = table.read(Source(str(self._path)))
        return read, lifecycle.predict(self._run, self._project, read)


def preview(table: "Data", found: "Predictions") -> tuple[list[str], list[list[Any]]]:
    """Return heads and the first rows: prediction, the largest probability, the problem, then the file's columns."""
    shares = found.probabilities
    heads = [tr("prediction"), *([tr("probability")] if shares is not None else []), tr("problem"), *table.columns]
    columns = [table.raw(name) for name in table.columns]
    rows = []
    for i in range(min(table.rows, PREVIEW)):
        problem = found.problems.get(i, "")
        sure = [] if shares is None else ["" if problem else f"{float(shares[i].max()):.3f}"]
        rows.append(["" if problem else found.values[i], *sure, problem, *(c[i] for c in columns)])
    return heads, rows
