"""Every emitted program against the reference interpreter."""

import numpy as np
import pytest

from engine import layers as _layers  # noqa: F401  (registers the records)
from engine import registry
from engine.compiler.pipeline import compile
from engine.network.network import Network


def L(name, *args, **settings):
    return registry.named("layer", name)(*args, **settings)


def branches():
    """Two inputs, a shared layer, a skip and two outputs."""
    net = Network()
    net, a = net.add(L("Input", (5,)))
    net, b = net.add(L("Input", (5,)))
    net, first = net.add(L("Dense", 4, "tanh"))
    net, twin = net.add(L("Dense", 4, "tanh"), shares=first.id)
    net, merged = net.add(L("Add"))
    net, joined = net.add(L("Concatenate"))
    net, left = net.add(L("Dense", 2))
    net, right = net.add(L("Dense", 3, "relu"))
    wires = [(a, first), (b, twin), (first, merged), (twin, merged), (merged, joined), (first, joined), (joined, left)]
    for source, target in [*wires, (merged, right)]:
        net = net.wire(source.id, target.id)
    return net.with_outputs(left.id, right.id)


CASES = {
    "mlp": ([("Input", (5,)), ("Dense", 6, "relu"), ("Dense", 4, "sigmoid"), ("Dense", 2)], "mse", ("mae",)),
    "binary": (
        [("Input", (5,)), ("Dense", 6, "relu"), ("Dense", 1, "sigmoid")], "binary_crossentropy", ("binary_accuracy",),
    ),
    "classes": (
        [("Input", (5,)), ("Dense", 6, "gelu"), ("Dense", 3, "softmax")],
        "sparse_categorical_crossentropy", ("sparse_categorical_accuracy",),
    ),
    "one-hot": ([("Input", (5,)), ("Dense", 3, "softmax")], "categorical_crossentropy", ("categorical_accuracy",)),
    "dropout": ([("Input", (9,)), ("Dense", 8, "relu"), ("Dropout", 0.4), ("Dense", 2)], "mse", ()),
    "noise": ([("Input", (9,)), ("GaussianNoise", 0.3), ("Dense", 2, "elu")], "mae", ()),
    "batch-norm": ([("Input", (6,)), ("Dense", 5), ("BatchNormalization",), ("ReLU",), ("Dense", 1)], "mse", ()),
    "layer-norm": ([("Input", (6,)), ("LayerNormalization",), ("Dense", 3, "silu")], "huber", ()),
    "sequence": ([("Input", (4, 3)), ("Dense", 5, "tanh"), ("Flatten",), ("Dense", 2)], "mse", ()),
    "image": (
        [
            ("Input", (8, 7, 2)), ("Conv2D", 4, 3, "relu"), ("MaxPooling2D",), ("Conv2D", 3, 2),
            ("GlobalAveragePooling2D",), ("Dense", 3, "softmax"),
        ],
        "sparse_categorical_crossentropy", (),
    ),
    "embedding": ([("Input", (4,), "int32"), ("Embedding", 3, 5), ("Flatten",), ("Dense", 2)], "mse", ()),
    "prelu": ([("Input", (5,)), ("Dense", 4), ("PReLU",), ("Dense", 2, "leaky_relu")], "mse", ()),
}  # fmt: skip


def network(name):
    return [_layer(*parts) for parts in CASES[name][0]]


def _layer(name, *args):
    if name == "Conv2D" and len(args) == 3:
        return L(name, args[0], args[1], activation=args[2])
    if name == "Input" and len(args) == 2:
        return L(name, args[0], dtype=args[1])
    return L(name, *args)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("rows", [1, 7, 32])
def test_train_program_computes_the_gradients_of_the_interpreter(name, rows, define, prepare, reference):
    definition = define(network(name), CASES[name][1], CASES[name][2])
    made = prepare(definition, rows)
    program = compile(definition, "train", rows)
    want = reference(definition, "train", made.parameters, made.data, made.targets, seed=3, step=5)
    totals = np.zeros(len(program.totals))
    program.step(made.parameters, made.data, made.targets, None, slice(0, rows), 3, 5, 0.0, totals)
    np.testing.assert_allclose(made.parameters.gradients, want.gradients, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(totals[2:], want.sums, rtol=1e-9, atol=1e-11)
    for key, array in want.updates.items():
        np.testing.assert_allclose(made.parameters.view(*key.split(" ")), array, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", CASES)
def test_test_and_predict_programs_compute_the_outputs_of_the_interpreter(name, define, prepare, reference):
    definition = define(network(name), CASES[name][1], CASES[name][2])
    made = prepare(definition, 9)
    want = reference(definition, "test", made.parameters, made.data, made.targets)
    test, predict = compile(definition, "test", 9), compile(definition, "predict", 9)
    totals = np.zeros(len(test.totals))
    (tested,) = test.test(made.parameters, made.data, made.targets, None, np.arange(9), totals)
    (predicted,) = predict.predict(made.parameters, made.data, slice(0, 9))
    np.testing.assert_allclose(tested, want.outputs[0], rtol=1e-9, atol=1e-11)
    np.testing.assert_array_equal(predicted, tested)
    np.testing.assert_allclose(totals[2:], want.sums, rtol=1e-9, atol=1e-11)


def test_several_inputs_outputs_and_shared_weights(define, prepare, reference):
    definition = define(branches())
    made = prepare(definition, 6)
    want = reference(definition, "train", made.parameters, made.data, made.targets)
    program = compile(definition, "train", 6)
    program.step(made.parameters, made.data, made.targets, None, slice(0, 6), 0, 0, 0.0, np.zeros(len(program.totals)))
    np.testing.assert_allclose(made.parameters.gradients, want.gradients, rtol=1e-9, atol=1e-11)


def test_sample_weights_enter_loss_and_gradient(define, prepare, reference):
    definition = define(network("mlp"))
    made = prepare(definition, 8)
    weights = (np.linspace(0, 2, 8),)
    want = reference(definition, "train", made.parameters, made.data, made.targets, weights)
    program = compile(definition, "train", 8, weighted=True)
    totals = np.zeros(len(program.totals))
    loss = program.step(made.parameters, made.data, made.targets, weights, slice(0, 8), 0, 0, 0.0, totals)
    np.testing.assert_allclose(made.parameters.gradients, want.gradients, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(loss, want.sums[0] / 8)
    named = dict(zip([t[0] for t in program.totals], totals, strict=True))
    np.testing.assert_allclose(named["weight"], weights[0].sum())


@pytest.mark.parametrize("name", ["classes", "dropout", "image", "embedding"])
def test_parts_change_nothing(name, define, prepare, monkeypatch):
    definition = define(network(name), CASES[name][1], CASES[name][2])
    made = prepare(definition, 37)
    whole = compile(definition, "train", 37, cores=1)
    monkeypatch.setattr("engine.compiler.plan.SHARD_WORK", 0)
    monkeypatch.setattr("engine.compiler.plan.TILE_BYTES", 5000)
    cut = compile(definition, "train", 37, cores=2)
    assert cut.plan.shards == 2
    results = []
    for program in (whole, cut):
        totals, own = np.zeros(len(program.totals)), made.parameters.copy()
        for step in range(3):
            program.step(own, made.data, made.targets, None, np.arange(37), 1, step, 0.1, totals)
        results.append((own.flat, totals))
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-9)


def test_batch_normalization_is_never_split(define, monkeypatch):
    monkeypatch.setattr("engine.compiler.plan.SHARD_WORK", 0)
    program = compile(define(network("batch-norm")), "train", 64, cores=4)
    assert len(program.plan.parts) == 1
    assert "batch_normalization_1 mixes rows" in program.plan.why
    assert compile(define(network("batch-norm")), "predict", 64, cores=4).plan.shards == 4


def test_rows_are_taken_by_index(define, prepare):
    definition = define(network("mlp"))
    made = prepare(definition, 10)
    program = compile(definition, "train", 4)
    index, totals = np.array([9, 0, 3, 3]), np.zeros(len(program.totals))
    program.step(made.parameters, made.data, made.targets, None, index, 0, 0, 0.0, totals)
    direct = np.zeros_like(totals)
    picked = tuple(a[index] for a in made.data), tuple(a[index] for a in made.targets)
    program.step(made.parameters, *picked, None, slice(0, 4), 0, 0, 0.0, direct)
    np.testing.assert_array_equal(totals, direct)
