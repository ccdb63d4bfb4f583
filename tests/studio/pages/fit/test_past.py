"""A run of the past tells what happened, also after its project was closed and opened again."""

from engine.project.document import Project
from engine.project.runs import Run
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.past import MOST_RATES, continued, rate_changes, told


def run(rates: list[float], **more: object) -> Run:
    rows = tuple({"epoch": i, "loss": 1 / (i + 1), "learning_rate": rate} for i, rate in enumerate(rates))
    return Run("r1", Project(), rows={"train": 1420, "validation": 90}, history=rows, **more)


def test_a_run_tells_its_beginning_rates_best_and_end() -> None:
    events = ({"epoch": 1, "step": 9, "message": "Saved the weights."},)
    past = run([0.01, 0.01, 0.005], status="stopped", reason="Stopped by you.", events=events)
    assert [(e.when, e.kind, e.text) for e in told(past, RunCurves(past.history))] == [
        ("", "start", "Started from seed 0: 1,420 train rows, 90 validation rows."),
        ("epoch 2", "callback", "Saved the weights."),
        ("epoch 3", "rate", "Learning rate changed 0.01 → 0.005."),
        ("epoch 3", "best", "Best loss 0.333 at epoch 3."),
        ("", "end", "Stopped by you."),
    ]
    assert rate_changes(past) == [3]


def test_a_schedule_is_no_list_of_changes() -> None:
    assert rate_changes(run([1 / (i + 1) for i in range(MOST_RATES + 3)])) == []
    assert rate_changes(run([])) == []


def test_a_history_with_gaps_is_told_as_well() -> None:
    past = Run("r1", Project(), history=({"epoch": 0, "loss": 1.0}, {"epoch": 1, "loss": 2.0, "learning_rate": 0.1}))
    assert [e.kind for e in told(past, RunCurves(past.history))] == ["start", "best", "end"]


def test_a_run_that_goes_on_knows_which_one() -> None:
    first, other = run([0.1, 0.1]), run([0.1, 0.2, 0.3])
    assert continued((*first.history, {"epoch": 2, "loss": 0.1}), (other, first)) is first
    assert continued(other.history, (first,)) is None
    assert continued(first.history, (first,)) is None
