"""Every op of the registry as a function for the GPU, from the samples of its record."""

from typing import Any

import numpy as np

from engine.backend.random import Stream
from engine.compiler import rewrite
from engine.compiler.cupy_program import bind
from engine.compiler.emit_cupy import Kernels, emit
from engine.compiler.emit_numpy import Emitted
from engine.compiler.graphs import Planned
from engine.ir.graph import Graph
from engine.ir.interpret import evaluate
from engine.ir.op import OPS, Op, Sample, made
from engine.ir.value import Value
from engine.ops.leaves import input as leaf

STREAM = Stream(11, 7, 0)
ON_PROBABILITIES = Sample(((4, 3), (4, 3), (4, 3)), (), 0.1, 0.9)
MORE = {
    "softmax_sparse_crossentropy": (Sample(((4, 3), (4, 3), (4,)), (), 0.1, 0.9, ((2, 3),)),),
    "softmax_crossentropy": (ON_PROBABILITIES,),
    "sigmoid_binary_crossentropy": (ON_PROBABILITIES,),
    "maximum": (Sample(((3, 4), (3, 4))),),
}
"""Samples of ops whose records have none, or have too few for this."""
RECORDS = [op for op in OPS.values() if op.name != "input" and not op.name.startswith("test_")]
SAMPLES = [
    (f"{op.name}-{i}", op, sample)
    for op in RECORDS
    for i, sample in enumerate((*op.samples, *MORE.get(op.name, ())))
]  # fmt: skip


def drawn(op: Op, sample: Sample, dtype: str, seed: int = 7) -> tuple[Value, dict[Value, Any]]:
    """Return the op on leaves, and arrays for them."""
    rng = np.random.default_rng(seed)
    feed: dict[Value, Any] = {}
    for i, shape in enumerate(sample.shapes):
        if i in dict(sample.integers):
            array: Any = rng.integers(0, dict(sample.integers)[i], shape).astype(np.int32)
        elif i in sample.binary:
            array = rng.integers(0, 2, shape).astype(bool)
        else:
            array = np.asarray(rng.uniform(sample.low, sample.high, shape)).astype(dtype)
        feed[leaf(f"a{i}", shape, str(array.dtype), "weight")] = array
    return made(op, *feed, **dict(sample.params)), feed


def function(value: Value, feed: dict[Value, Any]) -> tuple[Emitted, Kernels]:
    """Return the generated function of one value."""
    graph = rewrite.expand(Graph({str(v.params["name"]): v for v in feed}, {"y": value}))
    kernels = Kernels()
    return emit("compute", Planned(graph, (), (graph.outputs["y"],), ()), {}, kernels), kernels


def run(cp: Any, value: Value, feed: dict[Value, Any]) -> Any:
    """Return what the generated function computes with this CuPy."""
    emitted, kernels = function(value, feed)
    out = cp.empty(value.shape, value.dtype)
    arrays = {str(v.params["name"]): cp.asarray(array) for v, array in feed.items()} | {"out0": out}
    names: dict[str, Any] = {"cp": cp}
    exec(kernels.emitted().source, names)
    memory = cp.empty(max(emitted.size, 1), np.uint8)
    bind(emitted.bindings, memory, lambda v: arrays[str(v.params["name"])], names)
    exec(emitted.source, names)
    names["compute"]((), (), (), (), np.uint64(STREAM.seed), np.uint64(STREAM.step))
    return out.get()


def meaning(value: Value, feed: dict[Value, Any]) -> Any:
    """Return what the reference interpreter computes."""
    return np.asarray(evaluate([value], feed, stream=STREAM)[value])
