"""Composite ops become simple ones, after differentiation, so that each step writes into a planned buffer."""

from engine.ir.graph import Graph, same
from engine.ir.value import Value


def expand(graph: Graph) -> Graph:
    """Return the graph without ops that have an `expand`."""
    while any(v.op.expand is not None for v in graph.values()):
        graph = graph.mapped(_once)
    return graph


def _once(value: Value, args: tuple[Value, ...]) -> Value:
    if value.op.expand is None:
        return same(value, args)
    return value.op.expand(*args, **value.params)
