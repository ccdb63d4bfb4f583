"""Random networks for property tests: all registered layers, half wired, shared, nested, frozen."""

from typing import Any

from hypothesis import strategies as st

from engine import registry
from engine.errors import UsageError
from engine.layers.core import Input
from engine.network.nested import Model
from engine.network.network import Network
from engine.specs import FieldInfo, Spec

RARE = 0.2
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}\Z", fullmatch=True)


def values(info: FieldInfo) -> st.SearchStrategy[Any]:
    """Return values of a field; not all fit every layer."""
    low, high = int(info.minimum or 0), int(min(info.maximum or 9, 9))
    number = st.integers(low, max(low, high))
    several = st.lists(number, min_size=info.length or 1, max_size=info.length or 3).map(tuple)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "int": number, "float": st.floats(0.01, 0.9), "rate": st.floats(0, 1), "bool": st.booleans(),
        "text": st.text(max_size=6), "ints": several, "floats": several.map(lambda v: tuple(map(float, v))),
        "enum": st.sampled_from(info.choices or ("",)),
        "activation": st.sampled_from([r.KERAS for r in registry.records("activation")]),
    }  # fmt: skip
    if info.kind == "spec":
        kinds["spec"] = st.sampled_from(registry.records(str(info.of))).flatmap(specs)
    made = kinds.get(info.kind, st.just(info.start))
    return st.none() | made if info.optional else made


@st.composite
def specs(draw: st.DrawFn, record: Any) -> Spec:
    """Draw settings of a record."""
    suggested: Spec = record.suggestion()
    chosen = {f.name: draw(values(f)) for f in record.fields() if draw(st.floats(0, 1)) < RARE}
    try:
        return suggested.replace(**chosen)
    except (UsageError, TypeError, ValueError):
        return suggested


def records() -> list[Any]:
    """Return all layers but Input and nested models."""
    return [r for r in registry.records("layer") if r.KERAS not in ("Input", "Model")]


@st.composite
def networks(draw: st.DrawFn, deep: int = 2, most: int = 8) -> Network:
    """Draw a network as a person can leave it on the canvas: wires run one way, nothing else is sure."""
    network = Network()
    for _ in range(draw(st.integers(0, most))):
        name = draw(st.none() | NAMES)
        name = None if name is None or network.by_name(name) else name
        network, _node = network.add(draw(layer(deep)), name, trainable=draw(st.floats(0, 1)) > RARE)
    network = draw(shared(network))
    network = draw(wired(network))
    outputs = draw(st.lists(st.sampled_from(list(network.nodes)), unique=True, max_size=2)) if network.nodes else []
    return network.with_outputs(*outputs)


def layer(deep: int) -> st.SearchStrategy[Spec]:
    """Return layers, at times an Input or a nested model."""
    inputs = st.tuples(st.lists(st.integers(1, 9), max_size=2), st.sampled_from(("float32", "int32")))
    entries = inputs.map(lambda v: Input(tuple(v[0]), v[1]))
    plain = st.sampled_from(records()).flatmap(specs)
    nested = networks(deep - 1, 5).map(Model) if deep else plain
    return st.one_of(plain, plain, plain, entries, nested)


@st.composite
def shared(draw: st.DrawFn, network: Network) -> Network:
    """Let some nodes use the weights of others."""
    for node in list(network):
        owners = [n.id for n in network if n.layer == node.layer and n.id != node.id and n.shares is None]
        used = any(n.shares == node.id for n in network)
        if owners and not used and node.layer.KERAS != "Input" and draw(st.booleans()):
            network = network.replace(node.id, shares=draw(st.sampled_from(owners)))
    if network.nodes and draw(st.booleans()):
        node = network.nodes[draw(st.sampled_from(list(network.nodes)))]
        if node.layer.KERAS != "Input" and node.shares is None:
            network, _twin = network.add(node.layer, shares=node.id)
    return network


@st.composite
def wired(draw: st.DrawFn, network: Network) -> Network:
    """Draw wires along a random order, into random slots."""
    order = draw(st.permutations(list(network.nodes)))
    for place, target in enumerate(order):
        if network.nodes[target].layer.KERAS == "Input" or not place:
            continue
        for slot in draw(st.lists(st.integers(0, 3), unique=True, max_size=3)):
            network = network.wire(draw(st.sampled_from(order[:place])), target, slot)
    return network
