"""Smoothing against the plain recurrence, ticks of powers of ten, labels that keep apart."""

import math

import numpy as np
import pytest

from studio.widgets.curve import Curve, apart, span, stretches
from studio.widgets.series import decade_ticks, round_ticks, smoothed


def recurrence(y: np.ndarray, share: float) -> np.ndarray:
    out, mean, weight = [], 0.0, 0.0
    for value in y:
        mean, weight = share * mean + (1 - share) * value, share * weight + (1 - share)
        out.append(mean / weight)
    return np.array(out)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("count", [1, 2, 7, 5000])
def test_smoothing_is_the_moving_average(share: float, count: int) -> None:
    y = np.random.default_rng(0).normal(size=count) + 3
    np.testing.assert_allclose(smoothed(y, share), recurrence(y, share), rtol=1e-7)


def test_smoothing_leaves_gaps_and_does_not_spread_them() -> None:
    found = smoothed(np.array([1.0, np.nan, 1.0, np.inf, 1.0]), 0.6)
    np.testing.assert_array_equal(np.isfinite(found), [True, False, True, False, True])
    np.testing.assert_allclose(found[[0, 2, 4]], 1.0)


def test_smoothing_leaves_its_argument_alone() -> None:
    y = np.array([3.0, 1.0])
    smoothed(y, 0.5)
    np.testing.assert_array_equal(y, [3.0, 1.0])


@pytest.mark.parametrize(("low", "high"), [(-0.8, 0.2), (-3, 1), (-9, 6), (0.01, 0.02)])
def test_ticks_of_powers_of_ten_are_round_and_few(low: float, high: float) -> None:
    ticks = decade_ticks(low, high, 10)
    assert len(ticks) <= 10
    assert all(low <= t <= high for t in ticks)
    assert all(math.isclose(float(f"{10**t:.2g}"), 10**t, rel_tol=1e-9) for t in ticks)


@pytest.mark.parametrize(("low", "high"), [(0, 60), (-0.3, 1.7), (1e6, 3e6), (0.001, 0.0012)])
def test_round_ticks_are_inside_and_few(low: float, high: float) -> None:
    ticks = round_ticks(low, high, 6)
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-9 * high <= t <= high * (1 + 1e-9) for t in ticks)
    assert round_ticks(1, 1, 6) == []


def test_labels_that_would_overlap_move_apart() -> None:
    curve = Curve([1], [1])
    assert [shift for _, shift in apart([(1, 10.0, curve), (1, 10.0, curve)], 14)] == [-7, 7]
    assert [shift for _, shift in apart([(1, 10.0, curve), (1, 40.0, curve)], 14)] == [0, 0]
    assert [y + shift for (_, y, _), shift in apart([(1, 3.0, curve), (1, 5.0, curve)], 14, 8.0)] == [8, 22]
    assert [y + shift for (_, y, _), shift in apart([(1, 30.0, curve)], 14, 8.0)] == [30]
    assert [y + shift for (_, y, _), shift in apart([(1, 92.0, curve), (1, 98.0, curve)], 14, 8.0, 96.0)] == [82, 96]
    placed = apart([(1, 12.0, curve), (1, 4.0, curve), (1, 20.0, curve), (1, 90.0, curve)], 14)
    assert [end[1] + shift for end, shift in placed] == [-2, 12, 26, 90]


def test_spans_leave_out_what_is_not_finite() -> None:
    assert span([np.array([1.0, np.nan, 3.0]), np.array([np.inf, 2.0])], 0.0) == (1.0, 3.0)
    assert span([], 0.1) == (0.0, 1.0)
    low, high = span([np.array([2.0])], 0.1)
    assert low < 2 < high


def test_stretches_are_what_can_be_drawn_as_lines() -> None:
    assert stretches(np.array([True, True, False, True, False, True, True, True])) == [(0, 2), (5, 8)]
    assert stretches(np.array([True])) == []
