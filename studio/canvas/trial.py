"""Trying a layer in a place without editing: the shape it would give, the parameters it would add, or why it cannot."""

from dataclasses import dataclass
from typing import Any

from engine.errors import ModelError, UsageError
from studio.canvas.picture import LinkKey, shape_text
from studio.document.edits import downstream
from studio.text import tr

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What would happen. `reason` is at most a few words when it does not fit; `shape` is unknown above an error."""

    fits: bool
    shape: Shape | None = None
    parameters: int = 0
    reason: str = ""


def tried(layer: Any, shapes: tuple[Shape | None, ...]) -> Trial:
    """Return what a layer does with these inputs (without batch)."""
    least, most = getattr(layer, "INPUTS", (1, 1))
    if layer.KERAS == "Input" or most == 0:
        return Trial(False, reason=tr("an Input takes no wire"))
    if any(shape is None for shape in shapes):
        return Trial(True)
    known = tuple(shape for shape in shapes if shape is not None)
    padded = known * least if len(known) == 1 and least > 1 else known
    if reason := _rank_reason(layer, padded):
        return Trial(False, reason=reason)
    try:
        out = tuple(layer.output_shape(padded))
        return Trial(True, out, sum(w.size for w in layer.weights(padded)))
    except (ModelError, UsageError) as error:
        return Trial(
            False, reason=getattr(error, "short", "") or tr("does not fit {shape}", shape=shape_text(known[0]))
        )


def _rank_reason(layer: Any, shapes: tuple[Shape, ...]) -> str:
    if layer.RANK is None or not shapes:
        return ""
    low, high = layer.RANK
    if all(low <= len(s) and (high is None or len(s) <= high) for s in shapes):
        return ""
    return tr("needs {rank}-D", rank=low) if low == high else tr("needs at least {rank}-D", rank=low)


def between(session: Any, layer: Any, key: LinkKey) -> Trial:
    """Return what happens when a layer is put on a wire: it takes what flows, and what follows takes its output."""
    source, target, _ = key
    shape = session.shapes.output.get(source)
    trial = tried(layer, (shape,))
    node = session.project.network.nodes.get(target)
    if not trial.fits or trial.shape is None or node is None:
        return trial
    feeding = session.project.network.sources(target)
    after = tuple(trial.shape if s == source else session.shapes.output.get(s) for s in feeding)
    was = tried(node.layer, tuple(session.shapes.output.get(s) for s in feeding))
    follows = tried(node.layer, after)
    if was.fits and not follows.fits:
        return Trial(False, trial.shape, trial.parameters, tr("{name} {reason}", name=node.name, reason=follows.reason))
    return trial


def feeding(session: Any, layer: Any, target: str) -> Trial:
    """Return what happens when a layer that is not wired above feeds a node.

    It fits when somewhere in the network something flows from which it makes what the node takes; an Input always does.
    """
    network, shapes = session.project.network, session.shapes.output
    node = network.nodes[target]
    most = getattr(node.layer, "INPUTS", (1, 1))[1]
    others = network.sources(target) if most != 1 else ()
    if most is not None and len(others) + 1 > most:
        return Trial(False, reason=tr("all inputs of {name} are taken", name=node.name))
    if layer.KERAS == "Input":
        return Trial(True, tuple(layer.shape) if getattr(layer, "shape", None) else None)
    below = {target, *downstream(network, target)}
    flowing = dict.fromkeys(s for n, s in shapes.items() if n not in below and s is not None)
    reason = tr("needs an input first")
    for shape in flowing:
        made = tried(layer, (shape,))
        taken = tried(node.layer, (*(shapes.get(s) for s in others), made.shape)) if made.fits else made
        if made.fits and taken.fits:
            return made
        reason = taken.reason if made.fits else made.reason
    return Trial(False, reason=reason)


def sentence(session: Any, trial: Trial, source: str, start: str) -> str:
    """Return what a lit slot says: "Insert here · (64) → (64) · +256 params"."""
    before = shape_text(session.shapes.output.get(source)) or "( ? )"
    if not trial.fits:
        return tr("Does not fit · {reason}", reason=trial.reason)
    after = shape_text(trial.shape) or "( ? )"
    added = tr(" · +{n} params", n=f"{trial.parameters:,}") if trial.parameters else ""
    return f"{start} · {before} → {after}{added}"
