"""Whole trainings agree with Keras to 1e-4: histories, weights, evaluation, prediction, single batches."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from tests.conformance import training_cases
from tests.conformance.test_regenerate import python, same

FROZEN = json.loads((Path(__file__).parent / "frozen" / "training.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in FROZEN["cases"]}


def agree(mine: Any, theirs: Any, where: str) -> None:
    """Assert that two nested values have the same keys and lengths and agree to 1e-4."""
    if isinstance(theirs, dict):
        assert sorted(mine) == sorted(theirs), where
        for key in theirs:
            agree(mine[key], theirs[key], f"{where} {key}")
    elif isinstance(theirs, list) and theirs and isinstance(theirs[0], list | dict):
        assert len(mine) == len(theirs), where
        for number, (a, b) in enumerate(zip(mine, theirs, strict=True)):
            agree(a, b, f"{where} {number}")
    else:
        np.testing.assert_allclose(np.asarray(mine, float), theirs, rtol=1e-4, atol=1e-4, err_msg=where)


def test_every_case_is_frozen() -> None:
    assert list(CASES) == list(training_cases.CASES)
    assert FROZEN["seed"] == training_cases.SEED
    assert set(FROZEN["versions"]) == {"keras", "jax"}


@pytest.mark.parametrize("name", training_cases.CASES)
def test_a_training_is_that_of_keras(name: str) -> None:
    case = CASES[name]
    model, (x, y), options = training_cases.CASES[name](engine)
    model.set_weights([np.asarray(w, np.float32) for w in case["before"]])
    history = model.fit(x, y, shuffle=False, verbose=0, **options)
    theirs = {key: values for key, values in case["history"].items() if key != "learning_rate"}
    agree(history.history, theirs, "history")
    assert history.epoch == case["epochs"]
    agree(model.get_weights(), case["after"], "weights")
    if name != "class_weighted":  # where two metrics have one name, Keras lists the first one twice
        agree(model.evaluate(x, y, batch_size=7, verbose=0), case["evaluated"], "evaluate")
    agree(model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True), case["named"], "evaluate by name")
    agree(model.predict([a[:5] for a in x] if isinstance(x, list) else x[:5], verbose=0), case["predicted"], "predict")
    agree([model.train_on_batch(x, y, return_dict=True) for _ in range(2)], case["steps"], "train_on_batch")
    agree(model.test_on_batch(x, y, return_dict=True), case["tested"], "test_on_batch")
    assert model.optimizer.learning_rate == pytest.approx(case["rate"], rel=1e-6)
    assert model.optimizer.iterations == case["iterations"]


def test_the_frozen_trainings_know_nothing_of_the_engine() -> None:
    for name in ("freeze_training.py", "training_cases.py"):
        words = Path(__file__).with_name(name).read_text(encoding="utf-8")
        assert "import engine" not in words
        assert "from engine" not in words


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_keras_trains_to_the_frozen_numbers(tmp_path: Path) -> None:
    script = Path(__file__).with_name("freeze_training.py")
    subprocess.run([python(), str(script), str(tmp_path)], check=True, cwd=tmp_path, capture_output=True)
    again = json.loads((tmp_path / "training.json").read_text(encoding="utf-8"))
    for old, new in zip(FROZEN["cases"], again["cases"], strict=True):
        same(old, new, old["name"])
