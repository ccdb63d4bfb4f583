"""Scripts run alone, agree with the app, train to the same figures and hold nothing of a person's but literals."""

import ast
import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from engine.data.table import from_rows
from engine.errors import ExportError
from engine.export import numpy_script, verify
from engine.project import lifecycle
from engine.project.document import Project
from resources import sample_path

NAMES = [
    "normalized",
    "embedded",
    "image",
    "numbers",
    "logits",
    "grouped",
    "one_hot",
    "spare_units",
    "suggested_classes",
    "suggested_numbers",
]


def ruff(folder, file):
    """Return what the linter and the formatter have to say."""
    said = []
    for command in (["check", "--select", "E,F,W,I,B"], ["format", "--diff"]):
        call = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", file]
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
        said.append(done.stdout if done.returncode else "")
    return tuple(said)


def run(folder, *arguments):
    return subprocess.run([sys.executable, "-I", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_script_predicts_as_the_app_does(made, name, tmp_path):
    found = made(name)
    exported = numpy_script.write(found.run, found.project, tmp_path / "script.py")
    assert exported.cannot_train == ""
    stamp = verify.verify(tmp_path / "script.py", found.run, found.project, found.table)
    assert stamp.ok
    assert stamp.rows == min(found.table.rows, verify.ROWS)
    assert ruff(tmp_path, "script.py") == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_the_script_trains_to_the_figures_of_the_app(made, name, tmp_path):
    found = made(name)
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    done = run(tmp_path, "script.py", "train", str(sample_path(found.case.sample)), "--out", "w.npz")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    for part, own in found.run.metrics.items():
        assert set(figures[part]) == set(own)
        for figure, value in own.items():
            assert abs(figures[part][figure] - value) <= 1e-3 * max(1.0, abs(value)), (part, figure)


def test_weights_of_a_training_predict(made, tmp_path):
    found = made("one_hot")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    source = str(sample_path("iris"))
    assert run(tmp_path, "script.py", "train", source, "--epochs", "4", "--out", "w.npz").returncode == 0
    assert run(tmp_path, "script.py", "predict", source, "a.csv", "--weights", "w.npz").returncode == 0
    assert run(tmp_path, "script.py", "predict", source, "b.csv").returncode == 0
    first, second = ((tmp_path / n).read_text().splitlines() for n in ("a.csv", "b.csv"))
    assert [line.split(",")[5] for line in first] == [line.split(",")[5] for line in second]


def test_another_seed_and_number_of_epochs(made, tmp_path):
    found = made("one_hot")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    source = str(sample_path("iris"))
    one, two = (run(tmp_path, "script.py", "train", source, "--seed", seed, "--epochs", "2") for seed in "12")
    assert one.stdout != two.stdout
    assert one.stderr.count("epoch ") == 2


def test_weights_may_stand_beside_the_script(made, tmp_path):
    found = made("one_hot")
    exported = numpy_script.write(found.run, found.project, tmp_path / "script.py", embed=False)
    assert [f.name for f in exported.files] == ["script.py", "script.npz"]
    assert "WEIGHTS" not in (tmp_path / "script.py").read_text()
    assert verify.verify(tmp_path / "script.py", found.run, found.project, found.table).ok
    assert ruff(tmp_path, "script.py") == ("", "")


def test_cells_that_cannot_be_read_leave_their_row_empty(made, tmp_path):
    found = made("one_hot")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    header = sample_path("iris").read_text().splitlines()[0]
    (tmp_path / "in.csv").write_text(f"{header}\n5.1,3.5,1.4,0.2,setosa\n5.1,long,1.4,0.2,setosa\n5.1,,1.4,0.2,\n")
    assert run(tmp_path, "script.py", "predict", "in.csv", "out.csv").returncode == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [bool(row["prediction"]) for row in rows] == [True, False, True]
    assert rows[1]["problem"] == "'sepal_width_cm' cannot be read: 'long'."


def test_faults_are_sentences(made, tmp_path):
    found = made("one_hot")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    done = run(tmp_path, "script.py", "predict", "in.csv")
    assert done.returncode
    assert "The file lacks columns" in done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / "in.csv").write_text("a,b\n")
    assert "rows below it" in run(tmp_path, "script.py", "predict", "in.csv").stderr


HOSTILE = [
    "\n", "a\u2028b", "\"'", '"""', "'''", "{__import__('os').system('exit 1')}", "import os; os.abort()",
    "x\\", "%(name)s {0} {x!r}", "\u202eab", "\U0001f600", "# noqa", "RECIPE", "a\tb", "=1", "\x1b[31m",
]  # fmt: skip


def hostile_table():
    rng = np.random.default_rng(0)
    names = [f"x{text}y" for text in HOSTILE]
    kinds = [rng.standard_normal(60).round(3).tolist(), [HOSTILE[i % 5] + "!" for i in range(60)]]
    columns = {name: kinds[i % 2] for i, name in enumerate(names)}
    columns["target {print(1)}\n'''"] = [f"{HOSTILE[i % 3 + 2]} class" for i in range(60)]
    return from_rows([{name: cells[i] for name, cells in columns.items()} for i in range(60)])


def test_nothing_of_a_person_leaves_its_literal(tmp_path):
    table = hostile_table()
    project = lifecycle.with_target(Project(name="\n'''{x}"), table.columns[-1])
    project = lifecycle.suggest(project, table)
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in zip(range(5), fitting, strict=False):
        pass
    run_made = fitting.run()
    script = tmp_path / "script.py"
    numpy_script.write(run_made, project, script)
    text = script.read_bytes()
    assert text.isascii()
    tree = ast.parse(text)
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert set(table.columns) <= strings
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not [name for name in names if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)]
    assert "os" not in names
    stamp = verify.verify(script, run_made, project, table)
    assert stamp.ok
    assert ruff(tmp_path, "script.py") == ("", "")


def test_a_network_whose_callback_is_unknown_still_predicts(made, tmp_path, monkeypatch):
    found = made("one_hot")

    def refuse(subject):
        raise ExportError("A callback watches a figure that the script does not compute.")

    monkeypatch.setattr(numpy_script, "callbacks_of", refuse)
    exported = numpy_script.write(found.run, found.project, tmp_path / "script.py")
    assert exported.cannot_train.startswith("A callback")
    assert verify.verify(tmp_path / "script.py", found.run, found.project, found.table).ok
    assert "invalid choice: 'train'" in run(tmp_path, "script.py", "train", "x.csv").stderr
    assert ruff(tmp_path, "script.py") == ("", "")


def test_numeric_classes_without_header(tmp_path):
    rows = "".join(f"{i % 7}.5;{(i * 3) % 5},25;{i % 3 + 1}\n".replace(".", ",") for i in range(60))
    (tmp_path / "t.csv").write_text(rows)
    project = lifecycle.new_project(tmp_path / "t.csv", "column_3")
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in zip(range(40), fitting, strict=False):
        pass
    numpy_script.write(fitting.run(), project, tmp_path / "script.py")
    assert verify.verify(tmp_path / "script.py", fitting.run(), project, table).ok
