"""The two views of the same layers: the summary table and the generated program, linked by the selection."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.specs import snake
from studio import theme
from studio.pages import numbers
from studio.pages.compile.compiled import MODES, Compiled, Mode, ranges
from studio.text import tr
from studio.widgets import Card, CodeView, IconButton, Label, Rows, Segmented, Table, icon_at, rounded

COLUMNS = ("Layer", "Output", "Params", "MAC / row", "kB")
TIPS = (
    "", "Shape of the output, rows of a batch first", "Weights and biases", "Multiply-adds of one row, forward",
    "Memory of the output for a batch, in 1,000 bytes; a view needs none of its own",
)  # fmt: skip
WIDTH = (0, 110, 66, 78, 66)
TITLES = {"train": "Train", "test": "Test", "predict": "Predict"}
TILE, INSET = 20, 10
Index = QModelIndex | QPersistentModelIndex


class SummaryRows(Rows):
    """A row per layer and one of totals."""

    def __init__(self) -> None:
        super().__init__([tr(c) for c in COLUMNS], color=self._token)
        self.nodes: list[str] = []
        self.kinds: list[str] = []
        self.icons: list[tuple[str, str]] = []

    def show(self, compiled: Compiled) -> None:
        """Show the layers of a network in the order of computing."""
        shapes = compiled.shapes
        nodes = [compiled.network.nodes[id] for id in compiled.network.order()]
        self.nodes = [node.id for node in nodes]
        self.icons = [(n.layer.ICON or theme.category(n.layer.GROUP).icon, n.layer.GROUP) for n in nodes]
        kinds = [tr("Group") if n.layer.KERAS == "Model" else n.layer.KERAS for n in nodes]
        self.kinds = ["" if n.name.startswith(snake(k)) else k for n, k in zip(nodes, kinds, strict=True)]
        sizes = [compiled.bytes_of(node.id) for node in nodes]
        rows = [
            (
                node.name,
                numbers.shape(shapes.output.get(node.id), compiled.rows),
                shapes.parameters.get(node.id) or None,
                shapes.cost.get(node.id) or None,
                tr("view") if size is None else f"{size / 1000:,.1f}",
            )
            for node, size in zip(nodes, sizes, strict=True)
        ]
        total = sum(size or 0 for size in sizes) / 1000
        last = (tr("Total"), "", compiled.parameters, sum(shapes.cost.values()), f"{total:,.1f}")
        self.put(self.heads, [*rows, last])

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) if index.row() < len(self.nodes) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, last = index.column(), index.row() == len(self.nodes)
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(12, 600 if last or column == 0 else 400, mono=column > 0)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column > 0 else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0 and not last:
            return f"{self.rows[index.row()][0]} {self.kinds[index.row()]}".strip()
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            return tr(TIPS[section]) if TIPS[section] else None
        return super().headerData(section, orientation, role)

    def _token(self, row: int, column: int) -> str | None:
        value = self.rows[row][column]
        return "text.muted" if value is None or value == tr("view") else None


class LayerCell(QStyledItemDelegate):
    """Paints a layer: its tile, its name, and its type where the name does not tell; a bar where it is selected."""

    def __init__(self, model: SummaryRows, parent: Table) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        view = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, option.rect, index.row(), text, option.state & QStyle.StateFlag.State_Selected)
        painter.restore()

    def _paint(self, painter: QPainter, rect: QRect, row: int, text: str, selected: Any) -> None:
        middle, x = Qt.AlignmentFlag.AlignVCenter, rect.left() + INSET
        if selected:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), theme.color("accent.line"))
        if row < len(self._model.nodes):
            icon, group = self._model.icons[row]
            top = rect.top() + (rect.height() - TILE) / 2
            rounded(painter, QRectF(x, top, TILE, TILE), theme.tint(group), None, 4)
            icon_at(painter, x + 3, top + 3, icon, theme.category(group).color, 14)
            x += TILE + 8
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.color("text.primary"))
        room = rect.right() - x
        name = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(x, rect.top(), room, rect.height()), middle, name)
        kind = self._model.kinds[row] if row < len(self._model.kinds) else ""
        x += int(theme.text_width(name, painter.font())) + 8
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text.muted"))
        if kind and theme.text_width(kind, painter.font()) <= rect.right() - x:
            painter.drawText(QRectF(x, rect.top(), rect.right() - x, rect.height()), middle, kind)


class SummaryCard(Card):
    """The layers as a table. `picked(node)` when a person moves to a row."""

    picked = Signal(object)

    def __init__(self) -> None:
        self.model = SummaryRows()
        self.table = Table(self.model, name=tr("Summary of layers"), stretch=0)
        self.table.setItemDelegateForColumn(0, LayerCell(self.model, self.table))
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
        self.copy.confirm(tr("The summary is on the clipboard."))


class ProgramCard(Card):
    """The generated program of a mode. `picked(node)` when a line is clicked; `mode_changed(mode)`."""

    picked, mode_changed = Signal(object), Signal(object)

    def __init__(self) -> None:
        self.modes = Segmented([(m, tr(TITLES[m])) for m in MODES], "train", name=tr("Program for"), height=26)
        self.copy = IconButton("copy", tr("Copy program"), size="small")
        self.code = CodeView(name=tr("Generated program"))
        self.place = Label("", 12, 400, "text.muted", elide=True)
        tools = (self.place, self.modes, self.copy)
        super().__init__(tr("Matrix program"), (self.code, 1), tools=tools, icon="braces", margins=(1, 0, 1, 8))
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
        macs = self._compiled.macs(self.mode, nodes)
        self.code.set_notes({line: tr("{n} MAC", n=numbers.whole(count)) for line, count in macs.items()})
        self.place.setText(words)

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
        self.copy.confirm(tr("The program is on the clipboard."))
