"""Networks, parameters and rows for the compiler's tests, and the reference that programs are compared with."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import registry
from engine.backend.random import Stream
from engine.compiler import graphs
from engine.compiler.definition import Definition, OutputSettings
from engine.compiler.layout import layout
from engine.compiler.lower import lower
from engine.compiler.parameters import Parameters
from engine.ir.interpret import evaluate
from engine.network.network import Network, stack


@pytest.fixture
def define() -> Callable[..., Definition]:
    """Layers or a network, loss, metrics and optimizer -> a definition."""

    def made(
        layers: Any, loss: Any = "mse", metrics: tuple[Any, ...] = (), optimizer: Any = "sgd", dtype: str = "float64"
    ) -> Definition:
        network = layers if isinstance(layers, Network) else stack(*layers)
        found = OutputSettings(registry.coerce("loss", loss), 1.0, tuple(registry.coerce("metric", m) for m in metrics))
        outputs = (found,) * len(network.outputs)
        return Definition(network, outputs, registry.coerce("optimizer", optimizer), dtype)

    return made


@pytest.fixture
def prepare() -> Callable[..., SimpleNamespace]:
    """A definition and a number of rows -> parameters and arrays that fit."""

    def made(definition: Definition, rows: int, seed: int = 0, classes: int = 3) -> SimpleNamespace:
        rng = np.random.default_rng(seed)
        found = layout(definition)
        weights = {(e.node, e.weight): rng.normal(0.3, 0.4, e.shape) for e in found.entries}
        weights |= {k: np.abs(w) + 0.5 for k, w in weights.items() if "variance" in k[1]}
        lowered = lower(definition, "train", 2)
        data = tuple(_draw(rng, v, rows, classes) for v in lowered.inputs)
        targets = tuple(_draw(rng, v, rows, classes, unit=True) for v in lowered.targets)
        return SimpleNamespace(parameters=Parameters(found, weights), data=data, targets=targets)

    return made


def _draw(rng: np.random.Generator, leaf: Any, rows: int, classes: int, unit: bool = False) -> Any:
    shape = (rows, *leaf.shape[1:])
    if leaf.dtype.startswith("int"):
        return rng.integers(0, classes, shape).astype(leaf.dtype)
    return (rng.random(shape) if unit else rng.normal(size=shape)).astype(leaf.dtype)


@pytest.fixture
def reference() -> Callable[..., SimpleNamespace]:
    """What the interpreter says of one step before the update: sums, outputs, gradients, new statistics."""

    def run(
        definition: Definition, mode: str, parameters: Parameters, data: Any, targets: Any, weights: Any = None,
        seed: int = 0, step: int = 0,
    ) -> SimpleNamespace:  # fmt: skip
        rows = len(data[0])
        lowered = lower(definition, mode, rows, weighted=weights is not None)  # type: ignore[arg-type]
        graph = graphs.readable(lowered)
        graph = graphs.differentiated(lowered, graph) if mode == "train" else graph
        feed = dict(zip(lowered.inputs, data, strict=True)) | dict(zip(lowered.targets, targets, strict=False))
        feed |= dict(zip(lowered.sample_weights, weights or (), strict=True))
        feed |= {leaf: parameters.view(*key) for key, leaf in lowered.weights.items()}
        env = evaluate(graph.outputs.values(), feed, stream=Stream(seed, step, 0))
        found = {name: env[value] for name, value in graph.outputs.items()}
        gradients = np.zeros(parameters.layout.trainable)
        for entry in parameters.layout.entries:
            if (name := f"gradient {entry.node} {entry.weight}") in found:
                gradients[entry.offset : entry.stop] = found[name].ravel()
        sums = [found[n] for n in found if n.startswith(("loss", "metric", "weight"))]
        outputs = [found[f"output{i}"] for i in range(len(lowered.outputs))]
        updates = {n.split(" ", 1)[1]: a for n, a in found.items() if n.startswith("update ")}
        return SimpleNamespace(sums=np.array(sums), outputs=outputs, gradients=gradients, updates=updates)

    return run
