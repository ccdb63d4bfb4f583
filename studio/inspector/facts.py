"""Shape and cost of a node, and what its layer does."""

import inspect
import math
from typing import Any

from PySide6.QtWidgets import QWidget

from engine.specs import Spec
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Box, Label, column, facts

BATCH = 64


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
        pairs.append((tr("Work per row"), f"{shapes.cost.get(node, 0):,} MAC"))
        pairs.append((tr("Memory, batch {n}", n=BATCH), bytes_text(4 * BATCH * math.prod(out))))
    return column(facts(*pairs), margins=(16, 2, 16, 8))


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return a shape with its batch: (64,) -> "(batch, 64)"."""
    return tr("unknown") if shape is None else f"({', '.join(('batch', *map(str, shape)))})"


def parameters(weights: Any) -> str:
    """Return how the count comes about: "64·64 + 64 = 4,160"."""
    sizes = [w.shape for w in weights]
    total = sum(math.prod(s) for s in sizes)
    if not sizes or len(sizes) > 2:
        return f"{total:,}"
    terms = " + ".join("·".join(map(str, s)) for s in sizes)
    return f"{terms} = {total:,}" if "·" in terms or "+" in terms else f"{total:,}"


def bytes_text(count: float) -> str:
    """Return a number of bytes: 50381 -> "50.4 kB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def about(layer: Spec) -> QWidget:
    """Return formula and first paragraph of a record's help."""
    formula = Box(Label(str(getattr(layer, "FORMULA", "")), 12, 500, mono=True, wrap=True, name=tr("Formula")),
                  fill="bg.subtle", radius=6, spacing=0, margins=(12, 8, 12, 8))  # fmt: skip
    text = " ".join((inspect.getdoc(type(layer)) or layer.PURPOSE).split("\n\n")[0].split())
    return column(formula, Label(text, 12, 400, "text.secondary", wrap=True), spacing=8, margins=(16, 0, 16, 16))
