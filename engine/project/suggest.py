"""The network that is suggested for a table, by rule from rows, columns and task; no rule knows a data set."""

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from engine import registry
from engine.errors import UsageError
from engine.network.network import Network, Node
from engine.project import options
from engine.project.document import Project
from engine.project.prepare import prepare, with_target
from engine.specs import Spec

PENALTY = 3.0
"""Strength of the suggested L2 penalty, see `hidden`."""

if TYPE_CHECKING:
    from engine.data.recipe import Recipe, TensorInfo
    from engine.data.table import Table
    from engine.project.prepare import Prepared


def suggest(project: Project, table: "Table") -> Project:
    """Return the project with the suggested network, loss, optimizer and fit settings for this table.

    Raises DataError when the table has no target or no inputs.
    """
    prepared = prepare(project, table)
    rows = len(prepared.parts.train)
    layers = hidden(rows, width(prepared.recipe), prepared.task)
    return _with_network(project, prepared, layers)


def suggested_layers(prepared: "Prepared") -> tuple[Spec, ...]:
    """Return the hidden layers that are suggested."""
    return hidden(len(prepared.parts.train), width(prepared.recipe), prepared.task)


def with_wishes(
    project: Project,
    table: "Table",
    *,
    target: str | None = None,
    task: Any = None,
    layers: str | None = None,
    loss: str | None = None,
    optimizer: str | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
) -> Project:
    """Return the project with what a caller asks for; what is None stays, and an empty network is suggested.

    Raises:
        UsageError: the target is missing or unknown, or a layer, loss or optimizer does not exist.
        DataError: the table cannot be trained on.
    """
    project = _with_target(project, table, target)
    if task is not None:
        project = dataclasses.replace(project, data=dataclasses.replace(project.data, task=task))
    if seed is not None:
        project = with_seed(project, seed)
    project = _with_fit(project, loss, optimizer, epochs, batch_size)
    if layers is None and len(project.network.nodes):
        return project
    prepared = prepare(project, table)
    wanted = suggested_layers(prepared) if layers is None else _parsed(layers)
    return _with_network(project, prepared, wanted)


def with_seed(project: Project, seed: int) -> Project:
    """Return the project with this seed for split, weights and shuffling."""
    split = dataclasses.replace(project.data.split, seed=seed)
    data, fit = dataclasses.replace(project.data, split=split), dataclasses.replace(project.fit, seed=seed)
    return dataclasses.replace(project, data=data, fit=fit)


# ---- the rules -------------------------------------------------------------------------------------------------------
def hidden(rows: int, inputs: int, task: str) -> tuple[Spec, ...]:
    """Return the hidden layers for this many training rows: wider and deeper with more rows, less restrained, too.

    The L2 penalty is PENALTY / (2 rows): as strong, against the loss of all rows, for few as for many. Figures and
    reasons: `resources/help/decisions/0001-suggested-network.md`.
    """
    import engine.layers
    import engine.regularizers  # noqa: F401  (the records enter the registry)

    strength = float(f"{PENALTY / (2 * max(rows, 1)):.1g}")
    penalty = registry.named("regularizer", "L2")(strength)
    dense = registry.named("layer", "Dense")
    units = 64 if rows < 5000 else 128
    layer = dense(units, activation="relu", kernel_regularizer=penalty)
    return (layer,) if rows < 5000 else (layer, layer)


def width(recipe: "Recipe") -> int:
    """Return how many numbers a row has, an index counted as its embedding."""
    return sum(_embedding(t) if t.vocabulary_size else math.prod(t.shape) for t in recipe.tensors)


def _embedding(tensor: "TensorInfo") -> int:
    """Numbers that stand for one category."""
    return min(50, math.ceil(math.sqrt(tensor.vocabulary_size or 1)) + 1)


# ---- building --------------------------------------------------------------------------------------------------------
def network_for(recipe: "Recipe", layers: tuple[Spec, ...]) -> Network:
    """Return inputs for all tensors, the hidden layers and the output of the task."""
    network, ends = Network(), []
    for tensor in recipe.tensors:
        network, end = _entrance(network, tensor)
        ends.append(end)
    network, end = _joined(network, ends)
    for layer in (*layers, *_outputs(recipe)[:1]):
        network, end = _behind(network, end, layer)
    return network.with_outputs(end.id)


def _with_network(project: Project, prepared: "Prepared", layers: tuple[Spec, ...]) -> Project:
    network = network_for(prepared.recipe, layers)
    cards = tuple(dataclasses.replace(card, node=None) for card in project.targets[:1])
    settings = options.fit(project, len(prepared.parts.train), len(prepared.parts.validation) > 0)
    compile = dataclasses.replace(project.compile, optimizer=options.optimizer(project))
    changed: dict[str, Any] = {"network": network, "feeds": {}, "targets": cards, "positions": {}}
    return dataclasses.replace(project, **changed, compile=compile, fit=settings)


def _entrance(network: Network, tensor: "TensorInfo") -> tuple[Network, Node]:
    """An Input named like its tensor; an index goes through an Embedding."""
    entrance = registry.named("layer", "Input")(dtype=tensor.dtype)
    network, node = network.add(entrance, name=tensor.name)
    if tensor.vocabulary_size is None:
        return network, node
    embedding = registry.named("layer", "Embedding")(tensor.vocabulary_size, _embedding(tensor))
    network, node = _behind(network, node, embedding)
    return _behind(network, node, registry.named("layer", "Flatten")())


def _joined(network: Network, ends: list[Node]) -> tuple[Network, Node]:
    if len(ends) == 1:
        return network, ends[0]
    network, node = network.add(registry.named("layer", "Concatenate")())
    for end in ends:
        network = network.wire(end.id, node.id)
    return network, node


def _behind(network: Network, before: Node, layer: Spec) -> tuple[Network, Node]:
    network, node = network.add(layer)
    return network.wire(before.id, node.id), node


def _outputs(recipe: "Recipe") -> tuple[Spec, ...]:
    """The output layer of the first target."""
    dense = registry.named("layer", "Dense")
    if recipe.task == "regression":
        return (dense(1),)
    if recipe.task == "binary":
        return (dense(1, activation="sigmoid"),)
    return (dense(len(recipe.classes), activation="softmax"),)


# ---- wishes ----------------------------------------------------------------------------------------------------------
def _with_target(project: Project, table: "Table", target: str | None) -> Project:
    from engine.data import columns

    if target is not None:
        if target not in table.columns:
            near = ", ".join(map(repr, table.columns[:8]))
            raise UsageError(f"There is no column {target!r:.80}. The table has {near}.")
        return with_target(project, target)
    reports = columns.infer(table, project.data)
    if not columns.target_names(reports):
        names = ", ".join(f"{name!r:.60}" for name in columns.candidates(reports)[:8])
        raise UsageError(f"Say which column to predict with --target. Candidates: {names or 'none'}.")
    return project


def _with_fit(
    project: Project, loss: str | None, optimizer: str | None, epochs: int | None, batch_size: int | None
) -> Project:
    if loss is not None:
        cards = tuple(dataclasses.replace(card, loss=_record("loss", loss)) for card in project.targets)
        project = dataclasses.replace(project, targets=cards)
    if optimizer is not None:
        compile = dataclasses.replace(project.compile, optimizer=_record("optimizer", optimizer))
        project = dataclasses.replace(project, compile=compile)
    changes = {"epochs": epochs, "batch_size": batch_size}
    given: dict[str, Any] = {name: value for name, value in changes.items() if value is not None}
    return dataclasses.replace(project, fit=dataclasses.replace(project.fit, **given))


def _record(kind: str, text: str) -> Spec:
    """Return the spec of "adam" or "SGD(0.1, momentum=0.9)"; parsed, never executed."""
    import engine.losses
    import engine.optimizers  # noqa: F401  (the records enter the registry)
    from engine.network.parse import parse_record

    made: Spec = parse_record(kind, text)
    return made


def _parsed(text: str) -> tuple[Spec, ...]:
    import engine.layers  # noqa: F401  (its records enter the registry)
    from engine.network.parse import parse_layers

    return () if not text.strip() else parse_layers(text)
