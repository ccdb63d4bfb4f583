"""Curves: growth, smoothing against the plain recurrence, thinning that keeps what the eye would see."""

import numpy as np
import pytest

from studio.pages.fit.series import Series, logarithm, smooth, thin


def recurrence(y: np.ndarray, weight: float) -> np.ndarray:
    out, state = [], y[0]
    for value in y:
        state = weight * state + (1 - weight) * value
        out.append(state)
    return np.array(out)


def test_series_keeps_every_point_over_several_doublings() -> None:
    series = Series()
    for i in range(1000):
        series.append(i, i * i)
    assert len(series) == 1000
    np.testing.assert_array_equal(series.y, np.arange(1000.0) ** 2)
    np.testing.assert_array_equal(series.x, np.arange(1000.0))


@pytest.mark.parametrize("weight", [0.1, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("count", [1, 2, 7, 5000])
def test_smoothing_is_the_moving_average(weight: float, count: int) -> None:
    y = np.random.default_rng(0).normal(size=count) + 3
    np.testing.assert_allclose(smooth(y, weight), recurrence(y, weight), rtol=1e-7)


def test_no_smoothing_returns_the_values() -> None:
    y = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(smooth(y, 0.0), y)


def test_smoothing_leaves_gaps_and_does_not_spread_them() -> None:
    smoothed = smooth(np.array([1.0, np.nan, 1.0, np.inf, 1.0]), 0.6)
    np.testing.assert_array_equal(np.isfinite(smoothed), [True, False, True, False, True])
    np.testing.assert_allclose(smoothed[[0, 2, 4]], 1.0)


def test_short_curves_are_drawn_as_they_are() -> None:
    x = np.arange(100.0)
    assert thin(x, x, 100)[0] is x


def test_thinning_keeps_spikes_ends_and_the_pixel_budget() -> None:
    x = np.arange(20_000.0)
    y = np.sin(x / 1000)
    y[12_345], y[777] = 9.0, -9.0
    tx, ty = thin(x, y, 300)
    assert len(tx) <= 2 * 300 + 1
    assert ty.max() == 9.0
    assert ty.min() == -9.0
    assert (tx[0], tx[-1], ty[-1]) == (0.0, 19_999.0, y[-1])
    assert np.all(np.diff(tx) >= 0)


def test_thinning_survives_values_that_are_not_finite() -> None:
    y = np.ones(5000)
    y[:200], y[3000] = np.nan, np.inf
    ty = thin(np.arange(5000.0), y, 100)[1]
    assert np.isnan(ty[:4]).all()
    assert np.nanmax(ty) == 1.0


def test_logarithm_leaves_a_gap_where_there_is_none() -> None:
    np.testing.assert_array_equal(logarithm(np.array([100.0, 0.0, -1.0, np.nan, 1.0])), [2, np.nan, np.nan, np.nan, 0])
