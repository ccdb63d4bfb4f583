"""The rows of the table as read: missing cells marked, the target tinted, ignored columns greyed."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from engine.data.columns import ColumnReport
from engine.data.table import Table
from studio import theme
from studio.text import tr
from studio.widgets import plain_tip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class Cells(QAbstractTableModel):
    """A window on a Table: some of its columns, all of its rows; cells are read when they are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.table: Table | None = None
        self.reports: Sequence[ColumnReport] = ()
        self._columns: dict[str, list[str]] = {}

    def put(self, table: Table | None, reports: Sequence[ColumnReport]) -> None:
        """Show these columns of a table."""
        self.beginResetModel()
        if table is not self.table:
            self._columns = {}
        self.table, self.reports = table, reports
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() or self.table is None else self.table.rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.reports)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole and section < len(self.reports):
            return self.reports[section].name
        if orientation == Qt.Orientation.Horizontal and role == Role.ToolTipRole and section < len(self.reports):
            return plain_tip(f"{self.reports[section].name}: {self.reports[section].why}")
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        report = self.reports[index.column()]
        missing = self.is_missing(index.row(), report.name)
        if role == Role.DisplayRole:
            return tr("missing") if missing else self.cell(index.row(), report.name).replace("\n", " ")
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if report.type == "number" else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.FontRole:
            return theme.font(12, 500 if report.role == "target" else 400, tabular=True)
        if role == Role.ForegroundRole:
            return theme.color(self._ink(report, missing))
        if role == Role.BackgroundRole:
            return self._paper(report, missing)
        return None

    def cell(self, row: int, name: str) -> str:
        """Return a cell as it stands in the file."""
        if self.table is None:
            return ""
        if name not in self._columns:
            self._columns[name] = self.table.raw(name)
        return self._columns[name][row]

    def is_missing(self, row: int, name: str) -> bool:
        """Return whether a cell counts as empty."""
        return self.table is not None and self.cell(row, name).strip() in self.table.missing

    def _ink(self, report: ColumnReport, missing: bool) -> str:
        if missing:
            return "warning.text"
        return "text.muted" if report.role == "ignore" else "text.primary"

    def _paper(self, report: ColumnReport, missing: bool) -> Any:
        if missing:
            return theme.color("warning.soft")
        return theme.mix("bg.panel", theme.tint("train"), 0.55) if report.role == "target" else None
