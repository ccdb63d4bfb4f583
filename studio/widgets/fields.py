"""Fields for text and numbers. An invalid entry is marked and told; the last valid value stays."""

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QIcon, QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.errors import LayerwrightError
from studio import theme
from studio.widgets.base import Themed, icon_at, named, painter_of, plain_tip

Check = Callable[[Any], Any]
STEPPER = 22
LEADING = "leading"
CLEAR = "_q_qlineeditclearaction"
"""What Qt calls the action of its clear button."""
STEP_PIXELS = 6
HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class LineEdit(Themed, QLineEdit):
    """A line of text. `changed(text)` when a person finished an entry that is valid; `error_changed(sentence)` else.

    check: returns the value to store, or raises LayerwrightError with the sentence that is shown.
    """

    changed = Signal(object)
    error_changed = Signal(object)

    def __init__(
        self,
        text: str = "",
        *,
        name: str,
        placeholder: str = "",
        mono: bool = False,
        check: Check | None = None,
        icon: str | None = None,
        small: bool = False,
        tooltip: str = "",
    ) -> None:
        super().__init__(text)
        self._check, self._icon, self.error = check, icon, ""
        self._value: Any = text
        if icon:
            self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition).setObjectName(LEADING)
        self.setFont(theme.font(12, 400, mono))
        self.setPlaceholderText(placeholder)
        self.setProperty("scale", "small" if small else "medium")
        named(self, name, tooltip)
        self.editingFinished.connect(self.commit)
        self.follow_theme()

    def value(self) -> Any:
        """Return the last valid value."""
        return self._value

    def set_value(self, text: str) -> None:
        """Show a value without telling; leaves a text that is being typed alone when it means the same."""
        self._value = text
        self.set_error("")
        if self.text() != text:
            self.setText(text)

    def set_error(self, sentence: str) -> None:
        """Mark the field invalid (red border) with a sentence, or valid with an empty one."""
        if sentence == self.error:
            return
        self.error = sentence
        self.setProperty("invalid", "true" if sentence else "false")
        self.setToolTip(plain_tip(sentence))
        self.setAccessibleDescription(sentence)
        self.style().unpolish(self)
        self.style().polish(self)
        self.error_changed.emit(sentence)

    def commit(self) -> None:
        """Take the entry over, or mark it."""
        try:
            value = self.parse(self.text())
        except (LayerwrightError, ValueError) as error:
            self.set_error(str(error))
            return
        self.set_error("")
        self._settle()
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def _settle(self) -> None:
        """Begin a new history: what is typed from here on is taken back down to this text."""
        if self.isUndoAvailable():
            at = self.cursorPosition()
            self.setText(self.text())
            self.setCursorPosition(at)

    def parse(self, text: str) -> Any:
        """Return the value of a text; raises LayerwrightError or ValueError with a sentence."""
        return self._check(text) if self._check else text

    def event(self, event: QEvent) -> bool:
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and self._is_outer(event):
            event.ignore()
            return True
        return super().event(event)

    def _is_outer(self, event: QKeyEvent) -> bool:
        """Return whether an undo or redo is the window's: nothing is typed here that was not taken over yet."""
        undo, redo = (event.matches(key) for key in HISTORY)
        return (undo and not self.isUndoAvailable()) or (redo and not self.isRedoAvailable())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_outer(event):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self.text() != self.shown(self._value):
            self.setText(self.shown(self._value))
            self.set_error("")
        else:
            super().keyPressEvent(event)

    def shown(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)

    def restyle(self) -> None:
        for action in self.actions():  # not kept: Qt may make another wrapper for it
            if self._icon and action.objectName() == LEADING:
                action.setIcon(theme.icon(self._icon, "text.muted"))


class SearchField(LineEdit):
    """A search field: `searched(text)` at every key."""

    searched = Signal(object)

    def __init__(self, placeholder: str, *, name: str) -> None:
        super().__init__(name=name, placeholder=placeholder, icon="search")
        self.setClearButtonEnabled(True)
        self.restyle()
        self.textChanged.connect(self._told)

    def setPlaceholderText(self, text: str) -> None:
        super().setPlaceholderText(text)
        self.setToolTip(plain_tip(text))

    def restyle(self) -> None:
        super().restyle()
        for action in self.findChildren(QAction, CLEAR):
            action.setIcon(theme.icon("x", "text.muted"))

    def _told(self, text: str) -> None:
        self.searched.emit(text)


class NumberField(LineEdit):
    """A number with steppers: arrow keys, wheel (when focused) and the two chevrons step. `changed(number or None)`.

    integer: whole numbers only. optional: an empty field is None. log: a step multiplies (learning rates).
    check: as in LineEdit, applied to the number.
    """

    def __init__(
        self,
        value: float | int | None = None,
        *,
        name: str,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float = 1,
        integer: bool = False,
        optional: bool = False,
        log: bool = False,
        suffix: str = "",
        placeholder: str = "",
        check: Check | None = None,
        small: bool = False,
        tooltip: str = "",
    ) -> None:
        self.minimum, self.maximum, self.step, self.log = minimum, maximum, step, log
        self._integer, self._optional, self._suffix = integer, optional, suffix
        super().__init__("", name=name, placeholder=placeholder, mono=True, check=check, small=small, tooltip=tooltip)
        self.setTextMargins(0, 0, STEPPER - 4 + (round(theme.text_width(suffix, theme.font(11))) if suffix else 0), 0)
        self.setMouseTracking(True)
        self.set_number(value)

    def set_number(self, value: float | int | None) -> None:
        """Show a value without telling."""
        self._value = value
        self.set_error("")
        text = self.shown(value)
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)

    def set_value(self, value: Any) -> None:
        self.set_number(value)

    def shown(self, value: Any) -> str:
        if value is None:
            return ""
        return f"{value:d}" if isinstance(value, int) else f"{value:.7g}"

    def parse(self, text: str) -> Any:
        text = text.strip().replace(",", ".")
        if not text and self._optional:
            return None
        number = self._number(text)
        low, high = self.minimum, self.maximum
        if self._check:
            return self._check(number)
        if (low is not None and number < low) or (high is not None and number > high):
            raise ValueError(_range_sentence(low, high, text))
        return number

    def _number(self, text: str) -> float | int:
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"This must be a number; it is {text!r:.40}.") from None
        if not math.isfinite(number):
            raise ValueError("This must be a finite number.")
        if self._integer and number != int(number):
            raise ValueError(f"This must be a whole number; it is {text!r:.40}.")
        return int(number) if self._integer else number

    def step_by(self, steps: float) -> None:
        """Change the value by a number of steps, within the limits."""
        base = self._value if self._value is not None else (self.minimum or 0)
        value = base * (1.1**steps) if self.log else base + steps * self.step
        value = max(value, self.minimum) if self.minimum is not None else value
        value = min(value, self.maximum) if self.maximum is not None else value
        value = round(value) if self._integer else float(f"{value:.6g}")
        self.setText(self.shown(value))
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if event.key() in steps:
            self.step_by(steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            self.step_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() > self.width() - STEPPER and self.isEnabled():
            self.setFocus()
            self.step_by(1 if event.position().y() < self.height() / 2 else -1)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = event.position().x() > self.width() - STEPPER
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, right, middle = painter_of(self), self.width(), self.height() / 2
        token = "text.muted" if self.isEnabled() else "text.disabled"
        icon_at(painter, right - 18, middle - 11, "chevron-up", token, 12)
        icon_at(painter, right - 18, middle - 1, "chevron-down", token, 12)
        if self._suffix:
            painter.setPen(theme.color("text.muted"))
            painter.setFont(theme.font(11))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(0, 0, right - 24, self.height()), flags, self._suffix)


class Scrub(QWidget):
    """Not shown: lets a label be dragged left and right to step a number field; Shift steps ten at a time.

    `grabbed(bool)`: a drag begins, or ends.
    """

    grabbed = Signal(object)

    def __init__(self, label: QWidget, field: NumberField) -> None:
        super().__init__(label)
        self.hide()
        self._field, self._from, self._done, self._held = field, QPoint(), 0, False
        label.setCursor(Qt.CursorShape.SizeHorCursor)
        label.installEventFilter(self)

    def eventFilter(self, label: Any, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            self._from, self._done = event.position().toPoint(), 0
        elif event.type() == QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)
        elif event.type() == QEvent.Type.MouseButtonRelease and self._held:
            self._hold(False)
        else:
            return False
        return True

    def _drag(self, event: QMouseEvent) -> None:
        steps = (event.position().toPoint().x() - self._from.x()) // STEP_PIXELS
        if steps == self._done:
            return
        if not self._held:
            self._hold(True)
        tenfold = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self._field.step_by((steps - self._done) * tenfold)
        self._done = steps

    def _hold(self, held: bool) -> None:
        self._held = held
        self.grabbed.emit(held)


def _range_sentence(low: float | None, high: float | None, text: str) -> str:
    if low is not None and high is not None:
        return f"This must lie between {low:g} and {high:g}; it is {text}."
    return (
        f"This must be at least {low:g}; it is {text}."
        if low is not None
        else f"This must be at most {high:g}; it is {text}."
    )
