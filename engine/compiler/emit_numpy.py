"""emit: a planned graph as straight-line Python. Every line writes into memory that exists before the program runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.compiler.binding import Binding
from engine.compiler.plan import Buffer, Homes, Pairs, homes, is_host
from engine.compiler.writer import SPECIAL, Writer, template
from engine.ir.graph import Graph
from engine.ir.value import Value


@dataclass
class Emitted:
    """A generated function.

    Args:
        source: its text. lines: line number -> node id. bindings: its globals, in order of making.
        buffers: for the plan. size: bytes of its buffers.
        macs: line number -> multiply-adds of its matrix product.
    """

    name: str
    source: str
    lines: dict[int, str]
    bindings: list[Binding]
    buffers: tuple[Buffer, ...]
    size: int
    macs: dict[int, int] = field(default_factory=dict)


# ---- functions ---------------------------------------------------------------------------------------------------
HEAD = "def {name}(data, targets, weights, index, outputs, seed, step, row, sums):"


def emit(
    name: str,
    graph: Graph,
    names: Mapping[str, str],
    destinations: Pairs,
    sums: Sequence[Value] = (),
    outputs: Sequence[Value] = (),
) -> Emitted:
    """Return a function that computes a graph.

    destinations: (value, the leaf that holds it afterwards). sums: scalars written to `sums[0]`, `sums[1]`, ...
    outputs: values copied to `outputs[0]`, ... names: node id -> identifier.
    """
    simple = {v for v in sums if v.op.name == "sum"} - set(outputs)
    placed = homes(graph, destinations, {v for v in simple if not _read(graph, v)})
    writer = Writer(placed, names, at={})
    for value in placed.order:
        if value in simple and value not in placed.buffers:
            for k in (i for i, s in enumerate(sums) if s is value):
                writer.write(f"sums[{k}] = {writer.expression(value)}", value.origin)
        else:
            writer.value(value)
            for k in (i for i, s in enumerate(sums) if s is value):
                writer.write(f"sums[{k}] = {writer.name(value)}", value.origin)
    for k, value in enumerate(outputs):
        writer.write(f"np.copyto(outputs[{k}], {writer.name(value)})", value.origin)
    for value, leaf in placed.copies:
        writer.write(f"np.copyto({writer.name(leaf)}, {writer.name(value)})", value.origin)
    return function(name, HEAD, writer, "    ")


def _read(graph: Graph, value: Value) -> bool:
    return any(value in v.args for v in graph.values())


def function(name: str, head: str, writer: Writer, indent: str, before: Sequence[str] = ()) -> Emitted:
    text, lines, macs, origin = [head.format(name=name), *before], {}, {}, ""
    for at, (line, place) in enumerate(writer.lines):
        node = place.partition("/")[0]
        if place != origin:
            origin = place
            if place in writer.names:
                text.append(f"{indent}# {writer.names[place]}")
                lines[len(text)] = node
        text.append(indent + line)
        lines[len(text)] = node
        if at in writer.macs:
            macs[len(text)] = writer.macs[at]
    if not writer.lines:
        text.append(f"{indent}pass")
    placed = writer.homes
    buffers = tuple(
        Buffer(writer.name(v), offset, nbytes, first, last, v.node)
        for v, (offset, nbytes, first, last) in placed.buffers.items()
        if v not in writer.local
    )
    return Emitted(name, "\n".join(text) + "\n", lines, list(writer.bindings.values()), buffers, placed.size, macs)


UPDATE = "def {name}(chunks, lr, t):"


def emit_update(name: str, graph: Graph, destinations: Pairs) -> tuple[Emitted, list[str], int]:
    """Return (function, names of what a chunk holds, number of scratch pieces) for an elementwise update.

    Each chunk is a tuple of pieces of the flat vectors (the graph's inputs in order), then scratch of the same length.
    """
    placed = homes(graph, destinations)
    leaves = [v for v in graph.inputs.values() if not is_host(v)]
    local = {v: str(v.params["name"]) for v in graph.inputs.values()}
    offsets = sorted({offset for offset, *_ in placed.buffers.values()})
    scratch = {offset: f"b{i}" for i, offset in enumerate(offsets)}
    local |= {v: scratch[offset] for v, (offset, *_) in placed.buffers.items()}
    writer = Writer(placed, {}, local, loop=True)
    before = _scalars(placed.order, local)
    for value in placed.order:
        if value.op.name == "input" or is_host(value):
            continue
        special = {"relu": template}.get(value.op.name, SPECIAL.get(value.op.name, template))
        out = local.get(placed.root[value]) or writer.name(value)
        writer.write(special(writer, value, out), "")
        local[value] = out
    for value, leaf in placed.copies:
        writer.write(f"np.copyto({local[leaf]}, {local[value]})", "")
    pieces = [local[v] for v in leaves] + list(scratch.values())
    loop = f"    for {', '.join(pieces)}{',' if len(pieces) == 1 else ''} in chunks:"
    emitted = function(name, UPDATE, writer, "        ", [*before, loop])
    return emitted, pieces, len(scratch)


def _scalars(order: Sequence[Value], local: dict[Value, str]) -> list[str]:
    """Return lines for the numbers that arrays are combined with, and name them."""
    lines: list[str] = []
    used = {a for v in order if not is_host(v) for a in v.args if is_host(a) and a.op.name not in ("constant", "input")}
    for value in order:
        if value in used:
            args = Writer(Homes((), {}, {}, (), 0), {}, local)
            text = args.host(value)
            local[value] = f"k{len(lines)}"
            lines.append(f"    {local[value]} = {text}")
    return lines
