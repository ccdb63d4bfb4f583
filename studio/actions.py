"""Actions as records: everything a menu, a key or the command search can do. Handlers are bound in `studio.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

Handler = Callable[[], object]
STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")
STAGE_TITLES = {stage: stage.capitalize() for stage in STAGES}
STAGE_ICONS = {
    "data": "table-2", "define": "blocks", "compile": "braces", "fit": "activity", "evaluate": "target",
    "predict": "wand-sparkles",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    Args:
        id: "file.save", "edit.undo", "define.delete": the part before the dot is the menu or the stage it belongs to.
        title: verb first: "Start fit".
        icon: a Lucide name, or "".
        keys: shortcuts as Qt writes them; the first one is shown.
        tip: one sentence on what it does.
        stage: the stage whose page must be on screen for its keys to work; "" is everywhere.
        words: further words that find it in the command search.
    """

    id: str
    title: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    stage: str = ""
    words: tuple[str, ...] = ()


ACTIONS: tuple[Action, ...] = (
    Action("file.new", "New project", "plus", ("Ctrl+N",), "Close this project and begin an empty one."),
    Action("file.open", "Open project…", "folder-open", ("Ctrl+O",), "Open a .layerwright file."),
    Action("file.open_csv", "Open CSV…", "file-spreadsheet", ("Ctrl+Shift+O",), "Begin a project from a table."),
    Action("file.save", "Save", "save", ("Ctrl+S",), "Save project and runs."),
    Action("file.save_as", "Save as…", "save", ("Ctrl+Shift+S",), "Save under another name."),
    Action("file.export", "Export…", "upload", ("Ctrl+E",), "Write a Python script of the trained model."),
    Action("file.close", "Close project", "x", ("Ctrl+W",), "Return to the start page."),
    Action("file.quit", "Quit", "log-out", ("Ctrl+Q",), "Close the window."),
    Action("edit.undo", "Undo", "undo-2", ("Ctrl+Z",), "Take the last step back."),
    Action("edit.redo", "Redo", "redo-2", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do the step again that was taken back."),
    Action("data.reread", "Read the file again", "refresh-cw", tip="Read the CSV again: it changed, or was moved."),
    Action("data.replace", "Use another data file…", "folder-open", tip="Take another CSV; the network stays."),
    Action("go.data", "Go to Data", "table-2", ("Ctrl+1",)),
    Action("go.define", "Go to Define", "blocks", ("Ctrl+2",)),
    Action("go.compile", "Go to Compile", "braces", ("Ctrl+3",)),
    Action("go.fit", "Go to Fit", "activity", ("Ctrl+4",)),
    Action("go.evaluate", "Go to Evaluate", "target", ("Ctrl+5",)),
    Action("go.predict", "Go to Predict", "wand-sparkles", ("Ctrl+6",)),
    Action("go.search", "Search commands", "search", ("Ctrl+K",), "Find anything the program can do."),
    Action("go.next_region", "Next panel", "", ("F6",), "Move the keyboard to the next panel."),
    Action("go.previous_region", "Previous panel", "", ("Shift+F6",), "Move the keyboard to the panel before."),
    Action("view.left", "Show or hide left panel", "panel-left", ("Ctrl+B",)),
    Action("view.right", "Show or hide right panel", "panel-right", ("F4",)),
    Action("view.dock", "Show or hide dock", "panel-bottom", ("Ctrl+J",)),
    Action("view.light", "Use light theme", "sun", words=("appearance", "colour", "color")),
    Action("view.dark", "Use dark theme", "moon", words=("appearance", "colour", "color", "night")),
    Action("view.system", "Follow system theme", "settings-2", words=("appearance", "colour", "color")),
    Action("view.contrast", "Use high contrast", "eye", words=("appearance", "accessibility")),
    Action("run.next", "Compile, then fit", "play", ("F5",), "Go on with the next step of this stage."),
    Action("help.about", "About Layerwright", "info"),
)


@dataclass
class _Bound:
    action: Action
    handlers: list[Handler] = field(default_factory=list)
    enabled: bool = True
    reason: str = ""


class Actions(QObject):
    """The table of actions of a window: records, handlers, Qt actions with keys. Pages add their own with `add`.

    `changed(id)` is emitted when an action was enabled, disabled or retitled.
    """

    changed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._bound: dict[str, _Bound] = {}
        self._qt: dict[str, QAction] = {}
        for action in ACTIONS:
            self.add(action)

    def add(self, action: Action, handler: Handler | None = None, widget: QWidget | None = None) -> QAction:
        """Enter an action. widget: the keys work only while the keyboard is inside it (a canvas); else everywhere."""
        made = _Trigger(action, self)
        self._bound[action.id] = _Bound(action)
        self._qt[action.id] = made
        (widget or self._window).addAction(made)
        if widget is not None:
            made.set_local()
        if handler:
            self.bind(action.id, handler)
        return made

    def bind(self, id: str, handler: Handler) -> None:
        """Say what an action does; the last handler wins."""
        self._bound[id].handlers = [handler]

    def trigger(self, id: str) -> bool:
        """Do it, when it is enabled and bound; return whether it was done."""
        bound = self._bound[id]
        if not bound.enabled or not bound.handlers:
            return False
        bound.handlers[-1]()
        return True

    def enable(self, id: str, enabled: bool, reason: str = "") -> None:
        """Enable or disable; the reason is its tooltip while it is disabled."""
        bound, action = self._bound[id], self._qt[id]
        if (bound.enabled, bound.reason) == (enabled, reason):
            return
        bound.enabled, bound.reason = enabled, reason
        action.setEnabled(enabled)
        action.setToolTip(self.tip(id))
        self.changed.emit(id)

    def enabled(self, id: str) -> bool:
        """Return whether it can be done now."""
        return self._bound[id].enabled and bool(self._bound[id].handlers)

    def reason(self, id: str) -> str:
        """Return why it is disabled, as a sentence."""
        return self._bound[id].reason

    def qt(self, id: str) -> QAction:
        """Return the Qt action, for menus."""
        return self._qt[id]

    def get(self, id: str) -> Action:
        """Return the record."""
        return self._bound[id].action

    def every(self) -> tuple[Action, ...]:
        """Return all records that can be found by the command search: bound ones."""
        return tuple(b.action for b in self._bound.values() if b.handlers)

    def show_stage(self, stage: str) -> None:
        """Let the keys of this stage's actions work and those of other stages rest."""
        for bound in self._bound.values():
            if bound.action.stage:
                self._qt[bound.action.id].setEnabled(bound.enabled and bound.action.stage == stage)

    def key(self, id: str) -> str:
        """Return the first key as a person reads it: "Ctrl+K"."""
        keys = self._bound[id].action.keys
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def tip(self, id: str) -> str:
        """Return the tooltip: what it does, its key, and why it is disabled."""
        bound = self._bound[id]
        text = bound.reason or bound.action.tip or bound.action.title
        key = self.key(id)
        return f"{tr(text)} ({key})" if key else tr(text)


class _Trigger(QAction):
    """A Qt action that does the record's handler."""

    def __init__(self, action: Action, actions: Actions) -> None:
        super().__init__(tr(action.title).replace("&", "&&"), actions)
        self._id, self._actions = action.id, actions
        self.setShortcuts([QKeySequence(k) for k in action.keys])
        self.setObjectName(action.id)
        self.triggered.connect(self._done)

    def set_local(self) -> None:
        self.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _done(self, _checked: bool = False) -> None:
        self._actions.trigger(self._id)


def tr(text: str) -> str:
    """Translate as `studio.text.tr` does, which stands beside this module and may not be imported here."""
    return QCoreApplication.translate("Layerwright", text)
