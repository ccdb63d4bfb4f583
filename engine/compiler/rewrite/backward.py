"""Rewrites of the differentiated graph."""

from engine.ir.graph import Graph, same
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops import nonlinear


def backward(graph: Graph) -> Graph:
    """Return the graph with the mask of a dropout behind a relu read off the dropped values.

    relu'(y) * mask * g = g / (1 - rate) where y * mask > 0: neither the mask nor y must be kept for the way back.
    """
    return graph.mapped(lambda value, args: _through_mask(same(value, args)) or same(value, args))


def _through_mask(value: Value) -> Value | None:
    if value.op.name != "relu_gradient":
        return None
    g, y = value.args
    if g.op.name != "mul" or g.args[1].op.name != "dropout_mask":
        return None
    inner, mask = g.args
    return nonlinear.relu_gradient(el.mul(inner, 1.0 / (1.0 - mask.params["rate"])), el.mul(y, mask))
