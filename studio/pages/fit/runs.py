"""The list of runs: title, what changed, best figure, a box that puts it on the charts; and all that changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.pages import numbers
from studio.pages.fit.changes import ICONS, Change
from studio.text import plural, tr
from studio.widgets import (
    Box,
    CheckBox,
    Chip,
    Icon,
    IconButton,
    Label,
    Line,
    LineEdit,
    PanelHead,
    Scroll,
    Themed,
    clear,
    column,
    lay,
    painter_of,
    put,
    row,
)  # fmt: skip
from studio.widgets.plot import DASHES


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One line of the list. id "" is the run that is being fitted. figure: the best validation loss."""

    id: str
    title: str
    subtitle: str
    figure: float | None
    slot: int = 0
    dash: int = 0
    live: bool = False
    chosen: bool = False
    compared: bool = False


class Swatch(Themed, QWidget):
    """A short stroke in a run's colour and pattern."""

    def __init__(self, slot: int, dash: int) -> None:
        super().__init__()
        self._slot, self._dash = slot, dash
        self.setFixedSize(QSize(18, 12))
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        pen = QPen(theme.color(f"plot.{self._slot}"), 2.5)
        if DASHES[self._dash % len(DASHES)]:
            pen.setDashPattern([value / 2 for value in DASHES[self._dash % len(DASHES)]])
        painter = painter_of(self)
        painter.setPen(pen)
        painter.drawLine(QPointF(1, 6), QPointF(17, 6))


class RunRow(Box):
    """A run. Click or Enter chooses it, double click or F2 renames it, the box puts it on the charts."""

    picked, compared, renamed = Signal(object), Signal(object, object), Signal(object, object)

    def __init__(self, entry: RunEntry) -> None:
        self.entry = entry
        color = f"plot.{entry.slot}" if entry.compared or entry.chosen else "accent.fill"
        self.box = CheckBox(
            "", entry.compared or entry.chosen, accent=color, name=tr("Compare {run}", run=entry.title),
            tooltip=tr("Show this run on the charts"),
        )  # fmt: skip
        self.box.setEnabled(not entry.chosen)
        self.title = Label(entry.title, 12, 600, elide=True)
        self.field = LineEdit(entry.title, name=tr("Title of the run"), small=True)
        self.field.hide()
        live: list[QWidget] = [Chip(tr("live"), "accent.text", "accent.soft", height=16)] if entry.live else []
        self.figure = Label(numbers.figure(entry.figure), 12, 500, mono=True, align=Qt.AlignmentFlag.AlignRight)
        words = column(
            None,
            row((self.title, 1), *live, spacing=6),
            self.field,
            Label(entry.subtitle, 11, 400, "text.muted", elide=True),
            None,
            spacing=1,
        )
        end = column(None, self.figure, row(None, Swatch(entry.slot, entry.dash), spacing=0), None, spacing=2)
        super().__init__(
            self.box, (words, 1), end, fill="bg.hover" if entry.chosen else None, stroke=None, radius=6, vertical=False,
            spacing=8, margins=(8, 0, 8, 0),
        )  # fmt: skip
        self.setFixedHeight(48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(entry.title)
        self.setAccessibleDescription(f"{entry.subtitle}, {self.figure.full_text()}")
        self.box.changed.connect(self._compared)
        self.field.changed.connect(self._renamed)
        self.field.editingFinished.connect(self._shown)

    def show_figure(self, value: float | None, subtitle: str | None = None) -> None:
        """Show the best figure so far."""
        text = numbers.figure(value)
        if text != self.figure.full_text():
            self.figure.setText(text)

    def rename(self) -> None:
        """Open the field for a new title."""
        if self.entry.id:
            self.title.hide()
            self.field.set_value(self.entry.title)
            self.field.show()
            self.field.setFocus()
            self.field.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.picked.emit(self.entry.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.entry.id)
        elif event.key() == Qt.Key.Key_F2:
            self.rename()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.set_surface(self.fill, "accent.line")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.set_surface(self.fill, None)

    def _compared(self, on: bool) -> None:
        self.compared.emit(self.entry.id, on)

    def _renamed(self, title: str) -> None:
        self.renamed.emit(self.entry.id, title)

    def _shown(self) -> None:
        self.field.hide()
        self.title.show()


class RunsPanel(QWidget):
    """All runs, newest first. Signals of the rows, and `again()`: start another fit."""

    picked, compared, renamed, again = Signal(object), Signal(object, object), Signal(object, object), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.add = IconButton("plus", tr("Start another fit"), size="small")
        self.count = Label("", 11, 500, "text.muted")
        self._list, self._changes = QWidget(), QWidget()
        self._rows_box = lay(self._list, [None], True, 0, (6, 0, 6, 6))
        self._changes_box = lay(self._changes, [None], True, 6, (16, 0, 16, 12))
        self.rows: dict[str, RunRow] = {}
        self._entries: tuple[RunEntry, ...] = ()
        self.change_head = PanelHead(tr("What changed"), height=36)
        self._line = Line(color="border.soft")
        head = PanelHead(tr("Runs"), self.count, self.add)
        body = column(self._list, self._line, self.change_head, self._changes, None, spacing=0)
        lay(self, [head, (Scroll(body, name=tr("Runs")), 1)], True, 0, 0)
        self.add.clicked.connect(self._again)
        self.show_changes("", "", ())

    def show_runs(self, entries: Sequence[RunEntry]) -> None:
        """Show other runs."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        clear(self._rows_box)
        self.rows = {}
        for entry in entries:
            made = self.rows[entry.id] = RunRow(entry)
            made.picked.connect(self.picked)
            made.compared.connect(self.compared)
            made.renamed.connect(self.renamed)
            put(self._rows_box, made)
        self.count.setText(plural(len(entries), "run", "runs") if entries else "")

    def show_changes(self, title: str, before: str, changes: Sequence[Change]) -> None:
        """Show what changed from one run to another."""
        clear(self._changes_box)
        for widget in (self._line, self.change_head, self._changes):
            widget.setVisible(bool(changes))
        if not changes:
            return
        chips = [Chip(text, "text.primary", height=18) for text in (before, title)]
        put(self._changes_box, row(chips[0], Icon("arrow-right", "text.muted", 14), chips[1], None, spacing=6))
        for change in changes[:12]:
            icon, color = ICONS[change.kind]
            words = Label(change.text, 12, 400, "text.secondary", elide=True)
            put(self._changes_box, row(Icon(icon, color, 14), (words, 1), spacing=6))

    def _again(self) -> None:
        self.again.emit()
