"""A form made from the fields of a record: one row each, rare ones under Advanced, nested records unfolded."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.errors import LayerwrightError, UsageError
from engine.specs import FieldInfo, Spec
from studio.inspector import editors, previews
from studio.text import plural, tr
from studio.widgets import Collapsible, FieldRow, Reset, row

RESET_KEY = "Ctrl+Backspace"
GOING_ON = ("rate", "int", "float", "enum", "activation", "spec")
"""Kinds of fields whose value may be the first of several: steps and choices in quick succession are one undo step."""


class Form(QWidget):
    """Edits one or more specs of the same or of different classes (then their common fields).

    prefix: stands before the names of all fields. about: what it is about, for the name of its Advanced.
    flat: rare fields stand among the others, for a form that is inside Advanced itself.

    more: rows of the owner that stand above Advanced. `set_asked(field, value, dragging)`: a person has changed a field
    to a valid value. dragging: it may go on. `grabbed(bool)`: a drag of a label or slider begins, or ends.
    """

    set_asked = Signal(object, object, object)
    grabbed = Signal(object)

    def __init__(
        self, specs: Sequence[Spec], prefix: str = "", more: Sequence[QWidget] = (), flat: bool = False, about: str = ""
    ) -> None:
        super().__init__()
        self._more, self.flat, self.has_advanced = tuple(more), flat, False
        self.prefix, self.about = prefix, about or prefix
        self.rows: dict[str, _Line] = {}
        self.specs = tuple(specs)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self._build()

    def _build(self) -> None:
        rare = []
        for info in common(self.specs):
            if info.kind not in editors.EDITORS:
                continue  # a nested network is edited on its own canvas
            line = _Line(self, info)
            self.rows[info.name] = line
            rare.append(line) if info.advanced and not self.flat else self.box.addWidget(line)
        for widget in self._more:
            self.box.addWidget(widget)
        self._rare, self.has_advanced = rare, bool(rare)
        if rare:
            self.advanced = Collapsible(tr("Advanced"), *rare, opened=False)
            self.advanced.head.setAccessibleName(tr("Advanced {what}", what=self.about).strip())
            self.advanced.head.indent = 0
            self.box.addWidget(self.advanced)
        self.show_specs(self.specs)

    def _advanced_note(self) -> str:
        """Return what stands beside "Advanced": how many fields are changed, else which ones there are."""
        changed = sum(r.changed for r in self._rare)
        if changed:
            return tr("{n} changed", n=changed)
        words = dict.fromkeys(editors.label_of(r.info).split()[-1].lower() for r in self._rare)
        note = ", ".join(words)
        return note if len(note) < 30 else plural(len(self._rare), "setting", "settings")

    def fits(self, specs: Sequence[Spec]) -> bool:
        """Return whether this form has the rows for these specs."""
        return tuple(type(s) for s in specs) == tuple(type(s) for s in self.specs)

    def show_specs(self, specs: Sequence[Spec]) -> None:
        """Show the values of these specs; `fits` must hold."""
        self.specs = tuple(specs)
        for name, line in self.rows.items():
            line.show_values([getattr(s, name) for s in self.specs])
        if self._rare:
            self.advanced.set_note(self._advanced_note())

    def check(self, field: str, value: Any) -> Any:
        """Return the value as it is stored in all specs; raises UsageError with the sentence."""
        for spec in self.specs:
            value = getattr(spec.replace(**{field: value}), field)
        return value


class _Line(QWidget):
    """One field: its row, a reset button when it differs from the default, and the form of a nested record."""

    def __init__(self, form: Form, info: FieldInfo) -> None:
        super().__init__()
        self.form, self.info, self.changed = form, info, False
        self.editor: Any = editors.make(info, info.start, self._check, form.prefix)
        name = f"{form.prefix} {editors.title_of(info)}".strip().lower()
        self.reset = Reset(tr("Reset {field}", field=name), RESET_KEY)
        self.reset.clicked.connect(self._reset)
        label = editors.label_of(info) if not form.flat else f"{form.prefix.split()[0]} {info.name}".replace("_", " ")
        self.row = FieldRow(label, self.editor, tooltip=info.doc, reset_button=self.reset)
        self.editor.error_changed.connect(self.row.set_error)
        self.editor.changed.connect(self._changed)
        self.row.reset.connect(self._reset)
        self.row.grabbed.connect(form.grabbed)
        if hasattr(self.editor, "grabbed"):
            self.editor.grabbed.connect(form.grabbed)
        self.nested: Form | None = None
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addWidget(self.row)
        self.picture = previews.below(form.specs[0], info.name, info.kind)
        if self.picture is not None:
            self.box.addWidget(row(self.picture, margins=(112, 0, 0, 4)))
        for part in (self.editor, *self.editor.findChildren(QWidget)):
            if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
                part.installEventFilter(self)

    def show_values(self, values: list[Any]) -> None:
        """Show one value, or a dash when they differ."""
        same = all(v == values[0] for v in values)
        if not self._typing() or not same:
            self.editor.show_value(values[0]) if same else self.editor.show_mixed()
        self.changed = not self.info.required and any(v != self.info.default for v in values)
        self.row.set_changed(self.changed)
        self.reset.setVisible(self.changed)
        if self.picture is not None:
            self.picture.show_value(values[0] if same else None)
        self._show_nested(values[0] if same and isinstance(values[0], Spec) else None)

    def _typing(self) -> bool:
        """An invalid entry stays as typed until it is mended or another layer is chosen."""
        return bool(getattr(self.editor, "error", ""))

    def _show_nested(self, value: Spec | None) -> None:
        if value is None or not value.fields():
            if self.nested is not None:
                self._drop_nested()
        elif self.nested is not None and self.nested.fits([value]):
            self.nested.show_specs([value])
        else:
            self._drop_nested()
            rare = all(f.advanced for f in value.fields()) and self.form.has_advanced and not self.info.advanced
            self.nested = Form([value], editors.title_of(self.info), flat=rare)
            self.nested.box.setContentsMargins(0 if rare else 12, 0, 0, 0 if rare else 4)
            self.nested.set_asked.connect(self._nested_changed)
            self.nested.grabbed.connect(self.form.grabbed)
            self.form.advanced.add(self.nested) if rare else self.box.addWidget(self.nested)

    def _drop_nested(self) -> None:
        if self.nested is not None:
            self.nested.hide()
            self.nested.setParent(None)
            self.nested.deleteLater()
            self.nested = None

    def _check(self, value: Any) -> Any:
        try:
            return self.form.check(self.info.name, value)
        except UsageError as error:
            raise UsageError(_bare(str(error), self.form.specs, self.info)) from None

    def _changed(self, value: Any) -> None:
        try:
            value = self._check(value)
        except LayerwrightError as error:
            self.row.set_error(str(error))
            return
        self.row.set_error("")
        self.form.set_asked.emit(self.info.name, value, self.info.kind in GOING_ON)

    def _nested_changed(self, field: str, value: Any, dragging: bool) -> None:
        if self.nested is not None:
            whole = self.nested.specs[0].replace(**{field: value})
            self.form.set_asked.emit(self.info.name, whole, dragging)

    def _reset(self, *_: object) -> None:
        if self.changed:
            if hasattr(self.editor, "set_error"):
                self.editor.set_error("")
            self.row.set_error("")
            self.form.set_asked.emit(self.info.name, self.info.default, False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Backspace returns to the default; the arrow is seen while the keyboard is here."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.reset.update()
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Backspace and self.changed:
            held = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if held and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if held and event.type() == QEvent.Type.KeyPress:
                self._reset()
                return True
        return False


def common(specs: Sequence[Spec]) -> list[FieldInfo]:
    """Return the fields that all specs have with the same kind, as the first one declares them."""
    if not specs:
        return []
    others = [{f.name: f.kind for f in s.fields()} for s in specs[1:]]
    return [f for f in specs[0].fields() if all(o.get(f.name) == f.kind for o in others)]


def _bare(sentence: str, specs: Sequence[Spec], info: FieldInfo) -> str:
    """Return the sentence without the class before it and with the field named as on the form."""
    for spec in specs:
        sentence = sentence.removeprefix(f"{spec.KERAS}: ")
    if sentence.startswith(f"{info.name} "):
        sentence = editors.title_of(info) + sentence.removeprefix(info.name)
    return sentence
