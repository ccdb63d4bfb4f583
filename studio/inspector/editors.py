"""Editors by kind of field, a table: each shows a value, tells a new one and marks an invalid one."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine import registry
from engine.errors import LayerwrightError, UsageError
from engine.specs import FieldInfo, snake
from studio.inspector.previews import CurvePreview
from studio.text import tr
from studio.widgets import LineEdit, NumberField, Select, Slider, Switch, lay

Check = Callable[[Any], Any]
SHORT = (("initializer", "init"), ("regularizer", "penalty"), ("constraint", "limit"))
NONE = "None"
SPLIT = re.compile(r"[\s,;×x()\[\]]+")


class Editor(Protocol):
    """What a form needs of an editor. `changed(value)` tells, `error_changed(sentence)` marks.

    One of several controls has `first` (takes the keyboard) and may have `grabbed(bool)`: a drag begins, or ends.
    """

    changed: Any
    error_changed: Any

    def show_value(self, value: Any) -> None:
        """Show a value without telling."""

    def show_mixed(self) -> None:
        """Show that the values of several layers differ."""


def title_of(info: FieldInfo) -> str:
    """Return a field's name for people: use_bias -> "Use bias"."""
    return info.name.replace("_", " ").capitalize()


def label_of(info: FieldInfo) -> str:
    """Return the label: kernel_initializer -> "Kernel init"."""
    text = title_of(info)
    for long, short in SHORT:
        text = text.replace(long, short)
    return text


def make(info: FieldInfo, value: Any, check: Check, prefix: str = "") -> Any:
    """Return the editor of a field. check: returns the value to store or raises with the sentence."""
    name = f"{prefix} {title_of(info).lower()}" if prefix else title_of(info)
    made = EDITORS[info.kind](info, name, check)
    made.show_value(value)
    made.setToolTip(info.doc)
    return made


class Number(NumberField):
    """A whole number or a float."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        whole = info.kind == "int"
        tiny = not whole and info.minimum == 0 and isinstance(info.default, float) and 0 < info.default < 0.1
        super().__init__(
            None, name=name, integer=whole, optional=info.optional, check=check, log=tiny, step=1 if whole else 0.1,
            placeholder=NONE if info.optional else "",
        )  # fmt: skip
        self._low, self._high = info.minimum, info.maximum

    def show_value(self, value: Any) -> None:
        self.setPlaceholderText(NONE)
        self.set_number(value)

    def show_mixed(self) -> None:
        self.set_number(None)
        self.setPlaceholderText("–")

    def step_by(self, steps: float) -> None:
        self.minimum, self.maximum = self._low, self._high  # stepping stops at the limits; typing says why
        super().step_by(steps)


class Text(LineEdit):
    """Any text."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name=name, check=self._checked, placeholder=NONE if info.optional else "")
        self._info, self._inner = info, check

    def show_value(self, value: Any) -> None:
        self.set_value("" if value is None else str(value))

    def show_mixed(self) -> None:
        self.set_value("")
        self.setPlaceholderText("–")

    def _checked(self, text: str) -> Any:
        return self._inner(None if self._info.optional and not text else text)


class Tuple(LineEdit):
    """Numbers with commas: a tuple without a fixed length."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name=name, mono=True, check=self._checked, placeholder=NONE if info.optional else "64, 32")
        self._info, self._inner = info, check

    def show_value(self, value: Any) -> None:
        self.set_value("" if value is None else ", ".join(f"{v:g}" for v in value))
        self._value = value

    def show_mixed(self) -> None:
        self.set_value("")
        self.setPlaceholderText("–")

    def shown(self, value: Any) -> str:
        return value if isinstance(value, str) else "" if value is None else ", ".join(f"{v:g}" for v in value)

    def _checked(self, text: str) -> Any:
        words = [w for w in SPLIT.split(text) if w]
        if not words and self._info.optional:
            return self._inner(None)
        try:
            numbers = tuple(int(w) if self._info.kind == "ints" else float(w) for w in words)
        except ValueError:
            raise UsageError(
                tr("These must be numbers with commas between; it is {text}.", text=f"{text!r:.40}")
            ) from None
        return self._inner(numbers)


class _Row(QWidget):
    """Several controls that are one editor. `first` is the one that takes the keyboard."""

    changed = Signal(object)
    error_changed = Signal(object)
    grabbed = Signal(object)
    first: QWidget

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, 28)


class Linked(_Row):
    """A tuple of fixed length: one field per number."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name)
        self._info, self._check, self._value = info, check, (1,) * (info.length or 2)
        whole = info.kind == "ints"
        self.fields = [
            NumberField(None, name=f"{name} {i + 1}", integer=whole, optional=info.optional)
            for i in range(info.length or 2)
        ]
        for field in self.fields:
            field.changed.connect(self._changed)
            field.error_changed.connect(self.error_changed)
        self.first = self.fields[0]
        lay(self, [(f, 1) for f in self.fields], False, 6, 0)

    def show_value(self, value: Any) -> None:
        for field, number in zip(self.fields, value or (None,) * len(self.fields), strict=True):
            field.set_number(number)

    def show_mixed(self) -> None:
        self.show_value(None)
        for field in self.fields:
            field.setPlaceholderText("–")

    def _changed(self, typed: object) -> None:
        """The numbers that are still open (a new tuple, several layers) take over the one that was typed."""
        numbers = [typed if f.value() is None else f.value() for f in self.fields]
        if all(n is None for n in numbers) and self._info.optional:
            self.changed.emit(None)
        elif all(n is not None for n in numbers):
            self._tell(tuple(numbers))

    def _tell(self, numbers: tuple[Any, ...]) -> None:
        try:
            value = self._check(numbers)
        except LayerwrightError as error:
            self.error_changed.emit(str(error))
            return
        self.error_changed.emit("")
        self.changed.emit(value)


class Rate(_Row):
    """A float between 0 and 1: number and slider."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name)
        self.number = NumberField(None, name=name, optional=info.optional, check=check, step=0.05)
        self.slider = Slider(name=f"{name} slider", step=0.01)
        self.number.setFixedWidth(74)
        self.first = self.number
        self._check = check
        self.number.changed.connect(self._typed)
        self.number.error_changed.connect(self.error_changed)
        self.slider.changed.connect(self._slid)
        self.slider.grabbed.connect(self.grabbed)
        lay(self, [self.number, (self.slider, 1)], False, 8, 0)

    def show_value(self, value: Any) -> None:
        self.number.set_number(value)
        self.slider.set_value(value or 0.0)

    def show_mixed(self) -> None:
        self.number.set_number(None)
        self.number.setPlaceholderText("–")

    def _typed(self, value: Any) -> None:
        self.slider.set_value(value or 0.0)
        self.changed.emit(value)

    def _slid(self, value: float) -> None:
        value = round(value, 4)
        try:
            self._check(value)
        except LayerwrightError as error:
            self.error_changed.emit(str(error))
            return
        self.error_changed.emit("")
        self.number.set_number(value)
        self.changed.emit(value)


class Choice(Select):
    """One of some names; `None` is one of them when the field may be empty."""

    error_changed = Signal(object)

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        names = info.choices if info.kind == "enum" else tuple(snake(r.KERAS) for r in registry.records("activation"))
        options = [(n, n) for n in names]
        super().__init__([*([(NONE, NONE)] if info.optional else []), *options], name=name, mono=info.kind == "enum")
        self._optional = info.optional

    def show_value(self, value: Any) -> None:
        self.set_value(NONE if value is None else value)

    def show_mixed(self) -> None:
        self.set_mixed()

    def _chosen(self, index: int) -> None:
        value = self.itemData(index)
        self.changed.emit(None if self._optional and value == NONE else value)


class OnOff(Switch):
    """A switch."""

    error_changed = Signal(object)

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name=name)

    def show_value(self, value: Any) -> None:
        self.set_value(bool(value))

    def show_mixed(self) -> None:
        self.set_mixed()


class Activation(_Row):
    """The select of an activation, with its curve beside it."""

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        super().__init__(name)
        self.select = self.first = Choice(info, name, check)
        self.curve = CurvePreview(tr("Curve of {field}", field=name.lower()))
        self.select.changed.connect(self.changed)
        self.select.error_changed.connect(self.error_changed)
        lay(self, [(self.select, 1), self.curve], False, 8, 0)

    def show_value(self, value: Any) -> None:
        self.select.show_value(value)
        self.curve.show_value(value)

    def show_mixed(self) -> None:
        self.select.show_mixed()
        self.curve.show_value(None)


class Record(Select):
    """A nested record (initializer, penalty, limit): the select; its own fields unfold in the form below it."""

    error_changed = Signal(object)

    def __init__(self, info: FieldInfo, name: str, check: Check) -> None:
        self._records = {r.ID: r for r in registry.records(str(info.of))}
        options = [(r.ID, snake(r.KERAS)) for r in self._records.values()]
        super().__init__([*([("", NONE)] if info.optional else []), *options], name=name, mono=True)

    def show_value(self, value: Any) -> None:
        self.set_value("" if value is None else value.ID)

    def show_mixed(self) -> None:
        self.set_mixed()

    def _chosen(self, index: int) -> None:
        record = self._records.get(self.itemData(index))
        self.changed.emit(record.suggestion() if record else None)


def _tuple(info: FieldInfo, name: str, check: Check) -> Any:
    return Linked(info, name, check) if info.length and not info.optional else Tuple(info, name, check)


EDITORS: dict[str, Callable[[FieldInfo, str, Check], Any]] = {
    "int": Number,
    "float": Number,
    "rate": Rate,
    "bool": OnOff,
    "enum": Choice,
    "activation": Activation,
    "text": Text,
    "ints": _tuple,
    "floats": _tuple,
    "spec": Record,
}
