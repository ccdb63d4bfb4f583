"""A table view set up as the design has it, and a small read-only model for rows of plain values."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from studio import theme
from studio.widgets.base import Themed, named, plain_tip

Index = QModelIndex | QPersistentModelIndex
Style = Callable[[int, int], str | None]


class Rows(QAbstractTableModel):
    """Rows of plain values under heads. Numbers stand right and in mono; `text` turns a value into what is shown.

    color: (row, column) -> token or None. tip: (row, column) -> tooltip or None.
    """

    def __init__(
        self,
        heads: Sequence[str] = (),
        rows: Sequence[Sequence[Any]] = (),
        *,
        text: Callable[[Any], str] | None = None,
        color: Style | None = None,
        tip: Style | None = None,
    ) -> None:
        super().__init__()
        self.heads, self.rows = list(heads), rows
        self._text, self._color, self._tip = text or shown, color, tip

    def put(self, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.heads, self.rows = list(heads), rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self.rows[index.row()][index.column()]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(12, 400, mono=number)
        if role == Qt.ItemDataRole.ForegroundRole and self._color:
            token = self._color(index.row(), index.column())
            return theme.color(token) if token else None
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = self._tip(index.row(), index.column()) if self._tip else None
            return plain_tip(tip or self._text(value))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.heads[section]
            if role == Qt.ItemDataRole.FontRole:
                return theme.font(11, 600)
            if role == Qt.ItemDataRole.TextAlignmentRole and self.rows:
                return self.data(self.index(0, section), role)
        return None


class Table(Themed, QTableView):
    """A dense table: whole rows are selected, arrows move, Tab leaves. `chosen(row)` when the current row changes."""

    chosen = Signal(object)

    def __init__(self, model: QAbstractTableModel | None = None, *, name: str, stretch: int | None = None) -> None:
        super().__init__()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.verticalHeader().setMinimumSectionSize(theme.size("rowDense"))
        head = self.horizontalHeader()
        head.setFixedHeight(theme.size("row"))
        head.setProperty("lined", "true")
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._stretch = stretch
        named(self, name)
        if model is not None:
            self.setModel(model)
        self.follow_theme()

    def setModel(self, model: Any) -> None:
        super().setModel(model)
        if self._stretch is not None and self._stretch < model.columnCount():
            self.horizontalHeader().setSectionResizeMode(self._stretch, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._moved)

    def set_ruled(self) -> None:
        """Draw lines around all cells, and let their text begin where a painted head has its own."""
        self.setShowGrid(True)
        self.setProperty("ruled", "true")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.showGrid() or self.horizontalHeader().isHidden():
            return
        painter, port, rows = QPainter(self.viewport()), self.viewport().rect(), self.verticalHeader()
        first, last = rows.visualIndexAt(0), rows.visualIndexAt(port.bottom())
        for row in range(max(first, 0), (last if last >= 0 else rows.count() - 1) + 1):
            y = self.rowViewportPosition(row) + self.rowHeight(row) - 1
            painter.fillRect(0, y, port.width(), 1, theme.color("border.soft"))

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.chosen.emit(now.row())


def shown(value: Any) -> str:
    """Return a value as a table shows it: numbers short, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
