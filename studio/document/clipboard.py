"""Copy and paste of layers as JSON text: records by id, nothing is evaluated."""

import json
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network.network import Node, Wire
from engine.project.document import Project
from studio.document.copies import copies
from studio.document.network_edits import Point

MARK = "layerwright/nodes/1"
MOST_BYTES = 4_000_000
MOST_NODES = 2_000


def copy(project: Project, *nodes: str) -> str:
    """Return nodes and the wires between them as JSON text for the clipboard."""
    network = project.network
    order = [n for n in network.order() if n in nodes]
    items = [_item(network.nodes[n], project.positions.get(n)) for n in order]
    wires = [
        [order.index(w.source), order.index(w.target), w.slot]
        for w in network.wires
        if w.source in order and w.target in order
    ]
    return json.dumps({"format": MARK, "nodes": items, "wires": wires})


def paste(project: Project, text: str, at: Point | None = None) -> Project:
    """Add the layers of a clipboard text; `at` is where the first card goes.

    Raises:
        UsageError: the text holds no layers, or something that is not allowed.
    """
    data = _read(text)
    nodes = [_node(i, item) for i, item in enumerate(data["nodes"])]
    wires = [_wire(w, len(nodes)) for w in data["wires"]]
    places = {f"n{i + 1}": _point(item.get("at")) for i, item in enumerate(data["nodes"])}
    first = next((p for p in places.values() if p), None)
    offset = (at[0] - first[0], at[1] - first[1]) if at and first else (32.0, 32.0)
    if at and not first:
        places = {k: (at[0], at[1] + 76.0 * i) for i, k in enumerate(places)}
        offset = (0.0, 0.0)
    return copies(project, nodes, wires, places, offset)


def is_layers(text: str) -> bool:
    """Return whether a clipboard text is ours."""
    return text.startswith("{") and MARK in text[:80]


def _item(node: Node, at: Point | None) -> dict[str, Any]:
    item = {"name": node.name, "layer": node.layer.get_config(), "trainable": node.trainable, "note": node.note}
    return item | ({"at": list(at)} if at else {})


def _read(text: str) -> dict[str, Any]:
    if len(text) > MOST_BYTES or not is_layers(text):
        raise UsageError("The clipboard holds no layers. Copy some on a canvas first.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("The layers on the clipboard are damaged. Copy them again.") from None
    nodes, wires = data.get("nodes"), data.get("wires")
    if not isinstance(nodes, list) or not isinstance(wires, list) or len(nodes) > MOST_NODES:
        raise UsageError("The layers on the clipboard are damaged. Copy them again.")
    return {"nodes": nodes, "wires": wires}


def _node(i: int, item: Any) -> Node:
    if not isinstance(item, dict):
        raise UsageError("The layers on the clipboard are damaged. Copy them again.")
    layer = registry.from_config(item.get("layer"))
    if layer.KIND != "layer":
        raise UsageError(f"{layer.KERAS} is a {layer.KIND}, not a layer.")
    return Node(
        f"n{i + 1}",
        layer,
        str(item.get("name", ""))[:63],
        bool(item.get("trainable", True)),
        None,
        str(item.get("note", "")),
    )


def _wire(value: Any, count: int) -> Wire:
    whole = isinstance(value, list) and len(value) == 3 and all(type(v) is int and v >= 0 for v in value)
    if not whole or max(value[:2]) >= count or value[0] >= value[1]:
        raise UsageError("The wires on the clipboard are damaged. Copy the layers again.")
    return Wire(f"n{value[0] + 1}", f"n{value[1] + 1}", value[2])


def _point(value: Any) -> Point | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) and abs(v) < 1e7 for v in value):
        return float(value[0]), float(value[1])
    return None
