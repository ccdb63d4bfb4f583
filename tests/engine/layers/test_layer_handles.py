"""Layers as people use them: names, variables, configs, calls on tensors and on arrays."""

from typing import Any

import numpy as np
import pytest

from engine import initializers, layers, registry
from engine.errors import ShapeError, UsageError
from engine.layers.core import Dense as DenseSpec
from engine.network.nested import Model
from engine.network.network import stack

ROWS = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


def test_two_equal_layers_are_different_layers() -> None:
    a, b = layers.Dense(3), layers.Dense(3)
    assert a.spec == b.spec
    assert a is not b
    a(ROWS)
    b(ROWS)
    assert not np.array_equal(a.get_weights()[0], b.get_weights()[0])


def test_settings_and_variables_are_attributes() -> None:
    layer = layers.Dense(3, activation="relu", name="first")
    assert (layer.units, layer.activation, layer.name, layer.built) == (3, "relu", "first", False)
    layer.build((None, 4))
    assert [v.path for v in layer.weights] == ["first/kernel", "first/bias"]
    assert layer.kernel.shape == (4, 3)
    assert layer.count_params() == 15
    with pytest.raises(AttributeError, match="Dense has no attribute 'filters'"):
        _ = layer.filters


def test_counting_before_building_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="has no weights yet"):
        layers.Dense(3).count_params()


def test_config_gives_back_the_layer() -> None:
    layer = layers.Dense(3, "gelu", kernel_initializer="he_normal", kernel_regularizer="l2", name="d", trainable=False)
    config = layer.get_config()
    assert (config["name"], config["units"], config["trainable"]) == ("d", 3, False)
    again = layers.Dense.from_config(config)
    assert (again.spec, again.name, again.trainable) == (layer.spec, "d", False)
    assert again.get_config() == config


@pytest.mark.parametrize("record", registry.records("layer"), ids=lambda r: r.KERAS)
def test_every_suggestion_survives_its_config(record: Any) -> None:
    made = record.suggestion()
    assert registry.from_config(made.get_config()) == made
    assert registry.named("layer", record.KERAS) is record
    assert made.summary_line() == made.summary_line().strip()


def test_weights_are_set_and_checked() -> None:
    layer = layers.Dense(2)
    layer.build((None, 4))
    layer.set_weights([np.ones((4, 2)), [1, 2]])
    np.testing.assert_allclose(layer(np.ones((1, 4), np.float32)), [[5, 6]])
    with pytest.raises(UsageError, match=r"has 2 weights\. It cannot take 1 arrays"):
        layer.set_weights([np.ones((4, 2))])
    with pytest.raises(UsageError, match=r"dense/kernel has the shape \(4, 2\)"):
        layer.set_weights([np.ones((2, 4)), [1, 2]])


def test_a_frozen_layer_keeps_its_order_of_weights() -> None:
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    names = [v.name for v in layer.weights]
    layer.trainable = False
    assert [v.name for v in layer.weights] == names == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert layer.trainable_weights == []


def test_calling_on_tensors_only_notes_the_call() -> None:
    x = layers.Input((4,), name="x")
    y = layers.Dense(3)(x)
    assert y.shape == (None, 3)
    assert y.call.inputs == (x,)
    assert not y.call.layer.kernel.drawn
    assert "shape=(None, 3)" in repr(y)


def test_shapes_that_do_not_fit_name_the_layer() -> None:
    a, b = layers.Input((3,), name="a"), layers.Input((4,), name="b")
    with pytest.raises(ShapeError) as caught:
        layers.Add(name="sum")([a, b])
    assert str(caught.value) == (
        "sum needs inputs of equal shape. It gets (3,) from a and (4,) from b. "
        "Give the layers before it the same width."
    )
    with pytest.raises(ShapeError, match=r"needs 2 inputs\. It gets 1"):
        layers.Subtract()(a)
    with pytest.raises(UsageError, match="gets tensors and ndarray together"):
        layers.Add()([a, np.ones((1, 3))])


def test_one_layer_cannot_serve_two_widths() -> None:
    layer = layers.Dense(3, name="d")
    layer(ROWS)
    with pytest.raises(ShapeError, match=r"d was built for inputs of \(\(4,\),\)"):
        layer(np.ones((2, 5), np.float32))


def test_dropout_acts_in_training_only() -> None:
    layer, ones = layers.Dropout(0.5), np.ones((200, 10), np.float32)
    assert np.array_equal(layer(ones), ones)
    out = layer(ones, training=True)
    assert set(np.unique(out)) == {0.0, 2.0}
    assert 0.4 < (out == 0).mean() < 0.6
    assert np.array_equal(layers.Dropout(0.0)(ones, training=True), ones)


def test_noise_has_the_asked_spread() -> None:
    out = layers.GaussianNoise(0.5)(np.zeros((400, 25), np.float32), training=True)
    assert out.std() == pytest.approx(0.5, rel=0.05)
    assert abs(out.mean()) < 0.02
    assert not layers.GaussianNoise(0.5)(np.zeros((4, 2), np.float32)).any()


def test_batch_normalization_moves_its_averages_unless_frozen() -> None:
    rows = np.random.default_rng(0).normal(3, 2, (64, 2)).astype(np.float32)
    layer = layers.BatchNormalization(momentum=0.5)
    out = layer(rows, training=True)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), rows.mean(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.5 + rows.var(0) / 2, rtol=1e-5)
    layer.trainable = False
    before = layer.get_weights()
    layer(rows, training=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True))


def test_normalization_adapts() -> None:
    rows = np.random.default_rng(0).normal(3, 2, (64, 3)).astype(np.float32)
    layer = layers.Normalization()
    layer.adapt(rows)
    out = layer(rows)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(0), 1, rtol=1e-5)
    back = layers.Normalization(mean=rows.mean(0), variance=rows.var(0), invert=True)
    np.testing.assert_allclose(back(out), rows, rtol=1e-4)
    with pytest.raises(UsageError, match="nothing to adapt"):
        layers.Dense(3).adapt(rows)


def test_activity_penalties_are_per_row() -> None:
    layer = layers.Dense(2, use_bias=False, activity_regularizer="l2", kernel_initializer="ones")
    layer(np.ones((5, 4), np.float32))
    assert layer.losses == [pytest.approx(0.01 * 2 * 16)]


def test_float64_stays_float64_and_numbers_become_float32() -> None:
    layer = layers.Dense(2)
    assert layer(np.ones((1, 4))).dtype == np.float64
    assert layer([[1, 2, 3, 4]]).dtype == np.float32
    assert layer(np.ones((1, 4), np.int64)).dtype == np.float32


def test_a_model_as_a_layer_computes_and_updates_inside() -> None:
    inner = stack(layers.core.Input(), DenseSpec(3), layers.normalization.BatchNormalization(momentum=0.0))
    layer = layers.make(Model(inner))
    out = layer(ROWS, training=True)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    assert [v.name for v in layer.weights][-2:] == ["n3_moving_mean", "n3_moving_variance"]
    dense = ROWS @ layer.n2_kernel.numpy() + layer.n2_bias.numpy()
    np.testing.assert_allclose(layer.n3_moving_variance.numpy(), dense.var(0), rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: layers.Dense(0), "Dense: units must be at least 1; it is 0."),
        (lambda: layers.Dense(2.5), "Dense: units must be a whole number; it is 2.5."),
        (lambda: layers.Dropout(1.0), "Dropout: rate must be less than 1; it is 1.0."),
        (lambda: layers.Conv2D(3, 3, groups=2), "Conv2D: filters must be a multiple of groups; they are 3 and 2."),
        (
            lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2),
            "strides or dilation_rate may be more than 1, not both",
        ),
        (lambda: layers.Reshape((-1, -1)), "target_shape may hold one -1 and no 0"),
        (lambda: layers.Normalization(mean=1.0), "give both mean and variance, or neither"),
        (lambda: layers.Dense(3, "relux"), "There is no activation 'relux'"),
        (layers.Input, "shape must be given"),
    ],
)
def test_wrong_settings_are_sentences(make: Any, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert sentence in str(caught.value)


def test_functions_and_other_names_of_layers() -> None:
    x = layers.Input((4,))
    assert layers.concatenate([x, x]).shape == (None, 8)
    assert layers.BatchNorm is layers.BatchNormalization
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.Dense(3, None).spec == DenseSpec(3)
    with pytest.raises(AttributeError, match="no attribute 'LSTMX'"):
        _ = layers.LSTMX


# ---- initializers ----------------------------------------------------------------------------------------------------
WIDE = (300, 200)
SPREADS = {
    "glorot_uniform": 2 / 500, "glorot_normal": 2 / 500, "he_uniform": 2 / 300, "he_normal": 2 / 300,
    "lecun_uniform": 1 / 300, "lecun_normal": 1 / 300, "random_normal": 0.0025, "random_uniform": 0.01 / 12,
    "truncated_normal": 0.0025 * 0.87962566103423978**2, "variance_scaling": 1 / 300,
}  # fmt: skip


@pytest.mark.parametrize("name", SPREADS)
def test_variance_of_initializers(name: str) -> None:
    values = initializers.get(name).make(WIDE, np.random.default_rng(0), "float64")
    assert values.var() == pytest.approx(SPREADS[name], rel=0.02)
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(values.size)
    if "uniform" in name:
        limit = 0.05 if name == "random_uniform" else np.sqrt(3 * SPREADS[name])
        assert 0.999 * limit < np.abs(values).max() <= limit
    if name == "truncated_normal":
        assert 0.09 < np.abs(values).max() <= 0.1


def test_fans_of_a_convolution_count_the_window() -> None:
    assert initializers.fans((3, 3, 8, 16)) == (72, 144)
    assert initializers.fans((5,)) == (5, 5)
    assert initializers.fans(()) == (1, 1)


def test_fixed_initializers() -> None:
    rng = np.random.default_rng(0)
    assert initializers.Constant(2.5).make((2,), rng).tolist() == [2.5, 2.5]
    assert initializers.Identity(2.0).make((2, 3), rng).tolist() == [[2, 0, 0], [0, 2, 0]]
    q = initializers.Orthogonal(gain=2.0).make((2, 3, 4), rng, "float64").reshape(6, 4)
    np.testing.assert_allclose(q.T @ q, 4 * np.eye(4), atol=1e-12)
    with pytest.raises(UsageError, match="at least two axes"):
        initializers.Orthogonal().make((4,), rng)
    with pytest.raises(UsageError, match="two axes"):
        initializers.Identity().make((4,), rng)


def test_a_seed_fixes_the_draw() -> None:
    a, b = (initializers.GlorotUniform(seed=3)((4, 4)) for _ in range(2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, initializers.GlorotUniform(seed=4)((4, 4)))
