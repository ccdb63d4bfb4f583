"""A run as one Keras 3 script: the same recipe, network and weights; trained anew by Keras' own loop."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from engine import initializers
from engine.errors import ExportError
from engine.export.carry import Luggage
from engine.export.code import WIDTH, Writer, quoted, wrap
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
    model, (usual, adapted) = _model(subject), _layers(subject)
    functions = [
        model,
        PUT_ADAPTED if adapted else PUT,
        _forward(subject),
        _measure(subject),
        _fit(subject),
        texts.initial_weights(),
    ]
    luggage.add(*(getattr(initializers, name) for name in texts.kernels), commands.main, answers.unpack)
    luggage.add(training.row_weights)
    writer = Writer()
    used = [m for m in MODULES if any(f"{m}." in text for text in functions)]
    writer.add(*HEAD.split("\n"), "")
    keras = ["import keras", f"from keras import {', '.join(['Model', *used])}"]
    add_imports(writer, luggage, functions, embed, keras)
    add_tables(writer, subject, callbacks_of(subject))
    writer.assign("LAYERS", usual)
    if adapted:
        writer.assign("ADAPTED", adapted)
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
    body = [wrapped for line in lines for cut in _calls(line) for wrapped in wrap(f"    {cut}")]
    compiled = wrap(f"    model.compile({_compiled(subject)})")
    return "\n".join(
        ["def build_model():", '    """Return the network, compiled."""', *body, *compiled, "    return model"]
    )


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
    return f"optimizer={optimizer.source('optimizers.')}, loss={text}{more}"


def _loss(loss: Any) -> str:
    if loss is None:
        raise ExportError("An output without a loss cannot be written into a Keras script.")
    return str(loss.source("losses."))


PUT = '''def put(w):
    """Give the layers their weights."""
    for name, weights in LAYERS.items():
        MODEL.get_layer(name).set_weights([getattr(w, weight) for weight in weights])'''
PUT_ADAPTED = (
    PUT
    + """
    for name, weights in ADAPTED.items():  # Keras keeps a count beside them, and derives what it divides by
        MODEL.get_layer(name).set_weights([*(getattr(w, weight) for weight in weights), np.zeros(())])
        MODEL.get_layer(name).finalize_state()"""
)


def _layers(subject: Subject) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return layer name -> names of its weights in Keras' order, of usual layers and of those that adapt."""
    usual: dict[str, list[str]] = {}
    adapted: dict[str, list[str]] = {}
    for node in subject.machine.model.network:
        entries = [e for e in subject.lowered.layout.entries if e.node == node.id]
        place = {w.name: i for i, w in enumerate(subject.machine.model.shapes.weights.get(node.id, ()))}
        ordered = sorted(entries, key=lambda e: (not e.spec.trainable, place[e.weight]))
        if ordered:
            kind = adapted if getattr(node.layer, "ADAPTS", False) else usual
            kind[node.name] = [f"{subject.lowered.names[node.id]}_{e.weight}" for e in ordered]
    return usual, adapted


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
        {callbacks},
        sample_weight=(row_weights(design, targets) or [None])[0],
        verbose=0,
    )
    return taken()


def taken():
    """Return the weights of the layers as one vector, in the order of LAYOUT."""
    found = {{}}
    for name, weights in LAYERS.items():
        found |= zip(weights, MODEL.get_layer(name).get_weights(), strict=False)
    return np.concatenate([np.asarray(found[name]).reshape(-1) for name, _ in LAYOUT])'''


def _fit(subject: Subject) -> str:
    network = subject.machine.model.network
    leaves = [leaf.origin for leaf in subject.lowered.inputs]
    adapt = ""
    for name in _layers(subject)[1]:
        (source_id,) = network.sources(next(n.id for n in network if n.name == name))
        if source_id not in leaves:
            raise ExportError("A Normalization layer that does not follow an Input cannot adapt in a script.")
        adapt += f"    MODEL.get_layer({quoted(name)}).adapt(inputs[{leaves.index(source_id)}])\n"
    order = [f"inputs[{leaves.index(n)}]" for n in network.inputs() if n in leaves]
    given = order[0] if len(order) == 1 else f"[{', '.join(order)}]"
    wanted = "targets[0]" if len(subject.machine.outputs) == 1 else "targets"
    held = f"({given.replace('inputs', 'held[0]')}, {wanted.replace('targets', 'held[1]')})"
    records: Any = [r for r in subject.settings.callbacks or () if r.KERAS != "ModelCheckpoint"]
    made = ", ".join(r.source("callbacks.") for r in records)
    watched = [line for text in wrap(f"        callbacks=[{made}],".rstrip(",")) for line in [text]]
    return FIT.format(inputs=given, targets=wanted, held=held, callbacks="\n".join(watched).lstrip(), adapt=adapt)
