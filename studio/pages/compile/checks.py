"""The card of the checks: problems with their fixes, then the self-checks as they run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine.errors import Problem
from studio import theme
from studio.document.mending import fixes
from studio.text import plural, tr
from studio.widgets import (
    Button,
    Card,
    Chip,
    FixButtons,
    Icon,
    Label,
    Scroll,
    Themed,
    clear,
    column,
    icon_at,
    lay,
    named,
    painter_of,
    plain_tip,
    put,
    row,
)

if TYPE_CHECKING:
    from engine.project.selfchecks import SelfCheck

ICONS = {
    "error": ("circle-alert", "danger.fill"),
    "warning": ("triangle-alert", "warning.fill"),
    "tip": ("info", "accent.text"),
}
STATES = {
    "passed": ("circle-check", "success.fill", "passed"),
    "warning": ("triangle-alert", "warning.fill", "warning"),
    "failed": ("circle-alert", "danger.fill", "failed"),
    "skipped": ("minus", "text.muted", "skipped"),
    "running": ("clock", "text.muted", "running"),
    "cancelled": ("minus", "text.muted", "cancelled"),
}
"""State -> icon, its colour, the word for it."""
ROW = 26
MOST = 30


class CheckLine(Themed, QAbstractButton):
    """The line of a check: state, title, figure. Pressing it opens or closes the sentence below."""

    def __init__(self, check: "SelfCheck") -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFixedHeight(ROW)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_check(check)
        self.follow_theme()

    def show_check(self, check: "SelfCheck", state: str = "") -> None:
        """Show how the check stands. state: in place of its own ("cancelled")."""
        self.check, self.state = check, state or check.state
        word = tr(STATES[self.state][2])
        self.setText(check.title)
        named(self, f"{check.title}: {word}")
        self.setAccessibleDescription(f"{check.figure}. {check.sentence} {check.fix}".strip())
        self.setToolTip(plain_tip(f"{word}. {check.sentence} {check.fix}".strip()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, width, middle = painter_of(self), self.width(), Qt.AlignmentFlag.AlignVCenter
        if self.underMouse():
            painter.fillRect(self.rect(), theme.color("bg.hover"))
        icon, color, _ = STATES[self.state]
        icon_at(painter, 16, (ROW - 16) / 2, icon, color, 16)
        figure = theme.font(12, 500, mono=True)
        room = theme.text_width(self.check.figure, figure)
        painter.setFont(figure)
        painter.setPen(theme.color("text.muted" if self.state in ("running", "cancelled") else "text.primary"))
        painter.drawText(QRectF(0, 0, width - 16, ROW), middle | Qt.AlignmentFlag.AlignRight, self.check.figure)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text.secondary"))
        space = width - 40 - 16 - room - 12
        title = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(space))
        painter.drawText(QRectF(40, 0, space + 2, ROW), middle, title)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)


class CheckRow(QWidget):
    """A check with its sentence, which is open when there is something to do."""

    def __init__(self, check: "SelfCheck") -> None:
        super().__init__()
        self.line = CheckLine(check)
        self.sentence = Label("", 12, 400, "text.secondary", wrap=True)
        self.below = row((self.sentence, 1), margins=(40, 0, 16, 6))
        lay(self, [self.line, self.below], True, 0, 0)
        self.line.toggled.connect(self.below.setVisible)
        self.show_check(check)

    def show_check(self, check: "SelfCheck", state: str = "") -> None:
        """Show how the check stands."""
        was = self.line.state
        self.line.show_check(check, state)
        self.sentence.setText(f"{check.sentence} {check.fix}".strip())
        if self.line.state != was or not self.sentence.text():
            self.line.setChecked(self.line.state in ("failed", "warning"))
        self.below.setVisible(self.line.isChecked() and bool(check.sentence))


class ChecksCard(Card):
    """Findings with their fixes, then self-checks. `fix(repair)` and `show(node)` for a finding's buttons."""

    fix, located = Signal(object), Signal(object)

    def __init__(self) -> None:
        self.state = Chip(tr("not run yet"), "text.secondary", "bg.active")
        self.list = QWidget()
        self._box = lay(self.list, [], True, 6, (16, 0, 12, 6))
        self.checks = QWidget()
        self._lines = lay(self.checks, [], True, 0, (0, 0, 0, 8))
        scroll = Scroll(column(self.list, self.checks, None, spacing=0), name=tr("Checks"))
        super().__init__(tr("Checks"), (scroll, 1), tools=(self.state,), margins=0)
        self.rows: dict[str, CheckRow] = {}
        self._problems: Sequence[Problem] = ()
        self.list.hide()

    # ---- findings --------------------------------------------------------------------------------------------------
    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show findings, worst first."""
        if list(problems) != list(self._problems):
            self._problems = tuple(problems)
            clear(self._box)
            for problem in problems[:MOST]:
                put(self._box, ProblemRow(problem, self))
            self.list.setVisible(bool(problems))
        self._summarize()

    # ---- self-checks -----------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Forget the checks of an earlier version."""
        clear(self._lines)
        self.rows = {}
        self._summarize()

    def show_check(self, check: "SelfCheck") -> None:
        """Show a check that began or ended."""
        if check.id not in self.rows:
            self.rows[check.id] = CheckRow(check)
            put(self._lines, self.rows[check.id])
            self.rows[check.id].show()  # at once, not when Qt is idle
        else:
            self.rows[check.id].show_check(check)
        self._summarize()

    def cancel(self) -> None:
        """Say that what still runs was given up: an edit came."""
        for made in self.rows.values():
            if made.line.state == "running":
                made.show_check(made.line.check, "cancelled")
        self._summarize()

    def states(self) -> dict[str, str]:
        """Return check -> state."""
        return {id: made.line.state for id, made in self.rows.items()}

    def _summarize(self) -> None:
        states = list(self.states().values())
        errors = sum(p.severity == "error" for p in self._problems)
        ran = [s for s in states if s not in ("running", "cancelled")]
        passed = tr("{n} of {all} passed", n=states.count("passed"), all=len(ran))
        if errors:
            self.state.set(plural(errors, "error", "errors"), "danger.text", "danger.soft", "circle-alert")
        elif "failed" in states:
            self.state.set(passed, "danger.text", "danger.soft", "circle-alert")
        elif "running" in states:
            self.state.set(tr("running…"), "text.secondary", "bg.active", "clock")
        elif "cancelled" in states or not states:
            self.state.set(tr("not finished") if states else tr("not run yet"), "text.secondary", "bg.active", "minus")
        elif "warning" in states or self._problems:
            self.state.set(passed, "warning.text", "warning.soft", "triangle-alert")
        else:
            self.state.set(passed, "success.text", "success.soft", "check")


class ProblemRow(QWidget):
    """A finding: severity, sentence, and the buttons that mend it or the one that leads to it."""

    def __init__(self, problem: Problem, card: ChecksCard) -> None:
        super().__init__()
        self._problem, self._card = problem, card
        icon, color = ICONS[problem.severity]
        words = Label(str(problem), 12, 400, "text.secondary", wrap=True)
        tools: list[QWidget] = []
        if usable := fixes(problem):
            buttons = FixButtons([r.title for r in usable], problem.message)
            buttons.chosen.connect(self._fix)
            tools.append(buttons)
        elif problem.node is not None:
            button = Button(tr("Show"), None, "ghost", "small", name=tr("Show {place}", place=problem.where))
            button.clicked.connect(self._show)
            tools.append(button)
        lay(self, [Icon(icon, color), (words, 1), *tools], False, 8, 0)

    def _fix(self, at: int) -> None:
        self._card.fix.emit(fixes(self._problem)[at])

    def _show(self, _checked: bool = False) -> None:
        self._card.located.emit(self._problem.node)
