"""A CSV in memory: its dialect, the names of its columns and its rows, with every line accounted for."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.data.dialect import SAMPLE, detect, find_encoding
from engine.data.records import Reject, Row, records
from engine.data.settings import Dialect
from engine.errors import DataError

WIDEST = 10_000
DETECTED = Dialect()


@dataclass
class CsvFile:
    """rows: (line number, fields), read as it is iterated; `rejects` grows meanwhile. unnamed: names that we made."""

    dialect: Dialect
    names: tuple[str, ...] = ()
    unnamed: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    rows: Iterator[Row] = field(default_factory=lambda: iter(()))
    rejects: list[Reject] = field(default_factory=list)

    def no_rows(self) -> str:
        """Return the sentence for a file without a single row."""
        if not self.rejects:
            return "The file holds column names and no row below them. Add rows of data."
        first = self.rejects[0]
        return (
            f"None of the {len(self.rejects)} lines can be read. Line {first.line}: {first.reason} Check the delimiter."
        )


def open_csv(data: bytes, given: Dialect = DETECTED) -> CsvFile:
    """Detect what `given` leaves open and begin to read. Raises DataError if the bytes are no table."""
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise DataError("The file is empty. It must hold a line with column names and rows below it.")
    encoding = find_encoding(data, given.encoding)
    sample = _open(data, encoding).read(SAMPLE)
    file = CsvFile(detect(sample, encoding, given))
    first, width, at_end = _shape(sample, file.dialect, whole=len(sample) < SAMPLE)
    good = _accepted(records(_open(data, encoding), file.dialect, width, first), file.rejects)
    if file.dialect.header:
        names = next(good, (0, [""] * first))[1]
        names = [*names, ""] if at_end else [*[""] * (width - first), *names]
    else:
        names = [f"column_{i + 1}" for i in range(width)]
    file.names, file.unnamed, file.notes = _unique(names)
    file.rows = good
    return file


def _open(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _accepted(found: Iterator[tuple[int, list[str]] | Reject], rejects: list[Reject]) -> Iterator[Row]:
    for record in found:
        if isinstance(record, Reject):
            rejects.append(record)
        else:
            yield record


def _shape(sample: str, dialect: Dialect, whole: bool) -> tuple[int, int, bool]:
    """Return (fields in the first record, fields in the others, whether a nameless column stands at the end).

    The width is that of nearly all records, else that of the first. R writes one name less than columns.
    """
    lines = list(io.StringIO(sample, newline=""))
    rows = _rows(lines if whole or len(lines) < 2 else lines[:-1], dialect)
    if not rows:
        return 1, 1, False
    first, widths = len(rows[0]), Counter(len(row) for row in rows[1:])
    width, often = widths.most_common(1)[0] if widths else (first, 0)
    if max(first, width) > WIDEST:
        raise DataError(
            f"The table has {max(first, width):,} columns; at most {WIDEST:,} can be read. Check the delimiter."
        )
    if width == first or often < 0.9 * len(rows[1:]) or not often:
        return first, first, False
    if dialect.header and first == width - 1 and often >= 2:
        return first, width, all(not row[-1].strip() for row in rows[1:] if len(row) == width)
    return (width, width, False) if often >= 2 and width > first else (first, first, False)


def _rows(lines: list[str], dialect: Dialect) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=dialect.delimiter or ",", quotechar=dialect.quote or '"'):
            rows += [row] if row else []
    except csv.Error:
        pass  # what was read so far is enough to see the shape; the reader of all rows reports the line
    return rows[:300]


def _unique(raw: list[str]) -> tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]:
    """Return names that are unique and not empty, those that we made, and sentences on what was changed."""
    names: dict[str, None] = {}
    unnamed, notes = set(), []
    taken = {name.strip() for name in raw}
    for i, name in enumerate(name.strip() for name in raw):
        made = name if name and name not in names else _free(name or f"column_{i + 1}", {*names, *taken})
        if not name:
            unnamed.add(made)
            notes.append(f"Column {i + 1} has no name; it is called {made}.")
        elif made != name:
            notes.append(
                f"The name {name!r:.60} stands over more than one column; column {i + 1} is called {made!r:.70}."
            )
        names[made] = None
    return tuple(names), frozenset(unnamed), tuple(notes)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(made for i in range(2, len(taken) + 3) if (made := f"{name}_{i}") not in taken)
