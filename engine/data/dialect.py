"""Which bytes a CSV is made of: encoding, delimiter, quote, decimal sign and header, guessed from its beginning."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from engine.data.parse import parse_number
from engine.data.settings import Dialect
from engine.errors import DataError

SAMPLE = 1 << 17
DELIMITERS = (",", ";", "\t", "|", " ")
QUOTED = re.compile(r"(?:^|[,;\t|])'[^'\n]*'(?=$|[,;\t|])", re.MULTILINE)
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or another zip file"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip file"), (b"PAR1", "a Parquet file"), (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)  # fmt: skip


def find_encoding(data: bytes, given: str | None = None) -> str:
    """Return the name of the codec that reads the bytes; raises DataError if they are no text or do not fit `given`."""
    if given is not None:
        return _check_encoding(data, given)
    for mark, name in BOMS:
        if data.startswith(mark):
            return _check_encoding(data, name)
    _refuse_binary(data)
    for name in ("utf-8", *_guesses(data)):
        if _fits(data, name):
            return name
    raise DataError("The file is not text in a known encoding. Save it as CSV in UTF-8, or choose its encoding.")


def _check_encoding(data: bytes, name: str) -> str:
    try:
        data.decode(name)
    except LookupError:
        raise DataError(f"There is no encoding {name!r:.40}. Choose utf-8, cp1252 or another.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"Line {line} is not text in the encoding {name}. Choose another encoding.") from None
    return name


def _refuse_binary(data: bytes) -> None:
    for mark, what in MAGIC:
        if data.startswith(mark):
            raise DataError(f"The file is {what}, not a text table. Save it as CSV and open that.")
    head = data[:SAMPLE]
    odd = sum(head.count(bytes([b])) for b in range(32) if b not in b"\t\n\r\x0b\x0c\x1a")
    if odd > len(head) * 0.05 and not _wide(head):
        raise DataError("The file is binary, not a text table. Save it as CSV and open that.")


def _wide(head: bytes) -> bool:
    return max(head[::2].count(0), head[1::2].count(0)) > len(head) * 0.2


def _guesses(data: bytes) -> tuple[str, ...]:
    head = data[:SAMPLE]
    if _wide(head):
        return ("utf-16-le", "utf-16-be") if head[1::2].count(0) > head[::2].count(0) else ("utf-16-be", "utf-16-le")
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 1 << 20]).best()
    return (*((best.encoding,) if best else ()), "cp1252", "latin-1")


def _fits(data: bytes, name: str) -> bool:
    if name == "utf-8" and _wide(data[:SAMPLE]):
        return False
    try:
        data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def detect(sample: str, encoding: str, given: Dialect) -> Dialect:
    """Return a dialect without None: what is given, else what the sample (the beginning of the text) looks like."""
    lines = [line for line in io.StringIO(sample, newline="") if line.strip("\r\n")][:300]
    quote = given.quote or _quote(sample)
    delimiter = given.delimiter or _delimiter(lines, quote)
    _check_sign("delimiter", delimiter)
    _check_sign("quote", quote)
    rows = _rows(lines, delimiter, quote)
    decimal = given.decimal or _decimal(rows)
    if decimal not in (".", ","):
        raise DataError(f"The decimal sign must be a point or a comma; it is {decimal!r:.20}.")
    header = _header(rows, decimal) if given.header is None else given.header
    return Dialect(encoding, delimiter, decimal, quote, header)


def _check_sign(what: str, sign: str) -> None:
    if len(sign) != 1 or sign in "\r\n\0":
        raise DataError(f"The {what} must be one character; it is {sign!r:.20}.")


def _quote(sample: str) -> str:
    if '"' in sample:
        return '"'
    return "'" if len(QUOTED.findall(sample)) >= 2 else '"'


def _rows(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter, quotechar=quote) if row]
    except csv.Error:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]


def _delimiter(lines: Sequence[str], quote: str) -> str:
    scores = {d: _score(_rows(lines, d, quote), d) for d in DELIMITERS}
    best = max(DELIMITERS, key=lambda d: scores[d])
    return best if scores[best] > 0.3 else ","


def _score(rows: list[list[str]], delimiter: str) -> float:
    widths = Counter(len(row) for row in rows)
    width, often = widths.most_common(1)[0] if widths else (1, 0)
    if width < 2:
        return 0.0
    first = len(rows[0])
    fits = 1.0 if first == width else 0.9 if first == width - 1 else 0.5
    cells = [cell for row in rows[:50] for cell in row]
    clean = sum(not any(d in cell for d in ";\t|") for cell in cells) / len(cells)
    value = often / len(rows) * fits * (0.4 + 0.6 * clean) * (1 + 0.002 * min(width, 50))
    if delimiter != " ":
        return value
    numbers = sum(parse_number(cell) is not None for row in rows[1:50] for cell in row)
    return 0.7 * value if numbers > 0.5 * sum(len(row) for row in rows[1:50]) else 0.0


def _decimal(rows: list[list[str]]) -> str:
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum("," in c and parse_number(c, ",") is not None and parse_number(c, ".") is None for c in cells)
    points = sum("." in c and parse_number(c, ".") is not None and parse_number(c, ",") is None for c in cells)
    return "," if commas > points else "."


def _header(rows: list[list[str]], decimal: str) -> bool:
    if not rows:
        return True
    first, body = [cell.strip() for cell in rows[0]], rows[1:101]
    if len({*first}) < len(first) - first.count("") or not body:
        return not any(parse_number(cell, decimal) is not None for cell in first)
    numeric = [i for i in range(len(first)) if _numeric(body, i, decimal)]
    if not numeric or any(first[i] and parse_number(first[i], decimal) is None for i in numeric):
        return True
    return _years([first[i] for i in numeric if first[i]]) and len(numeric) < len(first)


def _numeric(body: list[list[str]], i: int, decimal: str) -> bool:
    cells = [row[i].strip() for row in body if i < len(row) and row[i].strip()]
    return bool(cells) and sum(parse_number(c, decimal) is not None for c in cells) >= 0.8 * len(cells)


def _years(cells: list[str]) -> bool:
    return len(cells) > 1 and all(c.isdigit() and 1800 <= int(c) <= 2200 for c in cells) and sorted(set(cells)) == cells
