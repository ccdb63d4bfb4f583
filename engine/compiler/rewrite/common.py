"""Equal values are computed once."""

from collections.abc import Hashable
from typing import Any

from engine.ir.graph import Graph, same
from engine.ir.value import Value


def merge_equal(graph: Graph) -> Graph:
    """Return the graph with values of the same op, settings and arguments merged into the first of them.

    It lets derivatives use what forward computed: softmax(x) of a loss is the network's output.
    """
    seen: dict[Hashable, Value] = {}

    def replace(value: Value, args: tuple[Value, ...]) -> Value:
        return seen.setdefault(_key(value, args), same(value, args))

    return graph.mapped(replace)


def _key(value: Value, args: tuple[Value, ...]) -> Hashable:
    if value.op.name == "input":
        return value
    return value.op.name, args, tuple(sorted((k, _plain(v)) for k, v in value.params.items())), value.shape, value.dtype


def _plain(setting: Any) -> str:
    return f"{type(setting).__name__} {setting!r}"
