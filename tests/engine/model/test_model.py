"""Models: weights, evaluating, predicting, several inputs and outputs, sharing, nesting, freezing, adapting."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import callbacks, layers, registry
from engine.errors import DataError, DeviceError, ModelError, ProjectError, ShapeError, UsageError
from engine.model import Input, Model, Sequential, built, load_model
from engine.network.network import stack
from engine.network.shapes import infer

RNG = np.random.default_rng(8)
X = RNG.standard_normal((70, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def small(**settings: Any) -> Model:
    x = Input((4,), name="x")
    model = Model(x, layers.Dense(1, activation="sigmoid")(layers.Dense(5, activation="tanh")(x)), **settings)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def two() -> Model:
    a, b = Input((4,), name="a"), Input((2,), dtype="int32", name="b")
    both = layers.Concatenate()([a, layers.Flatten()(layers.Embedding(5, 3)(b))])
    return Model([a, b], {"price": layers.Dense(1)(both), "kind": layers.Dense(3, activation="softmax")(both)})


PAIRS = RNG.integers(0, 5, (70, 2))


# ---- weights --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", [3, 60])
def test_shapes_are_found_as_often_whatever_the_number_of_layers(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []

    def counted(*given: Any) -> Any:
        found.append(given)
        return infer(*given)

    monkeypatch.setattr(built, "infer", counted)
    dense = registry.named("layer", "Dense")
    network = stack(registry.named("layer", "Input")(shape=(4,)), *[dense(units=4) for _ in range(count)])
    assert len(Model.from_network(network).weights) == 2 * count
    assert len(found) <= 4


def test_weights_are_there_before_compile_and_follow_the_seed() -> None:
    first, same, other = small(seed=1), small(seed=1), small(seed=2)
    assert [w.shape for w in first.get_weights()] == [(4, 5), (5,), (5, 1), (1,)]
    np.testing.assert_array_equal(first.parameters.flat, same.parameters.flat)
    assert not np.array_equal(first.parameters.flat, other.parameters.flat)


def test_layers_see_what_training_does() -> None:
    model = small()
    kernel = model.layers[1].kernel
    before = kernel.numpy()
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(kernel.numpy(), before)
    np.testing.assert_array_equal(kernel.numpy(), model.get_weights()[0])
    model.layers[1].set_weights([np.zeros((4, 5)), np.zeros(5)])
    assert not model.get_weights()[0].any()


def test_set_weights_refuses_what_does_not_fit() -> None:
    model = small()
    with pytest.raises(UsageError, match="has 4 weights; 1 are given"):
        model.set_weights([np.zeros(3)])
    weights = model.get_weights()
    with pytest.raises(UsageError, match=r"dense_1/bias has the shape \(5,\)"):
        model.set_weights([weights[0], np.zeros(6), *weights[2:]])


def test_compile_keeps_the_weights_and_forgets_the_slots() -> None:
    model = small()
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    model.compile("sgd", "mse")
    assert model.parameters.slots == {}
    assert model.parameters.iterations == 0
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_two_models_share_a_layer_and_take_turns_training_it() -> None:
    shared = layers.Dense(3, activation="relu")
    a, b = Input((4,)), Input((4,))
    one, other = Model(a, layers.Dense(1)(shared(a))), Model(b, layers.Dense(1)(shared(b)))
    for model in (one, other):
        model.compile("sgd", "mse")
    one.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(other.get_weights()[0], one.get_weights()[0])
    other.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(other.get_weights()[0], one.get_weights()[0])
    before = one.predict(X)
    other.fit(X, Y, verbose=0)
    assert not np.array_equal(one.predict(X), before)


def test_weights_go_through_files(tmp_path: Path) -> None:
    model, other = small(seed=1), small(seed=2)
    model.save_weights(tmp_path / "w")
    other.load_weights(tmp_path / "w")
    np.testing.assert_array_equal(model.parameters.flat, other.parameters.flat)
    wide = Model(x := Input((4,)), layers.Dense(1)(layers.Dense(6)(x)))
    with pytest.raises(UsageError, match="weights of another network: dense_1/bias"):
        wide.load_weights(tmp_path / "w")
    wide.load_weights(tmp_path / "w", skip_mismatch=True)
    np.testing.assert_array_equal(wide.get_weights()[3], model.get_weights()[3])
    (tmp_path / "bad").write_bytes(b"nothing of the kind")
    with pytest.raises(ProjectError, match="cannot be read"):
        wide.load_weights(tmp_path / "bad")
    with pytest.raises(DeviceError, match="cannot be written"):
        model.save_weights(tmp_path / "absent" / "w")


def test_a_whole_model_goes_through_a_file(tmp_path: Path) -> None:
    model = two()
    model.save(tmp_path / "m")
    again = load_model(tmp_path / "m")
    one, other = model.predict([X, PAIRS]), again.predict([X, PAIRS])
    np.testing.assert_array_equal(one["price"], other[0])
    model.save_weights(tmp_path / "w")
    with pytest.raises(ProjectError, match="is no model"):
        load_model(tmp_path / "w")


# ---- evaluate and predict --------------------------------------------------------------------------------------------
def test_predicting_any_number_of_rows_gives_the_same_numbers_in_flat_memory() -> None:
    model = small()
    whole = model.predict(np.tile(X, (5, 1))[:300])
    sizes = set()
    for rows in [*range(1, 40), 63, 64, 65, 127, 128, 200, 255, 256, 257, 299, 300]:
        found = model.predict(np.tile(X, (5, 1))[:rows])
        np.testing.assert_allclose(found, whole[:rows], rtol=0, atol=1e-6)
        sizes.add(model._cache.arena.memory.size)
        assert len(model._cache) <= 8
    assert len(sizes) == 1


def test_evaluate_does_not_depend_on_the_batch_size() -> None:
    model = small()
    whole = model.evaluate(X, Y, batch_size=70, verbose=0)
    for size in (1, 7, 32, 1000):
        np.testing.assert_allclose(model.evaluate(X, Y, batch_size=size, verbose=0), whole, rtol=1e-5)
    assert model.evaluate(X, Y, verbose=0, return_dict=True).keys() == {"loss", "accuracy"}


def test_fit_with_dropout_validates_without_it() -> None:
    x = Input((4,))
    model = Model(x, layers.Dense(1)(layers.Dropout(0.9)(x)))
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.0
    history = model.fit(X, Y, epochs=2, validation_data=(X, Y), verbose=0).history
    assert history["val_loss"][0] == history["val_loss"][1] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-6)
    assert history["loss"][0] != history["loss"][1]


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    model, said = small(), []
    watch = callbacks.EarlyStopping("loss", min_delta=9.0)
    model.fit(X, Y, epochs=2, callbacks=watch, print_fn=said.append)
    assert said[0].startswith("Epoch 1/2 - 3 batches - ")
    assert "loss: " in said[0]
    assert said[-1].startswith("loss has not improved") or "Stopped early" in said[-2]
    model.fit(X, Y, verbose=0, print_fn=said.append)
    model.evaluate(X, Y, verbose=1, print_fn=said.append)
    assert said[-1].startswith("loss: ")
    assert capsys.readouterr().out == ""
    with pytest.raises(UsageError, match="verbose must be"):
        model.fit(X, Y, verbose=7)


def test_summary_is_printed_through_the_function() -> None:
    said: list[str] = []
    two().summary(said.append)
    assert "embedding_1" in said[0]
    assert "Total params: " in said[0]


# ---- several inputs and outputs ------------------------------------------------------------------------------------
def test_several_inputs_and_outputs_by_list_and_by_name() -> None:
    y = {"price": X[:, :1], "kind": PAIRS[:, 0] % 3}
    one, other = two(), two()
    for model in (one, other):
        model.compile("adam", {"price": "mse", "kind": "sparse_categorical_crossentropy"}, metrics={"kind": "accuracy"})
    first = one.fit([X, PAIRS], [y["price"], y["kind"]], verbose=0).history
    second = other.fit({"b": PAIRS, "a": X}, y, verbose=0).history
    assert first == second
    assert set(first) == {"loss", "price_loss", "kind_loss", "kind_accuracy"}
    assert first["loss"][0] == pytest.approx(first["price_loss"][0] + first["kind_loss"][0], rel=1e-5)
    answer = one.predict({"a": X, "b": PAIRS})
    assert {name: array.shape for name, array in answer.items()} == {"price": (70, 1), "kind": (70, 3)}


def test_an_output_without_a_loss_is_not_taught() -> None:
    model = two()
    model.compile("sgd", {"price": "mse"})
    before = model.layers[-1].get_weights(), model.layers[-2].get_weights()
    model.fit([X, PAIRS], {"price": X[:, :1]}, verbose=0)
    changed = [
        not np.array_equal(old[0], layer.get_weights()[0])
        for old, layer in zip(before, (model.layers[-1], model.layers[-2]), strict=True)
    ]
    assert sorted(changed) == [False, True]


# ---- structure ---------------------------------------------------------------------------------------------------
def test_frozen_layers_stay_and_thaw_with_the_next_compile() -> None:
    model = small()
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])
    assert [len(model.trainable_weights), len(model.non_trainable_weights)] == [2, 2]
    model.trainable = True
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(after[0], model.get_weights()[0])


def test_a_model_is_a_layer_and_shares_its_weights() -> None:
    inner = small()
    x = Input((4,))
    outer = Model(x, layers.Add()([inner(x), inner(layers.Rescaling(2.0)(x))]))
    np.testing.assert_allclose(outer.predict(X), inner.predict(X) + inner.predict(2 * X), rtol=1e-5)
    outer.compile("sgd", "mse")
    before = inner.get_weights()
    outer.fit(X, Y, verbose=0)
    assert outer.count_params() == inner.count_params()
    assert not np.array_equal(before[0], inner.get_weights()[0])
    np.testing.assert_allclose(outer.predict(X), inner.predict(X) + inner.predict(2 * X), rtol=1e-5)
    inner.trainable = False
    outer.compile("sgd", "mse")
    before = inner.get_weights()
    outer.fit(X, Y, verbose=0)
    assert outer.trainable_weights == []
    np.testing.assert_array_equal(before[0], inner.get_weights()[0])


def test_a_drawn_network_trains_like_one_in_code() -> None:
    specs = [layer.spec for layer in small().layers]
    drawn = Model.from_network(stack(*specs), seed=4)
    drawn.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    coded = small(seed=4)
    assert drawn.fit(X, Y, verbose=0).history == coded.fit(X, Y, verbose=0).history
    again = Model.from_network(drawn.network, drawn.parameters.weights())
    np.testing.assert_array_equal(again.predict(X), drawn.predict(X))


def test_a_config_gives_the_model_back() -> None:
    model = two()
    again = Model.from_config(model.get_config())
    assert again.network == model.network
    np.testing.assert_array_equal(again.parameters.flat, model.parameters.flat)


def test_normalization_learns_what_reaches_it() -> None:
    x = Input((4,))
    middle = layers.Normalization(name="second")(layers.Rescaling(10.0)(layers.Normalization(name="first")(x)))
    model = Model(x, middle)
    rows = X * [1, 5, 0.1, 3] + [0, 2, -1, 7]
    model.adapt(rows)
    answer = model.predict(rows)
    np.testing.assert_allclose(answer.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(answer.std(0), 1, atol=1e-5)
    np.testing.assert_allclose(model.get_layer("first").get_weights()[0], rows.mean(0), rtol=1e-4, atol=1e-5)


# ---- Sequential ----------------------------------------------------------------------------------------------------
def test_a_stack_takes_its_shape_from_the_first_rows() -> None:
    late = Sequential([layers.Dense(3, activation="relu"), layers.Dense(1)], seed=9)
    early = Sequential([Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)], seed=9)
    for model in (late, early):
        model.compile("adam", "mse", metrics=["mae"])
    with pytest.raises(ModelError):
        late.get_weights()
    assert late.fit(X, Y, verbose=0).history == early.fit(X, Y, verbose=0).history
    assert [layer.name for layer in late.layers] == ["dense_1", "dense_2"]
    with pytest.raises(DataError, match=r"shape \(rows, 4\)"):
        late.predict(X[:, :3])


def test_layers_are_stacked_one_by_one() -> None:
    model = Sequential(name="stacked")
    model.add(Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    model.pop()
    assert model.output_shape == (None, 3)
    assert model.input_shape == (None, 4)
    with pytest.raises(UsageError, match="Only the first layer"):
        model.add(Input((3,)))


# ---- sentences ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda m: m.fit(X, None), UsageError, "y must be given"),
        (lambda m: m.fit(X, Y[:9]), DataError, "same number of rows"),
        (lambda m: m.fit(X[:, :2], Y), DataError, r"x needs x of shape \(rows, 4\)"),
        (lambda m: m.fit(X, Y, class_weight={0: 1}, sample_weight=X[:, 0]), UsageError, "Only one of"),
        (lambda m: m.fit(X, Y, class_weight={"a": 1}), DataError, "must map class numbers"),
        (lambda m: m.fit(X, Y, validation_data=X), UsageError, "validation_data must be"),
        (lambda m: m.fit((row for row in X), Y), UsageError, "Generators"),
        (lambda m: m.get_layer("dense_9"), UsageError, "There is no layer 'dense_9'"),
        (lambda m: Model(X, Y), UsageError, "must be tensors"),
        (lambda m: Model(), UsageError, "needs inputs and outputs"),
        (lambda m: m.compile("adm", "mse"), UsageError, "Did you mean"),
        (lambda m: m.compile("adam", "mse", dtype="float16"), UsageError, "float32 or float64"),
        (lambda m: layers.Add()([Input((3,)), Input((4,))]), ShapeError, "add"),
    ],
)
def test_mistakes_are_sentences(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call(small())


def test_training_needs_compile_and_a_loss() -> None:
    model = Model(x := Input((4,)), layers.Dense(1)(x))
    with pytest.raises(UsageError, match="has not been compiled"):
        model.fit(X, Y)
    model.compile("adam")
    with pytest.raises(UsageError, match="No loss was chosen"):
        model.fit(X, Y)


def test_float64_runs_in_float64() -> None:
    model = Model(x := Input((4,)), layers.Dense(1)(x))
    model.compile("sgd", "mse", dtype="float64")
    model.fit(X, Y, verbose=0)
    assert model.predict(X).dtype == np.float64
    assert model.parameters.flat.dtype == np.float64
