"""What each output of a network learns: its column, task, loss and classes, and how its numbers become answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine import registry
from engine.errors import ModelError
from engine.network.nested import answering
from engine.network.network import Network
from engine.specs import Spec

if TYPE_CHECKING:
    from engine.data.recipe import Recipe
    from engine.data.settings import Task
    from engine.project.document import Project, Target

Array = NDArray[Any]
OWN = {
    "regression": "MeanSquaredError",
    "binary": "BinaryCrossentropy",
    "multiclass": "SparseCategoricalCrossentropy",
}
"""Task -> the loss that fits it."""


@dataclass(frozen=True)
class Taught:
    """One output node with what it learns. width: numbers of one output row. classes: labels, empty for numbers."""

    node: str
    column: str
    task: "Task"
    loss: Spec
    weight: float
    classes: tuple[str, ...]
    width: int

    @property
    def sparse(self) -> bool:
        """Whether the loss takes class numbers."""
        return self.loss.KERAS.startswith("Sparse")

    def encode(self, target: Array) -> Array:
        """Return the target tensor of the recipe in the form the loss takes."""
        if self.task == "regression":
            return target
        if self.sparse:
            return target.reshape(len(target)).astype(np.int32)
        if self.width == 1:
            return target
        return np.eye(self.width, dtype=np.float32)[target.reshape(len(target)).astype(np.int64)]

    def class_numbers(self, target: Array) -> NDArray[np.int64]:
        """Return the true class of each row; target: the tensor of the recipe."""
        return target.reshape(len(target)).astype(np.int64)

    def probabilities(self, output: Array) -> NDArray[np.float64]:
        """Return (rows, classes) from an output of the network: logits are squashed, the rest is kept within 0..1.

        Units beyond the classes stand for no label and are left out.
        """
        values = output.reshape(len(output), -1).astype(np.float64)
        if getattr(self.loss, "from_logits", False):
            values = 1 / (1 + np.exp(-np.clip(values, -700, 700))) if self.width == 1 else _softmax(values)
        values = np.clip(values, 0.0, 1.0)[:, : len(self.classes)]
        return np.hstack([1 - values, values]) if self.width == 1 else values


def taught(project: "Project", recipe: "Recipe", network: Network, shapes: Any) -> tuple[Taught, ...]:
    """Return what each output learns, in the order of the outputs.

    Args:
        network: the project's with its inputs bound to tensors. shapes: `engine.network.shapes.infer` of it.

    Raises:
        ModelError: there is no output, or an output has no column to learn.
    """
    if not network.outputs:
        raise ModelError("A network needs an output; it has none. Add a layer behind the input.")
    found = []
    for node in network.outputs:
        target = card(project, node)
        column = target.column or recipe.target().column
        step = recipe.target(column)
        width = int(np.prod(shapes.output[node] or (1,)))
        loss = target.loss or own_loss(step.task, network, node, width)
        found.append(Taught(node, column, step.task, loss, target.weight, recipe.classes_of(column), width))
    return tuple(found)


def card(project: "Project", node: str) -> "Target":
    """Return the training target of an output node; raises ModelError when it has none."""
    for target in project.targets:
        if target.node in (node, None):
            return target
    name = project.network.nodes[node].name
    raise ModelError(f"{name} is an output and has no training target. Add one, or make it no output.")


def own_loss(task: str, network: Network, node: str, width: int) -> Spec:
    """Return the loss of a task for this output; a linear output of a classification gives logits."""
    import engine.losses  # noqa: F401  (its records enter the registry)

    if task == "binary" and width > 1:
        task = "multiclass"
    record = registry.named("loss", OWN[task])
    layer = answering(network.nodes[node]).layer
    logits = task != "regression" and layer.KERAS == "Dense" and getattr(layer, "activation", "") == "linear"
    made: Spec = record(from_logits=True) if logits else record()
    return made


def _softmax(values: Array) -> NDArray[np.float64]:
    shifted = np.exp(values - values.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True), np.float64)
