"""Whether an output, its loss and its target go together."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import Problem, Repair, Severity
from engine.layers.spec import LayerSpec, Shape
from engine.network.nested import Model
from engine.network.network import Network, Node
from engine.network.shapes import Shapes
from engine.specs import Spec

PROBABILITIES = ("sigmoid", "softmax")
RANGES = {
    "sigmoid": "between 0 and 1", "softmax": "between 0 and 1", "tanh": "between -1 and 1", "relu": "at 0 or above",
}  # fmt: skip
"""What an output with an activation can answer; a target that is scaled, as usual, has half of its values below 0."""
TRANSPARENT = ("Reshape", "Flatten", "Dropout", "GaussianNoise")
LAYERS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "relu"}
CATEGORICAL = "loss.categorical_crossentropy/1"
KEEPING = (
    "Activation", "Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU", "Dropout", "GaussianNoise", "BatchNormalization",
    "LayerNormalization", "Rescaling",
)  # fmt: skip
"""Layers whose output is as wide as their input."""
HIDDEN = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "mish")
"""Activations of layers within a network: a Dense with one of these is no output whose width was chosen wrongly."""
REGULAR = ("Dropout", "GaussianNoise", "BatchNormalization", "LayerNormalization")
"""Layers that nobody answers with."""
WANTED = {
    "BinaryCrossentropy": "sigmoid",
    "CategoricalCrossentropy": "softmax",
    "SparseCategoricalCrossentropy": "softmax",
}
"""The activation whose outputs each loss on probabilities expects."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What an output is trained for.

    Args:
        node: the output's id; None: the only output.
        loss: its record.
        classes: for a classification: how many there are.
        width: for a regression: how many numbers the target has per row; None: unknown.
    """

    node: str | None
    loss: Spec | None
    classes: int | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True)
class _End:
    """An output with all that the findings need."""

    node: Node
    maker: Node
    activation: str | None
    shape: Shape
    loss: Spec
    index: int

    @property
    def kind(self) -> str:
        return self.loss.KERAS

    @property
    def logits(self) -> bool:
        return bool(getattr(self.loss, "from_logits", False))

    def problem(
        self, message: str, fix: str, short: str, repair: Repair, level: Severity = "error", *others: Repair
    ) -> Problem:
        return Problem(self.node.name, message, fix, level, self.node.id, repair, short, others)

    def with_activation(self, name: str) -> Repair:
        """Return the fix that sets the activation, wherever it is set."""
        title = f"Set the activation to {name}"
        if hasattr(self.maker.layer, "activation"):
            return Repair("set_field", (self.maker.id, "activation", name), title)
        if isinstance(self.maker.layer, Model):
            inner = self.maker.layer.network
            deep = final_activation(inner, inner.nodes[inner.outputs[0]])[0]
            if hasattr(deep.layer, "activation"):
                return Repair("inside", ((self.maker.id,), "set_field", deep.id, "activation", name), title)
        made = ("activation.activation/1", (("activation", name),))
        if self.maker.layer.KERAS in LAYERS:
            return Repair("replace_layer", (self.maker.id, *made), title)
        return Repair("append_layers", (self.node.id, made), f"Add {name}")

    def with_loss(self, title: str, id: str = "", **values: object) -> Repair:
        """Return the fix that changes the loss of this output, or a setting of it."""
        kept = {f.name: getattr(self.loss, f.name) for f in self.loss.fields()} if not id else {}
        changed = tuple((kept | values).items())
        return Repair("use_loss", (id or self.loss.ID, changed, self.index), title)


def check(network: Network, goal: Goal, shapes: Shapes) -> tuple[Problem, ...]:
    """Return what does not go together at one output; nothing where shape or loss is unknown."""
    id = goal.node or (network.outputs[0] if network.outputs else "")
    shape = shapes.output.get(id)
    if shape is None or goal.loss is None:
        return ()
    node = network.nodes[id]
    maker, activation = final_activation(network, node)
    index = network.outputs.index(id) if id in network.outputs else 0
    end = _End(node, maker, activation, shape, goal.loss, index)
    return tuple(_unfinished(network, end, goal)) or (
        *_activation(end),
        *_rank(network, end, goal),
        *_width(network, end, goal),
    )


def final_activation(network: Network, node: Node) -> tuple[Node, str | None]:
    """Return the node that sets the activation of an output, and its name; None where it cannot be told."""
    seen: set[str] = set()
    while node.layer.KERAS in TRANSPARENT and node.id not in seen and network.sources(node.id):
        seen.add(node.id)
        node = network.nodes[network.sources(node.id)[0]]
    if node.layer.KERAS in LAYERS:
        return node, LAYERS[node.layer.KERAS]
    if isinstance(node.layer, Model):
        inner = node.layer.network
        ends = [o for o in inner.outputs if o in inner.nodes]
        return node, final_activation(inner, inner.nodes[ends[0]])[1] if ends else None
    activation = getattr(node.layer, "activation", None)
    return node, activation if isinstance(activation, str) else None


def _activation(end: _End) -> Iterator[Problem]:
    name, units = end.node.name, end.shape[-1] if end.shape else 1
    if end.activation == "softmax" and units == 1:
        text = f"{name} is a softmax over one unit: it always answers 1."
        yield end.problem(text, "Use sigmoid for one unit.", "softmax of one", end.with_activation("sigmoid"))
        return
    wanted = WANTED.get(end.kind)
    if wanted is None:
        yield from _squeezed(end)
    elif end.logits:
        yield from _twice(end)
    elif end.activation is not None and end.activation not in PROBABILITIES:
        has = "no activation" if end.activation == "linear" else f"the activation {end.activation}"
        text = f"{end.kind} needs probabilities. {name} has {has}."
        fix = f"Use {wanted}, or set from_logits."
        logits = (end.with_loss("Set from_logits", from_logits=True),) if end.activation == "linear" else ()
        yield end.problem(text, fix, "needs probabilities", end.with_activation(wanted), "error", *logits)
    elif end.activation is not None and end.activation != wanted:
        yield from _other(end, wanted, units)


def _squeezed(end: _End) -> Iterator[Problem]:
    """A regression whose output cannot reach every number."""
    if end.activation in RANGES:
        text = f"{end.node.name} has the activation {end.activation}, so its answers stay {RANGES[end.activation]}."
        fix = f"Use no activation with {end.kind}, unless the target stays there too."
        yield end.problem(text, fix, "limited range", end.with_activation("linear"), "warning")


def _twice(end: _End) -> Iterator[Problem]:
    if end.activation in PROBABILITIES:
        text = f"{end.kind} has from_logits set and applies {WANTED[end.kind]} itself. {end.node.name} has applied "
        text += f"{end.activation} already."
        fix = "Remove the activation, or unset from_logits."
        unset = end.with_loss("Unset from_logits", from_logits=False)
        yield end.problem(text, fix, "activated twice", end.with_activation("linear"), "error", unset)


def _other(end: _End, wanted: str, units: int) -> Iterator[Problem]:
    """Probabilities of the other kind: classes that exclude one another, or not."""
    if wanted == "softmax":
        text = f"{end.kind} needs probabilities that sum to 1. {end.node.name} has the activation sigmoid."
        yield end.problem(text, "Use softmax.", "needs softmax", end.with_activation("softmax"))
    elif units > 1:
        text = f"{end.kind} takes each unit as a question of its own. {end.node.name} has the activation softmax."
        fix = "Use CategoricalCrossentropy, or sigmoid for independent questions."
        one = end.with_loss("Use CategoricalCrossentropy", CATEGORICAL)
        yield end.problem(text, fix, "needs sigmoid", end.with_activation("sigmoid"), "warning", one)


def _rank(network: Network, end: _End, goal: Goal) -> Iterator[Problem]:
    """A target has one answer per row; the output must not have several axes."""
    if len(end.shape) < 2 or (goal.classes is None and goal.width is None):
        return
    text = f"{end.node.name} answers {end.shape} numbers for each row. The target has one answer."
    sources = network.sources(end.node.id)
    if end.node.layer.KERAS == "Dense" and sources:
        repair = Repair("insert_layer", ("reshape.flatten/1", sources[0], end.node.id), "Insert Flatten")
        yield end.problem(text, f"Put a Flatten before {end.node.name}.", "too many axes", repair)
        return
    repair = Repair(
        "append_layers", (end.node.id, ("reshape.flatten/1", ()), _head(end, goal)), "Add Flatten and Dense"
    )
    yield end.problem(text, f"Put a Flatten and a Dense behind {end.node.name}.", "too many axes", repair)


def _head(end: _End, goal: Goal) -> tuple[str, tuple[tuple[str, object], ...]]:
    """Return the Dense that gives a target the numbers it needs."""
    activation = "linear" if end.logits else WANTED.get(end.kind, "linear")
    return "core.dense/1", (("units", _wanted_units(end, goal)[0] or 1), ("activation", activation))


def _width(network: Network, end: _End, goal: Goal) -> Iterator[Problem]:
    if len(end.shape) > 1:
        return
    wanted, why = _wanted_units(end, goal)
    units = end.shape[0] if end.shape else 1
    if wanted is None or units == wanted:
        return
    level: Severity = "warning" if end.kind == "SparseCategoricalCrossentropy" and units > wanted else "error"
    text = f"{end.node.name} has {units} unit{'s' if units != 1 else ''}. {why}"
    short = f"needs {wanted} unit{'s' if wanted != 1 else ''}"
    yield end.problem(text, f"Set units to {wanted}.", short, _widened(network, end, goal, wanted), level)


def _unfinished(network: Network, end: _End, goal: Goal) -> Iterator[Problem]:
    """An output that looks like a layer within a network: the one that answers was deleted, or is still to come."""
    wanted, why = _wanted_units(end, goal)
    regular = end.node.layer.KERAS in REGULAR and end.activation not in PROBABILITIES
    inner = regular or end.activation in HIDDEN
    if len(end.shape) != 1 or wanted is None or end.shape == (wanted,) or not inner:
        return
    units, many = end.shape[0], "s" if wanted != 1 else ""
    text = f"{end.node.name} has {units} unit{'s' if units != 1 else ''}. {why}"
    fix = f"Put a Dense of {wanted} unit{many} behind {end.node.name}."
    added = Repair("append_layers", (end.node.id, _head(end, goal)), f"Add a Dense of {wanted}")
    others = tuple(r for r in (_widened(network, end, goal, wanted),) if r != added)
    yield end.problem(text, fix, f"needs {wanted} unit{many}", added, "error", *others)


def _widened(network: Network, end: _End, goal: Goal, wanted: int) -> Repair:
    """Return the fix that sets the width of an output: where it is set, else by one more Dense."""
    node, title = end.node, f"Set units to {wanted}"
    while node.layer.KERAS in KEEPING and len(network.sources(node.id)) == 1:
        node = network.nodes[network.sources(node.id)[0]]
    if isinstance(node.layer, LayerSpec) and hasattr(node.layer, "units"):
        return Repair("set_field", (node.id, "units", wanted), title)
    if isinstance(node.layer, Model):
        inner = node.layer.network
        deep = inner.nodes[inner.outputs[0]]
        if hasattr(deep.layer, "units"):
            return Repair("inside", ((node.id,), "set_field", deep.id, "units", wanted), title)
    return Repair("append_layers", (end.node.id, _head(end, goal)), f"Add a Dense of {wanted}")


def _wanted_units(end: _End, goal: Goal) -> tuple[int | None, str]:
    """Return how many units the target needs, and why."""
    if end.kind in ("CategoricalCrossentropy", "SparseCategoricalCrossentropy") and goal.classes:
        return goal.classes, f"The target has {goal.classes} classes."
    if end.kind == "BinaryCrossentropy" and goal.classes:
        if goal.classes > 2:
            return goal.classes, f"The target has {goal.classes} classes."
        return 1, f"{end.kind} takes one unit for the answer yes."
    if end.kind not in WANTED and goal.width:
        return goal.width, f"The target has {goal.width} number{'s' if goal.width > 1 else ''} per row."
    return None, ""
