"""Writes the golden project file of the current schema: run once per schema, then never again for that number.

python -m tests.golden.project.write
"""

import dataclasses
from pathlib import Path

import numpy as np

import engine.layers
import engine.optimizers  # noqa: F401  (the records enter the registry)
from engine import registry
from engine.data.settings import Column, DataSettings, Source, Split
from engine.network.network import stack
from engine.project import file
from engine.project.arrays import Arrays
from engine.project.document import SCHEMA, CompileSettings, FitSettings, Project
from engine.project.runs import Run, RunStore
from engine.specs import Spec

HERE = Path(__file__).parent


def golden() -> tuple[Project, RunStore]:
    """Return a project in which most things are set, with one run."""
    columns = {
        "petal length": Column("petal length", "number", impute="mean"),
        "species": Column("species", role="target"),
    }
    data = DataSettings(Source("/data/iris.csv", 3858, "ab" * 32), columns, task="multiclass", split=Split(seed=3))
    network = stack(*_layers())
    optimizer = registry.named("optimizer", "SGD")(0.1, momentum=0.9)
    project = Project("Golden", data, network, positions={"n1": (0.0, 0.0)}, fit=FitSettings(epochs=5, batch_size=16))
    project = dataclasses.replace(project, compile=CompileSettings(optimizer), titles={"r1": "first"})
    rng = np.random.default_rng(0)
    weights = {
        "n2/kernel": rng.normal(size=(4, 8)), "n2/bias": np.zeros(8),
        "n4/kernel": rng.normal(size=(8, 3)), "n4/bias": np.zeros(3),
    }  # fmt: skip
    arrays = Arrays({name: array.astype(np.float32) for name, array in weights.items()})
    more = Arrays({"rows/test": np.arange(32), "batches/loss": np.array([1.0, 0.5], np.float32)})
    run = Run(
        "", project, created="2026-11-23T08:00:00+00:00", task="multiclass", classes=("a", "b", "c"),
        rows={"read": 150}, metrics={"test": {"loss": 0.125, "accuracy": 0.96875}},
        history=({"epoch": 0, "loss": 1.0, "val_loss": float("inf")}, {"epoch": 1, "loss": 0.5, "val_loss": 0.25}),
        events=({"epoch": 1, "message": "Stopped."},), recipe={"version": 1}, plan={"cores": 2}, seconds=0.5,
        best=1, values={"best": float("-inf")}, weights=arrays, more=more,
    )  # fmt: skip
    store = RunStore()
    store.add(run)
    return project, store


def _layers() -> tuple[Spec, ...]:
    made = (("Input", (4,)), ("Dense", 8), ("Dropout", 0.2), ("Dense", 3))
    return tuple(registry.named("layer", name)(value) for name, value in made)


if __name__ == "__main__":
    file.save(HERE / f"schema-{SCHEMA}.layerwright", *golden())
