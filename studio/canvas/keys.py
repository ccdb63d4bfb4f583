"""The keys of the canvas, as a table: (key, modifiers) -> name of a method of the view."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_CTRL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
K = Qt.Key

KEYS: dict[tuple[Qt.Key, Qt.KeyboardModifier], str] = {
    (K.Key_Tab, _NONE): "quick_add_here",
    (K.Key_Delete, _NONE): "delete",
    (K.Key_Backspace, _NONE): "delete",
    (K.Key_Return, _NONE): "edit_card",
    (K.Key_Enter, _NONE): "edit_card",
    (K.Key_F2, _NONE): "rename_card",
    (K.Key_D, _CTRL): "duplicate",
    (K.Key_C, _CTRL): "copy",
    (K.Key_X, _CTRL): "cut",
    (K.Key_V, _CTRL): "paste",
    (K.Key_A, _CTRL): "select_all",
    (K.Key_Up, _ALT): "move_up",
    (K.Key_Down, _ALT): "move_down",
    (K.Key_Up, _NONE): "walk_up",
    (K.Key_Down, _NONE): "walk_down",
    (K.Key_Left, _NONE): "walk_left",
    (K.Key_Right, _NONE): "walk_right",
    (K.Key_Up, _SHIFT): "extend_up",
    (K.Key_Down, _SHIFT): "extend_down",
    (K.Key_Left, _SHIFT): "extend_left",
    (K.Key_Right, _SHIFT): "extend_right",
    (K.Key_F, _NONE): "fit",
    (K.Key_0, _CTRL): "actual_size",
    (K.Key_Plus, _CTRL): "zoom_in",
    (K.Key_Equal, _CTRL): "zoom_in",
    (K.Key_Minus, _CTRL): "zoom_out",
    (K.Key_L, _CTRL | _SHIFT): "tidy",
    (K.Key_L, _NONE): "wire_by_keys",
    (K.Key_Escape, _NONE): "escape",
}


def method_of(event: QKeyEvent) -> str | None:
    """Return the name of the view's method for a key, or None."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    try:
        key = Qt.Key(event.key())
    except ValueError:
        return None
    if key == K.Key_Plus:
        modifiers &= ~_SHIFT
    return KEYS.get((key, modifiers))
