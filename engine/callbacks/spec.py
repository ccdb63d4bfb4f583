"""`CallbackSpec`: a callback is pure. (what it sees, its memory) -> (memory, actions); memory is plain JSON, so that a
resumed run goes on exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine import registry
from engine.specs import Spec, snake

Memory = dict[str, Any]
MONITOR = "Which number to watch: a key of the logs."
MODE = "Whether smaller or larger is better; auto: by the number's name."
DELTA = "Smaller changes than this count as none."


class View(Protocol):
    """What a callback may read.

    epoch: counted from 0. logs: the numbers of this epoch ("loss", "val_loss", ...). learning_rate: the present one.
    """

    @property
    def epoch(self) -> int: ...
    @property
    def logs(self) -> Mapping[str, float]: ...
    @property
    def learning_rate(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Stop:
    """End training after this epoch. reason: a sentence for the person."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetLearningRate:
    """Go on with this learning rate. reason: a sentence."""

    value: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeepWeights:
    """Keep a copy of the weights as they are now, in place of an earlier copy of the same callback."""


@dataclass(frozen=True, slots=True)
class RestoreWeights:
    """Put the kept copy back. epoch: the one it was taken after, from 0. reason: a sentence."""

    epoch: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Save:
    """Save the model to this path. weights_only: without settings. reason: a sentence."""

    path: str
    weights_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell the person; nothing else happens."""

    message: str


Action = Stop | SetLearningRate | KeepWeights | RestoreWeights | Save | Notice
Answer = tuple[Memory, tuple[Action, ...]]


@dataclass(frozen=True)
class CallbackSpec(Spec):
    """Base of the records. The loop keeps one memory per callback and carries out the actions in order."""

    def start(self, view: View | None = None) -> Memory:
        """Return the memory at the start of a fit: plain JSON values."""
        return {}

    def on_batch_end(self, view: View, memory: Memory) -> Answer:
        """Answer to the end of a batch."""
        return memory, ()

    def on_epoch_end(self, view: View, memory: Memory) -> Answer:
        """Answer to the end of an epoch, after validation."""
        return memory, ()

    def on_end(self, view: View, memory: Memory) -> Answer:
        """Answer to the end of training, whatever ended it."""
        return memory, ()


def larger_is_better(monitor: str, mode: str) -> bool:
    """Return the direction of a number: as set, else that of the metric it is named after, else smaller is better."""
    if mode != "auto":
        return mode == "max"
    name = monitor.removeprefix("val_")
    for record in registry.records("metric"):
        known = {snake(record.KERAS), *record.ALIASES}
        if name in known or any(name.endswith(f"_{k}") for k in known):
            return bool(record.LARGER)
    return False


def improved(now: float, best: float | None, larger: bool, min_delta: float) -> bool:
    """Return whether `now` is better than `best` by more than min_delta. Without a best, any number is."""
    if best is None:
        return True
    return now - min_delta > best if larger else now + min_delta < best


def missing(who: str, monitor: str, logs: Mapping[str, float]) -> Notice:
    """Return what to say when the watched number is not in the logs."""
    return Notice(f"{who} watches {monitor}, which is not measured. Measured are: {', '.join(logs)}.")
