"""Stop anywhere, save, load, go on: every bit is that of a run that was never stopped."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import callbacks, layers
from engine.errors import ModelError, UsageError
from engine.model import Input, Model
from engine.training.checkpoint import TrainingState
from tests.engine.training import runs


@pytest.fixture(scope="module")
def never_stopped() -> dict[str, Any]:
    made = runs.model()
    run = runs.training(made)
    for _ in run:
        pass
    return runs.left(made, run)


def stopped(batches: int) -> Any:
    """Return a run that was left after so many batches of all its epochs."""
    run = runs.training(runs.model())
    for report in run:
        if report.kind == "batch" and report.epoch * runs.BATCHES + report.batch == batches:
            break
    run.close()
    return run


def test_the_run_shows_all_that_must_survive(never_stopped: dict[str, Any]) -> None:
    assert never_stopped["edits"], "the learning rate was never reduced"
    assert len(never_stopped["rows"]) >= 4
    assert len({row["loss"] for row in never_stopped["rows"]}) == len(never_stopped["rows"])


@pytest.mark.parametrize("batches", [1, 3, 5, 6, 9, 14, 15, 17])
def test_resumed_is_never_stopped(batches: int, never_stopped: dict[str, Any], tmp_path: Path) -> None:
    stopped(batches).state().save(tmp_path / "state")
    made = runs.model()
    run = runs.training(made, TrainingState.load(tmp_path / "state"))
    for _ in run:
        pass
    assert runs.left(made, run) == never_stopped


def test_a_new_process_goes_on_to_the_same_bits(never_stopped: dict[str, Any], tmp_path: Path) -> None:
    stopped(12).state().save(tmp_path / "state")
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "tests.engine.training.runs", str(tmp_path / "state"), str(tmp_path / "left")]
    subprocess.run(command, check=True, cwd=root, env=os.environ | {"PYTHONPATH": str(root)})
    found = json.loads((tmp_path / "left").read_text("utf-8"))
    assert found == json.loads(json.dumps(never_stopped))


def test_state_can_be_taken_at_every_report(never_stopped: dict[str, Any]) -> None:
    run = runs.training(runs.model())
    states = [run.state() for report in run if "Back to" not in report.message and report.kind != "end"]
    assert states[-1].values["stopped"], "the last state is one in which the end is decided"
    for state in [*states[4::7], states[-1]]:
        made = runs.model()
        run = runs.training(made, state)
        for _ in run:
            pass
        assert runs.left(made, run) == never_stopped


def test_stop_ends_the_run_and_its_state_goes_on(never_stopped: dict[str, Any]) -> None:
    made = runs.model()
    run = runs.training(made)
    for report in run:
        if report.kind == "batch" and report.epoch == 1 and report.batch == 2:
            run.stop()
    assert report.kind == "end"
    assert "batch 2 of 5 in epoch 2" in report.message
    again = runs.model()
    resumed = runs.training(again, run.state())
    for _ in resumed:
        pass
    assert runs.left(again, resumed) == never_stopped


def test_an_edit_of_the_learning_rate_survives() -> None:
    def go(stop: int | None) -> dict[str, Any]:
        made = runs.model()
        run = runs.training(made, epochs=3)
        for report in run:
            if report.kind == "batch" and report.epoch == 0 and report.batch == 2:
                run.learning_rate = 0.01
            if report.kind == "batch" and report.step == stop:
                run.close()
                made = runs.model()
                run = runs.training(made, run.state(), epochs=3)
                for _ in run:
                    pass
                break
        return runs.left(made, run)

    assert go(None)["edits"][0] == (2, 0.01)
    assert go(4) == go(None)


def test_a_finished_run_can_be_made_longer() -> None:
    whole, short = runs.model(), runs.model()
    long = runs.training(whole, epochs=4)
    begun = runs.training(short, epochs=2)
    for _ in begun:
        pass
    again = runs.model()
    longer = runs.training(again, begun.state(), epochs=4)
    for run in (long, longer):
        for _ in run:
            pass
    assert runs.left(again, longer) == runs.left(whole, long)


def test_a_state_of_another_run_is_refused() -> None:
    state, (x, y) = stopped(3).state(), runs.rows()
    made = runs.model()
    with pytest.raises(ModelError, match=r"16 rows a batch; now it is 8"):
        made.train(x, y, batch_size=8, validation_split=0.2, seed=11, resume=state)
    with pytest.raises(ModelError, match="rows of training data"):
        made.train(x, y, batch_size=16, seed=11, resume=state)
    with pytest.raises(UsageError, match="callbacks it began with"):
        made.train(
            x, y, batch_size=16, validation_split=0.2, seed=11, resume=state, callbacks=[callbacks.EarlyStopping()]
        )
    with pytest.raises(ModelError, match="not the state"):
        runs.training(made, TrainingState({}, {}))


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    def flat(seed: int) -> bytes:
        made, (x, y) = runs.model(), runs.rows()
        made.fit(x, y, epochs=1, seed=seed, verbose=0)
        return np.asarray(made.parameters.flat).tobytes()

    assert flat(1) == flat(1)
    assert flat(1) != flat(2)


def test_a_resumed_run_keeps_its_plan_on_a_machine_with_other_cores() -> None:
    x = np.random.default_rng(1).standard_normal((512, 64)).astype("float32")

    def wide(cores: int) -> Model:
        start = Input((64,))
        made = Model(start, layers.Dense(1)(layers.Dense(300, activation="relu")(start)))
        made.compile("adam", "mse", cores=cores)
        return made

    def go(made: Model, state: TrainingState | None = None) -> Any:
        run = made.train(x, x[:, :1], batch_size=256, epochs=2, resume=state)
        assert run.plan.shards == 2
        return run

    whole, begun, again = wide(2), wide(2), wide(1)
    list(go(whole))
    run = go(begun)
    next(run)
    run.close()
    list(go(again, run.state()))
    np.testing.assert_array_equal(again.parameters.flat, whole.parameters.flat)
