"""Checks off the GUI thread: large networks, results of an old project are dropped, shapes stay immediate."""

import threading
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from engine.network.network import Network
from engine.project import lifecycle
from engine.project.document import Project
from studio.document import edits, templates
from studio.document.session import Session
from studio.document.stages import stage_states
from studio.jobs.checking import FROM, Checking
from tests.studio.canvas.people import layer
from tests.studio.conftest import wait_until


def tower(count: int) -> Project:
    network, above = Network().add(layer("Input", shape=(8,)))
    for _ in range(count - 1):
        network, below = network.add(layer("Dense", units=8))
        network, above = network.wire(above.id, below.id), below
    return Project(network=network.with_outputs(above.id))


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the threads in which the checks ran."""
    ran: list[str] = []
    check = lifecycle.check

    def noted(*given: Any) -> Any:
        ran.append(threading.current_thread().name)
        return check(*given)

    monkeypatch.setattr(lifecycle, "check", noted)
    return ran


def test_a_small_network_is_checked_at_once(themed: QApplication, threads: list[str]) -> None:
    session = Session(tower(5))
    checking = Checking(session)
    session.edit("x", lambda p: edits.add_layer(p, layer("Dense", units=3)))
    assert [p.short for p in session.problems] == ["not connected", "leads nowhere"]
    assert threads == [threading.main_thread().name]
    assert not checking.working


def test_a_large_network_is_checked_by_a_job_a_moment_after_the_edit(themed: QApplication, threads: list[str]) -> None:
    session = Session(tower(FROM))
    checking = Checking(session)
    told: list[Any] = []
    session.problems_changed.connect(told.append)
    session.edit("x", lambda p: edits.add_layer(p, layer("Dense", units=3)))
    assert [p.short for p in session.problems] == ["not connected"]  # of shapes: at once
    wait_until(lambda: not checking.working)
    assert threads == ["check"]
    assert [p.short for p in session.problems] == ["not connected", "leads nowhere"]
    assert told == [session.problems]
    session.undo()
    assert [p.short for p in session.problems] == []
    wait_until(lambda: not checking.working)
    assert session.problems == ()


def test_edits_in_quick_succession_are_checked_once(themed: QApplication, threads: list[str]) -> None:
    session = Session(tower(FROM))
    checking = Checking(session)
    for units in range(9, 29):
        session.edit("x", lambda p, units=units: edits.set_field(p, "n5", "units", units))
        QApplication.processEvents()
    wait_until(lambda: not checking.working)
    assert len(threads) == 1


def test_what_is_found_of_an_old_project_is_dropped(themed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(tower(FROM))
    checking = Checking(session)
    go, begun, check = threading.Event(), threading.Event(), lifecycle.check

    def slow(*given: Any) -> Any:
        begun.set()
        assert go.wait(20)
        return check(*given)

    monkeypatch.setattr(lifecycle, "check", slow)
    session.edit("x", lambda p: edits.add_layer(p, layer("Dense", units=3)))
    wait_until(begun.is_set)
    seen: list[Any] = []
    session.problems_changed.connect(seen.append)
    session.undo()
    go.set()
    wait_until(lambda: not checking.working)
    assert session.problems == ()
    assert all(not found for found in seen)


def test_data_that_cannot_be_prepared_say_why_in_the_list(themed: QApplication) -> None:
    from engine.data.table import from_rows

    session = Session(Project())
    checking = Checking(session)
    rows = [{"a": str(i), "kind": "red" if i % 2 else "blue"} for i in range(60)]
    session.set_table(from_rows(rows))
    session.set_prepared(None, "There is no target.")
    wait_until(lambda: not checking.working)
    problem = next(p for p in session.problems if p.short == "no target")
    assert problem.repair is not None
    session.apply_repair(problem.repair)
    wait_until(lambda: not checking.working)
    assert "no target" not in [p.short for p in session.problems]


def test_nothing_is_wrong_with_inputs_whose_table_is_still_being_read(themed: QApplication) -> None:
    session = Session(templates.begin(templates.TEMPLATES[0]))
    checking = Checking(session)
    assert session.reading
    assert session.problems == ()
    assert {stage_states(session)[stage].mark for stage in ("data", "define")} == {"todo"}
    session.set_prepared(None, "The file is gone.")
    assert [p.short for p in session.problems] == ["no tensor"]
    assert not checking.working
