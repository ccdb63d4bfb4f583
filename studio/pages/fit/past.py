"""What happened during a run of the past, as far as the run itself tells: beginning, rates, best epoch and end."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from engine.project.runs import Run
from studio.pages import numbers
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.events import Event
from studio.text import plural, tr

MOST_RATES = 20
"""More changes of the learning rate than this are a schedule: its curve is no news."""


def told(run: Run, curves: RunCurves) -> list[Event]:
    """Return the events of a run, oldest first."""
    found = [*_noted(run), *_rates(run)]
    if curves.best is not None:
        found.append((curves.best[0], Event(_when(curves.best[0]), "best", best_sentence(curves))))
    found.sort(key=lambda pair: pair[0])
    end = run.reason or tr("Ended after {epochs}.", epochs=plural(run.epochs, "epoch", "epochs"))
    return [Event("", "start", _beginning(run)), *(event for _, event in found), Event("", "end", end)]


def rate_changes(run: Run) -> list[int]:
    """Return the epochs (from 1) that ended at another learning rate than the one before; none of a schedule."""
    rates = [row.get("learning_rate") for row in run.history]
    pairs = enumerate(itertools.pairwise(rates), 2)
    changed = [n for n, (old, new) in pairs if old is not None and new is not None and old != new]
    return changed if len(changed) <= MOST_RATES else []


def continued(rows: Sequence[Mapping[str, float]], runs: Sequence[Run]) -> Run | None:
    """Return the run that a history goes on with, the newest one: its last epoch, to the second, is in there."""
    for run in reversed(runs):
        n = len(run.history)
        if 0 < n < len(rows) and dict(rows[n - 1]) == dict(run.history[-1]):
            return run
    return None


def best_sentence(curves: RunCurves) -> str:
    """Return the sentence on the best epoch; there must be one."""
    assert curves.best is not None
    epoch, value = curves.best
    name = tr("validation loss") if curves.monitor == "val_loss" else tr("loss")
    return tr("Best {figure} {value} at epoch {n}.", figure=name, value=numbers.figure(value), n=epoch)


def _beginning(run: Run) -> str:
    return tr(
        "Started from seed {seed}: {train:,} train rows, {held:,} validation rows.",
        seed=run.project.fit.seed, train=run.rows.get("train", 0), held=run.rows.get("validation", 0),
    )  # fmt: skip


def _rates(run: Run) -> Iterator[tuple[int, Event]]:
    for n in rate_changes(run):
        old, new = (numbers.rate(run.history[at]["learning_rate"]) for at in (n - 2, n - 1))
        yield n, Event(_when(n), "rate", tr("Learning rate changed {old} → {new}.", old=old, new=new))


def _noted(run: Run) -> Iterator[tuple[int, Event]]:
    for event in run.events:
        n = int(event.get("epoch", 0)) + 1
        yield n, Event(_when(n), "callback", str(event.get("message", "")))


def _when(epoch: int) -> str:
    return tr("epoch {n}", n=epoch)
