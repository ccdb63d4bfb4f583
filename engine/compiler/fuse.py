"""fuse: chains of elementwise ops as groups. A GPU emitter makes one kernel of each; NumPy runs a chain in place."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.ir.graph import Graph, users
from engine.ir.value import Value


@dataclass(frozen=True)
class Group:
    """Elementwise values that can be one kernel.

    Args:
        values: in order of computing; all have the shape of the last or broadcast to it.
        inputs: what the group reads from outside, constants excluded.
        outputs: the values that others read.
    """

    values: tuple[Value, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    def expression(self, names: Mapping[Value, str]) -> dict[Value, str]:
        """Return output -> typed expression (`Op.typed` filled in) for names of the inputs."""
        text = dict(names)
        for value in self.values:
            args = [text[a] if a in text else repr(a.number) for a in value.args]
            text[value] = value.op.typed.format(*args, p=value.params)
        return {out: text[out] for out in self.outputs}


def fusible(value: Value) -> bool:
    """Whether a value can be part of a group."""
    return value.op.fusion == "elementwise" and bool(value.op.typed)


def groups(graph: Graph) -> list[Group]:
    """Return all groups of a graph in order of computing: a value joins its only reader when both have one shape.

    Every fusible value is in exactly one group.
    """
    order = graph.values()
    readers = users(order)
    kept = set(graph.outputs.values())
    home: dict[Value, Value] = {}
    for value in reversed(order):
        if not fusible(value):
            continue
        reader = set(readers[value])
        one = next(iter(reader)) if len(reader) == 1 else None
        joins = one is not None and fusible(one) and one.shape == value.shape and value not in kept
        home[value] = home[one] if joins and one is not None else value
    members: dict[Value, list[Value]] = {}
    for value in order:
        if value in home:
            members.setdefault(home[value], []).append(value)
    return [_group(tuple(values), end) for end, values in members.items()]


def _group(values: tuple[Value, ...], end: Value) -> Group:
    inside = set(values)
    inputs = dict.fromkeys(a for v in values for a in v.args if a not in inside and a.number is None)
    return Group(values, tuple(inputs), (end,))
