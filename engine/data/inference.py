"""Which type a column has, judged from all its cells."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.parse import parse_boolean, parse_date
from engine.data.settings import ColumnType
from engine.data.table import Table

WRONG_SHARE = 0.05
"""Share of the different values that may fail to be numbers or dates; they count as missing and are reported."""
ROW_NAMES = re.compile(
    r"(unnamed.*|index|id|idx|row|rownames?|row_?(id|nr|no|number|num|index)|nr|no|#|.*[ _]id)?\Z", re.IGNORECASE
)
Found = tuple[ColumnType, str, frozenset[str], str | None]
"""Type, sentence, flags, order of a date."""


def column_type(table: Table, name: str) -> Found:
    """Return type, sentence, flags and date order of a column."""
    unnamed = frozenset(["unnamed"] if name in table.unnamed else [])
    if not table.has_values(name):
        return "category", "All its values are missing.", unnamed | {"empty", "constant"}, None
    if is_number(table, name):
        return _number_type(table, name, unnamed)
    labels, codes = table.codes(name)
    if all(parse_boolean(v, table.dialect.decimal or ".") is not None for v in labels[:8]) and len(labels) <= 8:
        return "boolean", f"Its values are {_some(labels)}.", unnamed, None
    if order := date_order(labels):
        return "date", f"Its values are dates such as {labels[0]!r:.30}.", unnamed, order
    return *_text_type(labels, int((codes >= 0).sum())), None


def is_number(table: Table, name: str) -> bool:
    """Return whether nearly all present cells are numbers and none is a code with leading zeros."""
    values, bad = table.numbers(name)
    good = int((~np.isnan(values)).sum())
    wrong = int(bad.sum())
    if not good or wrong > WRONG_SHARE * (good + wrong):
        return False
    if wrong and len(np.unique(table.codes(name)[1][bad])) > 0.1 * len(table.codes(name)[0]):
        return False  # a few codes, one of them no number
    return not _leading_zeros(table, name, values)


def _leading_zeros(table: Table, name: str, values: NDArray[np.float64]) -> bool:
    """Codes such as 00123 are no quantities."""
    whole = values[~np.isnan(values)]
    if not (whole == np.floor(whole)).all():
        return False
    return any(raw.startswith("0") and len(raw) > 1 and raw.strip().isdigit() for raw in table.raw(name))


def _number_type(table: Table, name: str, flags: frozenset[str]) -> Found:
    values = table.numbers(name)[0]
    counts = len(values) >= 5 and values[0] in (0, 1) and bool((values == values[0] + np.arange(len(values))).all())
    if counts and (flags or name == table.columns[0] or ROW_NAMES.match(name)):
        return "identifier", "It only counts the rows.", flags | {"identifier"}, None
    low, high = np.nanmin(values), np.nanmax(values)
    if ROW_NAMES.match(name) and len(values) >= 20 and _names_rows(values):
        return (
            "identifier",
            "It is a different whole number in each row, under the name of a row.",
            flags | {"identifier"},
            None,
        )
    if low == high:
        return "number", f"It is {low:g} in every row.", flags | {"constant"}, None
    return "number", f"Its values are numbers from {low:g} to {high:g}.", flags, None


def _names_rows(values: NDArray[np.float64]) -> bool:
    return bool((values == np.floor(values)).all()) and len(np.unique(values)) == len(values)


def _text_type(labels: list[str], present: int) -> tuple[ColumnType, str, frozenset[str]]:
    if len(labels) == 1:
        return "category", f"It is {labels[0]!r:.40} in every row.", frozenset(["constant"])
    length = sum(map(len, labels)) / len(labels)
    if len(labels) == present >= 8 and length <= 60:
        return "identifier", "It is a different text in each row.", frozenset(["identifier"])
    if length > 60 or (len(labels) > max(20, present // 2)) or len(labels) > 1000:
        why = f"It is free text with {len(labels):,} different values; networks on text are not built from a table."
        return "text", why, frozenset(["long_text"])
    return "category", f"It has {len(labels)} different values: {_some(labels)}.", frozenset()


def date_order(labels: list[str], wrong: float = WRONG_SHARE) -> str | None:
    """Return the order in which most labels are dates, day first where both fit; None if more than `wrong` are none."""
    if not labels:
        return None
    if parse_date(labels[0], "ymd") is None and parse_date(labels[-1], "ymd") is None:
        orders: tuple[str, ...] = ("dmy", "mdy")
    else:
        orders = ("ymd",)
    bad = {order: sum(parse_date(v, order) is None for v in labels) for order in orders}
    best = min(orders, key=lambda order: bad[order])
    return best if bad[best] <= wrong * len(labels) else None


def _some(labels: Sequence[str]) -> str:
    shown = ", ".join(f"{label!r:.30}" for label in sorted(labels)[:4])
    return shown + (", ..." if len(labels) > 4 else "")
