"""Numbers as people read them."""

import math

import pytest

from studio.pages import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.92649, "0.926"), (12.345, "12.35"), (53123.4, "53,123"), (-0.5, "−0.500"), (0.00002, "2.0e-05"), (0.0, "0.000"),
     (None, "–"), (math.nan, "–"), (math.inf, "∞"), (-math.inf, "−∞")],
)  # fmt: skip
def test_figure(value: float | None, text: str) -> None:
    assert numbers.figure(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(13.2, "0:14"), (0, "0:00"), (59.5, "1:00"), (3725, "1:02:05"), (None, "–"), (math.inf, "–")]
)
def test_clock(seconds: float | None, text: str) -> None:
    assert numbers.clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0384, "38 ms"), (0.0012, "1.2 ms"), (0.614, "0.61 s"), (12.44, "12.4 s"), (200, "3 min 20 s"), (None, "–")],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(812, "812 B"), (23_548, "23.5 kB"), (410_000, "410 kB"), (2.5e9, "2.50 GB")]
)
def test_size(count: float, text: str) -> None:
    assert numbers.size(count) == text


def test_work_and_whole_and_rate() -> None:
    assert numbers.work(11_704) == "11.7 kFLOP"
    assert numbers.work(12) == "12 FLOP"
    assert numbers.whole(5887) == "5,887"
    assert numbers.rate(0.001) == "0.001"
    assert numbers.rate(3e-5) == "3e-05"


def test_shapes() -> None:
    assert numbers.shape((18,)) == "(18)"
    assert numbers.shape((18,), rows=64) == "(64, 18)"
    assert numbers.shape((None, 3)) == "(?, 3)"
    assert numbers.shape(None) == "( ? )"
