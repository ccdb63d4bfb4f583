"""Recovery folders: unsaved work survives a kill, living sessions keep theirs, and nothing is offered twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.project import recovery
from engine.project.arrays import Arrays
from engine.project.document import Project
from engine.project.recovery import Recovery, discard, list_recovered
from engine.project.runs import Run, RunStore

ROOT = Path(__file__).parents[3]

WORKER = """
import sys, time
from pathlib import Path
from tests.engine.project.test_recovery import store_of
from engine.project.document import Project
from engine.project.recovery import Recovery
work = Recovery(Path(sys.argv[1]))
project = Project("unsaved", titles={"r1": "x"})
work.write(project, store_of(project), Path("/data/mine.layerwright"))
print("written", flush=True)
time.sleep(60)
"""


def store_of(project: Project) -> RunStore:
    store = RunStore()
    store.add(Run("", project, weights=Arrays({"n1/kernel": np.ones((2, 2), np.float32)})))
    return store


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The base folder with work that a killed process left."""
    child = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout
    assert child.stdout.readline() == b"written\n"
    assert list_recovered(tmp_path) == (), "a living session is left alone"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return tmp_path


def test_work_survives_a_kill(killed: Path) -> None:
    (entry,) = list_recovered(killed)
    assert entry.name == "unsaved"
    assert entry.path == Path("/data/mine.layerwright")
    assert abs(time.time() - entry.time) < 60
    project, store = entry.load()
    assert project.titles == {"r1": "x"}
    assert store["r1"].weights["n1/kernel"].shape == (2, 2)


def test_loading_keeps_the_work_until_it_is_discarded(killed: Path) -> None:
    (entry,) = list_recovered(killed)
    entry.load()
    assert len(list_recovered(killed)) == 1
    discard(entry)
    assert list_recovered(killed) == ()


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    work = Recovery(tmp_path)
    work.write(Project("x"), RunStore())
    work.close()
    assert list(tmp_path.iterdir()) == []


def test_saved_work_is_not_offered(tmp_path: Path) -> None:
    work = Recovery(tmp_path)
    work.write(Project("x"), RunStore())
    work.clear()
    work._owner.close()
    assert list_recovered(tmp_path) == ()


def test_arrays_of_a_run_are_written_once(tmp_path: Path) -> None:
    work, project = Recovery(tmp_path), Project("x")
    store = store_of(project)
    work.write(project, store)
    weights = work.folder / "runs" / "r1" / "weights.safetensors"
    before = weights.stat().st_mtime_ns
    work.write(Project("y"), store)
    assert weights.stat().st_mtime_ns == before
    work.close()


def test_damaged_work_is_a_sentence_and_a_damaged_label_is_not_lost(killed: Path) -> None:
    (entry,) = list_recovered(killed)
    (entry.folder / "about.json").write_text("{")
    (again,) = list_recovered(killed)
    assert again.load()[0].name == "unsaved"
    (entry.folder / "project.json").write_text("{")
    with pytest.raises(recovery.ProjectError, match="damaged"):
        again.load()


def test_the_folder_is_private_and_of_the_users_state(tmp_path: Path, own_home: Path) -> None:
    work = Recovery()
    assert work.folder.parent == own_home / "recovery"
    if os.name == "posix":
        assert work.folder.stat().st_mode & 0o077 == 0
    work.close()


def test_without_the_variable_the_platforms_folder_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAYERWRIGHT_HOME")
    assert "layerwright" in str(recovery.state_folder())
