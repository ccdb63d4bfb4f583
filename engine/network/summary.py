"""The table of a network's layers, as Keras prints it."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.layers.spec import Shape
from engine.network.network import Network
from engine.network.shapes import Shapes, infer

HEADS = ("Layer (type)", "Output Shape", "Param #", "Connected to")
UNITS = ("B", "KB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Row:
    """One layer: all that a summary shows."""

    node: str
    name: str
    kind: str
    shape: Shape | None
    parameters: int
    sources: tuple[str, ...]
    trainable: bool


@dataclass(frozen=True)
class Summary:
    """The rows in the order of computing, and the totals. size: bytes of all weights."""

    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    size: int
    cost: int

    @property
    def frozen(self) -> int:
        """Parameters that training leaves alone."""
        return self.parameters - self.trainable


def summarize(network: Network, shapes: Shapes | None = None, dtype: str = "float32") -> Summary:
    """Return the summary; layers whose shape is unknown have None and no parameters."""
    shapes = shapes or infer(network)
    rows = []
    for id in network.order():
        node = network.nodes[id]
        sources = tuple(network.nodes[s].name for s in network.sources(id) if s in network.nodes)
        row = Row(id, node.name, node.layer.KERAS, shapes.output[id], shapes.parameters[id], sources, node.trainable)
        rows.append(row)
    total = sum(shapes.parameters.values())
    width = 8 if dtype == "float64" else 4
    return Summary(tuple(rows), total, sum(shapes.trainable.values()), total * width, sum(shapes.cost.values()))


def text(summary: Summary, name: str = "model", show: Callable[[str], object] | None = None) -> str:
    """Return the table as text; show: called with each line too."""
    chain = all(len(r.sources) < 2 for r in summary.rows) and _is_chain(summary.rows)
    heads = HEADS[:3] if chain else HEADS
    cells = [_cells(row)[: len(heads)] for row in summary.rows]
    widths = [max(len(c[i]) for c in [heads, *cells]) for i in range(len(heads))]
    rule = "├─" + "─┼─".join("─" * w for w in widths) + "─┤"
    lines = [f'Model: "{name}"', rule.replace("├", "┌").replace("┤", "┐").replace("┼", "┬"), _line(heads, widths), rule]
    lines += [_line(c, widths) for c in cells]
    lines += [rule.replace("├", "└").replace("┤", "┘").replace("┼", "┴"), *_totals(summary)]
    if show is not None:
        for line in lines:
            show(line)
    return "\n".join(lines)


def _is_chain(rows: Sequence[Row]) -> bool:
    return all(not r.sources or r.sources == (before.name,) for before, r in itertools.pairwise(rows)) and (
        sum(not r.sources for r in rows) < 2
    )


def _cells(row: Row) -> tuple[str, ...]:
    shape = "?" if row.shape is None else "(" + ", ".join(["None", *map(str, row.shape)]) + ")"
    return f"{row.name} ({row.kind})", shape, f"{row.parameters:,}", ", ".join(row.sources) or "-"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = [c.rjust(w) if i == 2 else c.ljust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))]
    return "│ " + " │ ".join(parts) + " │"


def _totals(summary: Summary) -> list[str]:
    def said(what: str, count: int) -> str:
        size = summary.size * count / max(summary.parameters, 1)
        return f" {what} params: {count:,} ({sized(size)})"

    return [
        said("Total", summary.parameters),
        said("Trainable", summary.trainable),
        said("Non-trainable", summary.frozen),
    ]


def sized(size: float) -> str:
    """Return bytes as "1.25 KB"."""
    unit = 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.2f} {UNITS[unit]}"
