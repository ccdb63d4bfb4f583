"""Callbacks at work: records and objects of one's own. None of them gets the model."""

from typing import Any

import numpy as np
import pytest

from engine import callbacks
from engine.errors import UsageError
from engine.model import Model, load_model
from tests.engine.training import runs


def fitted(watch: Any, epochs: int = 4) -> tuple[Model, Any]:
    model, (x, y) = runs.model(), runs.rows()
    run = model.train(x, y, epochs=epochs, callbacks=watch, validation_split=0.2)
    return model, (run, list(run))


def test_best_weights_come_back_whatever_ended_the_run() -> None:
    model, (x, y) = runs.model(), runs.rows()
    early = callbacks.EarlyStopping(patience=50, restore_best_weights=True)
    run, seen = model.train(x, y, epochs=8, callbacks=early, validation_split=0.2), []
    for report in run:
        if report.kind == "epoch":
            seen.append((report.logs["val_loss"], model.parameters.flat.copy()))
        if report.kind == "batch" and report.epoch == 7 and report.batch == 2:
            run.stop()
    best = min(seen, key=lambda pair: pair[0])[1]
    assert not np.array_equal(seen[-1][1], best), "the last epoch was the best: nothing is shown"
    np.testing.assert_array_equal(model.parameters.flat, best)


def test_events_say_what_callbacks_did() -> None:
    watch = [callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=100.0), callbacks.EarlyStopping(min_delta=100.0)]
    model, (_, reports) = fitted(watch)
    events = [r.message for r in reports if r.kind == "event"]
    assert any("learning rate is now" in message for message in events)
    assert any("Stopped early: val_loss has not improved" in message for message in events)
    assert "val_loss" in reports[-1].message
    assert model.optimizer.learning_rate < 0.4


def test_a_name_and_a_config_are_callbacks_too() -> None:
    _, (run, _) = fitted(["early_stopping", callbacks.EarlyStopping(patience=2).get_config()], 1)
    assert run.watchers.records == [callbacks.EarlyStopping(), callbacks.EarlyStopping(patience=2)]


def test_checkpoints_are_written_and_can_be_loaded(tmp_path: Any) -> None:
    watch = [
        callbacks.ModelCheckpoint(str(tmp_path / "{epoch:02d}.model")),
        callbacks.ModelCheckpoint(str(tmp_path / "last.weights"), save_weights_only=True),
    ]
    model, _ = fitted(watch, 2)
    x, _ = runs.rows()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["01.model", "02.model", "last.weights"]
    np.testing.assert_array_equal(load_model(tmp_path / "02.model").predict(x), model.predict(x))
    other = runs.model()
    other.load_weights(tmp_path / "last.weights")
    np.testing.assert_array_equal(other.predict(x), model.predict(x))


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_run(tmp_path: Any) -> None:
    _, (run, reports) = fitted(callbacks.ModelCheckpoint(str(tmp_path / "absent" / "x.model")), 2)
    assert len(run.history.rows) == 2
    assert any("could not be saved" in r.message for r in reports)


class Own:
    """Hooks as people write them for Keras."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.seen.append("begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(epoch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen.append(("batch", batch, sorted(logs)))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(sorted(logs))
        self.model.optimizer.learning_rate = 0.125  # type: ignore[attr-defined]
        if epoch == 1:
            self.model.stop_training = True  # type: ignore[attr-defined]

    def on_train_end(self, logs: Any = None) -> None:
        self.seen.append("end")


def test_hooks_are_called_as_in_keras_without_a_model() -> None:
    own = Own()
    model, (run, _) = fitted([own], 5)
    assert own.seen[:3] == ["begin", 0, ("batch", 0, ["accuracy", "loss"])]
    assert own.seen[-1] == "end"
    assert ["accuracy", "auc", "loss", "val_accuracy", "val_auc", "val_loss"] in own.seen
    assert len(run.history.rows) == 2
    assert model.optimizer.learning_rate == 0.125
    view = own.model  # type: ignore[attr-defined]
    assert not isinstance(view, Model)
    assert (view.epoch, view.learning_rate) == (2, 0.125)


def test_what_is_no_callback_is_refused() -> None:
    model, (x, y) = runs.model(), runs.rows()
    with pytest.raises(UsageError, match="A callback must be"):
        model.fit(x, y, callbacks=[42])
