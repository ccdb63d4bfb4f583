"""A run as one Keras 3 script: the same recipe, network and weights; trained anew by Keras' own loop."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from engine import initializers
from engine.compiler.layout import Entry
from engine.errors import ExportError
from engine.export.carry import Luggage
from engine.export.code import Writer, quoted
from engine.export.network_text import Texts
from engine.export.numpy_script import (
    Exported,
    add_imports,
    add_tables,
    callbacks_of,
    design_of,
    finished,
    trained_text,
)
from engine.export.runtime import answers, commands, training
from engine.export.subject import Subject, subject_of
from engine.network.source import source
from engine.project.atomic import write_bytes
from engine.project.document import Project
from engine.project.runs import Run

HEAD = '''"""A neural network with its data recipe, written by Layerwright. It needs Python 3.11, NumPy and Keras 3.

Predict:    python SCRIPT.py predict IN.csv OUT.csv
Train anew: python SCRIPT.py train DATA.csv --out weights.npz

Training starts from the same weights and rows as in the app; Keras shuffles and drops out in its own way.
"""'''
MODULES = ("callbacks", "constraints", "initializers", "layers", "losses", "metrics", "optimizers", "regularizers")


def write(run: Run, project: Project, path: str | Path, embed: bool = True) -> Exported:
    """Write the script; its weights stand in it, or beside it in NAME.npz.

    Raises:
        ExportError: a part cannot be written. ProjectError: the run does not fit its network.
    """
    path, subject = Path(path), subject_of(run)
    files = [path]
    write_bytes(path, script(subject, embed).encode("ascii"))
    if not embed:
        stream = io.BytesIO()
        np.savez(stream, weights=subject.flat)
        files.append(path.with_suffix(".npz"))
        write_bytes(files[1], stream.getvalue())
    return Exported(tuple(files))


def script(subject: Subject, embed: bool = True) -> str:
    """Return the text of the script."""
    texts, luggage = Texts(subject), Luggage()
    model = _model(subject)
    functions = [model, _put(subject), _forward(subject), _measure(subject), _fit(subject), texts.initial_weights()]
    luggage.add(*(getattr(initializers, name) for name in texts.kernels), commands.main, answers.unpack)
    luggage.add(training.row_weights)
    writer = Writer()
    used = [m for m in MODULES if any(f"{m}." in text for text in functions)]
    writer.add(*HEAD.split("\n"), "")
    keras = ["import keras", f"from keras import {', '.join(['Model', *used])}"]
    add_imports(writer, luggage, functions, embed, keras)
    add_tables(writer, subject, callbacks_of(subject))
    for function in (*functions, *luggage.functions.values()):
        writer.block(function)
    trained_text(writer, subject, embed)
    names = ("measure", "fit", "initial_weights")
    writer.add("", "", "MODEL = build_model()", "DESIGN = SimpleNamespace(")
    values = dict(design_of(subject)) | {name: name for name in names} | {"learn": "fit", "measured": "[]"}
    dropped = ("update", "constrain", "adapt", "slots", "trainable")
    writer.add(*(f"{name}={value}," for name, value in values.items() if name not in dropped), indent=1)
    writer.add(")", "", 'if __name__ == "__main__":', "    main(DESIGN, trained_weights)")
    return finished(writer)


def _model(subject: Subject) -> str:
    text = source(subject.machine.model.network).text.split("\n")
    lines = [line for line in text[1:] if line.strip()]
    body = [f"    {line}" for line in [*lines, f"model.compile({_compiled(subject)})", "return model"]]
    return "\n".join(["def build_model():", '    """Return the network, compiled."""', *body])


def _compiled(subject: Subject) -> str:
    optimizer: Any = subject.definition.optimizer
    losses = [_loss(o.loss) for o in subject.definition.outputs]
    text = losses[0] if len(losses) == 1 else f"[{', '.join(losses)}]"
    weights = [o.weight for o in subject.definition.outputs]
    more = "" if all(w == 1.0 for w in weights) else f", loss_weights={weights!r}"
    return f"optimizer={optimizer.source('optimizers.')}, loss={text}{more}"


def _loss(loss: Any) -> str:
    if loss is None:
        raise ExportError("An output without a loss cannot be written into a Keras script.")
    return str(loss.source("losses."))


def _put(subject: Subject) -> str:
    """The function that gives the layers their weights."""
    lines, network = [], subject.machine.model.network
    for node in network:
        entries = [e for e in subject.lowered.layout.entries if e.node == node.id]
        if not entries:
            continue
        weights = subject.machine.model.shapes.weights[node.id]
        place = {w.name: i for i, w in enumerate(weights)}
        ordered = sorted(entries, key=lambda e: (not e.spec.trainable, place[e.weight]))
        names = [f"w.{subject.lowered.names[node.id]}_{e.weight}" for e in ordered]
        lines += _set(node.name, names, getattr(node.layer, "ADAPTS", False), ordered)
    return "\n".join(["def put(w):", '    """Give the layers their weights."""', *(f"    {line}" for line in lines)])


def _set(name: str, weights: list[str], adapts: bool, entries: list[Entry]) -> list[str]:
    if adapts:  # Keras keeps a count beside mean and variance, and derives what it divides by
        return [
            f"layer = MODEL.get_layer({quoted(name)})",
            f"layer.set_weights([{', '.join(weights)}, np.zeros(())])",
            "layer.finalize_state()",
        ]
    line = f"MODEL.get_layer({quoted(name)}).set_weights([{', '.join(weights)}])"
    if len(line) <= 110:
        return [line]
    return [f"MODEL.get_layer({quoted(name)}).set_weights(", "    [", *(f"        {w}," for w in weights), "    ]", ")"]


def _inputs(subject: Subject) -> tuple[str, str]:
    """Return (arguments, the list that the model takes)."""
    leaves = {leaf.origin: f"x{i}" for i, leaf in enumerate(subject.lowered.inputs)}
    order = [leaves[node] for node in subject.machine.model.network.inputs() if node in leaves]
    return ", ".join(leaves.values()), order[0] if len(order) == 1 else f"[{', '.join(order)}]"


def _forward(subject: Subject) -> str:
    arguments, taken = _inputs(subject)
    made = f"MODEL.predict_on_batch({taken})"
    result = f"({made},)" if len(subject.machine.outputs) == 1 else made
    text = "Return the outputs of the network for rows of its inputs."
    return "\n".join([f"def forward(w, {arguments}):", f'    """{text}"""', "    put(w)", f"    return {result}"])


def _measure(subject: Subject) -> str:
    arguments, taken = _inputs(subject)
    targets = ", ".join(f"y{i}" for i in range(len(subject.machine.outputs)))
    wanted = targets if len(subject.machine.outputs) == 1 else f"[{targets}]"
    call = f"MODEL.evaluate({taken}, {wanted}, batch_size=len(x0), verbose=0, return_dict=True)"
    lines = [f"def measure(w, {arguments}, {targets}):", '    """Return the mean loss of rows."""', "    put(w)"]
    return "\n".join([*lines, f'    return [{call}["loss"]]'])


FIT = '''def fit(design, parts, seed, epochs):
    """Return the weights that Keras trains, as one vector."""
    keras.utils.set_random_seed(seed)
    (inputs, targets), held = parts[0], parts[1]
    flat = np.concatenate([weight.reshape(-1) for weight in design.initial_weights(seed)]).astype(design.dtype)
    put(unpack(design.layout, flat))
{adapt}    MODEL.fit(
        {inputs},
        {targets},
        batch_size=design.batch_size,
        epochs=epochs,
        shuffle=design.shuffle,
        validation_data={held} if len(held[0][0]) else None,
        callbacks=[{callbacks}],
        sample_weight=(row_weights(design, targets) or [None])[0],
        verbose=0,
    )
    return taken()


def taken():
    """Return the weights of the layers as one vector, in the order of LAYOUT."""
    found = {{}}
{reads}    return np.concatenate([np.asarray(found[name]).reshape(-1) for name, _ in LAYOUT])'''


def _fit(subject: Subject) -> str:
    network, names = subject.machine.model.network, subject.lowered.names
    reads, adapt = "", ""
    for node in network:
        entries = [e for e in subject.lowered.layout.entries if e.node == node.id]
        if not entries:
            continue
        place = {w.name: i for i, w in enumerate(subject.machine.model.shapes.weights[node.id])}
        ordered = sorted(entries, key=lambda e: (not e.spec.trainable, place[e.weight]))
        keys = ", ".join(quoted(f"{names[node.id]}_{e.weight}") for e in ordered)
        reads += f"    found |= zip([{keys}], MODEL.get_layer({quoted(node.name)}).get_weights())\n"
        if getattr(node.layer, "ADAPTS", False):
            at = [leaf.origin for leaf in subject.lowered.inputs]
            if network.sources(node.id)[0] not in at:
                raise ExportError("A Normalization layer that does not follow an Input cannot adapt in a script.")
            adapt += (
                f"    MODEL.get_layer({quoted(node.name)}).adapt(inputs[{at.index(network.sources(node.id)[0])}])\n"
            )
    leaves = [leaf.origin for leaf in subject.lowered.inputs]
    order = [f"inputs[{leaves.index(n)}]" for n in network.inputs() if n in leaves]
    given = order[0] if len(order) == 1 else f"[{', '.join(order)}]"
    wanted = "targets[0]" if len(subject.machine.outputs) == 1 else "targets"
    held = f"({given.replace('inputs', 'held[0]')}, {wanted.replace('targets', 'held[1]')})"
    made = [r.source("callbacks.") for r in subject.settings.callbacks or () if r.KERAS != "ModelCheckpoint"]
    return FIT.format(inputs=given, targets=wanted, held=held, callbacks=", ".join(made), reads=reads, adapt=adapt)
