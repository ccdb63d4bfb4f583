"""A run as one Keras 3 script: the same recipe, network and weights; trained anew by Keras' own loop."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import initializers
from engine.compiler.lower import weight_name
from engine.errors import ExportError
from engine.export.carry import Luggage
from engine.export.code import WIDTH, Writer, quoted, wrap
from engine.export.network_text import Texts, balances
from engine.export.numpy_script import (
    Exported,
    add_imports,
    add_tables,
    callbacks_of,
    design_of,
    finished,
    trained_text,
    write_files,
)
from engine.export.runtime import answers, commands, training
from engine.export.subject import Subject, subject_of
from engine.network.nested import Model as Nested
from engine.network.network import Node
from engine.network.source import source
from engine.project.document import Project
from engine.project.runs import Run
from engine.training.meters import Figure

NEEDS = '"""A neural network with its data recipe, written by Layerwright. It needs Python 3.11, NumPy and Keras 3.'
BACKEND = 'Keras runs on TensorFlow, JAX or PyTorch: set KERAS_BACKEND to tensorflow, jax or torch.\n"""'
HEAD = f"""{NEEDS}

Predict:    python SCRIPT.py predict IN.csv OUT.csv
Train anew: python SCRIPT.py train DATA.csv --out weights.npz
{{note}}
{BACKEND}"""
HEAD_NO_TRAIN = f"""{NEEDS}

Predict: python SCRIPT.py predict IN.csv OUT.csv

It cannot train: {{note}}
{BACKEND}"""
DRAWS = """
Training takes the steps of the app, but dropout and noise are drawn by Keras: its figures come out a little different.
"""
MODULES = ("callbacks", "constraints", "initializers", "layers", "losses", "metrics", "optimizers", "regularizers")


def write(run: Run, project: Project, path: str | Path, embed: bool = True) -> Exported:
    """Write the script; its weights stand in it, or beside it in NAME.npz.

    Raises:
        ExportError: a part cannot be written. ProjectError: the run does not fit its network.
        DeviceError: the file cannot be written.
    """
    subject = subject_of(run)
    text, cannot = script(subject, embed)
    return Exported(write_files(Path(path), text, subject, embed), cannot)


def script(subject: Subject, embed: bool = True) -> tuple[str, str]:
    """Return (text of the script, why it cannot train)."""
    texts, luggage, cannot = Texts(subject), Luggage(), ""
    layers = _layers(subject)
    try:
        callbacks = callbacks_of(subject)
        functions = [_model(subject, True), *_access(layers, True), _forward(subject)]
        functions += [_measure(subject), _learn_batch(subject), texts.initial_weights(), texts.adapt()]
    except ExportError as error:
        cannot, callbacks, texts = str(error), [], Texts(subject)
        functions = [_model(subject, False), *_access(layers, False), _forward(subject)]
    luggage.add(*(getattr(initializers, name) for name in texts.kernels), commands.main, answers.unpack)
    luggage.add(*(() if cannot else (training.fit,)))
    writer = Writer()
    note = cannot or (DRAWS if subject.draws else "")
    writer.add(*(HEAD_NO_TRAIN if cannot else HEAD).format(note=note).split("\n"), "")
    used = [m for m in MODULES if any(f"{m}." in text for text in functions)]
    own = ["import keras"] if subject.draws and not cannot else []
    add_imports(writer, luggage, functions, embed, [*own, f"from keras import {', '.join(['Model', *used])}"])
    add_tables(writer, subject, callbacks)
    for name, table in zip(("LAYERS", "ADAPTED"), layers, strict=True):
        if table or name == "LAYERS":
            writer.assign(name, table)
    for function in (*functions, *luggage.functions.values()):
        writer.block(function)
    trained_text(writer, subject, embed)
    _end(writer, subject, cannot)
    return finished(writer), cannot


def _end(writer: Writer, subject: Subject, cannot: str) -> None:
    """Add what runs: the model and the command line."""
    writer.add("", "")
    if subject.draws and not cannot:
        writer.add(f"keras.utils.set_random_seed({subject.settings.seed % 2**32})  # of dropout and noise")
    writer.add("MODEL = build_model()", "DESIGN = SimpleNamespace(")
    own = ("learn", "update", "constrain", "trainable", "slots")
    writer.add(*(f"{name}={value}," for name, value in design_of(subject, cannot) if name not in own), indent=1)
    writer.add(")", "", 'if __name__ == "__main__":', "    main(DESIGN, trained_weights)")


def _model(subject: Subject, compiled: bool) -> str:
    text = source(subject.machine.model.network).text.split("\n")
    lines = [cut for line in text[1:] if line.strip() for cut in _calls(line)]
    lines += [f"model.compile({_compiled(subject)})"] if compiled else []
    body = [wrapped for line in lines for wrapped in wrap(f"    {line}")]
    words = "Return the network, compiled." if compiled else "Return the network."
    return "\n".join(["def build_model():", f'    """{words}"""', *body, "    return model"])


def _calls(line: str) -> list[str]:
    """Return `x = Layer(...)(y)` as two lines where one is too long."""
    found = re.match(r"(\w+) = (.*\))(\([\w\[\], ]+\))$", line)
    if len(line) <= WIDTH - 4 or found is None:
        return [line]
    name, made, call = found.groups()
    return [f"{name} = {made}", f"{name} = {name}{call}"]


def _compiled(subject: Subject) -> str:
    optimizer: Any = subject.definition.optimizer
    losses = [_loss(o.loss) for o in subject.definition.outputs]
    text = losses[0] if len(losses) == 1 else f"[{', '.join(losses)}]"
    weights = [o.weight for o in subject.definition.outputs]
    more = "" if all(w == 1.0 for w in weights) else f", loss_weights={weights!r}"
    watched = [[_metric(subject, f) for f in subject.figures if f.output == i] for i in range(len(losses))]
    listed = [f"[{', '.join(several)}]" for several in watched]
    given = listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
    more += f", metrics={given}" if any(watched) else ""
    return f"optimizer={optimizer.source('optimizers.')}, loss={text}{more}"


def _metric(subject: Subject, figure: Figure) -> str:
    """Return a metric under the name by which Keras will report it; it puts the output's before it, if several."""
    record: Any = figure.metric
    name, outputs = figure.key, subject.machine.outputs
    if len(outputs) > 1:
        name = name.removeprefix(f"{subject.machine.model.network.nodes[outputs[figure.output].node].name}_")
    record = record.replace(name=None) if getattr(record, "name", None) else record
    return str(record.source("metrics.", name=name))


def _loss(loss: Any) -> str:
    if loss is None:
        raise ExportError("An output without a loss cannot be written into a Keras script.")
    return str(loss.source("losses."))


PUT = '''def put(w):
    """Give the layers their weights."""
    for name, weights in LAYERS.items():
        MODEL.get_layer(name).set_weights([getattr(w, weight) for weight in weights])'''
PUT_ADAPTED = """
    for name, weights in ADAPTED.items():  # Keras keeps a count beside them, and derives what it divides by
        MODEL.get_layer(name).set_weights([*(getattr(w, weight) for weight in weights), np.zeros(())])
        MODEL.get_layer(name).finalize_state()"""
TAKE = '''def take(w):
    """Read the weights of the layers."""
    for name, weights in LAYERS.items():
        for weight, value in zip(weights, MODEL.get_layer(name).get_weights(), strict=True):
            getattr(w, weight)[...] = value'''
INNER = '''def layer(path):
    """Return a layer; its path leads through the networks that it is part of."""
    found = MODEL
    for name in path.split("/"):
        found = found.get_layer(name)
    return found'''
LOSS = 'found["loss"]'
Table = dict[str, list[str]]


def _access(layers: tuple[Table, Table], trains: bool) -> list[str]:
    """Return the functions that write and read the weights of the layers."""
    usual, adapted = layers
    texts = [PUT + (PUT_ADAPTED if adapted else ""), *([TAKE] if trains else [])]
    if not any("/" in path for path in (*usual, *adapted)):
        return texts
    return [INNER, *(text.replace("MODEL.get_layer(", "layer(") for text in texts)]


def _layers(subject: Subject) -> tuple[Table, Table]:
    """Return path of a layer -> names of its weights in Keras' order, of usual layers and of those that adapt."""
    usual: Table = {}
    adapted: Table = {}
    for outer in subject.machine.model.network:
        entries = [e for e in subject.lowered.layout.entries if e.node == outer.id]
        place = {w.name: i for i, w in enumerate(subject.machine.model.shapes.weights.get(outer.id, ()))}
        entries.sort(key=lambda e: (not e.spec.trainable, place[e.weight]))
        for path, prefix, node in _inside(outer, outer.name, ""):
            own = [e.weight for e in entries if e.weight.startswith(prefix)]
            if own:
                table = adapted if getattr(node.layer, "ADAPTS", False) else usual
                table[path] = [weight_name(subject.lowered.names, outer.id, weight) for weight in own]
    return usual, adapted


def _inside(node: Node, path: str, prefix: str) -> Iterator[tuple[str, str, Node]]:
    """Yield path, beginning of the weights' names and node of a layer, or of all layers inside of it."""
    if not isinstance(node.layer, Nested):
        yield path, prefix, node
        return
    for inner in node.layer.network:
        yield from _inside(inner, f"{path}/{inner.name}", f"{prefix}{inner.id}_")


def _inputs(subject: Subject) -> tuple[str, str]:
    """Return (arguments, the list that the model takes)."""
    leaves = {leaf.origin: f"x{i}" for i, leaf in enumerate(subject.lowered.inputs)}
    order = [leaves[node] for node in subject.machine.model.network.inputs() if node in leaves]
    return ", ".join(leaves.values()), order[0] if len(order) == 1 else f"[{', '.join(order)}]"


def _targets(subject: Subject) -> tuple[str, str]:
    """Return (arguments, what the model takes as its targets)."""
    names = [f"y{i}" for i in range(len(subject.machine.outputs))]
    return ", ".join(names), names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def _forward(subject: Subject) -> str:
    arguments, taken = _inputs(subject)
    made = f"MODEL.predict_on_batch({taken})"
    result = f"({made},)" if len(subject.machine.outputs) == 1 else made
    text = "Return the outputs of the network for rows of its inputs."
    return "\n".join([f"def forward(w, {arguments}):", f'    """{text}"""', "    put(w)", f"    return {result}"])


def _measure(subject: Subject) -> str:
    (arguments, x), (targets, y) = _inputs(subject), _targets(subject)
    return "\n".join([
        f"def measure(w, {arguments}, {targets}):",
        '    """Return the mean loss of rows and the sums of their figures."""',
        "    put(w)",
        "    MODEL.reset_metrics()",
        f"    found = MODEL.test_on_batch({x}, {y}, return_dict=True)",
        *_reported(subject),
    ])  # fmt: skip


def _learn_batch(subject: Subject) -> str:
    (arguments, x), (targets, y) = _inputs(subject), _targets(subject)
    weighted = balances(subject)
    given = f"{x}, {y}, sample_weight=shares" if weighted else f"{x}, {y}"
    return "\n".join([
        "def learn_batch(design, state, arrays):",
        '    """Let Keras change the weights by one step; return loss and sums of figures as `measure` does."""',
        "    if not state.step:",
        "        put(state.weights)",
        "    state.step += 1",
        f"    {arguments}, {targets}{', shares' if weighted else ''} = arrays",
        "    MODEL.optimizer.learning_rate = state.rate",
        "    MODEL.reset_metrics()",
        f"    found = MODEL.train_on_batch({given}, return_dict=True)",
        "    take(state.weights)",
        *_reported(subject),
    ])  # fmt: skip


def _reported(subject: Subject) -> list[str]:
    """Return the line that hands on what Keras found; figures are summed up over batches."""
    sums = [f"found[{quoted(n)}]{' ** 2' if n in subject.roots else ''} * len(x0)" for n in subject.metrics]
    return wrap(f"    return [{', '.join([LOSS, *sums])}]")
