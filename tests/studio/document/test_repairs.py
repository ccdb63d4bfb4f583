"""Every kind of problem: it is found, its fix is one undo step, and then it is gone."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from engine.data.settings import Column, DataSettings, Split
from engine.data.table import Table, from_rows
from engine.errors import Problem
from engine.layers.activation import Activation, PReLU, ReLU, Softmax
from engine.layers.convolution import Conv2D
from engine.layers.core import Dense, Embedding, Input
from engine.layers.merging import Add, Concatenate
from engine.layers.normalization import LayerNormalization
from engine.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from engine.layers.preprocessing import Normalization
from engine.layers.regularization import Dropout
from engine.layers.reshaping import Flatten, Reshape
from engine.losses.classification import BinaryCrossentropy, SparseCategoricalCrossentropy
from engine.network.nested import Model
from engine.network.network import Network, Wire, stack
from engine.project import lifecycle
from engine.project.document import FitSettings, Project, Target
from studio.document import edits, mending
from studio.document.session import Session

Made = tuple[Project, Table | None]


def drawn(*layers: Any) -> Made:
    return Project(network=stack(*layers)), None


def joined(first: Any, second: Any, joint: Any) -> Made:
    """Return two stacks that meet in one layer."""
    network, other = stack(*first, joint), stack(*second)
    joint_id = network.outputs[0]
    above = None
    for node in other:
        network, made = network.add(node.layer)
        network, above = (network.wire(above.id, made.id) if above else network), made
    assert above is not None
    return Project(network=network.wire(above.id, joint_id)), None


def rewired(change: Callable[[Network], Network], *layers: Any) -> Made:
    return Project(network=change(stack(*layers))), None


def rows(**columns: Any) -> Table:
    """Return a table of 60 rows; a column is made by a function of the row's number."""
    return from_rows([{name: str(of(i)) for name, of in columns.items()} for i in range(60)])


def of_three(i: int) -> str:
    return ("red", "green", "blue")[i % 3]


def of_two(i: int) -> str:
    return ("yes", "no")[i % 2]


FIGURES = {"a": lambda i: (i * 37 % 61) / 7, "b": lambda i: (i * 17 % 59) / 9}


def trained(*layers: Any, y: Any = of_three, data: dict[str, Any] | None = None, **more: Any) -> Made:
    """Return a project on a table of two figures and a target."""
    columns = {"y": Column("y", role="target")}
    settings = DataSettings(columns=columns | (data or {}).pop("columns", {}), **(data or {}))
    return Project(data=settings, network=stack(*layers), **more), rows(**FIGURES, y=y)


def loss(made: Any) -> tuple[Target, ...]:
    return (Target(loss=made),)


def table(given: Table, **columns: Column) -> Made:
    chosen = {"y": Column("y", role="target")} | columns
    return Project(data=DataSettings(columns=chosen), network=stack(Input(), Dense(1))), given


def circle(network: Network) -> Network:
    return dataclasses.replace(network, wires=(*network.wires, Wire("n3", "n2", 1)))


def loose(network: Network) -> Network:
    return dataclasses.replace(network, wires=(*network.wires, Wire("n9", "n2", 3)))


def sharing(network: Network) -> Network:
    return network.replace("n3", shares="n2")


IMAGE, ROW = Input((8, 8, 3)), Input((8,))
KINDS: dict[str, tuple[str, Callable[[], Made]]] = {
    # ---- ends ----
    "empty": ("empty", lambda: (Project(), None)),
    "no input": ("no input", lambda: drawn(Dense(3), Dense(2))),
    "no output": ("no output", lambda: rewired(lambda n: n.with_outputs(), ROW, Dense(3))),
    "only an input, no output": ("no output", lambda: rewired(lambda n: n.with_outputs(), ROW)),
    # ---- wires ----
    "loose layer": ("not connected", lambda: rewired(lambda n: n.add(Dense(4))[0], ROW, Dense(3))),
    "one input of two": ("needs another input", lambda: drawn(ROW, Dense(8), Add())),
    "layer alone": ("not connected", lambda: drawn(Dense(3))),
    "too many inputs": ("too many inputs", lambda: joined([ROW], [Input((4,))], Dense(3))),
    "circle": ("on a circle", lambda: rewired(circle, ROW, Add(), Dense(8))),
    "loose wire": ("loose wire", lambda: rewired(loose, ROW, Dense(3))),
    "leads nowhere": ("leads nowhere", lambda: rewired(lambda n: n.add(Dense(4))[0].wire("n1", "n3"), ROW, Dense(3))),
    "cannot share": ("cannot share", lambda: rewired(sharing, ROW, Dense(3), Dense(3))),
    # ---- shapes ----
    "ranks differ": ("ranks differ", lambda: joined([ROW], [Input((1,)), Embedding(7, 4)], Concatenate())),
    "ranks of images": ("ranks differ", lambda: joined([IMAGE], [ROW], Concatenate())),
    "widths differ": ("shapes differ", lambda: joined([ROW], [Input((4,))], Add())),
    "images differ": ("shapes differ", lambda: joined([IMAGE], [Input((4, 4, 3))], Add())),
    "images to join differ": ("shapes differ", lambda: joined([IMAGE], [Input((4, 4, 3))], Concatenate())),
    "no image": ("needs an image", lambda: drawn(ROW, Conv2D(4, 1))),
    "a square as an image": ("needs an image", lambda: drawn(Input((16,)), MaxPooling2D())),
    "too many axes for an image": ("needs an image", lambda: drawn(Input((2, 4, 4, 3)), Conv2D(4, 1))),
    "too few axes": ("too few axes", lambda: drawn(Input(()), Dense(3))),
    "reshape": ("8 numbers, not 6", lambda: drawn(ROW, Reshape((2, 3)), Dense(1))),
    "image too small": ("image too small", lambda: drawn(IMAGE, Conv2D(4, 9))),
    "groups differ": ("groups differ", lambda: drawn(IMAGE, Conv2D(4, 3, groups=2))),
    "no such axis": ("no such axis", lambda: drawn(ROW, Softmax(axis=5))),
    "no such axis to norm": ("no such axis", lambda: drawn(ROW, LayerNormalization(axis=4))),
    "no such axis to join": ("no such axis", lambda: joined([ROW], [ROW], Concatenate(axis=3))),
    "no such axis to share": ("no such axis", lambda: drawn(ROW, PReLU(shared_axes=(3,)))),
    "no shape": ("no tensor", lambda: drawn(Input(), Dense(3))),
    "in a group": ("needs an image", lambda: drawn(ROW, Model(stack(Input(), Conv2D(3, 1))))),
    "inputs of a group": ("too many inputs", lambda: joined([ROW], [ROW], Model(stack(Input(), Dense(3))))),
    "a group without output": ("no output", lambda: drawn(ROW, Model(stack(Input(), Dense(3)).with_outputs()))),
    # ---- size ----
    "very large": ("very large", lambda: drawn(ROW, Dense(80_000_000))),
    "nothing to learn": ("nothing to learn", lambda: drawn(ROW, Flatten())),
    "all frozen": ("nothing to learn", lambda: rewired(lambda n: n.replace("n2", trainable=False), ROW, Dense(3))),
    # ---- what flows in ----
    "other shape": ("other shape", lambda: trained(Input((9,)), Dense(3, "softmax"))),
    "no tensor": (
        "no tensor", lambda: trained(Input(), Dense(3, "softmax"), feeds={"n1": "gone"}),
    ),
    "unused tensor": (
        "unused tensor",
        lambda: trained(Input(), Dense(3, "softmax"), data={"columns": {"b": Column("b", tensor="more")}},
                        feeds={"n1": "features"}),
    ),
    "scaled twice": ("scaled twice", lambda: trained(Input(), Normalization(), Dense(3, "softmax"))),
    "not scaled": (
        "not scaled",
        lambda: (trained(Input(), Dense(3, "softmax"), data={"scale": "none"})[0],
                 rows(a=lambda i: i * 900 % 4177, b=lambda i: i * 17 % 59, y=of_three)),
    ),
    "needs categories": ("needs categories", lambda: trained(Input(), Embedding(9, 2), Flatten(), Dense(3, "softmax"))),
    "too few rows": (
        "too few rows",
        lambda: (trained(Input(dtype="int32"), Embedding(2, 2), Flatten(), Dense(3, "softmax"),
                         data={"columns": {"c": Column("c", encode="index")}})[0],
                 rows(c=lambda i: "abcdefg"[i % 7], y=of_three)),
    ),
    # ---- output, loss, target ----
    "softmax of one": ("softmax of one", lambda: trained(Input(), Dense(1, "softmax"), y=of_two)),
    "softmax layer of one": ("softmax of one", lambda: trained(Input(), Dense(1), Softmax(), y=of_two)),
    "relu for classes": ("needs probabilities", lambda: trained(Input(), Dense(3, "relu"))),
    "relu layer for classes": ("needs probabilities", lambda: trained(Input(), Dense(3), ReLU())),
    "activation layer": ("needs probabilities", lambda: trained(Input(), Dense(3), Activation("relu"))),
    "relu in a group": (
        "needs probabilities", lambda: trained(Input(), Model(stack(Input(), Dense(3, "relu")))),
    ),
    "no activation": (
        "needs probabilities",
        lambda: trained(Input(), Dense(3), targets=loss(SparseCategoricalCrossentropy())),
    ),
    "activated twice": (
        "activated twice",
        lambda: trained(Input(), Dense(3, "softmax"), targets=loss(SparseCategoricalCrossentropy(from_logits=True))),
    ),
    "needs softmax": ("needs softmax", lambda: trained(Input(), Dense(3, "sigmoid"))),
    "needs sigmoid": (
        "needs sigmoid", lambda: trained(Input(), Dense(3, "softmax"), targets=loss(BinaryCrossentropy())),
    ),
    "limited range": ("limited range", lambda: trained(Input(), Dense(1, "tanh"), y=lambda i: i * 1.7)),
    "too many axes": ("too many axes", lambda: trained(Input(), Reshape((2, 1)), Dense(3, "softmax"))),
    "an image as answer": ("too many axes", lambda: trained(Input(), Reshape((1, 2, 1)), Conv2D(3, 1))),
    "needs units": ("needs 3 units", lambda: trained(Input(), Dense(2, "softmax"))),
    "needs units before": ("needs 3 units", lambda: trained(Input(), Dense(2), Softmax())),
    "needs units in a group": (
        "needs 3 units", lambda: trained(Input(), Model(stack(Input(), Dense(2, "softmax")))),
    ),
    "needs a head": (
        "needs 1 unit", lambda: trained(Input(), Reshape((1, 1, 2)), GlobalAveragePooling2D(), y=lambda i: i * 1.7),
    ),
    "target that is gone": ("no target", lambda: trained(Input(), Dense(3, "softmax"), targets=(Target("n2", "a"),))),
    "uneven classes": (
        "uneven classes", lambda: trained(Input(), Dense(1, "sigmoid"), y=lambda i: "rare" if i % 10 == 0 else "often"),
    ),
    # ---- data ----
    "no target column": ("no target", lambda: (table(rows(**FIGURES, k=of_two))[0], rows(**FIGURES, k=of_two))),
    "no input column": (
        "no inputs",
        lambda: table(rows(**FIGURES, y=of_two), a=Column("a", role="ignore"), b=Column("b", role="ignore")),
    ),
    "labels for a regression": ("labels, no numbers", lambda: trained(Input(), Dense(1), data={"task": "regression"})),
    "one value": ("one value only", lambda: table(rows(**FIGURES, k=of_two, y=lambda i: "same"))),
    "not binary": ("more than two classes", lambda: trained(Input(), Dense(1), data={"task": "binary"})),
    "too many classes": (
        "too many classes",
        lambda: (Project(data=DataSettings(columns={"y": Column("y", role="target")}, task="multiclass")),
                 from_rows([{"a": str(i % 7), "y": str(i * 1.5)} for i in range(1100)])),
    ),
    "rare classes": ("rare classes", lambda: table(rows(**FIGURES, y=lambda i: "odd" if i == 7 else of_two(i)))),
    "wrong type": (
        "60 unreadable",
        lambda: table(rows(**FIGURES, c=lambda i: "abc"[i % 3], y=of_two), c=Column("c", type="number")),
    ),
    "constant": ("constant", lambda: table(rows(**FIGURES, c=lambda i: 4, y=of_two), c=Column("c", role="input"))),
    "copies the target": (
        "copies the target", lambda: table(rows(**FIGURES, c=of_two, y=of_two), c=Column("c", role="input")),
    ),
    "identifier": (
        "identifier", lambda: table(rows(**FIGURES, id=lambda i: i, y=of_two), id=Column("id", role="input")),
    ),
    "mostly missing": ("mostly missing", lambda: table(rows(**FIGURES, c=lambda i: "" if i % 3 else i, y=of_two))),
    "wide one-hot": (
        "wide one-hot",
        lambda: (table(rows(**FIGURES, y=of_two))[0],
                 from_rows([{"a": str(i / 7), "c": f"k{i % 110}", "y": of_two(i)} for i in range(440)])),
    ),
    "all rows left out": ("no data", lambda: trained(Input(), Dense(1), data={"excluded": tuple(range(60))})),
    "a split without training rows": (
        "no data", lambda: trained(Input(), Dense(1), data={"split": Split(train=0.0, validation=0.5, test=0.5)}),
    ),
}  # fmt: skip
INFORMING = {
    "few rows": lambda: (table(rows(y=of_two))[0], from_rows([{"a": str(i), "y": of_two(i)} for i in range(12)])),
    "1 without target": lambda: table(rows(**FIGURES, y=lambda i: "" if i == 3 else of_two(i))),
}
"""What no edit can mend: the file itself has to change. It says so and offers no button."""


def problems(made: Made) -> tuple[Problem, ...]:
    return lifecycle.check(*made)


def of(made: Made, short: str) -> list[Problem]:
    return [p for p in problems(made) if p.short.startswith(short)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_problem_is_mended_by_one_step(kind: str, themed: QApplication) -> None:
    short, make = KINDS[kind]
    project, data = make()
    before = of((project, data), short)
    assert before, [(p.short, str(p)) for p in problems((project, data))]
    problem = before[0]
    assert problem.repair is not None
    assert problem.repair.title[0].isupper()
    session = Session(project)
    assert session.apply_repair(problem.repair)
    assert session.stack.count() == 1
    after = of((session.project, data), short)
    assert (problem.where, problem.node) not in [(p.where, p.node) for p in after], str(after[0])
    session.undo()
    assert session.project == project


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_fixes_work_too(kind: str) -> None:
    short, make = KINDS[kind]
    project, data = make()
    problem = of((project, data), short)[0]
    titles = [r.title for r in problem.repairs]
    assert len(titles) == len(set(titles))
    for repair in problem.others:
        mended = edits.apply_repair(project, repair)
        assert mended != project, repair
        problems((mended, data))


@pytest.mark.parametrize("short", INFORMING)
def test_what_only_the_file_can_mend_has_no_button(short: str) -> None:
    (problem,) = of(INFORMING[short](), short)
    assert problem.repairs == ()
    assert problem.severity == "warning"


def test_only_what_cannot_change_results_is_safe() -> None:
    found = {kind: of(make(), short)[0] for kind, (short, make) in KINDS.items()}
    assert {kind for kind, p in found.items() if p.repair and p.repair.safe} == {"leads nowhere", "loose wire"}
    assert not any(other.safe for p in found.values() for other in p.others)


def test_all_safe_fixes_are_one_step(themed: QApplication) -> None:
    network = stack(ROW, Dense(4), Dense(2))
    network, first = network.add(Dense(5))
    network, second = network.add(Dense(6))
    network, third = network.add(Dense(7))
    network = loose(network.wire("n1", first.id).wire(first.id, second.id).wire("n2", third.id))
    session = Session(Project(network=network, fit=FitSettings(epochs=3)))
    assert session.apply_safe_repairs()
    assert session.stack.count() == 1
    assert session.stack.undoText() == "Fix all safe"
    assert set(session.project.network.nodes) == {"n1", "n2", "n3"}
    assert session.problems == ()
    session.undo()
    assert session.project.network == network
    session.redo()
    assert not session.apply_safe_repairs()


def fitted(project: Project, data: Table) -> Any:
    """Return the run of two epochs."""
    fitting = lifecycle.start(project, lifecycle.prepare(project, data))
    for _ in fitting:
        pass
    return fitting.run()


def test_a_safe_fix_changes_no_bit_of_what_is_trained() -> None:
    project, data = trained(Input(), Dense(6, "relu"), Dropout(0.3), Dense(3, "softmax"), fit=FitSettings(epochs=2))
    assert data is not None
    network, one = project.network.add(Dense(5))
    network, two = network.add(Dropout(0.2))
    extended = dataclasses.replace(project, network=network.wire("n2", one.id).wire(one.id, two.id))
    mended = mending.mended(extended, problems((extended, data)), lambda p: problems((p, data)))
    assert mended.network.nodes == project.network.nodes
    before, after = fitted(extended, data), fitted(mended, data)
    assert set(after.weights.tensors) == set(before.weights.tensors)
    for name in after.weights.tensors:
        assert (before.weights[name] == after.weights[name]).all(), name
    assert [row["loss"] for row in before.history] == [row["loss"] for row in after.history]
