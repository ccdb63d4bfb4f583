"""What `compile` was told, resolved: one loss, weight and list of metrics per output, and the name of each figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import registry
from engine.compiler.definition import OutputSettings
from engine.errors import UsageError
from engine.specs import Spec, snake
from engine.training.meters import Figure

ACCURACY = ("accuracy", "acc")
CROSSENTROPY = ("crossentropy", "ce")
SPARSE = ("SparseCategoricalCrossentropy",)
BINARY = ("BinaryCrossentropy",)


@dataclass(frozen=True, slots=True)
class Target:
    """An output node as the resolution sees it: its name and the shape of one row."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Compiled:
    """What `compile` settled.

    Args:
        asked: its arguments loss, loss_weights, metrics, weighted_metrics: resolved when shapes are known.
        device, cores: as asked. outputs, figures: what came of it.
    """

    asked: Mapping[str, Any]
    device: str = "cpu"
    cores: int | None = None
    outputs: tuple[OutputSettings, ...] = ()
    figures: tuple[Figure, ...] = ()

    def resolved(self, targets: Sequence[Target]) -> "Compiled":
        """Return the same with one loss, weight and list of metrics per output; raises UsageError."""
        specs = losses(self.asked["loss"], targets)
        factors = loss_weights(self.asked["loss_weights"], targets)
        found = figures(self.asked["metrics"], self.asked["weighted_metrics"], targets, specs)
        pairs = enumerate(zip(specs, factors, strict=True))
        taught = tuple(output(i, loss, factor, found) for i, (loss, factor) in pairs)
        return replace(self, outputs=taught, figures=found)


def losses(loss: Any, targets: Sequence[Target]) -> tuple[Spec | None, ...]:
    """Return the loss of each output from one loss for all, a list or a dict by output name; None: not trained."""
    given = _per_output(loss, targets, "loss")
    return tuple(_loss(value, target) for value, target in zip(given, targets, strict=True))


def loss_weights(weights: Any, targets: Sequence[Target]) -> tuple[float, ...]:
    """Return the weight of each output's loss; 1 where nothing is said."""
    given = _per_output(weights, targets, "loss_weights")
    return tuple(1.0 if value is None else float(value) for value in given)


def figures(metrics: Any, weighted: Any, targets: Sequence[Target], specs: Sequence[Spec | None]) -> tuple[Figure, ...]:
    """Return all metrics in the order and under the names that Keras gives them."""
    found: list[Figure] = []
    for chosen, is_weighted in ((metrics, False), (weighted, True)):
        for index, several in enumerate(_metrics_per_output(chosen, targets)):
            for metric in several:
                name, spec = _metric(metric, targets[index], specs[index])
                key = name if len(targets) == 1 else f"{targets[index].name}_{name}"
                found.append(Figure(_free(key, [f.key for f in found], is_weighted), index, spec, is_weighted))
    return tuple(found)


def output(index: int, loss: Spec | None, weight: float, found: Sequence[Figure]) -> OutputSettings:
    """Return what is compiled for one output."""
    metrics = tuple(f.metric for f in found if f.output == index and not f.weighted)
    weighted = tuple(f.metric for f in found if f.output == index and f.weighted)
    return OutputSettings(loss, weight, metrics, weighted)


def is_sparse(spec: Spec | None) -> bool:
    """Whether a loss or metric takes class indices rather than one number per class."""
    return spec is not None and spec.KERAS.startswith("Sparse")


def _loss(value: Any, target: Target) -> Spec | None:
    if value is None:
        return None
    if isinstance(value, str) and value.lower() in CROSSENTROPY:
        value = "binary_crossentropy" if target.shape[-1:] == (1,) else "categorical_crossentropy"
    return _coerce("loss", value)


def _metric(value: Any, target: Target, loss: Spec | None) -> tuple[str, Any]:
    if isinstance(value, str) and value.lower() in ACCURACY:
        return value, _coerce("metric", _accuracy(target, loss))
    spec = _coerce("metric", value)
    if isinstance(value, str):
        return value, spec
    name = getattr(value, "name", None) or getattr(spec, "name", None)
    return (name if isinstance(name, str) else snake(spec.KERAS)), spec


def _accuracy(target: Target, loss: Spec | None) -> str:
    if target.shape[-1:] == (1,):
        return "binary_accuracy"
    return "sparse_categorical_accuracy" if is_sparse(loss) else "categorical_accuracy"


def _coerce(kind: str, value: Any) -> Spec:
    if not isinstance(value, str | Spec | dict) and callable(value) and not hasattr(value, "spec"):
        value = getattr(value, "__name__", value)
    found: Spec = registry.coerce(kind, value, kind)
    return found


def _per_output(given: Any, targets: Sequence[Target], argument: str) -> list[Any]:
    if isinstance(given, Mapping) and "id" not in given:
        _check_names(given, targets, argument)
        return [given.get(target.name) for target in targets]
    if isinstance(given, list | tuple):
        if len(given) != len(targets):
            raise UsageError(f"{argument} must hold {len(targets)} entries, one per output; it holds {len(given)}.")
        return list(given)
    return [given] * len(targets)


def _metrics_per_output(given: Any, targets: Sequence[Target]) -> list[list[Any]]:
    if given is None or (isinstance(given, list | tuple | dict) and not given):
        return [[] for _ in targets]
    if isinstance(given, Mapping) and "id" not in given:
        _check_names(given, targets, "metrics")
        return [_as_list(given.get(target.name)) for target in targets]
    if len(targets) == 1:
        return [[m for entry in _as_list(given) for m in _as_list(entry)]]
    if not isinstance(given, list | tuple) or len(given) != len(targets):
        names = ", ".join(target.name for target in targets)
        raise UsageError(f"metrics must be a list with one entry per output, or a dict by output name ({names}).")
    return [_as_list(entry) for entry in given]


def _check_names(given: Mapping[Any, Any], targets: Sequence[Target], argument: str) -> None:
    known = [target.name for target in targets]
    if unknown := [name for name in given if name not in known]:
        raise UsageError(f"{argument} names {unknown[0]!r:.60}, which is no output. Outputs: {', '.join(known)}.")


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _free(key: str, taken: list[str], weighted: bool) -> str:
    if key not in taken:
        return key
    key = f"weighted_{key}" if weighted else key
    number, made = 1, key if weighted else f"{key}_1"
    while made in taken:
        made, number = f"{key}_{number}", number + 1
    return made
