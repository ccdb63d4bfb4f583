"""Checks that really run on a compiled project: shapes, pairing, gradients, the same bits again, the first loss."""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.errors import LayerwrightError, Problem
from engine.network import pairing
from engine.network.pairing import Goal
from engine.network.shapes import MISTAKES
from engine.project import gradcheck, machine
from engine.project.document import Project
from engine.project.rehearsal import Rehearsal, rehearse
from engine.project.targets import Taught

if TYPE_CHECKING:
    from engine.compiler.layout import Entry
    from engine.project.machine import Machine
    from engine.project.prepare import Prepared

State = Literal["running", "passed", "warning", "failed", "skipped"]
ROWS = 16
"""Rows of the sample batch, spread over the training rows."""
LARGE = 1024
"""Training rows that the first loss is worked out on, at most."""
CALM = 1e-4
"""Probabilities of the gradient check keep this distance from 0 and 1."""
NEAR = 3.0
"""Factor between the first loss and its expectation from which a warning is given."""


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """One check: what it looks at, how it ended, its figure, what was done and found, and what to do.

    state "running": it works; the figure says how far it is. node: the layer it points to.
    """

    id: str
    title: str
    state: State
    figure: str = ""
    sentence: str = ""
    fix: str = ""
    node: str | None = None


Checked = Iterator[SelfCheck]


def self_checks(project: Project, prepared: "Prepared") -> Checked:
    """Yield the checks one after the other, each as soon as it ended; long ones first say that they run.

    Leaving the iterator between two items cancels what is left. Never raises for what a layer or a loss does wrong.
    """
    subject = Subject(project, prepared)
    for id, (title, check) in CHECKS.items():
        yield SelfCheck(id, title, "running")
        try:
            yield from check(subject)
        except (LayerwrightError, *MISTAKES) as error:
            text = str(error) if isinstance(error, LayerwrightError) else f"{type(error).__name__}: {error}"
            yield SelfCheck(id, title, "failed", "–", f"It could not be carried out. {text}", FAULT)


FAULT = "A layer or a loss is at fault. Replace the layers one by one to find it."


@dataclass(frozen=True)
class Subject:
    """What is checked, and the models that checks share."""

    project: Project
    prepared: "Prepared"

    @cached_property
    def exact(self) -> "Machine":
        """The model in float64 on one core, with an optimizer that leaves gradients alone."""
        from engine import registry

        plain: Any = registry.named("optimizer", "SGD")()
        settings = dataclasses.replace(self.project.compile, optimizer=plain, dtype="float64", device="cpu")
        made = machine.build(dataclasses.replace(self.project, compile=settings), self.prepared.recipe, cores=1)
        made.model.adapt(made.inputs(self.prepared.tensors["train"]))
        return made

    @cached_property
    def sample(self) -> Any:
        """Row numbers of the sample batch."""
        count = len(self.prepared.tensors["train"].rows)
        return np.unique(np.linspace(0, count - 1, min(ROWS, count)).astype(np.int64))

    def name(self, node: str) -> str:
        """Return the name of a layer."""
        return self.exact.model.network.nodes[node].name


# ---- shapes ---------------------------------------------------------------------------------------------------------
def _shapes(subject: Subject) -> Checked:
    """Run every layer on a few rows and compare what flows through each wire with what was planned."""
    network, shapes = subject.exact.model.network, subject.exact.model.shapes
    made, total = _values(subject), len(network.wires)
    title = f"Shapes agree on {'the one wire' if total == 1 else f'all {total} wires'}"
    wrong = []
    for wire in network.wires:
        planned, dtype, array = shapes.output[wire.source], shapes.dtype[wire.source], made[wire.source]
        if array.shape[1:] != planned or array.dtype.kind != np.dtype(dtype).kind:
            wrong.append((wire, planned, array.shape[1:], array.dtype.name))
    figure = f"{total - len(wrong)} / {total}"
    if not wrong:
        text = "Rows were sent through every layer: what it makes has the shape and type that the next one expects."
        yield SelfCheck("shapes", title, "passed", figure, text)
        return
    wire, planned, shape, dtype = wrong[0]
    text = f"The wire from {subject.name(wire.source)} to {subject.name(wire.target)} should carry {planned}. "
    text += f"{subject.name(wire.source)} makes {shape} of {dtype}."
    yield SelfCheck("shapes", title, "failed", figure, text, "Replace the layer: it says one thing and does another.",
                    wire.source)  # fmt: skip


def _values(subject: Subject) -> "Mapping[str, Any]":
    """Return node id -> what the reference interpreter makes of two rows."""
    from engine.compiler.definition import Definition
    from engine.compiler.lower import lower
    from engine.ir.interpret import evaluate

    model, tensors = subject.exact.model, subject.prepared.tensors["train"]
    nodes = model.network.order()
    every = dataclasses.replace(model.network, outputs=nodes)
    lowered = lower(Definition(every, (), None, "float64", model.definition.feeds), "predict", 2)
    rows = subject.sample[np.arange(2) % len(subject.sample)]
    feed = {x: tensors.inputs[subject.exact.feeds[x.origin]][rows].astype(x.dtype) for x in lowered.inputs}
    feed |= {leaf: model.parameters.view(*key) for key, leaf in lowered.weights.items()}
    with np.errstate(all="ignore"):
        env = evaluate(lowered.outputs, feed)
    return {node: np.asarray(env[value]) for node, value in zip(nodes, lowered.outputs, strict=True)}


# ---- pairing --------------------------------------------------------------------------------------------------------
def _pairing(subject: Subject) -> Checked:
    """Compare each output with its loss and its labels: by their records, and by numbers of the sample batch."""
    outputs, model = subject.exact.outputs, subject.exact.model
    found: list[Problem] = []
    for output in outputs:
        goal = Goal(output.node, output.loss, len(output.classes) or None, None if output.classes else output.width)
        found += pairing.check(model.network, goal, model.shapes)
    found += [] if any(p.severity == "error" for p in found) else _numbers(subject)
    title = _pairing_title(subject)
    worst = next((p for p in found if p.severity == "error"), found[0] if found else None)
    if worst is not None:
        state: State = "failed" if worst.severity == "error" else "warning"
        yield SelfCheck("pairing", title, state, worst.short or "–", worst.message, worst.fix, worst.node)
        return
    kinds = " and ".join(dict.fromkeys(o.loss.KERAS for o in outputs))
    text = f"{kinds} was worked out on {len(subject.sample)} training rows: labels and answers are in its range."
    yield SelfCheck("pairing", title, "passed", "ok", text)


def _pairing_title(subject: Subject) -> str:
    outputs = subject.exact.outputs
    if len(outputs) > 1:
        return f"Losses fit all {len(outputs)} outputs and labels"
    network = subject.exact.model.network
    _, activation = pairing.final_activation(network, network.nodes[outputs[0].node])
    logits = getattr(outputs[0].loss, "from_logits", False)
    answer = "raw numbers" if logits or activation in (None, "linear") else activation
    return f"Loss fits {answer} and {_labels(outputs[0])}"


def _labels(output: Taught) -> str:
    if not output.classes:
        return "a number as target"
    return "integer labels" if output.sparse else "one-hot labels" if output.width > 1 else "yes-no labels"


def _numbers(subject: Subject) -> Iterator[Problem]:
    """Yield what the numbers of the sample batch have to say."""
    tensors = subject.prepared.tensors["train"]
    inputs = [array[subject.sample] for array in subject.exact.inputs(tensors)]
    answers = subject.exact.model.predict(inputs)
    answers = answers if isinstance(answers, list) else [answers]
    for output, target, answer in zip(subject.exact.outputs, subject.exact.targets(tensors), answers, strict=True):
        labels, name = target[subject.sample], subject.name(output.node)
        top = output.width - 1 if output.sparse else 1
        if output.classes and (labels.min() < 0 or labels.max() > top):
            text = f"Labels of {name} must lie between 0 and {top}. They go from {labels.min()} to {labels.max()}."
            yield Problem(name, text, f"Give {name} as many units as there are classes.", node=output.node,
                          short="labels beyond units")  # fmt: skip
        elif not math.isfinite(_mean_loss(output, labels, answer)):
            text = f"The loss of {name} must be a finite number. It is not, on {len(labels)} training rows."
            yield Problem(name, text, "Choose another loss or scale the inputs.", node=output.node, short="not finite")


# ---- gradients ------------------------------------------------------------------------------------------------------
def _gradients(subject: Subject) -> Checked:
    """Move single weights a little and compare the change of the loss with the program's gradients."""
    title = "Gradients match finite differences"
    if not subject.exact.model.parameters.layout.trainable:
        yield SelfCheck(
            "gradients", title, "skipped", "–", "Nothing is trained: all weights are frozen, or none exist."
        )
        return
    rehearsal = rehearse(subject.exact, subject.prepared.tensors["train"], len(subject.sample))
    total, done = gradcheck.planned(rehearsal), []
    before = rehearsal.parameters.flat.copy()
    try:
        heads, saturated = _heads(subject), functools.partial(_saturated, subject, rehearsal)
        for probe in gradcheck.probes(rehearsal, subject.sample, heads, saturated):
            done.append(probe)
            if len(done) % 8 == 0 and len(done) < total:
                yield SelfCheck("gradients", title, "running", f"{len(done)} / {total}")
    finally:
        np.copyto(rehearsal.parameters.flat, before)
    if not done:
        text = (
            "The answers are so sure, whatever the last weights, that the loss is cut off and has no slope to compare."
        )
        yield SelfCheck("gradients", title, "skipped", "–", text)
        return
    done, hidden = [p for p in done if p.clear], sum(not p.clear for p in done)
    if not done:
        text = "The network is so steep that rounding in float64 hides its slopes: no difference can be measured."
        yield SelfCheck("gradients", title, "skipped", "–", text, "Use fewer layers, or add normalization.")
        return
    worst = max(done, key=lambda p: p.error)
    variables = len({(p.node, p.weight) for p in done})
    text = f"{len(done)} weights of {variables} variables were moved, in float64, on {len(subject.sample)} training "
    text += f"rows with dropout fixed. The largest relative difference is {worst.error:.1e}, at "
    text += f"{subject.name(worst.node)} {worst.weight}; up to {gradcheck.BOUND:.0e} is rounding."
    text += f" {hidden} more lie where rounding or bends hide the slope." if hidden else ""
    if worst.error <= gradcheck.BOUND:
        yield SelfCheck("gradients", title, "passed", f"{worst.error:.1e}", text)
        return
    text += f" The program says {worst.gradient:.6g}, the loss changes by {worst.measured:.6g}."
    fix = "A layer behind it or the loss has a wrong derivative: replace it, and report it."
    yield SelfCheck("gradients", title, "failed", f"{worst.error:.1e}", text, fix, worst.node)


def _heads(subject: Subject) -> "list[Entry]":
    """Return the trained variables of the last layer with weights behind each output."""
    network, found = subject.exact.model.network, []
    entries = [e for e in subject.exact.model.parameters.layout.entries if e.trainable]
    for output in subject.exact.outputs:
        node: str | None = output.node
        while node is not None and not any(e.node == node for e in entries):
            node = next(iter(network.sources(node)), None)
        found += [e for e in entries if e.node == node]
    return found


def _saturated(subject: Subject, rehearsal: Rehearsal) -> bool:
    """Return whether a probability of the sample batch is so near to 0 or 1 that a loss may cut it off.

    That is looked for in the answers, and in the losses of a training step, where dropout and noise are at work: a row
    that is cut off adds at least one to the mean of 16.
    """
    tensors = subject.prepared.tensors["train"]
    answers = subject.exact.model.predict([array[subject.sample] for array in subject.exact.inputs(tensors)])
    answers = answers if isinstance(answers, list) else [answers]
    pairs = zip(subject.exact.outputs, answers, strict=True)
    shares = [a for o, a in pairs if o.classes and not getattr(o.loss, "from_logits", False)]
    if any(not (CALM < float(np.min(a)) and float(np.max(a)) < 1 - CALM) for a in shares):
        return True
    rehearsal.step(subject.sample)
    found, targets = rehearsal.losses(), subject.exact.targets(tensors)
    for at, (output, target, answer) in enumerate(zip(subject.exact.outputs, targets, answers, strict=True)):
        if output.classes and not getattr(output.loss, "from_logits", False):
            even = _mean_loss(output, target[subject.sample], _even(output, answer))
            if not found[at] <= even + 0.5:
                return True
    return False


# ---- the same bits --------------------------------------------------------------------------------------------------
def _seed(subject: Subject) -> Checked:
    """Make and train the network twice for three batches with the project's own settings."""
    from engine.project.samebits import STEPS, Twins

    title, seed = "Same seed gives the same bits", subject.project.fit.seed
    if not subject.exact.model.parameters.layout.trainable:
        yield SelfCheck("seed", title, "skipped", "–", "Nothing is trained, so there is nothing to repeat.")
        return
    twins = Twins(subject.project, subject.prepared)
    for done in twins.steps():
        yield SelfCheck("seed", title, "running", f"{done} / {2 * STEPS}")
    if twins.same():
        text = f"The network was made and trained for {STEPS} batches twice from seed {seed}, on the project's device: "
        text += "losses, weights and optimizer state are equal bit for bit."
        yield SelfCheck("seed", title, "passed", f"2 × {STEPS} steps", text)
        return
    text = f"Two networks made from seed {seed} and trained for {STEPS} batches should be equal bit for bit. "
    text += "They differ, so a run cannot be repeated."
    yield SelfCheck("seed", title, "failed", "differs", text, "A layer draws numbers that do not come from the seed.")


# ---- the first loss -------------------------------------------------------------------------------------------------
def _first_loss(subject: Subject) -> Checked:
    """Compare the loss before training with that of an answer that knows nothing."""
    tensors = subject.prepared.tensors["train"]
    rows = np.arange(min(len(tensors.rows), LARGE))
    answers = subject.exact.model.predict([array[rows] for array in subject.exact.inputs(tensors)])
    answers = answers if isinstance(answers, list) else [answers]
    found = []
    targets = subject.exact.targets(tensors)
    for output, answer, target in zip(subject.exact.outputs, answers, targets, strict=True):
        labels = target[rows]
        found.append((output, _mean_loss(output, labels, answer), _mean_loss(output, labels, _even(output, answer))))
    output, first, expected = max(found, key=lambda f: _distance(f[1], f[2]))
    what = _expectation(output)
    title = f"First loss near {what[0]}"
    text = f"Before training the loss is {first:.4g} on {len(rows)} training rows. {what[1]} would have {expected:.4g}."
    if _distance(first, expected) <= NEAR:
        yield SelfCheck("first_loss", title, "passed", f"{first:.3f}", text)
        return
    text += f" They differ by more than a factor of {NEAR:g}."
    fix = "Scale the inputs and the target, or use an initializer that keeps the first answers small."
    yield SelfCheck("first_loss", title, "warning", f"{first:.4g}", text, fix, output.node)


def _mean_loss(output: Taught, labels: Any, answer: Any) -> float:
    """Return the mean loss of a row, whatever the loss does with a batch."""
    loss: Any = output.loss
    with np.errstate(all="ignore"):
        return float(np.mean(loss.each(labels, answer)))


def _even(output: Taught, answer: Any) -> Any:
    """Return the answers of one who knows nothing: all classes alike; of scaled numbers the mean, which is 0."""
    if not output.classes or getattr(output.loss, "from_logits", False):
        return np.zeros_like(answer)
    return np.full_like(answer, 0.5 if output.width == 1 else 1.0 / output.width)


def _expectation(output: Taught) -> tuple[str, str]:
    if output.classes:
        k = max(output.width, 2)
        return (
            f"ln {k}" if "Crossentropy" in output.loss.KERAS else "its expectation",
            f"Answering all {k} classes alike",
        )
    squared = output.loss.KERAS == "MeanSquaredError"
    return "the target's variance" if squared else "its expectation", "Answering 0, the mean of a scaled target,"


def _distance(a: float, b: float) -> float:
    """Return the factor between two losses, from 1; infinite when one is no positive number."""
    if not (math.isfinite(a) and math.isfinite(b)) or a <= 0 or b <= 0:
        return 1.0 if a == b else math.inf
    return max(a / b, b / a)


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Checked]]] = {
    "shapes": ("Shapes agree on all wires", _shapes),
    "pairing": ("Loss fits output and labels", _pairing),
    "gradients": ("Gradients match finite differences", _gradients),
    "seed": ("Same seed gives the same bits", _seed),
    "first_loss": ("First loss near its expectation", _first_loss),
}
"""Check -> its title while nothing is known yet, and what does it. In the order in which they run."""
