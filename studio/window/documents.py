"""Documents of a window: open, save, close and recover, with the questions that belong to them."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.data.settings import Source
from engine.errors import LayerwrightError
from engine.project.document import Project
from studio.document import edits, files, templates
from studio.document.session import Session
from studio.jobs.autosave import Autosave
from studio.settings import Settings
from studio.text import tr
from studio.window import dialogs
from studio.window.main_window import MainWindow

if TYPE_CHECKING:
    from engine.project.recovery import Recovered

CSV_FILTER = "CSV (*.csv *.tsv *.txt *.tab *.dat)"
PROJECT_FILTER = f"Layerwright (*{files.SUFFIX})"


class Documents(QObject):
    """What happens to the session's document as a whole.

    Signals: `opened(stage)` when another one came in, with the stage to show; `closed()` when a project was closed;
    `forgotten()` when a recent project turned out to be gone; `saved()`; `told(title, text, kind, action, act)` for a
    toast.
    """

    opened = Signal(object)
    closed = Signal()
    forgotten = Signal()
    saved = Signal()
    told = Signal(object, object, object, object, object)

    def __init__(self, window: MainWindow, session: Session, settings: Settings, autosave: Autosave) -> None:
        super().__init__(window)
        self.window, self.session, self.settings, self.autosave = window, session, settings, autosave
        self.stage = ""
        self._lent: Source | None = None
        self._after_save: Any = None

    def new(self) -> None:
        """Begin an empty project, after asking about unsaved work."""
        self.leave(self._new)

    def _new(self) -> None:
        self.session.open(self._on_device(Project()))
        self.opened.emit("data")

    def _on_device(self, project: Project) -> Project:
        """Return a new project that computes where new projects shall."""
        return edits.set_device(project, self.settings.value("training.device"))

    def open_template(self, template: templates.Template) -> None:
        """Begin a project from a template, on its sample table."""
        project = templates.begin(template)
        self._lent = project.data.source
        self.leave(Call(self._open_value, project, "define"))

    def open_sample(self, sample: templates.Sample) -> None:
        """Begin a project from a sample table, its target chosen."""
        project = files.table_project(templates.sample_path(sample))
        self.leave(Call(self._open_value, edits.set_role(project, sample.target, "target"), "data"))

    def _open_value(self, project: Project, stage: str) -> None:
        self.session.open(self._on_device(project), unsaved=True)
        self.opened.emit(stage)

    def open_path(self, path: Path) -> None:
        """Open a project or a table; a table dropped on a template, or on a network without data, becomes its data."""
        try:
            kind = files.kind_of(path)
        except LayerwrightError as error:
            self.told.emit(tr("This cannot be opened"), str(error), "error", "", None)
            return
        project = self.session.project
        source = project.data.source
        if kind == "table" and project.network.nodes and (not source.path or source == self._lent):
            self.use_source(path)
            return
        self.leave(Call(self._open, path, kind))

    def _open(self, path: Path, kind: str) -> None:
        try:
            if kind == "project":
                files.open_project(self.session, path)
            else:
                self.session.open(self._on_device(files.table_project(path)), unsaved=True)
        except LayerwrightError as error:
            self._not_opened(path, kind, error)
            return
        if kind == "project":
            files.remember(self.session, self.settings, "")
        self.settings.last_folder = str(path.parent)
        self.opened.emit("define" if kind == "project" else "data")

    def _not_opened(self, path: Path, kind: str, error: LayerwrightError) -> None:
        if kind == "project" and path.exists() and files.damaged_runs(path):
            choices: Sequence[dialogs.Choice] = (
                ("open", tr("Open without runs"), "primary"), ("cancel", tr("Cancel"), "default"),
            )  # fmt: skip
            dialogs.ask(self.window, tr("The runs are damaged"), str(error), choices, Call(self._open_damaged, path))
            return
        if not path.exists():
            self.settings.forget(str(path))
            self.forgotten.emit()
        self.told.emit(tr("{name} cannot be opened", name=path.name), str(error), "error", "", None)

    def _open_damaged(self, path: Path, answer: str) -> None:
        if answer == "open":
            files.open_without_runs(self.session, path)
            self.opened.emit("define")

    def ask_project(self) -> None:
        """Ask for a project file and open it."""
        dialogs.choose_file(self.window, tr("Open project"), self.settings.last_folder, PROJECT_FILTER, self.open_path)

    def ask_table(self) -> None:
        """Ask for a table and begin a project with it."""
        dialogs.choose_file(self.window, tr("Open CSV"), self.settings.last_folder, CSV_FILTER, self.open_path)

    def ask_source(self) -> None:
        """Ask for the table of this project: another one, or the same that was moved. Everything else stays."""
        dialogs.choose_file(self.window, tr("Use data file"), self.settings.last_folder, CSV_FILTER, self.use_source)

    def use_source(self, path: Path) -> None:
        """Let the project read this table, as one step that can be undone."""
        try:
            source = files.refer(path, self.session.project.data.source)
        except LayerwrightError as error:
            self.told.emit(tr("This cannot be opened"), str(error), "error", "", None)
            return
        self.settings.last_folder = str(path.parent)
        self.session.edit(tr("Choose data"), Call(_with_source_value, source))

    def source_changed(self) -> bool:
        """Take the project's file as it is on disk now, asking for it when it is gone; False if it is the same."""
        source, moved = self.session.project.data.source, self.session.data_moved
        if not source.path:
            return False
        if moved is not None and moved.found is None:
            self.ask_source()
            return True
        path = moved.found if moved is not None and moved.found is not None else Path(source.path)
        if not path.is_file() or files.refer(path, source) == source:
            return False
        self.use_source(path)
        return True

    def save(self) -> None:
        """Save to the project's file; ask for one when it has none."""
        if self.session.path is None:
            self.save_as()
        else:
            self._save(self.session.path)

    def rename(self) -> None:
        """Ask for another name of the project."""
        dialogs.ask_name(self.window, tr("Rename project"), self.session.project.name, self._rename)

    def _rename(self, name: str) -> None:
        if name != self.session.project.name:
            self.session.edit(tr("Rename project"), Call(_named, name))

    def save_as(self) -> None:
        """Ask for a file and save to it."""
        name, title = files.suggested_name(self.session), tr("Save project")
        where = self.settings.last_folder
        dialog = dialogs.choose_file(self.window, title, where, PROJECT_FILTER, self._save, save=name)
        dialog.setDefaultSuffix(files.SUFFIX.removeprefix("."))
        dialog.rejected.connect(self._save_given_up)

    def _save(self, path: Path) -> None:
        try:
            files.save(self.session, path)
        except LayerwrightError as error:
            self._after_save = None
            self.told.emit(tr("Not saved"), str(error), "error", tr("Save as…"), self.save_as)
            return
        files.remember(self.session, self.settings, tr(self.stage.capitalize()))
        self.autosave.write()
        self.saved.emit()
        then, self._after_save = self._after_save, None
        if then is not None:
            then()

    def _save_given_up(self) -> None:
        self._after_save = None

    def close_project(self) -> None:
        """Return to the start page, after asking about unsaved work."""
        self.leave(self._closed_project)

    def _closed_project(self) -> None:
        self.session.open(Project())
        self.closed.emit()

    def leave(self, then: Any) -> None:
        """Go on with `then` once unsaved work was saved or given up."""
        if not self.session.dirty:
            then()
            return
        dialogs.ask_unsaved(self.window, self.session.project.name, Call(self._left, then))

    def _left(self, then: Any, answer: str) -> None:
        if answer == "discard":
            then()
        elif answer == "save":
            self._after_save = then
            self.save()

    def begin(self) -> None:
        """Offer the work that a killed session left behind; without any open the last project, if a person wants it."""
        if self.offer_recovery() or not self.settings.value("files.reopen"):
            return
        last = next((Path(r.path) for r in self.settings.recent()), None)
        if last is not None and last.exists():
            self.open_path(last)

    def offer_recovery(self) -> bool:
        """Offer the work that a killed session left behind; return whether there is any."""
        from engine.project.recovery import list_recovered

        found = list_recovered()
        if not found:
            return False
        entry = found[0]
        when = time.strftime("%H:%M, %d %b", time.localtime(entry.time))
        text = tr(
            "{name} was open when the program ended ({when}). Its unsaved work was kept.", name=entry.name, when=when
        )
        choices: Sequence[dialogs.Choice] = (
            ("discard", tr("Discard"), "danger"), ("recover", tr("Recover"), "primary"),
            ("later", tr("Later"), "default"),
        )  # fmt: skip
        dialogs.ask(self.window, tr("Recover unsaved work?"), text, choices, Call(self._recover, entry))
        return True

    def _recover(self, entry: "Recovered", answer: str) -> None:
        from engine.project.recovery import discard

        if answer == "later":
            return
        if answer == "recover":
            try:
                project, runs = entry.load()
            except LayerwrightError as error:
                self.told.emit(tr("This could not be recovered"), str(error), "error", "", None)
                return
            self.session.open(project, entry.path, runs, unsaved=True)
            self.opened.emit("define")
            self.autosave.write()
            self.autosave.wait()  # the new recovery file is there before the old one goes
        discard(entry)


class Call:
    """A call with its first arguments: what a lambda would be, without holding a frame."""

    def __init__(self, act: Any, *arguments: Any) -> None:
        self._act, self._arguments = act, arguments

    def __call__(self, *more: Any) -> Any:
        return self._act(*self._arguments, *more)


def _named(name: str, project: Project) -> Project:
    return edits.set_name(project, name)


def _with_source_value(source: Source, project: Project) -> Project:
    return edits.set_source(project, source)
