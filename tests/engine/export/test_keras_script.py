"""Keras scripts: written in style; where Keras is installed, they agree with the app and train."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from engine.export import keras_script, verify
from resources import sample_path

NAMES = ["normalized", "embedded", "image", "numbers", "logits", "grouped", "one_hot", "spare_units"]
PYTHON = os.environ.get("PEERS_PYTHON") or (sys.executable if importlib.util.find_spec("keras") else None)
with_keras = pytest.mark.skipif(PYTHON is None, reason="Keras is not installed and PEERS_PYTHON is not set")


@pytest.mark.parametrize("name", NAMES)
def test_the_script_is_in_style(made, name, tmp_path):
    found = made(name)
    keras_script.write(found.run, found.project, tmp_path / "script.py")
    style = ["--isolated", "--line-length", "120", "script.py"]
    for command in (["check", "--select", "E,F,W,I,B"], ["format", "--diff"]):
        call = [sys.executable, "-m", "ruff", *command, *style]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    text = (tmp_path / "script.py").read_text()
    assert text.isascii()
    assert "\nfrom keras import Model" in text
    compile(text, "script.py", "exec")


def test_weights_may_stand_beside_the_script(made, tmp_path):
    found = made("one_hot")
    exported = keras_script.write(found.run, found.project, tmp_path / "script.py", embed=False)
    assert [f.name for f in exported.files] == ["script.py", "script.npz"]


@with_keras
@pytest.mark.parametrize("name", NAMES)
def test_keras_predicts_as_the_app_does(made, name, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "jax"))
    found = made(name)
    keras_script.write(found.run, found.project, tmp_path / "script.py")
    assert verify.verify(tmp_path / "script.py", found.run, found.project, found.table, PYTHON).ok


@with_keras
def test_keras_trains_from_the_same_start(made, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", os.environ.get("KERAS_BACKEND", "jax"))
    found = made("suggested_numbers")
    keras_script.write(found.run, found.project, tmp_path / "script.py")
    call = [PYTHON, "script.py", "train", str(sample_path("diabetes")), "--out", "w.npz"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["test"]
    assert abs(figures["r2"] - found.run.metrics["test"]["r2"]) < 0.15
    assert (tmp_path / "w.npz").exists()
