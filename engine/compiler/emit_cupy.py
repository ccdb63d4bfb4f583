"""emit for the GPU: a planned graph as straight-line Python for CuPy. Elementwise groups are one kernel each, products
and reductions are calls of CuPy, the rest are kernels of our own; every line writes into memory that exists already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import ops
from engine.backend import cuda
from engine.backend import random as draws
from engine.backend.cuda import Kernel, Text
from engine.compiler.binding import Binding
from engine.compiler.emit_numpy import Emitted, function
from engine.compiler.fuse import fused, group_of
from engine.compiler.graphs import Planned
from engine.compiler.plan import HOST, gathered, homes, is_host, is_view
from engine.compiler.writer import RESERVED, Writer
from engine.ir.value import Value, scope
from engine.ops.convolution import placed

HEAD = "def {name}(data, targets, weights, index, seed, step):"
UPDATE = "def {name}({vectors}, lr, t):"
TAKEN = (*RESERVED, "cp", "order", "starts")


@dataclass
class Kernels:
    """The kernels of one program: equal texts are one kernel."""

    names: dict[Kernel, str] = field(default_factory=dict)

    def name(self, kernel: Kernel) -> str:
        """Return the name of a kernel; it is entered when it is new."""
        if kernel not in self.names:
            same = sum(k.stem == kernel.stem for k in self.names)
            self.names[kernel] = f"gpu_{kernel.stem}" + (f"_{same + 1}" if same else "")
        return self.names[kernel]

    def emitted(self) -> Emitted:
        """Return the statements that make all of them."""
        text = "\n".join(kernel.source(name) for kernel, name in self.names.items())
        return Emitted("kernels", text, {}, [], (), 0)


def emit(name: str, planned: Planned, names: Mapping[str, str], kernels: Kernels) -> Emitted:
    """Return a function that computes a graph on the GPU.

    Its sums and outputs are leaves of the kinds "sum" and "output": arrays that are there before it runs.
    names: node id -> identifier.
    """
    graph, new = fused(planned.graph)
    pairs = [(new[v], new.get(leaf, leaf)) for v, leaf in planned.destinations]
    with scope("", "loss"):
        pairs += [(new[v], ops.input(f"sum{k}", v.shape, v.dtype, "sum", k)) for k, v in enumerate(planned.sums)]
        pairs += [(new[v], ops.input(f"out{k}", v.shape, v.dtype, "output", k)) for k, v in enumerate(planned.outputs)]
    found = homes(graph, pairs)
    writer = CupyWriter(found, names, taken=set(TAKEN), kernels=kernels)
    for value in found.order:
        writer.value(value)
    for value, leaf in found.copies:
        writer.write(f"cp.copyto({writer.name(leaf)}, {writer.name(value)})", value.origin)
    return function(name, HEAD, writer, "    ")


def emit_update(name: str, planned: Planned, kernels: Kernels) -> Emitted:
    """Return a function that does the optimizer's step over the flat vectors with one kernel.

    Its arguments are the vectors (the graph's inputs in order), the learning rate and the number of the step.
    """
    graph = planned.graph
    hosted = {v for v in graph.values() if is_host(v) and v.op.name != "constant"}
    vectors = [v for v in graph.inputs.values() if not is_host(v)]
    values = [v for v in graph.values() if v.op.fusion == "elementwise" and not is_host(v)]
    pairs = [(v, leaf) for v, leaf in planned.destinations if v is not leaf]
    group = group_of(values, [v for v, _ in pairs])
    names = {v: str(v.params["name"]) for v in graph.inputs.values()}
    lines = [(f"k{i} = {_number(v, names)}", v) for i, v in enumerate(v for v in group.inputs if v in hosted)]
    given = {v: line.split(" ")[0] for line, v in lines}
    args = [given.get(v) or names[v] for v in group.inputs] + [names[leaf] for _, leaf in pairs]
    call = f"{kernels.name(group.kernel())}({', '.join(args)})"
    head = UPDATE.format(name=name, vectors=", ".join(names[v] for v in vectors))
    return Emitted(name, "\n".join([head, *(f"    {line}" for line, _ in lines), f"    {call}", ""]), {}, [], (), 0)


def _number(value: Value, names: Mapping[Value, str]) -> str:
    if value in names:
        return names[value]
    if value.number is not None:
        return repr(float(value.number))
    return HOST[value.op.name].format(*(_number(a, names) for a in value.args))


# ---- lines -------------------------------------------------------------------------------------------------------
@dataclass
class CupyWriter(Writer):
    """Writes the lines of one function for CuPy."""

    kernels: Kernels = field(default_factory=Kernels)

    def view(self, value: Value) -> str:
        """A window on an array, made once."""
        suffix, expression = VIEWS[value.op.name](self.name(value.args[0]), value)
        return self.derived(self.name(value.args[0]), suffix, expression)

    def value(self, value: Value) -> None:
        """Add the lines that compute a value."""
        if is_view(value) or (value.op.fusion == "leaf" and not gathered(value)):
            return
        out = self.name(value)
        self.write(
            self.gathered(value, out) if gathered(value) else LINES[value.op.name](self, value, out), value.origin
        )

    def gathered(self, value: Value, out: str) -> str:
        """The line that takes the rows of the batch."""
        source = {"data": "data", "target": "targets", "sample_weight": "weights"}[value.params["kind"]]
        return f"{self.kernel('gather')}({source}[{value.params['at']}], index, {out})"

    def call(self, kernel: Kernel, *args: str, size: int | None = None) -> str:
        """A line that runs a kernel. size: number of elements where no argument says it."""
        end = "" if size is None else f", size={size}"
        return f"{self.kernels.name(kernel)}({', '.join(args)}{end})"


def _cut(starts: Sequence[int], stops: Sequence[int]) -> str:
    return ", ".join(f"{a}:{b}" for a, b in zip(starts, stops, strict=True))


VIEWS: Mapping[str, Callable[[str, Value], tuple[str, str]]] = {
    "reshape": lambda base, v: ("r", f"{base}.reshape({v.shape!r})"),
    "transpose": lambda base, v: ("t", f"{base}.transpose({v.params['perm']!r})"),
    "broadcast_to": lambda base, v: ("b", f"cp.broadcast_to({base}, {v.shape!r})"),
    "slice": lambda base, v: ("s", f"{base}[{_cut(v.params['starts'], v.params['stops'])}]"),
}


# ---- calls of CuPy -----------------------------------------------------------------------------------------------
def _matmul(w: CupyWriter, v: Value, out: str) -> str:
    flags = (v.params["transpose_a"], v.params["transpose_b"])
    names = [_turned(w, a, flag) for a, flag in zip(v.args, flags, strict=True)]
    return f"cp.{'dot' if v.ndim == 2 else 'matmul'}({names[0]}, {names[1]}, out={out})"


def _turned(w: CupyWriter, value: Value, flag: bool) -> str:
    base = w.name(value)
    turn = f"{base}.T" if value.ndim == 2 else f"{base}.swapaxes(-1, -2)"
    return w.derived(base, "t", turn) if flag else base


def _reduce(call: str) -> Callable[[CupyWriter, Value, str], str]:
    def line(w: CupyWriter, v: Value, out: str) -> str:
        kind = f", dtype={v.dtype!r}" if call == "sum" and not v.is_float else ""
        kept = ", keepdims=True" if v.params["keepdims"] else ""
        return f"cp.{call}({w.name(v.args[0])}, {v.params['axes']!r}{kind}, out={out}{kept})"

    return line


def _argmax(w: CupyWriter, v: Value, out: str) -> str:
    return f"cp.argmax({w.name(v.args[0])}, {v.params['axis']}, out={out})"


def _concat(w: CupyWriter, v: Value, out: str) -> str:
    return f"cp.concatenate(({', '.join(w.name(a) for a in v.args)}), {v.params['axis']}, out={out})"


def _pad(w: CupyWriter, v: Value, out: str) -> str:
    ends = zip(v.args[0].shape, v.params["widths"], strict=True)
    spans = [(lo, lo + n) for n, (lo, _) in ends]
    inside = _cut([a for a, _ in spans], [b for _, b in spans])
    return f"{out}.fill({v.params['value']!r})\n{out}[{inside}] = {w.name(v.args[0])}"


def _copied(w: CupyWriter, v: Value, out: str) -> str:
    shape = v.args[0].shape
    return f"cp.copyto({w.derived(out, 'r', f'{out}.reshape({shape!r})')}, {w.name(v.args[0])})"


# ---- kernels -----------------------------------------------------------------------------------------------------
def _group(w: CupyWriter, v: Value, out: str) -> str:
    return w.call(v.params["group"].kernel(), *(w.name(a) for a in v.args), out)


def _integer(*values: Value) -> str:
    """The C type of positions: 64 bits only where an array is that large, because they are slow."""
    return "int" if all(v.size < 2**31 for v in values) else "long long"


def _indexed(text: Text, **more: Callable[[Value], int]) -> Callable[[CupyWriter, Value, str], str]:
    """The line of a kernel with an array and indices. more: numbers of its text."""

    def line(w: CupyWriter, v: Value, out: str) -> str:
        indices = v.args[-1]
        numbers = {name: value(v) for name, value in more.items()}
        kernel = text.filled(T=v.dtype, J=indices.dtype, I=_integer(v, *v.args), **numbers)
        return w.call(kernel, *(w.name(a) for a in v.args), out)

    return line


def _row(shape: Sequence[int]) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def _take_gradient(w: CupyWriter, v: Value, out: str) -> str:
    g, indices = v.args
    flat = w.name(indices)
    flat = flat if indices.ndim == 1 else w.derived(flat, "r", f"{flat}.reshape({indices.size})")
    steps = w.bind(Binding(f"range_{v.shape[0] + 1}_{indices.dtype}", "range", (v.shape[0] + 1, indices.dtype)))
    kernel = cuda.TAKE_GRADIENT.filled(T=v.dtype, I=_integer(v, g), width=_row(v.shape[1:]))
    lines = [f"order = cp.argsort({flat})", f"starts = cp.searchsorted({flat}[order], {steps})"]
    return "\n".join([*lines, w.call(kernel, w.name(g), "order", "starts", out)])


def _window(text: Text, image: Callable[[Value], Value | Sequence[int]]) -> Callable[[CupyWriter, Value, str], str]:
    """The line of a kernel over windows. image: the value, or the shape of one row, that the windows lie on."""

    def line(w: CupyWriter, v: Value, out: str) -> str:
        found = image(v)
        row = found.shape[1:] if isinstance(found, Value) else tuple(found)
        kernel = text.filled(T=v.dtype, I=_integer(v, *v.args), **_numbers((v.shape[0], *row), v.params["where"]))
        return w.call(kernel, *(w.name(a) for a in v.args), out)

    return line


def _numbers(shape: tuple[int, ...], where: Any) -> dict[str, int]:
    (kh, kw), (sh, sw), (dh, dw), ((top, _), (left, _)) = where
    down, across = placed(shape, where)
    return {
        "height": shape[1], "width": shape[2], "channels": shape[3], "down": down, "across": across, "kh": kh, "kw": kw,
        "sh": sh, "sw": sw, "dh": dh, "dw": dw, "top": top, "left": left,
    }  # fmt: skip


def _dropout_mask(w: CupyWriter, v: Value, out: str) -> str:
    rate, count = v.params["rate"], _row(v.shape[1:])
    blocks = -(-2 * count // draws.BLOCK)
    scale = cuda.number(1.0 / (1.0 - rate) if rate < 1 else 0.0, v.dtype)
    numbers = {"blocks": blocks, "count": count, "threshold": round(rate * 65536), "scale": scale}
    kernel = cuda.DROPOUT_MASK.filled(T=v.dtype, I=_integer(v), **numbers)
    return w.call(kernel, "seed", _stream(w, v), "step", out, size=v.shape[0] * blocks)


def _random_normal(w: CupyWriter, v: Value, out: str) -> str:
    count = _row(v.shape[1:])
    kernel = cuda.RANDOM_NORMAL.filled(T=v.dtype, I=_integer(v), blocks=-(-8 * count // draws.BLOCK), count=count)
    return w.call(kernel, "seed", _stream(w, v), "step", out)


def _stream(w: CupyWriter, v: Value) -> str:
    number = draws.stream_id(*v.params["key"])
    return w.bind(Binding(f"stream_{number}", "uint64", number))


LINES: Mapping[str, Callable[[CupyWriter, Value, str], str]] = {
    "fused": _group, "matmul": _matmul, "sum": _reduce("sum"), "max": _reduce("max"), "min": _reduce("min"),
    "argmax": _argmax, "concat": _concat, "pad": _pad, "reshape": _copied,
    "take": _indexed(cuda.TAKE, width=lambda v: _row(v.args[0].shape[1:]), depth=lambda v: v.args[0].shape[0]),
    "take_gradient": _take_gradient,
    "one_hot": _indexed(cuda.ONE_HOT, depth=lambda v: v.shape[-1]),
    "pick": _indexed(cuda.PICK, depth=lambda v: v.args[0].shape[-1]),
    "minus_one_hot": _indexed(cuda.MINUS_ONE_HOT, depth=lambda v: v.shape[-1]),
    "im2col": _window(cuda.IM2COL, lambda v: v.args[0]),
    "col2im": _window(cuda.COL2IM, lambda v: v),
    "max_pool2d": _window(cuda.MAX_POOL2D, lambda v: v.args[0]),
    "max_pool2d_gradient": _window(cuda.MAX_POOL2D_GRADIENT, lambda v: v),
    "avg_pool2d": _window(cuda.AVG_POOL2D, lambda v: v.args[0]),
    "avg_pool2d_gradient": _window(cuda.AVG_POOL2D_GRADIENT, lambda v: v),
    "dropout_mask": _dropout_mask, "random_normal": _random_normal,
}  # fmt: skip
"""Op -> its line. Views, leaves and ops that are always expanded have none."""
