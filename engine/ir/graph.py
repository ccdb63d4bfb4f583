"""`Graph`: named inputs and named outputs; walking and rebuilding values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.ir.value import Value, scope


@dataclass(frozen=True)
class Graph:
    """A function of arrays: `outputs` in the order in which they should be computed.

    Args:
        inputs: name -> the leaf value of op "input".
        outputs: name -> value.
    """

    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]

    def values(self) -> list[Value]:
        """Return all values, arguments first."""
        return ordered(self.outputs.values())

    def with_outputs(self, outputs: Mapping[str, Value]) -> "Graph":
        """Return the graph with other outputs."""
        return Graph(self.inputs, outputs)

    def mapped(self, replace: Callable[[Value, tuple[Value, ...]], Value]) -> "Graph":
        """Return the graph with every value replaced; see `rebuild`."""
        new = rebuild(self.outputs.values(), replace)
        return self.with_outputs({name: new[v] for name, v in self.outputs.items()})


def ordered(roots: Iterable[Value]) -> list[Value]:
    """Return the values behind the roots, arguments before users; iterative, so depth is no limit."""
    done: dict[Value, None] = {}
    for root in roots:
        stack = [(root, False)]
        while stack:
            value, ready = stack.pop()
            if value in done:
                continue
            if ready:
                done[value] = None
                continue
            stack.append((value, True))
            stack.extend((a, False) for a in reversed(value.args) if a not in done)
    return list(done)


def users(values: Iterable[Value]) -> dict[Value, list[Value]]:
    """Return for each value those that read it (twice when it is read twice)."""
    found: dict[Value, list[Value]] = {}
    for value in values:
        found.setdefault(value, [])
        for arg in value.args:
            found.setdefault(arg, []).append(value)
    return found


def rebuild(roots: Iterable[Value], replace: Callable[[Value, tuple[Value, ...]], Value]) -> dict[Value, Value]:
    """Return old -> new. `replace(old, new arguments)` gives the new value; what it makes inherits node and pass."""
    new: dict[Value, Value] = {}
    for value in ordered(roots):
        args = tuple(new[a] for a in value.args)
        with scope(value.origin, value.stage):
            new[value] = replace(value, args)
    return new


def same(value: Value, args: tuple[Value, ...]) -> Value:
    """Return the value itself if its arguments did not change, else one with the new arguments."""
    return value if all(a is b for a, b in zip(args, value.args, strict=True)) else value.with_args(args)
