"""Source that rebuilds its network, layers from text, files, tracing, summary, first weights."""

import json
from typing import Any

import numpy as np
import pytest

from engine import layers
from engine.constraints import MaxNorm
from engine.errors import ModelError, ProjectError, UsageError
from engine.initializers import HeNormal
from engine.layers.convolution import Conv2D
from engine.layers.core import Dense, Embedding, Input
from engine.layers.merging import Add, Concatenate
from engine.layers.regularization import Dropout
from engine.layers.reshaping import Flatten
from engine.network.files import from_json
from engine.network.initial import initial_weights
from engine.network.nested import DEEPEST, Model
from engine.network.network import Network, stack
from engine.network.parse import parse_layers
from engine.network.source import source
from engine.network.summary import sized, summarize, text
from engine.network.trace import trace
from engine.regularizers import L2


def rebuilt(network: Network, **feeds: tuple[int, ...]) -> Network:
    """Run the source of a network and return the network of the model it makes."""
    names: dict[str, Any] = {}
    exec(compile(source(network, feeds, "engine").text, "<source>", "exec"), names)
    found: Network = names["model"].network
    return found


def skeleton(network: Network) -> Any:
    """All of a network but ids and the names of further uses of a layer."""
    place = {id: i for i, id in enumerate(network.order())}
    nodes = [network.nodes[id] for id in network.order()]
    rows = [
        (
            n.layer,
            None if n.shares else n.name,
            n.trainable,
            place.get(n.shares or ""),
            [place[s] for s in network.sources(n.id)],
        )
        for n in nodes
    ]
    return rows, [place[o] for o in network.outputs]


def two_towers() -> Network:
    network = stack(Input((4,)), Dense(3, "relu", kernel_regularizer=L2(0.1), kernel_initializer=HeNormal()))
    network, other = network.add(Input((4,)))
    network, twin = network.add(network.nodes["n2"].layer, shares="n2")
    network, join = network.add(Add())
    network = network.wire(other.id, twin.id).wire("n2", join.id).wire(twin.id, join.id)
    return network.with_outputs(join.id, "n2")


@pytest.mark.parametrize(
    "network",
    [
        stack(Input((4,)), Dense(64, "relu"), Dropout(0.2), Dense(3, "softmax")),
        stack(Input((8, 8, 1)), Conv2D(4, (3, 2), padding="same", kernel_constraint=MaxNorm(3)), Flatten(), Dense(1)),
        stack(Input((4,)), Dense(3)).replace("n2", trainable=False, name="frozen"),
        two_towers(),
    ],
    ids=["stack", "image", "frozen", "shared"],
)
def test_source_rebuilds_the_network(network: Network) -> None:
    assert skeleton(rebuilt(network)) == skeleton(network)


def test_source_reads_like_keras_and_knows_its_lines() -> None:
    made = source(stack(Input((4,)), Dense(64, "relu"), Dense(3, "softmax")))
    assert made.text == (
        "from keras import Model, layers\n"
        "\n"
        'input_1 = layers.Input(shape=(4,), name="input_1")\n'
        'dense_1 = layers.Dense(64, activation="relu", name="dense_1")(input_1)\n'
        'dense_2 = layers.Dense(3, activation="softmax", name="dense_2")(dense_1)\n'
        "model = Model(inputs=input_1, outputs=dense_2)\n"
    )
    assert made.lines == {"n1": (3,), "n2": (4,), "n3": (5,)}


def test_variables_of_the_source_are_ours() -> None:
    network = stack(Input((4,)), Dense(2)).replace("n2", name="lambda").replace("n1", name="layers")
    assert 'dense_1 = layers.Dense(2, name="lambda")(input_1)' in source(network).text
    assert [n.name for n in rebuilt(network)] == ["layers", "lambda"]


def test_source_takes_shapes_from_the_data_and_says_what_is_loose() -> None:
    network = stack(Input(), Dense(2))
    assert "layers.Input(shape=(7,)" in source(network, {"n1": (7,)}).text
    network, _ = network.add(Dense(5))
    assert 'dense_2 = layers.Dense(5, name="dense_2")  # not connected' in source(network).text


def test_a_nested_model_is_written_before_its_use() -> None:
    network = stack(Input((3,)), Model(stack(Input(), Dense(5, "relu"), Dense(2))), Dense(1))
    made = source(network)
    lines = made.text.splitlines()
    assert [lines[n - 1].split(" = ")[0] for n in made.lines["n2"]] == [
        "input_2", "dense_3", "dense_2", "model_1_layer", "model_1",
    ]  # fmt: skip
    assert rebuilt(network).nodes["n2"].layer.KERAS == "Model"
    assert rebuilt(network).nodes["n2"].layer.network.nodes["n2"].layer == Dense(5, "relu")


# ---- layers from text ------------------------------------------------------------------------------------------------
def test_layers_from_text() -> None:
    given = "[layers.Dense(64, activation='relu', kernel_regularizer=regularizers.L2(0.1)), dropout(rate=0.2), Flatten]"
    assert parse_layers(given) == (Dense(64, "relu", kernel_regularizer=L2(0.1)), Dropout(0.2), Flatten())
    assert parse_layers("Dense(3),") == (Dense(3),)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "Layers must be written like"),
        ("Dense(", "Layers must be written like"),
        ("Dense(3) Dense(4)", "Layers must be written like"),
        ("Dense(1\x00)", "Layers must be written like"),
        ("(" * 500 + ")" * 500, "Layers must be written like"),
        ("Dens(3)", "There is no layer 'Dens'. Did you mean Dense"),
        ("Dense", "Dense needs units"),
        ("Dense(0)", "Dense: units must be at least 1; it is 0"),
        ("Dense(3, size=2)", "Dense has no setting size. It has units"),
        ("Dense(3, units=2)", "Dense gets units twice"),
        ("Dense(3, **{})", "Dense has no setting **"),
        ("Flatten(1)", "Flatten takes at most 0 settings; it gets 1"),
        ("Dense(__import__('os').system('true'))", "units must be a plain value; it is __import__"),
        ("__import__('os').system('true')", "A layer must be a name and its settings"),
        ("regularizers.L2(0.1)", "is no layer"),
        ("Dense(1if 2 else 3)", "units must be a plain value"),
        ("Dense(3, activation=open)", "activation must be a plain value; it is open"),
        ("Dense(3, activation='relux')", "There is no activation 'relux'. Did you mean relu"),
        ("3", "A layer must be a name and its settings; it is 3."),
        ("x" * 10_001, "may have 10,000 characters"),
    ],
)
def test_text_that_is_no_list_of_layers(given: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_layers(given)
    assert sentence in str(caught.value)


# ---- files -----------------------------------------------------------------------------------------------------------
def test_a_network_goes_through_json() -> None:
    inner = stack(Input(), Dense(5), Dense(2))
    for network in (two_towers(), stack(Input((3,)), Model(inner)).replace("n2", note="a\u2028b"), Network()):
        assert from_json(json.loads(json.dumps(network.to_json()))) == network


def broken(**changes: Any) -> dict[str, Any]:
    return stack(Input((4,)), Dense(3)).to_json() | changes


def with_node(**changes: Any) -> dict[str, Any]:
    value = broken()
    value["nodes"][1] |= changes
    return value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "A network must be an object"),
        (broken(extra=1), "A network must be an object"),
        (broken(nodes=[3]), "A layer must be an object"),
        (broken(nodes=[{}] * 10_001), "at most 10,000 nodes; this one has 10,001"),
        (broken(wires=[["n1", "n7", 0]]), "one of them does not exist"),
        (broken(wires=[["n1", "n2", -1]]), "A wire must be [source, target, slot]"),
        (broken(wires=[["n1", "n2", 0], ["n1", "n2", 0]]), "Two wires lead into slot 0 of dense_1"),
        (broken(wires={}), "must be a list"),
        (broken(outputs=["n5"]), "The output 'n5' of the network does not exist"),
        (broken(outputs=["n2", "n2"]), "listed twice"),
        (with_node(id="1"), "A layer's id must be n and a number"),
        (with_node(id="n1"), "the same id or name"),
        (with_node(name="a b"), "A layer's name must be a letter"),
        (with_node(name="x\n"), "A layer's name must be a letter"),
        (with_node(shares="n8"), "shares the weights of 'n8', which does not exist"),
        (with_node(trainable=1), "trainable must be true or false"),
        (with_node(note="x" * 10_001), "its note may have 10,000 characters"),
        (with_node(layer={"id": "core.dense/9"}), "There is no record 'core.dense/9'"),
        (with_node(layer={"id": "core.dense/1"}), "Dense needs the setting 'units'"),
        (with_node(layer={"id": "core.dense/1", "units": [3]}), "units must be a whole number"),
        (with_node(layer={"id": "core.dense/1", "units": {"id": "core.dense/1", "units": 2}}), "units must be"),
        (with_node(layer={"id": "loss.huber/1"}), "must be a layer; it is the loss Huber"),
        (with_node(layer=[]), "A record must be an object with an id"),
    ],
)
def test_a_damaged_network_is_a_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(ProjectError) as caught:
        from_json(value)
    assert sentence in str(caught.value)


def test_networks_nested_too_deep_are_refused() -> None:
    network = stack(Input((2,)), Dense(2))
    for _ in range(DEEPEST):
        network = stack(Input((2,)), Model(network))
    value = network.to_json()
    value["nodes"][1]["layer"]["network"] = network.to_json()
    with pytest.raises(ProjectError, match="nested"):
        from_json(value)


# ---- tracing ---------------------------------------------------------------------------------------------------------
def test_functional_code_becomes_a_network() -> None:
    a = layers.Input((4,), name="left")
    shared: Any = layers.Dense(3, name="shared")
    out: Any = layers.Concatenate()([shared(a), shared(a)])
    traced = trace([a], [out])
    assert [n.name for n in traced.network] == ["left", "shared", "dense_1", "concatenate_1"]
    assert traced.network.nodes["n3"].shares == "n2"
    assert traced.layers["n3"] is traced.layers["n2"] is shared
    assert traced.network.sources("n4") == ("n2", "n3")


def test_a_missing_input_and_a_double_name_are_sentences() -> None:
    a, b = layers.Input((4,)), layers.Input((4,), name="other")
    out = layers.Add()([a, b])
    with pytest.raises(UsageError, match="depends on the Input 'other'"):
        trace([a], [out])
    twice = layers.Dense(2, name="d")(layers.Dense(2, name="d")(a))
    with pytest.raises(UsageError, match="Two layers are called 'd'"):
        trace([a], [twice])
    with pytest.raises(UsageError, match="must be a letter"):
        trace([a], [layers.Dense(2, name="a b")(a)])


def test_a_model_can_begin_in_the_middle() -> None:
    a = layers.Input((4,))
    middle = layers.Dense(3)(a)
    traced = trace([middle], [layers.Dense(2)(middle)])
    assert [n.layer for n in traced.network] == [Input((3,)), Dense(2)]


# ---- summary and first weights ---------------------------------------------------------------------------------------
def test_summary_of_a_chain_and_of_a_graph() -> None:
    shown = text(summarize(stack(Input((4,)), Dense(64, "relu"), Dense(3)).replace("n3", trainable=False)), "iris")
    assert 'Model: "iris"' in shown
    assert "│ dense_1 (Dense) │ (None, 64)   │     320 │" in shown
    assert " Total params: 515 (2.01 KB)" in shown
    assert " Trainable params: 320 (1.25 KB)" in shown
    assert "Connected to" not in shown
    lines: list[str] = []
    graph = text(summarize(two_towers()), show=lines.append)
    assert "dense_1, dense_2" in graph
    assert "\n".join(lines) == graph


def test_sizes_in_words() -> None:
    assert [sized(n) for n in (5, 2048, 3 * 2**20, 2**40)] == ["5.00 B", "2.00 KB", "3.00 MB", "1024.00 GB"]


def test_first_weights_depend_on_seed_and_node_alone() -> None:
    network = stack(Input((4,)), Dense(8), Dense(3))
    first, again = initial_weights(network, 7), initial_weights(network, 7)
    assert all(np.array_equal(first[k], again[k]) for k in first)
    assert not np.array_equal(first["n2", "kernel"], initial_weights(network, 8)["n2", "kernel"])
    longer, _ = network.add(Dense(4))
    wired = longer.wire("n3", "n4").with_outputs("n4")
    assert np.array_equal(first["n2", "kernel"], initial_weights(wired, 7)["n2", "kernel"])
    assert first["n2", "kernel"].dtype == np.float32
    assert not first["n2", "bias"].any()


def test_first_weights_need_a_sound_network() -> None:
    with pytest.raises(ModelError, match="conv2d_1 needs images"):
        initial_weights(stack(Input((5,)), Conv2D(2, 3)), 0)


def test_shared_and_embedded_weights_are_drawn_once() -> None:
    assert set(initial_weights(two_towers(), 0)) == {("n2", "kernel"), ("n2", "bias")}
    table = initial_weights(stack(Input((), "int32"), Embedding(5, 3), Concatenate()), 0)["n2", "embeddings"]
    assert table.shape == (5, 3)
    assert np.abs(table).max() <= 0.05
