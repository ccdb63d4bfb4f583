"""Callbacks at work: records with their memories and kept weights, and the objects people write themselves.

None of them gets the model. They see numbers, may save, stop and set the learning rate.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine import registry
from engine.callbacks import (
    Action,
    Callback,
    CallbackSpec,
    KeepWeights,
    Memory,
    Notice,
    RestoreWeights,
    Save,
    SetLearningRate,
    Stop,
)
from engine.compiler.parameters import Parameters
from engine.errors import DeviceError, UsageError
from engine.specs import Spec

HOOKS = ("on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end")
Array = NDArray[Any]


class Run(Protocol):
    """What watchers need of a run."""

    learning_rate: float

    @property
    def epoch(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def parameters(self) -> Parameters: ...
    def save(self, path: str, weights_only: bool = False) -> None: ...
    def stop(self) -> None: ...


class RunView:
    """What a callback may see and do. Keras' `self.model` in a callback is this: numbers, `save`, `stop_training`.

    Attributes:
        logs: the figures of the epoch (of the batch so far, in a batch hook).
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.logs: Mapping[str, float] = {}

    @property
    def epoch(self) -> int:
        """The running epoch, from 0."""
        return self._run.epoch

    @property
    def batch(self) -> int:
        """Batches done in this epoch."""
        return self._run.batch

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next batch."""
        return self._run.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._run.learning_rate = value

    @property
    def optimizer(self) -> "RunView":
        """This view: `self.model.optimizer.learning_rate` reads as in Keras."""
        return self

    @property
    def stop_training(self) -> bool:
        """Set it to True to end the run after this batch."""
        return False

    @stop_training.setter
    def stop_training(self, value: bool) -> None:
        if value:
            self._run.stop()

    def save(self, path: str) -> None:
        """Save the model as it is now."""
        self._run.save(str(path))

    def save_weights(self, path: str) -> None:
        """Save the weights as they are now."""
        self._run.save(str(path), True)


class Watchers:
    """The callbacks of one run.

    Args:
        callbacks: None, one or a list: records, their names or configs, or objects with Keras' hooks.

    Raises:
        UsageError: an entry is none of these.
    """

    def __init__(self, callbacks: Any, run: Run) -> None:
        given = [] if callbacks is None else callbacks if isinstance(callbacks, list | tuple) else [callbacks]
        self._run, self._view = run, RunView(run)
        self._own = [item for item in given if _is_own(item)]
        self.records: list[CallbackSpec] = [_record(item) for item in given if not _is_own(item)]
        self.memories: list[Memory] = [{} for _ in self.records]
        self.kept: dict[int, Array] = {}
        self.stopped = ""
        self.each_batch = any(_watches_batches(item) for item in [*self.records, *self._own])

    def start(self, fresh: bool = True) -> None:
        """Begin a run; a resumed one keeps the memories it was given."""
        if fresh:
            self.memories = [record.start(self._view) for record in self.records]
        for item in self._own:
            if callable(getattr(item, "set_model", None)):
                item.set_model(self._view)
            else:
                item.model = self._view
        self._call("on_train_begin", {})

    def epoch_begins(self, epoch: int) -> None:
        """Tell the hooks."""
        self._call("on_epoch_begin", epoch, {})

    def batch_ended(self, batch: int, logs: Mapping[str, float]) -> list[str]:
        """Return what happened, one sentence each."""
        self._call("on_train_batch_end", batch, dict(logs))
        return self._ask("on_batch_end", logs)

    def epoch_ended(self, epoch: int, logs: Mapping[str, float]) -> list[str]:
        """Return what happened, one sentence each."""
        done = self._ask("on_epoch_end", logs)
        self._call("on_epoch_end", epoch, dict(logs))
        return done

    def ended(self, logs: Mapping[str, float]) -> list[str]:
        """Return what happened, one sentence each."""
        done = self._ask("on_end", logs)
        self._call("on_train_end", dict(logs))
        return done

    def _ask(self, hook: str, logs: Mapping[str, float]) -> list[str]:
        self._view.logs = dict(logs)
        said: list[str] = []
        for index, record in enumerate(self.records):
            self.memories[index], actions = getattr(record, hook)(self._view, self.memories[index])
            said += [text for action in actions if (text := self._act(index, action))]
        return said

    def _act(self, index: int, action: Action) -> str:
        return ACTIONS[type(action)](self, index, action)

    def _call(self, hook: str, *arguments: Any) -> None:
        for item in self._own:
            if method := getattr(item, hook, None):
                method(*arguments)

    # ---- actions --------------------------------------------------------------------------------------------------
    def _stop(self, index: int, action: Stop) -> str:
        self.stopped = action.reason
        return f"Stopped early: {action.reason}"

    def _rate(self, index: int, action: SetLearningRate) -> str:
        self._run.learning_rate = action.value
        return action.reason

    def _keep(self, index: int, action: KeepWeights) -> str:
        flat = self._run.parameters.flat
        np.copyto(self.kept.setdefault(index, np.empty_like(flat)), flat)
        return ""

    def _restore(self, index: int, action: RestoreWeights) -> str:
        np.copyto(self._run.parameters.flat, self.kept[index])
        return action.reason

    def _save(self, index: int, action: Save) -> str:
        try:
            self._run.save(action.path, action.weights_only)
        except DeviceError as error:
            return f"The model could not be saved: {error} Training goes on."
        return action.reason

    def _notice(self, index: int, action: Notice) -> str:
        return action.message


ACTIONS: dict[type, Callable[[Watchers, int, Any], str]] = {
    Stop: Watchers._stop,
    SetLearningRate: Watchers._rate,
    KeepWeights: Watchers._keep,
    RestoreWeights: Watchers._restore,
    Save: Watchers._save,
    Notice: Watchers._notice,
}


def _is_own(item: Any) -> bool:
    return not isinstance(item, Spec | str | dict | type) and any(callable(getattr(item, h, None)) for h in HOOKS)


def _record(item: Any) -> CallbackSpec:
    if not isinstance(item, Spec | str | dict | type):
        hooks = ", ".join(HOOKS)
        raise UsageError(
            f"A callback must be a record such as EarlyStopping or have one of {hooks}; it is {item!r:.60}."
        )
    found: CallbackSpec = registry.coerce("callback", item, "callback")
    return found


def _watches_batches(item: Any) -> bool:
    if isinstance(item, CallbackSpec):
        return type(item).on_batch_end is not CallbackSpec.on_batch_end
    return getattr(type(item), "on_train_batch_end", None) not in (None, Callback.on_train_batch_end)
