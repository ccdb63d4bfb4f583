"""The rows of an evaluation as a table: prediction beside truth, the most wrong first, sortable by every column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal

from studio.pages.rowtable import AnsweredRows, Column, ShareDelegate, fit_columns, sortable
from studio.text import plural, tr
from studio.widgets import Button, Card, Chip, Table

if TYPE_CHECKING:
    from engine.data.table import Table as Data
    from engine.project.evaluation import Evaluation

MOST_INPUTS = 40


class RowsCard(Card):
    """The table with the filter that the confusion matrix sets. `cleared()`: a person took the filter away."""

    cleared = Signal()

    def __init__(self) -> None:
        self.model = AnsweredRows()
        self.table = Table(self.model, name=tr("Evaluated rows"))
        self.filter = Chip("", "accent.text", "accent.soft", "filter", height=22)
        self.clear_button = Button(tr("Clear"), "x", "ghost", "small", name=tr("Clear filter"))
        self.count = Chip("", height=20)
        super().__init__(
            tr("Worst rows"), (self.table, 1), tools=(self.filter, self.clear_button, self.count), margins=(1, 0, 1, 4)
        )
        self._delegate = ShareDelegate(self.table)
        sortable(self.table).sortIndicatorChanged.connect(self._sorted)
        self.clear_button.clicked.connect(self._clear)
        self.show_filter("")

    def show_evaluation(self, found: "Evaluation", table: "Data", inputs: Sequence[str]) -> None:
        """Show the rows of an evaluation, the most wrong first."""
        columns = classes(found, table) if found.probabilities is not None else values(found, table)
        said = next(i for i, c in enumerate(columns) if c.head == tr("Predicted"))
        more = [Column(n, _picked(table.raw(n), found.ids), _numeric(table, n)) for n in inputs[:MOST_INPUTS]]
        wrong = found.truth != found.prediction if found.probabilities is not None else np.zeros(len(found.ids), bool)
        self.model.show([*columns, *more], found.worst(), np.asarray(wrong, bool), said)
        fit_columns(self.table, self.model.columns, self._delegate)
        self.show_filter("")

    def show_filter(self, sentence: str, rows: NDArray[np.bool_] | None = None) -> None:
        """Show only some rows, and say which; an empty sentence shows all."""
        self.model.keep(rows if sentence else None)
        self.filter.set(sentence)
        self.filter.setVisible(bool(sentence))
        self.clear_button.setVisible(bool(sentence))
        self.count.set(plural(self.model.rowCount(), "row", "rows"))

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        if column >= 0:
            self.model.sort(column, order)

    def _clear(self, _checked: bool = False) -> None:
        self.cleared.emit()


def classes(found: "Evaluation", table: "Data") -> list[Column]:
    """Return the leading columns of a classification."""
    assert found.probabilities is not None
    names = np.array(found.classes, object)
    sure = found.probabilities[np.arange(len(found.ids)), found.prediction]
    return [
        Column(tr("Line"), table.lines[found.ids]),
        Column(tr("True"), list(names[found.truth]), mono=False, strong=True),
        Column(tr("Predicted"), list(names[found.prediction]), mono=False, strong=True),
        Column(tr("Probability"), sure, share=True),
        Column(tr("Loss"), found.losses),
    ]


def values(found: "Evaluation", table: "Data") -> list[Column]:
    """Return the leading columns of a regression."""
    return [
        Column(tr("Line"), table.lines[found.ids]),
        Column(tr("True"), found.truth, strong=True),
        Column(tr("Predicted"), found.prediction, strong=True),
        Column(tr("Residual"), found.truth - found.prediction),
    ]


def _picked(cells: Sequence[str], ids: NDArray[np.int64]) -> list[str]:
    return [cells[int(i)].strip() for i in ids]


def _numeric(table: "Data", column: str) -> bool:
    return not bool(table.numbers(column)[1].any())
