"""The form of one row: a field per input column, bounded by what was seen in training."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import Signal

from engine.data.parse import parse_boolean, parse_date
from engine.data.recipe import Recipe
from engine.data.steps import BooleanStep, CategoryStep, DateStep, NumberStep, Step
from engine.data.table import Table
from engine.project.runs import Run
from studio.text import tr
from studio.widgets import Box, Chip, Label, LineEdit, NumberField, Select, Slider, box_of, clear, fixed, row

EDGE = 0.1
"""The slider reaches this share of the training range beyond it, so that a person can look outside."""


@dataclass(frozen=True)
class Seen:
    """What training saw of a number: its range and its median."""

    low: float
    high: float
    median: float

    @property
    def reach(self) -> tuple[float, float]:
        """The ends of the slider."""
        edge = EDGE * ((self.high - self.low) or abs(self.high) or 1.0)
        return self.low - edge, self.high + edge


def seen(step: NumberStep, table: Table | None, run: Run) -> Seen:
    """Return the training range of a column; without its table, two scales around the recipe's shift."""
    if table is not None and step.column in table.columns:
        rows = run.part("train")
        values = table.numbers(step.column)[0][rows[rows < table.rows]]
        values = values[~np.isnan(values)]
        if len(values):
            return Seen(float(values.min()), float(values.max()), float(np.median(values)))
    return Seen(step.shift - 2 * step.scale, step.shift + 2 * step.scale, step.fill)


class Field(Box):
    """One input column. `changed()` when its value did; `value()` is what a CSV would hold, "" for missing."""

    changed = Signal()

    def __init__(self, step: Step) -> None:
        super().__init__(fill=None, stroke=None, spacing=0)
        self.step = step

    def value(self) -> str:
        raise AssertionError("each kind of field says its own value")

    def set_value(self, text: str) -> None:
        raise AssertionError("each kind of field takes its own value")

    def _tell(self, *_: Any) -> None:
        self.changed.emit()


class Number(Field):
    """A number: field and slider; amber outside the training range."""

    def __init__(self, step: NumberStep, bounds: Seen, whole: bool) -> None:
        super().__init__(step)
        low, high = bounds.reach
        self.bounds, self._whole = bounds, whole
        size = max((bounds.high - bounds.low) / 100, 1e-9)
        self.field = NumberField(None, name=step.column, step=1 if whole else size, optional=True)
        self.slider = Slider(
            bounds.median, low, high, name=tr("{column} slider", column=step.column), step=1 if whole else 0.0,
            band=(bounds.low, bounds.high), mark=bounds.median,
        )  # fmt: skip
        self.note = Chip(tr("outside training range"), "warning.text", "warning.soft", height=18)
        title = Label(step.column, 12, 500, elide=True)
        head = row((title, 1), self.note, fixed(self.field, 104), spacing=8)
        box_of(self).addWidget(head)
        box_of(self).addWidget(self.slider)
        self.field.changed.connect(self._typed)
        self.slider.changed.connect(self._slid)
        self.set_value(repr(bounds.median))

    def value(self) -> str:
        number = self.field.value()
        return "" if number is None else repr(number)

    def set_value(self, text: str) -> None:
        number = None if text == "" else float(text)
        self.field.set_number(number)
        self._show(number)

    def _typed(self, number: Any) -> None:
        self._show(number)
        self._tell()

    def _slid(self, number: Any) -> None:
        digits = 0 if self._whole else max(0, 4 - int(np.floor(np.log10(max(abs(self.bounds.high), 1e-9)))))
        number = round(float(number), digits)
        self.field.set_number(int(number) if self._whole else number)
        self._show(number)
        self._tell()

    def _show(self, number: float | None) -> None:
        if number is not None:
            self.slider.set_value(number)
        self.note.setVisible(number is not None and not self.bounds.low <= number <= self.bounds.high)


def answers(step: BooleanStep, table: Table | None) -> tuple[str, str]:
    """Return how the table writes true and false: "yes" and "no", "1" and "0"; without it, in those words."""
    found = {1.0: "true", 0.0: "false"}
    if table is not None and step.column in table.columns:
        known = {parse_boolean(v, table.dialect.decimal or "."): v for v in reversed(table.codes(step.column)[0])}
        found |= {truth: word for truth, word in known.items() if truth is not None}
    return found[1.0], found[0.0]


class Choice(Field):
    """A category or a boolean, in the words of the data."""

    def __init__(self, step: CategoryStep | BooleanStep, table: Table | None = None) -> None:
        super().__init__(step)
        values = step.values if isinstance(step, CategoryStep) else answers(step, table)
        start = values[max(int(step.fill), 0)] if isinstance(step, CategoryStep) else values[step.fill < 0.5]
        self._values = values
        self.select = Select([*((v, v) for v in values), ("", tr("missing"))], start, name=step.column, width=150)
        box_of(self).addWidget(row((Label(step.column, 12, 500, elide=True), 1), self.select))
        self.select.changed.connect(self._tell)

    def value(self) -> str:
        return str(self.select.value())

    def set_value(self, text: str) -> None:
        truth = parse_boolean(text) if isinstance(self.step, BooleanStep) else None
        self.select.set_value(text if truth is None else self._values[truth < 0.5])


FORMATS = {"ymd": "{0:%Y-%m-%d}", "dmy": "{0:%d.%m.%Y}", "mdy": "{0:%m/%d/%Y}"}
"""How a date is written whose column has this order."""


class Date(Field):
    """A date, typed as its column writes dates; what is none is marked, and the last date stays."""

    def __init__(self, step: DateStep) -> None:
        super().__init__(step)
        day = datetime.date.fromordinal(min(max(int(step.fill), 1), datetime.date.max.toordinal()))
        self._order, self._usual = step.order, FORMATS[step.order].format(day)
        self.line = LineEdit(self._usual, name=step.column, check=self._checked)
        box_of(self).addWidget(row((Label(step.column, 12, 500, elide=True), 1), fixed(self.line, 150)))
        self.line.changed.connect(self._tell)

    def value(self) -> str:
        return str(self.line.value())

    def set_value(self, text: str) -> None:
        self.line.set_value(text)

    def _checked(self, text: str) -> str:
        if text.strip() and parse_date(text.strip(), self._order) is None:
            raise ValueError(tr("This must be a date, such as {day}; empty means missing.", day=self._usual))
        return text.strip()


class RowForm(Box):
    """All fields of a run's recipe. `changed()` when any value did."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(fill=None, stroke=None, spacing=8)
        self.fields: dict[str, Field] = {}

    def show_recipe(self, recipe: Recipe, table: Table | None, run: Run) -> None:
        """Make the fields anew, each at its middle value."""
        clear(box_of(self))
        self.fields = {}
        for step in recipe.steps:
            made = make_field(step, table, run)
            made.changed.connect(self.changed)
            self.fields[step.column] = made
            box_of(self).addWidget(made)

    def values(self) -> dict[str, str]:
        """Return column -> text, as a CSV would hold it."""
        return {name: made.value() for name, made in self.fields.items()}

    def take(self, values: Mapping[str, str], missing: Sequence[str] = ()) -> None:
        """Put a row's values in; what the form cannot show counts as missing."""
        for name, made in self.fields.items():
            text = values.get(name, "").strip()
            try:
                made.set_value("" if text in missing else text)
            except ValueError:
                made.set_value("")
        self.changed.emit()


def make_field(step: Step, table: Table | None, run: Run) -> Field:
    """Return the field that suits a step."""
    if isinstance(step, NumberStep):
        bounds = seen(step, table, run)
        return Number(step, bounds, _whole(step, table))
    if isinstance(step, DateStep):
        return Date(step)
    return Choice(step, table)


def _whole(step: NumberStep, table: Table | None) -> bool:
    if table is None or step.column not in table.columns:
        return False
    values = table.numbers(step.column)[0]
    return bool((values[~np.isnan(values)] % 1 == 0).all())
