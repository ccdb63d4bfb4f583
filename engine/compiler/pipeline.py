"""The way from a definition to a program: lower, differentiate, rewrite, plan, emit."""

import dataclasses
import os
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from engine.compiler import emit_cupy as gpu
from engine.compiler import graphs
from engine.compiler.cupy_program import CupyProgram, DeviceArena
from engine.compiler.definition import Definition
from engine.compiler.emit_numpy import Emitted, emit, emit_update
from engine.compiler.graphs import Planned
from engine.compiler.lower import Lowered, Mode, lower
from engine.compiler.plan import CHUNK, SHARD_WORK, Part, Plan, parts, work
from engine.compiler.program import Arena, Code, Program, Totals
from engine.compiler.rows import mixing
from engine.errors import ModelError

PASSES = ("lower", "differentiate", "rewrite", "plan", "emit")
PROGRAMS = 8
"""How many programs a cache keeps."""
STEMS = {
    "train": "forward_backward", "test": "forward_and_measure", "predict": "forward",
    "before": "penalties_and_clipping", "after": "constraints",
}  # fmt: skip
"""Mode or part of a step -> name of its function."""


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def compile(
    definition: Definition, mode: Mode, rows: int, *, device: str = "cpu", cores: int | None = None,
    weighted: bool = False, arena: Arena | None = None,
) -> Program:  # fmt: skip
    """Return the program of a definition for a mode and a number of rows.

    device: "cpu" or "gpu". cores: threads of the CPU to plan for, all of the machine without. weighted: whether sample
    weights come with the rows. arena: memory to share; for the GPU a `DeviceArena`.

    Raises:
        ModelError: there is nothing to train or no optimizer, the network has a cycle or no output.
        ShapeError: a layer cannot take its inputs.
    """
    lowered = lower(definition, mode, rows, weighted=weighted)
    _check(definition, lowered, mode)
    wanted = mode != "train" or lowered.stateful
    whole = graphs.rows_graph(lowered, mode, wanted)
    count = globals()["cores"]() if cores is None else cores
    if device == "gpu":
        return _on_gpu(definition, lowered, mode, whole, count, arena)
    mixer = _mixing(lowered)
    cut, why = parts(whole.graph, rows, count, mixer)
    planned = {rows: whole} | {
        n: graphs.rows_graph(lower(definition, mode, n, total_rows=rows, weighted=weighted), mode, wanted)
        for n in sorted({p.rows for p in cut} - {rows}, reverse=True)
    }
    used = {n: planned[n] for n in dict.fromkeys(p.rows for p in cut)}
    code = _code(definition, lowered, mode, used)
    plan = _plan(mode, rows, count, cut, why, code, work(whole.graph), mixer is not None)
    first = planned[cut[0].rows].graph
    penalties = len(lowered.penalties)
    return Program(lowered, plan, code, totals(lowered), first, mode, arena or Arena(), penalties)


def _check(definition: Definition, lowered: Lowered, mode: Mode) -> None:
    if mode != "train":
        return
    if not lowered.losses:
        raise ModelError("Training needs a loss for at least one output; there is none. Choose a loss.")
    if definition.optimizer is None:
        raise ModelError("Training needs an optimizer; there is none. Choose an optimizer.")


def _mixing(lowered: Lowered) -> str | None:
    """Return the identifier of what mixes rows, or None."""
    if lowered.penalties:
        return "a penalty on outputs"
    found = mixing(lowered.updates.values(), lowered.per_row, lowered.rows)
    return None if found is None else lowered.names.get(found.origin, "the loss")


def _code(definition: Definition, lowered: Lowered, mode: Mode, used: dict[int, Planned]) -> Code:
    stem = STEMS[mode]
    rows = {
        n: emit(stem if len(used) == 1 else f"{stem}_{n}", p.graph, lowered.names, p.destinations, p.sums, p.outputs)
        for n, p in used.items()
    }
    if mode == "predict":
        return Code(rows)
    before = _emitted(STEMS["before"], graphs.before_step(definition, lowered, mode == "train"), lowered)
    if mode == "test" or not lowered.layout.trainable:
        return Code(rows, before)
    step = graphs.step_graph(definition, lowered.layout)
    update, _, scratch = emit_update("update", step.graph, step.destinations)
    return Code(rows, before, update, _emitted(STEMS["after"], graphs.after_step(lowered), lowered), scratch)


def _on_gpu(
    definition: Definition, lowered: Lowered, mode: Mode, whole: Planned, cores: int, arena: Arena | None
) -> Program:
    code = _gpu_code(definition, lowered, mode, whole)
    rows, size = code.rows[lowered.rows], max(e.size for e in code.functions())
    part, why = (Part(0, lowered.rows, 0),), "One part: the GPU takes the whole batch."
    chunk = max(lowered.layout.trainable, 1)
    plan = Plan(mode, lowered.rows, cores, part, 1, rows.buffers, size, chunk, why, work(whole.graph))
    arena = arena if isinstance(arena, DeviceArena) else DeviceArena()
    return CupyProgram(lowered, plan, code, totals(lowered), whole.graph, mode, arena, len(lowered.penalties))


def _gpu_code(definition: Definition, lowered: Lowered, mode: Mode, whole: Planned) -> Code:
    kernels = gpu.Kernels()
    before = graphs.before_step(definition, lowered, mode == "train") if mode != "predict" else None
    learns = mode == "train" and lowered.layout.trainable > 0
    update, after = (
        (graphs.step_graph(definition, lowered.layout), graphs.after_step(lowered)) if learns else (None,) * 2
    )
    return Code(
        {lowered.rows: gpu.emit(STEMS[mode], whole, lowered.names, kernels)},
        gpu.emit(STEMS["before"], before, lowered.names, kernels) if before else None,
        gpu.emit_update("update", update, kernels) if update else None,
        gpu.emit(STEMS["after"], after, lowered.names, kernels) if after else None,
        kernels=kernels.emitted(),
    )


def _emitted(name: str, planned: Planned | None, lowered: Lowered) -> Emitted | None:
    if planned is None:
        return None
    return emit(name, planned.graph, lowered.names, planned.destinations, planned.sums)


def _plan(mode: str, rows: int, cores: int, cut: Any, why: str, code: Code, total: int, mixes: bool) -> Plan:
    shards = len({p.worker for p in cut})
    around = max((e.size for e in (code.before, code.after) if e is not None), default=0)
    stride = -(-max(e.size for e in code.rows.values()) // 64) * 64
    peak = max(stride * shards, around)
    blas = cores if mixes and total >= SHARD_WORK else 1
    first = code.rows[cut[0].rows]
    return Plan(mode, rows, cores, tuple(cut), blas, first.buffers, peak, CHUNK, why, total)


def totals(lowered: Lowered) -> Totals:
    """Return what the entries of a totals vector are."""
    found = [("loss", 0, 0), ("rows", 0, 0)]
    found += [("output_loss", loss.output, 0) for loss in lowered.losses]
    found += [("weighted_metric" if m.weighted else "metric", m.output, m.index) for m in lowered.metrics]
    found += [("weight", i, 0) for i in range(len(lowered.sample_weights))]
    return tuple(found)


class ProgramCache:
    """The programs of one model: the eight last used, sharing one arena on each device."""

    def __init__(self) -> None:
        self._programs: OrderedDict[Hashable, Program] = OrderedDict()
        self.arena, self.device_arena = Arena(), DeviceArena()

    def __len__(self) -> int:
        return len(self._programs)

    def release(self) -> None:
        """Forget the rows that lie on the GPU: called at the end of a run, and of a pass over rows."""
        self.device_arena.release()

    def get(
        self, definition: Definition, mode: Mode, rows: int, *, device: str = "cpu", cores: int | None = None,
        weighted: bool = False,
    ) -> Program:  # fmt: skip
        """Return the program, compiled if it is not kept; raises what `compile` raises.

        Where the memory of the GPU does not suffice the CPU goes on, and `plan.why` says so.
        """
        key = (definition, mode, rows, device, cores, weighted)
        if key not in self._programs:
            arena = self.device_arena if device == "gpu" else self.arena
            made = compile(definition, mode, rows, device=device, cores=cores, weighted=weighted, arena=arena)
            if isinstance(made, CupyProgram) and (lack := made.lack()):
                made = compile(definition, mode, rows, cores=cores, weighted=weighted, arena=self.arena)
                made.plan = dataclasses.replace(made.plan, why=f"{lack} {made.plan.why}")
            self._programs[key] = made
        self._programs.move_to_end(key)
        while len(self._programs) > PROGRAMS:
            self._programs.popitem(last=False)
        return self._programs[key]
