"""The composition root: the only place where the objects of the studio are wired together."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import engine
from studio import theme
from studio.actions import STAGES
from studio.document import templates
from studio.document.session import Session
from studio.document.stages import stage_states
from studio.jobs import Collector, Job, sentence, stop_all
from studio.jobs.autosave import Autosave
from studio.jobs.preparation import Preparation
from studio.pages.page import Page
from studio.pages.start import StartPage
from studio.settings import Settings
from studio.text import tr
from studio.window import dialogs
from studio.window.documents import Call, Documents
from studio.window.failures import Failures
from studio.window.main_window import MainWindow

PAGES = {
    "data": ("studio.pages.data", "DataPage"),
    "define": ("studio.pages.define", "DefinePage"),
    "compile": ("studio.pages.compile", "CompilePage"),
    "fit": ("studio.pages.fit", "FitPage"),
    "evaluate": ("studio.pages.evaluate", "EvaluatePage"),
    "predict": ("studio.pages.predict", "PredictPage"),
}
EXPORT = ("studio.pages.export", "ExportDialog")
SWITCH_SECONDS = 0.001
DEMO = "penguins"


class Studio(QObject):
    """One window with its session, pages, jobs and actions."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.session = Session(parent=self)
        self.window = MainWindow()
        self.actions = self.window.actions_
        self.preparation = Preparation(self.session, self)
        self.autosave = Autosave(self.session, self)
        self.documents = Documents(self.window, self.session, self.settings, self.autosave)
        self.pages: dict[str, Page] = {}
        self.stage = ""
        self._starting = ""
        self._bind()
        self.start = StartPage(self.actions, self.settings)
        self._connect()
        self._refresh_later = QTimer(self)
        self._refresh_later.setSingleShot(True)
        self._refresh_later.setInterval(0)
        self._refresh_later.timeout.connect(self.refresh)
        if self.settings.geometry is not None:
            self.window.restoreGeometry(self.settings.geometry)
        self.window.top.stages.set_stages(self.stages())
        self.show_start()
        self.refresh()

    # ---- wiring ----
    def _bind(self) -> None:
        documents = self.documents
        handlers = {
            "file.new": documents.new, "file.open": documents.ask_project, "file.open_csv": documents.ask_table,
            "file.save": documents.save, "file.save_as": documents.save_as, "file.close": documents.close_project,
            "file.quit": self.window.close, "data.reread": self._reread, "data.replace": documents.ask_source,
            "edit.undo": self.session.undo, "edit.redo": self.session.redo,
            "go.search": self.window.search.open, "go.next_region": self._next_region,
            "go.previous_region": self._previous_region, "view.left": self._toggle_left,
            "view.right": self._toggle_right, "view.dock": self._toggle_dock, "view.light": self._light,
            "view.dark": self._dark, "view.system": self._system,
            "view.contrast": self._contrast, "run.next": self._next_step, "help.about": self.about,
        }  # fmt: skip
        for id, handler in handlers.items():
            self.actions.bind(id, handler)
        for stage in self.stages():
            self.actions.bind(f"go.{stage}", _Go(self, stage))
        if _found(EXPORT):
            self.actions.bind("file.export", self.export)
        self.window.top.export.setVisible(_found(EXPORT))

    def _connect(self) -> None:
        session, window, start, documents = self.session, self.window, self.start, self.documents
        for signal in (
            session.changed, session.prepared_changed, session.table_changed, session.run_changed,
            session.runs_changed, session.running_changed, session.stages_changed, session.data_failed,
            session.dirty_changed,
        ):  # fmt: skip
            signal.connect(self._soon)
        session.refused.connect(self._refused)
        session.stack.indexChanged.connect(self._soon)
        window.stage_wanted.connect(self.show_stage)
        window.dropped.connect(documents.open_path)
        # queued: a close inside a close event would be ignored
        window.close_wanted.connect(self.close_window, Qt.ConnectionType.QueuedConnection)
        start.open_path.connect(documents.open_path)
        start.template_chosen.connect(documents.open_template)
        start.sample_chosen.connect(documents.open_sample)
        documents.opened.connect(self._opened)
        documents.closed.connect(self._closed)
        documents.forgotten.connect(self._forgotten)
        documents.told.connect(self._tell)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    # ---- pages ----
    def stages(self) -> tuple[str, ...]:
        """Return the stages that have a page."""
        return tuple(stage for stage in STAGES if _found(PAGES[stage]))

    def page(self, stage: str) -> Page:
        """Return the page of a stage; it is made when it is first asked for."""
        if stage not in self.pages:
            made: Page = _load(PAGES[stage])(self.session, self.actions)
            made.status_changed.connect(self.window.refresh)
            made.go.connect(self.show_stage)
            made.tell.connect(self._tell)
            made.restore_panels(self.settings.qt)
            self.pages[stage] = made
        return self.pages[stage]

    def show_stage(self, stage: str) -> None:
        """Put a stage's page on screen."""
        if stage not in self.stages():
            return
        self.stage = self.documents.stage = stage
        self.window.show_page(self.page(stage))
        self.refresh()

    def show_start(self) -> None:
        """Put the start page on screen."""
        self.stage = ""
        self.start.refresh()
        self.window.show_page(self.start)
        self.window.body.setFocus()

    def refresh(self) -> None:
        """Show stage marks, undo texts, title and bars as they are now."""
        session, top = self.session, self.window.top
        top.project.show_project(session.project.name, session.dirty)
        stack = session.stack
        undo = stack.undoText() if stack.canUndo() else ""
        redo = stack.redoText() if stack.canRedo() else ""
        top.set_undo(undo, redo)
        self.actions.enable("edit.undo", bool(undo), tr("There is nothing to undo."))
        self.actions.enable("edit.redo", bool(redo), tr("There is nothing to redo."))
        share = "" if session.progress is None else f"{session.progress:.0%} · "
        self.window.setWindowTitle(f"{share}{session.project.name}[*] · Layerwright" if self.stage else "Layerwright")
        self.window.setWindowModified(session.dirty and bool(self.stage))
        if self.stage:
            top.stages.set_states(stage_states(session))
            self.window.refresh()

    # ---- documents ----
    def _opened(self, stage: str) -> None:
        self.settings.save()
        available = self.stages()
        if available:
            self.show_stage(stage if stage in available else available[0])

    def _closed(self) -> None:
        self.show_start()
        self.refresh()

    def _forgotten(self) -> None:
        self.start.refresh()

    def close_window(self) -> None:
        """Close the window, after asking about unsaved work."""
        self.documents.leave(self.finish)

    def finish(self) -> None:
        """End everything and close the window."""
        for page in self.pages.values():
            page.shut()
            page.save_panels(self.settings.qt)
        self.settings.geometry = self.window.saveGeometry()
        self.settings.save()
        self.autosave.close()
        stop_all()
        self.window.close_for_good()

    # ---- device, demo, about ----
    def look_for_device(self) -> None:
        """Find out in a job what programs run on, and show it."""
        Job(_find_device, on_done=self._show_device, on_error=self._no_device, name="device").start()

    def _show_device(self, found: tuple[str, str, int]) -> None:
        name, text, cores = found
        self.window.top.set_device(name, text)
        self.start.set_device(tr("{name} ready", name=name), text, cores)

    def _no_device(self, error: BaseException) -> None:
        self.window.top.set_device("NumPy", sentence(error))

    def demo(self) -> None:
        """Open the penguins and start their fit as soon as the data are ready."""
        self._starting = "fit"
        self.session.prepared_changed.connect(self._demo_ready)
        self.documents.open_sample(next(s for s in templates.samples() if s.id == DEMO))

    def _demo_ready(self, prepared: Any) -> None:
        if prepared is None or self._starting != "fit" or "fit" not in self.stages():
            return
        self._starting = ""
        QTimer.singleShot(0, self._demo_fit)

    def _demo_fit(self) -> None:
        self.show_stage("fit")
        primary = self.page("fit").primary()
        if primary is not None:
            primary.act()

    def about(self) -> None:
        """Say what this is."""
        text = tr(
            "Design, train, evaluate and export neural networks.\n\nVersion {v}. MIT licence.", v=engine.__version__
        )
        dialogs.ask(self.window, tr("Layerwright"), text, (("ok", tr("Close"), "primary"),), _nothing)

    def export(self) -> None:
        """Open the export dialog."""
        dialog = _load(EXPORT)(self.session, self.window)
        dialog.open()

    # ---- small answers ----
    def _reread(self) -> None:
        if not self.documents.source_changed():
            self.preparation.reload()

    def _soon(self, *_: Any) -> None:
        self._refresh_later.start()

    def _refused(self, text: str) -> None:
        self._tell(tr("Not possible"), text, "warning", "", None)

    def _tell(self, title: str, text: str, kind: str, action: str, act: Any) -> None:
        self.window.toasts.show(title, text, kind, action, act)

    def _next_step(self) -> None:
        self.window.top.press_primary()

    def _next_region(self) -> None:
        self.window.next_region(1)

    def _previous_region(self) -> None:
        self.window.next_region(-1)

    def _toggle_left(self) -> None:
        self.window.toggle_panel("left")

    def _toggle_right(self) -> None:
        self.window.toggle_panel("right")

    def _toggle_dock(self) -> None:
        self.window.toggle_panel("dock")

    def _light(self) -> None:
        self._theme("light")

    def _dark(self) -> None:
        self._theme("dark")

    def _system(self) -> None:
        self._theme("system")

    def _contrast(self) -> None:
        self._theme("contrast")

    def _theme(self, mode: theme.Mode) -> None:
        self.settings.theme = mode
        theme.apply(_application(), mode)
        self.refresh()

    def _scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.settings.theme in ("system", "contrast"):
            self._theme(self.settings.theme)  # type: ignore[arg-type]


def prepare_application(settings: Settings) -> QApplication:
    """Return the application with fonts and theme; an existing one is used."""
    app = _application()
    app.setApplicationName("Layerwright")
    app.setDesktopFileName("layerwright")
    theme.load()
    theme.apply(app, settings.theme)  # type: ignore[arg-type]
    return app


def run(path: Path | None = None, *, demo: bool = False) -> int:
    """Open the studio and return its exit code.

    path: a project or a table to open. demo: open the penguins and start their fit.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = Settings()
    app = prepare_application(settings)
    collector = Collector(app)
    studio = Studio(settings)
    failures = Failures(studio.window)
    studio.session.running_changed.connect(collector.set_busy)
    studio.window.show()
    _after_first_paint(studio, collector, failures, path, demo)
    code = app.exec()
    stop_all()
    collector.stop()
    failures.remove()
    return code


def _after_first_paint(studio: Studio, collector: Collector, failures: Failures, path: Path | None, demo: bool) -> None:
    later = [failures.install, studio.look_for_device, collector.freeze]
    if demo:
        later.append(studio.demo)
    elif path is not None:
        later.append(Call(studio.documents.open_path, path.absolute()))
    else:
        later.append(studio.documents.offer_recovery)
    for act in later:
        QTimer.singleShot(0, act)


class _Go(Call):
    """Goes to a stage."""

    def __init__(self, studio: Studio, stage: str) -> None:
        super().__init__(studio.show_stage, stage)


def _find_device() -> tuple[str, str, int]:
    from engine.backend import devices

    device, text = devices.choose("auto")
    return ("CuPy" if device == "gpu" else "NumPy"), text, devices.cores()


def _found(place: tuple[str, str]) -> bool:
    """Return whether a page is part of this copy."""
    try:
        return importlib.util.find_spec(place[0]) is not None
    except ModuleNotFoundError:
        return False


def _load(place: tuple[str, str]) -> Any:
    """Import a page class when it is first shown."""
    module, name = place
    return getattr(importlib.import_module(module), name)


def _application() -> QApplication:
    app = QApplication.instance() or QApplication(["layerwright"])
    assert isinstance(app, QApplication)
    return app


def _nothing(_answer: str) -> None:
    return None
