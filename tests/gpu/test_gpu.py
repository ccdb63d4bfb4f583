"""On a real GPU: every op, whole programs and training, against NumPy. Without one all is skipped, with the reason."""

import numpy as np
import pytest

from engine import Sequential
from engine.backend import cupy, devices
from tests.gpu import networks, op_samples

pytestmark = pytest.mark.skipif(not devices.gpu().available, reason=devices.gpu().sentence)
TOLERANCE = {"float32": 1e-4, "float64": 1e-9}


def model(name, on):
    stack, loss, optimizer = networks.CASES[name][:3]
    made = Sequential(stack(), seed=3)
    made.compile(optimizer, loss, metrics=networks.METRICS.get(loss), device=on)
    return made


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_op_computes_its_meaning(dtype):
    cp, tolerance = cupy.module(), TOLERANCE[dtype] / 10
    for name, op, sample in op_samples.SAMPLES:
        value, feed = op_samples.drawn(op, sample, dtype)
        found, want = op_samples.run(cp, value, feed), op_samples.meaning(value, feed)
        np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance, err_msg=name)


def test_dropout_draws_the_bits_of_the_cpu():
    name, op, sample = next(s for s in op_samples.SAMPLES if s[1].name == "dropout_mask")
    value, feed = op_samples.drawn(op, sample, "float32")
    np.testing.assert_array_equal(op_samples.run(cupy.module(), value, feed), op_samples.meaning(value, feed), name)


@pytest.mark.parametrize("name", networks.CASES)
def test_outputs_and_gradients_are_those_of_the_cpu(name):
    x, y = networks.CASES[name][3:]
    cpu, gpu = model(name, "cpu"), model(name, "gpu")
    assert gpu.program("train", 16).source.startswith("gpu_")
    np.testing.assert_allclose(gpu.predict(x), cpu.predict(x), rtol=1e-4, atol=1e-5)
    for made in (cpu, gpu):
        made.train_on_batch(x, y)
    np.testing.assert_allclose(gpu.parameters.gradients, cpu.parameters.gradients, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", networks.CASES)
def test_three_epochs_of_training_are_those_of_the_cpu(name):
    x, y = networks.CASES[name][3:]
    told = [model(name, on).fit(x, y, batch_size=16, epochs=3, verbose=0, seed=1).history for on in ("cpu", "gpu")]
    for figure in told[0].keys() - {"seconds"}:
        np.testing.assert_allclose(told[1][figure], told[0][figure], rtol=2e-3, atol=1e-4, err_msg=figure)


@pytest.mark.parametrize("name", networks.CASES)
def test_the_same_seed_gives_the_same_bits(name):
    x, y = networks.CASES[name][3:]
    made = [model(name, "gpu") for _ in range(2)]
    for one in made:
        one.fit(x, y, batch_size=16, epochs=2, verbose=0, seed=1)
    np.testing.assert_array_equal(made[0].parameters.flat, made[1].parameters.flat)
