"""The problems list: severity, sentence, place and fix, and what changes results is never fixed by the lump."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QVBoxLayout, QWidget

from engine.errors import Problem
from studio.actions import naming
from studio.document.mending import fixes
from studio.text import tr
from studio.widgets import Box, FixButtons, Icon, Label, Scroll, lay, row
from studio.widgets.base import Item, plain_tip

FIRST = re.compile(r".+?[.](?= [A-Z]|$)")
MOST_ROWS = 100
"""More problems than this are not listed; walking goes to all."""
GAP, MARGINS = 8, (8, 4, 6, 4)
LOOK = {
    "error": ("circle-alert", "danger.fill"),
    "warning": ("triangle-alert", "warning.fill"),
    "tip": ("lightbulb", "info.fill"),
}


class ProblemRow(Box):
    """One problem. `chosen(problem)` on click or Enter; `fixed(problem, repair)`: one of its fixes was chosen;
    `stepped(by)`: up or down was pressed."""

    chosen = Signal(object)
    fixed = Signal(object, object)
    stepped = Signal(object)

    def __init__(self, problem: Problem) -> None:
        icon, tone = LOOK[problem.severity]
        self.problem = problem
        place = Label(self._place(), 11, 400, "text.muted", mono=True)
        place.setVisible(bool(place.text()))
        self._words = row(Icon(icon, tone), (Label(heading(problem), 12, 500, wrap=True), 1), place, spacing=8)
        self._buttons: FixButtons | None = None
        items: list[Item] = [(self._words, 1)]
        if usable := fixes(problem):
            self._buttons = FixButtons([r.title for r in usable], problem.message)
            self._buttons.chosen.connect(self._fix)
            items.append(self._buttons)
        self._line = row(*items, spacing=GAP, margins=MARGINS)
        super().__init__(self._line, fill=None, stroke=None, radius=6)
        self.setMinimumHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{problem.severity}: {problem}")
        self.setToolTip(plain_tip(str(problem)))

    def fit(self, width: int) -> None:
        """Put the buttons below the words where both do not fit side by side into so many pixels."""
        line = self._line.layout()
        if self._buttons is None or not isinstance(line, QBoxLayout):
            return
        parts = (self._words.minimumSizeHint().width(), self._buttons.sizeHint().width())
        below = sum(parts) + GAP + MARGINS[0] + MARGINS[2] > width
        line.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        line.setAlignment(self._buttons, Qt.AlignmentFlag.AlignRight if below else Qt.AlignmentFlag(0))

    def _place(self) -> str:
        """Return where it is, unless the sentence says it."""
        group, _, name = self.problem.where.rpartition("/")
        if name in heading(self.problem):
            return tr("in {group}", group=group) if group else ""
        return self.problem.where

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.chosen.emit(self.problem)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and plain:
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _fix(self, at: int) -> None:
        self.fixed.emit(self.problem, fixes(self.problem)[at])


class ProblemsList(QWidget):
    """All problems of the session, errors first. `chosen(problem)`, `fixed(problem, repair)` as of its rows."""

    chosen = Signal(object)
    fixed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(8, 8, 8, 4)
        self.box.setSpacing(2)
        self.rows: list[ProblemRow] = []
        self._shown: tuple[Problem, ...] | None = None
        self.area = Scroll(content, name=tr("Problems"))
        lay(self, [(self.area, 1)], True, 0, 0)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show these problems; rows that stay are kept, and the keyboard stays in the list."""
        if problems == self._shown:
            return
        self._shown = problems
        at = self._row_of_focus()
        kept: dict[Problem, ProblemRow | None] = {line.problem: line for line in self.rows}
        self.rows = [kept.pop(p, None) or self._row(p) for p in problems[:MOST_ROWS]]
        while (item := self.box.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget not in self.rows:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for line in self.rows:
            self.box.addWidget(line)
        self._end(len(problems) - len(self.rows))
        self.box.addStretch(1)
        self._fit()
        if at >= 0 and self._row_of_focus() < 0 and self.rows:
            self.rows[min(at, len(self.rows) - 1)].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        edges, bar = self.box.contentsMargins(), self.area.verticalScrollBar().sizeHint().width()
        width = self.width() - edges.left() - edges.right() - bar
        for line in self.rows:
            line.fit(width)

    def _row(self, problem: Problem) -> ProblemRow:
        line = ProblemRow(problem)
        line.chosen.connect(self.chosen)
        line.fixed.connect(self.fixed)
        line.stepped.connect(self._step)
        return line

    def _end(self, more: int) -> None:
        """Say below the rows that there is nothing, or how many there are no rows of."""
        if not self.rows:
            text = Label(tr("No problems. Everything fits."), 12, 400, "text.secondary")
            self.box.addWidget(row(Icon("circle-check", "success.fill"), text, None, margins=(8, 4, 8, 4)))
        elif more:
            text = Label(
                naming((tr("and {n} more", n=more), ""), (tr("{key} goes to all of them"), "define.next_problem")),
                12,
                400,
                "text.secondary",
            )
            self.box.addWidget(row(text, None, margins=(8, 4, 8, 4)))

    def _row_of_focus(self) -> int:
        """Return the row that the keyboard is in; -1: none."""
        focus = QApplication.focusWidget()
        if focus is None:
            return -1
        return next((i for i, line in enumerate(self.rows) if line is focus or line.isAncestorOf(focus)), -1)

    def _step(self, by: int) -> None:
        """Move the keyboard to the row below or above."""
        at = self._row_of_focus()
        if 0 <= at + by < len(self.rows):
            self.rows[at + by].setFocus()
            self.area.ensureWidgetVisible(self.rows[at + by], 0, 4)

    def mark(self, problem: Problem | None) -> None:
        """Show which problem is the current one."""
        for line in self.rows:
            current = line.problem == problem
            line.set_surface("bg.hover" if current else None, None)
            if current:
                self.area.ensureWidgetVisible(line, 0, 4)


def heading(problem: Problem) -> str:
    """Return what a row shows: the first sentence; the tooltip and the callout have all of them."""
    first = FIRST.match(problem.message)
    return first[0] if first else problem.message
