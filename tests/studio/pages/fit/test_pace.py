"""The forecast of a fit, and the share of time that drawing may take."""

import pytest

from studio.pages.fit.pace import FRAME, WAIT, FrameBudget, Pace


def paced(per_batch: float, steps: range) -> Pace:
    pace = Pace(batches=100, epochs=10, rows=6400)
    for step in steps:
        pace.update(step, step * per_batch)
    return pace


def test_nothing_is_forecast_before_ten_batches() -> None:
    assert paced(0.01, range(10)).left is None
    assert paced(0.01, range(11)).left == pytest.approx(990 * 0.01)


def test_figures_of_an_even_run() -> None:
    pace = paced(0.01, range(501))
    assert pace.left == pytest.approx(5.0)
    assert pace.per_epoch == pytest.approx(1.0)
    assert pace.rows_per_second == pytest.approx(6400)
    assert pace.share == 0.5


def test_skipped_reports_change_nothing() -> None:
    assert paced(0.01, range(0, 501, 50)).left == pytest.approx(paced(0.01, range(501)).left)


def test_a_slower_machine_is_noticed() -> None:
    pace = paced(0.01, range(201))
    for step in range(201, 401):
        pace.update(step, 2.0 + (step - 200) * 0.1)
    assert pace.per_batch == pytest.approx(0.1, rel=0.01)


def test_resuming_counts_from_where_it_resumes() -> None:
    pace = Pace(batches=100, epochs=10, rows=6400)
    for step in range(900, 911):
        pace.update(step, step * 0.01)
    assert pace.left == pytest.approx(0.9)


def test_reports_out_of_order_are_ignored() -> None:
    pace = paced(0.01, range(101))
    pace.update(100, 50.0)
    pace.update(90, 50.0)
    assert pace.per_batch == pytest.approx(0.01)


def test_cheap_frames_come_at_thirty_hertz() -> None:
    budget = FrameBudget()
    budget.spent(10.0, 10.001)
    assert not budget.due(10.0 + FRAME - 0.001)
    assert budget.due(10.0 + FRAME)


def test_dear_frames_leave_most_of_the_time() -> None:
    budget = FrameBudget()
    budget.spent(10.0, 10.05)
    assert not budget.due(10.05 + WAIT * 0.05 - 0.01)
    assert budget.due(10.05 + WAIT * 0.05 + 0.001)
    assert 1 / (1 + WAIT) <= 0.15
