"""What `infer` takes over from an earlier answer is what it would find anew, whatever was edited in between."""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.layers  # noqa: F401
from engine import registry
from engine.errors import UsageError
from engine.network import shapes
from engine.network.network import Network, Wire, stack
from engine.network.shapes import infer

KINDS = ("Input", "Dense", "Dropout", "Add", "Concatenate", "Flatten", "BatchNormalization", "Reshape")
Act = tuple[str, int, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "wire", "cut", "layer", "units", "name", "share", "freeze", "feed", "loose"]),
        st.integers(0, 30), st.integers(0, 30), st.integers(0, 30),
    ),
    max_size=25,
)  # fmt: skip


def layer(i: int) -> Any:
    return registry.named("layer", KINDS[i % len(KINDS)]).suggestion()


def edited(network: Network, feeds: dict[str, tuple[int, ...]], act: Act) -> Network:
    """Return the network after one random edit; circles, loose wires and wrong weights may come of it."""
    kind, a, b, c = act
    ids = list(network.nodes)
    one, other = ids[a % len(ids)], ids[b % len(ids)]
    gone = network.wires[a % len(network.wires)] if network.wires else None
    table: dict[str, Callable[[], Network]] = {
        "add": lambda: network.add(layer(c))[0].wire(one, f"n{network.next_id}"),
        "remove": lambda: network.remove(one) if len(ids) > 2 else network,
        "wire": lambda: network.wire(one, other),
        "cut": lambda: network.unwire(gone) if gone else network,
        "layer": lambda: network.replace(one, layer=layer(c)),
        "units": lambda: network.replace(one, layer=registry.named("layer", "Dense")(1 + c % 5)),
        "name": lambda: network.replace(one, name=f"name_{c}"),
        "share": lambda: network.replace(one, layer=network.nodes[other].layer, shares=other),
        "freeze": lambda: network.replace(one, trainable=c % 2 == 0),
        "loose": lambda: Network(network.nodes, (*network.wires, Wire(one, f"n{90 + c}", 0)), (), network.next_id),
    }
    if kind == "feed":
        feeds[one] = (1 + c % 4,)
        return network
    try:
        return table[kind]()
    except UsageError:
        return network


@given(acts=ACTS)
@settings(max_examples=150, deadline=None)
def test_what_is_taken_over_is_what_would_be_found(acts: list[Act]) -> None:
    network, feeds = stack(*(layer(i) for i in (0, 1, 2, 1))), {"n1": (4,)}
    known = infer(network, feeds)
    for act in acts:
        network = edited(network, feeds, act)
        known = infer(network, dict(feeds), known)
        assert known == infer(network, dict(feeds))


def visited(network: Network, before: shapes.Shapes) -> list[str]:
    """Return the nodes that are worked out when `before` is known."""
    found: list[str] = []

    def find(network: Network, node: Any, *rest: Any) -> Any:
        found.append(node.id)
        return original(network, node, *rest)

    original = shapes._find
    with mock.patch.object(shapes, "_find", find):
        infer(network, before=before)
    return found


def test_only_what_lies_downstream_of_a_change_is_worked_out() -> None:
    named = {name: registry.named("layer", name) for name in KINDS}
    network = stack(named["Input"]((8,)), *(named["Dense"](8) for _ in range(6)))
    known = infer(network)
    assert visited(network, known) == []
    assert visited(network.replace("n4", note="why"), known) == ["n4"]
    assert visited(network.replace("n4", layer=named["Dense"](8, activation="relu")), known) == ["n4"]
    assert visited(network.replace("n4", layer=named["Dense"](9)), known) == ["n4", "n5"]
    wider = network.replace("n2", layer=named["Dropout"](0.5)).replace("n3", layer=named["Dropout"](0.5))
    assert visited(wider, known) == ["n2", "n3"]


@pytest.mark.parametrize("gone", ["n2", "n4"])
def test_an_answer_of_another_network_does_no_harm(gone: str) -> None:
    network = stack(*(layer(i) for i in (0, 1, 2, 1)))
    other = network.remove(gone)
    assert infer(other, {"n1": (4,)}, infer(network, {"n1": (9,)})) == infer(other, {"n1": (4,)})
