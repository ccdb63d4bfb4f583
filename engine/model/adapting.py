"""Layers that learn from data before training: what reaches them is computed, then they adapt."""

from typing import TYPE_CHECKING, Any

from engine.network.flat import flat
from engine.training.arrays import Array

if TYPE_CHECKING:
    from engine.model.model import Model


def adapt(model: "Model", inputs: tuple[Array, ...], batch_size: int) -> None:
    """Adapt the layers in the order of the network, so that each sees what the adapted ones before it make of the rows.

    inputs: in the order in which people pass them.
    """
    if any(n.layer.KERAS == "Model" for n in model.network):
        _adapt_flat(model, inputs, batch_size)
        return
    network, known = model.network, dict(zip(model.input_ids, inputs, strict=True))
    for id in network.order():
        layer: Any = network.nodes[id].layer
        if network.nodes[id].shares is None and layer.ADAPTS and model.shapes.weights[id]:
            (source,) = network.sources(id)
            rows = known[source] if source in known else _reaching(model, source, known, batch_size)
            for weight, value in layer.adapt(rows).items():
                model.parameters.set(id, weight, value)


def _adapt_flat(model: "Model", inputs: tuple[Array, ...], batch_size: int) -> None:
    """Adapt the layers inside of groups too: in the same network without groups, which lends its weights."""
    bare, places = flat(model.network)
    if not any(getattr(n.layer, "ADAPTS", False) for n in bare):
        return
    part = type(model).from_network(bare, feeds=model.feeds)
    for entry in part.parameters.layout.entries:
        node, start = places[entry.node]
        part.parameters.set(entry.node, entry.weight, model.parameters.view(node, f"{start}{entry.weight}"))
    adapt(part, inputs, batch_size)
    for entry in part.parameters.layout.entries:
        node, start = places[entry.node]
        model.parameters.set(node, f"{start}{entry.weight}", part.parameters.view(entry.node, entry.weight))


def _reaching(model: "Model", source: str, known: dict[str, Array], batch_size: int) -> Array:
    """Return the output of a node for all rows."""
    part = type(model).from_network(model.network.with_outputs(source), feeds=model.feeds)
    for entry in part.parameters.layout.entries:
        part.parameters.set(entry.node, entry.weight, model.parameters.view(entry.node, entry.weight))
    made: Array = part.predict({model.network.nodes[id].name: rows for id, rows in known.items()}, batch_size)
    return made
