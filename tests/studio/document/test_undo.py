"""Any sequence of edits: undone whole it is the start, redone whole it is the end, and nothing ever raises."""

import dataclasses
import itertools
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from engine import (
    layers,  # noqa: F401
    registry,
)
from engine.errors import UsageError
from engine.network.network import stack
from engine.project.document import Project
from studio.document import edits, scope, undo
from studio.document.lens import Lens
from studio.document.session import UNDO_LIMIT, Session

NAMES = ("Input", "Dense", "Dropout", "Add", "Concatenate", "Flatten")
Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["append", "after", "insert", "remove", "connect", "cut", "reorder", "drag", "duplicate", "paste", "field",
             "rename", "move", "tidy", "target", "role", "split", "output", "replace", "freeze", "group", "ungroup",
             "share", "own", "inside"]
        ),
        st.integers(0, 40), st.integers(0, 40), st.integers(0, 40),
    ),
    max_size=30,
)  # fmt: skip


def layer(i: int) -> Any:
    return registry.named("layer", NAMES[i % len(NAMES)]).suggestion()


INNER = ("append", "insert", "remove", "connect", "field", "move", "group", "share", "inside", "replace", "output")


def edited(project: Project, step: Step) -> Project:
    """Apply one random edit; nodes and wires are chosen among those that exist."""
    kind, a, b, c = step
    nodes, wires = list(project.network.nodes), project.network.wires
    node = nodes[a % len(nodes)] if nodes else "n1"
    other = nodes[b % len(nodes)] if nodes else "n2"
    wire = wires[a % len(wires)] if wires else None
    groups = [n.id for n in project.network if n.layer.KERAS == "Model"]
    if kind == "append":
        return edits.append_layer(project, layer(a))
    if kind in ("insert", "cut", "drag") and wire is not None:
        calls = {
            "insert": lambda: edits.insert_layer(project, layer(b), wire),
            "cut": lambda: edits.disconnect(project, wire),
            "drag": lambda: edits.move_layer(project, other, wire),
        }
        return calls[kind]()
    table = {
        "after": lambda: edits.insert_after(project, layer(c), node),
        "remove": lambda: edits.remove(project, *{node, other}),
        "connect": lambda: edits.connect(project, node, other),
        "reorder": lambda: edits.reorder(project, node, 1 if c % 2 else -1),
        "duplicate": lambda: edits.duplicate(project, node, other),
        "paste": lambda: edits.paste(project, edits.copy(project, node, other), (float(b), float(c))),
        "field": lambda: edits.set_field(project, node, "units", b),
        "rename": lambda: edits.rename(project, node, f"name_{b}"),
        "move": lambda: edits.move(project, {node: (float(b), float(c)), "target:0": (0.0, float(a))}),
        "tidy": lambda: edits.tidy(project),
        "target": lambda: edits.set_target(project, f"column {b}"),
        "role": lambda: edits.set_role(project, f"column {b}", ("input", "ignore", None)[c % 3]),
        "split": lambda: edits.set_split(project, train=(b + 1) / 50),
        "output": lambda: edits.set_output(project, node, c % 2),
        "replace": lambda: edits.replace_layer(project, node, layer(b)),
        "freeze": lambda: edits.set_trainable(project, node, bool(c % 2)),
        "group": lambda: edits.group(project, *nodes[a % max(len(nodes), 1) :][: 1 + b % 4]),
        "ungroup": lambda: edits.ungroup(project, *groups[:1]),
        "share": lambda: edits.duplicate_shared(project, node),
        "own": lambda: edits.unshare(project, node),
        "inside": lambda: edits.inside(
            project,
            tuple(groups[b % max(len(groups), 1) :][:1]),
            lambda shown: edited(shown, (INNER[a % len(INNER)], b, c, a)),
        ),
    }
    return table.get(kind, lambda: project)()


def check_whole(project: Project) -> None:
    """What holds after every edit: wires and outputs name nodes, one wire per slot, a card per output, and the same
    inside of groups; weights are shared with an owner of the same settings."""
    network = project.network
    for node in network:
        owner = network.nodes[node.shares] if node.shares else None
        assert owner is None or (owner.shares is None and owner.layer == node.layer)
        if node.layer.KERAS == "Model":
            check_whole(scope.shown(project, (node.id,)))
    assert scope.kept(network, project.positions) == dict(project.positions)
    for wire in network.wires:
        assert wire.source in network.nodes
        assert wire.target in network.nodes
    places = [(w.target, w.slot) for w in network.wires]
    assert len(places) == len(set(places)), network.wires
    assert set(network.outputs) <= set(network.nodes)
    assert len(project.targets) in (0, max(len(network.outputs), 1))
    assert len({n.name for n in network}) == len(network.nodes)
    assert all(n not in edits.downstream(network, n) for n in network.nodes), "a circle"


def open_or_leave(lens: Lens, step: Step) -> None:
    """Open a group of what is shown, select in it, or leave one."""
    groups = [n.id for n in lens.project.network if n.layer.KERAS == "Model"]
    if groups and step[1] % 2:
        lens.open_group(groups[step[2] % len(groups)])
        lens.selection.set(*lens.project.network.nodes)
    elif step[2] % 3 == 0:
        lens.leave_group()


@given(steps=STEPS, nested=st.booleans())
@settings(max_examples=250)
def test_any_sequence_of_edits_can_be_undone_and_redone(qapp: QApplication, steps: list[Step], nested: bool) -> None:
    start = dataclasses.replace(Project(), network=stack(*(layer(i) for i in (0, 1, 2, 1))))
    if nested:
        start = edits.connect(edits.group(edits.duplicate_shared(start, "n2"), "n3", "n4"), "n6", "n5")
    session = Session(start)
    told: list[tuple[Project, Project]] = []
    session.changed.connect(lambda before, after: told.append((before, after)))
    lens = Lens(session)
    for step in steps:
        seen = lens if step[0] in INNER and step[3] % 3 == 0 else session
        seen.edit(step[0], lambda project, step=step: edited(project, step))
        check_whole(session.project)
        open_or_leave(lens, step)
        assert lens.project == scope.shown(session.project, lens.scope)
        assert set(lens.selection.nodes) <= set(lens.project.network.nodes)
        assert lens.shapes.output.keys() == lens.project.network.nodes.keys()
    end, count = session.project, session.stack.count()
    assert all(before is not after for before, after in told)
    assert all(a[1] is b[0] for a, b in itertools.pairwise(told))
    for _ in range(count):
        session.undo()
        assert lens.project == scope.shown(session.project, lens.scope)
    assert session.project == start
    assert nested or lens.scope == ()
    assert not session.dirty
    for _ in range(count):
        session.redo()
    assert session.project == end


def test_the_limit_is_five_hundred_steps(qapp: QApplication) -> None:
    session = Session()
    for i in range(UNDO_LIMIT + 60):
        session.edit("Rename", lambda p, i=i: edits.set_name(p, f"project {i}"))
    assert session.stack.count() == UNDO_LIMIT


def test_steps_with_one_key_become_one_until_the_drag_ends(qapp: QApplication) -> None:
    session = Session()
    for i in range(9):
        session.edit("Set seed", lambda p, i=i: edits.set_fit(p, seed=i + 1), key="seed")
    assert session.stack.count() == 1
    session.settle()
    session.edit("Set seed", lambda p: edits.set_fit(p, seed=50), key="seed")
    session.edit("Set epochs", lambda p: edits.set_fit(p, epochs=3), key="epochs")
    assert session.stack.count() == 3
    session.undo()
    session.undo()
    assert session.project.fit.seed == 9
    session.undo()
    assert session.project == Project()


def test_steps_with_one_key_stay_apart_after_a_pause(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "MERGE_SECONDS", 0.01)
    session = Session()
    session.edit("Set seed", lambda p: edits.set_fit(p, seed=1), key="seed")
    time.sleep(0.02)
    session.edit("Set seed", lambda p: edits.set_fit(p, seed=2), key="seed")
    assert session.stack.count() == 2


def test_a_drag_that_returns_leaves_no_step(qapp: QApplication) -> None:
    session = Session()
    for seed in (4, 9, 0):
        session.edit("Set seed", lambda p, seed=seed: edits.set_fit(p, seed=seed), key="seed")
    assert session.project == Project()
    assert session.stack.count() == 0


def test_an_impossible_edit_is_a_sentence_and_changes_nothing(qapp: QApplication) -> None:
    session, told = Session(), []
    session.refused.connect(told.append)
    assert not session.edit("Set epochs", lambda p: edits.set_fit(p, epochs=0))
    assert told == ["epochs must be a whole number of at least 1; it is 0."]
    assert session.stack.count() == 0


def test_what_follows_from_an_edit_is_undone_with_it(qapp: QApplication) -> None:
    session = Session()
    session.edit("Choose target", lambda p: edits.set_target(p, "species"))
    session.amend("Suggest", lambda p: edits.append_layer(p, layer(0)))
    assert session.stack.count() == 1
    assert len(session.project.network.nodes) == 1
    session.undo()
    assert session.project == Project()
    session.redo()
    assert len(session.project.network.nodes) == 1


def test_selection_drops_what_is_gone(qapp: QApplication) -> None:
    session = Session()
    session.edit("Add", lambda p: edits.append_layer(p, layer(0)))
    session.edit("Add", lambda p: edits.append_layer(p, layer(1)))
    session.selection.set("n1", "n2", "target:0")
    session.selection.toggle("n1")
    assert session.selection.current == "target:0"
    assert session.selection.nodes == ("n2",)
    session.undo()
    assert session.selection.ids == ("target:0",)


def test_slots_never_hold_two_wires() -> None:
    project = dataclasses.replace(Project(), network=stack(*(layer(i) for i in (0, 3, 1))))
    with pytest.raises(UsageError):
        edits.connect(project, "n3", "n2")
    again = edits.connect(project, "n1", "n2", 0)
    check_whole(again)
