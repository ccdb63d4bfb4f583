"""How one cell of text becomes a value. Standard library only: exported scripts carry these functions as they are."""

import datetime
import math
import re

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?\Z")
GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:[,' \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?\Z"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:[.' \u00a0\u202f][0-9]{3})+(?:,[0-9]+)?\Z"),
}
TRUE = ("true", "t", "yes", "y", "on")
FALSE = ("false", "f", "no", "n", "off")
TIME = r"(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?\Z"
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + TIME)
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + TIME)


def parse_number(text: str, decimal: str = ".") -> float | None:
    """Return the finite number that the text spells, thousands separators allowed; None for anything else."""
    if GROUPED[decimal].match(text):
        text = re.sub(r"[,' \u00a0\u202f]" if decimal == "." else r"[.' \u00a0\u202f]", "", text)
    if decimal == ",":
        if "." in text:
            return None
        text = text.replace(",", ".")
    if not NUMBER.match(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def parse_boolean(text: str, decimal: str = ".") -> float | None:
    """Return 1.0 for true, t, yes, y, on and 1, 0.0 for their opposites, whatever the case; None for anything else."""
    word = text.lower()
    if word in TRUE:
        return 1.0
    if word in FALSE:
        return 0.0
    value = parse_number(text, decimal)
    return value if value in (0.0, 1.0) else None


def parse_date(text: str, order: str) -> float | None:
    """Return days since 0001-01-01 (1.0), the time of day as a fraction; None if the text is no date.

    order: "ymd", "dmy" or "mdy". A time zone is read over.
    """
    found = (YEAR_FIRST if order == "ymd" else YEAR_LAST).match(text)
    if not found:
        return None
    a, _, b, c, hour, minute, second = found.groups()
    year, month, day = {"ymd": (a, b, c), "dmy": (c, b, a), "mdy": (c, a, b)}[order]
    try:
        moment = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return moment.toordinal() + (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86400


def date_parts(days: float) -> tuple[float, float, float]:
    """Return (year, month 1-12, weekday 0 = Monday) of a day number of `parse_date`."""
    day = datetime.date.fromordinal(int(days))
    return float(day.year), float(day.month), float(day.weekday())


def number_label(value: float) -> str:
    """Return the label of a class that is a number: "3" for 3.0, "2.5" for 2.5."""
    return str(int(value)) if value == int(value) else repr(value)
