"""The checks before a compile: what will not work, or not well. They return problems with a fix and never raise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import Problem, Repair
from engine.layers.spec import Shape
from engine.network import inside, pairing
from engine.network.nested import Model
from engine.network.network import Network, Node
from engine.network.pairing import Goal
from engine.network.shapes import Shapes, infer

MOST_PARAMETERS = 500_000_000
"""Beyond this a warning: weights, gradients and two slots then take 8 GB."""

SCALING = ("Normalization", "BatchNormalization", "Rescaling", "Embedding", "Flatten", "Reshape", "Concatenate")
"""Layers that scale, or that only hand numbers on; of others is said that nothing scales before them."""

__all__ = ["Feed", "Goal", "check"]


@dataclass(frozen=True, slots=True)
class Feed:
    """The tensor that an Input takes.

    Args:
        shape: of one row.
        scaled: whether the recipe has already standardized it.
        vocabulary: for a tensor of category numbers: how many there are; None: plain numbers.
        name: of the tensor, for sentences.
        raw: whether it holds numbers far from the size of 1 that nothing scales.
    """

    shape: Shape
    scaled: bool = False
    vocabulary: int | None = None
    name: str = ""
    raw: bool = False


def check(
    network: Network, feeds: Mapping[str, Feed] | None = None, goals: Sequence[Goal] = (), shapes: Shapes | None = None
) -> tuple[Problem, ...]:
    """Return all findings, errors first.

    feeds: Input node id -> the tensor it takes; None: unknown, nothing is said of it. goals: what the outputs are
    trained for. shapes: those of `infer`, where they are known already.
    """
    known = shapes or infer(network, {id: feed.shape for id, feed in (feeds or {}).items()})
    found = [*inside.problems(network, known, _idle), *_ends(network), *_unfed(network, feeds, known)]
    found += [*_idle(network), *_size(network, known), *_fed(network, feeds or {})]
    for goal in goals:
        found += pairing.check(network, goal, known)
    order = {"error": 0, "warning": 1, "tip": 2}
    return tuple(sorted(dict.fromkeys(found), key=lambda p: order[p.severity]))


def _ends(network: Network) -> Iterator[Problem]:
    """Whether there is a beginning and an end."""
    if not network.nodes:
        first = Repair("add_layer", ("io.input/1",), "Add an Input")
        fix = "Put an Input and a layer on the canvas."
        yield Problem("network", "The network is empty.", fix, repair=first, short="empty")
        return
    if not network.inputs():
        bare = next((n for n in network if not network.sources(n.id)), None)
        before = Repair("insert_before", (bare.id, "io.input/1"), "Add an Input") if bare else None
        repair = before or Repair("add_layer", ("io.input/1",), "Add an Input")
        fix = "Add one and wire it to the first layer."
        yield Problem("network", "The network has no Input.", fix, repair=repair, short="no input")
    lost = [o for o in network.outputs if o not in network.nodes]
    if lost or not network.outputs:
        ends = [n for n in reversed(list(network)) if not network.targets(n.id)]
        last = next((n for n in ends if n.layer.KERAS != "Input"), ends[0] if ends else list(network)[-1])
        choose = Repair("set_outputs", ((last.id,),), f"Make {last.name} the output")
        fix = "Choose the layer that answers."
        yield Problem("network", "The network has no output.", fix, repair=choose, short="no output")


def _unfed(network: Network, feeds: Mapping[str, Feed] | None, shapes: Shapes) -> Iterator[Problem]:
    """Inputs that take no tensor; `infer` has spoken of those without a shape."""
    for id in network.inputs() if feeds is not None else ():
        node = network.nodes[id]
        if feeds is not None and id not in feeds and shapes.at(id) is None:
            message = f"{node.name} takes no tensor of the data."
            repair = Repair("remove", (id,), f"Remove {node.name}")
            fix = "Choose one on its card, or remove it."
            yield Problem(node.name, message, fix, node=id, repair=repair, short="no tensor")


def _idle(network: Network) -> Iterator[Problem]:
    """Layers on which no output depends."""
    useful: set[str] = set()
    waiting = [o for o in network.outputs if o in network.nodes]
    while waiting:
        id = waiting.pop()
        if id not in useful:
            useful.add(id)
            waiting += [s for s in network.sources(id) if s in network.nodes]
    for node in network if useful else ():
        if node.id not in useful:
            kind = "is used by no output" if node.layer.KERAS == "Input" else "leads to no output"
            repair = Repair("remove", (node.id,), f"Remove {node.name}", safe=True)
            fix = "Wire it to a layer, or remove it."
            yield Problem(node.name, f"{node.name} {kind}.", fix, "warning", node.id, repair, "leads nowhere")


def _size(network: Network, shapes: Shapes) -> Iterator[Problem]:
    total, trained = sum(shapes.parameters.values()), sum(shapes.trainable.values())
    if total > MOST_PARAMETERS:
        widest = max(shapes.parameters, key=lambda id: shapes.parameters[id])
        name = network.nodes[widest].name
        text = f"The network has {total:,} parameters; training needs about {total * 16 / 2**30:,.0f} GB of memory."
        narrow = _narrower(network.nodes[widest], total)
        yield Problem(name, text, f"Make {name} narrower.", "warning", widest, narrow, "very large")
    if shapes.ok and network.outputs and not trained:
        text, fix = "No layer of the network has anything to learn.", "Add a Dense layer, or unfreeze one."
        first, *others = _learning(network, shapes)
        yield Problem("network", text, fix, "warning", None, first, "nothing to learn", tuple(others))


def _narrower(node: Node, total: int) -> Repair | None:
    """Return the fix that makes the widest layer so narrow that the network is no longer very large."""
    for field in ("units", "filters", "output_dim"):
        size = getattr(node.layer, field, None)
        if isinstance(size, int):
            fitting = max(size * MOST_PARAMETERS // (2 * total), 1)
            return Repair("set_field", (node.id, field, fitting), f"Set {field} to {fitting:,}")
    return Repair("remove", (node.id,), f"Remove {node.name}")


def _learning(network: Network, shapes: Shapes) -> Iterator[Repair]:
    """Yield what gives a network something to learn: its frozen layers, or a Dense as wide as its output."""
    frozen = tuple(n.id for n in network if not n.trainable and any(w.trainable for w in shapes.weights.get(n.id, ())))
    if frozen:
        name = network.nodes[frozen[0]].name if len(frozen) == 1 else f"{len(frozen)} layers"
        yield Repair("set_trainable", (frozen, True), f"Unfreeze {name}")
    end = next((o for o in network.outputs if o in network.nodes), None)
    shape = shapes.output.get(end or "")
    if end is not None and shape is not None:
        values = (("units", shape[-1] if shape else 1), ("activation", "linear"))
        flat = () if shape else (("reshape.reshape/1", (("target_shape", (1,)),)),)
        yield Repair("append_layers", (end, *flat, ("core.dense/1", values)), "Add a Dense")


def _fed(network: Network, feeds: Mapping[str, Feed]) -> Iterator[Problem]:
    """What does not go with the tensors."""
    for node in network:
        for source in network.sources(node.id):
            if feed := feeds.get(source):
                yield from _scaled_twice(node, feed)
                yield from _unscaled(network, node, feed, source)
                yield from _vocabulary(node, feed, network.nodes[source].name)
        if isinstance(node.layer, Model):
            entries = zip(node.layer.network.inputs(), network.sources(node.id), strict=False)
            inner = {entry: feeds[source] for entry, source in entries if source in feeds}
            yield from (inside.within(node, problem) for problem in _fed(node.layer.network, inner) if inner)


def _scaled_twice(node: Node, feed: Feed) -> Iterator[Problem]:
    if node.layer.KERAS == "Normalization" and feed.scaled:
        text = f"{node.name} scales numbers that the recipe has already scaled."
        repair = Repair("remove", (node.id,), f"Remove {node.name}")
        off = Repair("set_data", ("scale", "none"), "Switch scaling off")
        fix = "Remove it, or switch scaling off on the Data page."
        yield Problem(node.name, text, fix, "warning", node.id, repair, "scaled twice", (off,))


def _unscaled(network: Network, node: Node, feed: Feed, source: str) -> Iterator[Problem]:
    """Numbers of very different sizes that nothing scales: training is slow, or fails."""
    if not feed.raw or node.layer.KERAS in SCALING:
        return
    name = network.nodes[source].name
    text = f"Nothing scales the numbers of {feed.name or name} before {node.name}."
    insert = Repair("insert_layer", ("preprocess.normalization/1", source, node.id), "Insert Normalization")
    recipe = Repair("set_data", ("scale", "standardize"), "Scale in the recipe")
    fix = "Put a Normalization between them, or switch scaling on on the Data page."
    yield Problem(node.name, text, fix, "tip", node.id, insert, "not scaled", (recipe,))


def _vocabulary(node: Node, feed: Feed, source: str) -> Iterator[Problem]:
    size = getattr(node.layer, "input_dim", None)
    if node.layer.KERAS != "Embedding" or not isinstance(size, int):
        return
    if feed.vocabulary is None:
        text = f"{node.name} needs category numbers. {source} brings plain numbers."
        fix = "Give a category an index on the Data page and let the Input take it."
        dense = Repair("replace_layer", (node.id, "core.dense/1"), "Use a Dense instead")
        away = Repair("remove", (node.id,), f"Remove {node.name}")
        yield Problem(node.name, text, fix, "error", node.id, dense, "needs categories", (away,))
    elif size < feed.vocabulary:
        text = f"{node.name} has {size} rows. {feed.name or source} has {feed.vocabulary} categories."
        repair = Repair("set_field", (node.id, "input_dim", feed.vocabulary), f"Set input_dim to {feed.vocabulary}")
        fix = f"Set input_dim to at least {feed.vocabulary}."
        yield Problem(node.name, text, fix, node=node.id, repair=repair, short="too few rows")
