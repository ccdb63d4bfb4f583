"""Graphs: order, text, check; groups of elementwise values."""

import numpy as np
import pytest

from engine import ops
from engine.compiler.fuse import groups
from engine.ir.check import check
from engine.ir.graph import Graph, ordered, same
from engine.ir.interpret import interpret
from engine.ir.text import text
from engine.ir.value import scope


@pytest.fixture
def graph():
    x, w, b = ops.input("x0", (4, 3)), ops.input("dense_1_kernel", (3, 2)), ops.input("dense_1_bias", (2,))
    with scope("n2"):
        y = ops.relu(ops.add(ops.matmul(x, w), b))
    return Graph({v.params["name"]: v for v in (x, w, b)}, {"output0": ops.mul(ops.tanh(y), 2.0)})


def test_text_is_what_people_read(graph):
    assert text(graph) == (
        "input x0 : float32[4, 3]\n"
        "input dense_1_kernel : float32[3, 2]\n"
        "input dense_1_bias : float32[2]\n"
        "%0 = matmul(x0, dense_1_kernel, transpose_a=False, transpose_b=False) : float32[4, 2]  ; n2 forward\n"
        "%1 = add(%0, dense_1_bias) : float32[4, 2]  ; n2 forward\n"
        "%2 = relu(%1) : float32[4, 2]  ; n2 forward\n"
        "%3 = tanh(%2) : float32[4, 2]  ; - forward\n"
        "%4 = mul(%3, 2.0) : float32[4, 2]  ; - forward\n"
        "output output0 = %4\n"
    )


def test_arguments_come_first_and_depth_is_no_limit():
    value = x = ops.input("x0", (1,))
    for _ in range(5000):
        value = ops.add(value, 1.0)
    order = ordered([value])
    assert order[0] is x
    assert order[-1] is value
    place = {v: i for i, v in enumerate(order)}
    assert all(place[a] < place[v] for v in order for a in v.args)


def test_check_finds_a_wrong_shape(graph):
    assert check(graph) == []
    broken = graph.mapped(lambda v, args: v if v.op.name == "input" else same(v, args))
    last = broken.outputs["output0"]
    object.__setattr__(last, "shape", (9, 9))
    assert check(broken) == [f"{last!r} has the shape (9, 9); its rule says (4, 2)."]


def test_groups_hold_every_elementwise_value_once(graph):
    found = groups(graph)
    assert [[v.op.name for v in g.values] for g in found] == [["add", "relu", "tanh", "mul"]]
    (group,) = found
    assert group.kernel().body.splitlines() == [
        "float t0 = a0 + a1;",
        "float t1 = t0 < 0 ? 0 : t0;",
        "float t2 = tanh(t1);",
        "out = t2 * 2.0f;",
    ]


def test_a_value_with_two_readers_ends_its_group():
    x = ops.input("x0", (4, 3))
    e = ops.exp(x)
    graph = Graph({"x0": x}, {"y": ops.add(ops.mul(e, 2.0), ops.sum(e, 1, True))})
    assert [[v.op.name for v in g.values] for g in groups(graph)] == [["exp"], ["mul", "add"]]


def test_interpret_takes_arrays_by_name(graph):
    rng = np.random.default_rng(0)
    feed = {n: rng.normal(size=v.shape).astype("f") for n, v in graph.inputs.items()}
    want = 2 * np.tanh(np.maximum(feed["x0"] @ feed["dense_1_kernel"] + feed["dense_1_bias"], 0))
    np.testing.assert_allclose(interpret(graph, feed)["output0"], want, rtol=1e-6)
