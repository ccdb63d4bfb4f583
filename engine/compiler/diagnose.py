"""Where a number stopped being finite: the batch is done again by the reference interpreter, value by value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.backend.random import Stream
from engine.compiler import graphs
from engine.compiler.definition import Definition
from engine.compiler.lower import Lowered, lower
from engine.compiler.parameters import Parameters
from engine.errors import NotFiniteError
from engine.ir.graph import ordered
from engine.ir.interpret import evaluate
from engine.ir.value import Value

Array = Any
PASSES = {"forward": "forward", "loss": "forward", "backward": "backward", "update": "update"}
ADVICE = {
    "data": "Look at these rows for missing or huge numbers.",
    "forward": "Scale the inputs, lower the learning rate or add a normalization layer.",
    "backward": "Clip the gradients (clipnorm of the optimizer) or lower the learning rate.",
    "update": "Lower the learning rate.",
}


class Rows(Protocol):
    """Whole arrays: see `engine.training.arrays.Arrays`."""

    @property
    def inputs(self) -> tuple[Array, ...]: ...
    @property
    def targets(self) -> tuple[Array, ...]: ...
    @property
    def weights(self) -> tuple[Array, ...] | None: ...


@dataclass(frozen=True)
class Diagnosis:
    """What was found first.

    Args:
        node: id of the layer, "" when it is the loss, the targets or the update as a whole.
        stage: "data", "forward", "backward" or "update".
        op: name of the op that made the number.
        rows: row numbers of the data; empty when it cannot be told (gradients are sums over rows), and when most of the
            batch went wrong: then it is the weights.
    """

    node: str
    stage: str
    op: str
    rows: tuple[int, ...]


def diagnose(
    definition: Definition, parameters: Parameters, arrays: Rows, index: Any, seed: int, rate: float
) -> NotFiniteError:
    """Return the error that names layer, pass and rows for a batch that does not stay finite.

    parameters: as they were before the batch. index: its row numbers. rate: the learning rate.
    """
    found = locate(definition, parameters, arrays, index, seed, rate)
    if found is None:
        return NotFiniteError("A loss or weight is no finite number", "Lower the learning rate.")
    name = definition.network.nodes[found.node].name if found.node in definition.network.nodes else "the loss"
    return NotFiniteError(
        _sentence(found, name), ADVICE[found.stage], layer=name, node=found.node or None, stage=found.stage,
        rows=found.rows,
    )  # fmt: skip


def locate(
    definition: Definition, parameters: Parameters, arrays: Rows, index: Any, seed: int, rate: float
) -> Diagnosis | None:
    """Return what was not finite first: in the data, forward, backward or in the update; None if all is finite."""
    rows = np.arange(index.start or 0, index.stop) if isinstance(index, slice) else np.asarray(index)
    lowered = lower(definition, "train", len(rows), weighted=arrays.weights is not None)
    feed = _feed(lowered, parameters, arrays, rows)
    with np.errstate(all="ignore"):
        for leaf, array in feed.items():
            if not _finite(array):
                return Diagnosis(leaf.node, "data", "input", _bad_rows(array, rows))
        graph = graphs.differentiated(lowered, graphs.readable(lowered))
        env = evaluate(graph.outputs.values(), feed, stream=Stream(seed, parameters.iterations, 0))
        for value in _forward_first(graph.outputs.values()):
            if not _finite(env[value]):
                where = rows if np.shape(env[value])[:1] == (len(rows),) and value.stage != "backward" else None
                blamed = _bad_rows(env[value], where)
                blamed = blamed if len(blamed) <= len(rows) / 2 else ()
                return Diagnosis(value.node, PASSES[value.stage], value.op.name, blamed)
        gradients = {n.removeprefix("gradient "): env[v] for n, v in graph.outputs.items() if n.startswith("gradient ")}
        return _update(definition, parameters, gradients, rate)


def _feed(lowered: Lowered, parameters: Parameters, arrays: Rows, rows: Array) -> dict[Value, Array]:
    feed = {leaf: np.asarray(array)[rows] for leaf, array in zip(lowered.inputs, arrays.inputs, strict=True)}
    feed |= {leaf: np.asarray(array)[rows] for leaf, array in zip(lowered.targets, arrays.targets, strict=True)}
    feed |= {leaf: np.asarray(w)[rows] for leaf, w in zip(lowered.sample_weights, arrays.weights or (), strict=True)}
    return feed | {leaf: parameters.view(*key) for key, leaf in lowered.weights.items()}


def _forward_first(roots: Iterable[Value]) -> Sequence[Value]:
    order = ordered(roots)
    return [v for v in order if v.stage != "backward"] + [v for v in order if v.stage == "backward"]


def _finite(array: Array) -> bool:
    return not np.issubdtype(np.asarray(array).dtype, np.floating) or bool(np.isfinite(array).all())


def _bad_rows(array: Array, rows: Array | None) -> tuple[int, ...]:
    if rows is None:
        return ()
    bad = ~np.isfinite(np.asarray(array).reshape(len(rows), -1)).all(1)
    return tuple(int(r) for r in rows[bad])


def _update(
    definition: Definition, parameters: Parameters, gradients: Mapping[str, Array], rate: float
) -> Diagnosis | None:
    layout = parameters.layout
    flat = np.zeros(layout.trainable, layout.dtype)
    for entry in layout.entries:
        if f"{entry.node} {entry.weight}" in gradients:
            flat[entry.offset : entry.stop] = gradients[f"{entry.node} {entry.weight}"].ravel()
    weights, slots = parameters.flat[: layout.trainable], parameters.slots
    optimizer: Any = definition.optimizer
    from engine.ops.eager import evaluate as computed

    names, arrays = list(slots), list(slots.values())
    t = np.asarray(parameters.iterations + 1, layout.dtype)

    def step(w: Value, g: Value, lr: Value, t: Value, *old: Value) -> Value:
        new: Value = optimizer.update(w, g, dict(zip(names, old, strict=True)), lr, t)[0]
        return new

    after = computed(step, weights, flat, np.asarray(rate, layout.dtype), t, *arrays)
    bad = np.flatnonzero(~np.isfinite(after))
    if not bad.size:
        return None
    entry = next(e for e in layout.entries if e.offset <= bad[0] < e.stop)
    return Diagnosis(entry.node, "update", entry.weight, ())


def _sentence(found: Diagnosis, name: str) -> str:
    if found.stage == "data":
        what = f"The data for {name}" if found.node else "The targets"
        return f"{what} must be finite numbers; some are not"
    if found.stage == "update":
        return f"Weights must stay finite; {name} gets a {found.op} that is not, in the update"
    return f"Numbers must stay finite; {name} makes one that is not ({found.op}), in the {found.stage} pass"
