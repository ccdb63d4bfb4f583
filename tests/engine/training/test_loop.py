"""The iterator: its reports, pausing, stopping, the learning rate, and what happens when memory or numbers give out."""

import gc
import itertools
import threading
import time
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from engine import layers
from engine.errors import DeviceError, NotFiniteError, UsageError
from engine.model import Input, Model
from engine.training.guard import EVERY
from tests.engine.training import runs


def regression(rows: int = 40, rate: float = 0.01, **compiled: Any) -> tuple[Model, Any, Any]:
    x = np.random.default_rng(0).standard_normal((rows, 3)).astype("float32")
    start = Input((3,), name="rows")
    middle = layers.Dense(4, activation="relu", name="middle")(start)
    model = Model(start, layers.Dense(1, name="end")(middle), seed=1)
    model.compile("sgd", "mse", **compiled)
    model.optimizer.learning_rate = rate
    return model, x, x[:, :1] - x[:, 1:2]


def test_reports_come_batch_by_batch_and_close_each_epoch() -> None:
    model, x, y = regression(metrics=["mae"])
    reports = list(model.train(x, y, batch_size=16, epochs=2))
    assert [r.kind for r in reports] == ["batch"] * 3 + ["epoch"] + ["batch"] * 3 + ["epoch", "end"]
    assert [(r.epoch, r.batch, r.step) for r in reports[:4]] == [(0, 1, 1), (0, 2, 2), (0, 3, 3), (0, 3, 3)]
    assert all(r.batches == 3 for r in reports)
    assert set(reports[0].logs) == {"loss", "mae"}
    assert reports[2].logs == reports[3].logs, "the running mean after the last batch is the figure of the epoch"
    assert reports[0].logs != reports[1].logs
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(reports))


def test_batch_losses_are_the_losses_of_each_batch() -> None:
    model, x, y = regression(lr := 32)
    run = model.train(x, y, batch_size=16, shuffle=False)
    begun = float(model.evaluate(x[:16], y[:16], verbose=0))
    for _ in run:
        pass
    assert run.history.batch_losses.shape == (lr // 16,)
    assert run.history.batch_losses[0] == pytest.approx(begun, rel=1e-6)
    assert run.history.batch_losses.mean() == pytest.approx(run.history.rows[0]["loss"], rel=1e-6)


def test_a_pause_changes_nothing_and_costs_no_seconds() -> None:
    model, x, y = regression()
    other, _, _ = regression()
    run = model.train(x, y, epochs=3)
    for _ in run:
        time.sleep(0.02)
    other.fit(x, y, epochs=3, verbose=0)
    np.testing.assert_array_equal(model.parameters.flat, other.parameters.flat)
    assert run.history.rows[-1]["seconds"] < 0.02 * 3


def test_close_leaves_and_gives_the_threads_back() -> None:
    before = [p["num_threads"] for p in threadpoolctl.threadpool_info() if p["user_api"] == "blas"]
    model, x, y = regression()
    run = model.train(x, y, epochs=5)
    next(run)
    run.close()
    assert list(run) == []
    assert model.optimizer.iterations == 1
    assert [p["num_threads"] for p in threadpoolctl.threadpool_info() if p["user_api"] == "blas"] == before


def test_the_learning_rate_can_be_set_from_another_thread() -> None:
    model, x, y = regression()
    run = model.train(x, y, batch_size=8, epochs=2)
    next(run)
    thread = threading.Thread(target=setattr, args=(run, "learning_rate", 0.0))
    thread.start()
    thread.join()
    before = model.parameters.flat.copy()
    report = next(run)
    np.testing.assert_array_equal(model.parameters.flat, before)
    assert report.learning_rate == 0.0
    assert list(run)[-1].kind == "end"
    assert model.optimizer.learning_rate == 0.0
    with pytest.raises(UsageError, match="finite number from 0"):
        run.learning_rate = float("nan")


def test_unread_reports_leave_no_cycles() -> None:
    model, x, y = regression()
    run = model.train(x, y)
    list(run)
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        del run
        gc.collect()
        assert not [found for found in gc.garbage if isinstance(found, np.ndarray) and found.size > 100]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.mark.parametrize(("name", "value"), [("batch_size", -1), ("epochs", 1.5), ("initial_epoch", "x")])
def test_wrong_options_are_sentences(name: str, value: Any) -> None:
    model, x, y = regression()
    with pytest.raises(UsageError, match=f"{name} must be a whole number"):
        model.train(x, y, **{name: value})


# ---- numbers that are not finite ------------------------------------------------------------------------------------
def test_bad_rows_are_named_and_the_good_weights_kept() -> None:
    model, x, y = regression(64)
    x[[33, 37], 1] = np.nan
    good, x2, y2 = regression(64)
    run = model.train(x, y, batch_size=8, shuffle=False)
    with pytest.raises(NotFiniteError, match=r"data for rows.*rows 33, 37") as caught:
        list(run)
    assert caught.value.problems[0].where == "rows"
    good.fit(x2[:32], y2[:32], batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.parameters.flat, good.parameters.flat)
    assert len(run.history.batch_losses) == 4
    assert run.position.batch == 4


@pytest.mark.parametrize("batches", [3, EVERY + 20])
def test_an_explosion_goes_back_to_the_last_batch_that_was_finite(batches: int) -> None:
    model, x, y = regression(8 * batches + 64, rate=0.001)
    run = model.train(x, y, batch_size=8)
    for report in run:
        if report.batch == batches:
            run.learning_rate = 1e30
            break
    with pytest.raises(NotFiniteError, match=r"(middle|end|loss)"):
        list(run)
    assert np.isfinite(model.parameters.flat).all()
    assert batches <= run.position.batch <= batches + 2
    assert model.parameters.iterations == run.position.batch
    other, _, _ = regression(8 * batches + 64, rate=0.001)
    again = other.train(x, y, batch_size=8)
    for report in again:
        if report.batch == batches:
            again.learning_rate = 1e30
        if report.batch == run.position.batch:
            break
    np.testing.assert_array_equal(model.parameters.flat, other.parameters.flat)


def test_a_validation_that_is_not_finite_is_said() -> None:
    model, x, y = regression()
    held = np.full((4, 3), np.inf, "float32"), np.zeros((4, 1))
    with pytest.raises(NotFiniteError, match="validation loss must be finite"):
        model.fit(x, y, validation_data=held, verbose=0)


def test_too_little_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x, y = regression()
    run = model.train(x, y)

    def full(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(type(run._full), "step", full)
    with pytest.raises(DeviceError, match="batches of 32 rows"):
        list(run)


# ---- what must not happen again ----------------------------------------------------------------------------------
def test_a_second_fit_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x, y = regression(metrics=["mae"])
    model.fit(x, y, batch_size=16, validation_split=0.2, verbose=0)
    programs = [model.program("train", 16), model.program("test", 8)]
    monkeypatch.setattr("engine.compiler.pipeline.compile", lambda *_, **__: pytest.fail("compiled again"))
    model.fit(x * 2, y, batch_size=16, validation_split=0.2, verbose=0)
    assert [model.program("train", 16), model.program("test", 8)] == programs


def test_the_resumed_network_is_deterministic_with_dropout() -> None:
    first, second = runs.model(), runs.model()
    x, y = runs.rows()
    for model in (first, second):
        model.fit(x, y, epochs=1, verbose=0)
        model.fit(x, y, epochs=1, verbose=0)
    np.testing.assert_array_equal(first.parameters.flat, second.parameters.flat)
