"""A draft of code put in the place of a network: ids stay by name, a new name on an unchanged line is a rename."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import UsageError
from engine.layers.spec import Shape
from engine.network.draft import Draft, Frozen, Made, Mistake, Use, Whole
from engine.network.kept import END, IMPORT, TOP, Kept
from engine.network.nested import Model
from engine.network.network import Network, Node, Wire
from engine.network.read import Mark, Reading
from engine.specs import Spec, snake


@dataclass(frozen=True)
class Merged:
    """The network of a text, the lines kept beside it, and where each node stands in the text: path -> line numbers."""

    network: Network
    kept: tuple[Kept, ...]
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def merge(
    reading: Reading,
    old: Network | None = None,
    shapes: Mapping[str, Shape] | None = None,
    spare: Network | None = None,
) -> Merged:
    """Return the network that a reading without errors describes.

    old: the network in whose place it is put; nodes keep their ids, notes and order by name. shapes: those that were
    written for Inputs without one (`Source.shapes`): an Input that still says so still has none of its own. spare: an
    earlier network from which nodes come back that were taken out of the text and put in again.

    Raises:
        Mistake: a nested model cannot be made.
    """
    if reading.draft is None:
        raise UsageError("A text with errors describes no network.")
    part = _Merge(reading.draft, old or Network(), shapes or {}, spare or Network(), "")
    network = part.network()
    return Merged(network, _kept(reading, part.ids), _lines(reading, part.ids))


class _Merge:
    """One draft and the network in whose place it is put; `ids`: use -> path of ids, nested ones included."""

    def __init__(self, draft: Draft, old: Network, shapes: Mapping[str, Shape], spare: Network, path: str) -> None:
        self.draft, self.old, self.shapes, self.spare, self.path = draft, old, shapes, spare, path
        self.found: dict[Use, str] = {}
        self.names: dict[Use, str] = {}
        self.layers: dict[Made, Spec] = {}
        self.ids: dict[Use, str] = {}
        self.next_id = old.next_id

    def network(self) -> Network:
        """Return the merged network; the old one itself when nothing differs."""
        self._by_name()
        self._by_line()
        self._new()
        nodes = {use: self._node(use) for use in self.draft.uses}
        kept = self._order(nodes)
        wires = self._wires()
        outputs = self._outputs()
        made = Network(kept, wires, outputs, self.next_id)
        self.ids |= {use: f"{self.path}{id}" for use, id in self.found.items()}
        return self.old if made == self.old and list(made.nodes) == list(self.old.nodes) else made

    # ---- which node is which -----------------------------------------------------------------------------------------
    def _by_name(self) -> None:
        known, away = {n.name: n.id for n in self.old}, {n.name: n.id for n in self.spare}
        for use in self.draft.uses:
            id = known.get(use.name or "")
            back = away.get(use.name or "") if id is None else None
            if id or (back and back not in self.old.nodes and int(back[1:]) < self.next_id):
                self.found[use] = id or str(back)

    def _by_line(self) -> None:
        """Find nodes whose line is as it was but for the name, and nodes without a name by what feeds them."""
        taken, names = set(self.found.values()), {u.name for u in self.draft.uses if u.name}
        free: dict[tuple[str, ...], list[Node]] = {}
        for other in self.old:
            if other.id not in taken:
                free.setdefault(self.old.sources(other.id), []).append(other)
        for use in self.draft.uses if free else ():
            if use in self.found or any(s is not None and s not in self.found for s in use.inputs):
                continue
            same = free.get(tuple(self.found[s] for s in use.inputs if s is not None), [])
            node = next((n for n in same if self._alike(use, n)), None)
            if node is None and not use.name:
                node = next((n for n in same if n.layer.KERAS == use.made.kind and n.name not in names), None)
            if node is not None:
                same.remove(node)
                self.found[use] = node.id

    def _alike(self, use: Use, node: Node) -> bool:
        trainable = use.made.trainable if use.trainable is None else use.trainable
        if (
            node.layer.KERAS != use.made.kind
            or trainable != node.trainable
            or bool(node.shares) != (use.owner is not use)
        ):
            return False
        if use.made.whole is None:
            return self._loosened(use, node) == node.layer
        inner = getattr(node.layer, "network", None)
        if not isinstance(inner, Network):
            return False
        return (
            _Merge(self.draft.parts[use.made], inner, self.shapes, inner, f"{self.path}{node.id}/").network() == inner
        )

    def _new(self) -> None:
        """Give ids and names to the rest."""
        taken = {u.name for u in self.draft.uses if u.name}
        for use in self.draft.uses:
            if use not in self.found:
                self.found[use] = f"n{self.next_id}"
                self.next_id += 1
            node = self.old.nodes.get(self.found[use])
            if use.name is None and node is not None and node.name not in taken:
                self.names[use] = node.name
                taken.add(node.name)
        counts: dict[str, int] = {}
        for use in self.draft.uses:
            if (name := use.name or self.names.get(use)) is None:
                stem = snake(use.made.kind)
                while name is None or name in taken:
                    counts[stem] = counts.get(stem, 0) + 1
                    name = f"{stem}_{counts[stem]}"
                taken.add(name)
            self.names[use] = name

    # ---- what they are -----------------------------------------------------------------------------------------------
    def _node(self, use: Use) -> Node:
        id = self.found[use]
        before = self.old.nodes.get(id) or self.spare.nodes.get(id)
        layer = self._layer(use.owner, self.old.nodes.get(self.found[use.owner]) or before)
        trainable = use.made.trainable if use.trainable is None else use.trainable
        shares = None if use.owner is use else self.found[use.owner]
        made = Node(id, layer, self.names[use], trainable, shares, before.note if before else "")
        return before if before is not None and made == before else made

    def _layer(self, use: Use, before: Node | None) -> Spec:
        if use.made not in self.layers:
            made = self._nested(use, before) if use.made.whole is not None else self._loosened(use, before)
            self.layers[use.made] = before.layer if before is not None and made == before.layer else made
        return self.layers[use.made]

    def _nested(self, use: Use, before: Node | None) -> Spec:
        layer = before.layer if before is not None and isinstance(before.layer, Model) else None
        inner = layer.network if layer is not None else Network()
        away = self.spare.nodes.get(self.found[use])
        spare = away.layer.network if away is not None and isinstance(away.layer, Model) else inner
        path = f"{self.path}{self.found[use]}/"
        part = _Merge(self.draft.parts[use.made], inner, self.shapes, spare, path)
        network = part.network()
        self.ids |= part.ids
        try:
            return Model(network) if layer is None else layer.replace(network=network)
        except UsageError as error:
            raise Mistake(use.first, str(error)) from None

    def _loosened(self, use: Use, before: Node | None) -> Spec:
        """Return the layer; an Input that shows the shape of its data still has none of its own."""
        layer: Any = use.made.spec
        id = before.id if before is not None else self.found.get(use, "")
        written = self.shapes.get(f"{self.path}{id}")
        if use.made.kind == "Input" and written is not None and layer.shape == tuple(written):
            spec: Spec = layer.replace(shape=None)
            return spec
        return layer  # type: ignore[no-any-return]

    # ---- how they hang together --------------------------------------------------------------------------------------
    def _order(self, nodes: Mapping[Use, Node]) -> dict[str, Node]:
        """Return the nodes: old ones in their order, new ones behind the one before them in the text."""
        after: dict[str, list[Node]] = {}
        last = ""
        for node in nodes.values():
            if node.id in self.old.nodes:
                last = node.id
            else:
                after.setdefault(last, []).append(node)
        mine = {node.id: node for node in nodes.values()}
        ids = [n.id for n in after.get("", ())]
        for id in self.old.nodes:
            ids += [id, *(n.id for n in after.get(id, ()))] if id in mine else []
        wanted = [self.found[u] for u in self.draft.inputs]
        inputs = iter(wanted if set(wanted) == {i for i in ids if mine[i].layer.KERAS == "Input"} else [])
        return {i: mine[i] for i in (next(inputs, id) if mine[id].layer.KERAS == "Input" else id for id in ids)}

    def _wires(self) -> tuple[Wire, ...]:
        wanted = dict.fromkeys(
            Wire(self.found[source], self.found[use], slot)
            for use in self.draft.uses
            for slot, source in enumerate(use.inputs)
            if source is not None
        )
        stay = [w for w in self.old.wires if w in wanted]
        there = set(stay)
        return (*stay, *(w for w in wanted if w not in there))

    def _outputs(self) -> tuple[str, ...]:
        if self.draft.outputs is not None:
            return tuple(self.found[u] for u in self.draft.outputs)
        alive = set(self.found.values())
        if left := tuple(o for o in self.old.outputs if o in alive):
            return left
        used = {s for u in self.draft.uses for s in u.inputs if s is not None}
        return tuple(self.found[u] for u in self.draft.uses if u not in used and u.inputs)


# ---- lines -----------------------------------------------------------------------------------------------------------
def _key(mark: Mark, ids: Mapping[Use, str]) -> str | None:
    """Return the key of the line that a place has in the code as we write it; None when it has none of its own."""
    place = mark.place
    if place is None:
        return IMPORT
    if isinstance(place, Use):
        return ids.get(place)
    if isinstance(place, Made):
        shared = len(place.uses) > 1
        return f"{ids[place.uses[0].owner]}:layer" if shared and place.uses[0].owner in ids else None
    whole = place.whole if isinstance(place, Frozen) else place
    card = ids.get(whole.made.uses[0].owner) if whole.made is not None and whole.made.uses else None
    if isinstance(place, Frozen):
        return f"{card}:frozen" if card and not whole.trainable else None
    if whole.stack is not None:
        return None
    return f"{card}:layer" if card else END


def _kept(reading: Reading, ids: Mapping[Use, str]) -> tuple[Kept, ...]:
    keyed = [(mark, key) for mark in reading.marks if (key := _key(mark, ids)) is not None]
    kept: list[Kept] = []
    taken: set[str] = set()
    at, place = 0, TOP
    for line in reading.loose:
        while at < len(keyed) and keyed[at][0].last < line.line:
            place, at = keyed[at][1], at + 1
        beside = _beside(keyed, at, line.line) if line.beside else None
        if beside is not None and beside not in taken:
            taken.add(beside)
            kept.append(Kept(beside, line.text, True))
        else:
            kept.append(Kept(place, line.text))
    return tuple(kept)


def _beside(keyed: list[tuple[Mark, str]], at: int, line: int) -> str | None:
    """Return the key of the last thing that ends on a line."""
    found = None
    while at < len(keyed) and keyed[at][0].last <= line:
        found, at = keyed[at][1] if keyed[at][0].last == line else found, at + 1
    return found


def _lines(reading: Reading, ids: Mapping[Use, str]) -> dict[str, tuple[int, ...]]:
    """Return the lines of each node, those inside a nested model counted to it too."""
    found: dict[str, set[int]] = {}
    for mark in reading.marks:
        for path in _paths(mark, ids):
            found.setdefault(path, set()).update(range(mark.first, mark.last + 1))
    return {path: tuple(sorted(lines)) for path, lines in found.items()}


def _paths(mark: Mark, ids: Mapping[Use, str]) -> list[str]:
    place = mark.place.whole if isinstance(mark.place, Frozen) else mark.place
    made = place.made if isinstance(place, Whole) else place
    uses = [made] if isinstance(made, Use) else made.uses if made is not None else []
    paths = [ids[u] for u in uses if u in ids]
    return [*paths, *(p.rsplit("/", i)[0] for p in paths for i in range(1, p.count("/") + 1))]
