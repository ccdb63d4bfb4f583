"""Names in generated programs: a layer in a group is told apart, by kind and counter, never by a text of a person."""

import keyword
import re

import pytest

from engine import registry
from engine.compiler.definition import Definition, OutputSettings
from engine.compiler.lower import identifiers, lower, weight_name
from engine.compiler.pipeline import compile
from engine.compiler.program import Program
from engine.network.network import Network, stack
from engine.specs import Spec, snake


def layer(name: str, **values: object) -> Spec:
    made: Spec = registry.named("layer", name)(**values)
    return made


def grouped(name: str = "") -> Network:
    """Input (6) -> a group of Dense, Dropout and a group of two Dense -> the inner group again -> Dense."""
    pair = stack(layer("Input"), layer("Dense", units=8, activation="relu"), layer("Dense", units=4))
    whole = stack(layer("Input"), layer("Dense", units=5), layer("Dropout", rate=0.2), layer("Model", network=pair))
    if name:
        whole = whole.replace("n2", name=name)
    return stack(
        layer("Input", shape=(6,)), layer("Model", network=whole), layer("Model", network=pair), layer("Dense", units=1)
    )


def taught(network: Network) -> Definition:
    loss, optimizer = registry.named("loss", "MeanSquaredError")(), registry.named("optimizer", "SGD")()
    return Definition(network, (OutputSettings(loss),), optimizer)


@pytest.fixture(scope="module")
def program() -> Program:
    return compile(taught(grouped()), "train", 8)


def test_layers_of_a_group_are_counted_behind_its_name() -> None:
    assert identifiers(taught(grouped())) == {
        "n1": "input_1", "n2": "model_1", "n2/n2": "model_1_dense_1", "n2/n3": "model_1_dropout_1",
        "n2/n4": "model_1_model_1", "n2/n4/n2": "model_1_model_1_dense_1", "n2/n4/n3": "model_1_model_1_dense_2",
        "n3": "model_2", "n3/n2": "model_2_dense_1", "n3/n3": "model_2_dense_2", "n4": "dense_1",
    }  # fmt: skip


def test_a_program_names_the_inner_layer_and_its_lines_belong_to_the_group(program: Program) -> None:
    source = program.source.splitlines()
    comments = [line.strip() for line in source if line.strip().startswith("#")]
    forward = comments[: comments.index("# dense_1")]
    assert forward == [
        "# input_1", "# model_1_dense_1", "# model_1_dropout_1", "# model_1_model_1_dense_1",
        "# model_1_model_1_dense_2", "# model_2_dense_1", "# model_2_dense_2",
    ]  # fmt: skip
    assert "    np.dot(x0, model_1_dense_1_kernel, out=model_1_dense_1)" in source
    for number, node in program.lines.items():
        named = re.match(r" *# (\w+_\d+)$", source[number - 1])
        if named:
            group = {"model_1": "n2", "model_2": "n3", "dense_1": "n4", "input_1": "n1"}
            assert node == group[re.match(r"[a-z]+_\d+", named[1])[0]]
    assert {buffer.origin for buffer in program.plan.buffers} <= {"n1", "n2", "n3", "n4", ""}


def test_every_weight_has_an_identifier_of_its_own() -> None:
    lowered = lower(taught(grouped()), "train", 8)
    names = [str(leaf.params["name"]) for leaf in lowered.weights.values()]
    assert len(set(names)) == len(names) == 12
    assert all(name.isidentifier() and name.isascii() and not keyword.iskeyword(name) for name in names)
    assert names == [weight_name(lowered.names, *key) for key in lowered.weights]


def test_a_weight_of_a_layer_that_is_not_computed_still_has_a_name() -> None:
    assert weight_name({}, "n7", "n2_kernel") == "n7_n2_kernel"


def test_names_of_people_change_no_letter_of_a_program(program: Program) -> None:
    assert compile(taught(grouped("secret")), "train", 8).source == program.source


def test_no_kind_of_layer_reads_like_a_layer_of_a_group() -> None:
    kinds = [snake(spec.KERAS) for spec in registry.records("layer")]
    assert "dense" in kinds
    assert [kind for kind in kinds if re.match(r"model_\d+_", kind)] == []
