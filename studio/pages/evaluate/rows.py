"""The rows of an evaluation as a table: prediction beside truth, the most wrong first, sortable by every column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from studio import theme
from studio.pages import numbers
from studio.text import plural, tr
from studio.widgets import Button, Card, Chip, Table, plain_tip, rounded

if TYPE_CHECKING:
    from engine.data.table import Table as Data
    from engine.project.evaluation import Evaluation

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Order = NDArray[np.intp]
MOST_INPUTS = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, the values to sort by, and how a value is shown. share: painted as a bar beside it."""

    head: str
    values: Sequence[Any] | NDArray[Any]
    mono: bool = True
    strong: bool = False
    share: bool = False

    def text(self, row: int) -> str:
        """Return what a cell shows."""
        value = self.values[row]
        if isinstance(value, str):
            return value
        return f"{value:,}" if isinstance(value, int | np.integer) else numbers.figure(float(value))


class EvaluatedRows(QAbstractTableModel):
    """The rows in an order, or those of them that a filter keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = ()
        self.order: Order = np.empty(0, np.intp)
        self.wrong: NDArray[np.bool_] = np.empty(0, bool)
        self.said = -1
        self._sorted: Order = self.order
        self._kept: NDArray[np.bool_] | None = None

    def show(self, columns: Sequence[Column], order: Order, wrong: NDArray[np.bool_], said: int) -> None:
        """Show other rows in this order. wrong: which are painted red in column `said`, the prediction."""
        self.beginResetModel()
        self.columns, self._sorted, self.wrong, self.said, self._kept = tuple(columns), order, wrong, said, None
        self._filter()
        self.endResetModel()

    def keep(self, rows: NDArray[np.bool_] | None) -> None:
        """Show only some rows; None: all."""
        self.beginResetModel()
        self._kept = rows
        self._filter()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; equal rows keep their order."""
        if not 0 <= column < len(self.columns):
            return
        self.layoutAboutToBeChanged.emit()
        values = sort_key(self.columns[column].values)
        ranks = np.unique(values[self._sorted], return_inverse=True)[1]
        falling = order == Qt.SortOrder.DescendingOrder
        self._sorted = self._sorted[np.argsort(-ranks if falling else ranks, kind="stable")]
        self._filter()
        self.layoutChanged.emit()

    def _filter(self) -> None:
        self.order = self._sorted if self._kept is None else self._sorted[self._kept[self._sorted]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        column, row = self.columns[index.column()], int(self.order[index.row()])
        if role in (Role.DisplayRole, Role.ToolTipRole):
            text = column.text(row)
            return text if role == Role.DisplayRole else plain_tip(text)
        if role == Role.FontRole:
            return theme.font(12, 600 if column.strong else 400, mono=column.mono)
        if role == Role.ForegroundRole:
            red = index.column() == self.said and self.wrong[row]
            return theme.color("danger.text" if red else "text.primary")
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.mono and not column.share else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.UserRole and column.share:
            return float(column.values[row]), bool(self.wrong[row])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return column.head
        if role == Role.FontRole:
            return theme.font(11, 600)
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.mono and not column.share else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class ShareDelegate(QStyledItemDelegate):
    """Paints a probability as a bar with its number; the bar of a wrong row is red."""

    def __init__(self, view: Table) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = index.data(Role.UserRole)
        if found is None:
            super().paint(painter, option, index)
            return
        (value, wrong), rect = found, QRectF(option.rect)
        if index.row() == self._view.currentIndex().row():
            painter.fillRect(rect, theme.color("accent.soft"))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(rect.width() - 60, 20)
        bar = QRectF(rect.x() + 8, rect.center().y() - 3.5, width, 8)
        rounded(painter, bar, theme.color("bg.active"), None, 4)
        bar.setWidth(max(width * min(max(value, 0.0), 1.0), 1.0))
        rounded(painter, bar, theme.color("danger.fill" if wrong else "success.fill"), None, min(4.0, bar.width() / 2))
        painter.setPen(theme.color("text.primary"))
        painter.setFont(theme.font(12, 500, mono=True))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect.adjusted(0, 0, -8, 0), flags, f"{value:.2f}")
        painter.restore()


class RowsCard(Card):
    """The table with the filter that the confusion matrix sets. `cleared()`: a person took the filter away."""

    cleared = Signal()

    def __init__(self) -> None:
        self.model = EvaluatedRows()
        self.table = Table(self.model, name=tr("Evaluated rows"))
        self.filter = Chip("", "accent.text", "accent.soft", "filter", height=22)
        self.clear_button = Button(tr("Clear"), "x", "ghost", "small", name=tr("Clear filter"))
        self.count = Chip("", height=20)
        super().__init__(
            tr("Worst rows"), (self.table, 1), tools=(self.filter, self.clear_button, self.count), margins=(1, 0, 1, 4)
        )
        self._delegate = ShareDelegate(self.table)
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.sortIndicatorChanged.connect(self._sorted)
        self.clear_button.clicked.connect(self._clear)
        self.show_filter("")

    def show_evaluation(self, found: "Evaluation", table: "Data", inputs: Sequence[str]) -> None:
        """Show the rows of an evaluation, the most wrong first."""
        columns = classes(found, table) if found.probabilities is not None else values(found, table)
        said = next(i for i, c in enumerate(columns) if c.head == tr("Predicted"))
        more = [Column(n, _picked(table.raw(n), found.ids), _numeric(table, n)) for n in inputs[:MOST_INPUTS]]
        wrong = found.truth != found.prediction if found.probabilities is not None else np.zeros(len(found.ids), bool)
        self.model.show([*columns, *more], found.worst(), np.asarray(wrong, bool), said)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        for i, column in enumerate(self.model.columns):
            self.table.setItemDelegateForColumn(i, self._delegate if column.share else None)  # type: ignore[arg-type]
            self.table.setColumnWidth(i, 190 if column.share else column_width(column))
            self.table.horizontalHeader().setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)
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


def column_width(column: Column) -> int:
    """Return a width for the head and the first rows."""
    face = theme.font(12, 600 if column.strong else 400, mono=column.mono)
    cells = [theme.text_width(column.text(i), face) for i in range(min(len(column.values), 60))]
    return round(min(max([theme.text_width(column.head, theme.font(11, 600)) + 18, 44, *cells]) + 28, 260))


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


def sort_key(values_: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Return values that compare: numbers as numbers (texts that are all numbers too), else texts."""
    array = np.asarray(values_)
    if array.dtype.kind in "iuf":
        return array
    texts = np.asarray(values_, str)
    try:
        return np.where(texts == "", "nan", texts).astype(np.float64)
    except ValueError:
        return texts


def _picked(cells: Sequence[str], ids: NDArray[np.int64]) -> list[str]:
    return [cells[int(i)].strip() for i in ids]


def _numeric(table: "Data", column: str) -> bool:
    return not bool(table.numbers(column)[1].any())
