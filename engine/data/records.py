"""The records of a CSV, one by one, each with its line number: rows that fit, and rejects with a reason.

No line is ever lost: a record that goes wrong costs its first line only, and reading goes on with the next one.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.data.settings import Dialect

FIELD_LIMIT = 131_072
BLOCK = 10_000
Row = tuple[int, list[str]]
"""Line number and fields."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that is not in the table: its number (from 1), its text (at most 200 characters), the reason."""

    line: int
    text: str
    reason: str


class Lines:
    """Physical lines with their numbers; those of the record being read can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._again: list[str] = []
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        text = self._again.pop() if self._again else next(self._source)
        self.taken.append(text)
        return text

    def accept(self) -> int:
        """Close the current record; return the number of its first line."""
        first = self.line + 1
        self.line += len(self.taken)
        self.taken.clear()
        return first

    def give_back(self, keep: int = 1) -> tuple[int, str]:
        """Close the first `keep` lines of the current record and read the others again; return (number, text)."""
        text = self.taken[0] if self.taken else ""
        self._again.extend(reversed(self.taken[keep:]))
        self.taken.clear()
        self.line += keep
        return self.line, text.rstrip("\r\n")[:200]


def records(stream: Iterable[str], dialect: Dialect, width: int, first: int) -> Iterator[Row | Reject]:
    """Yield (line number, fields) of each record that has `width` fields and a Reject of each other; skip blank lines.

    first: fields of the first record, that with the names of the columns.
    """
    lines = Lines(stream)
    for record in _careful(lines, dialect, first):
        yield record
        if not isinstance(record, Reject):
            break
    while block := list(itertools.islice(lines, BLOCK)):
        rows = _regular(block, dialect, width)
        if rows:
            yield from zip(itertools.count(lines.accept()), rows, strict=False)
        else:
            end = lines.line + len(block)
            lines.give_back(keep=0)
            yield from _careful(lines, dialect, width, end)


def _regular(block: list[str], dialect: Dialect, width: int) -> list[list[str]]:
    """Return the rows of lines of which each is a record without quotes, of the right width; else nothing."""
    joined = "".join(block)
    if (dialect.quote or '"') in joined or "\0" in joined:
        return []
    try:
        rows = list(csv.reader(block, delimiter=dialect.delimiter or ",", quoting=csv.QUOTE_NONE))
    except csv.Error:
        return []
    return rows if len(rows) == len(block) and set(map(len, rows)) == {width} else []


def _careful(lines: Lines, dialect: Dialect, width: int, end: float = float("inf")) -> Iterator[Row | Reject]:
    """Yield records and rejects one at a time, at least up to the line `end`."""
    delimiter, quote = dialect.delimiter or ",", dialect.quote or '"'
    while lines.line < end:
        try:
            fields = next(csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            reason = _reason(str(error), len(lines.taken))
            yield Reject(*lines.give_back(), reason)
            continue
        reason = _fault(fields, width)
        if reason:
            yield Reject(*lines.give_back(), reason)
        elif fields:
            yield lines.accept(), fields
        else:
            lines.accept()


def _fault(fields: list[str], width: int) -> str:
    if any("\0" in field for field in fields):
        return "It holds a NUL byte."
    if fields and len(fields) != width:
        return f"It has {len(fields)} {'field' if len(fields) == 1 else 'fields'}; the table has {width} columns."
    return ""


def _reason(error: str, taken: int) -> str:
    if "field limit" in error:
        return f"A field is longer than {FIELD_LIMIT:,} characters."
    if "expected after" in error and taken == 1:
        return "Text follows a closing quote."
    return "A quote is opened and not closed."
