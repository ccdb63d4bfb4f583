"""Layers that learn from data before training: what reaches them is computed, then they adapt."""

from typing import TYPE_CHECKING, Any

from engine.training.arrays import Array

if TYPE_CHECKING:
    from engine.model.model import Model


def adapt(model: "Model", inputs: tuple[Array, ...], batch_size: int) -> None:
    """Adapt the layers in the order of the network, so that each sees what the adapted ones before it make of the rows.

    inputs: in the order in which people pass them.
    """
    network, known = model.network, dict(zip(model.input_ids, inputs, strict=True))
    for id in network.order():
        layer: Any = network.nodes[id].layer
        if network.nodes[id].shares is None and layer.ADAPTS and model.shapes.weights[id]:
            (source,) = network.sources(id)
            rows = known[source] if source in known else _reaching(model, source, known, batch_size)
            for weight, value in layer.adapt(rows).items():
                model.parameters.set(id, weight, value)


def _reaching(model: "Model", source: str, known: dict[str, Array], batch_size: int) -> Array:
    """Return the output of a node for all rows."""
    part = type(model).from_network(model.network.with_outputs(source), feeds=model.feeds)
    for entry in part.parameters.layout.entries:
        part.parameters.set(entry.node, entry.weight, model.parameters.view(entry.node, entry.weight))
    made: Array = part.predict({model.network.nodes[id].name: rows for id, rows in known.items()}, batch_size)
    return made
