"""Copy and paste of layers and notes as JSON text, and layers as code: records by id, nothing is evaluated."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network.network import Network, Node, Wire
from engine.project.document import Note, Project
from engine.project.json import NOTE_ID
from studio.document import scope
from studio.document.copies import copies
from studio.document.network_edits import Point
from studio.document.note_edits import LONGEST, MOST, add_note

MARK = "layerwright/nodes/1"
MOST_BYTES = 4_000_000
MOST_NODES = 2_000


def copy(project: Project, *ids: str) -> str:
    """Return nodes with the wires between them, and notes, as JSON text for the clipboard."""
    network = project.network
    order = [n for n in network.order() if n in ids]
    items = [_item(project, n, order) for n in order]
    wires = [
        [order.index(w.source), order.index(w.target), w.slot]
        for w in network.wires
        if w.source in order and w.target in order
    ]
    notes = [_note_item(project.notes[id]) for id in ids if id in project.notes]
    data = {"format": MARK, "nodes": items, "wires": wires} | ({"notes": notes} if notes else {})
    return json.dumps(data, indent=1)


def code_of(
    project: Project, nodes: Iterable[str], shapes: Mapping[str, tuple[int, ...] | None], notes: Iterable[str] = ()
) -> str:
    """Return Keras-style code of some layers; what feeds them from outside becomes an Input. Without any: the notes.

    shapes: the output shape of each node, as far as it is known.
    """
    from engine.network.source import source

    chosen = [n for n in project.network.order() if n in set(nodes)]
    if not chosen:
        return "\n\n".join(project.notes[id].text for id in notes if id in project.notes)
    return source(_part(project.network, chosen, shapes)).text


def _part(network: Network, chosen: list[str], shapes: Mapping[str, tuple[int, ...] | None]) -> Network:
    """Return these nodes as a network of their own."""
    inner = [w for w in network.wires if w.source in chosen and w.target in chosen]
    ends = [n for n in chosen if not any(w.source == n for w in inner)]
    nodes = {n: network.nodes[n] for n in chosen}
    part = Network(nodes, tuple(inner), tuple(ends), network.next_id)
    for node in chosen:  # weights of a layer that stays behind cannot be shared
        if part.nodes[node].shares not in nodes:
            part = part.replace(node, shares=None)
    feeding: dict[str, str] = {}
    for wire in network.wires:
        shape = shapes.get(wire.source)
        if wire.target in nodes and wire.source not in nodes and shape is not None:
            if wire.source not in feeding:
                part, made = part.add(registry.named("layer", "Input")(shape=shape))
                feeding[wire.source] = made.id
            part = part.wire(feeding[wire.source], wire.target, wire.slot)
    return part


def paste(project: Project, text: str, at: Point | None = None) -> Project:
    """Add the layers of a clipboard text; `at` is where the first card goes.

    Raises:
        UsageError: the text holds no layers, or something that is not allowed.
    """
    data = _read(text)
    nodes = [_node(i, item) for i, item in enumerate(data["nodes"])]
    wires = [_wire(w, len(nodes)) for w in data["wires"]]
    _check_sharing(nodes)
    places = {f"n{i + 1}": _point(item.get("at")) for i, item in enumerate(data["nodes"])}
    notes = [_note(item) for item in data["notes"]]
    first = next((p for p in places.values() if p), None) or next(((n.x, n.y) for n in notes), None)
    offset = (at[0] - first[0], at[1] - first[1]) if at and first else (32.0, 32.0)
    if at and not first:
        places = {k: (at[0], at[1] + 76.0 * i) for i, k in enumerate(places)}
        offset = (0.0, 0.0)
    for i, item in enumerate(data["nodes"]):
        places |= {f"n{i + 1}/{key}": at for key, at in _inside(item.get("inside", {})).items()}
    held = {
        f"n{i + 1}/{key}": note
        for i, item in enumerate(data["nodes"])
        for key, note in _inside_notes(item.get("notes", {})).items()
    }
    made = copies(project, nodes, wires, places, offset, notes=held) if nodes else project
    for note in notes:
        made = add_note(made, (note.x + offset[0], note.y + offset[1]), note.text, (note.width, note.height))
    return made


def is_layers(text: str) -> bool:
    """Return whether a clipboard text is ours."""
    return text.startswith("{") and MARK in text[:80]


def _item(project: Project, id: str, order: list[str]) -> dict[str, Any]:
    """Return a node; `inside`: places in a group, `shares`: which of the copied nodes owns its weights."""
    node, at, inside = project.network.nodes[id], project.positions.get(id), scope.within(project, id)
    item = {"name": node.name, "layer": node.layer.get_config(), "trainable": node.trainable, "note": node.note}
    item |= {"at": list(at)} if at else {}
    item |= {"inside": {key: list(place) for key, place in inside.items()}} if inside else {}
    notes = {key: _note_item(note) for key, note in scope.within_notes(project, id).items()}
    item |= {"notes": notes} if notes else {}
    return item | ({"shares": order.index(node.shares)} if node.shares in order else {})


def _note_item(note: Note) -> dict[str, Any]:
    return {"text": note.text, "at": [note.x, note.y], "size": [note.width, note.height]}


def _note(item: Any) -> Note:
    if not isinstance(item, dict) or not isinstance(item.get("text", ""), str):
        raise UsageError("The notes on the clipboard are damaged. Copy them again.")
    (x, y), (width, height) = _point(item.get("at")) or (0.0, 0.0), _point(item.get("size")) or (220.0, 96.0)
    return Note(item.get("text", "")[:LONGEST], x, y, width, height)


def _read(text: str) -> dict[str, Any]:
    if len(text) > MOST_BYTES or not is_layers(text):
        raise UsageError("The clipboard holds no layers. Copy some on a canvas first.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("The layers on the clipboard are damaged. Copy them again.") from None
    lists = {key: data.get(key, []) for key in ("nodes", "wires", "notes")}
    whole = all(isinstance(value, list) for value in lists.values())
    if not whole or len(lists["nodes"]) > MOST_NODES or len(lists["notes"]) > MOST:
        raise UsageError("The layers on the clipboard are damaged. Copy them again.")
    return lists


def _node(i: int, item: Any) -> Node:
    if not isinstance(item, dict):
        raise UsageError("The layers on the clipboard are damaged. Copy them again.")
    layer, shares = registry.from_config(item.get("layer")), item.get("shares")
    if layer.KIND != "layer":
        raise UsageError(f"{layer.KERAS} is a {layer.KIND}, not a layer.")
    return Node(
        f"n{i + 1}",
        layer,
        str(item.get("name", ""))[:63],
        bool(item.get("trainable", True)),
        f"n{shares + 1}" if type(shares) is int else None,
        str(item.get("note", "")),
    )


def _check_sharing(nodes: list[Node]) -> None:
    known = {n.id: n for n in nodes}
    for node in nodes:
        owner = known.get(node.shares or "")
        if node.shares and (owner is None or owner.shares or owner.layer != node.layer):
            raise UsageError("The layers on the clipboard share weights that are not there. Copy them again.")


def _inside_notes(value: Any) -> dict[str, Note]:
    """Return the notes in a group; those of groups that do not exist are forgotten."""
    if not isinstance(value, dict) or len(value) > MOST or not all(NOTE_ID.match(key) for key in value):
        raise UsageError("The notes on the clipboard are damaged. Copy them again.")
    return {key: _note(item) for key, item in value.items()}


def _inside(value: Any) -> dict[str, Point | None]:
    """Return the places in a group; `copies` forgets those of cards that do not exist."""
    if not isinstance(value, dict) or len(value) > 10 * MOST_NODES:
        raise UsageError("The layers on the clipboard are damaged. Copy them again.")
    return {key: _point(place) for key, place in value.items()}


def _wire(value: Any, count: int) -> Wire:
    whole = isinstance(value, list) and len(value) == 3 and all(type(v) is int and v >= 0 for v in value)
    if not whole or max(value[:2]) >= count or value[0] >= value[1]:
        raise UsageError("The wires on the clipboard are damaged. Copy the layers again.")
    return Wire(f"n{value[0] + 1}", f"n{value[1] + 1}", value[2])


def _point(value: Any) -> Point | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int | float) and abs(v) < 1e7 for v in value):
        return float(value[0]), float(value[1])
    return None
