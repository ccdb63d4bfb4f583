"""The CSV that `predict` writes: the input columns as they were, then what was predicted."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.project.atomic import write_bytes

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.project.lifecycle import Predictions

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(out: Path | str, table: "Table", found: "Predictions", spreadsheet_safe: bool = False) -> tuple[int, int]:
    """Write the table with its predictions in the file's own delimiter and decimal sign, UTF-8.

    One line per row of the file, in order; lines that could not be read are there too, with their problem. Returns
    (rows, rows that could not be predicted).
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=table.dialect.delimiter or ",", lineterminator="\n")
    rows = list(_rows(table, found))
    problems = sum(bool(row[-1]) for row in rows)
    header = [*table.columns, *added_names(table.columns, found, bool(problems))]
    for row in [header, *(row if problems else row[:-1] for row in rows)]:
        writer.writerow([guarded(cell) for cell in row] if spreadsheet_safe else row)
    write_bytes(Path(os.fspath(out)), stream.getvalue().encode("utf-8", "replace"))
    return len(rows), problems


def added_names(columns: Iterable[str], found: "Predictions", problems: bool) -> list[str]:
    """Return the names of the added columns; one that is taken gets _2, _3, ..."""
    wanted = ["prediction", *(f"probability_{name}" for name in found.classes), *(["problem"] if problems else [])]
    taken = set(columns)
    names = []
    for name in wanted:
        number, free = 2, name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        names.append(free)
    return names


def guarded(cell: str) -> str:
    """Return text that no spreadsheet runs: formulas get a leading apostrophe, numbers stay numbers."""
    if not cell.startswith(FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def number(value: float, decimal: str) -> str:
    """Return the shortest text that gives the float32 back, with the file's decimal sign."""
    return str(np.float32(value)).replace(".", decimal)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _rows(table: "Table", found: "Predictions") -> Iterator[list[str]]:
    """Yield (cells, prediction, probabilities, problem) in the order of the file's lines."""
    cells = list(zip(*(table.raw(name) for name in table.columns), strict=True))
    good = [(int(table.lines[i]), [*cells[i], *_added(table, found, i)]) for i in range(table.rows)]
    empty = [""] * (len(table.columns) + 1 + len(found.classes))
    bad = [(r.line, [*empty, f"Line {r.line} was not read: {r.reason}"]) for r in table.rejects]
    for _, row in sorted(good + bad, key=lambda pair: pair[0]):
        yield row


def _added(table: "Table", found: "Predictions", i: int) -> list[str]:
    if problem := found.problems.get(i):
        return ["", *[""] * len(found.classes), problem]
    decimal = table.dialect.decimal or "."
    value = found.values[i]
    said = value if isinstance(value, str) else number(value or 0.0, decimal)
    shares = [] if found.probabilities is None else [number(p, decimal) for p in found.probabilities[i]]
    return [said, *shares, ""]
