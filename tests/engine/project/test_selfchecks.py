"""Self-checks really run: they pass on the samples, and each fails for the fault that it is there to find."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import ops, registry
from engine.compiler import pipeline
from engine.compiler.pipeline import compile
from engine.initializers import RandomNormal
from engine.ir.op import OPS, Op, made
from engine.ir.value import Value
from engine.layers.activation import Activation
from engine.layers.core import Dense, Input
from engine.layers.normalization import BatchNormalization
from engine.layers.regularization import Dropout
from engine.layers.spec import Context, LayerSpec, floating
from engine.losses.classification import CategoricalCrossentropy, SparseCategoricalCrossentropy
from engine.losses.spec import LossSpec
from engine.network.network import stack
from engine.ops import elementwise as el
from engine.ops import rules
from engine.project import lifecycle
from engine.project.document import Project, Target
from engine.project.prepare import Prepared
from engine.project.samebits import Twins
from engine.project.selfchecks import CHECKS, SelfCheck, self_checks
from resources import sample_path, samples

TARGETS = {sample.name: sample.target for sample in samples()}


def ready(sample: str, *layers: Any, **changes: Any) -> tuple[Project, Prepared]:
    """Return a suggested project of a sample, or one with these layers behind its only input."""
    project = lifecycle.new_project(sample_path(sample), TARGETS[sample])
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    if layers:
        project = dataclasses.replace(project, network=stack(Input(), *layers), feeds={})
    project = dataclasses.replace(project, **changes)
    return project, lifecycle.prepare(project, table)


def ended(project: Project, prepared: Prepared) -> dict[str, SelfCheck]:
    """Return check -> how it ended."""
    return {check.id: check for check in self_checks(project, prepared)}


@pytest.mark.parametrize("sample", ["iris", "penguins", "diabetes", "breast_cancer"])
def test_all_pass_on_a_sample_as_it_is_suggested(sample: str) -> None:
    project, prepared = ready(sample)
    found = ended(project, prepared)
    assert list(found) == list(CHECKS)
    assert {id: check.state for id, check in found.items()} == dict.fromkeys(CHECKS, "passed"), found
    wires = len(project.network.wires)
    assert found["shapes"].figure == f"{wires} / {wires}"
    assert float(found["gradients"].figure) <= 1e-5
    assert found["seed"].figure == "2 × 3 steps"
    assert all(check.sentence.endswith(".") and not check.fix for check in found.values())


def test_titles_speak_of_this_network() -> None:
    found = ended(*ready("iris"))
    assert found["pairing"].title == "Loss fits softmax and integer labels"
    assert found["first_loss"].title == "First loss near ln 3"
    assert ended(*ready("diabetes"))["first_loss"].title == "First loss near the target's variance"


def test_random_layers_and_batch_statistics_are_held_still() -> None:
    layers = (Dense(8, activation="relu"), Dropout(0.3), BatchNormalization(), Dense(3, activation="softmax"))
    found = ended(*ready("iris", *layers))
    assert {check.state for check in found.values()} == {"passed"}, found


def test_saturated_answers_are_no_wrong_derivative() -> None:
    layers = (
        Dense(16, activation="relu", kernel_initializer=RandomNormal(stddev=30.0)),
        Dense(3, activation="softmax"),
    )
    found = ended(*ready("iris", *layers))
    assert found["gradients"].state == "passed", found["gradients"]
    assert found["first_loss"].state == "warning"


def test_a_long_check_says_how_far_it_is_and_can_be_left() -> None:
    checks = self_checks(*ready("iris"))
    seen = []
    for check in checks:
        seen.append(check)
        if check.id == "gradients" and check.figure:
            break
    assert seen[-1].state == "running"
    assert " / " in seen[-1].figure
    checks.close()  # type: ignore[attr-defined]
    assert list(checks) == []


def test_frozen_networks_have_nothing_to_differentiate() -> None:
    project, prepared = ready("iris")
    nodes = {id: dataclasses.replace(node, trainable=False) for id, node in project.network.nodes.items()}
    network = dataclasses.replace(project.network, nodes=nodes)
    found = ended(dataclasses.replace(project, network=network), prepared)
    assert found["gradients"].state == found["seed"].state == "skipped"
    assert found["gradients"].sentence.startswith("Nothing is trained")


# ---- each check finds its fault -------------------------------------------------------------------------------------
class _Kept:
    """Layers, losses and ops that are forgotten after a test."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.ops: list[str] = []

    def register(self, kind: str = "layer") -> Any:
        id = f"test.broken{len(self.ids)}/1"
        self.ids.append(id)
        return registry.register(id=id, kind=kind, group="core", icon="x", purpose="Is broken.")

    def op(self, **facts: Any) -> Op:
        self.ops.append("test_broken")
        return Op("test_broken", **facts)


@pytest.fixture
def broken() -> Iterator[_Kept]:
    kept = _Kept()
    yield kept
    for id in kept.ids:
        registry.forget(id)
    for name in kept.ops:
        del OPS[name]


def test_a_layer_that_makes_another_shape_than_it_says(broken: _Kept) -> None:
    @broken.register()
    class Wider(LayerSpec):
        """Says that the shape stays, and makes rows twice as wide. Shapes: any -> the same."""

        def build(self, c: Context, *x: Value, **w: Value) -> Value:
            return ops.concat((floating(c, x[0]), floating(c, x[0])), 1)

    found = ended(*ready("iris", Dense(3), Wider(), Activation("softmax")))["shapes"]
    assert (found.state, found.figure) == ("failed", "2 / 3")
    assert found.sentence.startswith("The wire from wider_1 to activation_1 should carry (3,). wider_1 makes (6,)")
    assert found.node == "n3"
    assert found.fix


def test_a_layer_that_cannot_be_built_fails_with_its_reason(broken: _Kept) -> None:
    @broken.register()
    class Raising(LayerSpec):
        """Cannot be built. Shapes: any -> the same."""

        def build(self, c: Context, *x: Value, **w: Value) -> Value:
            raise ValueError("of no use")

    found = ended(*ready("iris", Raising(), Dense(3, activation="softmax")))
    assert found["shapes"].state == found["gradients"].state == "failed"
    assert "of no use" in found["shapes"].sentence


@pytest.mark.parametrize(
    ("loss", "short"),
    [(SparseCategoricalCrossentropy(from_logits=True), "activated twice"), (CategoricalCrossentropy(), None)],
)
def test_a_loss_and_an_activation_that_do_not_go_together(loss: Any, short: str | None) -> None:
    found = ended(*ready("iris", Dense(3, activation="softmax"), targets=(Target(loss=loss),)))["pairing"]
    assert (found.state, found.figure) == (("passed", "ok") if short is None else ("failed", short))
    assert short is None or (found.fix and found.node)


def test_a_loss_that_is_no_number(broken: _Kept) -> None:
    @broken.register("loss")
    class Undefined(LossSpec):
        """The logarithm of a negative number."""

        reduction: str | None = "mean"

        def elements(self, y_true: Value, y_pred: Value) -> Value:
            return ops.mean(ops.log(ops.sub(ops.mul(y_pred, 0.0), 1.0)), (1,))

    found = ended(*ready("diabetes", Dense(1), targets=(Target(loss=Undefined()),)))["pairing"]
    assert (found.state, found.figure) == ("failed", "not finite")


def test_a_wrong_derivative(broken: _Kept) -> None:
    cube = broken.op(
        shape=lambda shape, **_: shape,
        eval=lambda xp, a: a * a * a,
        vjp=lambda g, y, a: (el.mul(g, el.mul(el.square(a), 3.003)),),  # a thousandth too much
        dtype=rules.same_dtype,
        batch=rules.elementwise_rows,
        numpy="np.multiply({0}, {0}, out={out}); np.multiply({out}, {0}, out={out})".replace("; ", "\n"),
        fusion="elementwise",
    )

    @broken.register()
    class Cube(LayerSpec):
        """The third power, with a wrong derivative. Shapes: any -> the same."""

        def build(self, c: Context, *x: Value, **w: Value) -> Value:
            return made(cube, floating(c, x[0]))

    found = ended(*ready("iris", Dense(6), Cube(), Dense(3, activation="softmax")))
    assert found["shapes"].state == "passed"
    assert found["gradients"].state == "failed"
    assert 5e-4 < float(found["gradients"].figure) < 2e-3
    assert "dense_1" in found["gradients"].sentence
    assert found["gradients"].node == "n2"


def test_numbers_that_do_not_come_from_the_seed(broken: _Kept) -> None:
    rng = np.random.default_rng()

    @broken.register()
    class Dice(LayerSpec):
        """Adds another number in each network. Shapes: any -> the same."""

        def build(self, c: Context, *x: Value, **w: Value) -> Value:
            return ops.add(floating(c, x[0]), float(rng.normal()))

    found = ended(*ready("iris", Dice(), Dense(3, activation="softmax")))["seed"]
    assert (found.state, found.figure) == ("failed", "differs")


@pytest.mark.parametrize("rows", [2, 16, 40, 1000])
def test_the_same_bits_take_one_program_each(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    project, prepared = ready("iris")
    project = dataclasses.replace(project, fit=dataclasses.replace(project.fit, batch_size=rows))
    compiled: list[tuple[Any, ...]] = []

    def counted(definition: Any, *given: Any, **more: Any) -> Any:
        compiled.append(given)
        return compile(definition, *given, **more)

    monkeypatch.setattr(pipeline, "compile", counted)
    twins = Twins(project, prepared)
    assert list(twins.steps()) == [1, 2, 3, 4, 5, 6]
    assert [given[0] for given in compiled] == ["train", "train"]
    assert twins.same()
    weights = twins._made[1][1]
    weights[0] = np.nextafter(weights[0], np.float32(np.inf))
    assert not twins.same()


def test_a_first_loss_far_from_its_expectation_is_a_warning() -> None:
    wide = Dense(3, activation="softmax", kernel_initializer=RandomNormal(stddev=60.0))
    found = ended(*ready("iris", wide))["first_loss"]
    assert found.state == "warning"
    assert "Answering all 3 classes alike would have 1.099" in found.sentence
    assert found.fix
