"""lower: a definition becomes a graph. Each layer, loss and metric lowers itself with `engine.ops`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine import ops
from engine.compiler.definition import Definition, OutputSettings, Placed, placed
from engine.compiler.layout import Layout, layout, own_name, place_of
from engine.ir.value import Shape, Value, scope
from engine.network.nested import Model
from engine.network.network import Node
from engine.specs import snake

Mode = Literal["train", "test", "predict"]
Key = tuple[str, str]


@dataclass
class LayerContext:
    """What a layer is told while it lowers itself; see `engine.layers.spec.Context`."""

    node: str
    rows: int
    dtype: str
    training: bool
    trainable: bool
    owner: str
    updates: dict[Key, Value]
    penalties: list[Value]

    def update(self, weight: str, value: Value) -> None:
        """Set the value that a non-trainable weight has after this step."""
        self.updates[self.owner, weight] = value

    def key(self, purpose: str) -> tuple[str, str]:
        """Return the key of a stream of random bits of this node."""
        return purpose, self.node

    def penalty(self, value: Value) -> None:
        """Add a scalar to the loss."""
        self.penalties.append(value)


@dataclass(frozen=True)
class Loss:
    """The loss of one output: `rows` is weighted already, `total` its sum, `scale` the factor to the objective."""

    output: int
    rows: Value
    total: Value
    scale: float


@dataclass(frozen=True)
class Metric:
    """A metric that is a mean over rows: per-row values (weighted already) and their sum."""

    output: int
    index: int
    weighted: bool
    rows: Value
    total: Value


@dataclass(frozen=True)
class Lowered:
    """A definition as values.

    Args:
        inputs, targets, sample_weights: leaves with rows.
        weights: (node, weight) -> leaf.
        outputs: of the network.
        losses, metrics: per output; empty for "predict".
        updates: new values of weights that are not trained.
        penalties: scalars that layers add to the loss.
        names: place of a layer -> identifier for generated text, see `identifiers`.
    """

    rows: int
    inputs: tuple[Value, ...]
    targets: tuple[Value, ...]
    sample_weights: tuple[Value, ...]
    weights: Mapping[Key, Value]
    outputs: tuple[Value, ...]
    losses: tuple[Loss, ...]
    metrics: tuple[Metric, ...]
    updates: Mapping[Key, Value]
    penalties: tuple[Value, ...]
    names: Mapping[str, str]
    layout: Layout
    stateful: bool = False

    @property
    def per_row(self) -> tuple[Value, ...]:
        """The values that must have one entry per row for the batch to be split."""
        return (*self.outputs, *(x.rows for x in self.losses), *(m.rows for m in self.metrics))


def identifiers(definition: Definition) -> dict[str, str]:
    """Return place of a layer -> identifier made by us: snake-case kind and counter, in the order of the network.

    Inside of a group they begin anew behind the group's: "n5" -> "model_1", "n5/n2" -> "model_1_dense_1".
    """
    names: dict[str, str] = {}
    _identify((place.node for place in placed(definition)), "", "", names)
    return names


def _identify(nodes: Iterable[Node], path: str, stem: str, names: dict[str, str]) -> None:
    counts: Counter[str] = Counter()
    for node in nodes:
        kind = re.sub(r"\W", "_", snake(node.layer.KERAS), flags=re.ASCII)
        counts[kind] += 1
        own = names[f"{path}{node.id}"] = f"{stem}{kind}_{counts[kind]}"
        if isinstance(node.layer, Model):
            held, given = node.layer.network, node.layer.network.inputs()
            _identify((held.nodes[i] for i in held.order() if i not in given), f"{path}{node.id}/", f"{own}_", names)


def weight_name(names: Mapping[str, str], node: str, weight: str) -> str:
    """Return the identifier of a weight: that of its layer and its own name there, "model_1_dense_1_kernel"."""
    layer = names.get(place_of(node, weight))
    name = f"{layer}_{own_name(weight)}" if layer else f"{node}_{weight}"
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def target_port(settings: OutputSettings, shape: Shape, dtype: str) -> tuple[Shape, str]:
    """Return (shape of one row, dtype) of the target that a loss, else the first metric, takes for this output."""
    taker = next((t for t in (settings.loss, *settings.metrics, *settings.weighted_metrics) if t is not None), None)
    if getattr(taker, "TARGET", "same") == "class":
        return shape[:-1], "int32"
    return shape, dtype


def lower(
    definition: Definition, mode: Mode, rows: int, *, total_rows: int | None = None, weighted: bool = False
) -> Lowered:
    """Return the forward graph of `rows` rows. total_rows: rows of the whole batch when this is a part of it.

    weighted: whether sample weights are given, one per row and output.
    """
    state = _State(definition, mode, rows, total_rows or rows, weighted, layout(definition), identifiers(definition))
    for place in placed(definition):
        state.layer(place)
    if mode != "predict":
        for index, settings in enumerate(definition.settings):
            state.teach(index, settings)
    return state.done()


@dataclass
class _State:
    definition: Definition
    mode: Mode
    rows: int
    total_rows: int
    weighted: bool
    layout: Layout
    names: dict[str, str]
    nodes: dict[str, Value] = field(default_factory=dict)
    inputs: list[Value] = field(default_factory=list)
    targets: list[Value] = field(default_factory=list)
    sample_weights: list[Value] = field(default_factory=list)
    weights: dict[Key, Value] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    updates: dict[Key, Value] = field(default_factory=dict)
    penalties: list[Value] = field(default_factory=list)
    stateful: bool = False

    def layer(self, place: Placed) -> None:
        node = place.node
        with scope(node.id):
            if not place.sources:
                leaf = ops.input(f"x{len(self.inputs)}", (self.rows, *place.shape), place.dtype, at=len(self.inputs))
                self.inputs.append(leaf)
                self.nodes[node.id] = leaf
                return
            owner = node.shares or node.id
            context = LayerContext(
                node.id, self.rows, self.definition.dtype, self.mode == "train", node.trainable, owner, self.updates,
                self.penalties,
            )  # fmt: skip
            weights = {w.name: self._weight(owner, w) for w in node.layer.weights(place.inputs)}  # type: ignore[attr-defined]
            values = tuple(self.nodes[s] for s in place.sources)
            self.nodes[node.id] = node.layer.build(context, *values, **weights)  # type: ignore[attr-defined]

    def _weight(self, owner: str, weight: Any) -> Value:
        key = (owner, weight.name)
        if key not in self.weights:
            with scope(place_of(*key)):
                stem = weight_name(self.names, *key)
                self.weights[key] = ops.input(stem, tuple(weight.shape), self.definition.dtype, "weight")
        return self.weights[key]

    def teach(self, index: int, settings: OutputSettings) -> None:
        if settings.loss is None and not settings.metrics and not settings.weighted_metrics:
            return
        with scope("", "loss"):
            output = self.nodes[self.definition.network.outputs[index]]
            shape, dtype = target_port(settings, output.shape[1:], self.definition.dtype)
            target = ops.input(f"y{index}", (self.rows, *shape), dtype, "target", at=len(self.targets))
            self.targets.append(target)
            share = None
            if self.weighted:
                share = ops.input(
                    f"s{index}", (self.rows,), self.definition.dtype, "sample_weight", at=len(self.sample_weights)
                )
                self.sample_weights.append(share)
            if settings.loss is not None:
                self._loss(index, settings, target, output, share)
            self._measure(index, settings.metrics, target, output, None)
            self._measure(index, settings.weighted_metrics, target, output, share, True)

    def _loss(self, index: int, settings: OutputSettings, y: Value, output: Value, share: Value | None) -> None:
        each = settings.loss.build(y, output)  # type: ignore[union-attr]
        each = each if share is None else ops.mul(each, share)
        summed = getattr(settings.loss, "reduction", None) == "sum"
        scale = settings.weight * (1.0 if summed else 1.0 / self.total_rows)
        self.losses.append(Loss(index, each, ops.sum(each), scale))

    def _measure(
        self, index: int, metrics: Any, y: Value, output: Value, share: Value | None, weighted: bool = False
    ) -> None:
        for at, metric in enumerate(metrics):
            each = metric.build(y, output)
            if each is None:
                self.stateful = True
                continue
            each = each if each.is_float else ops.cast(each, self.definition.dtype)
            each = each if share is None else ops.mul(each, share)
            self.metrics.append(Metric(index, at, weighted, each, ops.sum(each)))

    def done(self) -> Lowered:
        outputs = tuple(self.nodes[n] for n in self.definition.network.outputs)
        return Lowered(
            self.rows, tuple(self.inputs), tuple(self.targets), tuple(self.sample_weights), self.weights, outputs,
            tuple(self.losses), tuple(self.metrics), self.updates if self.mode == "train" else {},
            tuple(self.penalties) if self.mode != "predict" else (), self.names, self.layout, self.stateful,
        )  # fmt: skip
