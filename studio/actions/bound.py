"""The actions of a window: records, handlers, and Qt actions with the keys that a person gave them."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.actions.live import Keys, readable, take
from studio.actions.record import Action
from studio.actions.table import ACTIONS

Handler = Callable[[], object]
MOST_KEYS = 4


@dataclass
class _Bound:
    action: Action
    keys: Keys
    handlers: list[Handler] = field(default_factory=list)
    enabled: bool = True
    reason: str = ""


class Actions(QObject):
    """The table of actions of a window: records, handlers, Qt actions with keys. Pages bind their own, or `add` them.

    Signals: `changed(id)` when an action was enabled or disabled; `keys_changed(id)` when its keys are others;
    `page_wanted(stage)` when an action is asked for whose page was not made yet.
    """

    changed = Signal(object)
    keys_changed = Signal(object)
    page_wanted = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._bound: dict[str, _Bound] = {}
        self._qt: dict[str, QAction] = {}
        self._own: dict[str, Keys] = {}
        self._stage = ""
        self.pages: tuple[str, ...] = ()
        for action in ACTIONS:
            self.add(action)

    def add(self, action: Action, handler: Handler | None = None, widget: QWidget | None = None) -> QAction:
        """Enter an action. widget: the keys work only while the keyboard is inside it (a canvas); else everywhere."""
        made = _Trigger(action, self)
        self._bound[action.id] = _Bound(action, self._own.get(action.id, action.keys))
        self._qt[action.id] = made
        (widget or self._window).addAction(made)
        if widget is not None:
            made.set_local()
        self._give_keys(action.id)
        if handler:
            self.bind(action.id, handler)
        return made

    def bind(self, id: str, handler: Handler) -> None:
        """Say what an action does; the last handler wins."""
        self._bound[id].handlers = [handler]

    def offer(self, id: str, title: str, handler: Handler | None) -> None:
        """Give an action the title of what it would do now (a recent project); without a handler it is not offered."""
        bound = self._bound[id]
        bound.handlers = [handler] if handler else []
        bound.action = dataclasses.replace(bound.action, title=title or bound.action.title)
        self._qt[id].setText(tr(bound.action.title).replace("&", "&&"))

    def trigger(self, id: str) -> bool:
        """Do it, when it is enabled; return whether it was done. Its page is asked for first when another is shown."""
        bound = self._bound[id]
        home = bound.action.stage if bound.handlers else bound.action.owner
        if bound.enabled and home in self.pages and home != self._stage:
            self.page_wanted.emit(home)
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
        action.setEnabled(self._awake(bound))
        action.setToolTip(self.tip(id))
        self.changed.emit(id)

    def enabled(self, id: str) -> bool:
        """Return whether it can be done now."""
        bound = self._bound[id]
        return bound.enabled and (bool(bound.handlers) or bound.action.owner in self.pages)

    def reason(self, id: str) -> str:
        """Return why it is disabled, as a sentence."""
        return self._bound[id].reason

    def qt(self, id: str) -> QAction:
        """Return the Qt action, for menus."""
        return self._qt[id]

    def has(self, id: str) -> bool:
        """Return whether there is such an action."""
        return id in self._bound

    def here(self, id: str) -> bool:
        """Return whether it belongs to what is on screen: everywhere, or the stage that is shown."""
        return self._bound[id].action.stage in ("", self._stage)

    def get(self, id: str) -> Action:
        """Return the record."""
        return self._bound[id].action

    def every(self) -> tuple[Action, ...]:
        """Return all records that the command search can find: listed ones that can be done or say why not.

        On the start page, where no project is seen, what belongs to a stage is not among them.
        """
        shown = (b.action for b in self._bound.values() if b.handlers or b.action.owner in self.pages)
        return tuple(action for action in shown if action.listed and (self._stage or not action.stage))

    def records(self) -> tuple[Action, ...]:
        """Return all records, in the order of the table."""
        return tuple(b.action for b in self._bound.values())

    def show_stage(self, stage: str) -> None:
        """Let the keys of this stage's actions work and those of other stages rest; "" is the start page."""
        self._stage = stage
        for id, bound in self._bound.items():
            if bound.action.stage:
                self._qt[id].setEnabled(self._awake(bound))

    # ---- keys ----
    def keys(self, id: str) -> Keys:
        """Return the keys as Qt writes them, those that a person gave before those of the table."""
        return self._bound[id].keys

    def set_keys(self, id: str, keys: Iterable[str] | None) -> None:
        """Give an action other keys; None gives those of the table back."""
        bound = self._bound[id]
        wanted = bound.action.keys if keys is None else tuple(keys)[:MOST_KEYS]
        self._own.pop(id, None)
        if wanted != bound.action.keys:
            self._own[id] = wanted
        if wanted != bound.keys:
            bound.keys = wanted
            self._give_keys(id)
            self.keys_changed.emit(id)

    def use_keys(self, own: Mapping[str, Keys]) -> None:
        """Take over the keys that a person gave in an earlier session, also for actions that are added later."""
        for id, keys in own.items():
            if id in self._bound:
                self.set_keys(id, keys)
            else:
                self._own[id] = keys

    def own_keys(self) -> dict[str, Keys]:
        """Return the keys that differ from the table: what is kept in the settings."""
        return dict(self._own)

    def holders(self, key: str, id: str) -> tuple[Action, ...]:
        """Return the actions that have a key and can be reached where the action `id` can."""
        me, wanted = self._bound[id].action, QKeySequence(key)
        found = (b for b in self._bound.values() if b.action.id != id and _meet(me, b.action))
        return tuple(b.action for b in found if any(QKeySequence(k) == wanted for k in b.keys))

    def key(self, id: str) -> str:
        """Return the first key as a person reads it: "Ctrl+K"."""
        keys = self._bound[id].keys
        return readable(keys[0]) if keys else ""

    def tip(self, id: str) -> str:
        """Return the tooltip: what it does, its key, and why it is disabled."""
        bound = self._bound[id]
        text = bound.reason or bound.action.tip or bound.action.title
        key = self.key(id)
        return f"{tr(text)} ({key})" if key else tr(text)

    def _awake(self, bound: _Bound) -> bool:
        return bound.enabled and (not bound.action.stage or bound.action.stage == self._stage)

    def _give_keys(self, id: str) -> None:
        bound, action = self._bound[id], self._qt[id]
        take(id, bound.keys)
        action.setShortcuts([] if bound.action.place else [QKeySequence(k) for k in bound.keys])
        action.setToolTip(self.tip(id))


class _Trigger(QAction):
    """A Qt action that does the record's handler."""

    def __init__(self, action: Action, actions: Actions) -> None:
        super().__init__(tr(action.title).replace("&", "&&"), actions)
        self._id, self._actions = action.id, actions
        self.setObjectName(action.id)
        self.triggered.connect(self._done)

    def set_local(self) -> None:
        self.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _done(self, _checked: bool = False) -> None:
        self._actions.trigger(self._id)


def _meet(one: Action, other: Action) -> bool:
    """Return whether two actions can be reached from one place, so that they cannot share a key."""
    return not one.stage or not other.stage or one.stage == other.stage


def tr(text: str) -> str:
    """Translate as `studio.text.tr` does, which stands beside this package and may not be imported here."""
    return QCoreApplication.translate("Layerwright", text)
