"""Shapes, problems with fixes, and the promise that nothing raises."""

import dataclasses
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import registry
from engine.errors import LayerwrightError, Problem, Repair
from engine.layers.activation import Softmax
from engine.layers.convolution import Conv2D
from engine.layers.core import Dense, Embedding, Input
from engine.layers.merging import Add, Concatenate, Multiply
from engine.layers.pooling import MaxPooling2D
from engine.layers.reshaping import Flatten, Reshape
from engine.losses.regression import MeanSquaredError
from engine.network.check import Feed, Goal, check
from engine.network.files import from_json
from engine.network.nested import Model
from engine.network.network import Network, Node, Wire, stack
from engine.network.shapes import infer
from engine.network.source import source
from engine.network.summary import summarize, text


def merged(layer: Any, *branches: Any) -> Network:
    """A network in which Inputs of these shapes, or chains of layers, meet in a layer."""
    network, ends = Network(), []
    for branch in branches:
        before = None
        for spec in branch:
            network, node = network.add(spec)
            network = network.wire(before.id, node.id) if before else network
            before = node
        ends.append(before)
    network, join = network.add(layer)
    for end in ends:
        network = network.wire(end.id, join.id)
    return network.with_outputs(join.id)


def only(network: Network) -> Problem:
    (problem,) = infer(network).problems
    return problem


def test_shapes_parameters_and_cost_of_an_image_network() -> None:
    network = stack(Input((8, 8, 1)), Conv2D(4, 3, activation="relu"), MaxPooling2D(), Flatten(), Dense(10, "softmax"))
    found = infer(network)
    assert found.ok
    assert list(found.output.values()) == [(8, 8, 1), (6, 6, 4), (3, 3, 4), (36,), (10,)]
    assert list(found.parameters.values()) == [0, 40, 0, 0, 370]
    assert found.cost["n2"] == 6 * 6 * 4 * 9
    assert found.trainable == found.parameters


def test_frozen_weights_are_counted_but_not_trained() -> None:
    network = stack(Input((4,)), Dense(3)).replace("n2", trainable=False)
    found = infer(network)
    assert (found.parameters["n2"], found.trainable["n2"]) == (15, 0)


def test_shape_of_an_input_comes_from_its_tensor() -> None:
    network = stack(Input(), Dense(3))
    assert infer(network).problems[0].short == "no tensor"
    assert infer(network, {"n1": (7,)}).parameters["n2"] == 24


def test_two_shapes_of_an_input_disagree() -> None:
    problem = infer(stack(Input((4,)), Dense(3)), {"n1": (6,)}).problems[0]
    assert str(problem) == (
        "input_1 is set to (4,). Its tensor has (6,). Let it use the shape of the tensor, or choose another tensor."
    )
    assert problem.repair == Repair("set_field", ("n1", "shape", None), "Use the tensor's shape")


def test_ranks_that_differ_are_mended_by_a_flatten() -> None:
    problem = only(merged(Add(), [Input((8, 8, 32))], [Input((4,)), Dense(32)][:1]))
    assert (
        problem.message == "add_1 needs inputs of equal shape. It gets (8, 8, 32) from input_1 and (4,) from input_2."
    )
    assert problem.short == "ranks differ: 1-D, 3-D"
    assert problem.repair == Repair("insert_layer", ("reshape.flatten/1", "n1", "n3"), "Insert Flatten")


@pytest.mark.parametrize(
    ("network", "sentence", "short"),
    [
        (
            merged(Multiply(), [Input((3,))], [Input((4,))]),
            "multiply_1 needs inputs of equal shape. It gets (3,) from input_1 and (4,) from input_2.",
            "shapes differ",
        ),
        (
            merged(Concatenate(), [Input((3, 4))], [Input((2, 5))]),
            "concatenate_1 needs inputs that are equal in all axes but -1. "
            "It gets (3, 4) from input_1 and (2, 5) from input_2.",
            "shapes differ",
        ),
        (
            stack(Input((5,)), Conv2D(2, 3)),
            "conv2d_1 needs images (height, width, channels). It gets (5,) from input_1.",
            "needs an image",
        ),
        (
            stack(Input((2, 9, 1)), Conv2D(2, 3)),
            "conv2d_1 needs images of at least 3×3. It gets (2, 9, 1) from input_1.",
            "image too small",
        ),
        (
            stack(Input((10,)), Reshape((3, 4))),
            "reshape_1 needs 12 numbers for (3, 4). It gets (10,) from input_1.",
            "10 numbers, not 12",
        ),
        (
            stack(Input((3,)), Softmax(axis=2)),
            "softmax_1 needs an axis 2 in its rows. It gets (3,) from input_1.",
            "no such axis",
        ),
        (stack(Input(()), Dense(2)), "dense_1 needs rows of at least 1 axes. It gets () from input_1.", "too few axes"),
    ],
)
def test_what_does_not_fit_is_a_sentence(network: Network, sentence: str, short: str) -> None:
    problem = only(network)
    assert problem.message == sentence
    assert problem.short == short
    assert len(problem.short.split()) <= 4
    assert problem.fix.endswith(".")


def test_a_line_of_pixels_is_mended_by_a_reshape() -> None:
    repair = only(stack(Input((64,)), Conv2D(2, 3))).repair
    wanted = ("reshape.reshape/1", "n1", "n2", (("target_shape", (8, 8, 1)),))
    assert repair == Repair("insert_layer", wanted, "Insert Reshape")


def test_a_small_image_is_mended_by_padding() -> None:
    repair = only(stack(Input((2, 2, 1)), Conv2D(2, 3))).repair
    assert repair == Repair("set_field", ("n2", "padding", "same"), "Set padding to same")


def test_only_the_first_layer_of_a_chain_of_faults_speaks() -> None:
    assert only(stack(Input((5,)), Conv2D(2, 3), MaxPooling2D(), Flatten())).node == "n2"


def test_missing_and_superfluous_wires() -> None:
    network, _ = Network().add(Dense(3))
    assert only(network).message == "dense_1 needs 1 input. It has none."
    network = merged(Dense(3), [Input((2,))], [Input((2,))])
    assert only(network).message == "dense_1 needs 1 input. It has 2."
    assert only(network).repair == Repair("disconnect", ("n2", "n3", 1), "Remove the last wire")


def test_a_circle_is_named() -> None:
    network = stack(Input((2,)), Dense(2), Dense(2)).wire("n3", "n2")
    problems = infer(network).problems
    assert {p.node for p in problems} == {"n2", "n3"}
    assert {p.short for p in problems} == {"on a circle"}
    assert "n1" in infer(network).output


def test_shared_weights_count_once_and_must_fit() -> None:
    network = merged(Add(), [Input((4,)), Dense(3)], [Input((4,)), Dense(3)]).replace("n4", shares="n2")
    assert infer(network).ok
    assert (infer(network).parameters["n2"], infer(network).parameters["n4"]) == (15, 0)
    wider = merged(Add(), [Input((4,)), Dense(3)], [Input((5,)), Dense(3)]).replace("n4", shares="n2")
    assert only(wider).short == "cannot share"
    assert only(wider).repair == Repair("unshare", ("n4",), "Use own weights")


def test_a_nested_model_takes_the_shapes_from_outside() -> None:
    block = Model(stack(Input(), Dense(5), Dense(2)))
    found = infer(stack(Input((3,)), block))
    assert found.output["n2"] == (2,)
    assert found.parameters["n2"] == 20 + 12
    assert [w.name for w in found.weights["n2"]] == ["n2_kernel", "n2_bias", "n3_kernel", "n3_bias"]
    inside = only(stack(Input((3,)), Model(stack(Input(), Conv2D(2, 3)))))
    assert "problem inside" in inside.short
    assert "conv2d_1 needs images" in inside.fix


def test_wires_to_nowhere_are_reported() -> None:
    network = dataclasses.replace(stack(Input((2,)), Dense(2)), wires=(Wire("n1", "n2"), Wire("n9", "n2", 1)))
    assert [p.short for p in infer(network).problems] == ["loose wire"]
    assert infer(network).output["n2"] == (2,)


def test_a_spec_that_is_no_layer_is_reported() -> None:
    network = Network(MappingProxyType({"n1": Node("n1", MeanSquaredError(), "loss")}))
    assert only(network).short == "no layer"


LAYERS = st.sampled_from([r for r in registry.records("layer") if r.KERAS != "Input"]).map(lambda r: r.suggestion())
INPUTS = st.builds(Input, st.none() | st.lists(st.integers(1, 9), max_size=4).map(tuple))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    specs = draw(st.lists(LAYERS | INPUTS, max_size=8))
    ids = [f"n{i}" for i in range(1, len(specs) + 3)]
    nodes = {}
    for i, layer in enumerate(specs):
        shares = draw(st.none() | st.none() | st.sampled_from(ids))
        nodes[ids[i]] = Node(ids[i], layer, f"layer_{i}", draw(st.booleans()), shares)
    ends = st.sampled_from(ids)
    wires = draw(st.lists(st.builds(Wire, ends, ends, st.integers(0, 3)), max_size=12))
    return Network(nodes, tuple(wires), tuple(draw(st.lists(ends, max_size=3))), len(specs) + 1)


SHAPES = st.lists(st.integers(1, 9), max_size=4).map(tuple)
FEEDS = st.dictionaries(st.sampled_from(["n1", "n2", "n3", "n9"]), SHAPES)
LOSSES = st.none() | st.sampled_from([r() for r in registry.records("loss")])


@settings(max_examples=60)
@given(networks(), FEEDS, LOSSES, st.none() | st.integers(0, 9), st.none() | st.integers(0, 4))
def test_nothing_raises_on_any_network(network: Network, feeds: Any, loss: Any, classes: Any, width: Any) -> None:
    found = infer(network, feeds)
    assert set(found.output) == set(network.nodes)
    goals = [Goal(o, loss, classes, width) for o in (*network.outputs, None)]
    tensors = {id: Feed(shape, scaled=True, vocabulary=classes) for id, shape in feeds.items()}
    for problem in (*found.problems, *check(network, tensors, goals)):
        assert problem.message.endswith(".")
        assert len(problem.short.split()) <= 4
    lines = source(network, feeds)
    assert set(lines.lines) == set(network.nodes)
    assert text(summarize(network, found))


@settings(max_examples=60)
@given(networks())
def test_a_file_gives_back_any_sound_network(network: Network) -> None:
    try:
        back = from_json(network.to_json())
    except LayerwrightError:
        known = set(network.nodes)
        ends = {e for w in network.wires for e in (w.source, w.target)} | {n.shares for n in network if n.shares}
        slots = [(w.target, w.slot) for w in network.wires]
        twice = len(set(slots)) < len(slots) or len(set(network.outputs)) < len(network.outputs)
        assert twice or not ends | set(network.outputs) <= known
    else:
        assert back == network


def test_embedding_of_a_single_category_per_row() -> None:
    assert infer(stack(Input((), "int32"), Embedding(5, 3))).output["n2"] == (3,)
    assert infer(stack(Input((1,), "int32"), Embedding(5, 3), Flatten())).output["n3"] == (3,)
