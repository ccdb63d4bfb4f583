"""Programs for the GPU, run on the stand-in, against those for the CPU."""

import numpy as np
import pytest

from engine import Model, Sequential, layers
from engine.compiler import pipeline
from engine.errors import DeviceError, NotFiniteError
from tests.gpu.networks import CASES, METRICS, ROWS


@pytest.fixture
def make(device, monkeypatch):
    """Name of a case, device -> its compiled model, always with the same weights."""
    del device
    monkeypatch.setattr("engine.backend.devices.choose", lambda name: (name, ""))

    def made(name, on, dtype="float32"):
        stack, loss, optimizer = CASES[name][:3]
        model = Sequential(stack(), seed=3)
        model.compile(optimizer, loss, metrics=METRICS.get(loss), device=on, dtype=dtype)
        return model

    return made


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_training_gives_the_figures_and_weights_of_the_cpu(name, make):
    x, y = CASES[name][3:]
    models = [make(name, on) for on in ("cpu", "gpu")]
    told = [m.fit(x, y, batch_size=16, epochs=3, validation_split=0.2, verbose=0, seed=1).history for m in models]
    assert told[0].keys() == told[1].keys()
    for figure in told[0].keys() - {"seconds"}:
        close(told[0][figure], told[1][figure])
    close(models[0].parameters.flat, models[1].parameters.flat)
    close(models[0].parameters.gradients, models[1].parameters.gradients)
    for slot in models[0].parameters.slots:
        close(models[0].parameters.slots[slot], models[1].parameters.slots[slot])


@pytest.mark.parametrize("name", CASES)
def test_evaluation_and_prediction_are_those_of_the_cpu(name, make):
    x, y = CASES[name][3:]
    cpu, gpu = make(name, "cpu"), make(name, "gpu")
    close(cpu.evaluate(x, y, batch_size=16), gpu.evaluate(x, y, batch_size=16))
    close(cpu.predict(x, batch_size=16), gpu.predict(x, batch_size=16))


def test_float64_agrees_to_its_own_digits(make):
    x, y = CASES["image"][3:]
    found = []
    for on in ("cpu", "gpu"):
        model = make("image", on, "float64")
        model.fit(x, y, batch_size=16, epochs=1, verbose=0)
        found.append(model.parameters.flat)
    assert found[1].dtype == np.float64
    np.testing.assert_allclose(found[1], found[0], rtol=1e-10, atol=1e-12)


def test_sample_weights_reach_the_device(make):
    x, y = CASES["regression"][3:]
    weight = np.linspace(0, 2, ROWS)
    cpu, gpu = make("regression", "cpu"), make("regression", "gpu")
    told = [m.fit(x, y, sample_weight=weight, epochs=2, verbose=0, seed=1).history["loss"] for m in (cpu, gpu)]
    close(*told)


def test_several_inputs_outputs_and_shared_layers_agree(make):
    def made(on):
        a, b = layers.Input((5,), name="a"), layers.Input((5,), name="b")
        shared = layers.Dense(4, "tanh", name="shared")
        merged = layers.Add()([shared(a), shared(b)])
        ends = [layers.Dense(2, name="left")(layers.Concatenate()([merged, shared(a)])), layers.Dense(1)(merged)]
        model = Model([a, b], ends, seed=1)
        model.compile("adam", ["mse", "mae"], loss_weights=[1.0, 0.5], device=on)
        return model

    x, y = [CASES["regression"][3], CASES["binary"][3]], [CASES["regression"][4], CASES["batch-norm"][4]]
    told = [made(on).fit(x, y, batch_size=16, epochs=2, verbose=0, seed=1).history for on in ("cpu", "gpu")]
    for figure in told[0].keys() - {"seconds"}:
        close(told[0][figure], told[1][figure])


def test_a_number_that_is_not_finite_is_blamed_as_on_the_cpu(make):
    x, y = CASES["regression"][3:]
    x = x.copy()
    x[13] = np.nan
    said = []
    for on in ("cpu", "gpu"):
        model = make("regression", on)
        with pytest.raises(NotFiniteError) as error:
            model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        said.append(str(error.value))
        assert np.isfinite(model.parameters.flat).all()
    assert said[0] == said[1]


# ---- host and device -------------------------------------------------------------------------------------------------
def steps(model, x, y, count):
    training = iter(model.train(x, y, batch_size=8, epochs=9, seed=1))
    for _ in range(count):
        next(training)
    return training


def test_the_host_sees_what_the_device_learnt_and_the_device_what_the_host_wrote(make):
    x, y = CASES["regression"][3:]
    found = []
    for on in ("cpu", "gpu"):
        model = make("regression", on)
        training = steps(model, x, y, 3)
        kernel = model.layers[-1].kernel
        seen = [kernel.numpy()]
        kernel.assign(np.zeros_like(kernel.value))
        model.parameters.slots  # noqa: B018  (a look at all vectors changes nothing)
        next(training)
        seen += [kernel.numpy(), model.get_weights()[0]]
        model.parameters.flat[:4] = 0.5
        next(training)
        found.append([*seen, model.parameters.flat.copy()])
        training.close()
    for cpu, gpu in zip(*found, strict=True):
        close(cpu, gpu)


def test_a_program_of_the_cpu_takes_the_parameters_back(make):
    x, y = CASES["regression"][3:]
    model, twin = make("regression", "gpu"), make("regression", "cpu")
    for m in (model, twin):
        steps(m, x, y, 2).close()
    program = pipeline.compile(model.definition, "train", 8)
    totals = np.zeros(len(program.totals))
    for m in (model, twin):
        program.step(m.parameters, (x,), (y,), None, slice(0, 8), 0, 2, 0.1, totals)
    assert model.parameters.mirror is None
    close(model.parameters.flat, twin.parameters.flat)


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(make):
    x, y = CASES["classes"][3:]
    whole = make("classes", "gpu")
    whole.fit(x, y, batch_size=8, epochs=3, verbose=0, seed=2)
    first, second = make("classes", "gpu"), make("classes", "gpu")
    training = first.train(x, y, batch_size=8, epochs=3, seed=2)
    for _ in range(7):
        next(training)
    state = training.state()
    training.close()
    for _ in second.train(x, y, batch_size=8, epochs=3, seed=2, resume=state):
        pass
    np.testing.assert_array_equal(second.parameters.flat, whole.parameters.flat)


def test_rows_are_uploaded_once_and_forgotten_at_the_end(make, device, monkeypatch):
    x, y = CASES["regression"][3:]
    uploads, asarray = [], device.asarray
    monkeypatch.setattr(device, "asarray", lambda a: uploads.append(a.shape) or asarray(a))
    model = make("regression", "gpu")
    model.fit(x, y, batch_size=20, epochs=4, validation_data=(x, y), verbose=0)
    assert uploads.count(x.shape) == 2  # training, validation
    assert model._cache.device_arena._uploads == {}
    x[...] = 0.0
    assert np.ptp(model.predict(x), axis=0).max() == 0.0


# ---- what can go wrong -------------------------------------------------------------------------------------------
def test_too_little_memory_is_a_sentence_and_the_weights_stay(make, device, monkeypatch):
    x, y = CASES["regression"][3:]
    model = make("regression", "gpu")
    before = model.parameters.flat.copy()

    def full(*_, **__):
        raise MemoryError("out of memory")

    monkeypatch.setattr(device, "empty", full)
    with pytest.raises(DeviceError, match=r"memory of the GPU .* batches of 32 rows"):
        model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.parameters.flat, before)


def test_a_program_that_has_no_room_on_the_device_is_made_for_the_cpu(make, device, monkeypatch):
    x, y = CASES["regression"][3:]
    model, twin = make("regression", "gpu"), make("regression", "cpu")
    monkeypatch.setattr(device.Device, "mem_info", (1000, 1000))
    told = [m.fit(x, y, batch_size=16, epochs=2, verbose=0, seed=1).history["loss"] for m in (model, twin)]
    assert told[0] == told[1]
    assert model.program("train", 16).plan.why.startswith("The CPU does it: batches of 16 rows take 0.0 MB on the GPU")


def test_rows_that_have_no_room_on_the_device_stay_on_the_host(make, device, monkeypatch):
    x, y = CASES["regression"][3:]
    asarray = device.asarray

    def small(array):
        if isinstance(array, np.ndarray) and array.shape[:1] == (ROWS,):
            raise MemoryError("out of memory")
        return asarray(array)

    found = []
    for on in ("cpu", "gpu"):
        model = make("regression", on)
        monkeypatch.setattr(device, "asarray", small)
        found.append(model.fit(x, y, batch_size=8, epochs=2, verbose=0, seed=1).history["loss"])
    close(*found)


def test_a_device_that_fails_is_a_sentence(make, device, monkeypatch):
    failure = type("CUDARuntimeError", (RuntimeError,), {"__module__": "cupy_backends.cuda.api.runtime"})

    def broken(*_, **__):
        raise failure("cudaErrorIllegalAddress")

    monkeypatch.setattr(device, "dot", broken)
    x, y = CASES["regression"][3:]
    with pytest.raises(DeviceError, match="cudaErrorIllegalAddress"):
        make("regression", "gpu").fit(x, y, verbose=0)


def test_without_cupy_a_program_for_the_gpu_is_a_sentence(make, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cupy", None)
    with pytest.raises(DeviceError, match="CuPy"):
        make("regression", "gpu").predict(CASES["regression"][3])


def test_a_missing_gpu_is_said_and_the_cpu_goes_on(monkeypatch):
    from engine.backend import devices

    monkeypatch.setattr(devices, "gpu", lambda: devices.Gpu(False, "No GPU is used: none was found."))
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", device="gpu")
    assert model.runs_on == "No GPU is used: none was found."
    assert model.predict(np.zeros((3, 2))).shape == (3, 1)
