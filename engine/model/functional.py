"""Models made from tensors, as in Keras: `Model(inputs, outputs)` and calling a model like a layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ModelError, UsageError
from engine.layers import Input, Layer, Tensor, make
from engine.model.wiring import Structure
from engine.network.nested import Nested
from engine.network.network import Network
from engine.network.shapes import infer
from engine.network.trace import trace

__all__ = ["Form", "Input", "as_layer", "form"]


@dataclass(frozen=True)
class Form:
    """A network with what the network itself does not say.

    Args:
        layers: node id -> the layer behind it.
        inputs: Input node ids in the order in which arrays are passed.
        names: of the outputs. structure: how outputs are handed out.
    """

    network: Network
    layers: Mapping[str, Layer]
    inputs: tuple[str, ...]
    names: tuple[str, ...]
    structure: Structure


def form(inputs: Any, outputs: Any) -> Form:
    """Return the form between tensors given alone, as a list or as a dict by name.

    Raises:
        UsageError: something is no tensor, or a dict of inputs names an Input otherwise than the Input itself.
    """
    given, results = _tensors(inputs, "inputs"), _tensors(outputs, "outputs")
    traced = trace(given, results)
    network = traced.network
    ids = tuple(network.nodes)[: len(given)]
    if isinstance(inputs, Mapping):
        network = _renamed(network, ids, tuple(inputs))
    names = tuple(network.nodes[o].name for o in network.outputs)
    structure = Structure("single" if isinstance(outputs, Tensor) else "list")
    if isinstance(outputs, Mapping):
        names = tuple(str(key) for key in outputs)
        structure = Structure("dict", names)
    return Form(network, traced.layers, ids, names, structure)


def network_form(network: Network) -> Form:
    """Return the form of a network that was drawn or read: layers are made for its nodes."""
    layers: dict[str, Layer] = {}
    for id in network.order():
        node = network.nodes[id]
        if node.shares is not None:
            layers[id] = layers[node.shares]
            continue
        layers[id] = make(node.layer, node.name, node.trainable)  # type: ignore[arg-type]
    names = tuple(network.nodes[o].name for o in network.outputs)
    structure = Structure("single" if len(names) == 1 else "list")
    return Form(network, layers, network.inputs(), names, structure)


def as_layer(form: Form, name: str | None) -> Layer:
    """Return a model as one layer of another; both use the same variables. Raises ModelError while it has no shapes."""
    network, found = form.network, infer(form.network)
    if not found.ok:
        raise ModelError(str(found.problems[0]), found.problems)
    layer = make(Nested(network), name)
    own = [id for id in network.nodes if network.nodes[id].shares is None]
    variables = {f"{id}_{w.name}": form.layers[id].variable(w.name) for id in own for w in found.weights[id]}
    layer.adopt(variables, tuple(found.output[i] or () for i in form.inputs))
    return layer


def _tensors(given: Any, argument: str) -> list[Tensor]:
    values = list(given.values()) if isinstance(given, Mapping) else given
    values = list(values) if isinstance(values, list | tuple) else [values]
    if not values or not all(isinstance(value, Tensor) for value in values):
        odd = next((v for v in values if not isinstance(v, Tensor)), "nothing")
        raise UsageError(f"{argument} must be tensors such as Input(...) returns; it holds {type(odd).__name__}.")
    return values


def _renamed(network: Network, ids: tuple[str, ...], names: tuple[str, ...]) -> Network:
    for id, name in zip(ids, names, strict=True):
        if network.nodes[id].name != name:
            network = network.replace(id, name=name)
    return network
