"""The sheet of components: real cards, wires, controls, toasts, empty states, banner and stage marks, in all states."""

import dataclasses
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

from engine.errors import NotFiniteError
from engine.project.runs import Run
from studio import theme
from studio.canvas.arrange import CARD_W
from studio.canvas.node_item import NodeItem, Running
from studio.canvas.picture import Card as Drawn
from studio.canvas.picture import Link
from studio.canvas.route import Route
from studio.canvas.wire_item import WireItem
from studio.document.session import Session
from studio.document.stages import StageState
from studio.pages.fit.failure import Failure, FailureBanner
from studio.widgets import (
    Box,
    Button,
    Card,
    CheckBox,
    EmptyState,
    FieldRow,
    Label,
    NumberField,
    Radio,
    Slider,
    Switch,
    Toast,
    column,
    fixed,
    lay,
    row,
)  # fmt: skip
from studio.window.stage_bar import StageCell

if TYPE_CHECKING:
    from studio.app import Studio

SIZE = (1440, 900)
DENSE = Drawn("n1", "Dense", "dense_2", "64 units · relu", "4,160", "core", "layers")
CARDS: tuple[tuple[str, Drawn, dict[str, Any]], ...] = (
    ("Default", DENSE, {}),
    ("Selected", DENSE, {"chosen": True, "alone": True}),
    ("Selected with others", DENSE, {"chosen": True}),
    ("Running, progress in the card", DENSE, {"live": Running(0.6, "epoch 38", "grad 0.29")}),
    ("Error, with badge", dataclasses.replace(DENSE, error="units: need 1 or more"), {}),
    ("Warning", dataclasses.replace(DENSE, warning="limited range"), {}),
    ("Ghost while dragging", DENSE, {"ghost": True}),
    ("Frozen, not trainable", dataclasses.replace(DENSE, name="dense_1", frozen=True), {}),
    ("Group, collapsed", dataclasses.replace(DENSE, title="residual_1", name="Group", line="5 layers · 2 inputs",
                                             count="12,480", icon="boxes", stacked=True), {}),
    ("Shares its weights", dataclasses.replace(DENSE, line="uses dense_1", count="shared", shares=("n2",)), {}),
)  # fmt: skip
WIRES = (
    ("idle", Link(("a", "b", 0), "(64)"), {}), ("hot", Link(("a", "b", 0), "(64)"), {"hot": True}),
    ("error", Link(("a", "b", 0), "(1, 4)", wrong=True), {}), ("unknown", Link(("a", "b", 0), ""), {}),
    ("candidate", Link(("a", "b", 0), "(64)"), {"fitting": True}),
)  # fmt: skip
MARKS = ("done", "running", "stale", "error", "todo")


class _Canvas(QGraphicsView):
    """Cards and wires in all states, on the canvas' own ground."""

    def __init__(self) -> None:
        scene = QGraphicsScene()
        super().__init__(scene)
        self._scene = scene
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setBackgroundBrush(theme.color("bg.canvas"))
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for at, (title, card, state) in enumerate(CARDS):
            x, y = 14 + at % 2 * (CARD_W + 40), 30 + at // 2 * 86
            self._title(title, x, y - 24)
            item = NodeItem(card)
            for name, value in state.items():
                setattr(item, name, value)
            item.setPos(x, y)
            scene.addItem(item)
        self._wires(30 + len(CARDS) // 2 * 86)
        scene.setSceneRect(0, 0, 2 * CARD_W + 80, 556)

    def _title(self, text: str, x: float, y: float) -> None:
        item = self._scene.addText(text, theme.font(11, 500))
        item.setDefaultTextColor(theme.color("text.secondary"))
        item.setPos(x - 4, y)

    def _wires(self, top: float) -> None:
        self._title("Wires: idle, hot, error, unknown, candidate", 14, top - 24)
        for at, (_name, link, state) in enumerate(WIRES):
            x = 30 + at * 104
            item = WireItem(link, Route(((x, top), (x, top + 52)), "bottom", "top", (x + 12, top + 26), False))
            for name, value in state.items():
                setattr(item, name, value)
            self._scene.addItem(item)


class _Mark(QWidget):
    """One stage mark with its word."""

    def __init__(self, studio: "Studio", mark: Any, word: str, current: bool = False) -> None:
        super().__init__()
        cell = StageCell("define", studio.actions)
        cell.setText(word)
        cell.setChecked(current)
        cell.set_state(StageState(mark, word, 0.6))
        cell.setFixedWidth(cell.least() + 14)
        lay(self, [cell], False, 0, 0)


class Sheet(QWidget):
    """All of it on one page of the size of the other pictures."""

    def __init__(self, studio: "Studio", added: QPixmap) -> None:
        super().__init__()
        canvas = fixed(Card("Layer card and wires", (_Canvas(), 1), margins=(1, 0, 1, 1)), height=602)
        list_ = Label()
        list_.setPixmap(added)
        left = fixed(column(canvas, (Card("Quick add: Tab", list_, None), 1), spacing=12), 590)
        upper = row((_controls(), 43), (_toasts(self), 57), spacing=12, height=298)
        right = column(upper, fixed(_empty(), height=226), fixed(_banner(), height=172), _marks(studio), None,
                       spacing=12)  # fmt: skip
        title = row(Label("Components and states", 20, 600, display=True), None)
        lay(self, [title, (row(left, (right, 1), spacing=12), 1)], True, 8, 14)
        self.resize(*SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(QRectF(self.rect()), theme.color("bg.app"))


def sheet(studio: "Studio", added: QPixmap) -> Sheet:
    """Return the sheet, laid out. added: a picture of quick add."""
    made = Sheet(studio, added)
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    made.show()
    return made


def _controls() -> Card:
    stopped = Button("Disabled", "play")
    stopped.setEnabled(False)
    soft = Button("Soft fix", "wand-sparkles", "soft")
    first = row(Button("Start fit", "play", "primary"), Button("Default", "settings"), soft, None, spacing=12)
    second = row(Button("Ghost", "copy", "ghost"), Button("Stop", "square", "danger"), stopped, None, spacing=12)
    wrong = NumberField(64, name="Error", integer=True, minimum=1)
    failing = FieldRow("Error", wrong)
    wrong.selectAll()
    QTest.keyClicks(wrong, "-3")
    QTest.keyClick(wrong, Qt.Key.Key_Return)
    gone = NumberField(64, name="Disabled", integer=True)
    gone.setEnabled(False)
    fields = (FieldRow("Default", NumberField(64, name="Default", integer=True)), failing, FieldRow("Disabled", gone))
    marks = row(Switch("", True, name="On"), Switch("", False, name="Off"), CheckBox("", True, name="Ticked"),
                CheckBox("", False, name="Not ticked"), Radio("", True, name="Chosen"),
                Radio("", False, name="Not chosen"),
                (Slider(0.4, 0, 1, name="Slider"), 1), spacing=12)  # fmt: skip
    return Card("Controls", first, second, *fields, marks, None, spacing=8)


def _toasts(parent: QWidget) -> Card:
    toasts = (
        Toast("Flatten inserted before concat_1", "Ctrl+Z takes it back", "success", "Undo"),
        Toast("The file changed on disk", "penguins.csv was written a minute ago.", "warning", "Read again"),
        Toast("The fit stopped", "A number became infinite in dense_2.", "error", "Show"),
    )
    return Card("Toasts, bottom right, at most three", *toasts, None, spacing=8)


def _empty() -> Card:
    states = (
        EmptyState("blocks", "Empty canvas", "Drag a layer here, or press Tab and type.", Button("Suggest a stack",
                   "wand-sparkles", "soft")),
        EmptyState("activity", "No runs yet", "Curves appear here from the first batch.", Button("Start fit", "play",
                   "soft")),
        EmptyState("target", "Nothing to score", "Fit a run first; the test rows stay hidden until then.",
                   Button("Go to Fit", "arrow-right", "soft")),
    )  # fmt: skip
    return Card("Empty states: what goes here, and one action",
                (row(*((Box((s, 1), fill="bg.subtle"), 1) for s in states), spacing=10), 1))  # fmt: skip


def _banner() -> Card:
    made = FailureBanner()
    head = "Numbers must stay finite; dense_2 makes one that is not (exp), in the backward pass"
    error = NotFiniteError(head, layer="dense_2", stage="backward", rows=(4118, 9027), unit="line")
    made.show_failure(Failure(Run("r1", Session().project, values={"epoch": 11, "batch": 30}), error, 0.01))
    fixed(made, height=made.heightForWidth(760))
    return Card("Error that needs a decision: banner in the stage, never a modal", made, None)


def _marks(studio: "Studio") -> Card:
    words = {"done": "done", "running": "running", "stale": "out of date", "error": "has errors", "todo": "not yet"}
    cells = [_Mark(studio, mark, words[mark]) for mark in MARKS]
    cells.insert(1, _Mark(studio, "todo", "current", current=True))
    return Card("Stage marks", row(*cells, None, spacing=8, height=36))
