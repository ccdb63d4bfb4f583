"""The training rows that are most like the row in the form, seen as the network sees them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from engine.data.recipe import Recipe
from engine.project.runs import Run
from studio.text import tr
from studio.widgets import Box, Card, Chip, Label, ProgressBar, Scroll, box_of, clear, column, fixed, row

if TYPE_CHECKING:
    from engine.data.table import Table

SHOWN = 10
LARGEST = 20_000
"""Training rows that are looked at: a sample of the first ones of larger tables."""


def points(recipe: Recipe, table: "Table", rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Return (n, k): the float tensors side by side, indices as one-hot codes."""
    made = recipe.apply(table, rows).inputs
    parts: list[NDArray[Any]] = []
    for info in recipe.tensors:
        values = made[info.name]
        parts.append(np.eye(info.vocabulary_size)[values[:, 0]] if info.vocabulary_size else values)
    return np.concatenate(parts, axis=1).astype(np.float64)


class Nearest(Card):
    """A card with the nearest training rows: number, truth, distance."""

    def __init__(self) -> None:
        super().__init__(
            tr("Nearest training rows"), remark=tr("distance, scaled inputs"), name=tr("Nearest training rows")
        )
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._points: NDArray[np.float64] = np.empty((0, 0))
        self._truth: list[str] = []
        self.list = Box(fill=None, stroke=None, spacing=4)
        self.add((Scroll(column(self.list, None), name=tr("Nearest training rows")), 1))

    def learn(self, recipe: Recipe, table: "Table | None", run: Run) -> None:
        """Take the training rows of a run; without its table there is nothing to show."""
        target = recipe.targets[0].column
        there = table is not None and target in table.columns and set(recipe.columns) <= set(table.columns)
        self.setVisible(there)
        if not there or table is None:
            self._points = np.empty((0, 0))
            return
        rows = run.part("train")[:LARGEST]
        self._rows = rows[rows < table.rows]
        self._points = points(recipe, table, self._rows)
        self._truth = table.raw(target)

    def show_row(self, recipe: Recipe, made: "Table") -> None:
        """Show the training rows nearest to the first row of a table."""
        clear(box_of(self.list))
        if not len(self._points):
            return
        here = points(recipe, made, np.zeros(1, np.int64))
        distance = np.sqrt(((self._points - here) ** 2).sum(axis=1))
        order = np.argsort(distance, kind="stable")[:SHOWN]
        farthest = float(distance[order[-1]]) or 1.0
        for i in order:
            self._line(int(self._rows[i]), float(distance[i]), farthest)

    def _line(self, row_id: int, distance: float, farthest: float) -> None:
        name = fixed(Label(tr("row {n}", n=row_id + 1), 12, mono=True, elide=True), 68)
        truth = fixed(row(Chip(self._truth[row_id].strip(), "text.primary", "bg.active"), None), 104)
        bar = ProgressBar(distance / farthest, name=tr("Distance of row {n}", n=row_id + 1), color="plot.7")
        figure = Label(f"{distance:.2f}", 12, color="text.muted", mono=True, align=Qt.AlignmentFlag.AlignRight)
        value = fixed(figure, 44)
        items = (name, truth, (bar, 1), value)
        box_of(self.list).addWidget(row(*items, spacing=10, height=24))
