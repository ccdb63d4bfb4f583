"""plan: who works on which rows, and which value lies where in memory. A pure function of graph, rows, cores and the
constants below, never of a timing, so that the same call makes the same bits again."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ir.graph import Graph
from engine.ir.value import Value

SHARD_WORK = 20_000_000
"""Operations of one step from which a batch is split over cores: about half a millisecond of one core."""
SHARD_ROWS = 16
"""Fewest rows of a part."""
TILE_BYTES = 1 << 20
"""Bytes that the largest value of a tile may take: a core's second-level cache."""
CHUNK = 49_152
"""Numbers of the flat vector that one turn of the optimizer's loop works on: a few such pieces fit the cache."""
ALIGN = 64


# ---- rows --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """Rows start..stop of the batch, done by thread `worker`."""

    start: int
    stop: int
    worker: int

    @property
    def rows(self) -> int:
        """How many."""
        return self.stop - self.start


@dataclass(frozen=True)
class Buffer:
    """A piece of the arena: who uses it from line `first` to line `last` of the program."""

    name: str
    offset: int
    nbytes: int
    first: int
    last: int
    origin: str


@dataclass(frozen=True)
class Plan:
    """How a program runs.

    Args:
        mode, rows, cores: what it was made for.
        parts: shards, and tiles within them; one part when the batch is not split.
        blas_threads: how many threads BLAS should use while it runs; set by whoever owns the run.
        buffers: of one part, with lifetimes. peak_bytes: the arena, all shards together.
        chunk: length of the optimizer's pieces.
        why: one sentence on why the batch is split or not.
        work: multiply-adds and the like of one step, estimated.
    """

    mode: str
    rows: int
    cores: int
    parts: tuple[Part, ...]
    blas_threads: int
    buffers: tuple[Buffer, ...]
    peak_bytes: int
    chunk: int
    why: str
    work: int

    @property
    def shards(self) -> int:
        """Number of threads."""
        return len({p.worker for p in self.parts})

    @property
    def tiles(self) -> int:
        """Most parts that one thread does in turn."""
        workers = [p.worker for p in self.parts]
        return max(workers.count(w) for w in set(workers))

    def to_json(self) -> dict[str, Any]:
        """Return plain values: what a run keeps."""
        return {
            "mode": self.mode, "rows": self.rows, "cores": self.cores, "blas_threads": self.blas_threads,
            "parts": [[p.start, p.stop, p.worker] for p in self.parts], "peak_bytes": self.peak_bytes,
            "chunk": self.chunk, "why": self.why, "work": self.work,
        }  # fmt: skip


def work(graph: Graph) -> int:
    """Return an estimate of the operations of one step."""
    return sum(_cost(v) for v in graph.values())


def multiply_adds(value: Value) -> int:
    """Return the multiply-adds of a matrix product; 0 for other values."""
    if value.op.name != "matmul":
        return 0
    return value.size * value.args[0].shape[-2 if value.params["transpose_a"] else -1]


def _cost(value: Value) -> int:
    if count := multiply_adds(value):
        return 2 * count
    return 4 * max([value.size, *(a.size for a in value.args)]) if value.op.fusion not in ("leaf", "view") else 0


def parts(graph: Graph, rows: int, cores: int, mixing: str | None) -> tuple[tuple[Part, ...], str]:
    """Return the parts of a batch and the reason. mixing: what mixes rows, if anything does."""
    if mixing is not None:
        return (Part(0, rows, 0),), f"One part: {mixing} mixes rows."
    shards, why = _shards(work(graph), rows, cores)
    made: list[Part] = []
    for worker in range(shards):
        start, stop = rows * worker // shards, rows * (worker + 1) // shards
        made += _tiles(start, stop, worker, tile_rows(graph, rows))
    if len(made) > shards:
        why += f" Tiles of {made[0].rows} rows, so that windows stay in the cache."
    return tuple(made), why


def _shards(total: int, rows: int, cores: int) -> tuple[int, str]:
    shards = min(cores, rows // SHARD_ROWS)
    if cores < 2:
        return 1, "One part: there is one core."
    if total < SHARD_WORK or shards < 2:
        return 1, "One part: a step is too small to be worth splitting."
    return shards, f"{shards} parts, one per core."


def tile_rows(graph: Graph, rows: int) -> int:
    """Return how many rows a tile has: graphs with windows over images get small ones."""
    columns = [v for v in graph.values() if v.op.name in ("im2col", "col2im")]
    if not columns or rows < 2:
        return rows
    largest = max(max(v.size, v.args[0].size) for v in columns) * 4 // rows
    return max(1, min(rows, TILE_BYTES // max(largest, 1)))


def _tiles(start: int, stop: int, worker: int, most: int) -> list[Part]:
    count = -(-(stop - start) // most)
    cuts = [start + (stop - start) * i // count for i in range(count + 1)]
    return [Part(a, b, worker) for a, b in itertools.pairwise(cuts)]


# ---- memory ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Homes:
    """Where the values of one graph lie.

    Args:
        order: the values in order of computing.
        root: value -> the value whose memory it uses (itself, an argument written over, a destination leaf).
        buffers: root -> (offset, bytes, first, last).
        copies: (value, destination leaf) that must be copied at the end.
        size: bytes of all buffers.
    """

    order: tuple[Value, ...]
    root: Mapping[Value, Value]
    buffers: Mapping[Value, tuple[int, int, int, int]]
    copies: tuple[tuple[Value, Value], ...]
    size: int


def itemsize(dtype: str) -> int:
    """Bytes of one element."""
    return 1 if dtype == "bool" else int("".join(c for c in dtype if c.isdigit())) // 8


def contiguous(value: Value) -> bool:
    """Whether a value's elements lie one after the other."""
    if value.op.fusion != "view":
        return value.number is None or not value.shape
    inner = value.args[0]
    if value.op.name == "reshape":
        return True
    if value.op.name == "slice":
        return contiguous(inner) and value.shape[1:] == inner.shape[1:]
    straight: bool = value.op.name == "transpose" and _moves_only_ones(inner, value.params["perm"])
    return straight and contiguous(inner)


def _moves_only_ones(value: Value, perm: tuple[int, ...]) -> bool:
    kept = [p for p in perm if value.shape[p] != 1]
    return kept == sorted(kept)


def is_view(value: Value) -> bool:
    """Whether a value is a window on its argument: a reshape of scattered elements is a copy instead."""
    if value.op.fusion != "view":
        return False
    return value.op.name != "reshape" or contiguous(value.args[0])


def is_host(value: Value) -> bool:
    """Whether a value is a Python number that the program computes beside the arrays (step sizes of an optimizer)."""
    if value.shape or value.op.random:
        return False
    if value.op.name == "input":
        return bool(value.params["kind"] == "scalar")
    return value.number is not None or (value.op.name in HOST and all(is_host(a) for a in value.args))


HOST = {
    "add": "({0} + {1})", "sub": "({0} - {1})", "mul": "({0} * {1})", "div": "({0} / {1})", "power": "({0} ** {1})",
    "neg": "(-{0})", "sqrt": "math.sqrt({0})", "exp": "math.exp({0})", "maximum": "max({0}, {1})",
    "minimum": "min({0}, {1})",
}  # fmt: skip


Pairs = Sequence[tuple[Value, Value]]


def homes(graph: Graph, destinations: Pairs, expressions: Iterable[Value] = ()) -> Homes:
    """Decide where values lie: views on their argument, in place where the argument dies, at their destination, or in
    a buffer shared by values that do not live at the same time.

    destinations: (value, leaf that shall hold it at the end). expressions: scalars that need no memory.
    """
    return _Planner(graph, destinations, set(expressions)).done()


class _Planner:
    def __init__(self, graph: Graph, destinations: Pairs, expressions: set[Value]) -> None:
        self.order = tuple(graph.values())
        self.pairs, self.expressions = destinations, expressions
        self.destinations = dict(reversed(destinations))
        self.at = {v: i for i, v in enumerate(self.order)}
        self.base: dict[Value, Value] = {}
        for value in self.order:
            self.base[value] = self.base[value.args[0]] if is_view(value) else value
        self.last: dict[Value, int] = {}
        for i, value in enumerate(self.order):
            if not is_view(value):
                for arg in value.args:
                    self.last[self.base[arg]] = i
            else:
                self.last.setdefault(self.base[value], i)
        for value in graph.outputs.values():
            if value not in expressions:
                self.last[self.base[value]] = len(self.order)
        self.root: dict[Value, Value] = {}
        self.spans: dict[Value, list[int]] = {}
        self.copies: list[tuple[Value, Value]] = []
        self.memory = _Memory()
        self.placed: dict[Value, int] = {}

    def done(self) -> Homes:
        for i, value in enumerate(self.order):
            if is_view(value):
                self.root[value] = self.root[self.base[value]]
                continue
            self.root[value] = self._place(i, value)
            self._release(i, value)
        for value, leaf in self.pairs:
            if self.root[value] is not leaf:
                self.copies.append((value, leaf))
        buffers = {r: (self.placed[r], r.size * itemsize(r.dtype), span[0], span[1]) for r, span in self.spans.items()}
        return Homes(self.order, self.root, buffers, tuple(self.copies), self.memory.size)

    def _place(self, i: int, value: Value) -> Value:
        if self._fixed(value):
            return value
        if (leaf := self.destinations.get(value)) is not None and self._free_to_write(i, value, leaf):
            return leaf
        if (over := self._dying(i, value)) is not None:
            root = self.root[over]
            self.spans[root][1] = self._end(i, value)
            return root
        self.spans[value] = [i, self._end(i, value)]
        self.placed[value] = self.memory.take(value.size * itemsize(value.dtype))
        return value

    def _fixed(self, value: Value) -> bool:
        leaf = value.op.name == "constant" or (value.op.name == "input" and not gathered(value))
        return leaf or value in self.expressions or is_host(value)

    def _end(self, i: int, value: Value) -> int:
        return self.last.get(value, i)

    def _free_to_write(self, i: int, value: Value, leaf: Value) -> bool:
        later = self.last.get(leaf, -1)
        if later > i or leaf not in self.at:
            return later <= i
        reads_now = [a for a in value.args if self.base[a] is leaf]
        safe = all(a is leaf and value.args.index(a) in value.op.inplace for a in reads_now)
        return later < i or (safe and leaf.shape == value.shape)

    def _dying(self, i: int, value: Value) -> Value | None:
        for position in value.op.inplace:
            arg = value.args[position]
            base = self.base[arg]
            root = self.root[base]
            alone = sum(self.base[a] is base for a in value.args) == sum(a is arg for a in value.args)
            fits = arg.shape == value.shape and arg.dtype == value.dtype and contiguous(arg) and arg.size == base.size
            if root in self.spans and fits and alone and self.last[base] == i:
                return base
        return None

    def _release(self, i: int, value: Value) -> None:
        for root in dict.fromkeys(self.root[self.base[a]] for a in (*value.args, value)):
            if root in self.spans and self.spans[root][1] == i and root in self.placed:
                self.memory.give(self.placed[root], root.size * itemsize(root.dtype))


def gathered(value: Value) -> bool:
    """Whether an input is copied into a buffer when the program begins: the rows of the batch."""
    return value.op.name == "input" and value.params["kind"] in ("data", "target", "sample_weight")


class _Memory:
    """First fit over a list of free pieces."""

    def __init__(self) -> None:
        self.free: list[tuple[int, int]] = []
        self.size = 0

    def take(self, nbytes: int) -> int:
        need = max(ALIGN, math.ceil(nbytes / ALIGN) * ALIGN)
        best = min((p for p in self.free if p[1] >= need), key=lambda p: p[1], default=None)
        if best is None:
            start = self.size
            if self.free and self.free[-1][0] + self.free[-1][1] == self.size:
                start = self.free.pop()[0]
            self.size = start + need
            return start
        self.free.remove(best)
        if best[1] > need:
            self._insert(best[0] + need, best[1] - need)
        return best[0]

    def give(self, offset: int, nbytes: int) -> None:
        self._insert(offset, max(ALIGN, math.ceil(nbytes / ALIGN) * ALIGN))

    def _insert(self, offset: int, size: int) -> None:
        pieces = sorted([*self.free, (offset, size)])
        self.free = []
        for start, length in pieces:
            if self.free and sum(self.free[-1]) == start:
                self.free[-1] = (self.free[-1][0], self.free[-1][1] + length)
            else:
                self.free.append((start, length))
