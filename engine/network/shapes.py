"""Shapes, types and parameter counts of a network, worked out in one pass that never raises."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import LayerwrightError, Problem, Repair
from engine.layers.spec import Insert, LayerSpec, Misfit, Shape, Weight
from engine.network.network import Network, Node, Wire

UNWIRED, LACKING = "not connected", "needs another input"
MOST_ASKED = 12
"""So many layers are tried as a source for one that lacks an input."""
MISTAKES = (ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one node. It holds as long as `made_of` does: node, tensor and what its sources give.

    gives: (shape, dtype) of the output; None where it could not be worked out. asks: the weights it needs where it
    shares another's.
    """

    made_of: tuple[Any, ...] = ()
    gives: tuple[Shape, str] | None = None
    weights: tuple[Weight, ...] | None = None
    parameters: int = 0
    trainable: int = 0
    cost: int | None = None
    problems: tuple[Problem, ...] = ()
    asks: tuple[Weight, ...] = ()


@dataclass(frozen=True)
class Shapes:
    """What `infer` found, by node id.

    Args:
        output: the shape of one row; None where it could not be worked out.
        dtype: the type of the output ("float32", "int32"), for nodes with a shape.
        weights: the arrays a node needs; empty for nodes that share another's.
        parameters: how many numbers those are. trainable: how many of them are trained.
        cost: multiply-adds of one row, forward.
        problems: what does not fit; the first one per node is the one to mend first.
        findings: the same node by node, for the next `infer`.
    """

    output: Mapping[str, Shape | None]
    dtype: Mapping[str, str]
    weights: Mapping[str, tuple[Weight, ...]]
    parameters: Mapping[str, int]
    trainable: Mapping[str, int]
    cost: Mapping[str, int]
    problems: tuple[Problem, ...]
    findings: Mapping[str, Finding] = field(default_factory=dict, compare=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(p.severity == "error" for p in self.problems)

    def at(self, node: str) -> Problem | None:
        """Return the first problem of a node."""
        return next((p for p in self.problems if p.node == node), None)


def infer(network: Network, feeds: Mapping[str, Shape] | None = None, before: Shapes | None = None) -> Shapes:
    """Return the shapes of all nodes. Never raises: what does not fit becomes a problem on its node.

    feeds: Input node id -> shape of the tensor it takes, where that is known. before: an earlier answer, for this
    network or another; what it says of a node is taken over where the node and what flows into it are the same, so that
    only what lies downstream of a change is worked out.
    """
    network, loose = _existing(network)
    known, found = before.findings if before else {}, dict[str, Finding]()
    looped = network.looped()
    for id in network.order():
        node = network.nodes[id]
        if id in looped:
            found[id] = Finding(problems=(_cycle(network, node, looped),))
            continue
        made_of = _made_of(network, node, feeds or {}, found)
        old = known.get(id)
        holds = old is not None and not old.problems and old.made_of == made_of
        found[id] = old if old is not None and holds else _find(network, node, made_of, found)
    return _shapes(network, found, [*loose, *_cannot_share(network, found)])


def _existing(network: Network) -> tuple[Network, list[Problem]]:
    """Return the network without wires that lead nowhere, and what is to be said of those."""
    lost = tuple(w for w in network.wires if w.source not in network.nodes or w.target not in network.nodes)
    return (network.unwire(*lost) if lost else network), [_loose(w) for w in lost]


def _loose(wire: Wire) -> Problem:
    text = f"A wire leads from {wire.source} to {wire.target}, and one of them does not exist."
    repair = Repair("drop_wire", (wire.source, wire.target, wire.slot), "Remove the wire", safe=True)
    return Problem("wires", text, "Remove the wire.", repair=repair, short="loose wire")


def _cycle(network: Network, node: Node, looped: frozenset[str]) -> Problem:
    sources = [network.nodes[s].name for s in network.sources(node.id) if s in looped]
    wire = next(w for w in network.wires if w.target == node.id and w.source in looped)
    message = f"{node.name} lies on a circle or behind one: its input comes from {' and '.join(sources)}."
    repair = Repair("disconnect", (wire.source, wire.target, wire.slot), "Remove the wire")
    return Problem(node.name, message, "Remove a wire of the circle.", node=node.id, repair=repair, short="on a circle")


def _made_of(network: Network, node: Node, feeds: Mapping[str, Shape], found: Mapping[str, Finding]) -> tuple[Any, ...]:
    """Return all that a finding without problems depends on."""
    return node, feeds.get(node.id), tuple([found[s].gives for s in network.sources(node.id)])


def _find(network: Network, node: Node, made_of: tuple[Any, ...], found: Mapping[str, Finding]) -> Finding:
    sources = network.sources(node.id)
    if not isinstance(node.layer, LayerSpec):
        text = f"{node.name} holds {node.layer.KERAS}, which is no layer."
        problem = Problem(node.name, text, "Remove it.", node=node.id, repair=_removal(node), short="no layer")
        return Finding(made_of, problems=(problem,))
    if lacking := _count(network, node, node.layer, sources):
        return Finding(made_of, problems=(lacking,))
    gifts = [gift for s in sources if (gift := found[s].gives) is not None]
    if len(gifts) < len(sources):
        return Finding(made_of)
    shapes, dtypes = tuple(shape for shape, _ in gifts), tuple(dtype for _, dtype in gifts)
    try:
        return _enter(node, node.layer, shapes, dtypes, made_of)
    except Misfit as misfit:
        names = tuple((s, network.nodes[s].name) for s in sources)
        problem = misfit.problem(node.id, node.name, names)
    except (LayerwrightError, *MISTAKES) as error:
        text = f"{node.name} cannot take {' and '.join(map(str, shapes))}: {error}"
        fix = "Change its settings, or remove it."
        problem = Problem(node.name, text, fix, node=node.id, repair=_removal(node), short="does not fit")
    return Finding(made_of, problems=(problem,))


def _count(network: Network, node: Node, layer: LayerSpec, sources: tuple[str, ...]) -> Problem | None:
    least, most = layer.INPUTS
    if (inner := getattr(layer, "network", None)) is not None:  # a group takes one layer for each Input inside
        least = most = len(inner.inputs())
    have = len(sources)
    if have >= least and (most is None or have <= most):
        return None
    wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    message = f"{node.name} needs {wanted} input{'' if wanted == '1' else 's'}. It has {have or 'none'}."
    if have < least:
        fix, short = ("Wire another layer into it.", LACKING) if have else ("Wire a layer into it.", UNWIRED)
        return Problem(node.name, message, fix, node=node.id, short=short)
    wire = max((w for w in network.wires if w.target == node.id), key=lambda w: w.slot)
    repair = Repair("disconnect", (wire.source, wire.target, wire.slot), "Remove the last wire")
    joined = layer.INPUTS == (1, 1)
    fix = "Remove a wire, or join them with a Concatenate." if joined else "Remove a wire."
    join = (Repair("join_inputs", (node.id, "merge.concatenate/1"), "Insert Concatenate"),) if joined else ()
    return Problem(node.name, message, fix, node=node.id, repair=repair, short="too many inputs", others=join)


def _removal(node: Node) -> Repair:
    return Repair("remove", (node.id,), f"Remove {node.name}")


def _mendable(network: Network, problem: Problem, found: Mapping[str, Finding], few: bool) -> Problem:
    """Return a problem of a layer that lacks an input with its fixes: now the shapes of all others are known."""
    if problem.short not in (UNWIRED, LACKING) or problem.node is None:
        return problem
    first, *others = _connections(network, network.nodes[problem.node], found if few else {})
    return replace(problem, repair=first, others=tuple(others))


def _connections(network: Network, node: Node, found: Mapping[str, Finding]) -> Iterator[Repair]:
    """Yield what feeds a layer that lacks an input: the end of a stack, else a layer that it takes, else an Input.

    found: empty where so many lack one that looking around for each would take too long.
    """
    sources, behind = network.sources(node.id), _behind(network, node.id) if found else set()
    free = [n for n in network if n.id not in behind and n.id not in sources and n.id != node.id] if found else []
    near = [n for ends in (True, False) for n in reversed(free) if bool(network.targets(n.id)) != ends][:MOST_ASKED]
    ranked = sorted(near, key=lambda n: not _takes(node.layer, n.id, sources, found))
    for other in ranked[:3]:
        yield Repair("connect", (other.id, node.id), f"Connect {other.name}")
    if not free and not sources:
        yield Repair("insert_before", (node.id, "io.input/1"), "Add an Input")
    yield _removal(node)


def _behind(network: Network, node: str) -> set[str]:
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for target in network.targets(waiting.pop()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _takes(layer: Any, source: str, sources: tuple[str, ...], found: Mapping[str, Finding]) -> bool:
    """Return whether a layer takes the output of one more node, as far as shapes are known."""
    gifts = [found.get(s, Finding()).gives for s in (*sources, source)]
    known = tuple(gift[0] for gift in gifts if gift is not None)
    if len(known) < len(gifts):
        return False
    try:
        _rank(layer, known)
        layer.output_shape(known)
    except (LayerwrightError, *MISTAKES):
        return False
    return True


def _enter(
    node: Node, layer: LayerSpec, shapes: tuple[Shape, ...], dtypes: tuple[str, ...], made_of: tuple[Any, ...]
) -> Finding:
    _rank(layer, shapes)
    fed = made_of[1]
    if layer.KERAS == "Input" and (other := _other_shape(node, layer, fed)):
        return Finding(made_of, problems=(other,))
    if layer.KERAS == "Input" and fed is not None:
        layer = layer.replace(shape=tuple(int(n) for n in fed))
    measure = _measured if hasattr(layer, "network") else _remembered
    shape, dtype, asks, cost = measure(layer, shapes, dtypes)
    weights = asks if node.shares is None else ()
    parameters = sum(w.size for w in weights)
    trained = sum(w.size for w in weights if w.trainable) if node.trainable else 0
    return Finding(made_of, (shape, dtype), weights, parameters, trained, cost, asks=asks)


def _measured(
    layer: LayerSpec, shapes: tuple[Shape, ...], dtypes: tuple[str, ...]
) -> tuple[Shape, str, tuple[Weight, ...], int]:
    """Return shape and type of a layer's output, the weights it asks for and its cost."""
    shape = tuple(int(n) for n in layer.output_shape(shapes))
    return shape, layer.output_dtype(dtypes), layer.weights(shapes), layer.cost(shapes)


_remembered = functools.lru_cache(maxsize=4096)(_measured)
"""Large networks repeat layers. A layer with a network inside is told apart too slowly to be looked up."""


def _rank(layer: LayerSpec, shapes: tuple[Shape, ...]) -> None:
    if layer.RANK is None:
        return
    least, most = layer.RANK
    for slot, shape in enumerate(shapes):
        if len(shape) < least:
            fix = f"Put a Reshape to {(1,) * least} between them."
            insert = ("reshape.reshape/1", slot, (("target_shape", (1,) * least),))
            raise Misfit(f"needs rows of at least {least} axes", shapes, fix=fix, short="too few axes", insert=insert)
        if most is not None and len(shape) > most:
            target = (-1, *shape[len(shape) - most + 1 :]) if most > 1 else (-1,)
            reshape: Insert = ("reshape.reshape/1", slot, (("target_shape", target),))
            flatten: Insert = ("reshape.flatten/1", slot, ()) if most == 1 else reshape
            fix = "Put a Flatten between them." if most == 1 else f"Put a Reshape to {target} between them."
            raise Misfit(f"needs {most}-D rows", shapes, fix=fix, short=f"needs {most}-D rows", insert=flatten)


def _other_shape(node: Node, layer: LayerSpec, fed: Shape | None) -> Problem | None:
    """Return what is wrong when an Input is set to another shape than that of its tensor."""
    declared = getattr(layer, "shape", None)
    if fed is None or declared is None or tuple(fed) == declared:
        return None
    message = f"{node.name} is set to {declared}. Its tensor has {tuple(fed)}."
    repair = Repair("set_field", (node.id, "shape", None), "Use the tensor's shape")
    fix = "Let it use the shape of the tensor, or choose another tensor."
    return Problem(node.name, message, fix, node=node.id, repair=repair, short="other shape")


def _cannot_share(network: Network, found: Mapping[str, Finding]) -> list[Problem]:
    """Return a problem for each node that cannot use the weights that it shares; in any order of computing."""
    sharing = [n for n in network if n.shares is not None and found[n.id].gives is not None]
    return [problem for n in sharing if (problem := _same_weights(network, n, str(n.shares), found)) is not None]


def _same_weights(network: Network, node: Node, owner: str, found: Mapping[str, Finding]) -> Problem | None:
    theirs = found[owner].weights if owner in found else None
    if owner not in network.nodes or network.nodes[owner].layer != node.layer or network.nodes[owner].shares:
        message = f"{node.name} shares the weights of a layer that is gone, shares too, or has other settings."
    elif theirs is None:
        message = f"{node.name} shares the weights of {network.nodes[owner].name}, which has a problem."
    elif [w.shape for w in theirs] != [w.shape for w in found[node.id].asks]:
        message = f"{node.name} shares the weights of {network.nodes[owner].name}, whose inputs have another width."
    else:
        return None
    repair = Repair("unshare", (node.id,), "Use own weights")
    fix = "Use own weights for it."
    return Problem(node.name, message, fix, node=node.id, repair=repair, short="cannot share")


def _shapes(network: Network, found: Mapping[str, Finding], loose: list[Problem]) -> Shapes:
    each = found.items()
    problems = [problem for finding in found.values() if finding.problems for problem in finding.problems]
    few = len(problems) <= MOST_ASKED
    problems = [_mendable(network, problem, found, few) for problem in problems]
    return Shapes(
        output={id: gives[0] if (gives := found[id].gives) else None for id in network.nodes},
        dtype={id: f.gives[1] for id, f in each if f.gives is not None},
        weights={id: f.weights for id, f in each if f.weights is not None},
        parameters={id: found[id].parameters for id in network.nodes},
        trainable={id: found[id].trainable for id in network.nodes},
        cost={id: f.cost for id, f in each if f.cost is not None},
        problems=(*loose, *problems),
        findings=found,
    )
