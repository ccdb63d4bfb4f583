"""The export dialog: choose a form, read the real file, see it verified, save it."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPalette
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from engine.errors import DeviceError, LayerwrightError
from engine.project.document import Project
from engine.project.runs import Run
from studio.document.session import Session
from studio.jobs.job import Job, sentence
from studio.text import plural, tr
from studio.widgets import (
    Banner,
    Box,
    Button,
    CheckBox,
    CodeView,
    FocusRing,
    Icon,
    IconButton,
    Label,
    Line,
    Radio,
    Tile,
    box_of,
    column,
    fixed,
    lay,
    row,
)

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.export.verify import Verification

FORMATS = {
    "numpy": ("NumPy script", "readable, needs NumPy only; predicts and trains", "file-code-2", "core"),
    "keras": ("Keras 3 script", "the same model in Keras, with recipe and weights", "layers", "train"),
}
WIDTH, HEIGHT = 1000, 640


class ExportDialog(QDialog):
    """Shows the script of the current run in each form, runs it on real rows and stamps the largest difference."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self.session = session
        self.setWindowTitle(tr("Export model"))
        self.setAccessibleName(tr("Export dialog"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.folder = Path(tempfile.mkdtemp(prefix="layerwright-"))
        self.format = "numpy"
        self._job: Job | None = None
        self.files: tuple[Path, ...] = ()
        self.cards = {key: FormatCard(key) for key in FORMATS}
        self.embed = CheckBox(tr("Weights inside the script"), True, name=tr("Weights inside the script"))
        self.code = CodeView("", name=tr("Script"), size=12)
        self.lines = Label("", 11, color="text.muted", elide=True)
        self.stamp = Stamp()
        self.copy = Button(tr("Copy"), "copy", "ghost", "small", name=tr("Copy script"))
        self.save = Button(tr("Export script"), "download", "primary", "large", name=tr("Export script"))
        self.again = Button(tr("Verify again"), "refresh-cw", "ghost", "large", name=tr("Verify again"))
        self.cancel = Button(tr("Close"), None, "default", "large", name=tr("Close export"))
        self.failed = Banner(kind="error", closable=False)
        self._build()
        self._connect()
        self.choose("numpy")

    # ---- layout ----
    def _build(self) -> None:
        run = self.session.run
        about = "" if run is None else tr("{run} · {n} epochs", run=self._title(run), n=run.epochs)
        close = IconButton("x", tr("Close"))
        close.clicked.connect(self.reject)
        head = row(Label(tr("Export model"), 16, 600), Label(about, 12, color="text.muted"), None, close, height=52)
        options = column(Label(tr("Options"), 12, 600, "text.secondary"), self.embed, spacing=8)
        title = Label(tr("Format"), 12, 600, "text.secondary")
        left = fixed(column(title, *self.cards.values(), 6, options, None, margins=(20, 12, 16, 12)), 324)
        top = row((self.lines, 1), self.copy, height=32)
        frame = Box((self.code, 1), fill="bg.code", margins=1)
        right = column(top, (frame, 1), self.failed, self.stamp, margins=(16, 6, 20, 12))
        foot = row(None, self.again, self.cancel, self.save, margins=(20, 0, 20, 0), height=56)
        head.setContentsMargins(20, 0, 14, 0)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        lay(self, [head, Line(), (row(left, Line(vertical=True), (right, 1), spacing=0), 1), Line(), foot], True, 0, 0)
        self.resize(WIDTH, HEIGHT)
        self.failed.hide()
        FocusRing(self)
        self.save.setDefault(True)
        self.cards["numpy"].setFocus()

    def _connect(self) -> None:
        for card in self.cards.values():
            card.picked.connect(self.choose)
        self.embed.changed.connect(self._options_changed)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._ask)
        self.again.clicked.connect(self._remake)
        self.cancel.clicked.connect(self.reject)
        self.finished.connect(self._leave)

    def _title(self, run: Run) -> str:
        return self.session.project.titles.get(run.id) or tr("Run {n}", n=run.number)

    # ---- making and verifying ----
    def _options_changed(self, _on: Any) -> None:
        for card in self.cards.values():
            card.show_result(None, fresh=True)
        self._remake()

    def choose(self, key: str) -> None:
        """Show the script in another form."""
        self.format = key
        for name, card in self.cards.items():
            card.choose(name == key)
        self._remake()

    def _remake(self, *_: Any) -> None:
        run = self.session.run
        if run is None:
            self._fail(tr("There is no trained run yet. Fit the network first."))
            return
        if self._job is not None:
            self._job.forget()
        self.stamp.working()
        self.cards[self.format].show_result("working")
        self.failed.hide()
        self.save.setEnabled(False)
        work = _Make(self.format, run, self.session.project, self.session.table, self.folder, self.embed.value())
        self._job = Job(work, on_done=self._made, on_error=self._broke, name="export").start()

    def _made(self, result: Any) -> None:
        self._job = None
        self.files, text, cannot_train, found, why_not = result
        self.code.set_text(text)
        names = ", ".join(f.name for f in self.files)
        self.lines.setText(f"{names} · {plural(text.count(chr(10)), 'line', 'lines')}")
        self.stamp.show_result(found, why_not or cannot_train)
        self.cards[self.format].show_result(found)
        self.save.setEnabled(True)

    def _broke(self, error: BaseException) -> None:
        self._job = None
        self._fail(sentence(error))

    def _fail(self, text: str) -> None:
        self.files = ()
        self.cards[self.format].show_result("failed")
        self.code.set_text("")
        self.stamp.hide()
        self.failed.show_message(tr("This model cannot be exported"), text)
        self.failed.show()
        self.save.setEnabled(False)

    # ---- saving ----
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self.copy.confirm(tr("The script is on the clipboard."))

    def _ask(self) -> None:
        dialog = QFileDialog(self, tr("Export script"), "", tr("Python scripts (*.py)"))
        dialog.setAccessibleName(tr("Export script to"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("py")
        dialog.selectFile(f"model_{self.format}.py")
        dialog.fileSelected.connect(self._save)
        dialog.open()

    def _save(self, name: str) -> None:
        run = self.session.run
        if run is None:
            return
        try:
            written = write(self.format, run, self.session.project, Path(name), self.embed.value())
        except (LayerwrightError, OSError) as error:
            self._fail(sentence(error))
            return
        self.lines.setText(tr("Saved {files}", files=", ".join(str(f) for f in written.files)))
        self.save.set_text(tr("Export again"), "download")

    def _leave(self, _code: int) -> None:
        if self._job is not None:
            self._job.forget()
        shutil.rmtree(self.folder, ignore_errors=True)


class FormatCard(Box):
    """A form to choose: what it is, and what the last verification of it found. `picked(key)`."""

    picked = Signal(object)

    def __init__(self, key: str) -> None:
        title, about, icon, group = FORMATS[key]
        self.key = key
        self.radio = Radio("", name=tr(title))
        self.radio.setAutoExclusive(False)
        self.mark, self.stamp = Icon("clock", "text.muted", 14), Label("", 11, 600, elide=True)
        words = column(
            Label(tr(title), 13, 600), Label(tr(about), 11, color="text.secondary", wrap=True),
            row(self.mark, (self.stamp, 1), spacing=6), spacing=3,
        )  # fmt: skip
        super().__init__(Tile(icon, group, 34, 18), (words, 1), self.radio, vertical=False, spacing=12,
                         margins=(12, 10, 12, 10))  # fmt: skip
        self.radio.clicked.connect(self._clicked)
        self.show_result(None, fresh=True)

    def choose(self, chosen: bool) -> None:
        """Show whether this form is chosen."""
        self.radio.set_value(chosen)
        self.set_surface("accent.soft" if chosen else "bg.panel", "accent.line" if chosen else "border.default")

    def show_result(self, found: Any, fresh: bool = False) -> None:
        """Show a verification; None: it was not verified; "working" and "failed" in between. fresh: not tried yet."""
        if fresh:
            state = ("clock", "text.muted", tr("not verified yet"))
        elif found == "working":
            state = ("clock", "text.muted", tr("verifying…"))
        elif found == "failed":
            state = ("circle-x", "danger.text", tr("cannot be exported"))
        elif found is None:
            state = ("triangle-alert", "warning.text", tr("not verified"))
        elif found.ok:
            state = ("circle-check", "success.text", f"{tr('verified')} max |Δ| = {found.max_delta:.1e}")
        else:
            state = ("circle-x", "danger.text", f"{tr('disagrees')} max |Δ| = {found.max_delta:.1e}")
        icon, color, text = state
        self.mark.set_icon(icon, color)
        self.stamp.setText(text)
        self.stamp.set_color(color)
        self.radio.setAccessibleDescription(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(self.key)

    def _clicked(self, _checked: bool = False) -> None:
        self.picked.emit(self.key)


class Stamp(Box):
    """What the verification found: the largest difference, rows with the same answer, seconds."""

    def __init__(self) -> None:
        super().__init__(
            fill="bg.subtle", stroke="border.default", vertical=False, spacing=16, margins=(14, 10, 16, 10)
        )
        self.icon = Icon("timer", "text.secondary", 20)
        self.title = Label("", 13, 600, name=tr("Verification"))
        self.text = Label("", 12, color="text.secondary", wrap=True)
        for item in (self.icon, column(self.title, self.text, spacing=1)):
            box_of(self).addWidget(item, 0 if item is self.icon else 1)

    def working(self) -> None:
        """Say that the script runs now."""
        self._show("bg.subtle", "border.default", "timer", "text.secondary", tr("The script runs on real rows…"), "")

    def show_result(self, found: "Verification | None", why_not: str) -> None:
        """Show what was compared, or why nothing was."""
        if found is None:
            self._show("warning.soft", "warning.fill", "triangle-alert", "warning.text", tr("Not verified"), why_not)
            return
        same = plural(found.rows, "row", "rows")
        text = tr("Ran alone in a fresh Python on {rows} in {s:.2f} s.", rows=same, s=found.seconds)
        text += f" {why_not}" if why_not else ""
        figure = f"max |Δ| = {found.max_delta:.1e}"
        if found.ok:
            title = tr("Verified: the script matches the app, {figure}", figure=figure)
            self._show("success.soft", "success.fill", "badge-check", "success.text", title, text)
        else:
            title = tr("The script disagrees with the app: {figure}", figure=figure)
            self._show("danger.soft", "danger.fill", "circle-x", "danger.text", title, text)

    def _show(self, fill: str, stroke: str, icon: str, color: str, title: str, text: str) -> None:
        self.set_surface(fill, stroke)
        self.icon.set_icon(icon, color)
        self.title.setText(title)
        self.title.set_color(color if fill != "bg.subtle" else "text.primary")
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.show()


class _Make:
    """What the thread does: write the script, read it back, run it beside the app."""

    def __init__(self, form: str, run: Run, project: Project, table: "Table | None", folder: Path, embed: bool) -> None:
        self._form, self._run, self._project = form, run, project
        self._table, self._folder, self._embed = table, folder, embed

    def __call__(self) -> Any:
        path = self._folder / f"model_{self._form}.py"
        written = write(self._form, self._run, self._project, path, self._embed)
        found, why_not = self._verified(path)
        return written.files, path.read_text(encoding="utf-8"), written.cannot_train, found, why_not

    def _verified(self, path: Path) -> "tuple[Verification | None, str]":
        from engine.export import verify

        if self._table is None:
            return None, tr("The table of this project is not open, so there are no rows to compare.")
        try:
            return verify.verify(path, self._run, self._project, self._table), ""
        except DeviceError as error:
            return None, sentence(error)


def write(form: str, run: Run, project: Project, path: Path, embed: bool) -> Any:
    """Write a run in a form ("numpy" or "keras") and return what was written; raises LayerwrightError."""
    from engine.export import keras_script, numpy_script

    module = {"numpy": numpy_script, "keras": keras_script}[form]
    return module.write(run, project, path, embed=embed)
