"""Every edit of the document, in any order: undone whole it is the start, redone whole the end, and nothing raises."""

import inspect
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from engine.data.settings import Source
from engine.errors import Repair
from engine.network.network import stack
from engine.project.document import Project
from studio.document import edits
from studio.document.session import Session
from tests.benchmarks.large import layer
from tests.studio.document.test_undo import check_whole

Edit = Callable[[Project, "Choice"], Project]


class Choice:
    """What a random edit is done to."""

    def __init__(self, project: Project, seed: int) -> None:
        self.random = random.Random(seed)
        self.nodes = list(project.network.nodes) or ["n1"]
        self.wires = project.network.wires
        self.node, self.other = self.random.choice(self.nodes), self.random.choice(self.nodes)
        self.wire = self.random.choice(self.wires) if self.wires else None
        self.number = self.random.randrange(1, 9)
        self.index = self.random.randrange(2)
        self.flag = self.random.random() < 0.5
        self.column = f"column {self.random.randrange(4)}"
        self.note = self.random.choice(list(project.notes) or ["note:1"])
        self.at = (self.random.randrange(50) * 4.0, self.random.randrange(50) * 4.0)

    def pick(self, *values: Any) -> Any:
        return self.random.choice(values)


def on_wire(edit: Callable[[Project, Any], Project]) -> Edit:
    """An edit of a wire; without wires nothing happens."""
    return lambda p, c: edit(p, c.wire) if c.wire is not None else p


LAYERS = ("Dense", "Dropout", "Add", "Flatten", "BatchNormalization")
EDITS: dict[str, Edit] = {
    "add_feeding": lambda p, c: edits.add_feeding(p, layer("Dense"), c.node, c.at),
    "add_layer": lambda p, c: edits.add_layer(p, layer(c.pick("Input", *LAYERS)), c.at),
    "add_note": lambda p, c: edits.add_note(p, c.at, "a note"),
    "add_target": lambda p, c: edits.add_target(p, c.node, c.column),
    "append_layer": lambda p, c: edits.append_layer(p, layer(c.pick(*LAYERS))),
    "apply_repair": lambda p, c: edits.apply_repair(p, Repair("set_fit", ("seed", c.number), "Set")),
    "chain": lambda p, c: edits.chain(p, ("rename", c.node, f"name_{c.number}"), ("set_fit", "epochs", c.number)),
    "connect": lambda p, c: edits.connect(p, c.node, c.other),
    "copies_at": lambda p, c: edits.copies_at(p, {c.node: c.at}),
    "disconnect": on_wire(edits.disconnect),
    "disconnect_between": on_wire(lambda p, w: edits.disconnect_between(p, w.source, w.target)),
    "duplicate": lambda p, c: edits.duplicate(p, c.node, c.other),
    "duplicate_shared": lambda p, c: edits.duplicate_shared(p, c.node),
    "exclude_rows": lambda p, c: edits.exclude_rows(p, range(c.number)),
    "group": lambda p, c: edits.group(p, c.node, c.other),
    "include_rows": lambda p, c: edits.include_rows(p, range(c.number)),
    "insert_after": lambda p, c: edits.insert_after(p, layer("Dropout"), c.node),
    "insert_before": lambda p, c: edits.insert_before(p, layer("Dropout"), c.node),
    "insert_between": on_wire(lambda p, w: edits.insert_between(p, w.source, w.target, "Dropout")),
    "insert_layer": on_wire(lambda p, w: edits.insert_layer(p, layer("Dense"), w)),
    "insert_repair": on_wire(lambda p, w: edits.insert_repair(p, "Dense", w.source, w.target, (("units", 4),))),
    "move": lambda p, c: edits.move(p, {c.node: c.at, "target:0": c.at}),
    "move_layer": lambda p, c: edits.move_layer(p, c.node, c.wire) if c.wire else p,
    "move_to_end": lambda p, c: edits.move_to_end(p, c.node, c.other),
    "paste": lambda p, c: edits.paste(p, edits.copy(p, c.node, c.other), c.at),
    "paste_code": lambda p, c: edits.paste_code(p, "Dense(4), Dropout(0.5)", c.at),
    "place": lambda p, c: edits.place(p, {c.node: c.at}),
    "remove": lambda p, c: edits.remove(p, c.node),
    "remove_notes": lambda p, c: edits.remove_notes(p, [c.note]),
    "remove_target": lambda p, c: edits.remove_target(p, c.index) if len(p.targets) > c.index else p,
    "rename": lambda p, c: edits.rename(p, c.node, f"name_{c.number}"),
    "reorder": lambda p, c: edits.reorder(p, c.node, c.pick(1, -1)),
    "reorder_block": lambda p, c: edits.reorder_block(p, [c.node, c.other], c.pick(1, -1)),
    "replace_layer": lambda p, c: edits.replace_layer(p, c.node, layer(c.pick(*LAYERS))),
    "resize_note": lambda p, c: edits.resize_note(p, c.note, 100.0 + c.number, 80.0),
    "rewire": lambda p, c: edits.rewire(p, c.wire, target=c.node) if c.wire else p,
    "set_card": lambda p, c: edits.set_card(p, c.index, weight=float(c.number)),
    "set_column": lambda p, c: edits.set_column(p, c.column, impute="median"),
    "set_compile": lambda p, c: edits.set_compile(p, dtype=c.pick("float32", "float64")),
    "set_compile_field": lambda p, c: edits.set_compile_field(p, "device", c.pick("cpu", "gpu", "auto")),
    "set_data": lambda p, c: edits.set_data(p, scale=c.pick("minmax", "none")),
    "set_data_field": lambda p, c: edits.set_data_field(p, "impute", c.pick("mean", "zero")),
    "set_device": lambda p, c: edits.set_device(p, c.pick("cpu", "gpu", "auto")),
    "set_dialect": lambda p, c: edits.set_dialect(p, delimiter=c.pick(",", ";", None)),
    "set_encode": lambda p, c: edits.set_encode(p, c.column, c.pick("one_hot", "index", None)),
    "set_feed": lambda p, c: edits.set_feed(p, c.node, c.pick("features", None)),
    "set_field": lambda p, c: edits.set_field(p, c.node, "units", c.number),
    "set_fit": lambda p, c: edits.set_fit(p, seed=c.number),
    "set_fit_field": lambda p, c: edits.set_fit_field(p, "batch_size", c.number),
    "set_impute": lambda p, c: edits.set_impute(p, c.column, c.pick("mean", None)),
    "set_loss": lambda p, c: edits.set_loss(p, c.pick(None, "mse", "binary_crossentropy"), 0),
    "set_metrics": lambda p, c: edits.set_metrics(p, c.pick((), ("mae",))),
    "set_name": lambda p, c: edits.set_name(p, f"project {c.number}"),
    "set_network": lambda p, c: edits.set_network(p, stack(layer("Input"), layer("Dense", units=c.number))),
    "set_note": lambda p, c: edits.set_note(p, c.node, f"remark {c.number}"),
    "set_optimizer": lambda p, c: edits.set_optimizer(p, c.pick(None, "adam", "sgd")),
    "set_optimizer_field": lambda p, c: edits.set_optimizer_field(p, "learning_rate", c.number / 100),
    "set_output": lambda p, c: edits.set_output(p, c.node, c.index),
    "set_outputs": lambda p, c: edits.set_outputs(p, dict.fromkeys((c.node, c.other))),
    "set_role": lambda p, c: edits.set_role(p, c.column, c.pick("input", "ignore", "target", None)),
    "set_scale": lambda p, c: edits.set_scale(p, c.column, c.pick("minmax", None)),
    "set_source": lambda p, c: edits.set_source(p, Source(path=f"table{c.number}.csv")),
    "set_split": lambda p, c: edits.set_split(p, train=c.number / 10),
    "set_target": lambda p, c: edits.set_target(p, c.column),
    "set_task": lambda p, c: edits.set_task(p, c.pick("binary", "regression", None)),
    "set_tensor": lambda p, c: edits.set_tensor(p, c.column, "others"),
    "set_title": lambda p, c: edits.set_title(p, f"run-{c.number}", c.pick("best", "")),
    "set_trainable": lambda p, c: edits.set_trainable(p, [c.node, c.other], c.flag),
    "set_type": lambda p, c: edits.set_type(p, c.column, c.pick("number", "category", None)),
    "set_weight": lambda p, c: edits.set_weight(p, float(c.number)),
    "tidy": lambda p, c: edits.tidy(p),
    "ungroup": lambda p, c: edits.ungroup(p, c.node),
    "unshare": lambda p, c: edits.unshare(p, c.node),
    "write_note": lambda p, c: edits.write_note(p, c.note, f"words {c.number}"),
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 10**6)), max_size=25)


def test_every_edit_is_in_the_table() -> None:
    """An edit is what takes a project first and returns one."""
    found = set()
    for name in edits.__all__:
        act = getattr(edits, name)
        if inspect.isfunction(act):
            signature = inspect.signature(act)
            first = next(iter(signature.parameters.values()))
            if first.annotation is Project and signature.return_annotation is Project:
                found.add(name)
    assert found - set(EDITS) == {"inside"}, "inside does another edit in an open group: test_groups"
    assert set(EDITS) - found == set()


@pytest.mark.parametrize("name", sorted(EDITS))
def test_each_edit_can_be_done_undone_and_redone(qapp: QApplication, name: str) -> None:
    """At least one of some tries changes something; that one is a step of its own."""
    session = Session(start())
    for seed in range(60):
        if session.edit(name, lambda p, seed=seed: EDITS[name](p, Choice(p, seed))):
            break
        prepared(session, name, seed)
    after, before = session.project, session.stack.last()
    assert before is not None
    assert before.label == name, f"{name} changed nothing"
    session.undo()
    assert session.project == before.before
    session.redo()
    assert session.project == after


def prepared(session: Session, name: str, seed: int) -> None:
    """Make something that the edit needs: a note, a group, a shared layer, excluded rows, an output, a place."""
    needs = ("add_note", "duplicate_shared", "exclude_rows", "group", "set_output", "move")
    other = needs[seed % len(needs)]
    if other != name:
        session.edit(f"before {name}", lambda p: EDITS[other](p, Choice(p, seed)))


def start() -> Project:
    return Project(network=stack(layer("Input", shape=(4,)), *(layer("Dense", units=4) for _ in range(4))))


@given(steps=STEPS, jumps=st.lists(st.integers(0, 30), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_sequence_of_all_edits(qapp: QApplication, steps: list[tuple[str, int]], jumps: list[int]) -> None:
    session, first = Session(start()), start()
    values = [first]
    for name, seed in steps:
        if session.edit(name, lambda p, name=name, seed=seed: EDITS[name](p, Choice(p, seed))):
            values.append(session.project)
        check_whole(session.project)
    assert session.stack.count() == len(values) - 1
    for to in jumps:
        session.go_to(to)
        assert session.project == values[min(to, len(values) - 1)]
    session.go_to(0)
    assert session.project == first
    assert not session.dirty
    session.go_to(len(values))
    assert session.project == values[-1]
