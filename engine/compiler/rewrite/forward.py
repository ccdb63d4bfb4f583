"""Rewrites of the forward graph, before it is differentiated."""

from collections.abc import Callable

from engine.ir.graph import Graph, same
from engine.ir.op import made
from engine.ir.value import Value
from engine.ops import elementwise as el
from engine.ops import nonlinear, probability

Rule = Callable[[Value], Value | None]


def fused_loss(value: Value) -> Value | None:
    """Cross-entropy of a softmax or sigmoid: its derivative for the logits is the plain difference to the truth.

    Forward stays what Keras computes from clipped probabilities; backward neither divides by small probabilities nor
    loses the gradient where they were clipped.
    """
    if value.params.get("from_logits") is not False:
        return None
    fused = FUSED.get((value.op.name, value.args[0].op.name))
    return None if fused is None else made(fused, value.args[0].args[0], *value.args)


FUSED = {
    ("sparse_crossentropy", "softmax"): probability.SOFTMAX_SPARSE_CROSSENTROPY,
    ("crossentropy", "softmax"): probability.SOFTMAX_CROSSENTROPY,
    ("binary_crossentropy", "sigmoid"): probability.SIGMOID_BINARY_CROSSENTROPY,
}


def late_bias(value: Value) -> Value | None:
    """max_pool(x + bias) = max_pool(x) + bias, one bias per channel: a quarter of the additions, both ways."""
    inner = value.args[0] if value.op.name == "max_pool2d" else None
    if inner is None or inner.op.name != "add":
        return None
    x, bias = inner.args
    channel = bias.size == bias.shape[-1] if bias.shape else True
    return el.add(made(value.op, x, **value.params), bias) if channel and x.shape == inner.shape else None


def late_relu(value: Value) -> Value | None:
    """max_pool(relu(x)) = relu(max_pool(x)): the relu sees a quarter of the numbers."""
    inner = value.args[0] if value.op.name == "max_pool2d" else None
    if inner is None or inner.op.name != "relu":
        return None
    return nonlinear.relu(made(value.op, inner.args[0], **value.params))


RULES: tuple[Rule, ...] = (fused_loss, late_relu, late_bias)


def forward(graph: Graph) -> Graph:
    """Return the graph with every rule applied until none fits."""
    changed = True
    while changed:
        changed = False

        def replace(value: Value, args: tuple[Value, ...]) -> Value:
            nonlocal changed
            now = same(value, args)
            found = next((new for rule in RULES if (new := rule(now)) is not None), None)
            changed = changed or found is not None
            return found or now

        graph = graph.mapped(replace)
    return graph
