"""A network from plain JSON values, checked: `Network.to_json` the other way round."""

from typing import Any

from engine import registry
from engine.errors import ProjectError, UsageError
from engine.network.network import NAME, NODE_ID, Network, Node, Wire

MOST_NODES = 10_000
MOST_WIRES = 40_000
LONGEST_NOTE = 10_000
KEYS = {"nodes", "wires", "outputs", "next_id"}
NODE_KEYS = {"id", "name", "layer", "trainable", "shares", "note"}


def from_json(value: Any) -> Network:
    """Return the network; raises ProjectError with a sentence for anything that is not one."""
    if not isinstance(value, dict) or set(value) - KEYS or not isinstance(value.get("nodes"), list):
        raise ProjectError(f"A network must be an object with nodes, wires and outputs; it is {value!r:.80}.")
    _limit(value["nodes"], "nodes", MOST_NODES)
    try:
        nodes = [_node(v) for v in value["nodes"]]
    except RecursionError:
        raise ProjectError("The network holds networks nested too deep.") from None
    known = {n.id: n for n in nodes}
    if len(known) < len(nodes) or len({n.name for n in nodes}) < len(nodes):
        raise ProjectError("Two layers of the network have the same id or name.")
    for node in nodes:
        if node.shares is not None and node.shares not in known:
            raise ProjectError(f"{node.name} shares the weights of {node.shares!r:.40}, which does not exist.")
    wires = _wires(value.get("wires", []), known)
    outputs = _outputs(value.get("outputs", []), known)
    return Network(known, wires, outputs, _next_id(value.get("next_id"), known))


def _limit(values: Any, what: str, most: int) -> list[Any]:
    if not isinstance(values, list):
        raise ProjectError(f"The {what} of a network must be a list; they are {values!r:.60}.")
    if len(values) > most:
        raise ProjectError(f"A network may have at most {most:,} {what}; this one has {len(values):,}.")
    return values


def _node(value: Any) -> Node:
    if not isinstance(value, dict) or set(value) - NODE_KEYS:
        raise ProjectError(f"A layer must be an object with id, name and layer; it is {value!r:.80}.")
    id, name = value.get("id"), value.get("name")
    if not isinstance(id, str) or not NODE_ID.match(id):
        raise ProjectError(f"A layer's id must be n and a number; it is {id!r:.40}.")
    if not isinstance(name, str) or not NAME.match(name):
        raise ProjectError(f"A layer's name must be a letter, then letters, digits or _; it is {name!r:.60}.")
    trainable, shares, note = value.get("trainable", True), value.get("shares"), value.get("note", "")
    if not isinstance(trainable, bool) or not isinstance(shares, str | None) or not isinstance(note, str):
        raise ProjectError(f"{name}: trainable must be true or false, shares an id, note a text.")
    if len(note) > LONGEST_NOTE:
        raise ProjectError(f"{name}: its note may have {LONGEST_NOTE:,} characters; it has {len(note):,}.")
    return Node(id, _layer(name, value.get("layer")), name, trainable, shares, note)


def _layer(name: str, config: Any) -> Any:
    try:
        layer = registry.from_config(config)
    except (UsageError, TypeError, ValueError, OverflowError) as error:
        raise ProjectError(f"{name}: {error}") from None
    if layer.KIND != "layer":
        raise ProjectError(f"{name} must be a layer; it is the {layer.KIND} {layer.KERAS}.")
    return layer


def _wires(values: Any, known: dict[str, Node]) -> tuple[Wire, ...]:
    found: dict[tuple[str, int], Wire] = {}
    for value in _limit(values, "wires", MOST_WIRES):
        shaped = isinstance(value, list) and len(value) == 3 and all(isinstance(v, str) for v in value[:2])
        if not shaped or not isinstance(value[2], int) or isinstance(value[2], bool) or not 0 <= value[2] < MOST_WIRES:
            raise ProjectError(f"A wire must be [source, target, slot]; it is {value!r:.80}.")
        if value[0] not in known or value[1] not in known:
            raise ProjectError(
                f"A wire leads from {value[0]!r:.40} to {value[1]!r:.40}, and one of them does not exist."
            )
        if (value[1], value[2]) in found:
            raise ProjectError(f"Two wires lead into slot {value[2]} of {known[value[1]].name}.")
        found[value[1], value[2]] = Wire(*value)
    return tuple(found.values())


def _outputs(values: Any, known: dict[str, Node]) -> tuple[str, ...]:
    for value in _limit(values, "outputs", MOST_NODES):
        if not isinstance(value, str) or value not in known:
            raise ProjectError(f"The output {value!r:.40} of the network does not exist.")
    if len(set(values)) < len(values):
        raise ProjectError("An output of the network is listed twice.")
    return tuple(values)


def _next_id(value: Any, known: dict[str, Node]) -> int:
    least = max((int(id[1:]) for id in known), default=0) + 1
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value < 10**9 else least
