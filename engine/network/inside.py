"""What is wrong inside the groups of a network: the findings of each, at any depth, with a fix that reaches in."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from engine.errors import Problem, Repair
from engine.layers.spec import Shape
from engine.network.nested import INSIDE, ONE_OUTPUT, Model, known
from engine.network.network import Network, Node
from engine.network.shapes import Shapes

More = Callable[[Network], Iterable[Problem]]


def problems(network: Network, shapes: Shapes, more: More) -> tuple[Problem, ...]:
    """Return the problems of `shapes` and those inside of groups; "problem inside" gives way to what it stands for.

    more: further findings of the network of a group.
    """
    found = list(shapes.problems)
    for node in network:
        if isinstance(node.layer, Model) and (rows := _rows(network, node, shapes)) is not None:
            inside = tuple(_inside(node, node.layer, rows, more))
            if any(p.severity == "error" for p in inside):
                found = [p for p in found if p.node != node.id or p.short not in (INSIDE, ONE_OUTPUT)]
            found += inside
    return tuple(found)


def _rows(network: Network, node: Node, shapes: Shapes) -> tuple[Shape, ...] | None:
    """Return what flows into a group; None while that is unknown, or not one row for each of its inputs."""
    rows = tuple(shapes.output.get(s) for s in network.sources(node.id))
    there = tuple(row for row in rows if row is not None)
    whole = isinstance(node.layer, Model) and len(there) == len(rows) == len(node.layer.network.inputs()) > 0
    return there if whole else None


def _inside(group: Node, layer: Model, rows: tuple[Shape, ...], more: More) -> Iterator[Problem]:
    network, shapes = layer.network, known(layer.network, rows)
    for problem in (*problems(network, shapes, more), *_ends(network), *more(network)):
        yield within(group, problem)


def within(group: Node, problem: Problem) -> Problem:
    """Return a problem of a group's network as one of the network around it."""
    repair = None if problem.repair is None else _reaching(group, problem.repair)
    where = group.name if problem.where == "network" else f"{group.name}/{problem.where}"
    path = (problem.node, *problem.inside) if problem.node else ()
    others = tuple(_reaching(group, other) for other in problem.others)
    return dataclasses.replace(problem, where=where, repair=repair, others=others, node=group.id, inside=path)


def _reaching(group: Node, repair: Repair) -> Repair:
    """Return a fix inside of a group as one of the network around it."""
    deeper = repair.arguments if repair.action == "inside" else ((), repair.action, *repair.arguments)
    path, *rest = deeper
    assert isinstance(path, tuple)
    return dataclasses.replace(repair, action="inside", arguments=((group.id, *path), *rest))


def _ends(network: Network) -> Iterator[Problem]:
    """A group answers with one layer."""
    ends = [o for o in network.outputs if o in network.nodes]
    if len(ends) > 1:
        first = network.nodes[ends[0]]
        keep = Repair("set_outputs", ((first.id,),), f"Keep {first.name} as the output")
        text = f"A group has one output. This one has {len(ends)}."
        yield Problem("network", text, "Keep one of them.", repair=keep, short="several outputs")
    if not ends:
        last = next((n for n in reversed(list(network)) if not network.targets(n.id) and network.sources(n.id)), None)
        repair = Repair("set_outputs", ((last.id,),), f"Make {last.name} the output") if last else None
        fix = "Choose the layer that answers."
        yield Problem("network", "A group needs an output. This one has none.", fix, repair=repair, short="no output")
