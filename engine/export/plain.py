"""Readable NumPy from graphs: one line per step, no buffers; the number of rows is a name, not a number.

A graph is made for a fixed number of rows. It is written twice, for two numbers of rows; where both texts differ, the
number stands for the rows (or their multiple or share) and is replaced by `rows`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.backend import random as draws
from engine.compiler.plan import contiguous, is_host
from engine.errors import ExportError
from engine.ir.graph import ordered, users
from engine.ir.value import Value

ROWS = (7919, 6007)
"""The two numbers of rows: primes that no layer has as its size."""
LONGEST = 60
LINE = 88
TOKEN = re.compile(r"(?<![\w.])(\d+\.?\d*(?:e[+-]?\d+)?)")
RANK = {"add": 1, "sub": 1, "mul": 2, "div": 2, "matmul": 2, "neg": 3, "power": 4}
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
HOST = {"sqrt": "math.sqrt", "exp": "math.exp", "maximum": "max", "minimum": "min"}
"""Functions of single numbers: a NumPy number would make float64 of the arrays it meets."""
CALL = 9


@dataclass
class Body:
    """The lines of a function body.

    Args:
        names: node id -> identifier. leaf: how a leaf value is read. exact: sums run in the order of the programs.
    """

    names: Mapping[str, str]
    leaf: Callable[[Value], str]
    exact: bool = False
    lines: list[str] = field(default_factory=list)
    kernels: dict[str, None] = field(default_factory=dict)
    _text: dict[Value, tuple[str, int]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _readers: dict[Value, list[Value]] = field(default_factory=dict)
    _wanted: set[Value] = field(default_factory=set)
    _origin: str = ""

    def write(self, roots: Sequence[Value]) -> None:
        """Add the lines that compute the roots."""
        values = ordered(roots)
        self._readers, self._wanted = users(values), set(roots)
        for value in values:
            self._shorten(value)
            text, rank = self._expression(value)
            if _length(text) > LINE:
                for arg in sorted(value.args, key=lambda a: -_length(self.read(a))):
                    if not re.fullmatch(r"[\w.]+", self.read(arg)) and not _is_free(arg):
                        self._assign(arg, self.read(arg))
                text, rank = self._expression(value)
            used = self._readers[value]
            alone = len(used) == 1 and value not in self._wanted and _same_place(used[0], value)
            if _is_free(value) or (is_host(value) and value.number is not None) or (alone and _length(text) <= LONGEST):
                self._text[value] = text, rank
            else:
                self._assign(value, text)

    def read(self, value: Value) -> str:
        """Return the expression of a value that was written."""
        return self._text[value][0]

    def _shorten(self, value: Value) -> None:
        """Give the longest operands names of their own until the line is readable."""
        while sum(_length(self.read(a)) for a in value.args) > LONGEST:
            longest = max(value.args, key=lambda a: _length(self.read(a)))
            if re.fullmatch(r"[\w.]+", self.read(longest)):
                return
            self._assign(longest, self.read(longest))

    def _assign(self, value: Value, text: str) -> None:
        if value.origin != self._origin and value.origin in self.names:
            self.lines.append(f"# {self.names[value.origin]}")
        self._origin = value.origin
        name = self._free(value)
        self.lines.append(f"{name} = {text}")
        self._text[value] = name, CALL

    def _free(self, value: Value) -> str:
        """Return a new name: that of the layer, or of the group around it, for what leaves it, else a short one."""
        inside = value not in self._wanted and all(_same_place(r, value) for r in self._readers[value])
        stem = self.names.get(value.node) or {"loss": "loss", "backward": "loss"}.get(value.stage, "step")
        stem = f"d_{stem}" if value.stage == "backward" else stem
        short = "g" if value.stage == "backward" else "t"
        name, n = f"{short}1" if inside else stem, 2
        while name in self._taken:
            name, n = f"{short}{n}" if inside else f"{stem}_{n}", n + 1
        self._taken.add(name)
        return name

    def _expression(self, value: Value) -> tuple[str, int]:
        name = value.op.name
        if name == "input":
            return self.leaf(value), CALL
        if name == "constant":
            return _constant(value, all(_gives_shape(r, value) for r in self._readers[value]))
        if is_host(value) and name in HOST:
            return f"{HOST[name]}({', '.join(self.read(a) for a in value.args)})", CALL
        for kernel in value.op.kernels:
            self.kernels[kernel] = None
        if name in SIGNS:
            return self._infix(value, SIGNS[name], RANK[name]), RANK[name]
        special = SPECIAL.get(name)
        return special(self, value) if special else self._template(value)

    def _infix(self, value: Value, sign: str, rank: int) -> str:
        (a, left), (b, right) = (self._text[x] for x in value.args)
        a, b = f"({a})" if left < rank else a, f"({b})" if right <= rank else b
        return f"{a} {sign} {b}"

    def atom(self, value: Value) -> str:
        """Return the expression, in parentheses unless it is a name or a call."""
        text, rank = self._text[value]
        return text if rank == CALL and not text.startswith("-") else f"({text})"

    def _template(self, value: Value) -> tuple[str, int]:
        plain = value.op.plain
        if not plain:
            raise ExportError(f"The op {value.op.name} has no plain form.")
        args = [self._argument(plain, i, a) for i, a in enumerate(value.args)]
        more: dict[str, Any] = {"p": _Plain(value.params), "args": ", ".join(self.read(a) for a in value.args)}
        more["shape"] = value.shape
        if value.op.random:
            more["stream"] = draws.stream_id(*value.params["key"])
        if value.op.name == "slice":
            pairs = zip(value.params["starts"], value.params["stops"], strict=True)
            more["cut"] = ", ".join(f"{a}:{b}" for a, b in pairs)
        text = plain.format(*args, **more).replace("'", '"')
        is_call = re.match(r"[\w.]+\(|\{0\}[.\[]", plain) is not None
        return text, CALL if is_call else 0

    def _argument(self, plain: str, i: int, value: Value) -> str:
        inside = re.search(rf"[(,] ?\{{{i}\}}[,)]", plain)
        return self.read(value) if inside else self.atom(value)


class _Plain(dict[str, Any]):
    """Settings of an op as they stand in a script: lists as tuples."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return tuple(value) if isinstance(value, list) else value


def _length(text: str) -> int:
    """Length of a line whatever its numbers are."""
    return len(TOKEN.sub("rows", text))


def _same_place(a: Value, b: Value) -> bool:
    return (a.origin, a.stage) == (b.origin, b.stage)


def _is_free(value: Value) -> bool:
    """Whether the value may stand wherever it is used: it costs nothing."""
    if value.op.fusion == "leaf":
        return value.number is not None or value.op.name == "input"
    return False


def _gives_shape(reader: Value, value: Value) -> bool:
    """Whether a number alone may stand for a constant with axes here: the other operands have the shape."""
    if reader.op.fusion != "elementwise":
        return not value.shape
    return any(a is not value and a.shape == reader.shape and a.number is None for a in reader.args)


def _constant(value: Value, short: bool) -> tuple[str, int]:
    number = value.number
    if number is None:
        array = value.params["value"]
        listed = array.tolist() if hasattr(array, "tolist") else list(array)
        return f'np.array({listed!r}, "{value.dtype}")', CALL
    text = repr(number)
    if not short:
        return f'np.full({value.shape!r}, {text}, "{value.dtype}")', CALL
    return text, RANK["neg"] if text.startswith("-") else CALL


def _matmul(body: Body, value: Value) -> tuple[str, int]:
    (a, b), flags = value.args, (value.params["transpose_a"], value.params["transpose_b"])
    parts = []
    for x, flag, right in ((a, flags[0], False), (b, flags[1], True)):
        text, rank = body._text[x]
        turn = ".T" if x.ndim == 2 else ".swapaxes(-1, -2)"
        plain = text if rank > RANK["matmul"] or (rank == RANK["matmul"] and not right) else f"({text})"
        parts.append(f"{body.atom(x)}{turn}" if flag else plain)
    return f"{parts[0]} @ {parts[1]}", RANK["matmul"]


def _sum(body: Body, value: Value) -> tuple[str, int]:
    x, axes, keep = value.args[0], value.params["axes"], value.params["keepdims"]
    text = body.read(x)
    axes = tuple(range(x.ndim)) if axes is None else tuple(axes)
    lead, tail = axes == tuple(range(len(axes))), axes == tuple(range(x.ndim - len(axes), x.ndim))
    if body.exact and x.is_float and contiguous(x) and (lead or tail) and axes:
        body.kernels["add_up"] = None
        how = "" if len(axes) == x.ndim else f", {len(axes) if lead else -len(axes)}"
        out = f"add_up({text}{how})"
        return (f"{out}.reshape({value.shape!r})", CALL) if keep else (out, CALL)
    more = "" if len(axes) == x.ndim else f", axis={axes[0] if len(axes) == 1 else axes!r}"
    return f"np.sum({text}{more}{', keepdims=True' if keep else ''})", CALL


def _power(body: Body, value: Value) -> tuple[str, int]:
    a, b = (body.atom(x) for x in value.args)
    simple = all(re.fullmatch(r"[\w.]+", x) for x in (a, b))
    return f"{a}**{b}" if simple else f"{a} ** {b}", RANK["power"]


def _neg(body: Body, value: Value) -> tuple[str, int]:
    return f"-{body.atom(value.args[0])}", RANK["neg"]


def _reduce(body: Body, value: Value) -> tuple[str, int]:
    axes = value.params["axes"]
    axis = "" if axes is None or len(axes) == value.args[0].ndim else f", axis={axes[0] if len(axes) == 1 else axes!r}"
    keep = ", keepdims=True" if value.params["keepdims"] else ""
    return f"np.{value.op.name}({body.read(value.args[0])}{axis}{keep})", CALL


def _reshape(body: Body, value: Value) -> tuple[str, int]:
    return f"{body.atom(value.args[0])}.reshape({value.shape!r})", CALL


def _broadcast(body: Body, value: Value) -> tuple[str, int]:
    return f"np.broadcast_to({body.read(value.args[0])}, {value.shape!r})", CALL


def _concat(body: Body, value: Value) -> tuple[str, int]:
    args = ", ".join(body.read(a) for a in value.args)
    return f"np.concatenate([{args}], axis={value.params['axis']})", CALL


SPECIAL: Mapping[str, Callable[[Body, Value], tuple[str, int]]] = {
    "matmul": _matmul, "sum": _sum, "power": _power, "neg": _neg, "max": _reduce, "min": _reduce, "reshape": _reshape,
    "broadcast_to": _broadcast, "concat": _concat,
}  # fmt: skip


def with_rows(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return the lines with `rows` where the texts for `ROWS` rows differ; raises ExportError if that cannot be."""
    if len(first) != len(second):
        raise ExportError("The program of this network depends on the number of rows; it cannot be written for any.")
    return [_merged(a, b) for a, b in zip(first, second, strict=True)]


def _merged(a: str, b: str) -> str:
    left, right = TOKEN.split(a), TOKEN.split(b)
    if len(left) != len(right) or left[::2] != right[::2]:
        raise ExportError("The program of this network depends on the number of rows; it cannot be written for any.")
    pieces = []
    for i, (x, y) in enumerate(zip(left, right, strict=True)):
        pieces.append(x if x == y else _in_rows(x, y, left[i - 1].endswith(("(", ", ", "= "))))
    return "".join(pieces)


def _in_rows(x: str, y: str, free: bool) -> str:
    """Return the expression in `rows` that is x for ROWS[0] and y for ROWS[1]."""
    a, b = float(x), float(y)
    if a / ROWS[0] == b / ROWS[1] and a % ROWS[0] == 0:
        times = int(a) // ROWS[0]
        text = "rows" if times == 1 else f"rows * {times}"
        return text if free or times == 1 else f"({text})"
    share = float(f"{a * ROWS[0]:.12g}")
    if abs(a * ROWS[0] / (b * ROWS[1]) - 1) < 1e-12 and share:
        return f"{share!r} / rows" if free else f"({share!r} / rows)"
    raise ExportError("The program of this network depends on the number of rows; it cannot be written for any.")
