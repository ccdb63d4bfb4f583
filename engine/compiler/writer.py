"""`Writer`: names values and writes the lines of one generated function, line by line, from the op records.

Generated text holds only identifiers and numbers made here; names from people or files never enter it.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.backend import random as draws
from engine.compiler.binding import Binding
from engine.compiler.plan import HOST, Homes, contiguous, gathered, is_host, is_view, multiply_adds
from engine.ir.value import Value

WIDE = 8192
"""Numbers from which a relu compares with one row of zeros again and again, rather than with as many zeros."""


RESERVED = (
    "np", "math", "data", "targets", "weights", "index", "outputs", "seed", "step", "row", "sums", "chunks", "lr", "t"
)  # fmt: skip
"""Names that generated functions use for their arguments."""


@dataclass
class Writer:
    """Writes the lines of one function body."""

    homes: Homes
    names: Mapping[str, str]
    local: Mapping[Value, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    macs: dict[int, int] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    name_of: dict[Value, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))
    at: dict[Value, int] = field(default_factory=dict)
    loop: bool = False

    # ---- names ---------------------------------------------------------------------------------------------------
    def name(self, value: Value) -> str:
        """Return the name or literal by which a line reads a value."""
        if value in self.local:
            return self.local[value]
        if is_host(value):
            return self.host(value) if value.number is None else self.number(value)
        if value not in self.name_of:
            self.name_of[value] = self._make(value)
        return self.name_of[value]

    def _make(self, value: Value) -> str:
        if value.op.name == "constant":
            return self.array(value)
        if is_view(value):
            return self.view(value)
        root = self.homes.root.get(value, value)
        if root is not value:
            base = self.name(root)
            return base if root.shape == value.shape else self.derived(base, "r", f"{base}.reshape({value.shape!r})")
        if value.op.name == "input" and not gathered(value):
            return self.bind(Binding(value.params["name"], "leaf", value))
        name = self.free(self._stem(value))
        return self.bind(Binding(name, "buffer", (self.homes.buffers[value][0], value.shape, value.dtype)))

    def _stem(self, value: Value) -> str:
        if value.op.name == "input":
            return str(value.params["name"])
        stem = self.names.get(value.origin) or {"loss": "loss", "backward": "loss"}.get(value.stage, "update")
        return f"d_{stem}" if value.stage == "backward" else stem

    def free(self, stem: str) -> str:
        """Return the stem, numbered when it is taken."""
        name, n = stem, 2
        while name in self.taken:
            name, n = f"{stem}_v{n}", n + 1
        self.taken.add(name)
        return name

    def bind(self, binding: Binding) -> str:
        """Enter a global; the same name is entered once."""
        self.taken.add(binding.name)
        self.bindings.setdefault(binding.name, binding)
        return binding.name

    def number(self, value: Value) -> str:
        """A number as an array without axes: a ufunc converts a Python number at every call."""
        number = value.number
        text = re.sub(r"\W", "_", repr(number).replace("-", "m"))
        suffix = "" if value.dtype == "float32" else f"_{value.dtype}"
        return self.bind(Binding(f"c_{text}{suffix}", "number", (number, value.dtype)))

    def array(self, value: Value) -> str:
        """A constant with axes."""
        return self.bind(Binding(self.free("constant"), "array", (value.params["value"], value.shape, value.dtype)))

    def view(self, value: Value) -> str:
        """A window on an array, made once."""
        expression = VIEWS[value.op.name](self.name(value.args[0]), value)
        suffix = {"transpose": "t", "reshape": "r", "broadcast_to": "b", "slice": "s"}[value.op.name]
        if value.args[0] in self.local:
            return expression
        return self.derived(self.name(value.args[0]), suffix, expression)

    def derived(self, base: str, suffix: str, expression: str) -> str:
        """Bind an expression of one array under the array's name with a suffix."""
        if self.loop:
            return expression
        if expression not in self.views:
            self.views[expression] = self.bind(Binding(self.free(f"{base}_{suffix}"), "view", expression))
        return self.views[expression]

    def kernel(self, name: str) -> str:
        """Make a function of the backend known to the program."""
        return self.bind(Binding(name, "kernel", name))

    def host(self, value: Value) -> str:
        """A number that the program computes in Python."""
        if value.number is not None:
            return repr(float(value.number))
        return HOST[value.op.name].format(*(self.local.get(a) or self.host(a) for a in value.args))

    # ---- lines ---------------------------------------------------------------------------------------------------
    def write(self, text: str, origin: str) -> None:
        """Add lines."""
        for line in text.split("\n"):
            self.lines.append((line, origin))

    def value(self, value: Value) -> None:
        """Add the lines that compute a value."""
        self.at[value] = len(self.lines)
        if value in self.local or is_host(value) or (value.op.fusion == "leaf" and not gathered(value)):
            return
        if is_view(value):
            return
        if gathered(value):
            self.write(GATHER.format(_source(value), self.kernel("gather"), self.name(value)), value.origin)
            return
        special = SPECIAL.get(value.op.name, template)
        if count := multiply_adds(value):
            self.macs[len(self.lines)] = count
        self.write(special(self, value, self.name(value)), value.origin)

    def expression(self, value: Value) -> str:
        """Return the expression of a sum that becomes one number."""
        x = value.args[0]
        flat = self.name(x) if x.ndim == 1 else self.derived(self.name(x), "r", f"{self.name(x)}.reshape(-1)")
        if not x.is_float or not contiguous(x):
            return f"{self.name(x)}.sum()"
        return f"np.dot({flat}, {self.ones(x.size, x.dtype)})"

    def ones(self, count: int, dtype: str) -> str:
        """A vector of ones: BLAS sums faster than a reduction."""
        suffix = "" if dtype == "float32" else f"_{dtype}"
        return self.bind(Binding(f"ones_{count}{suffix}", "ones", (count, dtype)))


GATHER = "{1}({0}, index, {2})"


def _source(value: Value) -> str:
    text = str(value.params["name"])
    return {"x": "data", "y": "targets", "s": "weights"}[text[0]] + f"[{value.params['at']}]"


# ---- views -------------------------------------------------------------------------------------------------------
def _cut(starts: Sequence[int], stops: Sequence[int]) -> str:
    return ", ".join(f"{a}:{b}" for a, b in zip(starts, stops, strict=True))


VIEWS: Mapping[str, Callable[[str, Value], str]] = {
    "reshape": lambda base, v: f"{base}.reshape({v.shape!r})",
    "transpose": lambda base, v: (
        f"{base}.T" if v.params["perm"] == (1, 0) else f"{base}.transpose({v.params['perm']!r})"
    ),
    "broadcast_to": lambda base, v: f"np.broadcast_to({base}, {v.shape!r})",
    "slice": lambda base, v: f"{base}[{_cut(v.params['starts'], v.params['stops'])}]",
}


# ---- ops that need more than their template -------------------------------------------------------------------------
def template(w: Writer, v: Value, out: str) -> str:
    """Return the line of an op from its record."""
    for kernel in v.op.kernels:
        if re.search(rf"\b{kernel}\(", v.op.numpy):
            w.kernel(kernel)
    text: str = v.op.numpy
    args = [w.name(a) for a in v.args]
    more: dict[str, Any] = {
        "args": ", ".join(args), "inside": "", "stream": "", "p": v.params, "out": out,
    }  # fmt: skip
    if v.op.name == "pad":
        widths = v.params["widths"]
        more["inside"] = _cut(
            [lo for lo, _ in widths], [lo + n for n, (lo, _) in zip(v.args[0].shape, widths, strict=True)]
        )
        text = text.replace("; ", "\n")
    if v.op.random:
        more["stream"] = draws.stream_id(*v.params["key"])
        w.kernel("fill_dropout_mask" if v.op.name == "dropout_mask" else "random_normal")
    return text.format(*args, **more)


def _matmul(w: Writer, v: Value, out: str) -> str:
    flags = (v.params["transpose_a"], v.params["transpose_b"])
    names = [_turned(w, a, flag) for a, flag in zip(v.args, flags, strict=True)]
    call = "dot" if v.ndim == 2 else "matmul"
    return f"np.{call}({names[0]}, {names[1]}, out={out})"


def _turned(w: Writer, value: Value, flag: bool) -> str:
    base = w.name(value)
    if not flag:
        return base
    turn = f"{base}.T" if value.ndim == 2 else f"{base}.swapaxes(-1, -2)"
    return w.derived(base, "t", turn)


def _sum(w: Writer, v: Value, out: str) -> str:
    x, axes = v.args[0], v.params["axes"]
    name = w.name(x)
    lead, tail = axes == tuple(range(len(axes))), axes == tuple(range(x.ndim - len(axes), x.ndim))
    if not x.is_float or not contiguous(x) or not (lead or tail) or w.loop:
        return f"np.add.reduce({name}, {axes!r}, None, {out}, {v.params['keepdims']!r})"
    count = math.prod(x.shape[a] for a in axes)
    rest = x.size // max(count, 1)
    ones = w.ones(count, x.dtype)
    if not v.shape or rest == 1:
        return f"{out}[...] = np.dot({w.derived(name, 'r', f'{name}.reshape(-1)') if x.ndim != 1 else name}, {ones})"
    flat = out if v.ndim == 1 else w.derived(out, "r", f"{out}.reshape({rest})")
    shape = (count, rest) if lead else (rest, count)
    matrix = name if x.shape == shape else w.derived(name, "r", f"{name}.reshape({shape!r})")
    return f"np.dot({ones}, {matrix}, out={flat})" if lead else f"np.dot({matrix}, {ones}, out={flat})"


def _relu(w: Writer, v: Value, out: str) -> str:
    x = w.name(v.args[0])
    row = v.size
    if v.size > WIDE and contiguous(v.args[0]):
        row = _width(v.shape)
    shape = v.shape if row == v.size else (v.size // row, row)
    stem = "x".join(map(str, v.shape)) if row == v.size else str(row)
    kept = v.shape if row == v.size else (row,)
    zeros = w.bind(Binding(f"zeros_{stem}_{v.dtype}", "zeros", (kept, v.dtype)))
    if row == v.size:
        return f"np.maximum({x}, {zeros}, out={out})"
    wide = [n if v.shape == shape else w.derived(n, "wide", f"{n}.reshape({shape!r})") for n in (x, out)]
    return f"np.maximum({wide[0]}, {zeros}, out={wide[1]})"


def _width(shape: tuple[int, ...]) -> int:
    width, lengths = 1, list(shape)
    while lengths and width * lengths[-1] <= WIDE:
        width *= lengths.pop()
    if lengths:
        width *= max(d for d in range(1, lengths[-1] + 1) if lengths[-1] % d == 0 and (width * d <= WIDE or d == 1))
    return width


def _reshape(w: Writer, v: Value, out: str) -> str:
    return f"np.copyto({w.derived(out, 'r', f'{out}.reshape({v.args[0].shape!r})')}, {w.name(v.args[0])})"


def _one_hot(w: Writer, v: Value, out: str) -> str:
    index = w.derived(w.name(v.args[0]), "c", f"{w.name(v.args[0])}[..., None]")
    steps = w.bind(Binding(f"range_{v.shape[-1]}", "range", v.shape[-1]))
    return f"np.equal({index}, {steps}, out={out}, casting='unsafe')"


SPECIAL: Mapping[str, Callable[[Writer, Value, str], str]] = {
    "matmul": _matmul, "sum": _sum, "relu": _relu, "reshape": _reshape, "one_hot": _one_hot,
}  # fmt: skip
