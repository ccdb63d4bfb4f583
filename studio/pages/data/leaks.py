"""Whether something of the test or of the target leaks into training: what is checked, and what was found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.text import plural, tr

if TYPE_CHECKING:
    from engine.data.recipe import Tensors
    from engine.project.lifecycle import Prepared

MOST_ROWS = 50_000
"""Larger tables are not searched for equal rows: it would hold the window up."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One check: whether all is well, a sentence, and what it means."""

    fine: bool
    sentence: str
    tip: str


def leaks(prepared: "Prepared") -> list[Leak]:
    """Return the checks of the data of a project."""
    return [_parts(prepared), _copies(prepared), *_twins(prepared)]


def _parts(prepared: "Prepared") -> Leak:
    parts = prepared.parts
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    twice = len(rows) - len(np.unique(rows))
    tip = tr("Every row belongs to training, validation or test alone.")
    if not twice:
        return Leak(True, tr("No row is in two parts"), tip)
    return Leak(False, tr("{rows} are in two parts", rows=plural(twice, "row", "rows")), tip)


def _copies(prepared: "Prepared") -> Leak:
    names = [r.name for r in prepared.reports if r.role == "input" and "copies_target" in r.flags]
    tip = tr("A column that says the same as the target would be all that is learnt.")
    if not names:
        return Leak(True, tr("No input copies the target"), tip)
    return Leak(False, tr("{names} copies the target", names=", ".join(names[:2])), tip)


def _twins(prepared: "Prepared") -> list[Leak]:
    """Look for test rows that training has seen: equal in all inputs and in the target."""
    if len(prepared.parts.train) + len(prepared.parts.test) > MOST_ROWS:
        return []
    known = set(_rows(prepared.tensors["train"]))
    twins = sum(row in known for row in _rows(prepared.tensors["test"]))
    tip = tr("A test row that equals a training row in all inputs and the target is no test.")
    if not twins:
        return [Leak(True, tr("No test row equals a training row"), tip)]
    if twins == 1:
        return [Leak(False, tr("1 test row equals a training row"), tip)]
    return [Leak(False, tr("{n} test rows equal training rows", n=f"{twins:,}"), tip)]


def mix_spread(prepared: "Prepared") -> float:
    """Return the largest difference of a class's share between two parts that have rows; 0 without classes."""
    names = prepared.classes
    if not names:
        return 0.0
    shares = []
    for tensors in prepared.tensors.values():
        target = next(iter((tensors.target or {}).values()), np.empty(0))
        if len(target):
            shares.append(np.bincount(target.reshape(-1).astype(np.int64), minlength=len(names)) / len(target))
    return float(np.ptp(np.array(shares), 0).max()) if len(shares) > 1 else 0.0


def _rows(tensors: "Tensors") -> list[bytes]:
    arrays = [*tensors.inputs.values(), *(tensors.target or {}).values()]
    if not len(tensors.rows):
        return []
    flat = np.hstack([np.ascontiguousarray(a.reshape(len(a), -1), np.float64) for a in arrays])
    return [row.tobytes() for row in flat]
