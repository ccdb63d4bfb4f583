"""The model of a project or of a run: its network with tensors in place, compiled for its task, and what it learns."""

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.backend import devices
from engine.errors import DataError, LayerwrightError, ModelError, ProjectError
from engine.network import shapes as network_shapes
from engine.project import feeds, options
from engine.project.document import Project
from engine.project.runs import Run
from engine.project.targets import Taught, taught
from engine.training.history import ABOUT

if TYPE_CHECKING:
    from engine.data.recipe import Recipe, Tensors
    from engine.model.model import Model

Array = NDArray[Any]
LARGE = 1024
"""Rows that are evaluated or predicted at a time."""
UNITS = {"MeanSquaredError": 2, "MeanAbsoluteError": 1, "RootMeanSquaredError": 1}
"""Losses and metrics that grow with a power of the unit of their target."""


@dataclass(eq=False)
class Machine:
    """A compiled model with its recipe. feeds: Input node id -> tensor name. device: where it runs."""

    model: "Model"
    recipe: "Recipe"
    outputs: tuple[Taught, ...]
    feeds: Mapping[str, str]
    device: str
    lock: threading.Lock = field(default_factory=threading.Lock)

    def inputs(self, tensors: "Tensors") -> list[Array]:
        """Return the arrays in the order of the model's inputs."""
        return [tensors.inputs[self.feeds[node]] for node in self.model.network.inputs()]

    def targets(self, tensors: "Tensors") -> list[Array]:
        """Return the target of each output in the form its loss takes; raises DataError when the table has none."""
        if tensors.target is None:
            names = ", ".join(f"{o.column!r:.60}" for o in self.outputs)
            raise DataError(f"The table lacks the target column {names}, so nothing can be compared with it.")
        return [output.encode(tensors.target[output.column]) for output in self.outputs]

    def predict(self, tensors: "Tensors") -> list[Array]:
        """Return the raw output arrays, one per output; rows in the order of the tensors."""
        if not len(tensors.rows):
            return [np.empty((0, output.width), np.float32) for output in self.outputs]
        with self.lock:
            made = self.model.predict(self.inputs(tensors), batch_size=LARGE, verbose=0)
        return list(made) if isinstance(made, list | tuple) else [made]

    def losses(self, tensors: "Tensors") -> dict[str, float]:
        """Return "loss" and the metrics of training over these rows, in the targets' own units."""
        x, y = self.inputs(tensors), self.targets(tensors)
        with self.lock:
            found = self.model.evaluate(x, y, batch_size=LARGE, verbose=0, return_dict=True)
        return self.own_units(found)

    def own_units(self, logs: Mapping[str, float]) -> dict[str, float]:
        """Return figures of a scaled regression in the unit of its column; others are as they are."""
        factors = self._factors(logs)
        return {name: value * factors.get(name.removeprefix("val_"), 1.0) for name, value in logs.items()}

    def loss_unit(self) -> float:
        """Return what a loss is multiplied with to be in the unit of the target."""
        return self._factors({}).get("loss", 1.0)

    def _factors(self, logs: Mapping[str, float]) -> dict[str, float]:
        """Figure -> what it is multiplied with. The sum of several losses has no unit and stays."""
        if len(self.outputs) != 1 or self.outputs[0].task != "regression":
            return {}
        scale = float(getattr(self.recipe.target(self.outputs[0].column), "scale", 1.0))
        names = [n for n in logs if n not in (*ABOUT, "loss") and not n.startswith("val_")]
        metrics = self.model.definition.outputs[0].metrics
        powers = {n: UNITS.get(m.KERAS, 0) for n, m in zip(names, metrics, strict=False)}
        return {n: scale**p for n, p in ({"loss": UNITS.get(self.outputs[0].loss.KERAS, 0)} | powers).items()}


def build(
    project: Project, recipe: "Recipe", weights: Mapping[tuple[str, str], Array] | None = None, cores: int | None = None
) -> Machine:
    """Return the compiled model of a project; without weights they are drawn from the seed of its fit.

    Raises:
        ModelError: the network has a problem; it names the first one and holds all.
    """
    from engine.model.model import Model

    network = feeds.bound(project.network, project.feeds, recipe.tensors)
    shapes = network_shapes.infer(network)
    errors = tuple(p for p in shapes.problems if p.severity == "error")
    if errors:
        raise ModelError(str(errors[0]), errors)
    outputs = taught(project, recipe, network, shapes)
    model = Model.from_network(network, weights, seed=project.fit.seed)
    device, _ = devices.choose(project.compile.device)
    model.compile(
        options.optimizer(project),
        [output.loss for output in outputs],
        [output.weight for output in outputs],
        [_metrics(project, output) for output in outputs],
        device=device,
        cores=cores,
        dtype=project.compile.dtype,
    )
    matched = feeds.matched(project.network, project.feeds, recipe.tensors)
    return Machine(model, recipe, outputs, matched, device)


_MACHINES: "weakref.WeakKeyDictionary[Run, Machine]" = weakref.WeakKeyDictionary()


def of(run: Run) -> Machine:
    """Return the model of a run with its weights and recipe; built once per run.

    Raises:
        ProjectError: the weights or the recipe do not fit the network, so the file is damaged.
    """
    if run not in _MACHINES:
        _MACHINES[run] = _of(run)
    return _MACHINES[run]


def _of(run: Run) -> Machine:
    from engine.data import recipe as recipes

    try:
        recipe = recipes.from_json(run.recipe)
        machine = build(run.project, recipe)
    except LayerwrightError as error:
        raise ProjectError(f"The run {run.id} cannot be used: {error}") from None
    _put(machine, run)
    return machine


def _put(machine: Machine, run: Run) -> None:
    """Set the weights of a run after a check of names, shapes and types against the network."""
    parameters = machine.model.parameters
    entries = {f"{e.node}/{e.weight}": e for e in parameters.layout.entries}
    if set(entries) != set(run.weights):
        raise ProjectError(f"The run {run.id} cannot be used: its weights are not those of its network.")
    for name, entry in entries.items():
        array = run.weights[name]
        if array.shape != tuple(entry.shape) or array.dtype.name not in ("float32", "float64"):
            raise ProjectError(f"The run {run.id} cannot be used: {name} has the shape {array.shape}.")
        parameters.set(entry.node, entry.weight, array)


def _metrics(project: Project, output: Taught) -> list[Any]:
    """Return what is watched during a fit: accuracy or mean absolute error, and what the project asks for."""
    own = ["mae"] if output.task == "regression" else ["accuracy"]
    return [*own, *project.compile.metrics]
