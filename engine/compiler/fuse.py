"""fuse: chains of elementwise ops as groups. A GPU emitter makes one kernel of each; NumPy runs a chain in place."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.backend.cuda import C_TYPES, Kernel, number
from engine.ir.graph import Graph, same, users
from engine.ir.op import Op
from engine.ir.value import Value

MOST_INPUTS = 24
"""A kernel with more inputs is cut into one kernel per op: the parameters of a launch have little room."""


@dataclass(frozen=True)
class Group:
    """Elementwise values that can be one kernel.

    Args:
        values: in order of computing; all have the shape of the last.
        inputs: what the group reads from outside, constants excluded; broadcast to that shape.
        outputs: the values that others read.
    """

    values: tuple[Value, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    def kernel(self) -> Kernel:
        """Return the group as one kernel: inputs a0, a1, ..., then one statement a value."""
        names = {v: f"a{i}" for i, v in enumerate(self.inputs)}
        out = {v: "out" if len(self.outputs) == 1 else f"out{i}" for i, v in enumerate(self.outputs)}
        lines: list[str] = []
        for value in self.values:
            text = _stripped(_expression(value, names))
            if value is self.values[-1] and len(self.outputs) == 1:
                lines.append(f"out = {text};")
                continue
            names[value] = f"t{len(lines)}"
            lines.append(f"{C_TYPES[value.dtype]} {names[value]} = {text};")
        lines += [f"{out[v]} = {names[v]};" for v in self.outputs if v in names]
        ops = list(dict.fromkeys(v.op.name for v in self.values))
        return Kernel(
            "_".join(ops if len(ops) < 5 else [*ops[:4], "more"]),
            tuple((v.dtype, f"a{i}") for i, v in enumerate(self.inputs)),
            tuple((v.dtype, out[v]) for v in self.outputs),
            "\n".join(lines),
        )


def _expression(value: Value, names: Mapping[Value, str]) -> str:
    args = [names[a] if a in names else number(a.number, a.dtype) for a in value.args]
    params = {k: C_TYPES.get(v, v) if isinstance(v, str) else v for k, v in value.params.items()}
    return value.op.typed.format(*args, p=params)


def _stripped(text: str) -> str:
    """Return a text without the parentheses around all of it."""
    if not text.startswith("("):
        return text
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return text[1:-1] if i == len(text) - 1 else text
    return text


def fusible(value: Value) -> bool:
    """Whether a value can be part of a group."""
    return value.op.fusion == "elementwise" and bool(value.op.typed)


def groups(graph: Graph) -> list[Group]:
    """Return all groups of a graph in order of computing: a value joins the one group that reads it, if the shapes are
    the same. Every fusible value is in exactly one group, and nothing but its last value is read from outside.
    """
    order = graph.values()
    readers = users(order)
    kept = set(graph.outputs.values())
    home: dict[Value, Value] = {}
    for value in reversed(order):
        if fusible(value):
            ends = {home.get(r) for r in readers[value]}
            end = next(iter(ends)) if len(ends) == 1 else None
            home[value] = end if end is not None and end.shape == value.shape and value not in kept else value
    members: dict[Value, list[Value]] = {}
    for value in order:
        if value in home:
            members.setdefault(home[value], []).append(value)
    made = [group_of(tuple(values), (end,)) for end, values in members.items()]
    return [part for group in made for part in _cut(group)]


def group_of(values: Sequence[Value], outputs: Sequence[Value]) -> Group:
    """Return the group of these values, given in order of computing."""
    inside = set(values)
    inputs = dict.fromkeys(a for v in values for a in v.args if a not in inside and a.number is None)
    return Group(tuple(values), tuple(inputs), tuple(outputs))


def _cut(group: Group) -> list[Group]:
    if len(group.inputs) <= MOST_INPUTS:
        return [group]
    return [group_of((value,), (value,)) for value in group.values]


# ---- groups as values ------------------------------------------------------------------------------------------------
class Fused(Op):
    """The op of a group; the compiler alone makes it, so it is in no registry."""

    def __post_init__(self) -> None:
        """Enter nothing."""


@functools.cache
def _fused(inputs: int) -> Op:
    def unknown(*_: Any, **__: Any) -> Any:
        raise NotImplementedError("A group has the shape and dtype of its last value.")

    return Fused("fused", unknown, unknown, None, unknown, unknown, fusion="elementwise", inplace=tuple(range(inputs)))


def fused(graph: Graph) -> tuple[Graph, dict[Value, Value]]:
    """Return (the graph with one value of the op "fused" per group, old value -> new value).

    Its setting `group` says what it computes from its arguments, the group's inputs in order.
    """
    ends = {group.outputs[0]: group for group in groups(graph)}
    inside = {v for group in ends.values() for v in group.values if v not in ends}
    new: dict[Value, Value] = {}
    for value in graph.values():
        if value in ends:
            args = tuple(new[a] for a in ends[value].inputs)
            params = {"group": ends[value]}
            new[value] = Value(
                _fused(len(args)), args, value.shape, value.dtype, params, value.origin, value.stage
            )  # fmt: skip
        elif value not in inside:
            new[value] = same(value, tuple(new[a] for a in value.args))
    return graph.with_outputs({name: new[v] for name, v in graph.outputs.items()}), new
