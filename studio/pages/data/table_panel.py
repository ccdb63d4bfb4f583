"""The table with its heads, a search field, a filter by type, and what is wrong with the data below."""

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QMenu, QWidget

from engine.data.columns import ColumnReport
from engine.errors import Problem
from studio import theme
from studio.document import data_edits
from studio.document.mending import fixes
from studio.document.session import Session
from studio.pages.data.cells import Cells
from studio.pages.data.grid import Grid
from studio.pages.data.heads import HEIGHT, ROLE_ROOM, ROLES, TYPES, Heads
from studio.text import plural, tr
from studio.widgets import (
    Box,
    Card,
    Chip,
    FixButtons,
    Icon,
    Label,
    Line,
    Scroll,
    SearchField,
    Segmented,
    box_of,
    clear,
    column,
    lay,
    row,
)

if TYPE_CHECKING:
    from engine.data.table import Table as Data

WIDTHS = {"number": 96, "boolean": 96, "category": 98, "date": 160, "text": 160, "identifier": 112}
WIDEST = 220
FILTERS = {
    "all": (),
    "number": ("number",),
    "category": ("category", "boolean"),
    "other": ("date", "text", "identifier"),
}
SEVERITIES = {
    "error": ("circle-alert", "danger"),
    "warning": ("triangle-alert", "warning"),
    "tip": ("lightbulb", "info"),
}
SHOWN_REJECTS = 200
MARGIN, MOST_PROBLEMS = 12, 132


class TablePanel(QWidget):
    """Table above, problems below. `selection_changed(names)` when columns are picked in the heads."""

    selection_changed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.reports: Sequence[ColumnReport] = ()
        self.selected: tuple[str, ...] = ()
        self.framed: Problem | None = None
        self.cards: list[tuple[Problem, Box]] = []
        self.cells = Cells()
        self.heads = Heads()
        self.grid = Grid(name=tr("Rows of the table"))
        self.search = SearchField(tr("Find a column"), name=tr("Find a column"))
        self.filter = Segmented([(key, key) for key in FILTERS], "all", name=tr("Filter columns"))
        self.roles = Label("", 11, 500, "text.muted")
        self.foot = Label("", 11, color="text.muted")
        self.problem_head = row(Label(tr("Problems"), 13, 600), None, spacing=8, height=30)
        self.problem_grid = QWidget()
        self._build()

    def _build(self) -> None:
        self.grid.setHorizontalHeader(self.heads)
        self.heads.setFixedHeight(HEIGHT)
        self.grid.setModel(self.cells)
        self.grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.grid.set_ruled()
        self.heads.setStretchLastSection(True)
        self.search.setFixedWidth(180)
        self.tools = row(self.search, self.filter, None, self.roles, spacing=10, margins=(12, 0, 12, 0), height=44)
        foot = row(self.foot, None, margins=(12, 0, 12, 0), height=32)
        table = Box(self.tools, Line(), (self.grid, 1), Line(), foot, spacing=0, margins=1)
        cards = QGridLayout(self.problem_grid)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(8)
        cards.setColumnStretch(0, 1)
        cards.setColumnStretch(1, 1)
        self.problem_grid.installEventFilter(self)
        content = column(self.problem_grid, None, spacing=0)
        content.setMinimumHeight(1)  # else it asks for the height of words that stand one below the other
        self.problems = Scroll(content, name=tr("Problems of the data"))
        lay(self, [(table, 1), self.problem_head, self.problems], True, 6, MARGIN)
        self.search.searched.connect(self._refilter)
        self.filter.changed.connect(self._refilter)
        self.heads.asked.connect(self._menu)
        self.heads.picked.connect(self._pick)
        self.grid.picked.connect(self._pick)

    # ---- showing ----
    def put(self, table: "Data | None", reports: Sequence[ColumnReport], problems: Sequence[Problem]) -> None:
        """Show a table, its columns and what is wrong with them."""
        self.reports = reports
        names = {r.name for r in reports}
        self.selected = tuple(n for n in self.selected if n in names)
        self._show_filter()
        self._show_columns(table)
        self._show_problems(problems, table)
        count = {role: sum(r.role == role for r in reports) for role in ROLES}
        self.roles.setText(tr("{input} in · {target} target · {ignore} ignored", **count))
        self.foot.setText(
            plural(table.rows, "row", "rows") + " · " + tr("the file itself is never changed") if table else ""
        )

    def _show_filter(self) -> None:
        def count(kinds: tuple[str, ...]) -> int:
            return sum(not kinds or r.type in kinds for r in self.reports)

        labels = {"all": tr("All"), "number": tr("Number"), "category": tr("Category"), "other": tr("Other")}
        for key, kinds in FILTERS.items():
            self.filter.set_label(key, f"{labels[key]} {count(kinds)}")

    def visible(self) -> list[ColumnReport]:
        """Return the columns that search and filter leave."""
        words, kinds = self.search.text().strip().lower(), FILTERS[str(self.filter.value())]
        return [r for r in self.reports if words in r.name.lower() and (not kinds or r.type in kinds)]

    def _refilter(self, *_: Any) -> None:
        self._show_columns(self.session.table)

    def _show_columns(self, table: "Data | None") -> None:
        shown = self.visible()
        self.cells.put(table, shown)
        self.heads.put(shown, table.rows if table else 0, frozenset(self.selected))
        for index, report in enumerate(shown):
            self.grid.setColumnWidth(index, _width(report))

    # ---- choosing ----
    def _pick(self, index: int, extend: bool) -> None:
        name = self.visible()[index].name
        if extend:
            kept = tuple(n for n in self.selected if n != name)
            self.selected = kept if name in self.selected else (*kept, name)
        else:
            self.selected = (name,)
        self.heads.put(self.visible(), self.heads.rows, frozenset(self.selected))
        self.selection_changed.emit(self.selected)

    def _menu(self, kind: str, index: int, at: QPoint) -> None:
        name = self.visible()[index].name
        names = self.selected if name in self.selected else (name,)
        menu = QMenu(self)
        menu.setAccessibleName(tr("Type") if kind == "type" else tr("Role"))
        for key, label in ((k, v[0]) for k, v in (TYPES if kind == "type" else ROLES).items()):
            action = menu.addAction(tr(label))
            action.setCheckable(True)
            action.setChecked(getattr(self.visible()[index], kind) == key)
            action.setData((kind, names, key))
        menu.addSeparator()
        menu.addAction(tr("As found")).setData((kind, names, None))
        menu.triggered.connect(self._chosen)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _chosen(self, action: Any) -> None:
        kind, names, value = action.data()
        edit = data_edits.set_type if kind == "type" else data_edits.set_role
        self.session.edit(
            tr(
                "Set {what} of {n}",
                what=kind,
                n=names[0] if len(names) == 1 else plural(len(names), "column", "columns"),
            ),
            lambda p: edit(p, names, value),
        )

    # ---- problems ----
    def _show_problems(self, problems: Sequence[Problem], table: "Data | None") -> None:
        head, grid = box_of(self.problem_head), self.problem_grid.layout()
        assert isinstance(grid, QGridLayout)
        clear(head)
        head.addWidget(Label(tr("Problems"), 13, 600))
        for severity, one, many in (
            ("error", "error", "errors"),
            ("warning", "warning", "warnings"),
            ("tip", "tip", "tips"),
        ):
            if n := sum(p.severity == severity for p in problems):
                state = SEVERITIES[severity][1]
                head.addWidget(Chip(plural(n, one, many), f"{state}.text", f"{state}.soft", height=18))
        if not problems:
            head.addWidget(Label(tr("none found"), 12, color="text.muted") if table else Label("", 12))
        head.addStretch(1)
        clear(grid)
        self.cards = [(problem, self._problem_card(problem)) for problem in problems]
        for place, (_, card) in enumerate(self.cards):
            grid.addWidget(card, place // 2, place % 2)
        self.problems.setVisible(bool(problems))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_problems()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the cards have come on screen: only now they have a height
            self._fit_problems()
        return False

    def _fit_problems(self) -> None:
        """Give the problems the height that they need, so far as that leaves the table its room."""
        needed = self.problem_grid.heightForWidth(self.width() - 2 * MARGIN)
        self.problems.setFixedHeight(min(max(needed, 0), MOST_PROBLEMS))

    def show_problem(self, problem: Problem) -> None:
        """Show where a problem is: its column is selected, its card is seen and framed."""
        self.framed = problem
        columns = [r.name for r in self.visible()]
        if problem.where in columns:
            index = columns.index(problem.where)
            self._pick(index, False)
            self.grid.scrollTo(self.cells.index(0, index))
        for known, card in self.cards:
            mine = (known.where, known.message) == (problem.where, problem.message)
            card.set_surface("bg.raised", "accent.line" if mine else "border.default")
            if mine:
                self.problems.ensureWidgetVisible(card)

    def show_rows(self, rows: Sequence[int]) -> None:
        """Select rows of the table and scroll to the first."""
        chosen, last = QItemSelection(), self.cells.columnCount() - 1
        for at in rows:
            chosen.select(self.cells.index(at, 0), self.cells.index(at, last))
        self.grid.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            first = self.cells.index(min(rows), 0)
            self.grid.scrollTo(first, QAbstractItemView.ScrollHint.PositionAtCenter)
            self.grid.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.grid.setFocus()

    def _problem_card(self, problem: Problem) -> Box:
        icon, state = SEVERITIES[problem.severity]
        words = column(
            Label(problem.message, 12, 600, wrap=True), Label(problem.fix, 11, color="text.muted", wrap=True), spacing=1
        )
        items: list[Any] = [Icon(icon, f"{state}.fill"), (words, 1)]
        if usable := fixes(problem):
            buttons = FixButtons([r.title for r in usable], problem.message)
            buttons.chosen.connect(functools.partial(self._repair, problem))
            items.append(buttons)
        return Box(*items, fill="bg.raised", vertical=False, spacing=10, margins=(12, 6, 10, 6))

    def _repair(self, problem: Problem, at: int) -> None:
        self.session.apply_repair(fixes(problem)[at])


def _width(report: ColumnReport) -> int:
    """A column is as wide as its type and its role need, or as its name, within reason."""
    name = min(math.ceil(theme.text_width(report.name, theme.font(12, 600))) + 22, WIDEST)
    role = math.ceil(theme.text_width(tr(ROLES[report.role][0]), theme.font(12))) + ROLE_ROOM
    return max(WIDTHS[report.type], name, role)


def rejects_card(table: "Data") -> Card:
    """Return a card that lists the lines that are no rows, with their numbers and why."""
    lines = [
        row(Label(str(r.line), 12, mono=True), (Label(r.reason, 12, wrap=True), 1), spacing=12)
        for r in table.rejects[:SHOWN_REJECTS]
    ]
    more = len(table.rejects) - SHOWN_REJECTS
    tail = [Label(tr("and {n} more", n=more), 12, color="text.muted")] if more > 0 else []
    return Card(tr("Rejected lines"), *lines, *tail, remark=plural(len(table.rejects), "line", "lines"))
