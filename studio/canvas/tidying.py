"""Tidy: rows by depth from a layered layout, straight stacks, and every branch on the side where it stands now.

fast-sugiyama finds the rows and the order of branches with the fewest crossings. Where it is not there, or fails, rows
are those of the automatic arrangement.
"""

from collections.abc import Iterable, Mapping

from engine.project.document import Project
from studio.canvas import arrange
from studio.canvas.arrange import CARD_W, GAP_X, PITCH, Dag, Point, levels, ordered

STEP = 100.0
Rows = Mapping[str, tuple[int, float]]


def tidied(project: Project, now: Mapping[str, Point], chosen: Iterable[str] = ()) -> dict[str, Point]:
    """Return where cards go: those that are chosen, or all. now: where they are seen."""
    whole = arrange.dag_of(project)
    ids = set(chosen) & set(whole.ids) or set(whole.ids)
    dag = Dag(tuple(i for i in whole.ids if i in ids), tuple(e for e in whole.edges if e[0] in ids and e[1] in ids))
    return _places(dag, now) if dag.ids else {}


def _places(dag: Dag, now: Mapping[str, Point]) -> dict[str, Point]:
    place = rows(dag)
    chains = _chains(dag, {card: row for card, (row, _) in place.items()})
    columns = _columns(dag, chains, place, now)
    x = now.get(chains[0][0], (0.0, 0.0))[0]
    y = min(now[card][1] for card in dag.ids if card in now) if any(c in now for c in dag.ids) else 0.0
    return {card: (x + columns[card] * (CARD_W + GAP_X), y + row * PITCH) for card, (row, _) in place.items()}


def rows(dag: Dag) -> Rows:
    """Return the row of each card, and where in its row a layout with few crossings has it."""
    level = levels(dag)
    try:
        found = _sugiyama(dag)
    except Exception:  # a layout of somebody else's must never take the canvas down
        found = {}
    return {card: found.get(card, (level[card], 0.0)) for card in dag.ids}


def _sugiyama(dag: Dag) -> dict[str, tuple[int, float]]:
    from fast_sugiyama import from_edges

    number = {card: i for i, card in enumerate(dag.ids)}  # its order depends on the hashes of names, not of numbers
    edges = [(number[a], number[b]) for a, b in _reduced(dag)]
    found: dict[str, tuple[int, float]] = {}
    for positions, *_ in from_edges(edges, vertex_spacing=STEP) if edges else ():
        top = max(y for node, (_, y) in positions if int(node) < len(dag.ids))
        for node, (x, y) in positions:
            if int(node) < len(dag.ids):
                found[dag.ids[int(node)]] = round((top - y) / STEP), float(x)
    return found


def _reduced(dag: Dag) -> list[tuple[str, str]]:
    """Return the edges without those that a longer way replaces: skips are brackets and bend no stack."""
    order, sources, targets = ordered(dag)
    level: dict[str, int] = {}
    for card in order:
        level[card] = max((level[s] + 1 for s in sources[card]), default=0)
    return [(a, b) for a in order for b in targets[a] if level[b] - level[a] == 1 or not _longer(a, b, targets, level)]


def _longer(a: str, b: str, targets: Mapping[str, list[str]], level: Mapping[str, int]) -> bool:
    waiting, seen = [t for t in targets[a] if t != b], {a}
    while waiting:
        card = waiting.pop()
        if card == b:
            return True
        if card not in seen and level[card] < level[b]:
            seen.add(card)
            waiting.extend(targets[card])
    return False


def _chains(dag: Dag, row: Mapping[str, int]) -> list[list[str]]:
    """Return the stacks, from bottom to top: the deepest first, which takes in what it can."""
    order, sources, _ = ordered(dag)
    done: dict[str, int] = {}
    chains = []
    for end in sorted(order, key=lambda card: (card.startswith("target:") and not sources[card], -row[card])):
        if end not in done:
            chain = arrange.chain(end, sources, row, done)
            done.update(dict.fromkeys(chain, 0))
            chains.append(chain)
    return chains


def _columns(dag: Dag, chains: list[list[str]], place: Rows, now: Mapping[str, Point]) -> dict[str, int]:
    """Return the column of each card: the first stack is 0, the others the first free one on their side."""
    _, _, targets = ordered(dag)
    row = {card: r for card, (r, _) in place.items()}
    trunk, *others = chains
    middle = _mean(trunk, now)
    sides = [(chain, 1 if _mean(chain, now) >= middle - CARD_W / 2 else -1) for chain in others]
    sides.sort(key=lambda item: (item[1], abs(place[item[0][0]][1] - place[trunk[0]][1])))
    taken = {0: [arrange.taken_rows(trunk, targets, row)]}
    column = dict.fromkeys(trunk, 0)
    for chain, side in sides:
        span, at = arrange.taken_rows(chain, targets, row), side
        while arrange.overlaps(span, taken.setdefault(at, [])):
            at += side
        taken[at].append(span)
        column.update(dict.fromkeys(chain, at))
    return column


def _mean(chain: list[str], now: Mapping[str, Point]) -> float:
    xs = [now[card][0] for card in chain if card in now]
    return sum(xs) / len(xs) if xs else 0.0
