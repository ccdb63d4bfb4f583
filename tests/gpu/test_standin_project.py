"""A project that asks for the GPU is trained, evaluated and predicted on it (here the stand-in), as on the CPU."""

import dataclasses
import importlib.resources

import numpy as np
import pytest

from engine.backend import devices
from engine.project import lifecycle


@pytest.fixture
def projects(device, monkeypatch):
    """The suggested project of iris for the CPU and for the GPU, with its table and prepared data."""
    del device
    monkeypatch.setattr(devices, "gpu", lambda: devices.Gpu(True, "A stand-in."))
    path = importlib.resources.files("resources").joinpath("samples", "iris.csv")
    project = lifecycle.new_project(str(path), "species")
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    project = dataclasses.replace(project, fit=dataclasses.replace(project.fit, epochs=3))

    def on(name):
        made = dataclasses.replace(project, compile=dataclasses.replace(project.compile, device=name))
        return made, table, lifecycle.prepare(made, table)

    return on


def test_a_project_runs_on_the_gpu_as_on_the_cpu(projects):
    runs = []
    for name in ("cpu", "auto"):
        project, table, prepared = projects(name)
        fitting = lifecycle.start(project, prepared)
        for _ in fitting:
            pass
        run = fitting.run()
        runs.append((run, lifecycle.predict(run, project, table)))
    (cpu, told), (gpu, said) = runs
    assert (cpu.device, gpu.device) == ("cpu", "gpu")
    for part in ("train", "validation", "test"):
        assert gpu.metrics[part] == pytest.approx(cpu.metrics[part], abs=1e-5)
    np.testing.assert_allclose(gpu.weights[name_of(gpu)], cpu.weights[name_of(cpu)], atol=1e-5)
    assert said.values == told.values


def name_of(run):
    return sorted(run.weights)[0]
