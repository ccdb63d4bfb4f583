"""Shapes, types and parameter counts of a network, worked out in one pass that never raises."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import LayerwrightError, Problem, Repair
from engine.layers.spec import LayerSpec, Misfit, Shape, Weight
from engine.network.network import Network, Node

MISTAKES = (ArithmeticError, LookupError, TypeError, ValueError)


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
    """

    output: Mapping[str, Shape | None]
    dtype: Mapping[str, str]
    weights: Mapping[str, tuple[Weight, ...]]
    parameters: Mapping[str, int]
    trainable: Mapping[str, int]
    cost: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(p.severity == "error" for p in self.problems)

    def at(self, node: str) -> Problem | None:
        """Return the first problem of a node."""
        return next((p for p in self.problems if p.node == node), None)


@dataclass
class _Findings:
    output: dict[str, Shape | None] = field(default_factory=dict)
    dtype: dict[str, str] = field(default_factory=dict)
    weights: dict[str, tuple[Weight, ...]] = field(default_factory=dict)
    cost: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def infer(network: Network, feeds: Mapping[str, Shape] | None = None) -> Shapes:
    """Return the shapes of all nodes. Never raises: what does not fit becomes a problem on its node.

    feeds: Input node id -> shape of the tensor it takes, where that is known.
    """
    found = _Findings()
    network = _existing(network, found)
    order = network.order()
    looped = _looped(network, order)
    for id in order:
        node = network.nodes[id]
        found.output[id] = None
        if id in looped:
            found.problems.append(_cycle(network, node, looped))
        else:
            _visit(network, node, feeds or {}, found)
    return _shapes(network, found)


def _existing(network: Network, found: _Findings) -> Network:
    """Return the network without wires and outputs that lead nowhere."""
    lost = tuple(w for w in network.wires if w.source not in network.nodes or w.target not in network.nodes)
    for wire in lost:
        text = f"A wire leads from {wire.source} to {wire.target}, and one of them does not exist."
        found.problems.append(Problem("wires", text, "Remove the wire.", short="loose wire"))
    return network.unwire(*lost) if lost else network


def _looped(network: Network, order: tuple[str, ...]) -> frozenset[str]:
    """Return the nodes on a cycle or behind one."""
    seen: set[str] = set()
    for id in order:
        if set(network.sources(id)) <= seen:
            seen.add(id)
    return frozenset(network.nodes) - seen


def _cycle(network: Network, node: Node, looped: frozenset[str]) -> Problem:
    sources = [network.nodes[s].name for s in network.sources(node.id) if s in looped]
    wire = next(w for w in network.wires if w.target == node.id and w.source in looped)
    message = f"{node.name} lies on a circle or behind one: its input comes from {' and '.join(sources)}."
    repair = Repair("disconnect", (wire.source, wire.target, wire.slot), "Remove the wire")
    return Problem(node.name, message, "Remove a wire of the circle.", node=node.id, repair=repair, short="on a circle")


def _visit(network: Network, node: Node, feeds: Mapping[str, Shape], found: _Findings) -> None:
    sources = network.sources(node.id)
    if not isinstance(node.layer, LayerSpec):
        text = f"{node.name} holds {node.layer.KERAS}, which is no layer."
        found.problems.append(Problem(node.name, text, "Remove it.", node=node.id, short="no layer"))
        return
    if problem := _count(network, node, node.layer, sources):
        found.problems.append(problem)
        return
    shapes = tuple(found.output[s] for s in sources)
    known = tuple(s for s in shapes if s is not None)
    if len(known) < len(shapes):
        return
    names = tuple((s, network.nodes[s].name) for s in sources)
    dtypes = tuple(found.dtype[s] for s in sources)
    try:
        _enter(network, node, node.layer, known, dtypes, feeds, found)
    except Misfit as misfit:
        found.problems.append(misfit.problem(node.id, node.name, names))
    except (LayerwrightError, *MISTAKES) as error:
        text = f"{node.name} cannot take {' and '.join(map(str, known))}: {error}"
        found.problems.append(Problem(node.name, text, "Change its settings.", node=node.id, short="does not fit"))


def _count(network: Network, node: Node, layer: LayerSpec, sources: tuple[str, ...]) -> Problem | None:
    least, most = layer.INPUTS
    have = len(sources)
    if have >= least and (most is None or have <= most):
        return None
    wanted = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
    message = f"{node.name} needs {wanted} input{'' if wanted == '1' else 's'}. It has {have or 'none'}."
    if have < least:
        return Problem(node.name, message, "Wire a layer into it.", node=node.id, short="not connected")
    wire = next(w for w in reversed(network.wires) if w.target == node.id)
    repair = Repair("disconnect", (wire.source, wire.target, wire.slot), "Remove the last wire")
    fix = "Remove a wire, or join them with a Concatenate." if layer.INPUTS == (1, 1) else "Remove a wire."
    return Problem(node.name, message, fix, node=node.id, repair=repair, short="too many inputs")


def _enter(
    network: Network, node: Node, layer: LayerSpec, shapes: tuple[Shape, ...], dtypes: tuple[str, ...],
    feeds: Mapping[str, Shape], found: _Findings,
) -> None:  # fmt: skip
    _rank(layer, shapes)
    shape = _fed(node, layer, feeds, found) if layer.KERAS == "Input" else layer.output_shape(shapes)
    if shape is None:
        return
    weights = layer.weights(shapes)
    if (owner := node.shares) is not None:
        _same_weights(network, node, owner, weights, found)
        weights = ()
    found.weights[node.id] = weights
    found.cost[node.id] = layer.cost(shapes)
    found.dtype[node.id] = layer.output_dtype(dtypes)
    found.output[node.id] = tuple(int(n) for n in shape)


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
            flatten = ("reshape.flatten/1", slot, ()) if most == 1 else None
            fix = "Put a Flatten between them." if most == 1 else f"Reshape it to {most} axes."
            raise Misfit(f"needs {most}-D rows", shapes, fix=fix, short=f"needs {most}-D rows", insert=flatten)


def _fed(node: Node, layer: LayerSpec, feeds: Mapping[str, Shape], found: _Findings) -> Shape | None:
    """Return the shape of an Input: the tensor's, which must agree with one that is set."""
    declared = getattr(layer, "shape", None)
    fed = feeds.get(node.id)
    if fed is None or declared is None or tuple(fed) == declared:
        return layer.output_shape(()) if fed is None else tuple(fed)
    message = f"{node.name} is set to {declared}. Its tensor has {tuple(fed)}."
    repair = Repair("set_field", (node.id, "shape", None), "Use the tensor's shape")
    fix = "Let it use the shape of the tensor, or choose another tensor."
    found.problems.append(Problem(node.name, message, fix, node=node.id, repair=repair, short="other shape"))
    return None


def _same_weights(network: Network, node: Node, owner: str, mine: tuple[Weight, ...], found: _Findings) -> None:
    repair = Repair("unshare", (node.id,), "Give it its own weights")
    if owner not in network.nodes or network.nodes[owner].layer != node.layer or network.nodes[owner].shares:
        message = f"{node.name} shares the weights of a layer that is gone, shares too, or has other settings."
    elif [w.shape for w in found.weights.get(owner, mine)] != [w.shape for w in mine]:
        message = f"{node.name} shares the weights of {network.nodes[owner].name}, whose inputs have another width."
    elif owner not in found.weights:
        message = (
            f"{node.name} shares the weights of {network.nodes[owner].name}, which stands behind it or has a problem."
        )
    else:
        return
    fix = "Give it its own weights."
    found.problems.append(Problem(node.name, message, fix, node=node.id, repair=repair, short="cannot share"))


def _shapes(network: Network, found: _Findings) -> Shapes:
    parameters = {n: sum(w.size for w in found.weights.get(n, ())) for n in network.nodes}
    trained = {
        n.id: sum(w.size for w in found.weights.get(n.id, ()) if w.trainable) if n.trainable else 0 for n in network
    }
    output = {n: found.output.get(n) for n in network.nodes}
    return Shapes(output, found.dtype, found.weights, parameters, trained, found.cost, tuple(found.problems))
