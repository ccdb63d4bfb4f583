"""Code read as a network: what people write, exact round trips, renames, kept lines, hostile text."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import registry
from engine.errors import UsageError
from engine.layers.core import Dense, Input
from engine.layers.merging import Add, Concatenate
from engine.layers.regularization import Dropout
from engine.network.kept import Kept, anchored
from engine.network.merge import Merged, merge
from engine.network.nested import Model
from engine.network.network import Network, stack
from engine.network.read import Reading, assigned, known, read
from engine.network.source import source
from engine.regularizers import L2
from tests.engine.network.networks import networks

SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def skeleton(network: Network) -> Any:
    """All that code says of a network: everything but ids, notes and the order of nodes."""
    name = {n.id: n.name for n in network}
    nodes = {n.name: (inner(n.layer), n.trainable, name.get(n.shares or "")) for n in network}
    wires = {(name[w.source], name[w.target], w.slot) for w in network.wires}
    return nodes, wires, [name[o] for o in network.outputs], [name[i] for i in network.inputs()]


def inner(layer: Any) -> Any:
    return skeleton(layer.network) if layer.KERAS == "Model" else layer


def fresh(text: str) -> Network:
    """The network of a text without errors and without kept code."""
    reading = read(text)
    assert reading.errors == ()
    assert reading.foreign == ()
    return merge(reading).network


# ---- the round trip --------------------------------------------------------------------------------------------------
@SLOW
@given(networks())
def test_every_network_comes_back_from_its_code(network: Network) -> None:
    text = source(network, exact=True).text
    assert skeleton(fresh(text)) == skeleton(network), text


@SLOW
@given(networks())
def test_code_that_was_not_changed_changes_nothing(network: Network) -> None:
    for node in list(network):
        network = network.replace(node.id, note=f"of {node.id}")
    made = source(network, exact=True)
    assert merge(read(made.text), network, made.shapes).network is network, made.text


@pytest.mark.parametrize("record", registry.records("layer"), ids=lambda record: record.KERAS)
def test_each_layer_comes_back(record: Any) -> None:
    network = Network()
    for layer in (Input((4,)), record.suggestion()):
        network, _node = network.add(layer)
    assert skeleton(fresh(source(network, exact=True).text)) == skeleton(network)


# ---- what people write -----------------------------------------------------------------------------------------------
STYLES = {
    "functional": """
from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(4,))
x = layers.Dense(64, activation="relu")(inputs)
x = layers.Dropout(0.2)(x)
outputs = layers.Dense(3, activation='softmax')(x)
net = keras.Model(inputs, outputs)
""",
    "sequential": """
import keras as k
net = k.Sequential([
    k.Input((4,)),
    k.layers.Dense(64, "relu"),
    k.layers.Dropout(rate=.2),
    k.layers.Dense(
        units=3,
        activation=k.activations.softmax,
    ),
])
""",
    "add": """
from keras.layers import Dense as D, Dropout
from keras.models import Sequential
model = Sequential()
model.add(D(64, input_shape=(4,), activation="relu"))
model.add(Dropout(0.2)); model.add(D(3, activation="softmax"))
""",
    "chained": """
import keras.layers as L
from keras import Model
a = L.InputLayer([4])
model = Model(inputs=[a], outputs=[L.Dense(3, "softmax")(Dropout(0.2)(L.Dense(64, "relu")(a)))])
""",
    "layers first": """
first: object = Dense(64, activation="relu"); drop = Dropout(0.2)
last = Dense(3, activation="softmax")
inputs = Input(shape=4)
model = Model(inputs, last(drop(first(inputs))))
""",
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_the_styles_of_keras_mean_the_same(style: str) -> None:
    network = fresh(STYLES[style])
    wanted = stack(Input((4,)), Dense(64, "relu"), Dropout(0.2), Dense(3, "softmax"))
    layers = [network.nodes[n].layer for n in network.order()]
    assert layers == [n.layer for n in wanted]
    assert [network.sources(n) for n in network.order()] == [(), *((n,) for n in network.order()[:-1])]
    assert network.outputs == network.order()[-1:]


def test_several_inputs_outputs_merges_and_one_layer_called_twice() -> None:
    network = fresh(
        """
left = layers.Input((4,), name="left")
right = layers.Input((4,), name="right")
shared = layers.Dense(3, name="tower", kernel_regularizer=regularizers.l2(1e-3), trainable=False)
u = shared(left)
v = shared(right)
both = layers.concatenate([u, v], name="both")
total = u + v
model = Model(inputs=[right, left], outputs=[total, both])
"""
    )
    by = {n.name: n for n in network}
    assert [network.nodes[i].name for i in network.inputs()] == ["right", "left"]
    assert by["tower"].layer == Dense(3, kernel_regularizer=L2(1e-3))
    assert not by["tower"].trainable
    twin = next(n for n in network if n.shares == by["tower"].id)
    assert network.sources(by["both"].id) == (by["tower"].id, twin.id)
    assert [network.nodes[o].layer for o in network.outputs] == [Add(), Concatenate()]


def test_a_model_that_is_called_is_one_card() -> None:
    network = fresh(
        """
i = Input((8,))
h = Dense(4, "relu")(i)
block = Model(i, Dense(8)(h), name="block")
block.trainable = False
x = Input((8,))
y = block(x)
y = block(y)
tail = Sequential([Dense(3), Dense(1)], name="tail")
model = Model(x, tail(y))
"""
    )
    by = {n.name: n for n in network}
    assert [network.nodes[n].layer.KERAS for n in network.order()] == ["Input", "Model", "Model", "Model"]
    assert [n.layer for n in by["block"].layer.network] == [Input((8,)), Dense(4, "relu"), Dense(8)]
    assert not by["block"].trainable
    assert by["model_1"].shares == by["block"].id
    assert [n.layer for n in by["tail"].layer.network] == [Input(), Dense(3), Dense(1)]


def test_numbers_may_be_worked_out_and_have_names() -> None:
    reading = read(
        "width = 2 * 32\nx = layers.Dense(width // 2 + 1)\ny = layers.Dropout(rate=1. / 4)\nz = layers.Dense(-(-3))"
    )
    assert reading.errors == ()
    assert [n.layer for n in merge(reading).network] == [Dense(33), Dropout(0.25), Dense(3)]


@pytest.mark.parametrize(
    "value", ["1 / 0", "'a' * 9", "10**9", "10000000000000000 * 10", "True + 1", "(1, 2) * 3", "1 + open"]
)
def test_other_sums_are_no_numbers(value: str) -> None:
    (error,) = read(f"x = layers.Dense({value})").errors
    assert "units must be a plain value" in error.message


def test_what_is_not_connected_stays_so() -> None:
    network = fresh(
        """
input_1 = layers.Input((4,))
dense_1 = layers.Dense(3)  # not connected
add_1 = layers.Add()([None, input_1])
dense_2 = layers.Dense(2)(dense_1)
"""
    )
    assert {(w.source, w.target, w.slot) for w in network.wires} == {("n1", "n3", 1), ("n2", "n4", 0)}


# ---- merging by name -------------------------------------------------------------------------------------------------
def edited(network: Network, *changes: tuple[str, str], spare: Network | None = None) -> Network:
    """The network after texts in its code were replaced."""
    made = source(network, exact=True)
    text = made.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    reading = read(text)
    assert reading.errors == ()
    return merge(reading, network, made.shapes, spare).network


def names(network: Network) -> dict[str, str]:
    return {n.id: n.name for n in network}


def test_settings_change_and_ids_stay() -> None:
    network = stack(Input((4,)), Dense(8), Dense(3)).replace("n2", note="kept")
    after = edited(network, ("layers.Dense(8, ", 'layers.Dense(16, activation="relu", '))
    assert after == network.replace("n2", layer=Dense(16, "relu"))


def test_a_new_name_on_an_unchanged_line_is_a_rename() -> None:
    network = stack(Input((4,)), Dense(8), Dense(8), Dense(8))
    after = edited(network, ('name="dense_2"', 'name="middle"'))
    assert after == network.replace("n3", name="middle")
    swapped = edited(network, ('name="dense_1"', 'name="a"'), ('name="dense_3"', 'name="c"'))
    assert names(swapped) == {"n1": "input_1", "n2": "a", "n3": "dense_2", "n4": "c"}


def test_new_lines_are_new_nodes_and_lost_ones_are_gone() -> None:
    network = stack(Input((4,)), Dense(8), Dense(3))
    line = 'dense_2 = layers.Dense(3, name="dense_2")(dense_1)'
    after = edited(network, (line, "d = layers.Dropout(0.5)(dense_1)\n" + line.replace("(dense_1)", "(d)")))
    assert names(after) == {"n1": "input_1", "n2": "dense_1", "n4": "dropout_1", "n3": "dense_2"}
    assert list(after.nodes) == ["n1", "n2", "n4", "n3"]
    gone = edited(
        after, ('dropout_1 = layers.Dropout(0.5, name="dropout_1")(dense_1)\n', ""), ("(dropout_1)", "(dense_1)")
    )
    assert gone.nodes == network.nodes
    back = edited(
        gone,
        (line, "d = layers.Dropout(0.5, name='dropout_1')(dense_1)\n" + line.replace("(dense_1)", "(d)")),
        spare=after,
    )
    assert names(back) == names(after)


def test_lines_without_a_name_keep_their_node() -> None:
    network = stack(Input((4,)), Dense(8), Dense(3)).replace("n2", name="hidden")
    after = edited(
        network,
        ('dense_1 = layers.Dense(8, name="hidden")(input_1)', "x = layers.Dense(9)(input_1)"),
        ("(dense_1)", "(x)"),
    )
    assert after == network.replace("n2", layer=Dense(9))


def test_a_shape_that_comes_from_the_data_stays_so_until_it_is_changed() -> None:
    network = stack(Input(), Model(stack(Input(), Dense(2))), Dense(1))
    made = source(network, {"n1": (7,)}, exact=True)
    assert made.text.count("shape=(7,)") == 2
    text = made.text.replace("Dense(1", "Dense(5")
    assert merge(read(text), network, made.shapes).network == network.replace("n3", layer=Dense(5))
    fixed = merge(
        read(made.text.replace('shape=(7,), name="input_1"', 'shape=(8,), name="input_1"', 1)), network, made.shapes
    )
    assert Input((8,)) in [fixed.network.nodes["n1"].layer, *(n.layer for n in fixed.network.nodes["n2"].layer.network)]  # type: ignore[attr-defined]


def test_a_nested_model_keeps_the_ids_inside() -> None:
    block = stack(Input((4,)), Dense(8), Dense(4)).remove("n2")
    block = block.wire("n1", "n3")
    network = stack(Input((4,)), Model(block), Dense(3))
    after = edited(network, ("layers.Dense(4, ", "layers.Dense(6, "))
    assert after.nodes["n2"].layer == Model(block.replace("n3", layer=Dense(6)))
    assert edited(network, ('name="model_1")', 'name="block")')) == network.replace("n2", name="block")


# ---- lines that are kept ---------------------------------------------------------------------------------------------
REMARKED = """# Penguins by hand
from keras import Model, layers

# what comes in
input_1 = layers.Input(shape=(4,), name="input_1")  # four columns
rate = 0.5
for step in range(3):
    # inside a block

    print(step)
dense_1 = layers.Dense(8, activation="relu", name="dense_1")(input_1)
attention_1 = layers.MultiHeadAttention(2, 8)(dense_1, dense_1)

# the end
dropout_1 = layers.Dropout(0.5, name="dropout_1")(dense_1)  # "quotes", # and hashes
dense_2 = layers.Dense(3, activation="softmax", name="dense_2")(dropout_1)
model = Model(inputs=input_1, outputs=dense_2)
model.compile(optimizer="adam")
"""


def written(merged: Merged) -> str:
    """The code of what was merged."""
    lines = assigned([line.text for line in merged.kept if not line.beside])
    return source(merged.network, exact=True, kept=merged.kept, taken=lines).text


def again(text: str, merged: Merged) -> Reading:
    return read(text, known(merged.kept))


def test_what_cannot_be_drawn_is_kept_at_its_place_and_says_why() -> None:
    reading = read(REMARKED)
    assert reading.errors == ()
    assert [(r.line, r.message.split(";")[0].split(".")[0]) for r in reading.foreign] == [
        (6, "A value is put in where it is used"),
        (7, "Only layers, models and wires stand on the canvas"),
        (12, "There is no layer MultiHeadAttention here"),
        (18, "Compiling and training are set on their own pages"),
    ]
    assert written(merge(reading)) == REMARKED


def test_what_a_kept_line_makes_is_nothing_on_the_canvas() -> None:
    merged = merge(read(REMARKED.replace("(dense_1)  #", "(attention_1)  #")))
    assert merged.network.sources("n3") == ()
    assert "# not connected" in written(merged)
    assert merge(again(written(merged), merged), merged.network).network is merged.network


def test_kept_lines_stay_where_they_are_when_the_canvas_changes() -> None:
    merged = merge(read(REMARKED))
    network, node = merged.network.unwire(*(w for w in merged.network.wires if w.target == "n3")).add(Dense(4))
    network = network.wire("n2", node.id).wire(node.id, "n3")
    text = written(Merged(network, merged.kept))
    new = 'dense_3 = layers.Dense(4, name="dense_3")(dense_1)\n'
    assert new in text
    assert text.replace(new, "").replace("(dense_3)", "(dense_1)") == REMARKED
    assert merge(again(text, merged), network).network is network


def test_a_kept_line_goes_up_when_the_line_before_it_is_gone() -> None:
    merged = merge(read(REMARKED))
    before = source(merged.network, exact=True, kept=merged.kept).keys
    network = merged.network.remove("n2", "n3")
    kept = anchored(merged.kept, before, source(network, exact=True).keys)
    assert {line.after for line in kept} == {"", "import", "n1", "model"}
    assert [line.text for line in kept] == [line.text for line in merged.kept]
    text = written(Merged(network, kept))
    assert merge(read(text, known(kept)), network).kept == kept


LINES = st.sampled_from(
    [
        "", "# a remark", "    # far in", "#", "x = 3", "print('hello')", "model.fit(x, y)",
        "for i in x:\n    print(i)",
        "y = layers.GRU(3)(x)", "'a text'", "import numpy as np", "def f(x):\n    return x\n",
        "try:\n    a()\nexcept E:\n    b()", "@jit\ndef g(): pass", "x = '''\n\n'''",
    ]
)  # fmt: skip


@SLOW
@given(networks(deep=1), st.data())
def test_any_lines_between_the_lines_are_kept(network: Network, data: st.DataObject) -> None:
    lines = source(network, exact=True).text.rstrip("\n").split("\n")
    head, lines = lines[:2], lines[2:]
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(lines)))
        lines[place:place] = data.draw(LINES).split("\n")
    text = "\n".join([*head, *lines]).rstrip() + "\n"
    reading = read(text)
    if reading.errors:  # a line inside the text or the block of another
        return
    merged = merge(reading, network)
    assert merged.network is network
    once = written(merged)
    twice = merge(again(once, merged), network)
    assert (twice.network, twice.kept) == (network, merged.kept)
    assert written(twice) == once
    assert [x for x in once.split("\n") if x not in head] == [x for x in text.split("\n") if x not in head]


# ---- text that is wrong, or hostile ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("x = layers.Dense(3", 1, "'(' was never closed"),
        ("\nx = = 3", 2, "Invalid syntax."),
        ("x = Dense(3)(y)", 1, "There is no tensor, layer or model called y."),
        ("x = Dens(3)", 1, "There is no layer 'Dens'. Did you mean Dense"),
        ("x = Dense(0)", 1, "Dense: units must be at least 1; it is 0"),
        ("x = Dense(units=open)", 1, "units must be a plain value; it is open"),
        ("x = Dense(3, size=1)", 1, "Dense has no setting size"),
        ("x = Dense(3, name='a b')", 1, "A layer's name must be a letter"),
        ("x = Dense(3, name='d')\ny = Dense(3, name='d')", 2, "Two layers are called d."),
        ("x = Input((3,))\ny = x(x)", 2, "x is a tensor and cannot be called"),
        ("x = Input((3,))\nh = Dense(2)(x)\nm = Model(h, h)", 3, "The inputs of a model must be Inputs"),
        ("x = Dense(3, trainable=1)", 1, "trainable must be True or False"),
        ("x = 1\ny = '\u2028'", 2, "may not hold the character \\u2028"),
        ("x = '\x00'", 1, "may not hold the character \\x00"),
        ("# \ud800", 1, "may not hold the character \\ud800"),
        ("x = " + "(" * 300 + ")" * 300, 1, "too long or too deeply nested"),
        ("x = " + "-" * 50_000 + "1", 1, "too deeply nested"),
        ("x = " + "a." * 50_000 + "b", 1, "too deeply nested"),
        ("x = " + "1+" * 100_000 + "1", 1, "too long or too deeply nested"),
        ("x" * 2_000_001, 1, "Code may have 2,000,000 characters"),
        ("#" * 2_001, 1, "may have 2,000 characters"),
        ("#\n" * 10_001, 10_001, "10,000 comments and other lines"),
    ],
    ids=range(22),
)
def test_what_is_wrong_is_a_sentence_on_its_line(text: str, line: int, sentence: str) -> None:
    reading = read(text)
    assert reading.draft is None
    assert reading.errors[0].line == line
    assert sentence in reading.errors[0].message


def test_one_wrong_line_does_not_hide_the_next() -> None:
    reading = read("x = Dense(0)\ny = Dense(3\nz = Dens(3)\n")
    assert [e.line for e in reading.errors] == [1, 2, 3]


HOSTILE = [
    "__import__('os').system('touch CANARY')",
    "x = __import__('os').system('touch CANARY')",
    "f = lambda: open('CANARY', 'w')",
    'x = f\'{open("CANARY", "w")}\'',
    "x = [open('CANARY', 'w') for _ in range(3)]",
    "x = [i for i in range(10**9) for j in range(10**9)]",
    "x = 9 ** 9 ** 9 ** 9",
    'exec(\'open("CANARY", "w")\')',
    "import os; os.system('touch CANARY')",
    "while True: pass",
    "class Dense: pass",
    "x = (y := open('CANARY', 'w'))",
    "x = keras.layers.Dense.__class__.__mro__",
    "x = layers.Lambda(lambda t: open('CANARY', 'w'))(input_1)",
    "from os import *",
    "x = getattr(keras, 'layers')",
    "print(open('CANARY', 'w'))",
    "assert open('CANARY', 'w')",
    "@open('CANARY', 'w')\ndef f(): pass",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_nothing_is_evaluated(statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    network = stack(Input((4,)), Dense(3))
    made = source(network, exact=True)
    reading = read(made.text.replace("model =", f"{statement}\nmodel ="))
    assert reading.errors == ()
    merged = merge(reading, network)
    assert merged.network is network
    assert [line.text for line in merged.kept] == statement.split("\n")
    assert not (tmp_path / "CANARY").exists()


@pytest.mark.parametrize(
    "value",
    ["__import__('os')", "lambda: 1", "f'{1}'", "[i for i in 'ab']", "9 ** 9", "open", "(yield)", "1 if 2 else 3"],
)
def test_a_setting_is_a_plain_value(value: str) -> None:
    (error,) = read(f"x = layers.Dense({value})").errors
    assert "units must be" in error.message


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80) | st.text(alphabet="()[]{}'\"\\#=:,.\n \tabDense123@*", max_size=60))
def test_any_text_at_all_is_an_answer(text: str) -> None:
    reading = read(text)
    assert (reading.draft is None) == bool(reading.errors)
    if reading.draft is not None:
        merged = merge(reading)
        assert again(written(merged), merged).errors == ()


@pytest.mark.parametrize(
    "text",
    [
        "x = Dense(3)\n" * 150_000,
        "\n".join(f"foo{i}(3)" for i in range(100_000)),
        "\n".join(f"x = Foo{i}(3)" for i in range(90_000)),
        "(\n" * 900_000,
        '"\\"' * 300_000,
        "'''\n" * 400_000,
        "for i in x:\n" * 150_000,
        "x = f" + "(1)" * 30_000,
        "i0 = Input((3,))\nm0 = Model(i0, i0)\n"
        + "\n".join(f"i{k + 1} = Input((3,))\nm{k + 1} = Model(i{k + 1}, m{k}(i{k + 1}))" for k in range(2_000)),
    ],
    ids=["layers", "lines", "strangers", "brackets", "quotes", "texts", "blocks", "calls", "models"],
)
def test_megabytes_are_a_sentence_in_bounded_time(text: str) -> None:
    begun = time.process_time()
    reading = read(text)
    assert time.process_time() - begun < 20
    assert reading.draft is None
    assert reading.errors[0].message.endswith((".", "Delete it."))


def test_a_thousand_layers_are_read_quickly() -> None:
    network = stack(Input((8,)), *[Dense(8, "relu", kernel_regularizer=L2(0.1))] * 999)
    made = source(network, exact=True)
    merge(read(made.text), network, made.shapes)
    begun = time.process_time()
    assert merge(read(made.text.replace("Dense(8, ", "Dense(9, ", 1)), network, made.shapes).network != network
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (("n0x", "# a"), "must stand after a line"),
        (("../n1", "# a"), "must stand after a line"),
        (("n1", "a\nb"), "one line of plain text"),
        (("n1", "a\u2028b"), "one line of plain text"),
        (("n1", "x" * 2_001), "2,000 characters"),
        (("n1", "x = 3", True), "a comment only"),
    ],
)
def test_a_kept_line_is_one_line_at_a_place(values: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Kept(*values)
