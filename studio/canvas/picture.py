"""What the canvas shows, as values: cards and links made from the session. The scene draws the difference of two."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Problem
from engine.layers.spec import LayerSpec
from engine.network.network import Node
from engine.project.document import Project
from studio.canvas.arrange import CARD_H, TARGET_H, target_id, taught
from studio.document import feeds, sharing
from studio.document.feeds import taught_node
from studio.text import plural, tr

LinkKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `line` is the second line; `error` replaces it. `count` is the parameter count, "" when zero.

    sentence: the whole of what `error` or `warning` says in short. note: a person has written one.
    stacked: it is a group. shares: ids of other cards that use the same weights. end: it answers for the open group.
    """

    id: str
    title: str
    name: str
    line: str
    count: str
    group: str
    icon: str
    error: str = ""
    warning: str = ""
    frozen: bool = False
    inputs: bool = True
    outputs: bool = True
    lines: tuple[tuple[str, str], ...] = ()
    stacked: bool = False
    shares: tuple[str, ...] = ()
    end: bool = False
    sentence: str = ""
    note: str = ""

    @property
    def height(self) -> float:
        return TARGET_H if self.lines else CARD_H


@dataclass(frozen=True, slots=True)
class Link:
    """One wire: its shape as text, and whether it is the one an error complains about."""

    key: LinkKey
    text: str
    wrong: bool = False

    @property
    def unknown(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True)
class Picture:
    """All cards by id (targets last) and all links by key; `made_of`: what each layer's card was made from."""

    cards: Mapping[str, Card]
    links: Mapping[LinkKey, Link]
    made_of: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@functools.lru_cache(maxsize=1024)
def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return a shape as the canvas writes it, without the batch: (64,) -> "(64)"; None -> ""."""
    return "" if shape is None else f"({', '.join(map(str, shape))})"


def count_text(count: int) -> str:
    """Return a parameter count: 1216 -> "1,216", 0 -> ""."""
    return f"{count:,}" if count else ""


def draw(session: Any, before: Picture | None = None) -> Picture:
    """Return what the canvas should show for the session's project, shapes and problems.

    before: the picture so far; its cards and links are taken over where they are the same.
    """
    project: Project = session.project
    before = before or Picture({}, {})
    worst = worst_by_node(session.problems)
    families = sharing.families(project.network)
    made_of = {n.id: _made_of(session, n, worst.get(n.id), families.get(n.id, ())) for n in project.network}
    cards = {}
    for id, made in made_of.items():
        same = before.made_of.get(id) == made
        cards[id] = before.cards[id] if same else _layer_card(*made)
    for i in range(len(project.targets)):
        card, old = _target_card(session, i, worst.get(target_id(i))), before.cards.get(target_id(i))
        cards[card.id] = old if old is not None and old == card else card
    return Picture(cards, _links(project, session.shapes.output, cards, before.links), made_of)


def worst_by_node(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Return the most severe problem of each node that has one; tips do not mark a card."""
    worst: dict[str, Problem] = {}
    for problem in problems:
        if problem.node and problem.severity != "tip" and worst.get(problem.node, problem).severity != "error":
            worst[problem.node] = problem
        elif problem.node and problem.severity == "error":
            worst.setdefault(problem.node, problem)
    return worst


def _made_of(session: Any, node: Node, problem: Problem | None, family: tuple[str, ...]) -> tuple[Any, ...]:
    """Return all that a layer's card depends on: node, tensor, number of inputs, parameters, problem, owner of its
    weights, others that use them, whether it answers for the open group, and whether it is frozen."""
    shapes, network = session.shapes, session.project.network
    tensor = feeds.line(session, node) if node.layer.KERAS == "Input" else ""
    count = None if shapes.output.get(node.id) is None else shapes.parameters.get(node.id, 0)
    owner = network.nodes[family[0]].name if family and family[0] != node.id else ""
    others = tuple(n for n in family if n != node.id)
    end = bool(session.scope) and node.id in network.outputs
    frozen = not node.trainable or (session.frozen and node.layer.KERAS != "Input")
    return node, tensor, len(network.sources(node.id)), count, problem, owner, others, end, frozen


def _layer_card(
    node: Node, tensor: str, sources: int, parameters: int | None, problem: Problem | None, owner: str,
    others: tuple[str, ...], end: bool, frozen: bool,
) -> Card:  # fmt: skip
    layer, group = node.layer, node.layer.KERAS == "Model"
    line = tensor if layer.KERAS == "Input" else _line(node, sources, owner)
    count = "–" if parameters is None else tr("shared") if owner else count_text(parameters)
    error, warning = _marks(problem)
    title, name = (node.name, f"× {len(others) + 1}" if others else tr("Group")) if group else (layer.KERAS, node.name)
    return Card(node.id, title, name, line, count, layer.GROUP, layer.ICON, error, warning, frozen,
                layer.KERAS != "Input", stacked=group, shares=others, end=end,
                sentence=said(problem), note=node.note)  # fmt: skip


def _line(node: Node, sources: int, owner: str) -> str:
    own = node.layer.summary_line() if isinstance(node.layer, LayerSpec) else ""
    inputs = sources if getattr(node.layer, "INPUTS", (1, 1))[1] != 1 else 0
    several = inputs if node.layer.KERAS != "Model" or inputs > 1 else 0
    parts = [tr("uses {name}", name=owner) if owner else "", own, plural(several, "input", "inputs") if several else ""]
    return " · ".join(part for part in parts if part)


def _marks(problem: Problem | None) -> tuple[str, str]:
    if problem is None:
        return "", ""
    text = problem.short or problem.message
    text = tr("inside: {what}", what=text) if problem.inside else text
    return (text, "") if problem.severity == "error" else ("", text)


def said(problem: Problem | None) -> str:
    """Return a problem as every view says it: badge, callout, list and code line."""
    return str(problem) if problem is not None else ""


def _target_card(session: Any, index: int, problem: Problem | None) -> Card:
    column, line, lines = feeds.target(session, index)
    error, warning = _marks(problem)
    several = len(session.project.targets) > 1 and taught_node(session.project, index) is not None
    title = tr("Target {n}", n=index + 1) if several else tr("Training target")
    return Card(
        target_id(index),
        title,
        column,
        line,
        "",
        "train",
        "target",
        error,
        warning,
        outputs=False,
        lines=lines,
        sentence=said(problem),
    )


def _links(
    project: Project, output: Mapping[str, Any], cards: Mapping[str, Card], before: Mapping[LinkKey, Link]
) -> dict[LinkKey, Link]:
    keys = [(w.source, w.target, w.slot) for w in project.network.wires]
    keys += [(node, card, 0) for node, card in taught(project)]
    feeding: dict[str, int] = {}
    for _, target, _ in keys:
        feeding[target] = feeding.get(target, 0) + 1
    links = {}
    for key in keys:
        source, target, slot = key
        text = shape_text(output.get(source))
        blamed = bool(cards[target].error) and (slot > 0 or feeding[target] == 1) and target in project.network.nodes
        wrong, old = blamed and bool(text), before.get(key)
        same = old is not None and old.text == text and old.wrong == wrong
        links[key] = old if old is not None and same else Link(key, text, wrong)
    return links
