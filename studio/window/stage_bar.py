"""The stage bar: six stages, always on screen, each with a mark that says how it stands."""

import itertools
import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio import theme
from studio.actions import STAGE_TITLES, STAGES, Actions
from studio.document.stages import StageState
from studio.text import tr
from studio.widgets import Themed, icon_at, lay, named, painter_of, plain_tip, rounded

HEIGHT, WIDE, NARROW, MARK = 34, 108, 95, 40
MARK_WORDS = {
    "done": "done", "running": "running", "stale": "out of date", "error": "has errors", "todo": "not yet",
}  # fmt: skip


class StageCell(Themed, QAbstractButton):
    """One stage: mark and name."""

    def __init__(self, stage: str, actions: Actions) -> None:
        super().__init__()
        self.stage, self.state = stage, StageState("todo", "")
        self._actions = actions
        self.setText(tr(STAGE_TITLES[stage]))
        self.setCheckable(True)
        self.setFixedSize(WIDE, HEIGHT - 6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, self.text())
        self.follow_theme()

    def set_state(self, state: StageState) -> None:
        """Show a state; the sentence becomes the tooltip."""
        if state == self.state and self.toolTip():
            return
        self.state = state
        self.tell()
        self.update()

    def tell(self) -> None:
        """Put mark, sentence and key into the tooltip."""
        words = f"{tr(MARK_WORDS[self.state.mark])}. {self.state.text}"
        key = self._actions.key(f"go.{self.stage}")
        self.setAccessibleDescription(words)
        self.setToolTip(plain_tip(f"{self.text()}: {words} ({key})" if key else f"{self.text()}: {words}"))

    def least(self) -> int:
        """Return the width that mark and name need, where all cells are as wide."""
        return max(NARROW, self.tightest())

    def tightest(self) -> int:
        """Return the width that mark and name need."""
        return math.ceil(theme.text_width(self.text(), theme.font(13, 600))) + 36

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        light, current = theme.scheme() == "light", self.isChecked()
        if current:
            stroke = theme.color("border.strong" if light else "border.control")
            rounded(painter, rect, theme.color("bg.raised" if light else "bg.active"), stroke, 6)
        elif self.underMouse():
            rounded(painter, rect, theme.color("bg.hover"), None, 6)
        named = self.width() > MARK
        inset = 20 if self.width() >= WIDE else 14 if named else MARK / 2
        self._mark(painter, QPointF(inset, rect.height() / 2), current)
        todo = self.state.mark == "todo"
        painter.setPen(theme.color("text.primary" if current else "text.muted" if todo else "text.secondary"))
        painter.setFont(theme.font(13, 600 if current else 500))
        if not named:
            return
        room = QRectF(inset + 14, 0, rect.width() - inset - 14, rect.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _mark(self, painter: QPainter, at: QPointF, current: bool) -> None:
        mark = self.state.mark
        if mark == "todo":
            (_ring_with_dot if current else _dashed)(painter, at)
        elif mark == "running":
            _arc(painter, at, self.state.progress)
        elif mark == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("success.fill"))
            painter.drawEllipse(at, 7.5, 7.5)
            icon_at(painter, at.x() - 5, at.y() - 5, "check", "bg.panel", 10)
        else:
            icon, color = ("circle-alert", "danger.fill") if mark == "error" else ("triangle-alert", "warning.fill")
            icon_at(painter, at.x() - 8, at.y() - 8, icon, color, 16)


class StageBar(Themed, QWidget):
    """The six cells. `chosen(stage)` when a person clicks one."""

    chosen = Signal(object)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.cells = {stage: StageCell(stage, actions) for stage in STAGES}
        self._room = len(STAGES) * WIDE + 6
        lay(self, list(self.cells.values()), False, 0, 3)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, tr("Stages"))
        for cell in self.cells.values():
            cell.clicked.connect(self._clicked)
        self.follow_theme()

    def set_stages(self, stages: tuple[str, ...]) -> None:
        """Show only these stages."""
        for stage, cell in self.cells.items():
            cell.setVisible(stage in stages)

    def set_states(self, states: Mapping[str, StageState]) -> None:
        """Show the states of the stages."""
        for stage, state in states.items():
            self.cells[stage].set_state(state)

    def set_current(self, stage: str) -> None:
        """Show which stage is on screen; "" is none (the start page)."""
        for name, cell in self.cells.items():
            cell.setChecked(name == stage)
        self.fit(self._room)
        self.update()

    def tell(self) -> None:
        """Show the keys of the stages anew."""
        for cell in self.cells.values():
            cell.tell()

    def fit(self, room: int) -> None:
        """Make the cells fit a width: narrower first, then as wide as their names, then far stages lose their names."""
        self._room = room
        shown = [c for c in self.cells.values() if not c.isHidden()]
        widths = [max(WIDE, c.least()) for c in shown]
        for smaller in ([c.least() for c in shown], [c.tightest() for c in shown]):
            if sum(widths) > room - 6:
                widths = smaller
        current = next((i for i, c in enumerate(shown) if c.isChecked()), 0)
        for i in sorted(range(len(shown)), key=lambda i: -abs(i - current)):
            if sum(widths) > room - 6 and i != current:
                widths[i] = MARK
        for cell, width in zip(shown, widths, strict=True):
            cell.setFixedWidth(width)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(sum(c.width() for c in self.cells.values() if not c.isHidden()) + 6, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        rounded(painter, QRectF(self.rect()), theme.color("bg.subtle"), theme.color("border.default"), 8)
        shown = [c for c in self.cells.values() if not c.isHidden()]
        for before, cell in itertools.pairwise(shown):
            if not before.isChecked() and not cell.isChecked():
                icon_at(painter, cell.x() - 6, 11, "chevron-right", "text.disabled", 12)

    def _clicked(self) -> None:
        cell = self.sender()
        assert isinstance(cell, StageCell)
        cell.setChecked(not cell.isChecked())  # the window says which one is current
        self.chosen.emit(cell.stage)


def _ring_with_dot(painter: QPainter, at: QPointF) -> None:
    painter.setPen(QPen(theme.color("accent.line"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, 6.5, 6.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent.line"))
    painter.drawEllipse(at, 3, 3)


def _dashed(painter: QPainter, at: QPointF) -> None:
    pen = QPen(theme.color("border.control"), 1.5)
    pen.setDashPattern([2, 2])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, 6.5, 6.5)


def _arc(painter: QPainter, at: QPointF, share: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("border.strong"), 2.5))
    painter.drawEllipse(at, 6.5, 6.5)
    pen = QPen(theme.color("accent.line"), 2.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawArc(QRectF(at.x() - 6.5, at.y() - 6.5, 13, 13), 90 * 16, int(-max(share, 0.02) * 360 * 16))
