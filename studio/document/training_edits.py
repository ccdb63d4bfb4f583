"""Edits of targets, loss, optimizer, compile and fit settings, names and feeds: pure functions Project -> Project."""

import dataclasses
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.project import options
from engine.project.document import Device, Project, Target
from engine.specs import Spec

Record = Spec | str | dict[str, Any]


def record_of(kind: str, value: Record) -> Spec:
    """Return the spec of this kind meant by a spec, an id ("adam/1"), a Keras name or a config; raises UsageError."""
    if isinstance(value, str) and "/" in value:
        value = registry.get(value).suggestion()
    made: Spec = registry.coerce(kind, value, kind)
    return made


def set_name(project: Project, name: str) -> Project:
    """Rename the project."""
    if not name.strip():
        raise UsageError("A project's name must not be empty.")
    return dataclasses.replace(project, name=name.strip())


def set_title(project: Project, run: str, title: str) -> Project:
    """Rename a run; an empty title returns to its number."""
    titles = {k: v for k, v in project.titles.items() if k != run}
    return dataclasses.replace(project, titles=titles | ({run: title.strip()} if title.strip() else {}))


def set_feed(project: Project, node: str, tensor: str | None) -> Project:
    """Say which tensor of the recipe an Input takes; None: matched by itself."""
    if node not in project.network.inputs():
        raise UsageError("Only an Input takes a tensor.")
    feeds = {k: v for k, v in project.feeds.items() if k != node}
    return dataclasses.replace(project, feeds=feeds | ({node: tensor} if tensor else {}))


def set_card(project: Project, index: int, **changes: Any) -> Project:
    """Change fields of training target `index`: node, column, loss, weight."""
    if not 0 <= index < len(project.targets):
        raise UsageError(f"There are {len(project.targets)} training targets; number {index + 1} does not exist.")
    card = dataclasses.replace(project.targets[index], **changes)
    cards = tuple(card if i == index else t for i, t in enumerate(project.targets))
    return dataclasses.replace(project, targets=cards)


def set_loss(project: Project, loss: Record | None, index: int = 0) -> Project:
    """Choose the loss of a target; None: the task's own."""
    return set_card(project, index, loss=None if loss is None else record_of("loss", loss))


def set_weight(project: Project, weight: float, index: int = 0) -> Project:
    """Say how much a target's loss counts."""
    if not weight >= 0:
        raise UsageError(f"The weight of a loss must be at least 0; it is {weight!r}.")
    return set_card(project, index, weight=float(weight))


def add_target(project: Project, node: str, column: str | None = None) -> Project:
    """Add a training target for a further output node."""
    if node in project.network.outputs:
        raise UsageError(f"{project.network.nodes[node].name} has a training target already. Choose another layer.")
    cards = project.targets if len(project.network.outputs) > 1 else _named(project)
    return dataclasses.replace(
        project,
        network=project.network.with_outputs(*dict.fromkeys((*project.network.outputs, node))),
        targets=(*cards, Target(node, column)),
    )


def remove_target(project: Project, index: int) -> Project:
    """Take a training target away; the last one stays."""
    if len(project.targets) == 1:
        raise UsageError("A network needs one training target. Choose another column or loss instead.")
    gone = project.targets[index]
    left = tuple(t for i, t in enumerate(project.targets) if i != index)
    left = (dataclasses.replace(left[0], node=None),) if len(left) == 1 else left
    outputs = tuple(o for o in project.network.outputs if o != gone.node)
    return dataclasses.replace(project, targets=left, network=project.network.with_outputs(*outputs))


def set_compile(project: Project, **changes: Any) -> Project:
    """Change compile settings: optimizer, metrics, device, dtype."""
    return dataclasses.replace(project, compile=dataclasses.replace(project.compile, **changes))


def set_optimizer(project: Project, optimizer: Record | None) -> Project:
    """Choose the optimizer; None: Adam(0.001)."""
    return set_compile(project, optimizer=None if optimizer is None else record_of("optimizer", optimizer))


def set_optimizer_field(project: Project, field: str, value: Any) -> Project:
    """Set one field of the optimizer, of the suggested one where none was chosen."""
    return set_optimizer(project, options.optimizer(project).replace(**{field: value}))


def set_metrics(project: Project, metrics: tuple[Record, ...]) -> Project:
    """Choose metrics beside the task's own."""
    return set_compile(project, metrics=tuple(record_of("metric", m) for m in metrics))


def set_device(project: Project, device: Device) -> Project:
    """Choose where programs run."""
    return set_compile(project, device=device)


def set_fit(project: Project, **changes: Any) -> Project:
    """Change fit settings: epochs, batch_size, shuffle, class_weight, callbacks, seed."""
    for name in ("epochs", "batch_size"):
        value = changes.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise UsageError(f"{name.replace('_', ' ')} must be a whole number of at least 1; it is {value!r:.40}.")
    return dataclasses.replace(project, fit=dataclasses.replace(project.fit, **changes))


def _named(project: Project) -> tuple[Target, ...]:
    outputs = project.network.outputs
    return tuple(dataclasses.replace(t, node=outputs[0]) for t in project.targets) if outputs else ()
