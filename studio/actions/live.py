"""The keys of actions as they are now, for tips and sentences that name them. `Actions` keeps the table."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from studio.actions.table import ACTIONS

Keys = tuple[str, ...]


class _Live(QObject):
    """`changed()` when a person gave an action other keys."""

    changed = Signal()


live = _Live()
_keys: dict[str, Keys] = {action.id: action.keys for action in ACTIONS}


def take(id: str, keys: Keys) -> None:
    """Enter the keys of an action."""
    if _keys.get(id, ()) != keys:
        _keys[id] = keys
        live.changed.emit()


def key_of(id: str) -> str:
    """Return the first key of an action as a person reads it, "Ctrl+K"; "" when it has none."""
    keys = _keys.get(id, ())
    return readable(keys[0]) if keys else ""


def readable(key: str) -> str:
    """Return a key as a person reads it on this platform."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def with_key(text: str, id: str) -> str:
    """Return a tip with the key of an action behind it, when it has one."""
    key = key_of(id)
    return f"{text} ({key})" if key else text


def naming(*parts: tuple[str, str]) -> str:
    """Return a sentence of parts, each with the id of the action whose key stands for {key}; a part whose action has no
    key is left out. Parts with the id "" are always there."""
    said = [text.format(key=key_of(id)) for text, id in parts if not id or key_of(id)]
    return f"{', '.join(said)}." if said else ""


class _Teller(QObject):
    """Lives with a widget and renews one of its texts."""

    def __init__(self, widget: QWidget, put: str, say: Callable[[], str]) -> None:
        super().__init__(widget)
        self._put, self._say = put, say
        live.changed.connect(self.tell)
        self.tell()

    def tell(self, *_: object) -> None:
        getattr(self.parent(), self._put)(self._say())


def tell_keys(widget: QWidget, put: str, say: Callable[[], str]) -> None:
    """Set a text of a widget that names keys, now and after each change of keys.

    put: the method that takes the text, "setToolTip". say: returns it; it must not hold the widget.
    """
    _Teller(widget, put, say)
