"""The project file: what is saved is loaded again, saving is all or nothing, a bad file gives a sentence."""

import dataclasses
import io
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.settings import Column, DataSettings, Source, Split
from engine.errors import DeviceError, LayerwrightError, ProjectError, UsageError
from engine.project import container, file, json
from engine.project.arrays import Arrays
from engine.project.document import FitSettings, Project, Target
from engine.project.runs import Run, RunStore

ROOT = Path(__file__).parents[3]
WEIRD = "a\n\r\u2028\u2029\"'\\`{}$(x) __import__('os') \x00 \u202e é 漢"


def small_project(name: str = "Iris", epochs: int = 3) -> Project:
    data = DataSettings(Source("/data/iris.csv", 10, "a" * 64), {"x": Column("x", "number")}, split=Split(seed=4))
    return Project(name, data, positions={"n1": (1.0, -2.5)}, fit=FitSettings(epochs=epochs), titles={"r1": WEIRD})


def small_store(project: Project, rows: int = 4) -> RunStore:
    rng = np.random.default_rng(0)
    weights = Arrays({"n2/kernel": rng.normal(size=(rows, 2)).astype(np.float32), "n2/bias": np.zeros(2, np.float32)})
    more = Arrays({"rows/train": np.arange(rows), "batches/loss": np.ones(3, np.float32), "state/x": np.array([True])})
    run = Run(
        "",
        project,
        created="2026-01-01T00:00:00+00:00",
        task="multiclass",
        classes=(WEIRD, "b"),
        metrics={"test": {"loss": 0.25, "auc": float("nan")}},
        history=({"epoch": 0, "loss": float("inf")}, {"epoch": 1, "loss": 1 / 3}),
        values={"best": float("inf"), "patience": 3},
        weights=weights,
        more=more,
    )
    store = RunStore()
    store.add(run)
    return store


def saved(folder: Path, project: Project | None = None) -> Path:
    path = folder / "p.layerwright"
    project = project or small_project()
    file.save(path, project, small_store(project))
    return path


def rewrite(path: Path, change: dict[str, bytes | None]) -> Path:
    """Put other members into a project file; None takes one out."""
    with zipfile.ZipFile(path) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (members | change).items():
            if data is not None:
                archive.writestr(name, data)
    return path


# ---- the same comes back ---------------------------------------------------------------------------------------------
def test_project_and_runs_come_back(tmp_path: Path) -> None:
    project = small_project(WEIRD)
    path = saved(tmp_path, project)
    loaded, store = file.load(path)
    assert loaded == project
    run, before = store["r1"], small_store(project)["r1"]
    for name in ("n2/kernel", "n2/bias"):
        np.testing.assert_array_equal(run.weights[name], before.weights[name])
    assert run.classes == before.classes
    assert run.values == before.values
    assert run.history[1] == before.history[1]
    assert run.history[0]["loss"] == float("inf")
    assert np.isnan(run.metrics["test"]["auc"])
    assert run.state_arrays()["x"].dtype == bool
    assert run.project == project


def test_saving_what_was_loaded_gives_the_same_members(tmp_path: Path) -> None:
    path = saved(tmp_path)
    again = tmp_path / "q.layerwright"
    file.save(again, *file.load(path))
    with zipfile.ZipFile(path) as first, zipfile.ZipFile(again) as second:
        assert {n: first.read(n) for n in first.namelist()} == {n: second.read(n) for n in second.namelist()}


def test_arrays_outlive_their_file(tmp_path: Path) -> None:
    path = saved(tmp_path)
    _, store = file.load(path)
    path.unlink()
    assert store["r1"].weights["n2/kernel"].shape == (4, 2)


def test_large_arrays_are_read_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)
    monkeypatch.setattr(file, "KEEP", 0)
    _, store = file.load(path)
    path.unlink()
    with pytest.raises(UsageError, match="no file p"):
        store["r1"].weights["n2/kernel"]


def test_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    _, store = file.load(saved(tmp_path))
    with pytest.raises(ValueError, match="read-only"):
        store["r1"].weights["n2/kernel"][0] = 1


def test_run_ids_are_not_given_twice(tmp_path: Path) -> None:
    project, store = file.load(saved(tmp_path))
    store.remove("r1")
    file.save(tmp_path / "p.layerwright", project, store)
    _, store = file.load(tmp_path / "p.layerwright")
    assert store.add(Run("", project)).id == "r2"


def test_a_run_is_never_replaced() -> None:
    store = small_store(small_project())
    with pytest.raises(UsageError, match="never changed"):
        store.add(Run("r1", small_project()))


# ---- saving is all or nothing ----------------------------------------------------------------------------------------
def test_permissions_are_kept_and_links_followed(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.chmod(0o640)
    link = tmp_path / "link.layerwright"
    link.symlink_to(path)
    file.save(link, small_project("other"), RunStore())
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert file.load(path)[0].name == "other"


def test_nothing_is_left_beside(tmp_path: Path) -> None:
    saved(tmp_path)
    saved(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["p.layerwright"]


def test_leftovers_of_dead_processes_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".p.layerwright.{dead.pid}-00000000.part").touch()
    (tmp_path / f".p.layerwright.{os.getpid()}-00000000.part").touch()
    saved(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f".p.layerwright.{os.getpid()}-00000000.part",
        "p.layerwright",
    ]


def test_the_windows_virus_scanner_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.project import atomic

    tries: list[int] = []
    real = os.replace

    def busy(source: object, target: object) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError(13, "busy")
        real(source, target)  # type: ignore[arg-type]

    class Windows:
        name, replace = "nt", staticmethod(busy)

    monkeypatch.setattr(atomic, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(atomic, "os", Windows)
    (tmp_path / "a").write_text("new")
    atomic._replace(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "new"
    assert len(tries) == 3


def test_missing_folder_and_folder_as_file_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        file.save(tmp_path / "no" / "p.layerwright", Project(), RunStore())
    with pytest.raises(UsageError, match="is a folder"):
        file.save(tmp_path, Project(), RunStore())


def test_what_cannot_be_read_back_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)
    monkeypatch.setattr(file, "_write", lambda target, members: target.write_bytes(b"PK rubbish"))
    with pytest.raises(ProjectError):
        file.save(path, small_project("new"), RunStore())
    assert file.load(path)[0].name == "Iris"
    assert len(list(tmp_path.iterdir())) == 1


def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = saved(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    project = small_project("new")
    store = small_store(project, rows=100_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DeviceError, match="no space left"):
            file.save(path, project, store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.load(path)[0].name == "Iris"
    assert [p.name for p in tmp_path.iterdir()] == ["p.layerwright"]


SAVER = """
import os, sys, time
from tests.engine.project.test_project_file import small_project, small_store
from engine.project import file
for _ in range(2):  # everything is imported before the first fork, and the second one is timed
    begun = time.perf_counter()
    file.save(sys.argv[1], *file.load(sys.argv[1]))
print(time.perf_counter() - begun, flush=True)
for turn in sys.stdin:
    child = os.fork()
    number = int(turn)
    while child == 0:
        number += 1
        project = small_project(f"version {number}", epochs=number)
        file.save(sys.argv[1], project, small_store(project, rows=number % 50 + 1))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the saving processes are forked from one that is warm")
def test_kill_at_100_random_moments_never_loses_the_file(tmp_path: Path) -> None:
    path, chance = saved(tmp_path), random.Random(7)
    command = [sys.executable, "-c", SAVER, str(path)]
    found = [3]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        longest = 5 * max(0.01, float(server.stdout.readline()))
        for _ in range(100):
            print(found[-1], file=server.stdin, flush=True)
            pid = int(server.stdout.readline())
            time.sleep(chance.uniform(0.0, longest))
            os.kill(pid, signal.SIGKILL)
            assert server.stdout.readline() == "gone\n"
            found.append(_whole(path))
        server.stdin.close()
    assert found == sorted(found), "a file is never older than one that was there before"
    assert len(set(found)) > 10, "the children saved between the kills"


def _whole(path: Path) -> int:
    """Return the version in the file, after a check that all of it is of that version."""
    project, store = file.load(path)
    version = project.fit.epochs or 0
    assert store["r1"].project == project
    assert store["r1"].weights["n2/kernel"].shape in {(version % 50 + 1, 2), (4, 2)}
    return version


# ---- damaged, hostile and oversized files ----------------------------------------------------------------------------
def outer(**changes: object) -> bytes:
    usual = {"format": file.FORMAT, "schema": 1, "runs": [], "next_run": 1, "project": {}}
    return json.dumps(usual | changes)


def deep(levels: int) -> bytes:
    return b'{"format": ' + b"[" * levels + b"]" * levels + b"}"


CASES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"hello", "is damaged"),
    "not UTF-8": (b"\xff\xfe", "is damaged"),
    "a list": (b"[]", "does not say"),
    "another format": (outer(format="x"), "does not say"),
    "no schema": (b'{"format": "layerwright project"}', "must name its schema"),
    "newer schema": (outer(schema=99), "saved by a newer Layerwright"),
    "schema true": (outer(schema=True), "must name its schema"),
    "schema 0": (outer(schema=0), "cannot be read any more"),
    "deep": (deep(100), "nested more than 64"),
    "very deep": (deep(100_000), "nested more than 64"),
    "a key twice": (b'{"format": 1, "format": 2}', "names a key twice"),
    "NaN": (b'{"format": NaN}', "NaN is not a number"),
    "Infinity": (b'{"format": -Infinity}', "is not a number"),
    "1e999": (b'{"format": 1e999}', "a number is too large"),
    "many digits": (b'{"format": ' + b"9" * 5000 + b"}", "is damaged"),
    "half a character": (rb'{"format": "\ud800"}', "half a character"),
    "unknown entry outside": (outer(evil=1), "not a known entry"),
    "unknown entry inside": (outer(project={"evil": 1}), "not a known entry"),
    "project missing": (b'{"format": "layerwright project", "schema": 1, "runs": [], "next_run": 1}', "project.json"),
    "name is a number": (outer(project={"name": 3}), "at name"),
    "share is text": (outer(project={"data": {"split": {"train": "1"}}}), "at data.split.train"),
    "shares sum to 2": (outer(project={"data": {"split": {"train": 1.0, "test": 1.0, "validation": 0.0}}}), "sum to 1"),
    "negative share": (outer(project={"data": {"split": {"train": -1.0}}}), "greater than or equal to 0"),
    "seed is true": (outer(project={"fit": {"seed": True}}), "at fit.seed"),
    "seed is huge": (outer(project={"fit": {"seed": 2**70}}), "at fit.seed"),
    "epochs 0": (outer(project={"fit": {"epochs": 0}}), "at fit.epochs"),
    "epochs 1.5": (outer(project={"fit": {"epochs": 1.5}}), "at fit.epochs"),
    "batch size huge": (outer(project={"fit": {"batch_size": 10**12}}), "at fit.batch_size"),
    "unknown device": (outer(project={"compile": {"device": "tpu"}}), "at compile.device"),
    "unknown type": (outer(project={"data": {"columns": {"a": {"name": "a", "type": "lambda"}}}}), "at data.columns.a"),
    "unknown optimizer": (outer(project={"compile": {"optimizer": {"id": "os.system"}}}), "no record 'os.system'"),
    "optimizer without id": (outer(project={"compile": {"optimizer": {}}}), "an object with an id"),
    "loss as optimizer": (outer(project={"compile": {"optimizer": {"id": "loss.mse/1"}}}), "not as it must be"),
    "hash is no hash": (outer(project={"data": {"source": {"sha256": "../x"}}}), "at data.source.sha256"),
    "delimiter too long": (outer(project={"data": {"source": {"dialect": {"delimiter": ",,"}}}}), "dialect.delimiter"),
    "no targets": (outer(project={"targets": []}), "at targets"),
    "position of what is no card": (outer(project={"positions": {"../n1": [1.0, 2.0]}}), "a card is called like n1"),
    "position out of this world": (outer(project={"positions": {"n5/n2": [1e300, 2.0]}}), "lies within"),
    "position with three numbers": (outer(project={"positions": {"n1": [1.0, 2.0, 3.0]}}), "at positions.n1"),
    "runs are numbers": (outer(runs=[1]), "a list of run ids"),
    "run outside": (outer(runs=["../r1"]), "a list of run ids"),
    "run twice": (outer(runs=["r1", "r1"]), "numbered wrongly"),
    "run missing": (outer(runs=["r7"]), "runs/r7/run.json is missing"),
    "next_run negative": (outer(next_run=-1), "numbered wrongly"),
    "network is a list": (outer(project={"network": []}), "at network"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_project_json_is_a_sentence(tmp_path: Path, name: str) -> None:
    data, sentence = CASES[name]
    path = rewrite(saved(tmp_path), {"project.json": data})
    with pytest.raises(ProjectError) as caught:
        file.load(path)
    assert sentence in str(caught.value)


def test_no_such_file_a_folder_and_no_zip(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        file.load(tmp_path / "none.layerwright")
    with pytest.raises(UsageError, match="is a folder"):
        file.load(tmp_path)
    (tmp_path / "csv.layerwright").write_text("a,b\n1,2\n")
    with pytest.raises(ProjectError, match="end of a zip is missing"):
        file.load(tmp_path / "csv.layerwright")


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "runs/r1/../../x", "runs/r1/code.py", "a\\b", "runs/r0/run.json"]
)
def test_foreign_members_are_refused(tmp_path: Path, name: str) -> None:
    path = rewrite(saved(tmp_path), {name: b"x"})
    with pytest.raises(ProjectError, match="does not belong into a project"):
        file.load(path)


def test_a_member_twice_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("project.json", outer())
    with pytest.raises(ProjectError, match="is there twice"):
        file.load(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = rewrite(saved(tmp_path), {"project.json": b" " * (10 * container.MiB)})
    with pytest.raises(ProjectError, match="unpacks to more than 100 times"):
        file.load(path)


def test_too_large_members_and_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)
    monkeypatch.setitem(container.CAPS, "project.json", 10)
    with pytest.raises(ProjectError, match="is too large"):
        file.load(path)
    monkeypatch.setattr(container, "TOTAL", 100)
    with pytest.raises(ProjectError, match="too large"):
        file.load(path)


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path)
    monkeypatch.setattr(container, "MEMBERS", 3)
    with pytest.raises(ProjectError, match="holds 4 members"):
        file.load(path)


def test_a_lying_size_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"runs/r1/run.json"))
    data[at + 24 : at + 28] = struct.pack("<I", 5)
    path.write_bytes(data)
    with pytest.raises(ProjectError):
        file.load(path)


def test_run_arrays_must_be_those_that_were_recorded(tmp_path: Path) -> None:
    path = saved(tmp_path)
    other = Arrays({"n2/kernel": np.ones((4, 2), np.float32), "n2/bias": np.zeros(2, np.float32)})
    rewrite(path, {"runs/r1/weights.safetensors": other.file()})
    with pytest.raises(ProjectError, match="does not hold the arrays that the run recorded"):
        file.load(path)
    project, store = file.load(path, with_runs=False)
    assert project == small_project()
    assert store.next_number == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "missing or too long"),
        (struct.pack("<Q", 1 << 60) + b"{}", "missing or too long"),
        (struct.pack("<Q", 2) + b"[]", "cannot be read"),
        (struct.pack("<Q", 16) + b'{"a":{"dtype":1}', "cannot be read"),
    ],
)
def test_bad_safetensors_are_sentences(data: bytes, sentence: str) -> None:
    import hashlib

    arrays = Arrays(packed=lambda: data, tensors={}, sha256=hashlib.sha256(data).hexdigest(), where="weights")
    with pytest.raises(ProjectError, match=sentence):
        arrays.file()


def test_objects_cannot_be_stored_as_arrays() -> None:
    with pytest.raises(ProjectError, match="plain numbers"):
        Arrays({"a": np.array([object()], dtype=object)})


GOLDEN = sorted((ROOT / "tests" / "golden" / "project").glob("*.layerwright"))


@settings(max_examples=300)
@given(
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=6), st.integers(0, 6)), min_size=1, max_size=4
    ),
    golden=st.sampled_from(GOLDEN),
)
def test_mutated_files_give_nothing_but_sentences(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[float, bytes, int]], golden: Path
) -> None:
    data = bytearray(golden.read_bytes())
    for place, new, gone in cuts:
        at = int(place * len(data))
        data[at : at + gone] = new
    path = tmp_path_factory.getbasetemp() / "mutated.layerwright"
    path.write_bytes(data)
    _load_or_sentence(path)


@settings(max_examples=300)
@given(data=st.data(), golden=st.sampled_from(GOLDEN))
def test_mutated_json_gives_nothing_but_sentences(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, golden: Path
) -> None:
    with zipfile.ZipFile(golden) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from([n for n in members if n.endswith(".json")]))
    members[name] = json.dumps(_mutated(data, json.parse(members[name], name)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    path = tmp_path_factory.getbasetemp() / "mutated.layerwright"
    path.write_bytes(stream.getvalue())
    _load_or_sentence(path)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.just([]), st.just({}), st.just([[]]), st.just({"id": "core.dense/1"}),
)  # fmt: skip


def _mutated(data: st.DataObject, value: object) -> object:
    """Replace, remove or add something somewhere in the tree."""
    inside = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not inside or data.draw(st.integers(0, 4)) == 0:
        return data.draw(VALUES)
    key = data.draw(st.sampled_from(inside))
    made = value.copy()  # type: ignore[attr-defined]
    if data.draw(st.integers(0, 5)) == 0:
        del made[key]
    else:
        made[key] = _mutated(data, value[key])  # type: ignore[index]
    return made


def _load_or_sentence(path: Path) -> None:
    try:
        project, store = file.load(path)
    except LayerwrightError as error:
        assert str(error)  # noqa: PT017  (either outcome is fine, this one must be a sentence)
        return
    assert isinstance(project, Project)
    for run in store:
        assert len(run.weights.file()) > 0


# ---- old files -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", GOLDEN, ids=[p.name for p in GOLDEN])
def test_every_released_schema_still_opens(path: Path) -> None:
    project, store = file.load(path)
    assert project.name == "Golden"
    assert [node.layer.KERAS for node in project.network] == ["Input", "Dense", "Dropout", "Dense"]
    assert project.data.columns["petal length"].impute == "mean"
    assert project.compile.optimizer is not None
    assert store["r1"].metrics["test"]["accuracy"] == 0.96875
    assert store["r1"].weights["n2/kernel"].shape == (4, 8)


def test_there_is_a_golden_file_of_this_schema() -> None:
    from engine.project.document import SCHEMA

    assert f"schema-{SCHEMA}.layerwright" in [p.name for p in GOLDEN]


def test_migration_steps_run_in_order() -> None:
    from engine.project.migrations import migrate

    steps = {1: lambda raw: raw | {"a": 1}, 2: lambda raw: raw | {"b": raw["a"] + 1}}
    assert migrate({"schema": 1}, steps, newest=3) == {"schema": 3, "a": 1, "b": 2}
    with pytest.raises(ProjectError, match="schema 0 cannot be read"):
        migrate({"schema": 0}, steps, newest=3)


def test_every_field_of_the_document_is_stored() -> None:
    """A project in which everything differs from its default comes back equal."""
    data = DataSettings(
        Source("x.csv", 1, "0" * 64),
        {"a": Column("a", "category", "target", "most_frequent", "none", "index", "other")},
        task="regression",
        impute="zero",
        scale="minmax",
        encode="index",
        scale_target=False,
        split=Split(0.5, 0.25, 0.25, "ordered", 9),
        excluded=(3, 4),
    )
    target = Target("n1", "a", None, 0.5)
    project = Project("n", data, feeds={"n1": "t"}, targets=(target,), positions={"n1": (0.0, 1.0)}, titles={"r1": "x"})
    project = dataclasses.replace(project, fit=FitSettings(5, 6, False, "balanced", (), 7))
    assert json.from_json(json.parse(json.dumps(json.to_json(project)), "x")) == project
