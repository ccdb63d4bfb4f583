"""What `compile` resolves: losses, weights, metrics and their names, for one and several outputs."""

from typing import Any

import pytest

from engine import losses as losses_module
from engine import metrics as metrics_module
from engine.errors import UsageError
from engine.model.settings import Target, figures, loss_weights, losses

ONE = [Target("out", (1,))]
CLASSES = [Target("out", (3,))]
TWO = [Target("price", (1,)), Target("kind", (3,))]


def names(found: Any) -> list[str]:
    return [type(spec).KERAS if spec else "-" for spec in found]


@pytest.mark.parametrize(
    "given",
    ["mse", "MeanSquaredError", losses_module.MeanSquaredError, losses_module.MeanSquaredError(), losses_module.mse],
)
def test_a_loss_may_be_a_name_a_class_a_record_or_a_function(given: Any) -> None:
    assert names(losses(given, ONE)) == ["MeanSquaredError"]


def test_losses_of_several_outputs() -> None:
    both = ["MeanSquaredError", "SparseCategoricalCrossentropy"]
    assert names(losses(["mse", "sparse_categorical_crossentropy"], TWO)) == both
    assert names(losses({"kind": "sparse_categorical_crossentropy", "price": "mse"}, TWO)) == both
    assert names(losses({"price": "mse"}, TWO)) == ["MeanSquaredError", "-"]
    assert names(losses("mse", TWO)) == ["MeanSquaredError"] * 2
    assert loss_weights({"kind": 0.5}, TWO) == (1.0, 0.5)
    assert loss_weights([2, 3], TWO) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("targets", "loss", "record"),
    [
        (ONE, "binary_crossentropy", "BinaryAccuracy"),
        (CLASSES, "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
        (CLASSES, "categorical_crossentropy", "CategoricalAccuracy"),
    ],
)
def test_accuracy_is_the_one_of_the_output(targets: list[Target], loss: str, record: str) -> None:
    (found,) = figures(["accuracy"], None, targets, losses(loss, targets))
    assert (found.key, type(found.metric).KERAS) == ("accuracy", record)


def test_names_are_those_of_keras() -> None:
    specs = losses("binary_crossentropy", ONE)
    given = ["acc", "mae", metrics_module.AUC(name="area"), metrics_module.Precision()]
    assert [f.key for f in figures(given, ["acc"], ONE, specs)] == ["acc", "mae", "area", "precision", "weighted_acc"]
    both = {"kind": ["accuracy"], "price": "mae"}
    found = figures(both, None, TWO, losses(["mse", "sparse_categorical_crossentropy"], TWO))
    assert [(f.key, f.output) for f in found] == [("price_mae", 0), ("kind_accuracy", 1)]
    assert [f.key for f in figures(["mae", "mae", "mae"], None, ONE, specs)] == ["mae", "mae_1", "mae_2"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: losses("mean_squared_eror", ONE), "There is no loss .* Did you mean"),
        (lambda: losses({"prize": "mse"}, TWO), "'prize', which is no output. Outputs: price, kind"),
        (lambda: losses(["mse"], TWO), "must hold 2 entries"),
        (lambda: figures(["mae"], None, TWO, (None, None)), "one entry per output"),
        (lambda: figures(["acuracy"], None, ONE, (None,)), "There is no metric 'acuracy'"),
        (lambda: figures({"x": "mae"}, None, TWO, (None, None)), "'x', which is no output"),
        (lambda: losses(42, ONE), "must be a loss"),
    ],
)
def test_what_is_wrong_is_said(call: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        call()
