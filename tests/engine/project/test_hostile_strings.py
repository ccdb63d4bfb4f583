"""A project whose strings are line breaks, quotes or code is opened, trained and exported; nothing of it runs."""

import csv
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.project import file, lifecycle
from engine.project.runs import RunStore

CODE = "__import__('os').system('touch CANARY')"
STRINGS = [
    f"'); {CODE} #",
    f'"""\n{CODE}\n"""', f"\\u0027+{CODE}+\\u0027", f"\u2028{CODE}\u2029", f"{{{CODE}}}", f"%({CODE})s",
    f"${{{CODE}}}", f"\r\n{CODE}", f"\u202e{CODE}", f"=cmd|'{CODE}'!A1",
]  # fmt: skip


def hostile_csv(folder: Path) -> Path:
    """A table whose column names and labels are all hostile."""
    path = folder / "data.csv"
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(STRINGS[:4])
        for i in range(60):
            writer.writerow([i % 7 + 0.5, STRINGS[4 + i % 3], (i * 3) % 11 + 0.25, STRINGS[7 + i % 3]])
    return path


def test_nothing_of_a_hostile_project_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = lifecycle.new_project(hostile_csv(tmp_path))
    table = lifecycle.open_table(project)
    assert table.columns == tuple(text.strip() for text in STRINGS[:4])
    project = lifecycle.with_wishes(project, table, target=table.columns[3], epochs=3)
    node = project.network.outputs[0]
    network = project.network.replace(node, note=STRINGS[1])
    project = dataclasses.replace(project, name=STRINGS[0], network=network, titles={"r1": STRINGS[2]})
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in fitting:
        pass
    store = RunStore()
    run = store.add(fitting.run())
    file.save(tmp_path / "p.layerwright", project, store)
    again, runs = file.load(tmp_path / "p.layerwright")
    assert again == project
    assert runs["r1"].classes == run.classes == tuple(sorted(text.strip() for text in STRINGS[7:]))
    for to in ("numpy", "keras"):
        assert main(["export", "p.layerwright", "--to", to, "--out", f"{to}.py"]) == 0
    assert not (tmp_path / "CANARY").exists()


def test_its_script_runs_and_only_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile_csv(tmp_path)
    options = ["--target", STRINGS[3].strip(), "--epochs", "2", "--out", "p.layerwright", "--json"]
    assert main(["train", "data.csv", *options]) == 0
    capfd.readouterr()
    assert main(["export", "p.layerwright", "--to", "numpy", "--out", "s.py", "--verify", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["verified"] is True
    text = (tmp_path / "s.py").read_text(encoding="ascii")
    assert f"\n{CODE}" not in text
    done = subprocess.run(
        [sys.executable, "-I", "s.py", "predict", "data.csv"], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert main(["predict", "p.layerwright", "data.csv", "--out", "out.csv", "--spreadsheet-safe"]) == 0
    with open("out.csv", encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\r"))]
    assert not (tmp_path / "CANARY").exists()
