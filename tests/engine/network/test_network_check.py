"""The checks before a compile: each finding with its sentence and its fix."""

from typing import Any

import pytest

from engine.errors import Problem, Repair
from engine.layers.activation import Activation, Softmax
from engine.layers.core import Dense, Embedding, Input
from engine.layers.preprocessing import Normalization
from engine.layers.regularization import Dropout
from engine.layers.reshaping import Flatten
from engine.losses.classification import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from engine.losses.regression import MeanSquaredError
from engine.network.check import Feed, Goal, check
from engine.network.nested import Model
from engine.network.network import Network, stack


def net(*layers: Any) -> Network:
    return stack(Input((4,)), *layers)


def head(units: int, activation: str) -> tuple[str, tuple[tuple[str, object], ...]]:
    return "core.dense/1", (("units", units), ("activation", activation))


def one(network: Network, loss: Any, **goal: Any) -> Problem:
    (problem,) = check(network, None, [Goal(None, loss, **goal)])
    return problem


@pytest.mark.parametrize(
    ("network", "goal"),
    [
        (net(Dense(8, "relu"), Dense(3, "softmax")), Goal(None, SparseCategoricalCrossentropy(), 3)),
        (net(Dense(3)), Goal(None, SparseCategoricalCrossentropy(from_logits=True), 3)),
        (net(Dense(3), Softmax()), Goal(None, CategoricalCrossentropy(), 3)),
        (net(Dense(3), Activation("softmax")), Goal(None, CategoricalCrossentropy(), 3)),
        (net(Dense(1, "sigmoid")), Goal(None, BinaryCrossentropy(), 2)),
        (net(Dense(1)), Goal("n2", BinaryCrossentropy(from_logits=True), 2)),
        (net(Dense(2)), Goal(None, MeanSquaredError(), None, 2)),
        (net(Model(net(Dense(3, "softmax")))), Goal(None, SparseCategoricalCrossentropy(), 3)),
        (net(Dense(3, "softmax"), Dropout(0.1)), Goal(None, SparseCategoricalCrossentropy(), 3)),
        (net(Dense(3, "tanh")), Goal(None, None, 5)),
    ],
)
def test_what_goes_together_is_left_alone(network: Network, goal: Goal) -> None:
    assert check(network, {"n1": Feed((4,))}, [goal]) == ()


@pytest.mark.parametrize(
    ("network", "loss", "goal", "short", "severity", "repair"),
    [
        (
            net(Dense(1, "softmax")), BinaryCrossentropy(), {"classes": 2}, "softmax of one", "error",
            Repair("set_field", ("n2", "activation", "sigmoid"), "Set the activation to sigmoid"),
        ),
        (
            net(Dense(3, "sigmoid")), SparseCategoricalCrossentropy(), {"classes": 3}, "needs softmax", "error",
            Repair("set_field", ("n2", "activation", "softmax"), "Set the activation to softmax"),
        ),
        (
            net(Dense(3, "softmax")), SparseCategoricalCrossentropy(from_logits=True), {"classes": 3},
            "activated twice", "error",
            Repair("set_field", ("n2", "activation", "linear"), "Set the activation to linear"),
        ),
        (
            net(Dense(3)), SparseCategoricalCrossentropy(), {"classes": 3}, "needs probabilities", "error",
            Repair("set_field", ("n2", "activation", "softmax"), "Set the activation to softmax"),
        ),
        (
            net(Dense(1, "relu")), BinaryCrossentropy(), {"classes": 2}, "needs probabilities", "error",
            Repair("set_field", ("n2", "activation", "sigmoid"), "Set the activation to sigmoid"),
        ),
        (
            net(Dense(4, "softmax")), BinaryCrossentropy(), {"classes": 4}, "needs sigmoid", "warning",
            Repair("set_field", ("n2", "activation", "sigmoid"), "Set the activation to sigmoid"),
        ),
        (
            net(Dense(1, "sigmoid")), MeanSquaredError(), {"width": 1}, "limited range", "warning",
            Repair("set_field", ("n2", "activation", "linear"), "Set the activation to linear"),
        ),
        (
            net(Dense(1, "relu")), MeanSquaredError(), {"width": 1}, "limited range", "warning",
            Repair("set_field", ("n2", "activation", "linear"), "Set the activation to linear"),
        ),
        (
            net(Dense(2, "softmax")), SparseCategoricalCrossentropy(), {"classes": 3}, "needs 3 units", "error",
            Repair("set_field", ("n2", "units", 3), "Set units to 3"),
        ),
        (
            net(Dense(5, "softmax")), SparseCategoricalCrossentropy(), {"classes": 3}, "needs 3 units", "warning",
            Repair("set_field", ("n2", "units", 3), "Set units to 3"),
        ),
        (
            net(Dense(2, "sigmoid")), BinaryCrossentropy(), {"classes": 2}, "needs 1 unit", "error",
            Repair("set_field", ("n2", "units", 1), "Set units to 1"),
        ),
        (
            net(Dense(3)), MeanSquaredError(), {"width": 1}, "needs 1 unit", "error",
            Repair("set_field", ("n2", "units", 1), "Set units to 1"),
        ),
        (
            net(Dense(64, "relu")), SparseCategoricalCrossentropy(), {"classes": 2}, "needs 2 units", "error",
            Repair("append_layers", ("n2", head(2, "softmax")), "Add a Dense of 2"),
        ),
        (
            net(Dense(8), Dropout(0.5)), MeanSquaredError(), {"width": 1}, "needs 1 unit", "error",
            Repair("append_layers", ("n3", head(1, "linear")), "Add a Dense of 1"),
        ),
        (
            stack(Input((8, 8, 3)), Dense(2, "softmax")), SparseCategoricalCrossentropy(), {"classes": 2},
            "too many axes", "error", Repair("insert_layer", ("reshape.flatten/1", "n1", "n2"), "Insert Flatten"),
        ),
    ],
)  # fmt: skip
def test_output_loss_and_target(
    network: Network, loss: Any, goal: Any, short: str, severity: str, repair: Repair
) -> None:
    problem = one(network, loss, **goal)
    assert (problem.short, problem.severity, problem.repair) == (short, severity, repair)
    assert problem.fix.endswith(".")


def test_units_and_classes_are_said_in_a_sentence() -> None:
    problem = one(net(Dense(2, "softmax")), CategoricalCrossentropy(), classes=3)
    assert str(problem) == "dense_1 has 2 units. The target has 3 classes. Set units to 3."


def shorts(network: Network, feeds: Any = None) -> list[tuple[str, str]]:
    return [(p.short, p.severity) for p in check(network, feeds)]


def test_an_empty_network_and_one_without_ends() -> None:
    assert shorts(Network()) == [("empty", "error")]
    loose, _ = Network().add(Dense(3))
    assert [s for s, _ in shorts(loose)] == ["not connected", "no input", "no output"]
    (problem,) = check(net(Dense(3)).with_outputs())
    assert problem.repair == Repair("set_outputs", (("n2",),), "Make dense_1 the output")


def test_what_leads_nowhere_is_a_warning_with_a_safe_fix() -> None:
    network, extra = net(Dense(3)).add(Dense(5))
    network = network.wire("n1", extra.id)
    (problem,) = check(network)
    assert str(problem) == "dense_2 leads to no output. Wire it to a layer, or remove it."
    assert problem.repair == Repair("remove", ("n3",), "Remove dense_2", safe=True)
    unused, _ = net(Dense(3)).add(Input((2,)))
    assert check(unused)[0].message == "input_2 is used by no output."


def test_an_input_without_a_tensor() -> None:
    assert shorts(net(Dense(3)), {}) == [("no tensor", "error")]
    assert shorts(stack(Input(), Dense(3)), {}) == [("no tensor", "error")]
    assert shorts(stack(Input(), Dense(3)), {"n1": Feed((4,))}) == []


def test_scaling_twice_is_a_warning() -> None:
    network = net(Normalization(), Dense(3))
    assert shorts(network, {"n1": Feed((4,), scaled=True)}) == [("scaled twice", "warning")]
    assert shorts(network, {"n1": Feed((4,))}) == []


def test_an_embedding_needs_a_row_per_category() -> None:
    network = stack(Input((), "int32"), Embedding(4, 2), Dense(1))
    (problem,) = check(network, {"n1": Feed((), vocabulary=7, name="city")})
    assert str(problem) == "embedding_1 has 4 rows. city has 7 categories. Set input_dim to at least 7."
    assert problem.repair == Repair("set_field", ("n2", "input_dim", 7), "Set input_dim to 7")
    assert shorts(network, {"n1": Feed((), vocabulary=4)}) == []
    assert shorts(network, {"n1": Feed(())}) == [("needs categories", "error")]


def test_nothing_to_learn_and_very_large() -> None:
    assert shorts(net(Flatten())) == [("nothing to learn", "warning")]
    assert shorts(net(Dense(3)).replace("n2", trainable=False)) == [("nothing to learn", "warning")]
    assert shorts(net(Dense(200_000_000))) == [("very large", "warning")]


def test_errors_come_before_warnings() -> None:
    network, extra = net(Dense(1, "softmax")).add(Dense(5))
    network = network.wire("n1", extra.id)
    found = check(network, None, [Goal(None, BinaryCrossentropy(), 2)])
    assert [p.severity for p in found] == ["error", "warning"]
