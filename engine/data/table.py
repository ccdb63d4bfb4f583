"""Tables: a CSV read as text, every line accounted for. The only importer of polars, which stores large ones compactly.

table = read(Source("iris.csv"))
table.columns, table.rows, table.rejects, table.dialect
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.csvfile import open_csv
from engine.data.parse import parse_date, parse_number
from engine.data.records import Reject
from engine.data.settings import Dialect, Source
from engine.errors import DataError

if TYPE_CHECKING:
    import polars

CHUNK = 20_000
COMPACT = 1_000_000  # cells from which a table is stored in polars rather than in lists
LARGE = 4 << 20
LARGEST = 2 << 30
PLAIN = Dialect("utf-8", ",", ".", '"', True)
NOWHERE = Source()


class Store(Protocol):
    """Columns of text."""

    def column(self, index: int) -> list[str]: ...

    def cell(self, row: int, index: int) -> str: ...


class ListStore:
    """Small tables: lists of str, so that reading one needs no heavy library."""

    def __init__(self, columns: list[list[str]]) -> None:
        self.columns = columns

    def column(self, index: int) -> list[str]:
        return self.columns[index]

    def cell(self, row: int, index: int) -> str:
        return self.columns[index][row]


class FrameStore:
    """Large tables: a polars frame of strings, column i named str(i)."""

    def __init__(self, frame: "polars.DataFrame") -> None:
        self.frame = frame

    def column(self, index: int) -> list[str]:
        values: list[str] = self.frame.to_series(index).to_list()
        return values

    def cell(self, row: int, index: int) -> str:
        return str(self.frame.to_series(index)[row])


class Table:
    """Rows of text under unique column names. Row ids are 0, 1, ... in the order of the file.

    columns: names. rows: how many. lines: line number of each row. rejects: lines that are not rows. dialect: all
    detected or given. unnamed: columns whose name we made. notes: sentences on what was changed while reading.
    path, size, sha256: the file, empty for tables from memory.
    """

    def __init__(
        self,
        columns: Sequence[str],
        store: Store,
        lines: NDArray[np.int64],
        *,
        dialect: Dialect = PLAIN,
        source: Source = NOWHERE,
    ) -> None:
        self.columns, self.rows, self.lines = tuple(columns), len(lines), lines
        self.dialect = dialect
        self.rejects: tuple[Reject, ...] = ()
        self.unnamed: frozenset[str] = frozenset()
        self.notes: tuple[str, ...] = ()
        self.path, self.size, self.sha256 = source.path, source.size, source.sha256
        self.missing = frozenset({"", *source.missing})
        self._store = store
        self._index = {name: i for i, name in enumerate(self.columns)}
        self._numbers: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}
        self._codes: dict[str, tuple[list[str], NDArray[np.int32]]] = {}
        self.memory: dict[Any, Any] = {}
        """What others found out about this table and need not find out again; it never changes."""

    @property
    def rows_in_file(self) -> int:
        """Rows of the table and rejected lines together."""
        return self.rows + len(self.rejects)

    @property
    def frame(self) -> "polars.DataFrame":
        """The table as a polars frame of strings, as read."""
        import polars

        return polars.DataFrame(
            {name: self.raw(name) for name in self.columns}, schema=dict.fromkeys(self.columns, polars.String)
        )

    def raw(self, column: str) -> list[str]:
        """Return the cells of a column as they stand in the file."""
        return self._store.column(self._place(column))

    def cell(self, row: int, column: str) -> str:
        """Return one cell as it stands in the file."""
        return self._store.cell(row, self._place(column))

    def row(self, row: int) -> dict[str, str]:
        """Return one row as it stands in the file."""
        return {name: self._store.cell(row, i) for i, name in enumerate(self.columns)}

    def text(self, column: str) -> list[str | None]:
        """Return the cells without surrounding blanks; None where the value is missing."""
        missing = self.missing
        return [None if (cell := raw.strip()) in missing else cell for raw in self.raw(column)]

    def has_values(self, column: str) -> bool:
        """Return whether any cell is present."""
        return any(raw.strip() not in self.missing for raw in self.raw(column))

    def codes(self, column: str) -> tuple[list[str], NDArray[np.int32]]:
        """Return (different values in order of appearance, (rows,) their positions, -1 where missing)."""
        if column not in self._codes:
            seen: dict[str | None, int] = {None: -1}
            codes = [seen.setdefault(cell, len(seen) - 1) for cell in self.text(column)]
            self._codes[column] = [v for v in seen if v is not None], np.array(codes, np.int32)
        return self._codes[column]

    def numbers(self, column: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return ((rows,) numbers with NaN where there is none, (rows,) whether a present cell is no number)."""
        if column not in self._numbers:
            self._numbers[column] = self._parse_numbers(column)
        return self._numbers[column]

    def _parse_numbers(self, column: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        decimal = self.dialect.decimal or "."
        values = _fast_numbers(self.raw(column), decimal)
        if values is not None:
            return values, np.zeros(self.rows, bool)
        cells = self.text(column)
        present = np.array([c is not None for c in cells], bool)
        values, found = np.full(self.rows, np.nan), _fast_numbers([c for c in cells if c is not None], decimal)
        if found is None:
            values = self._each(column, lambda v: parse_number(v, decimal))
        else:
            values[present] = found
        return values, np.isnan(values) & present

    def dates(self, column: str, order: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return ((rows,) days with NaN where there is none, (rows,) whether a present cell is no date)."""
        days = self._each(column, lambda v: parse_date(v, order))
        return days, np.isnan(days) & (self.codes(column)[1] >= 0)

    def _each(self, column: str, parse: Any) -> NDArray[np.float64]:
        values, codes = self.codes(column)
        parsed = [np.nan if (x := parse(v)) is None else x for v in values]
        return np.array([*parsed, np.nan], np.float64)[codes]

    def _place(self, column: str) -> int:
        if column not in self._index:
            raise DataError(f"The table has no column {column!r:.80}. It has {', '.join(map(repr, self.columns[:8]))}.")
        return self._index[column]


def _fast_numbers(cells: list[str], decimal: str) -> NDArray[np.float64] | None:
    """The same as parse_number cell by cell, or None where only that can tell (missing cells, odd spellings)."""
    joined = "".join(cells)
    if "_" in joined or not joined.isascii() or (decimal == "," and "." in joined):
        return None
    try:
        values = np.array(
            list(map(float, (c.replace(",", ".") for c in cells) if decimal == "," else cells)), np.float64
        )
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def fingerprint(path: str | Path) -> tuple[int, str]:
    """Return (size in bytes, SHA-256) of a file; raises DataError."""
    data = _load(Path(path))
    return len(data), hashlib.sha256(data).hexdigest()


def read(source: Source, base: Path | None = None) -> Table:
    """Read a CSV. Relative paths start at `base`. Raises DataError with a sentence if there is no table in the file."""
    path = Path(source.path) if base is None else base / source.path
    return read_bytes(_load(path), source)


def read_bytes(data: bytes, source: Source = NOWHERE) -> Table:
    """Read a CSV from memory; size, hash and dialect of the source are filled in. Raises DataError."""
    file = open_csv(data, source.dialect)
    source = Source(source.path, len(data), hashlib.sha256(data).hexdigest(), file.dialect, source.missing)
    lines, store = _bulk(data, file.dialect, len(file.names)) or _collect(file.rows, len(file.names))
    if not len(lines):
        raise DataError(file.no_rows())
    table = Table(file.names, store, lines, dialect=file.dialect, source=source)
    table.rejects, table.unnamed, table.notes = tuple(file.rejects), file.unnamed, file.notes
    return table


def from_rows(rows: Sequence[Mapping[str, Any]], source: Source = NOWHERE) -> Table:
    """Return a table of rows made in memory: text, numbers, booleans or None per column name."""
    names = list(dict.fromkeys(itertools.chain.from_iterable(rows)))
    columns = [[_as_text(row.get(name)) for row in rows] for name in names]
    return Table(names, ListStore(columns), np.arange(1, len(rows) + 1), source=source)


def _as_text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    plain = value.item() if hasattr(value, "item") else value
    return str(plain).lower() if isinstance(plain, bool) else repr(plain)


def _load(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name!r:.100} is larger than 2 GiB. Split it or take a sample of its rows.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        missing = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise DataError(
            f"{str(path)!r:.200} {'is a folder' if _is_folder(path) else missing}. Choose a CSV file."
        ) from None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except ValueError:
        return False


def _bulk(data: bytes, dialect: Dialect, width: int) -> tuple[NDArray[np.int64], Store] | None:
    """Read a large file in which each line is plainly a record of the right width with polars; None for any other.

    The delimiters of every line are counted first, and the rows that polars found are counted after.
    """
    sign, quote = (dialect.delimiter or ",").encode(), (dialect.quote or '"').encode()
    if len(data) < LARGE or dialect.encoding not in ("utf-8", "utf-8-sig") or len(sign) > 1 or width < 2:
        return None
    if quote in data or b"\0" in data or data.count(b"\r") not in (0, data.count(b"\r\n")):
        return None
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    ends = ends if data.endswith(b"\n") else np.append(ends, len(data))
    per_line = np.diff(np.searchsorted(np.flatnonzero(signs == sign[0]), ends), prepend=0)
    if (per_line != width - 1).any():
        return None
    import polars

    frame = polars.read_csv(
        data.removeprefix(b"\xef\xbb\xbf"), has_header=False, skip_lines=int(dialect.header is not False),
        separator=sign.decode(), quote_char=None, infer_schema=False, empty_string_is_null=False,
    )  # fmt: skip
    first = 2 if dialect.header is not False else 1
    if frame.shape != (len(ends) + 1 - first, width):
        return None
    return np.arange(first, first + frame.height), FrameStore(frame)


def _collect(rows: Iterable[tuple[int, list[str]]], width: int) -> tuple[NDArray[np.int64], Store]:
    """Turn rows into columns, chunk by chunk; large tables move to polars on the way."""
    rows, lines = iter(rows), []
    columns: list[list[str]] = [[] for _ in range(width)]
    frames: list[polars.DataFrame] = []
    while chunk := list(itertools.islice(rows, CHUNK)):
        lines += [line for line, _ in chunk]
        for column, cells in zip(columns, zip(*(fields for _, fields in chunk), strict=True), strict=True):
            column.extend(cells)
        if frames or len(lines) * width > COMPACT:
            frames.append(_frame(columns))
            columns = [[] for _ in range(width)]
    return np.array(lines, np.int64), FrameStore(_stack(frames)) if frames else ListStore(columns)


def _frame(columns: list[list[str]]) -> "polars.DataFrame":
    import polars

    return polars.DataFrame({str(i): column for i, column in enumerate(columns)})


def _stack(frames: "list[polars.DataFrame]") -> "polars.DataFrame":
    import polars

    return polars.concat(frames).rechunk()
