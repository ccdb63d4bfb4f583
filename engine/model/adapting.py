"""Layers that learn from data before training: what reaches them is computed, then they adapt."""

from typing import TYPE_CHECKING

from engine.training.arrays import Array

if TYPE_CHECKING:
    from engine.model.model import Model


def adapt(model: "Model", inputs: tuple[Array, ...], batch_size: int) -> None:
    """Adapt the layers in the order of the network, so that each sees what the adapted ones before it make of the rows.

    inputs: in the order in which people pass them.
    """
    network, known = model.network, dict(zip(model.input_ids, inputs, strict=True))
    for id in network.order():
        node = network.nodes[id]
        if node.shares is None and getattr(node.layer, "ADAPTS", False) and node.layer.weights(_shapes(model, id)):
            (source,) = network.sources(id)
            rows = known[source] if source in known else _reaching(model, source, known, batch_size)
            for weight, value in node.layer.adapt(rows).items():
                model.parameters.set(id, weight, value)


def _shapes(model: "Model", id: str) -> tuple[tuple[int, ...], ...]:
    output = model.shapes.output
    return tuple(output[s] or () for s in model.network.sources(id))


def _reaching(model: "Model", source: str, known: dict[str, Array], batch_size: int) -> Array:
    """Return the output of a node for all rows."""
    part = type(model).from_network(model.network.with_outputs(source), feeds=model.feeds)
    for entry in part.parameters.layout.entries:
        part.parameters.set(entry.node, entry.weight, model.parameters.view(entry.node, entry.weight))
    made: Array = part.predict({model.network.nodes[id].name: rows for id, rows in known.items()}, batch_size)
    return made
