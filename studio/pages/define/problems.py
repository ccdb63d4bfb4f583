"""The problems list: severity, sentence, place and fix, and what changes results is never fixed by the lump."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.errors import Problem
from studio.document import edits
from studio.text import tr
from studio.widgets import Box, Button, Icon, Label, Scroll, clear, lay, row
from studio.widgets.base import Item, plain_tip

LOOK = {
    "error": ("circle-alert", "danger.fill"),
    "warning": ("triangle-alert", "warning.fill"),
    "tip": ("lightbulb", "info.fill"),
}


class ProblemRow(Box):
    """One problem. `chosen(problem)` on click or Enter; `fixed(problem)` from its button."""

    chosen = Signal(object)
    fixed = Signal(object)

    def __init__(self, problem: Problem) -> None:
        icon, tone = LOOK[problem.severity]
        self.problem = problem
        words: list[Item] = [
            Icon(icon, tone),
            (Label(problem.message, 12, 500, elide=True), 1),
            Label(self._place(), 11, 400, "text.muted", mono=True),
        ]
        if fixable(problem) and problem.repair is not None:
            button = Button(problem.repair.title, kind="soft", size="small")
            button.clicked.connect(self._fix)
            words.append(button)
        super().__init__(row(*words, spacing=8, margins=(8, 0, 6, 0)), fill=None, stroke=None, radius=6)
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{problem.severity}: {problem}")
        self.setToolTip(plain_tip(str(problem)))

    def _place(self) -> str:
        """Return where it is, unless the sentence begins with it."""
        return "" if self.problem.message.startswith(self.problem.where) else self.problem.where

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.problem)
        else:
            super().keyPressEvent(event)

    def _fix(self, *_: object) -> None:
        self.fixed.emit(self.problem)


class ProblemsList(QWidget):
    """All problems of the session, errors first."""

    chosen = Signal(object)
    fixed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(8, 8, 8, 4)
        self.box.setSpacing(2)
        self.rows: list[ProblemRow] = []
        self._shown: tuple[Problem, ...] | None = None
        lay(self, [(Scroll(content, name=tr("Problems")), 1)], True, 0, 0)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show these problems; does nothing when they are the ones shown."""
        if problems == self._shown:
            return
        self._shown = problems
        clear(self.box)
        self.rows = [ProblemRow(p) for p in problems]
        for line in self.rows:
            line.chosen.connect(self.chosen)
            line.fixed.connect(self.fixed)
            self.box.addWidget(line)
        if not problems:
            text = Label(tr("No problems. Everything fits."), 12, 400, "text.secondary")
            self.box.addWidget(row(Icon("circle-check", "success.fill"), text, None, margins=(8, 4, 8, 4)))
        self.box.addStretch(1)

    def mark(self, problem: Problem | None) -> None:
        """Show which problem is the current one."""
        for line in self.rows:
            line.set_surface("bg.hover" if line.problem == problem else None, None)


def fixable(problem: Problem) -> bool:
    """Return whether the studio has the edit of a problem's fix."""
    return problem.repair is not None and problem.repair.action in edits.REPAIRS
