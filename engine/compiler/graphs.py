"""The graphs of a program: forward with derivatives, what is done to gradients, the step, what follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import ops
from engine.compiler import rewrite
from engine.compiler.definition import Definition
from engine.compiler.gradient import gradient
from engine.compiler.layout import Entry, Layout
from engine.compiler.lower import Lowered
from engine.compiler.plan import CHUNK
from engine.ir.graph import Graph
from engine.ir.value import Value, scope
from engine.ops import elementwise as el


@dataclass(frozen=True)
class Planned:
    """A finished graph, and where its values go.

    Args:
        graph: expanded and simplified; its outputs in the order of computing.
        sums: scalars for the `sums` vector. outputs: the network's outputs, if they are wanted.
        destinations: (value, leaf).
    """

    graph: Graph
    sums: tuple[Value, ...]
    outputs: tuple[Value, ...]
    destinations: tuple[tuple[Value, Value], ...]


def leaves(lowered: Lowered) -> dict[str, Value]:
    """Return the inputs of a lowered definition by name."""
    found = [*lowered.inputs, *lowered.targets, *lowered.sample_weights, *lowered.weights.values()]
    return {str(v.params["name"]): v for v in found}


def gradient_leaf(entry: Entry, stem: str, dtype: str) -> Value:
    """Return the leaf that stands for a weight's part of the gradient vector."""
    with scope(entry.node, "backward"):
        return ops.input(f"d_{stem}", entry.shape, dtype, "gradient", entry.offset)


def sums_of(lowered: Lowered) -> dict[str, Value]:
    """Return the scalars of a step: losses, metrics, sums of sample weights, penalties."""
    found = {f"loss{i}": loss.total for i, loss in enumerate(lowered.losses)}
    found |= {f"metric{i}": metric.total for i, metric in enumerate(lowered.metrics)}
    with scope("", "loss"):
        found |= {f"weight{i}": ops.sum(leaf) for i, leaf in enumerate(lowered.sample_weights)}
    return found | {f"penalty{i}": value for i, value in enumerate(lowered.penalties)}


def readable(lowered: Lowered) -> Graph:
    """Return the forward graph after the forward rewrites: what reports, exporters and tests read.

    Outputs: "loss0"..., "metric0"..., "weight0"..., "penalty0"..., "output0"..., "update ...".
    """
    outputs = sums_of(lowered) | {f"rows{i}": loss.rows for i, loss in enumerate(lowered.losses)}
    outputs |= {f"output{i}": value for i, value in enumerate(lowered.outputs)}
    outputs |= {_update(key): value for key, value in lowered.updates.items()}
    return rewrite.merge_equal(rewrite.simplify(rewrite.forward(Graph(leaves(lowered), outputs))))


def differentiated(lowered: Lowered, graph: Graph) -> Graph:
    """Return the graph with the outputs "gradient <node> <weight>" added, last weights first."""
    entries = [e for e in lowered.layout.entries if e.trainable and (e.node, e.weight) in lowered.weights]
    roots: list[tuple[Value, Value | float]] = [
        (graph.outputs[f"rows{i}"], loss.scale) for i, loss in enumerate(lowered.losses)
    ]
    roots += [(graph.outputs[f"penalty{i}"], 1.0) for i in range(len(lowered.penalties))]
    found = gradient(roots, [lowered.weights[e.node, e.weight] for e in entries])
    named = {f"gradient {e.node} {e.weight}": g for e, g in zip(entries, found, strict=True)}
    return graph.with_outputs({**graph.outputs, **dict(reversed(named.items()))})


def finished(graph: Graph) -> Graph:
    """Return the graph in simple ops, without repeated work."""
    for _ in range(2):
        graph = rewrite.merge_equal(rewrite.simplify(graph))
        graph = rewrite.expand(rewrite.backward(graph))
    return rewrite.merge_equal(rewrite.simplify(graph))


def rows_graph(lowered: Lowered, mode: str, outputs: bool) -> Planned:
    """Return the graph that works on the rows of a batch. outputs: whether the network's outputs are wanted."""
    graph = readable(lowered)
    graph = differentiated(lowered, graph) if mode == "train" else graph
    wanted = {k: v for k, v in graph.outputs.items() if not k.startswith("rows") and (outputs or not _is_output(k))}
    graph = finished(graph.with_outputs(wanted))
    names = sums_of(lowered)
    stems = {key: str(leaf.params["name"]) for key, leaf in lowered.weights.items()}
    pairs = [(graph.outputs[_update(key)], lowered.weights[key]) for key in lowered.updates]
    if mode == "train":
        for entry in (e for e in lowered.layout.entries if e.trainable):
            value = graph.outputs.get(f"gradient {entry.node} {entry.weight}")
            if value is not None:
                stem = stems[entry.node, entry.weight]
                pairs.append((value, gradient_leaf(entry, stem, lowered.layout.dtype)))
    kept = tuple(graph.outputs[f"output{i}"] for i in range(len(lowered.outputs))) if outputs else ()
    return Planned(graph, tuple(graph.outputs[n] for n in names), kept, tuple(pairs))


def _is_output(name: str) -> bool:
    return name.startswith("output")


def _update(key: tuple[str, str]) -> str:
    return f"update {key[0]} {key[1]}"


# ---- around the step ------------------------------------------------------------------------------------------------
def before_step(definition: Definition, lowered: Lowered, learns: bool) -> Planned | None:
    """Return the graph of penalties on weights and of clipping by norm; None when there is neither."""
    optimizer = definition.optimizer
    clips = learns and any(getattr(optimizer, n, None) for n in ("clipnorm", "global_clipnorm"))
    entries = [e for e in lowered.layout.entries if e.trainable and (e.node, e.weight) in lowered.weights]
    penalized = [e for e in entries if e.spec.regularizer is not None]
    if not clips and not penalized:
        return None
    weights = {e: lowered.weights[e.node, e.weight] for e in entries}
    stems = {e: str(w.params["name"]) for e, w in weights.items()}
    slopes = {e: gradient_leaf(e, stems[e], lowered.layout.dtype) for e in entries}
    penalties, now = [], dict(slopes)
    for entry in penalized:
        with scope(entry.node, "update"):
            penalties.append(entry.spec.regularizer.build(weights[entry]))
            slope = gradient([(penalties[-1], 1.0)], [weights[entry]])[0]
            now[entry] = el.add(slopes[entry], slope)
    now = _clipped(optimizer, now) if clips else now
    changed = {e: g for e, g in now.items() if learns and g is not slopes[e]}
    outputs = {f"penalty{i}": p for i, p in enumerate(penalties)} | {f"d {stems[e]}": g for e, g in changed.items()}
    inputs = {stems[e]: w for e, w in weights.items()} | {f"d_{stems[e]}": g for e, g in slopes.items()}
    graph = finished(Graph(inputs, outputs))
    sums = tuple(graph.outputs[f"penalty{i}"] for i in range(len(penalties)))
    return Planned(graph, sums, (), tuple((graph.outputs[f"d {stems[e]}"], slopes[e]) for e in changed))


def _clipped(optimizer: Any, slopes: Mapping[Entry, Value]) -> dict[Entry, Value]:
    with scope("", "update"):
        if optimizer.clipnorm:
            return {e: el.mul(g, _shrink([g], optimizer.clipnorm)) for e, g in slopes.items()}
        factor = _shrink(list(slopes.values()), optimizer.global_clipnorm)
        return {e: el.mul(g, factor) for e, g in slopes.items()}


def _shrink(parts: list[Value], most: float) -> Value:
    """Return most / max(norm, most): the factor that brings a norm down to `most`."""
    total = ops.sum(el.square(parts[0]))
    for part in parts[1:]:
        total = el.add(total, ops.sum(el.square(part)))
    norm = el.sqrt(total)
    return el.div(most, el.maximum(norm, most))


def step_graph(definition: Definition, layout: Layout) -> Planned:
    """Return one step of the optimizer over a piece of the flat vectors: clip by value, decay, update."""
    optimizer: Any = definition.optimizer
    shape, dtype = (max(1, min(CHUNK, layout.trainable)),), layout.dtype
    with scope("", "update"):
        w, g = ops.input("w", shape, dtype, "weight"), ops.input("g", shape, dtype, "gradient")
        slots = {name: ops.input(name, shape, dtype, "slot") for name in layout.slots}
        lr, t = ops.input("lr", (), dtype, "scalar"), ops.input("t", (), dtype, "scalar")
        slope = ops.clip(g, -optimizer.clipvalue, optimizer.clipvalue) if optimizer.clipvalue else g
        decay = optimizer.weight_decay
        start = el.sub(w, el.mul(w, el.mul(lr, float(decay)))) if decay else w
        new, new_slots = optimizer.update(start, slope, dict(slots), lr, t)
    inputs = {"w": w, "g": g, **slots, "lr": lr, "t": t}
    outputs = {f"new {name}": value for name, value in new_slots.items()} | {"new": new}
    graph = finished(Graph(inputs, outputs))
    pairs = tuple((graph.outputs[f"new {name}"], slots[name]) for name in new_slots)
    return Planned(graph, (), (), (*pairs, (graph.outputs["new"], w)))


def after_step(lowered: Lowered) -> Planned | None:
    """Return the graph of the constraints on weights; None when there are none."""
    entries = [e for e in lowered.layout.entries if e.trainable and e.spec.constraint is not None]
    entries = [e for e in entries if (e.node, e.weight) in lowered.weights]
    if not entries:
        return None
    leaf = {e: lowered.weights[e.node, e.weight] for e in entries}
    outputs = {}
    for entry in entries:
        with scope(entry.node, "update"):
            outputs[f"{entry.node} {entry.weight}"] = entry.spec.constraint.build(leaf[entry])
    graph = finished(Graph({str(w.params["name"]): w for w in leaf.values()}, outputs))
    return Planned(graph, (), (), tuple((graph.outputs[f"{e.node} {e.weight}"], leaf[e]) for e in entries))
