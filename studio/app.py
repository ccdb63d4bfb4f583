"""The composition root: the only place where the objects of the studio are wired together."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from studio import theme
from studio.actions import OF_A_PROJECT, STAGES, Action
from studio.document import templates
from studio.document.session import Session
from studio.document.stages import stage_states
from studio.jobs import Collector, Job, device, sentence, stop_all
from studio.jobs.autosave import Autosave
from studio.jobs.checking import Checking
from studio.jobs.preparation import Preparation
from studio.pages.page import Page
from studio.pages.start import StartPage
from studio.settings import SETTINGS, Settings
from studio.text import tr
from studio.window import looks
from studio.window.documents import Call, Documents
from studio.window.failures import Failures
from studio.window.help import Chosen, Help
from studio.window.herald import Herald
from studio.window.looks import Looks
from studio.window.main_window import MainWindow
from studio.window.menus import HELP, offer_recent, open_menu

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
        self.checking = Checking(self.session, self)
        self.autosave = Autosave(self.session, self)
        self.documents = Documents(self.window, self.session, self.settings, self.autosave)
        self.looks = Looks(self.settings, self)
        self.help = Help(self.window, self.settings, self.actions, self.looks.scale)
        self.herald = Herald(self.session, self.window)
        self.pages: dict[str, Page] = {}
        self.stage = ""
        self.restarts = False
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
        documents, looks, window = self.documents, self.looks, self.window
        handlers: dict[str, Any] = {
            "file.new": documents.new, "file.open": documents.ask_project, "file.open_csv": documents.ask_table,
            "file.save": documents.save, "file.save_as": documents.save_as, "file.close": documents.close_project,
            "file.quit": self.window.close,
            "file.rename": documents.rename, "data.reread": self._reread, "data.replace": documents.ask_source,
            "edit.undo": self.session.undo, "edit.redo": self.session.redo,
            "define.next_problem": self._next_problem, "define.previous_problem": self._previous_problem,
            "define.fix": self._fix,
            "go.search": window.search.open, "go.next_region": Call(window.next_region, 1),
            "go.previous_region": Call(window.next_region, -1), "view.left": Call(window.toggle_panel, "left"),
            "view.right": Call(window.toggle_panel, "right"), "view.dock": Call(window.toggle_panel, "dock"),
            "view.wider": Call(window.grow_panel, 1), "view.narrower": Call(window.grow_panel, -1),
            "view.light": looks.light, "view.dark": looks.dark, "view.system": looks.system,
            "view.contrast": looks.contrast, "view.scale_up": looks.larger, "view.scale_down": looks.smaller,
            "view.scale_reset": looks.usual, "run.next": window.top.press_primary, "file.settings": self.help.settings,
            "help.keys": self.help.keys, "help.news": self.help.news, "help.about": self.help.about,
            "help.diagnostics": self.help.diagnostics, "help.gpu": self.help.gpu, "help.topic": self.help.topic,
            "help.layers": self.help.layers,
        }  # fmt: skip
        for id, handler in handlers.items():
            self.actions.bind(id, handler)
        for stage in self.stages():
            self.actions.bind(f"go.{stage}", _Go(self, stage))
        self.actions.pages = self.stages()
        for setting in SETTINGS:
            found = Action(
                f"settings.{setting.id}", f"Set {setting.title}", "settings", (), setting.doc, "", setting.words
            )
            self.actions.add(found, Chosen(self.help.setting, setting.id))
        self.actions.use_keys(self.settings.keys())
        if _found(EXPORT):
            self.actions.bind("file.export", self.export)
        self.window.top.offer_export(_found(EXPORT))

    def _connect(self) -> None:
        session, window, start, documents = self.session, self.window, self.start, self.documents
        for signal in (
            session.changed, session.prepared_changed, session.table_changed, session.run_changed,
            session.runs_changed, session.running_changed, session.stages_changed, session.data_failed,
            session.dirty_changed, session.problems_changed,
        ):  # fmt: skip
            signal.connect(self._soon)
        session.refused.connect(self._refused)
        session.stack.indexChanged.connect(self._soon)
        window.stage_wanted.connect(self.show_stage)
        window.dropped.connect(documents.open_path)
        window.dragged.connect(start.drop.set_hot)
        documents.saved.connect(self._list_recent)
        # queued: a close inside a close event would be ignored
        window.close_wanted.connect(self.close_window, Qt.ConnectionType.QueuedConnection)
        start.open_path.connect(documents.open_path)
        start.template_chosen.connect(documents.open_template)
        start.sample_chosen.connect(documents.open_sample)
        start.demo_wanted.connect(self.demo)
        start.help_wanted.connect(self._help_menu)
        documents.opened.connect(self._opened)
        documents.closed.connect(self._closed)
        documents.forgotten.connect(self._forgotten)
        for speaker in (documents, self.help, self.looks):
            speaker.told.connect(self._tell)
        for asker in (self.help, self.looks):
            asker.restart_wanted.connect(self.restart)
        self.looks.restyled.connect(self.refresh)
        self.actions.keys_changed.connect(self._keep_keys)
        self.actions.page_wanted.connect(self.show_stage)
        self.settings.changed.connect(self._setting_changed)
        self._setting_changed("files.autosave")

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
            made.help_asked.connect(self.help.open)
            made.restore_panels(self.settings.qt)
            self.pages[stage] = made
        return self.pages[stage]

    def show_stage(self, stage: str) -> None:
        """Put a stage's page on screen."""
        if stage not in self.stages():
            return
        self.stage = self.documents.stage = stage
        self._offer_project(True)
        self.window.show_page(self.page(stage))
        self.refresh()

    def _offer_project(self, there: bool) -> None:
        for id in OF_A_PROJECT:
            self.actions.enable(id, there, "" if there else tr("Open or begin a project first."))

    def show_start(self) -> None:
        """Put the start page on screen."""
        self.stage = ""
        self.start.refresh()
        self._list_recent()
        self._offer_project(False)
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
    def _list_recent(self) -> None:
        offer_recent(self.actions, self.settings.recent(), self.documents.open_path)

    def _opened(self, stage: str) -> None:
        self.settings.save()
        self._list_recent()
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

    def restart(self) -> None:
        """Close the window, after asking about unsaved work, and start again with the same project."""
        self.documents.leave(self._restart)

    def _restart(self) -> None:
        self.restarts = True
        self.finish()

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
        Job(device.find, on_done=self._show_device, on_error=self._no_device, name="device").start()

    def _show_device(self, found: device.Found) -> None:
        self.window.top.set_device(found.name, found.text)
        self.start.set_device(tr("{name} ready", name=found.name), found.brief, found.text, found.cores)

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

    def export(self) -> None:
        """Open the export dialog."""
        dialog = _load(EXPORT)(self.session, self.window)
        dialog.open()

    def _help_menu(self, button: QWidget) -> None:
        self.menu = open_menu(HELP, self.actions, button, tr("Help"), above=True)

    # ---- small answers ----
    def _next_problem(self) -> None:
        if self.stage:
            self.page("define").next_problem()  # type: ignore[attr-defined]

    def _previous_problem(self) -> None:
        if self.stage:
            self.page("define").previous_problem()  # type: ignore[attr-defined]

    def _fix(self) -> None:
        if self.stage:
            self.page(self.stage).fix()

    def _reread(self) -> None:
        if not self.documents.source_changed():
            self.preparation.reload()

    def _soon(self, *_: Any) -> None:
        self._refresh_later.start()

    def _refused(self, text: str) -> None:
        self._tell(tr("Not possible"), text, "warning", "", None)

    def _tell(self, title: str, text: str, kind: str, action: str, act: Any) -> None:
        self.window.toasts.show(title, text, kind, action, act)

    def _keep_keys(self, _id: str) -> None:
        self.settings.keep_keys(self.actions.own_keys())

    def _setting_changed(self, id: str) -> None:
        if id == "files.autosave":
            self.autosave.set_delay(self.settings.value(id))
        elif id == "files.recent":
            self.start.refresh()


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
    given = looks.use_scale(settings)
    app = prepare_application(settings)
    collector = Collector(app)
    studio = Studio(settings)
    failures = Failures(studio.window)
    studio.session.running_changed.connect(collector.set_busy)
    if settings.geometry is None:
        studio.window.fit_screen()
    studio.window.show()
    _after_first_paint(studio, collector, failures, path, demo)
    code = app.exec()
    stop_all()
    collector.stop()
    failures.remove()
    looks.give_scale_back(given)
    if studio.restarts:
        looks.start_again(studio.session.path)
    return code


def _after_first_paint(studio: Studio, collector: Collector, failures: Failures, path: Path | None, demo: bool) -> None:
    later = [failures.install, studio.look_for_device, collector.freeze]
    if demo:
        first: Any = studio.demo
    elif path is not None:
        first = Call(studio.documents.open_path, path.absolute())
    else:
        first = studio.documents.begin
    later.append(Call(failures.offer_last, first))
    for act in later:
        QTimer.singleShot(0, act)


class _Go(Call):
    """Goes to a stage."""

    def __init__(self, studio: Studio, stage: str) -> None:
        super().__init__(studio.show_stage, stage)


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
