"""What changed from one run's project to another's, in short lines: layers, loss, optimizer, fit settings, data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from engine.network.network import Network, Node
from engine.project.document import Project
from engine.specs import Spec, literal
from studio.text import plural, tr

Kind = Literal["add", "remove", "change", "same"]
ICONS: dict[Kind, tuple[str, str]] = {
    "add": ("plus", "success.text"),
    "remove": ("minus", "danger.text"),
    "change": ("pencil", "warning.text"),
    "same": ("check", "text.muted"),
}
"""Kind -> (icon, colour token)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: Kind
    text: str


def changes(before: Project, after: Project) -> tuple[Change, ...]:
    """Return the differences in the order of the stages; the last line says so when data and split are the same."""
    found = [*_layers(before.network, after.network), *_training(before, after), *_fit(before, after)]
    return (*found, *_data(before, after))


def headline(before: Project | None, after: Project) -> str:
    """Return the line under a run's title: the first difference, or what kind of network it is."""
    real = [c for c in changes(before, after) if c.kind != "same"] if before else []
    if real:
        return real[0].text
    if before is not None:
        return tr("same settings")
    count = sum(1 for node in after.network if node.layer.KERAS != "Input")
    return plural(count, "layer", "layers")


def _layers(before: Network, after: Network, place: str = "") -> Iterator[Change]:
    """Yield what came, went or changed; place: the groups around these layers, "group_1/"."""
    old, new = before.nodes, after.nodes
    for node in new.values():
        name = f"{place}{node.name}"
        if node.id not in old:
            yield Change("add", tr("Add {name}", name=name))
        else:
            yield from _layer(name, old[node.id], node)
    for node in old.values():
        if node.id not in new:
            yield Change("remove", tr("Remove {name}", name=f"{place}{node.name}"))
    if set(old) == set(new) and before.wires != after.wires:
        yield Change("change", tr("Wires changed in {place}", place=place[:-1]) if place else tr("Wires changed"))


def _layer(name: str, old: Node, new: Node) -> Iterator[Change]:
    inner = getattr(old.layer, "network", None), getattr(new.layer, "network", None)
    if isinstance(inner[0], Network) and isinstance(inner[1], Network):
        yield from _layers(inner[0], inner[1], f"{name}/")
    elif new.layer != old.layer:
        yield from _fields(name, old.layer, new.layer)
    if new.trainable != old.trainable:
        yield Change("change", tr("Unfreeze {name}" if new.trainable else "Freeze {name}", name=name))
    if (new.shares is None) != (old.shares is None):
        text = "{name} with own weights" if new.shares is None else "{name} with shared weights"
        yield Change("change", tr(text, name=name))


def _training(before: Project, after: Project) -> Iterator[Change]:
    for old, new in zip(before.targets, after.targets, strict=False):
        yield from _spec(tr("loss"), old.loss, new.loss)
        if old.column != new.column:
            yield _pair(tr("target"), old.column, new.column)
    yield from _spec(tr("optimizer"), before.compile.optimizer, after.compile.optimizer)
    for name in ("device", "dtype"):
        if getattr(before.compile, name) != getattr(after.compile, name):
            yield _pair(name, getattr(before.compile, name), getattr(after.compile, name))


def _fit(before: Project, after: Project) -> Iterator[Change]:
    names = {
        "epochs": tr("epochs"),
        "batch_size": tr("batch size"),
        "seed": tr("seed"),
        "class_weight": tr("class weights"),
    }
    for name, title in names.items():
        if getattr(before.fit, name) != getattr(after.fit, name):
            yield _pair(title, getattr(before.fit, name), getattr(after.fit, name))
    if before.fit.shuffle != after.fit.shuffle:
        yield Change("change", tr("Shuffle rows") if after.fit.shuffle else tr("Keep the order of rows"))
    if before.fit.callbacks != after.fit.callbacks:
        yield Change("change", tr("Callbacks changed"))


def _data(before: Project, after: Project) -> Iterator[Change]:
    if before.data == after.data and before.feeds == after.feeds:
        yield Change("same", tr("Same data and split"))
        return
    if before.data.source != after.data.source:
        yield Change("change", tr("Other data"))
    if before.data.split != after.data.split:
        yield Change("change", tr("Other split"))
    if (before.data.columns, before.data.task) != (after.data.columns, after.data.task):
        yield Change("change", tr("Columns changed"))
    if before.data.excluded != after.data.excluded:
        yield _pair(tr("excluded rows"), len(before.data.excluded), len(after.data.excluded))


def _spec(title: str, old: Spec | None, new: Spec | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None or new is None or type(old) is not type(new):
        yield _pair(title, *(tr("default") if s is None else s.KERAS for s in (old, new)))
    else:
        yield from _fields("", old, new)


def _fields(name: str, old: Spec, new: Spec) -> Iterator[Change]:
    if type(old) is not type(new):
        yield _pair(name, old.KERAS, new.KERAS)
        return
    for info in new.fields():
        values = getattr(old, info.name), getattr(new, info.name)
        if values[0] != values[1]:
            yield _pair(f"{name} {info.name.replace('_', ' ')}".strip(), *(_text(v) for v in values))


def _text(value: Any) -> str:
    if isinstance(value, Spec):
        return value.KERAS
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else literal(value)


def _pair(title: str, old: object, new: object) -> Change:
    shown = [tr("auto") if value is None else str(value) for value in (old, new)]
    return Change("change", f"{title} {shown[0]} → {shown[1]}")
