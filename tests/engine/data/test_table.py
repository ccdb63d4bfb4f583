"""Reading CSV text: dialects, every line accounted for, and a sentence for whatever is no table."""

import csv
import io
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data import table as tables
from engine.data.columns import infer
from engine.data.parse import parse_number
from engine.data.settings import Dialect, Source
from engine.data.table import from_rows, read, read_bytes
from engine.errors import DataError


def lines(table):
    return [(r.line, r.reason) for r in table.rejects]


@pytest.mark.parametrize(
    ("data", "columns", "rows", "expected"),
    [
        (b"a,b\n1,2\n", ("a", "b"), 1, {"delimiter": ",", "decimal": ".", "header": True}),
        (b"a;b\n1,5;2\n3,25;4\n", ("a", "b"), 2, {"delimiter": ";", "decimal": ","}),
        (b"1,5;2\n3,25;4\n", ("column_1", "column_2"), 2, {"delimiter": ";", "header": False}),
        (b"a\tb\n1\t2\n3\t4\n", ("a", "b"), 2, {"delimiter": "\t"}),
        (b"a|b\nx|2\ny|4\n", ("a", "b"), 2, {"delimiter": "|"}),
        (b"a b\n1 2\n3 4\n", ("a", "b"), 2, {"delimiter": " "}),
        (b"a,b\n'x, y',1\n'z',2\n", ("a", "b"), 2, {"quote": "'"}),
        ("\ufeffa,b\n1,2\n".encode(), ("a", "b"), 1, {"encoding": "utf-8-sig"}),
        ("a,b\nä,2\n".encode("utf-16"), ("a", "b"), 1, {"encoding": "utf-16"}),
        ("größe,b\n1,2\n3,4\n".encode("utf-16-le"), ("größe", "b"), 2, {"encoding": "utf-16-le"}),
        (b"a,b\r\n1,2\r3,4\n5,6\r\n", ("a", "b"), 3, {}),
        (b"only\n1\n2\n\n3\n", ("only",), 3, {}),
        (b"a,b,c\n\n1,2,3\n\n", ("a", "b", "c"), 1, {}),
        (b"country,2019,2020\nx,1,2\ny,3,4\n", ("country", "2019", "2020"), 2, {"header": True}),
        (b"x,y\n1,2\n" * 1, ("x", "y"), 1, {"header": True}),
        (b"a,a,,a_2\n1,2,3,4\n", ("a", "a_3", "column_3", "a_2"), 1, {}),
        (b'"x","y"\n1,2,3\n2,3,4\n3,4,5\n', ("column_1", "x", "y"), 3, {}),
        (b"x,y\n1,2,\n2,3,\n3,4,\n", ("x", "y", "column_3"), 3, {}),
        (b'a,b\n"line\nbreak",2\n"q""q",3\n', ("a", "b"), 2, {}),
    ],
)
def test_dialects_and_names(data, columns, rows, expected):
    table = read_bytes(data)
    assert (table.columns, table.rows, table.rejects) == (columns, rows, ())
    assert {k: getattr(table.dialect, k) for k in expected} == expected


def test_latin_1_text_keeps_its_letters():
    text = "Straße,Größe\n" + "".join(f"Müllerstraße {i},{i}\n" for i in range(50))
    assert read_bytes(text.encode("cp1252")).row(0) == {"Straße": "Müllerstraße 0", "Größe": "0"}


def test_the_dialect_can_be_overridden():
    data = b"1;2\n3;4\n"
    assert read_bytes(data, Source(dialect=Dialect(header=True))).columns == ("1", "2")
    assert read_bytes(data, Source(dialect=Dialect(delimiter=","))).columns == ("1;2",)
    assert read_bytes("ü\n1\n".encode("cp1252"), Source(dialect=Dialect(encoding="cp1252"))).columns == ("ü",)


@pytest.mark.parametrize(
    ("data", "rejects", "rows"),
    [
        (b"a,b\n1,2\n3\n4,5,6\n7,8\n", [(3, "It has 1 field"), (4, "It has 3 fields")], 2),
        (b'a,b\n1,2\n"x,4\n5,6\n7,8\n', [(3, "A quote is opened")], 3),
        (b'a,b\n"x" y,2\n3,4\n', [(2, "Text follows a closing quote")], 1),
        (b"a,b\n1,\x002\n3,4\n" + b"5,6\n" * 40, [(2, "It holds a NUL byte")], 41),
        (b"a,b\n1," + b"x" * 140_000 + b"\n3,4\n", [(2, "A field is longer than 131,072")], 1),
        (b'a,b\n"1,2\n3,4\n5,"6\n7,8\n', [(2, "A quote"), (4, "A quote")], 2),
        (b"The table of 2020\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n", [(1, "It has 1 field")], 3),
    ],
)
def test_rejects_have_line_numbers_and_reasons(data, rejects, rows):
    table = read_bytes(data)
    assert [line for line, _ in lines(table)] == [line for line, _ in rejects]
    assert all(reason.startswith(start) for (_, reason), (_, start) in zip(lines(table), rejects, strict=True))
    assert table.rows == rows
    assert table.rows_in_file == rows + len(rejects)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"a,b\n", "no row below them"),
        (b"a,b,c\n1,2\n", "None of the 1 lines"),
        (b"PK\x03\x04" + bytes(500), "Excel workbook"),
        (b"%PDF-1.4 x", "a PDF"),
        (bytes(range(256)) * 9, "binary"),
        (b"\x1f\x8b\x08 zip", "gzip"),
        (b",".join(b"c%d" % i for i in range(10_001)) + b"\n" + b",".join([b"1"] * 10_001), "10,001"),
    ],
)
def test_what_is_no_table_gets_a_sentence(data, sentence):
    with pytest.raises(DataError, match=sentence):
        read_bytes(data)


@pytest.mark.parametrize(
    ("dialect", "sentence"),
    [
        (Dialect(encoding="klingon"), "no encoding"),
        (Dialect(encoding="ascii"), "Line 2"),
        (Dialect(delimiter=";;"), "delimiter must be one character"),
        (Dialect(quote="\n"), "quote must be one character"),
        (Dialect(decimal="x"), "decimal sign"),
    ],
)
def test_impossible_overrides_get_a_sentence(dialect, sentence):
    with pytest.raises(DataError, match=sentence):
        read_bytes("a,b\nü,2\n".encode(), Source(dialect=dialect))


def test_files_that_cannot_be_read(tmp_path):
    for path, sentence in (
        (tmp_path, "is a folder"),
        (tmp_path / "no.csv", "does not exist"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(DataError, match=sentence):
            read(Source(str(path)))


def test_reading_fills_in_size_and_hash(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,2\n")
    table = read(Source("t.csv"), base=tmp_path)
    assert (table.size, table.sha256) == tables.fingerprint(tmp_path / "t.csv") == (8, table.sha256)
    assert len(table.sha256) == 64


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=12))
def test_what_the_csv_module_writes_is_read_back(rows):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    given_dialect = Dialect("utf-8", ",", ".", '"', True)
    table = read_bytes(out.getvalue().encode(), Source(dialect=given_dialect))
    assert table.rejects == ()
    assert [list(table.row(i).values()) for i in range(table.rows)] == rows


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_sentence(data):
    try:
        table = read_bytes(data)
    except DataError:
        return
    infer(table)
    assert table.rows > 0


@given(st.text("ab1,;\"'\n\r\t .", max_size=120))
def test_no_line_is_lost(text):
    data = ("h1,h2\nx,y\n" + text).encode()
    try:
        table = read_bytes(data, Source(dialect=Dialect("utf-8", ",", ".", '"', True)))
    except DataError:
        return
    seen = "".join(c for i in range(table.rows) for c in table.row(i).values()) + "".join(r.text for r in table.rejects)
    for letter in "ab1;":
        assert seen.count(letter) == text.count(letter)


@given(st.lists(st.one_of(st.floats().map(repr), st.text("0123456789.,-+e_ '\u0661inf", max_size=8)), min_size=1))
def test_columns_of_numbers_agree_with_the_cell_parser(cells):
    for decimal in ".,":
        table = from_rows([{"a": c} for c in cells])
        table.dialect = Dialect("utf-8", ",", decimal, '"', True)
        expected = [None if c is None else parse_number(c, decimal) for c in table.text("a")]
        values, bad = table.numbers("a")
        assert [None if np.isnan(v) else v for v in values.tolist()] == expected
        assert bad.tolist() == [c is not None and e is None for c, e in zip(table.text("a"), expected, strict=True)]


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.5", ".", 1234.5), ("1 234", ".", 1234), ("1'234'567", ".", 1234567), ("1,23", ".", None),
        ("1.234,5", ",", 1234.5), ("1.5", ",", None), ("0,5", ",", 0.5), ("1e400", ".", None), ("inf", ".", None),
        ("-Infinity", ".", None), ("nan", ".", None), ("1_000", ".", None), ("0x1A", ".", None), ("\u0661", ".", None),
        ("1e5", ".", 1e5), (".5", ".", 0.5), ("5.", ".", 5.0), ("+3", ".", 3.0), ("-", ".", None), ("", ".", None),
    ],
)  # fmt: skip
def test_numbers(text, decimal, value):
    assert parse_number(text, decimal) == value


def test_rows_from_memory():
    table = from_rows([{"a": 1.5, "b": True}, {"b": None, "c": np.float32(2)}, {"a": float("nan"), "c": "x"}])
    assert table.columns == ("a", "b", "c")
    assert [table.text(c) for c in "abc"] == [["1.5", None, None], ["true", None, None], [None, "2.0", "x"]]


def test_large_tables_are_stored_compactly_and_read_alike(monkeypatch):
    data = "".join(["a,b\n", *(f"{i},t{i % 7}\n" for i in range(30_000))]).encode()
    small = read_bytes(data)
    monkeypatch.setattr(tables, "COMPACT", 1000)
    large = read_bytes(data)
    assert isinstance(large._store, tables.FrameStore)
    assert isinstance(small._store, tables.ListStore)
    assert large.raw("b") == small.raw("b")
    assert large.row(12_345) == small.row(12_345)
    assert large.frame.shape == (30_000, 2)
    assert (large.numbers("a")[0] == small.numbers("a")[0]).all()


def test_a_hundred_thousand_rows_take_under_two_seconds():
    rng = np.random.default_rng(0)
    header = ",".join(f"c{i}" for i in range(20))
    data = "\n".join(
        [header, *(",".join(map(repr, row)) for row in rng.random((100_000, 20)).round(6).tolist())]
    ).encode()
    best = min(_seconds(data) for _ in range(2))
    assert best < 2


def _seconds(data):
    start = time.perf_counter()
    read_bytes(data)
    return time.perf_counter() - start


def bulk_and_careful(data, monkeypatch):
    """Read the same bytes both ways."""
    made = []
    for large in (0, 1 << 60):
        monkeypatch.setattr(tables, "LARGE", large)
        made.append(read_bytes(data))
    return made


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\r\n1, x \r\n,4\r\n",
        b"\xef\xbb\xbfa,b\n1,2\n3,",
        b"1;2\n3;4\n5;6\n",
        b"a,b\n1,2\n\n3,4\n",
        b"a,b\n1,2\n3\n",
        b'a,b\n1,"2"\n3,4\n',
        b"a,b\n1,2\r3,4\n",
        "a,b\nä,\u2028\n\x0b,\x85\n".encode(),
        b"title\na,b\n1,2\n3,4\n5,6\n",
        b"only\n1\n2\n",
        b"#a,b\n# 1,2\n#3,4\n",
    ],
)
def test_the_fast_reader_gives_what_the_careful_one_gives(data, monkeypatch):
    fast, careful = bulk_and_careful(data, monkeypatch)
    assert fast.columns == careful.columns
    assert [fast.row(i) for i in range(fast.rows)] == [careful.row(i) for i in range(careful.rows)]
    assert fast.lines.tolist() == careful.lines.tolist()
    assert fast.rejects == careful.rejects


@given(st.text("ab1,;'\n\r\t .\u2028", max_size=60))
def test_the_fast_reader_agrees_on_any_text(text):
    data = ("h1,h2\nx,y\n" + text).encode()
    with pytest.MonkeyPatch.context() as patch:
        fast, careful = bulk_and_careful(data, patch)
    assert [fast.row(i) for i in range(fast.rows)] == [careful.row(i) for i in range(careful.rows)]
    assert fast.rejects == careful.rejects
