"""Shape and cost of a node, and what its layer does."""

import inspect
import math
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.specs import Spec
from studio import theme
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Box, Button, Label, column, lay, row

BATCH = 64
"""Rows of a batch while the fit settings leave it open."""
ROOM = 190
"""Pixels for a value beside its label."""
TIPS = {
    "Parameters": "The numbers that the layer learns: the sizes of its arrays",
    "Work per row": "Multiplications with an addition for one row, forward",
    "Memory": "What the output of one batch takes in float32",
}


def cost(session: Session, node: str) -> QWidget:
    """Return the facts of a node: shapes, parameters, work per row and memory of its output."""
    shapes, network = session.shapes, session.project.network
    inputs = [shape_text(shapes.output.get(s)) for s in network.sources(node)]
    pairs = [(tr("Input"), "; ".join(inputs))] if inputs else []
    pairs.append((tr("Output"), shape_text(shapes.output.get(node))))
    if network.nodes[node].shares:
        pairs.append((tr("Parameters"), tr("shared")))
    else:
        pairs.append((tr("Parameters"), parameters(shapes.weights.get(node, ()))))
    out = shapes.output.get(node)
    if out is not None:
        rows = session.project.fit.batch_size or BATCH
        pairs.append((tr("Work per row"), f"{shapes.cost.get(node, 0):,} MAC"))
        pairs.append((tr("Memory, batch {n}", n=rows), bytes_text(4 * rows * math.prod(out))))
    return column(*(_fact(label, value) for label, value in pairs), spacing=0, margins=(16, 2, 16, 8))


def _fact(label: str, value: str) -> QWidget:
    """Return a line of label and value; a value that is too long for it goes below."""
    words = Label(label, 12, 400, "text.secondary")
    said = Label(value, 12, 500, mono=True, name=label)
    said.setToolTip(tr(TIPS.get(label.partition(",")[0], "")))
    if theme.text_width(value, said.font()) <= ROOM:
        return row(words, None, said, spacing=6, height=24)
    said.setWordWrap(True)
    said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return column(row(words, None, height=20), said, spacing=0)


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
        self.more = Button(tr("Full reference"), "book-open", "ghost", "small", tooltip=tr("Full reference (F1)"))
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
