"""The keys of the canvas: which method of the view a key calls. The keys themselves stand in the table of actions."""

from collections.abc import Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.actions import CANVAS

KEYPAD, SHIFT = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier
PREFIX = "canvas."
Stroke = tuple[int, Qt.KeyboardModifier]


def _stroke(key: str) -> Stroke | None:
    sequence = QKeySequence(key)
    if sequence.count() != 1:
        return None
    pressed: QKeyCombination = sequence[0]  # type: ignore[index]
    return int(pressed.key()), pressed.keyboardModifiers()


def strokes(keys: Mapping[str, tuple[str, ...]]) -> dict[Stroke, str]:
    """Return (key, modifiers) -> name of a method of the view, for keys by id of an action."""
    found = ((_stroke(key), id.removeprefix(PREFIX)) for id, own in keys.items() for key in own)
    return {stroke: name for stroke, name in found if stroke is not None}


_strokes = strokes({action.id: action.keys for action in CANVAS})


def use_keys(keys: Mapping[str, tuple[str, ...]]) -> None:
    """Take over the keys of the actions of the canvas, by id."""
    _strokes.clear()
    _strokes.update(strokes(keys))


def method_of(event: QKeyEvent) -> str | None:
    """Return the name of the view's method for a key, or None."""
    modifiers = event.modifiers() & ~KEYPAD
    if event.key() == Qt.Key.Key_Plus:
        modifiers &= ~SHIFT
    return _strokes.get((event.key(), modifiers))
