"""A table of rows with the answers of a network: sortable by every column, filtered, probabilities as bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from studio import theme
from studio.pages import numbers
from studio.widgets import Table, plain_tip, rounded

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Order = NDArray[np.intp]
EDGE = 11
"""Room at both ends of a cell, as heads and texts have it."""


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


class AnsweredRows(QAbstractTableModel):
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
    """Paints a probability as a bar with its number; the bar of a marked row has another colour."""

    def __init__(self, view: Table, color: str = "success.fill", marked: str = "danger.fill") -> None:
        super().__init__(view)
        self._view, self._color, self._marked = view, color, marked

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
        width = max(rect.width() - 52 - 2 * EDGE, 20)
        bar = QRectF(rect.x() + EDGE, rect.center().y() - 3.5, width, 8)
        rounded(painter, bar, theme.color("bg.active"), None, 4)
        bar.setWidth(max(width * min(max(value, 0.0), 1.0), 1.0))
        rounded(painter, bar, theme.color(self._marked if wrong else self._color), None, min(4.0, bar.width() / 2))
        painter.setPen(theme.color("text.primary"))
        painter.setFont(theme.font(12, 500, mono=True))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect.adjusted(0, 0, -EDGE, 0), flags, f"{value:.2f}")
        painter.restore()


def fit_columns(table: Table, columns: Sequence[Column], delegate: ShareDelegate) -> None:
    """Give each column of a table its width, and probabilities their bars; no column is sorted by."""
    head = table.horizontalHeader()
    head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    for i, column in enumerate(columns):
        table.setItemDelegateForColumn(i, delegate if column.share else None)  # type: ignore[arg-type]
        table.setColumnWidth(i, 190 if column.share else column_width(column))
        head.setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)


def sortable(table: Table) -> QHeaderView:
    """Let a click on a head sort; return the head, whose `sortIndicatorChanged` says by what."""
    head = table.horizontalHeader()
    head.setSectionsClickable(True)
    head.setSortIndicatorShown(True)
    head.setSortIndicatorClearable(True)
    head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    return head


def column_width(column: Column) -> int:
    """Return a width for the head and the first rows."""
    face = theme.font(12, 600 if column.strong else 400, mono=column.mono)
    cells = [theme.text_width(column.text(i), face) for i in range(min(len(column.values), 60))]
    return round(min(max([theme.text_width(column.head, theme.font(11, 600)) + 18, 44, *cells]) + 28, 260))


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
