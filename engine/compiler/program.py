"""`Program`: generated functions with their memory, ready to run on rows."""

import linecache
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from engine.backend.workers import team
from engine.compiler.binding import bind
from engine.compiler.emit_numpy import Emitted
from engine.compiler.lower import Lowered
from engine.compiler.parameters import Parameters
from engine.compiler.plan import Part, Plan
from engine.ir.graph import Graph
from engine.ir.text import text
from engine.ir.value import Value

Array = Any
Arrays = Sequence[Array]
Totals = tuple[tuple[str, int, int], ...]
"""What the entries of `totals` are: (kind, output, index of the metric). Kinds: "loss" (objective x rows), "rows",
"output_loss", "metric", "weighted_metric", "weight" (sum of the sample weights); all are sums over rows."""


class Arena:
    """Memory that programs share: only one of them runs at a time. It grows to what the largest needs."""

    def __init__(self) -> None:
        self.memory: Array = np.empty(0, np.uint8)
        self.lock = threading.RLock()

    def grow(self, nbytes: int) -> Array:
        """Return the memory, enlarged if it is smaller; it begins at a multiple of 64."""
        if self.memory.size < nbytes:
            raw = np.empty(nbytes + 64, np.uint8)
            start = -raw.ctypes.data % 64
            self.memory = raw[start : start + nbytes]
        return self.memory


@dataclass(frozen=True)
class Code:
    """The generated functions of a program.

    Args:
        rows: number of rows -> function over the rows of a part.
        before, update, after: around the step; None where there is nothing to do.
        scratch: pieces of scratch memory that `update` wants.
        kernels: what must be made before the functions; None on the CPU.
    """

    rows: Mapping[int, Emitted]
    before: Emitted | None = None
    update: Emitted | None = None
    after: Emitted | None = None
    scratch: int = 0
    kernels: Emitted | None = None

    def functions(self) -> list[Emitted]:
        """All of them, in the order of the source."""
        around = [e for e in (self.before, self.update, self.after) if e is not None]
        return [*([self.kernels] if self.kernels else []), *self.rows.values(), *around]


class Program:
    """A compiled definition for one mode and one number of rows.

    Attributes:
        mode, rows, plan: what it is and how it runs.
        source: the generated text. lines: line number -> node id. macs: line number -> multiply-adds of one row.
        graph: of the first part; text: the same in print.
        totals: what each entry of a totals vector is.
        outputs: the network's outputs of the last call: always after `test` and `predict`, after `step` only when a
            metric is no mean over rows. They are overwritten by the next call.
    """

    def __init__(
        self,
        lowered: Lowered,
        plan: Plan,
        code: Code,
        totals: Totals,
        graph: Graph,
        mode: str,
        arena: Arena,
        penalties: int,
    ) -> None:
        self.mode, self.rows, self.plan, self.graph, self.totals = mode, plan.rows, plan, graph, totals
        self.lowered, self.arena = lowered, arena
        self._code, self._penalties = code, penalties
        self.source, self.lines, self._compiled = compiled(self, code)
        self.macs = per_row(code)
        self._parameters: Parameters | None = None
        self._memory: Array = None
        self._sums = np.zeros((len(plan.parts), len(totals) - 2 + penalties))
        self._scales = [loss.scale for loss in lowered.losses]
        wanted = mode != "train" or lowered.stateful
        self.outputs: tuple[Array, ...] = tuple(
            np.empty((self.rows, *v.shape[1:]), v.dtype) for v in (lowered.outputs if wanted else ())
        )

    @property
    def update_lines(self) -> int:
        """Lines of the optimizer's step; 0 where nothing is learnt."""
        return self._code.update.source.count("\n") - 1 if self._code.update else 0

    @property
    def scratch_bytes(self) -> tuple[int, ...]:
        """Sizes of the pieces of memory that the optimizer's step works in, all threads together."""
        layout = self.lowered.layout
        piece = min(self.plan.chunk, max(layout.trainable // self.plan.shards, 1)) * np.dtype(layout.dtype).itemsize
        return (piece * self.plan.shards,) * self._code.scratch

    @cached_property
    def text(self) -> str:
        """The graph in print."""
        return text(self.graph)

    # ---- running -------------------------------------------------------------------------------------------------
    def step(
        self, parameters: Parameters, data: Arrays, targets: Arrays, weights: Arrays | None, index: Any, seed: int,
        step: int, learning_rate: float, totals: Array,
    ) -> float:  # fmt: skip
        """Train on the rows that `index` (a slice or integers, as many as `rows`) names; return the loss.

        data, targets, weights: whole arrays, in the dtypes of `lowered`'s leaves. seed, step: key the random bits.
        totals: float64 vector to which the sums of this batch are added. Weights, slots and iterations change.
        """
        with self.arena.lock, np.errstate(all="ignore"):
            self._ready(parameters)
            self._run_parts(data, targets, weights, index, seed, step)
            penalty = self._before(None)
            parameters.iterations += 1
            self._update(learning_rate, parameters.iterations)
            if self._after is not None:
                self._after()
            return self._add(totals, penalty)

    def test(
        self, parameters: Parameters, data: Arrays, targets: Arrays, weights: Arrays | None, index: Any, totals: Array
    ) -> tuple[Array, ...]:
        """Add the sums of these rows to totals and return the outputs (copies); nothing is learnt."""
        with self.arena.lock, np.errstate(all="ignore"):
            self._ready(parameters)
            self._run_parts(data, targets, weights, index, 0, 0)
            self._add(totals, self._before(None))
            return tuple(o.copy() for o in self.outputs)

    def predict(self, parameters: Parameters, data: Arrays, index: Any) -> tuple[Array, ...]:
        """Return the outputs of these rows (copies)."""
        with self.arena.lock, np.errstate(all="ignore"):
            self._ready(parameters)
            self._run_parts(data, (), None, index, 0, 0)
            return tuple(o.copy() for o in self.outputs)

    def _add(self, totals: Array, penalty: float) -> float:
        sums = self._sums[0] if len(self._sums) == 1 else self._sums.sum(0)
        count = len(self.totals) - 2
        loss = penalty
        for scale, total in zip(self._scales, sums.tolist(), strict=False):
            loss += scale * total
        if self._penalties:
            loss += float(sums[count:].sum())
        totals[0] += loss * self.rows
        totals[1] += self.rows
        totals[2:] += sums[:count] if self._penalties else sums
        return loss

    def release(self) -> None:
        """Forget the rows that were kept for a run, when it ends. On the CPU nothing is kept."""

    # ---- memory --------------------------------------------------------------------------------------------------
    def _ready(self, parameters: Parameters) -> None:
        if parameters.mirror is not None:
            parameters.take_back()
        if parameters is self._parameters and self.arena.memory is self._memory:
            return
        self._memory = self.arena.grow(self.plan.peak_bytes)
        self._parameters = parameters
        _Binder(self, parameters).bind()

    _run_parts: Callable[..., None]
    _before: Callable[[Any], float]
    _update: Callable[[float, int], None]
    _after: Callable[[], None] | None


def compiled(program: Program, code: Code) -> tuple[str, dict[int, str], dict[str, Any]]:
    """Return (whole source, line -> node, function name -> code object); tracebacks find the text in linecache."""
    name = f"<layerwright {program.mode} {program.rows} {id(program):x}>"
    text, made = "", {}
    lines: dict[int, str] = {}
    for emitted in code.functions():
        start = text.count("\n")
        lines |= {start + line: node for line, node in emitted.lines.items()}
        made[emitted.name] = compile("\n" * start + emitted.source, name, "exec")
        text += emitted.source + "\n\n"
    text = text.rstrip("\n") + "\n"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    weakref.finalize(program, linecache.cache.pop, name, None)
    return text, lines, made


def per_row(code: Code) -> dict[int, int]:
    """Return line of the whole source -> multiply-adds of one row, for the lines that multiply matrices."""
    rows = {emitted.name: n for n, emitted in code.rows.items()}
    found: dict[int, int] = {}
    start = 0
    for emitted in code.functions():
        if emitted.name in rows:
            found |= {start + line: count // rows[emitted.name] for line, count in emitted.macs.items()}
        start += emitted.source.count("\n") + 2
    return found


class _Binder:
    """Gives the functions of a program their arrays: buffers in the arena, weights, gradients, pieces of vectors."""

    def __init__(self, program: Program, parameters: Parameters) -> None:
        self.program, self.parameters, self.plan = program, parameters, program.plan
        self.code = program._code
        self.stride = program._memory.size // max(self.plan.shards, 1) // 64 * 64
        self.gradients = self._gradient_vectors()

    def bind(self) -> None:
        program = self.program
        program._run_parts = self._parts()
        program._before = self._before()
        program._after = self._after()
        program._update = self._update()

    def _gradient_vectors(self) -> list[Array]:
        own = self.parameters.gradients
        return [own, *(np.zeros_like(own) for _ in range(self.plan.shards - 1))]

    def _leaf(self, gradients: Array) -> Callable[[Value], Array]:
        keys = {leaf: key for key, leaf in self.program.lowered.weights.items()}
        names = {str(leaf.params["name"]): key for leaf, key in keys.items()}

        def array(value: Value) -> Array:
            if value.params["kind"] == "gradient":
                start = value.params["at"]
                return gradients[start : start + value.size].reshape(value.shape)
            return self.parameters.view(*names[str(value.params["name"])])

        return array

    def _function(self, emitted: Emitted, memory: Array, gradients: Array) -> Callable[..., None]:
        names = bind(emitted.bindings, memory, self._leaf(gradients), {"__name__": "layerwright"})
        exec(self.program._compiled[emitted.name], names)
        made: Callable[..., None] = names[emitted.name]
        return made

    # ---- parts ---------------------------------------------------------------------------------------------------
    def _parts(self) -> Callable[..., None]:
        parts = self.plan.parts
        if len(parts) == 1:
            run = self._function(self.code.rows[parts[0].rows], self.program._memory, self.gradients[0])
            return partial(_whole, run, self.program.outputs, self.program._sums[0])
        workers = [[p for p in enumerate(parts) if p[1].worker == w] for w in range(self.plan.shards)]
        jobs = [self._worker(w, mine) for w, mine in enumerate(workers)]
        if len(jobs) == 1:
            return lambda *call: jobs[0](call)
        crew = team(len(jobs))
        return lambda *call: crew.run([partial(job, call) for job in jobs])

    def _worker(self, worker: int, mine: list[tuple[int, Part]]) -> Callable[[Any], None]:
        total = self.gradients[worker]
        tiled = len(mine) > 1 and self.program.mode == "train"
        gradients = np.zeros_like(total) if tiled else total
        memory = self.program._memory[worker * self.stride : (worker + 1) * self.stride]
        functions = {n: self._function(self.code.rows[n], memory, gradients) for n in {p.rows for _, p in mine}}
        turns = [(functions[p.rows], p.start, p.stop, self._outputs(p), self.program._sums[i]) for i, p in mine]
        return partial(_turns, turns, gradients if tiled else None, total)

    def _outputs(self, part: Part) -> tuple[Array, ...]:
        return tuple(o[part.start : part.stop] for o in self.program.outputs)

    # ---- around the step -----------------------------------------------------------------------------------------
    def _before(self) -> Callable[[Any], float]:
        if self.code.before is None:
            return lambda _: 0.0
        sums = np.zeros(max(1, len(self.parameters.layout.entries)))
        run = self._function(self.code.before, self.program._memory, self.gradients[0])
        others, own = self.gradients[1:] if self.program.mode == "train" else [], self.gradients[0]

        def before(_: Any) -> float:
            for other in others:
                np.add(own, other, out=own)
                other.fill(0.0)
            run((), (), (), None, (), 0, 0, 0, sums)
            return float(sums.sum())

        return before

    def _after(self) -> Callable[[], None] | None:
        if self.code.after is None:
            return None
        run = self._function(self.code.after, self.program._memory, self.gradients[0])
        return partial(run, (), (), (), None, (), 0, 0, 0, ())

    def _update(self) -> Callable[[float, int], None]:
        if self.code.update is None:
            return lambda rate, t: None
        cuts = self._cuts()
        if len(cuts) == 1:
            run = self._function(self.code.update, self.program._memory, self.gradients[0])
            chunks = self._chunks(*cuts[0])
            return lambda rate, t: run(chunks, rate, t)
        runs = [partial(self._summed(start, stop), start, stop) for start, stop in cuts]
        crew = team(len(runs))
        return lambda rate, t: crew.run([partial(run, rate, t) for run in runs])

    def _cuts(self) -> list[tuple[int, int]]:
        n, shards = self.parameters.layout.trainable, self.plan.shards
        step = -(-n // shards)
        return [(i * step, min(n, (i + 1) * step)) for i in range(shards)]

    def _summed(self, start: int, stop: int) -> Callable[..., None]:
        run = self._function(self.code.update, self.program._memory, self.gradients[0])  # type: ignore[arg-type]
        chunks, chunk = self._chunks(start, stop), self.plan.chunk
        own, others = self.gradients[0], self.gradients[1:]
        adds = [
            (own[a : min(stop, a + chunk)], [o[a : min(stop, a + chunk)] for o in others])
            for a in range(start, stop, chunk)
        ]
        pairs = list(zip(adds, chunks, strict=True))

        def update(_start: int, _stop: int, rate: float, t: int) -> None:
            with np.errstate(all="ignore"):
                for (target, parts), piece in pairs:
                    for part in parts:
                        np.add(target, part, out=target)
                    run((piece,), rate, t)

        return update

    def _chunks(self, start: int, stop: int) -> list[tuple[Array, ...]]:
        p, chunk = self.parameters, self.plan.chunk
        scratch = [np.empty(min(chunk, max(stop - start, 1)), p.flat.dtype) for _ in range(self.code.scratch)]
        vectors = [p.flat, self.gradients[0], *p.slots.values()]
        made = []
        for a in range(start, stop, chunk):
            b = min(stop, a + chunk)
            made.append((*(v[a:b] for v in vectors), *(s[: b - a] for s in scratch)))
        return made


def _whole(
    run: Callable[..., None], outputs: Arrays, sums: Array, data: Arrays, targets: Arrays, weights: Arrays | None,
    index: Any, seed: int, step: int,
) -> None:  # fmt: skip
    run(data, targets, weights, index, outputs, seed, step, 0, sums)


def _turns(turns: list[Any], tile: Array | None, total: Array, call: Any) -> None:
    """Do the parts of one thread in turn; their gradients are added up in `total`."""
    data, targets, weights, index, seed, step = call
    with np.errstate(all="ignore"):
        if tile is not None:
            total.fill(0.0)
        for run, start, stop, outputs, sums in turns:
            run(data, targets, weights, _cut(index, start, stop), outputs, seed, step, start, sums)
            if tile is not None:
                np.add(total, tile, out=total)


def _cut(index: Any, start: int, stop: int) -> Any:
    if isinstance(index, slice):
        return slice((index.start or 0) + start, (index.start or 0) + stop)
    return index[start:stop]
