"""The callout of an error: what is wrong, why, and a button that mends it. One at a time."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import Problem
from studio.canvas.arrange import CARD_W
from studio.canvas.view import View
from studio.document import edits
from studio.text import tr
from studio.widgets import Box, Button, Icon, Key, Label, row

WIDTH, GAP, EDGE = 296, 30, 8


class Callout(Box):
    """Beside the selected card with an error, else beside the first one. `fix_asked()`: its button was pressed."""

    fix_asked = Signal()

    def __init__(self, view: View, host: QWidget) -> None:
        self.title = Label("", 12, 600)
        self.text = Label("", 12, 400, "text.secondary", wrap=True)
        self.fix = Button(tr("Fix"), "wand-sparkles", "primary", "small")
        self.key = Key("Alt ↵")
        self.tools = row(self.fix, None, self.key, spacing=6)
        super().__init__(row(Icon("circle-alert", "danger.fill"), (self.title, 1), spacing=8), self.text, self.tools,
                         fill="bg.raised", stroke="danger.fill", spacing=8, margins=(12, 10, 12, 10))  # fmt: skip
        self.setParent(host)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Problem of a layer"))
        self.view = view
        self.problem: Problem | None = None
        self.fix.clicked.connect(self._fix)
        self.avoid: tuple[QWidget, ...] = ()
        view.viewed.connect(self.place)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, max(self.heightForWidth(WIDTH), super().sizeHint().height()))

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or none."""
        self.problem = problem
        if problem is None or problem.node not in self.view.canvas.nodes:
            self.hide()
            return
        self.title.setText(tr("{where} has a problem", where=problem.where) if not problem.short else
                           f"{problem.where}: {problem.short}")  # fmt: skip
        self.text.setText(str(problem))
        repair = problem.repair
        self.tools.setVisible(repair is not None and repair.action in edits.REPAIRS)
        if repair is not None:
            self.fix.setAccessibleName(repair.title)
            self.fix.set_text(repair.title)
        self.setAccessibleDescription(str(problem))
        self.resize(WIDTH, self.sizeHint().height())
        self.show()
        self.place()

    def place(self) -> None:
        """Stand at the free side of the card, away from other cards and tools; go when the card is out of sight."""
        if self.problem is None or self.problem.node not in self.view.canvas.nodes:
            return
        item = self.view.canvas.nodes[self.problem.node]
        card = self.view.mapFromScene(QRectF(item.x(), item.y(), CARD_W, item.card.height)).boundingRect()
        room = self.view.rect()
        if not room.intersects(card) or self.view.zoom < 0.5:
            self.hide()
            return
        self.show()
        self.resize(WIDTH, self.sizeHint().height())
        best = min(self._choices(QRectF(card)), key=self._cost_at)
        self.move(round(best[0]), round(best[1]))

    def _choices(self, card: QRectF) -> list[tuple[float, float]]:
        height, right = self.height(), card.right() + GAP
        sides = (right, right + 130, right + 260, right + 330, card.left() - GAP - self.width())
        levels = (
            card.top() + 40,
            card.bottom() + 12,
            card.top() - height + 8,
            card.top() - height - 40,
            card.top() + 90,
        )
        return [self._held(x, y) for x in sides for y in levels]

    def _held(self, x: float, y: float) -> tuple[float, float]:
        """Move a place so that nothing of the callout is cut by the canvas' edges."""
        last_x, last_y = self.view.width() - self.width() - EDGE, self.view.height() - self.height() - EDGE
        return min(max(x, EDGE), max(last_x, EDGE)), min(max(y, EDGE), max(last_y, EDGE))

    def _cost_at(self, at: tuple[float, float]) -> float:
        return self._cost(QRectF(at[0], at[1], self.width(), self.height()))

    def _cost(self, rect: QRectF) -> float:
        room = QRectF(self.view.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)
        inside = rect.intersected(room)
        cost = (rect.width() * rect.height() - max(inside.width(), 0) * max(inside.height(), 0)) * 4
        shape = self.view.mapToScene(rect.toRect()).boundingRect()
        for item in self.view.canvas.items(shape):
            if item is not self.view.canvas.overlay:
                cut = item.mapToScene(item.shape()).boundingRect().intersected(shape)
                cost += 4 * cut.width() * cut.height() + 200
        for widget in self.avoid:
            cut = QRectF(widget.geometry()).intersected(rect)
            cost += 3 * cut.width() * cut.height() if widget.isVisible() else 0
        return cost

    def _fix(self) -> None:
        self.fix_asked.emit()
