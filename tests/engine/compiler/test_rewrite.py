"""Each rewrite: it happens, and it changes no number."""

import numpy as np
import pytest

from engine import ops
from engine.compiler import rewrite
from engine.compiler.gradient import gradient
from engine.ir.check import check
from engine.ir.graph import Graph
from engine.ir.interpret import interpret


def graph_of(root, *leaves, **more):
    return Graph({v.params["name"]: v for v in leaves}, {"y": root, **more})


def names(graph):
    return [v.op.name for v in graph.values()]


def leaf(name, *shape, dtype="float64"):
    return ops.input(name, shape, dtype)


X, W, B = leaf("x", 4, 3), leaf("w", 3, 5), leaf("b", 3)
IMAGE, CHANNEL = leaf("image", 2, 4, 4, 3), leaf("channel", 3)
SIMPLIFICATIONS = {
    "x + 0": (ops.add(X, 0.0), ["input"]),
    "x * 1 - 0": (ops.sub(ops.mul(X, 1.0), 0.0), ["input"]),
    "factors": (ops.mul(ops.mul(X, 2.0), 3.0), ["input", "constant", "mul"]),
    "division": (ops.div(X, 4.0), ["input", "constant", "mul"]),
    "numbers": (ops.add(ops.constant(2.0), ops.mul(3.0, ops.constant(4.0))), ["constant"]),
    "uniform": (ops.mul(X, ops.broadcast_to(ops.constant(2.0, (), "float64"), (4, 3))), ["input", "constant", "mul"]),
    "reshapes": (ops.reshape(ops.reshape(X, (2, 6)), (3, 4)), ["input", "reshape"]),
    "transposes": (ops.transpose(ops.transpose(X)), ["input"]),
    "product": (ops.matmul(ops.transpose(W), ops.transpose(X)), ["input", "input", "matmul"]),
    "short sum": (ops.sum(ops.reshape(X, (4, 3, 1)), 2), ["input"]),
}


@pytest.mark.parametrize("name", SIMPLIFICATIONS)
def test_simplify(name):
    root, left = SIMPLIFICATIONS[name]
    before = graph_of(root, X, W)
    after = rewrite.simplify(before)
    feed = {"x": np.random.default_rng(0).normal(size=(4, 3)), "w": np.random.default_rng(1).normal(size=(3, 5))}
    assert sorted(names(after)) == sorted(left)
    assert check(after) == []
    np.testing.assert_allclose(interpret(after, feed)["y"], interpret(before, feed)["y"], rtol=1e-6)


def test_equal_values_are_merged():
    root = ops.add(ops.exp(ops.mul(X, 2.0)), ops.exp(ops.mul(X, 2.0)))
    merged = rewrite.merge_equal(graph_of(root, X))
    assert names(merged).count("exp") == 1
    masks = [ops.dropout_mask((4, 3), 0.5, ("dropout", node), "float64") for node in ("n1", "n2", "n1")]
    assert names(rewrite.merge_equal(graph_of(ops.add(ops.add(*masks[:2]), masks[2])))).count("dropout_mask") == 2


LOGITS, LABELS, TRUTH = leaf("x", 5, 4), leaf("y", 5, dtype="int64"), leaf("y", 5, 4)
LOSSES = {
    "sparse": (
        ops.sparse_crossentropy(ops.softmax(LOGITS), LABELS), LABELS, ops.sparse_crossentropy(LOGITS, LABELS, True)
    ),
    "one-hot": (ops.crossentropy(ops.softmax(LOGITS), TRUTH), TRUTH, ops.crossentropy(LOGITS, TRUTH, True)),
    "binary": (
        ops.binary_crossentropy(ops.sigmoid(LOGITS), TRUTH), TRUTH, ops.binary_crossentropy(LOGITS, TRUTH, True)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_crossentropy_is_fused_through_logits(name):
    root, target, direct = LOSSES[name]
    rng = np.random.default_rng(3)
    feed = {"x": rng.normal(size=(5, 4)), "y": rng.integers(0, 4, 5) if target is LABELS else rng.random((5, 4))}
    fused = rewrite.forward(graph_of(root, LOGITS, target))
    assert any(n.endswith("_crossentropy") and n != root.op.name for n in names(fused))
    found = graph_of(gradient([(fused.outputs["y"], 1.0)], [LOGITS])[0], LOGITS, target)
    plain = graph_of(gradient([(direct, 1.0)], [LOGITS])[0], LOGITS, target)
    assert "div" not in names(found)
    np.testing.assert_allclose(
        interpret(fused, feed)["y"], interpret(graph_of(root, LOGITS, target), feed)["y"], rtol=1e-12
    )
    np.testing.assert_allclose(interpret(found, feed)["y"], interpret(plain, feed)["y"], rtol=1e-9, atol=1e-12)


def test_a_clipped_probability_still_teaches():
    root, target, _ = LOSSES["sparse"]
    fused = rewrite.forward(graph_of(root, LOGITS, target))
    slope = graph_of(gradient([(fused.outputs["y"], 1.0)], [LOGITS])[0], LOGITS, target)
    x = np.zeros((5, 4))
    x[:, 0] = 50.0
    assert interpret(slope, {"x": x, "y": np.full(5, 3)})["y"][0].tolist() == pytest.approx([1, 0, 0, -1])


def test_bias_and_relu_move_behind_pooling():
    root = ops.max_pool2d(ops.relu(ops.add(IMAGE, CHANNEL)))
    before = graph_of(root, IMAGE, CHANNEL)
    after = rewrite.forward(before)
    order = names(after)
    assert order.index("max_pool2d") < order.index("add") < order.index("relu")
    rng = np.random.default_rng(0)
    feed = {"image": rng.normal(size=(2, 4, 4, 3)), "channel": rng.normal(size=3)}
    np.testing.assert_array_equal(interpret(after, feed)["y"], interpret(before, feed)["y"])


def test_a_bias_per_pixel_stays_before_pooling():
    pixel = leaf("pixel", 4, 4, 3)
    assert names(rewrite.forward(graph_of(ops.max_pool2d(ops.add(IMAGE, pixel)), IMAGE, pixel)))[-1] == "max_pool2d"


def test_a_dropout_mask_behind_a_relu_is_not_kept():
    mask = ops.dropout_mask((4, 3), 0.5, ("dropout", "n2"), "float64")
    y = ops.mul(ops.relu(X), mask)
    before = graph_of(gradient([(y, 1.0)], [X])[0], X)
    after = rewrite.merge_equal(rewrite.simplify(rewrite.backward(before)))
    x = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(interpret(after, {"x": x})["y"], interpret(before, {"x": x})["y"])
    last = after.outputs["y"]
    assert last.op.name == "relu_gradient"
    assert last.args[1].op.name == "mul"


def test_expand_leaves_only_ops_with_a_line():
    root = ops.softmax(ops.sigmoid(ops.softplus(X)))
    after = rewrite.expand(graph_of(root, X))
    assert all(v.op.numpy or v.op.fusion in ("view", "leaf") for v in after.values())
    assert check(after) == []
