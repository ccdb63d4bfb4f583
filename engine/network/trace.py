"""From functional code to a network: walks back from the output tensors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.layers.core import Input
from engine.layers.handle import Call, Layer, Tensor
from engine.network.network import NAME, Network
from engine.specs import snake


@dataclass(frozen=True)
class Traced:
    """A network and the layer behind each node; shared nodes have the same layer."""

    network: Network
    layers: Mapping[str, Layer]


def trace(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Traced:
    """Return the network between these tensors; Inputs come first, in the given order, then layers in order of calls.

    Raises:
        UsageError: an output depends on an Input that is not among the inputs, or two layers have the same name.
    """
    entries = {tensor.call: tensor for tensor in inputs}
    if len(entries) < len(inputs):
        raise UsageError("inputs must be different tensors; one is there twice.")
    calls = [*entries, *sorted(_behind(outputs, entries), key=lambda call: call.serial)]
    names = _names(calls)
    network, layers = Network(), dict[str, Layer]()
    nodes, first = dict[Call, str](), dict[Layer, str]()
    for call in calls:
        entry = entries.get(call)
        spec = call.layer.spec if entry is None or not call.inputs else Input(entry.row, entry.dtype)
        owner = first.get(call.layer) if entry is None else None
        network, node = network.add(spec, names[call], trainable=call.layer.trainable, shares=owner)
        if entry is None:
            first.setdefault(call.layer, node.id)
            for slot, tensor in enumerate(call.inputs):
                network = network.wire(nodes[tensor.call], node.id, slot)
        nodes[call], layers[node.id] = node.id, call.layer
    return Traced(network.with_outputs(*(nodes[t.call] for t in outputs)), layers)


def _behind(outputs: Iterable[Tensor], entries: Mapping[Call, Tensor]) -> set[Call]:
    found: set[Call] = set()
    waiting = [t.call for t in outputs]
    while waiting:
        call = waiting.pop()
        if call in found or call in entries:
            continue
        if not call.inputs:
            raise UsageError(f"The output depends on the Input {call.layer.name!r}. Add it to inputs.")
        found.add(call)
        waiting.extend(t.call for t in call.inputs)
    return found


def _names(calls: Sequence[Call]) -> dict[Call, str]:
    """Return a name per call: the given one for a layer's first call, else kind and counter."""
    taken: dict[str, Layer] = {}
    for layer in dict.fromkeys(call.layer for call in calls):
        if (given := layer.given_name) is not None:
            _check(given, taken.get(given))
            taken[given] = layer
    names: dict[Call, str] = {}
    used: set[Layer] = set()
    for call in calls:
        name = call.layer.given_name if call.layer not in used else None
        if name is None:
            name = _free(snake(type(call.layer.spec).KERAS), taken)
            taken[name] = call.layer
            if call.layer not in used and call.layer.auto_name is None:
                call.layer.auto_name = name
        used.add(call.layer)
        names[call] = name
    return names


def _check(name: str, other: Layer | None) -> None:
    if not NAME.match(name):
        raise UsageError(f"A layer's name must be a letter, then letters, digits or _; it is {name!r:.60}.")
    if other is not None:
        raise UsageError(f"Two layers are called {name!r}. Give one of them another name.")


def _free(stem: str, taken: Mapping[str, object]) -> str:
    n = 1
    while f"{stem}_{n}" in taken:
        n += 1
    return f"{stem}_{n}"
