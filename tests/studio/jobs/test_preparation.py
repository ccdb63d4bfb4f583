"""Table, prepared data and first network follow the data settings, in the background."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio.document import edits, files
from studio.document.session import Session
from studio.document.stages import stage_states
from studio.jobs import Job
from studio.jobs.preparation import Preparation
from tests.studio.conftest import wait_until

ROWS = [f"{i},{i % 7},{'yes' if i % 3 else 'no'}" for i in range(90)]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "small_table.csv"
    path.write_text("\n".join(["length,width,class", *ROWS]) + "\n")
    return path


def ready(session: Session, preparation: Preparation) -> None:
    wait_until(lambda: not preparation.working and not Job.running)


def test_opening_a_table_reads_prepares_and_suggests(qapp: QApplication, csv: Path) -> None:
    session = Session()
    preparation = Preparation(session)
    session.open(files.table_project(csv), unsaved=True)
    assert session.project.name == "Small table"
    assert session.dirty
    ready(session, preparation)
    assert session.table is not None
    assert session.prepared is not None
    assert session.prepared.task == "binary"
    assert session.project.network.nodes[session.project.network.outputs[0]].layer.units == 1
    assert session.stack.count() == 0
    assert session.problems == ()
    assert session.shapes.output[session.project.network.outputs[0]] == (1,)
    marks = {k: v.mark for k, v in stage_states(session).items()}
    assert marks == {
        "data": "done",
        "define": "done",
        "compile": "todo",
        "fit": "todo",
        "evaluate": "todo",
        "predict": "todo",
    }


def test_another_target_brings_another_network_in_the_same_step(qapp: QApplication, csv: Path) -> None:
    session = Session()
    preparation = Preparation(session)
    session.open(files.table_project(csv), unsaved=True)
    ready(session, preparation)
    first = session.project
    session.edit("Choose target", lambda p: edits.set_target(p, "width"))
    session.edit("Set task", lambda p: edits.set_task(p, "regression"))
    ready(session, preparation)
    assert session.prepared is not None
    assert session.prepared.task == "regression"
    assert session.project.network != first.network
    assert session.stack.count() == 2
    session.undo()
    session.undo()
    ready(session, preparation)
    assert session.project.network == first.network
    assert session.stack.canRedo()


def test_a_network_that_a_person_changed_stays(qapp: QApplication, csv: Path) -> None:
    session = Session()
    preparation = Preparation(session)
    session.open(files.table_project(csv), unsaved=True)
    ready(session, preparation)
    session.edit("Set units", lambda p: edits.set_field(p, "n2", "units", 5))
    session.edit("Ignore", lambda p: edits.set_role(p, "width", "ignore"))
    network = session.project.network
    ready(session, preparation)
    assert session.project.network == network


def test_a_table_that_is_gone_is_a_sentence(qapp: QApplication, csv: Path) -> None:
    session = Session()
    preparation = Preparation(session)
    project = files.table_project(csv)
    csv.unlink()
    session.open(project)
    ready(session, preparation)
    assert "small_table.csv" in session.data_problem
    assert session.data_moved is not None
    assert stage_states(session)["data"].mark == "error"


def test_a_table_without_target_is_read_but_not_prepared(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i * 2}\n" for i in range(40)))
    session = Session()
    preparation = Preparation(session)
    session.open(files.table_project(path), unsaved=True)
    ready(session, preparation)
    assert session.table is not None
    assert session.prepared is None
    assert "target" in session.data_problem
