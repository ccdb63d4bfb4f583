"""Where cards lie when nobody has placed them: levels by depth, one column per branch, pitch 76.

Coordinates are scene pixels at 100 %; a point is the top left corner of a card.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.project.document import Project
from studio.document.feeds import taught_node

CARD_W, CARD_H, TARGET_H = 236.0, 48.0, 86.0
PITCH, GAP_X = 76.0, 76.0
GRID = 4.0

Point = tuple[float, float]
Edge = tuple[str, str]


@dataclass(frozen=True)
class Dag:
    """What is laid out: ids in order of insertion and edges between them; edges that close a cycle are ignored."""

    ids: tuple[str, ...]
    edges: tuple[Edge, ...]


def target_id(index: int) -> str:
    """Return the id under which a target card is drawn and its position is kept."""
    return f"target:{index}"


def taught(project: Project) -> tuple[Edge, ...]:
    """Return (output node, target card) for every target that has an output."""
    pairs = ((taught_node(project, i), target_id(i)) for i in range(len(project.targets)))
    return tuple((node, card) for node, card in pairs if node is not None)


def places(project: Project) -> dict[str, Point]:
    """Return the position of every card: the person's, else the automatic one."""
    auto = automatic(project)
    placed = {card: project.positions.get(card, point) for card, point in auto.items()}
    for node, card in taught(project):
        if card not in project.positions and node in project.positions:
            x, y = placed[node]
            placed[card] = (x, y + PITCH)
    return placed


def dag_of(project: Project) -> Dag:
    """Return the cards and links of a project."""
    network = project.network
    cards = tuple(target_id(i) for i in range(len(project.targets)))
    return Dag((*network.nodes, *cards), tuple((w.source, w.target) for w in network.wires) + taught(project))


def automatic(project: Project) -> dict[str, Point]:
    """Return the automatic position of every card of a project."""
    return dict(_automatic(dag_of(project)))


@functools.lru_cache(maxsize=4)
def _automatic(dag: Dag) -> Mapping[str, Point]:
    level = levels(dag)
    column = columns(dag, level)
    return {card: (column[card] * (CARD_W + GAP_X), level[card] * PITCH) for card in dag.ids}


def ordered(dag: Dag) -> tuple[list[str], dict[str, list[str]], dict[str, list[str]]]:
    """Return ids with sources first, and the sources and targets of each along edges that close no cycle."""
    after: dict[str, list[str]] = {card: [] for card in dag.ids}
    waiting = dict.fromkeys(dag.ids, 0)
    for source, target in dag.edges:
        after[source].append(target)
        waiting[target] += 1
    order = [card for card in dag.ids if not waiting[card]]
    for card in order:  # grows while it is read
        for target in after[card]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    rank = {card: i for i, card in enumerate(order)}
    order += [card for card in dag.ids if card not in rank]
    rank = {card: i for i, card in enumerate(order)}
    sources: dict[str, list[str]] = {card: [] for card in dag.ids}
    targets: dict[str, list[str]] = {card: [] for card in dag.ids}
    for source, target in dag.edges:
        if rank[source] < rank[target]:
            sources[target].append(source)
            targets[source].append(target)
    return order, sources, targets


def levels(dag: Dag) -> dict[str, int]:
    """Return the row of each card: below all its sources; side branches are pulled down to what they feed."""
    order, sources, targets = ordered(dag)
    level: dict[str, int] = {}
    loose: dict[str, bool] = {}
    for card in order:
        level[card] = max((level[s] + 1 for s in sources[card]), default=0)
        loose[card] = len(targets[card]) == 1 and all(loose[s] for s in sources[card])
    for card in reversed(order):
        if loose[card]:
            level[card] = level[targets[card][0]] - 1
    lowest = max((level[c] for c in order if not c.startswith("target:")), default=-1)
    for card in order:
        if card.startswith("target:") and not sources[card]:
            level[card] = lowest + 1
    return level


def columns(dag: Dag, level: Mapping[str, int]) -> dict[str, int]:
    """Return the column of each card: the longest path is column 0, every other branch the first free one."""
    order, sources, targets = ordered(dag)
    column: dict[str, int] = {}
    taken: list[list[range]] = []
    ends = sorted(order, key=lambda c: (_is_free_target(c, sources), -level[c]))
    for end in ends:
        if end not in column:
            stack = chain(end, sources, level, column)
            rows = taken_rows(stack, targets, level)
            place = next((i for i, used in enumerate(taken) if not overlaps(rows, used)), len(taken))
            taken.extend([] for _ in range(place + 1 - len(taken)))
            taken[place].append(rows)
            column.update(dict.fromkeys(stack, place))
    return column


def _is_free_target(card: str, sources: Mapping[str, Sequence[str]]) -> bool:
    return card.startswith("target:") and not sources[card]


def chain(end: str, sources: Mapping[str, list[str]], level: Mapping[str, int], done: Mapping[str, int]) -> list[str]:
    """Return a stack from its end up: of several sources the deepest one; cards that are done are left out."""
    found = {end: None}
    while free := [s for s in sources[next(reversed(found))] if s not in done and s not in found]:
        found[max(free, key=lambda s: level[s])] = None
    return list(found)


def taken_rows(chain: list[str], targets: Mapping[str, list[str]], level: Mapping[str, int]) -> range:
    """Return the rows that a branch takes: its cards and the wire from its last card down to what it feeds."""
    bottom = chain[0]
    reach = max((level[t] - 1 for t in targets[bottom]), default=level[bottom])
    deep = level[bottom] + (1 if bottom.startswith("target:") else 0)
    return range(level[chain[-1]], max(reach, deep) + 1)


def overlaps(rows: range, used: Iterable[range]) -> bool:
    """Return whether rows of a column are taken."""
    return any(rows.start < other.stop and other.start < rows.stop for other in used)


def clear(places: Mapping[str, Point], taken: Iterable[Point]) -> dict[str, Point]:
    """Return the places, moved to the right together until none of these cards lies under them."""
    there, step, by = list(taken), CARD_W + GAP_X / 2, 0.0
    while any(abs(x + by - tx) < CARD_W and abs(y - ty) < CARD_H for x, y in places.values() for tx, ty in there):
        by += step
    return {key: (x + by, y) for key, (x, y) in places.items()}


def snapped(x: float, y: float) -> Point:
    """Return a point on the 4 px grid."""
    return round(x / GRID) * GRID, round(y / GRID) * GRID
