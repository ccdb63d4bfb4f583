"""Shape and cost of a node, and what its layer does."""

import inspect
import math
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.specs import Spec
from studio import theme
from studio.actions import tell_keys, with_key
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Box, Button, Label, clear, lay, row

BATCH = 64
"""Rows of a batch while the fit settings leave it open."""
ROOM = 190
"""Pixels for a value beside its label."""
TIPS = {
    "Parameters": "The numbers that the layer learns: the sizes of its arrays",
    "Work per row": "Multiplications with an addition for one row, forward",
    "Memory": "What the output of one batch takes in float32",
}


class Cost(QWidget):
    """The facts of a node: shapes, parameters, work per row and memory of its output."""

    def __init__(self) -> None:
        super().__init__()
        self._box = lay(self, [], True, 0, (16, 2, 16, 8))
        self._lines: list[_Fact] = []

    def show_node(self, session: Session, node: str) -> None:
        """Show the facts of a node."""
        pairs = facts_of(session, node)
        if [line.label for line in self._lines] != [label for label, _ in pairs]:
            clear(self._box)
            self._lines = [_Fact(label) for label, _ in pairs]
            for line in self._lines:
                self._box.addWidget(line)
        for line, (_, value) in zip(self._lines, pairs, strict=True):
            line.show_value(value)


class _Fact(QWidget):
    """A line of label and value; a value that is too long to stand beside the label goes below."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label
        tip = TIPS.get(label.partition(",")[0], "")
        self._beside, self._below = (Label("", 12, 500, mono=True, wrap=wrap, name=label) for wrap in (False, True))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._below.setAlignment(right)
        words = row(Label(label, 12, 400, "text.secondary"), None, self._beside, spacing=6, height=24)
        lay(self, [words, self._below], True, 0, 0)
        self.setToolTip(tr(tip) if tip else "")

    def show_value(self, value: str) -> None:
        """Show a value."""
        fits = theme.text_width(value, self._beside.font()) <= ROOM
        self._beside.setText(value if fits else "")
        self._beside.setVisible(fits)
        self._below.setText("" if fits else value)
        self._below.setVisible(not fits)


def facts_of(session: Session, node: str) -> list[tuple[str, str]]:
    """Return (label, value) of all facts of a node."""
    shapes, network = session.shapes, session.project.network
    inputs = [shape_text(shapes.output.get(s)) for s in network.sources(node)]
    pairs = [(tr("Input"), "; ".join(inputs))] if inputs else []
    pairs.append((tr("Output"), shape_text(shapes.output.get(node))))
    shared = bool(network.nodes[node].shares)
    pairs.append((tr("Parameters"), tr("shared") if shared else parameters(shapes.weights.get(node, ()))))
    out = shapes.output.get(node)
    if out is not None:
        rows = session.project.fit.batch_size or BATCH
        pairs.append((tr("Work per row"), f"{shapes.cost.get(node, 0):,} MAC"))
        pairs.append((tr("Memory, batch {n}", n=rows), bytes_text(4 * rows * math.prod(out))))
    return pairs


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return a shape with its batch: (64,) -> "(batch, 64)"."""
    return tr("unknown") if shape is None else f"({', '.join(('batch', *map(str, shape)))})"


def parameters(weights: Any) -> str:
    """Return how the count comes about: "64·64 + 64 = 4,160"."""
    sizes = [w.shape for w in weights]
    total = sum(math.prod(s) for s in sizes)
    if not sizes or len(sizes) > 4:
        return f"{total:,}"
    terms = " + ".join("·".join(f"{n:,}" for n in s) for s in sizes)
    return f"{terms} = {total:,}" if "·" in terms or "+" in terms else f"{total:,}"


def bytes_text(count: float) -> str:
    """Return a number of bytes: 50381 -> "50.4 kB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def formula_of(layer: Spec) -> str:
    """Return a layer's formula as it is set: "y = relu(x · W + b)" for a Dense with relu."""
    text = str(getattr(layer, "FORMULA", ""))
    if getattr(layer, "use_bias", True) is False:
        text = text.replace(" + b", "")
    activation = getattr(layer, "activation", None)
    if activation == "linear" and text.startswith("y = activation(") and text.endswith(")"):
        return "y = " + text.removeprefix("y = activation(").removesuffix(")")
    return text.replace("activation(", f"{activation}(") if isinstance(activation, str) else text


class About(QWidget):
    """Formula and first paragraph of a layer's help, and a button to all of it. `asked(record)` when it is pressed."""

    asked = Signal(object)

    def __init__(self, layer: Spec) -> None:
        super().__init__()
        self._record = type(layer)
        self.formula = Label("", 12, 500, mono=True, wrap=True, name=tr("Formula"))
        frame = Box(self.formula, fill="bg.subtle", radius=6, spacing=0, margins=(12, 8, 12, 8))
        text = " ".join((inspect.getdoc(type(layer)) or layer.PURPOSE).split("\n\n")[0].split())
        self.more = Button(tr("Full reference"), "book-open", "ghost", "small")
        tell_keys(self.more, "setToolTip", partial(with_key, tr("Full reference"), "help.topic"))
        self.more.clicked.connect(self._more)
        words = Label(text, 12, 400, "text.secondary", wrap=True)
        parts = [row((part, 1), margins=(8, 0, 0, 0)) for part in (frame, words)]
        lay(self, [*parts, row(self.more, None)], True, 8, (8, 0, 16, 12))
        self.show_layer(layer)

    def show_layer(self, layer: Spec) -> None:
        """Show the formula of a layer of the same class with its settings."""
        self.formula.setText(formula_of(layer))

    def _more(self, *_: object) -> None:
        self.asked.emit(self._record)
