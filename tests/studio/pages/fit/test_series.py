"""Series keep what was appended."""

import numpy as np

from studio.pages.fit.series import Series


def test_series_keeps_every_point_over_several_doublings() -> None:
    series = Series()
    for i in range(1000):
        series.append(i, i * i)
    assert len(series) == 1000
    np.testing.assert_array_equal(series.y, np.arange(1000.0) ** 2)
    np.testing.assert_array_equal(series.x, np.arange(1000.0))
