"""Series keep what was appended."""

import numpy as np

from studio.pages.fit.series import Series
from studio.widgets.series import smoothed


def test_series_keeps_every_point_over_several_doublings() -> None:
    series = Series()
    for i in range(1000):
        series.append(i, i * i)
    assert len(series) == 1000
    np.testing.assert_array_equal(series.y, np.arange(1000.0) ** 2)
    np.testing.assert_array_equal(series.x, np.arange(1000.0))


def test_smoothing_as_it_grows_is_smoothing_at_once() -> None:
    series, values = Series(), np.random.default_rng(0).normal(size=700)
    for i, value in enumerate(values):
        series.append(i, value)
        if i % 97 == 0:
            np.testing.assert_allclose(series.smoothed(0.6), smoothed(values[: i + 1], 0.6), rtol=1e-9)
    np.testing.assert_allclose(series.smoothed(0.9), smoothed(values, 0.9), rtol=1e-9)
    np.testing.assert_array_equal(series.smoothed(0.0), values)


def test_smoothing_stays_right_after_a_value_that_is_not_finite() -> None:
    series = Series()
    for i, value in enumerate((1.0, 2.0, float("nan"), 3.0)):
        series.append(i, value)
        np.testing.assert_allclose(series.smoothed(0.5), smoothed(series.y, 0.5))
