"""A run as one NumPy script: recipe, network, weights; `predict` and `train` from the command line."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import engine.initializers
from engine.backend import numpy as kernels
from engine.backend import random as draws
from engine.data.batches import strategy_of
from engine.data.settings import Column
from engine.data.steps import ClassTarget, NumberTarget, Step
from engine.errors import ExportError, UsageError
from engine.export.carry import Luggage
from engine.export.code import WIDTH, Writer, blob_lines, literal
from engine.export.network_text import Texts, balances
from engine.export.runtime import commands, training
from engine.export.subject import Subject, bytes_of, subject_of
from engine.project.atomic import write_bytes
from engine.project.document import Project
from engine.project.runs import Run

HEAD = '''"""A neural network with its data recipe, written by Layerwright. It needs Python 3.11 and NumPy.

Predict:    python SCRIPT.py predict IN.csv OUT.csv
Train anew: python SCRIPT.py train DATA.csv --out weights.npz
"""'''
TRAINING = ("measure", "learn", "update", "constrain", "initial_weights", "adapt", "learn_batch", "fit")
HEAD_NO_TRAIN = '''"""A neural network with its data recipe, written by Layerwright. It needs Python 3.11 and NumPy.

Predict: python SCRIPT.py predict IN.csv OUT.csv

It cannot train: {reason}
"""'''


@dataclass(frozen=True)
class Exported:
    """What was written. train: why the script cannot train; empty if it can."""

    files: tuple[Path, ...]
    cannot_train: str = ""


def write(run: Run, project: Project, path: str | Path, embed: bool = True) -> Exported:
    """Write the script; its weights stand in it, or beside it in NAME.npz.

    Raises:
        ExportError: the network has a part that cannot be written. ProjectError: the run does not fit its network.
        DeviceError: the file cannot be written. UsageError: it has the name of the file of weights.
    """
    subject = subject_of(run)
    text, cannot = script(subject, embed)
    return Exported(write_files(Path(path), text, subject, embed), cannot)


def write_files(path: Path, text: str, subject: Subject, embed: bool) -> tuple[Path, ...]:
    """Write a script and, unless they are embedded, its weights beside it; return the files."""
    if not embed and path.suffix == ".npz":
        raise UsageError(f"The weights will be in {path.name}, so the script needs another name, such as NAME.py.")
    write_bytes(path, text.encode("ascii"))
    if embed:
        return (path,)
    stream = io.BytesIO()
    np.savez(stream, weights=subject.flat)
    write_bytes(path.with_suffix(".npz"), stream.getvalue())
    return path, path.with_suffix(".npz")


def script(subject: Subject, embed: bool = True) -> tuple[str, str]:
    """Return (text of the script, why it cannot train)."""
    texts, luggage = Texts(subject), Luggage()
    functions, cannot = [texts.forward()], ""
    try:
        callbacks = callbacks_of(subject)
        functions += [texts.measure(), texts.learn(), texts.update(), texts.constrain()]
        functions += [texts.initial_weights(), texts.adapt()]
    except ExportError as error:
        cannot, callbacks, functions, texts = str(error), [], functions[:1], Texts(subject)
        texts.forward()
    luggage.add(
        *(_kernel(name) for name in texts.kernels),
        commands.main,
        *(() if cannot else (training.learn_batch, training.fit)),
    )
    writer = Writer()
    writer.add(*(HEAD_NO_TRAIN.format(reason=cannot) if cannot else HEAD).split("\n"), "")
    add_imports(writer, luggage, functions, embed)
    add_tables(writer, subject, callbacks)
    for function in (*functions, *luggage.functions.values()):
        writer.block(function)
    trained_text(writer, subject, embed)
    writer.add("", "", "DESIGN = SimpleNamespace(")
    writer.add(*(f"{name}={value}," for name, value in design_of(subject, cannot)), indent=1)
    writer.add(")", "", 'if __name__ == "__main__":', "    main(DESIGN, trained_weights)")
    return finished(writer), cannot


def finished(writer: Writer) -> str:
    """Return the text; a person's strings may make lines longer than the style allows."""
    made = writer.text()
    if any(len(line) > WIDTH for line in made.split("\n")):
        made = "# ruff: noqa: E501\n" + made
    return made


def add_imports(writer: Writer, luggage: Luggage, functions: list[str], embed: bool, more: Sequence[str] = ()) -> None:
    """Add the imports and the constants that are carried. more: lines after that of NumPy."""
    luggage.modules |= {"import base64"} if embed else set()
    luggage.names |= {("types", "SimpleNamespace")} | (set() if embed else {("pathlib", "Path")})
    for text in functions:
        luggage.need(text)
    head = luggage.imports()
    third = sorted([head.pop(), *more], key=lambda line: (line.startswith("from"), line.split()[1]))
    writer.add(*head, *third, "")
    for constant in luggage.constants.values():
        writer.add(*constant.split("\n"))


def _kernel(name: str) -> Any:
    places = (kernels, draws, training, engine.initializers)
    return next(getattr(place, name) for place in places if hasattr(place, name))


# ---- tables ------------------------------------------------------------------------------------------------------
def add_tables(writer: Writer, subject: Subject, callbacks: list[dict[str, Any]]) -> None:
    """Add recipe, targets, weights' shapes and callbacks as literals."""
    recipe, project = subject.machine.recipe, subject.run.project
    writer.add("")
    writer.assign("RECIPE", [_step(step, project) for step in recipe.steps])
    writer.assign("TARGETS", [_target(subject, i) for i in range(len(subject.machine.outputs))])
    writer.assign("LAYOUT", [(name, tuple(map(int, shape))) for name, shape in subject.layout])
    writer.assign("CALLBACKS", callbacks)


def _step(step: Step, project: Project) -> dict[str, Any]:
    """Return the figures of a step, and how they are fitted anew."""
    data = project.data
    column = data.columns.get(step.column, Column(step.column))
    names = [n for n in type(step).__dataclass_fields__ if not n.startswith("_")]
    values = {n: getattr(step, n) for n in names}
    values = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
    return values | {"impute": column.impute or data.impute, "scaling": column.scale or data.scale}


def _target(subject: Subject, index: int) -> dict[str, Any]:
    output, data = subject.machine.outputs[index], subject.run.project.data
    step = subject.machine.recipe.target(output.column)
    logits = bool(getattr(output.loss, "from_logits", False))
    if isinstance(step, NumberTarget):
        more = {"shift": step.shift, "scale": step.scale, "scaled": data.scale_target}
        return {"kind": "number", "column": step.column, "logits": False} | more
    assert isinstance(step, ClassTarget)
    chosen = data.columns.get(step.column, Column(step.column)).type
    form = "index" if output.sparse else "one" if output.width == 1 else "one_hot"
    return {
        "kind": "classes", "column": step.column, "values": list(step.values), "how": step.how,
        "numeric": step.how == "number" and chosen in (None, "number"), "form": form, "width": output.width,
        "logits": logits,
    }  # fmt: skip


def callbacks_of(subject: Subject) -> list[dict[str, Any]]:
    """Return the settings of the callbacks; raises ExportError for one that a script does not know."""
    from engine.callbacks.spec import larger_is_better

    known = {"loss", "learning_rate", *subject.metrics}
    known |= {f"val_{name}" for name in known}
    found = []
    for record in subject.settings.callbacks or ():
        values = {f.name: getattr(record, f.name) for f in record.fields()}
        if record.KERAS == "ModelCheckpoint":
            continue
        if record.KERAS not in ("EarlyStopping", "ReduceLROnPlateau"):
            raise ExportError(f"The callback {record.KERAS} cannot be written into a script.")
        if values["monitor"] not in known:
            raise ExportError("A callback watches a figure that the script does not compute.")
        kind = "stop" if record.KERAS == "EarlyStopping" else "plateau"
        kept = {n: v for n, v in values.items() if n not in ("verbose", "mode")}
        found.append({"kind": kind, "larger": larger_is_better(values["monitor"], values["mode"])} | kept)
    return found


# ---- end ---------------------------------------------------------------------------------------------------------
def trained_text(writer: Writer, subject: Subject, embed: bool) -> None:
    """Add the weights, or the way to the file beside."""
    dtype = subject.definition.dtype
    if embed:
        blob = base64.b85encode(bytes_of(subject.flat)).decode()
        writer.add("", "", 'WEIGHTS = """', *blob_lines(blob), '"""')
        read = f'return np.frombuffer(base64.b85decode("".join(WEIGHTS.split())), "<{_code(dtype)}").astype("{dtype}")'
    else:
        read = 'return load(DESIGN, Path(__file__).with_suffix(".npz"))'
    writer.block(f'def trained_weights():\n    """Return the vector of trained weights."""\n    {read}')


def _code(dtype: str) -> str:
    return {"float32": "f4", "float64": "f8"}[dtype]


def design_of(subject: Subject, cannot: str = "") -> list[tuple[str, str]]:
    """Return what a script hands to its command line: name, expression."""
    recipe, project, settings = subject.machine.recipe, subject.run.project, subject.settings
    plain: dict[str, Any] = {
        "inputs": subject.inputs, "missing": list(recipe.missing), "decimal": recipe.decimal,
        "delimiter": recipe.delimiter, "quote": recipe.quote, "header": recipe.header,
        "dtype": subject.definition.dtype,
    }  # fmt: skip
    names = [("recipe", "RECIPE"), ("targets", "TARGETS"), ("layout", "LAYOUT"), ("forward", "forward")]
    if cannot:
        return [*names, *((n, literal(v)) for n, v in plain.items()), ("fit", "None")]
    split = project.data.split
    optimizer: Any = subject.definition.optimizer
    plain |= {
        "measured": subject.metrics,
        "roots": subject.roots,
        "epochs": settings.epochs,
        "batch_size": settings.batch_size,
        "shuffle": settings.shuffle,
        "seed": settings.seed,
        "split_seed": None if split.seed == settings.seed else split.seed,
        "strategy": strategy_of(project.data, recipe.task),
        "shares": (split.train, split.validation, split.test),
        "excluded": list(project.data.excluded),
        "balanced": balances(subject),
        "learning_rate": float(optimizer.learning_rate),
        "trainable": subject.lowered.layout.trainable,
        "slots": len(subject.lowered.layout.slots),
        "loss_power": _loss_power(subject),
    }
    functions = [(name, name) for name in TRAINING]
    return [*names, ("callbacks", "CALLBACKS"), *functions, *((n, literal(v)) for n, v in plain.items())]


def _loss_power(subject: Subject) -> int:
    from engine.project.machine import UNITS

    outputs = subject.machine.outputs
    single = len(outputs) == 1 and outputs[0].task == "regression"
    return UNITS.get(outputs[0].loss.KERAS, 0) if single else 0
