"""What surrounds a step: regularizers, clipping, decay, constraints, in Keras' order."""

import numpy as np
import pytest

from engine import registry
from engine.compiler.pipeline import compile


def L(name, *args, **more):
    return registry.named("layer", name)(*args, **more)


def spec(kind, name, *args, **more):
    return registry.named(kind, name)(*args, **more)


def one_step(definition, made, rate=0.1, cores=1):
    rows = len(made.data[0])
    program = compile(definition, "train", rows, cores=cores)
    totals = np.zeros(len(program.totals))
    loss = program.step(made.parameters, made.data, made.targets, None, slice(0, rows), 0, 0, rate, totals)
    assert totals[0] == pytest.approx(loss * rows)
    return loss


@pytest.fixture
def linear(define, prepare):
    def made(optimizer, **settings):
        definition = define([L("Input", (3,)), L("Dense", 2, **settings)], optimizer=optimizer)
        rows = prepare(definition, 8)
        x, y = rows.data[0], rows.targets[0]
        w, b = rows.parameters.view("n2", "kernel").copy(), rows.parameters.view("n2", "bias").copy()
        slope = 2 * (x @ w + b - y) / y.size
        return definition, rows, w, b, x.T @ slope, slope.sum(0)

    return made


def test_plain_descent(linear):
    definition, rows, w, b, gw, gb = linear(spec("optimizer", "sgd"))
    one_step(definition, rows)
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - 0.1 * gw)
    np.testing.assert_allclose(rows.parameters.view("n2", "bias"), b - 0.1 * gb)


def test_regularizer_enters_loss_and_gradient(linear):
    plain = linear(spec("optimizer", "sgd"))
    base = one_step(*plain[:2])
    definition, rows, w, _, gw, _ = linear(spec("optimizer", "sgd"), kernel_regularizer=spec("regularizer", "L2", 0.3))
    loss = one_step(definition, rows)
    assert loss == pytest.approx(base + 0.3 * (w**2).sum())
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - 0.1 * (gw + 0.6 * w))


def test_clipvalue_clipnorm_and_global_clipnorm(linear):
    definition, rows, w, _, gw, gb = linear(spec("optimizer", "sgd", clipvalue=0.05))
    one_step(definition, rows)
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - 0.1 * np.clip(gw, -0.05, 0.05))
    definition, rows, w, *_ = linear(spec("optimizer", "sgd", clipnorm=0.1))
    one_step(definition, rows)
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - 0.1 * gw * 0.1 / np.linalg.norm(gw))
    definition, rows, w, *_ = linear(spec("optimizer", "sgd", global_clipnorm=0.1))
    one_step(definition, rows)
    norm = np.sqrt((gw**2).sum() + (gb**2).sum())
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - 0.1 * gw * 0.1 / norm)


def test_weight_decay_comes_before_the_update(linear):
    definition, rows, w, _, gw, _ = linear(spec("optimizer", "sgd", weight_decay=0.5))
    one_step(definition, rows)
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), w - w * 0.5 * 0.1 - 0.1 * gw)


def test_constraints_come_last(linear):
    definition, rows, w, _, gw, _ = linear(spec("optimizer", "sgd"), kernel_constraint=spec("constraint", "NonNeg"))
    one_step(definition, rows)
    np.testing.assert_allclose(rows.parameters.view("n2", "kernel"), np.maximum(w - 0.1 * gw, 0))


def test_adam_over_pieces_of_the_vector_is_adam(define, prepare, monkeypatch):
    monkeypatch.setattr("engine.compiler.pipeline.CHUNK", 5)
    monkeypatch.setattr("engine.compiler.graphs.CHUNK", 5)
    definition = define([L("Input", (3,)), L("Dense", 4)], optimizer="adam")
    made = prepare(definition, 8)
    m, v, w = np.zeros(16), np.zeros(16), made.parameters.flat.copy()
    for t in (1, 2, 3):
        one_step(definition, made, rate=0.01)
        g = made.parameters.gradients
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)
        np.testing.assert_allclose(made.parameters.flat, w, rtol=1e-9)
        np.testing.assert_allclose(made.parameters.slots["velocity"], v, rtol=1e-9)
    assert made.parameters.iterations == 3


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("extra", [{}, {"kernel_regularizer": "l2", "kernel_constraint": "max_norm"}])
def test_shards_update_like_one(optimizer, extra, define, prepare, monkeypatch):
    monkeypatch.setattr("engine.compiler.plan.SHARD_WORK", 0)
    definition = define([L("Input", (3,)), L("Dense", 5, "relu", **extra), L("Dense", 2)], optimizer=optimizer)
    made = prepare(definition, 40)
    results = []
    for cores in (1, 2):
        own = made.parameters.copy()
        program = compile(definition, "train", 40, cores=cores)
        for step in range(3):
            totals = np.zeros(3)
            program.step(own, made.data, made.targets, None, slice(0, 40), 0, step, 0.05, totals)
        results.append((own.flat, totals[0]))
    assert program.plan.shards == 2
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-8, atol=1e-11)
    assert results[1][1] == pytest.approx(results[0][1])


def test_frozen_layers_stay_as_they_are(define, prepare):
    from engine.network.network import Network

    net, a = Network().add(L("Input", (3,)))
    net, b = net.add(L("Dense", 4, "relu"), trainable=False)
    net, c = net.add(L("Dense", 2))
    definition = define(net.wire(a.id, b.id).wire(b.id, c.id).with_outputs(c.id), optimizer="adam")
    made = prepare(definition, 8)
    before = made.parameters.weights()
    one_step(definition, made)
    after = made.parameters.weights()
    np.testing.assert_array_equal(after[b.id, "kernel"], before[b.id, "kernel"])
    assert not np.allclose(after[c.id, "kernel"], before[c.id, "kernel"])
    assert made.parameters.layout.trainable == 10
