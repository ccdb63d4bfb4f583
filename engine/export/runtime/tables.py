"""Reading a CSV and writing answers."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np


def read_table(design: Any, path: Any) -> Any:
    """Return {column: cells} of a CSV and its rows as they stand there; a missing cell is None."""
    data = Path(path).read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=design.delimiter, quotechar=design.quote, strict=True)
    found = [(reader.line_num, row) for row in reader if row]
    if len(found) < 2:
        raise SystemExit("The file must hold a line with column names and rows below it.")
    width = len(found[1][1])
    names = [f"column_{i + 1}" for i in range(width)]
    if design.header:
        given = [name.strip() for name in found.pop(0)[1]]
        names = unique_names([""] * (width - len(given)) + given if width == len(given) + 1 else given)
    rows = [row for _, row in found if len(row) == len(names)]
    for line, row in found:
        if len(row) != len(names):
            print(f"Line {line} has {len(row)} fields, not {len(names)}; it is left out.", file=sys.stderr)
    columns = {name: [clean(row[i], design.missing) for row in rows] for i, name in enumerate(names)}
    return columns, names, rows


def unique_names(given: Any) -> Any:
    """Return the names with a number behind those that are empty or stand twice."""
    names = []
    for i, name in enumerate(given):
        base, made, n = name or f"column_{i + 1}", name or f"column_{i + 1}", 2
        while made in names or (made in given and made != name):
            made, n = f"{base}_{n}", n + 1
        names.append(made)
    return names


def clean(cell: Any, missing: Any) -> Any:
    """Return the cell without surrounding blanks, None if it is missing."""
    cell = cell.strip()
    return None if cell in missing else cell


def show(value: Any, decimal: Any) -> Any:
    """Return the shortest text that gives the float32 back."""
    return str(np.float32(value)).replace(".", decimal)
