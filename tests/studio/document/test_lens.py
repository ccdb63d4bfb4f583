"""What is seen through a lens, and how it follows the session behind it."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from engine.project.document import Project
from studio.document import edits, scope
from studio.document.lens import Lens
from studio.document.session import Session
from tests.studio.document.test_groups import grouped, ids, layer, residual


@pytest.fixture
def opened(qapp: QApplication) -> tuple[Session, Lens, str, str]:
    """Return a session with a group in a group, a lens on the inner one, and both ids."""
    project, inner = grouped(residual(), "dense_2", "dropout_1")
    project, outer = grouped(project, "group_1", "add_1")
    session = Session(project)
    lens = Lens(session)
    assert lens.open_group(outer)
    assert lens.open_group(inner)
    return session, lens, outer, inner


def test_it_shows_what_lies_in_the_open_group(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, outer, inner = opened
    assert lens.scope == (outer, inner)
    assert lens.names() == ("group_2", "group_1")
    assert [n.name for n in lens.project.network] == ["input_1", "dense_2", "dropout_1"]
    assert lens.project.targets == ()
    (entrance,) = lens.project.network.inputs()
    assert lens.feeds() == {entrance: (8,)}
    assert lens.entering(entrance) == "input_1"
    assert lens.shapes.output[lens.project.network.outputs[0]] == (8,)
    assert session.selection.ids == (outer,)
    assert not lens.open_group(entrance)


def test_a_session_without_open_groups_is_shown_as_it_is(qapp: QApplication) -> None:
    session = Session(residual())
    lens = Lens(session)
    assert lens.project is session.project
    assert lens.shapes is session.shapes
    assert lens.problems == session.problems
    assert not lens.leave_group()
    lens.selection.set("n2")
    assert session.selection.ids == ("n2",)
    session.selection.set("n3", "target:0")
    assert lens.selection.ids == ("n3", "target:0")


def test_edits_are_told_as_what_is_shown(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, *_ = opened
    told: list[tuple[Project, Project]] = []
    lens.changed.connect(lambda before, after: told.append((before, after)))
    (dense,) = ids(lens.project, "dense_2")
    assert lens.edit("Set units", lambda p: edits.set_field(p, dense, "units", 3))
    assert lens.project.network.nodes[dense].layer.units == 3
    assert told[0][0].network.nodes[dense].layer.units == 8
    assert told[0][1] is lens.project
    assert session.stack.count() == 1
    assert not lens.edit("Nothing", lambda p: p)


def test_undo_of_a_group_ends_the_scope_before_it(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, outer, inner = opened
    told: list[Any] = []
    lens.scope_changed.connect(told.append)
    session.edit("Ungroup", lambda p: edits.inside(p, (outer,), lambda q: edits.ungroup(q, inner)))
    assert lens.scope == (outer,)
    assert "dropout_1" in [n.name for n in lens.project.network]
    session.edit("Ungroup", lambda p: edits.ungroup(p, outer))
    assert lens.scope == ()
    assert told == [(outer,), ()]
    session.undo()
    assert lens.scope == ()
    assert lens.project is session.project


def test_another_document_begins_outside(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, *_ = opened
    session.open(session.project)  # it has groups with the same ids
    assert lens.scope == ()
    session.open(residual())
    assert [n.name for n in lens.project.network][-1] == "dense_3"


def test_problems_sit_on_the_card_that_is_shown(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, outer, inner = opened
    (drop,) = ids(lens.project, "dropout_1")
    lens.edit("Break", lambda p: edits.replace_layer(p, drop, layer("Conv2D", filters=2, kernel_size=3)))
    places = {}
    for path in ((outer, inner), (outer,), ()):
        lens.show_scope(path)
        (found,) = (p for p in lens.problems if p.severity == "error" and p.node)
        places[path] = (found.node, found.inside)
        assert lens.problem_at(found) == ((outer, inner), drop)
    assert places == {(outer, inner): (drop, ()), (outer,): (inner, (drop,)), (): (outer, (inner, drop))}
    assert scope.valid(session.project, (outer, "n99")) == (outer,)


def test_layers_in_a_frozen_group_are_shown_frozen(opened: tuple[Session, Lens, str, str]) -> None:
    session, lens, outer, _ = opened
    assert not lens.frozen
    session.edit("Freeze", lambda p: edits.set_trainable(p, outer, False))
    assert lens.frozen
    assert not Lens(session).frozen
