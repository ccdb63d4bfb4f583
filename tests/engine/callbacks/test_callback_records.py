"""Callbacks are pure, their memory is plain JSON, and what they do is said in a sentence."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import callbacks, registry
from engine.callbacks import Notice, Save, Stop
from engine.callbacks.spec import larger_is_better
from engine.errors import UsageError


@dataclass
class View:
    """What a callback sees."""

    epoch: int = 0
    logs: dict[str, float] = field(default_factory=lambda: {"loss": 1.0, "val_loss": 0.5})
    learning_rate: float = 0.1


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from(registry.records("callback")), st.integers(0, 30))
def test_a_memory_that_was_saved_goes_on_the_same(values: list[float], record: Any, cut: int) -> None:
    callback = record.suggestion()
    straight, saved = callback.start(), callback.start()
    for epoch, value in enumerate(values):
        view = View(epoch, {"loss": 1.0, "val_loss": value})
        if epoch == cut:
            saved = json.loads(json.dumps(saved))
        before = json.dumps(straight)
        after, did = callback.on_epoch_end(view, straight)
        assert json.dumps(straight) == before, "the memory it was given has changed"
        saved, same = callback.on_epoch_end(view, saved)
        assert did == same
        straight = after
    assert straight == saved


def test_a_number_that_is_not_measured_is_a_notice() -> None:
    for callback in (callbacks.EarlyStopping("auc"), callbacks.ReduceLROnPlateau("auc")):
        memory, (notice,) = callback.on_epoch_end(View(), callback.start())
        assert isinstance(notice, Notice)
        assert notice.message == f"{callback.KERAS} watches auc, which is not measured. Measured are: loss, val_loss."
        assert memory == callback.start()


def test_stopping_says_why() -> None:
    callback = callbacks.EarlyStopping(patience=1)
    memory, _ = callback.on_epoch_end(View(0), callback.start())
    _, actions = callback.on_epoch_end(View(1), memory)
    assert actions == (Stop("val_loss has not improved for 1 epochs."),)


@pytest.mark.parametrize(
    ("monitor", "larger"),
    [
        ("val_loss", False), ("loss", False), ("val_accuracy", True), ("acc", True), ("val_auc", True), ("mae", False),
        ("val_dense_2_accuracy", True), ("precision", True), ("val_r2_score", True), ("val_mse", False),
        ("novel", False), ("dense_1_loss", False),
    ],
)  # fmt: skip
def test_direction_follows_the_metric(monitor: str, larger: bool) -> None:
    assert larger_is_better(monitor, "auto") is larger
    assert larger_is_better(monitor, "max") is True
    assert larger_is_better(monitor, "min") is False


def test_checkpoint_names_its_file() -> None:
    callback = callbacks.ModelCheckpoint("e{epoch:02d}-{val_loss:.2f}.layerwright")
    _, actions = callback.on_epoch_end(View(4), callback.start())
    assert actions == (Save("e05-0.50.layerwright"),)
    assert callbacks.ModelCheckpoint(Path("a") / "b").filepath == str(Path("a") / "b")


def test_checkpoint_keeps_the_best_only() -> None:
    callback = callbacks.ModelCheckpoint("best", save_best_only=True)
    memory, (first,) = callback.on_epoch_end(View(0), callback.start())
    assert first == Save("best", False, "val_loss is 0.5, the best so far.")
    memory, actions = callback.on_epoch_end(View(1, {"val_loss": 0.6}), memory)
    assert actions == ()
    memory, actions = callback.on_epoch_end(View(2, {"val_loss": 0.4}), memory)
    assert len(actions) == 1
    assert memory == {"best": 0.4}
    strict = callbacks.ModelCheckpoint("best", save_best_only=True, initial_value_threshold=0.3)
    assert strict.on_epoch_end(View(0), strict.start())[1] == ()


def test_checkpoint_that_cannot_name_its_file_says_so() -> None:
    callback = callbacks.ModelCheckpoint("{auc}")
    _, (notice,) = callback.on_epoch_end(View(), callback.start())
    assert isinstance(notice, Notice)
    assert "auc is not measured" in notice.message


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("{epoch", "cannot be filled in"), ("{epoch:zz}", "cannot be filled in"), ("", "must be given"),
        ("{epoch.__class__}", "only names may stand in braces"), ("{0[a]}", "only names may stand in braces"),
        ("{}", "only names may stand in braces"),
    ],
)  # fmt: skip
def test_file_names_that_cannot_be(path: str, sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        callbacks.ModelCheckpoint(path)
    assert sentence in str(caught.value)


def test_a_factor_must_shrink() -> None:
    with pytest.raises(UsageError, match="factor must be less than 1"):
        callbacks.ReduceLROnPlateau(factor=1.0)
