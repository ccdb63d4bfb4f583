"""The two views of the same layers: the summary table and the generated program, linked by the selection."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView

from studio import theme
from studio.pages import numbers
from studio.pages.compile.compiled import MODES, WIDTHS, Compiled, Mode, ranges
from studio.text import tr
from studio.widgets import Card, CodeView, IconButton, Label, Rows, Segmented, Table

COLUMNS = ("Layer", "Type", "Output", "Params", "Mult-adds", "Memory")
WIDTH = (0, 78, 86, 60, 72, 76)
TITLES = {"train": "Train", "test": "Test", "predict": "Predict"}


class SummaryRows(Rows):
    """A row per layer and one of totals."""

    def __init__(self) -> None:
        super().__init__([tr(c) for c in COLUMNS], color=self._token)
        self.nodes: list[str] = []
        self._icons: list[tuple[str, str]] = []

    def show(self, compiled: Compiled) -> None:
        """Show the layers of a network in the order of computing."""
        shapes, rows = compiled.shapes, []
        nodes = [compiled.network.nodes[id] for id in compiled.network.order()]
        self.nodes = [node.id for node in nodes]
        groups = [theme.category(node.layer.GROUP) for node in nodes]
        self._icons = [(n.layer.ICON or g.icon, g.color) for n, g in zip(nodes, groups, strict=True)]
        for node in nodes:
            shape = shapes.output.get(node.id)
            count = compiled.rows * (WIDTHS.get(shapes.dtype.get(node.id, ""), 4))
            for size in shape or (0,):
                count *= size or 1
            cost = shapes.cost.get(node.id) or None
            values = (shapes.parameters.get(node.id) or None, cost, numbers.size(count))
            rows.append((node.name, node.layer.KERAS, numbers.shape(shape, compiled.rows), *values))
        total = (compiled.parameters, sum(shapes.cost.values()), "")
        self.put(self.heads, [*rows, (tr("Total"), "", "", *total)])

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return super().flags(index) if index.row() < len(self.nodes) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, last = index.column(), index.row() == len(self.nodes)
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and not last:
            return theme.icon(*self._icons[index.row()], 14)
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(12 if column != 1 else 11, 600 if last or column == 0 else 400, mono=column > 1)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)

    def _token(self, row: int, column: int) -> str | None:
        return "text.muted" if column == 1 or self.rows[row][column] is None else None


class SummaryCard(Card):
    """The layers as a table. `picked(node)` when a person moves to a row."""

    picked = Signal(object)

    def __init__(self) -> None:
        self.model = SummaryRows()
        self.table = Table(self.model, name=tr("Summary of layers"), stretch=0)
        self.batch = Label("", 11, 400, "text.muted")
        self.copy = IconButton("copy", tr("Copy summary"), size="small")
        super().__init__(tr("Summary"), (self.table, 1), tools=(self.batch, self.copy), margins=(1, 0, 1, 4))
        head = self.table.horizontalHeader()
        for column, width in enumerate(WIDTH):
            if width:
                head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
                self.table.setColumnWidth(column, width)
        self.table.chosen.connect(self._chosen)
        self.copy.clicked.connect(self._copy)
        self._quiet = False

    def show_compiled(self, compiled: Compiled) -> None:
        """Show the layers of a network."""
        self._quiet = True
        self.model.show(compiled)
        self._quiet = False
        self.batch.setText(tr("batch {n}", n=compiled.rows))
        self.setMaximumHeight(40 + theme.size("row") * (len(self.model.rows) + 1) + 14)

    def select(self, nodes: Sequence[str]) -> None:
        """Mark the rows of these layers without telling."""
        self._quiet = True
        known = [self.model.nodes.index(n) for n in nodes if n in self.model.nodes]
        self.table.clearSelection()
        if known:
            self.table.selectRow(known[-1])
        self._quiet = False

    def _chosen(self, at: int) -> None:
        if not self._quiet and at < len(self.model.nodes):
            self.picked.emit(self.model.nodes[at])

    def _copy(self, _checked: bool = False) -> None:
        lines = ["\t".join("" if v is None else str(v) for v in line) for line in (self.model.heads, *self.model.rows)]
        QGuiApplication.clipboard().setText("\n".join(lines))


class ProgramCard(Card):
    """The generated program of a mode. `picked(node)` when a line is clicked; `mode_changed(mode)`."""

    picked, mode_changed = Signal(object), Signal(object)

    def __init__(self) -> None:
        self.modes = Segmented([(m, tr(TITLES[m])) for m in MODES], "train", name=tr("Program for"), height=26)
        self.copy = IconButton("copy", tr("Copy program"), size="small")
        self.code = CodeView(name=tr("Generated program"))
        tools = (self.modes, self.copy)
        super().__init__(
            tr("Matrix program"), (self.code, 1), tools=tools, icon="braces", remark=" ", margins=(1, 0, 1, 8)
        )
        self._compiled: Compiled | None = None
        self.modes.changed.connect(self._mode_chosen)
        self.code.line_clicked.connect(self._clicked)
        self.copy.clicked.connect(self._copy)

    @property
    def mode(self) -> Mode:
        """The mode that is shown."""
        chosen: Mode = self.modes.value()
        return chosen

    def show_compiled(self, compiled: Compiled) -> None:
        """Show the program of the chosen mode."""
        self._compiled = compiled
        self.code.set_text(compiled.programs[self.mode].source)

    def select(self, nodes: Sequence[str], reveal: bool) -> None:
        """Mark the lines of these layers, and say which they are."""
        if self._compiled is None:
            return
        lines = self._compiled.lines_of(self.mode, nodes)
        self.code.set_marked(lines, reveal)
        names = [self._compiled.network.nodes[n].name for n in nodes if n in self._compiled.network.nodes]
        words = f"{', '.join(names)} · {ranges(lines) or tr('no line of its own')}" if names else self._length()
        if self.head:
            self.head.remark.setText(words)

    def _length(self) -> str:
        count = self.code.document().blockCount()
        return tr("{n} lines", n=count)

    def _mode_chosen(self, mode: Mode) -> None:
        if self._compiled is not None:
            self.show_compiled(self._compiled)
        self.mode_changed.emit(mode)

    def _clicked(self, line: int) -> None:
        node = self._compiled.node_at(self.mode, line) if self._compiled else None
        if node is not None:
            self.picked.emit(node)

    def _copy(self, _checked: bool = False) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
