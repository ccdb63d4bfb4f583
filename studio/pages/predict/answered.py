"""A file and what a run says of its rows: how its columns match, which rows are sure, in doubt or outside training."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data import recipe as recipes
from engine.data.recipe import Recipe
from engine.data.settings import Source
from engine.data.steps import NumberStep
from engine.project.document import Project
from engine.project.runs import Run
from studio.pages.predict.form import seen
from studio.text import plural, tr

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.project.lifecycle import Predictions

Which = Literal["all", "doubt", "outside", "problem"]
SURE, CLOSE = 0.9, 0.2
"""From this probability a row is sure; with a smaller margin over the next class it is in doubt."""
MOST = 3


@dataclass(frozen=True, slots=True)
class Match:
    """One line on the columns: how it stands ("ok" or "warning"), which columns, and a short figure."""

    state: Literal["ok", "warning"]
    text: str
    figure: str
    tip: str = ""


@dataclass(frozen=True, eq=False)
class Answered:
    """A file with its predictions.

    seconds: that predicting took. inputs: columns that the network takes. outside: row -> columns beyond what training
    saw. kinds: row filter -> which rows it keeps.
    """

    table: "Table"
    found: "Predictions"
    seconds: float
    inputs: tuple[str, ...]
    outside: dict[int, tuple[str, ...]]

    @property
    def sure(self) -> "NDArray[np.float64] | None":
        """The largest probability of each row, NaN for rows without a prediction; None for a regression."""
        return None if self.found.probabilities is None else self.found.probabilities.max(1)

    def kinds(self) -> "dict[Which, NDArray[np.bool_]]":
        """Return the rows of each kind."""
        rows = self.table.rows
        problem, outside, doubt = (np.zeros(rows, bool) for _ in range(3))
        problem[list(self.found.problems)] = True
        outside[list(self.outside)] = True
        if self.found.probabilities is not None and self.found.probabilities.shape[1] > 1:
            ranked = np.sort(self.found.probabilities, 1)
            doubt = (ranked[:, -1] - ranked[:, -2] < CLOSE) & ~problem
        return {"all": np.ones(rows, bool), "doubt": doubt, "outside": outside & ~problem, "problem": problem}

    def notes(self) -> list[str]:
        """Return what there is to say of each row."""
        doubt = self.kinds()["doubt"]
        notes = []
        for row in range(self.table.rows):
            far = self.outside.get(row, ())
            said = [tr("{columns} outside training range", columns=", ".join(far[:MOST]))] if far else []
            said += [tr("uncertain")] if doubt[row] else []
            notes.append(self.found.problems.get(row) or " · ".join(said))
        return notes

    def counts(self) -> list[tuple[str, int]]:
        """Return each class with the number of rows that got it, in the order of the classes."""
        counted = Counter(value for value in self.found.values if isinstance(value, str))
        return [(name, counted.get(name, 0)) for name in self.found.classes]

    def numbers(self) -> "NDArray[np.float64]":
        """Return the predicted numbers of a regression."""
        return np.array([v for v in self.found.values if isinstance(v, float)])


def answer(path: Path, run: Run, project: Project, trained: "Table | None") -> Answered:
    """Read a file and predict its rows; raises DataError when it cannot be read or lacks an input column.

    trained: the table of the project, for what training saw.
    """
    from engine.data import table
    from engine.project import lifecycle

    read = table.read(Source(str(path)))
    began = time.perf_counter()
    found = lifecycle.predict(run, project, read)
    seconds = time.perf_counter() - began
    recipe = recipes.from_json(dict(run.recipe))
    inputs = tuple(dict.fromkeys(step.column for step in recipe.steps))
    return Answered(read, found, seconds, inputs, _outside(recipe, read, trained, run))


def _outside(recipe: Recipe, table: "Table", trained: "Table | None", run: Run) -> dict[int, tuple[str, ...]]:
    """Return row -> columns whose number lies beyond the smallest or largest one of training."""
    found: dict[int, tuple[str, ...]] = {}
    for step in (s for s in recipe.steps if isinstance(s, NumberStep)):
        bounds, values = seen(step, trained, run), table.numbers(step.column)[0]
        for row in np.flatnonzero((values < bounds.low) | (values > bounds.high)).tolist():
            found[row] = (*found.get(row, ()), step.column)
    return found


def matches(answered: Answered) -> list[Match]:
    """Return how the columns of a file meet what the network takes."""
    names = ", ".join(answered.inputs)
    lines = [Match("ok", _short(answered.inputs), tr("{n} found", n=len(answered.inputs)), names)]
    for column, rows in answered.found.unseen.items():
        said = plural(rows, "new value", "new values")
        lines.append(Match("warning", column, said, tr("Training did not show these values; they count as unknown.")))
    empty = [name for name in answered.inputs if any(not cell.strip() for cell in answered.table.raw(name))]
    if empty:
        tip = tr("Missing values are filled as in training: {columns}.", columns=", ".join(empty))
        lines.append(Match("warning", _short(empty), tr("gaps filled"), tip))
    others = [name for name in answered.table.columns if name not in answered.inputs]
    if others:
        lines.append(Match("ok", _short(others), tr("passed on"), ", ".join(others)))
    if answered.table.rejects:
        said = plural(len(answered.table.rejects), "line", "lines")
        lines.append(Match("warning", tr("lines that could not be read"), said))
    return lines


def _short(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= MOST else tr("{first} … {last}", first=names[0], last=names[-1])
