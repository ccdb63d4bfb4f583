"""EarlyStopping, ReduceLROnPlateau and ModelCheckpoint."""

import string

from engine.callbacks.spec import (
    DELTA,
    MODE,
    MONITOR,
    Action,
    Answer,
    CallbackSpec,
    KeepWeights,
    Memory,
    Notice,
    RestoreWeights,
    Save,
    SetLearningRate,
    Stop,
    View,
    improved,
    larger_is_better,
    missing,
)
from engine.errors import UsageError
from engine.registry import register
from engine.specs import field

MODES = ("auto", "min", "max")


@register(
    id="callback.early_stopping/1",
    kind="callback",
    group="train",
    icon="flag",
    aliases=("patience", "stop early"),
    purpose="Stops when validation no longer gets better, and can go back to the best weights.",
)
class EarlyStopping(CallbackSpec):
    """Waits `patience` epochs for a better value, then stops; never after the first epoch. With restore_best_weights
    the best weights come back whatever ended training. Keras: EarlyStopping.
    """

    monitor: str = field(default="val_loss", doc=MONITOR)
    min_delta: float = field(default=0.0, doc=DELTA)
    patience: int = field(default=0, doc="Epochs to wait for something better.", ge=0, suggested=10)
    verbose: int = field(default=0, doc="Kept for Keras' sake; what happens is always reported.", ge=0, advanced=True)
    mode: str = field(default="auto", doc=MODE, choices=MODES)
    baseline: float | None = field(default=None, doc="Value that must be beaten.", advanced=True)
    restore_best_weights: bool = field(default=False, doc="Go back to the best weights at the end.", suggested=True)
    start_from_epoch: int = field(default=0, doc="Epochs to let pass first.", ge=0, advanced=True)

    def start(self, view: View | None = None) -> Memory:
        return {"wait": 0, "best": None, "best_epoch": 0, "kept": False}

    def on_epoch_end(self, view: View, memory: Memory) -> Answer:
        now = view.logs.get(self.monitor)
        if now is None:
            return memory, (missing("EarlyStopping", self.monitor, view.logs),)
        if view.epoch < self.start_from_epoch:
            return memory, ()
        if self._better(now, memory["best"]):
            beats = self.baseline is None or self._better(now, self.baseline)
            wait = 0 if beats else memory["wait"] + 1
            new = {"wait": wait, "best": float(now), "best_epoch": view.epoch, "kept": self.restore_best_weights}
            return new, (KeepWeights(),) if self.restore_best_weights else ()
        new = memory | {"wait": memory["wait"] + 1}
        return (
            self._keep_first(view, new)
            if self.restore_best_weights and not memory["kept"]
            else self._stop(view, new, ())
        )

    def _better(self, now: float, best: float | None) -> bool:
        return improved(now, best, larger_is_better(self.monitor, self.mode), abs(self.min_delta))

    def _keep_first(self, view: View, memory: Memory) -> Answer:
        return self._stop(view, memory | {"kept": True, "best_epoch": view.epoch}, (KeepWeights(),))

    def _stop(self, view: View, memory: Memory, actions: tuple[Action, ...]) -> Answer:
        if memory["wait"] < self.patience or view.epoch == 0:
            return memory, actions
        reason = f"{self.monitor} has not improved for {memory['wait']} epochs."
        return memory, (*actions, Stop(reason))

    def on_end(self, view: View, memory: Memory) -> Answer:
        if not memory["kept"]:
            return memory, ()
        reason = f"Back to the weights of epoch {memory['best_epoch'] + 1}, the best {self.monitor}."
        return memory, (RestoreWeights(memory["best_epoch"], reason),)


@register(
    id="callback.reduce_lr_on_plateau/1",
    kind="callback",
    group="train",
    icon="trending-down",
    aliases=("ReduceLR", "reduce_lr_on_plateau", "learning rate schedule"),
    purpose="Takes smaller steps when validation no longer gets better.",
)
class ReduceLROnPlateau(CallbackSpec):
    """After `patience` epochs without a better value the learning rate is multiplied by `factor`.
    Keras: ReduceLROnPlateau.
    """

    monitor: str = field(default="val_loss", doc=MONITOR)
    factor: float = field(default=0.1, doc="The learning rate is multiplied by it.", gt=0, lt=1, suggested=0.5)
    patience: int = field(default=10, doc="Epochs to wait for something better.", ge=0, suggested=5)
    verbose: int = field(default=0, doc="Kept for Keras' sake; what happens is always reported.", ge=0, advanced=True)
    mode: str = field(default="auto", doc=MODE, choices=MODES)
    min_delta: float = field(default=1e-4, doc=DELTA)
    cooldown: int = field(default=0, doc="Epochs to rest after a reduction.", ge=0)
    min_lr: float = field(default=0.0, doc="Not below this.", ge=0)

    def start(self, view: View | None = None) -> Memory:
        return {"wait": 0, "best": None, "cooldown": 0}

    def on_epoch_end(self, view: View, memory: Memory) -> Answer:
        now = view.logs.get(self.monitor, view.learning_rate if self.monitor == "learning_rate" else None)
        if now is None:
            return memory, (missing("ReduceLROnPlateau", self.monitor, view.logs),)
        new = dict(memory)
        if new["cooldown"]:
            new |= {"cooldown": new["cooldown"] - 1, "wait": 0}
        if improved(now, new["best"], larger_is_better(self.monitor, self.mode), abs(self.min_delta)):
            return new | {"best": float(now), "wait": 0}, ()
        if new["cooldown"]:
            return new, ()
        new["wait"] += 1
        return self._reduce(view, new) if new["wait"] >= self.patience else (new, ())

    def _reduce(self, view: View, memory: Memory) -> Answer:
        if view.learning_rate <= self.min_lr:
            return memory, ()
        value = max(view.learning_rate * self.factor, self.min_lr)
        reason = f"{self.monitor} has not improved for {memory['wait']} epochs: the learning rate is now {value:.3g}."
        return memory | {"cooldown": self.cooldown, "wait": 0}, (SetLearningRate(value, reason),)


@register(
    id="callback.model_checkpoint/1",
    kind="callback",
    group="train",
    icon="save",
    aliases=("checkpoint", "save best"),
    purpose="Saves the model after each epoch, or only when it is the best so far.",
)
class ModelCheckpoint(CallbackSpec):
    """Saves to `filepath`, in which {epoch} (from 1) and the names of the logs may stand, with a number format:
    "best-{epoch:02d}-{val_loss:.3f}.layerwright". Keras: ModelCheckpoint, once per epoch.
    """

    filepath: str = field(doc="Where to; may hold {epoch} and names of the logs.", suggested="best.layerwright")
    monitor: str = field(default="val_loss", doc=MONITOR)
    verbose: int = field(default=0, doc="Kept for Keras' sake; what happens is always reported.", ge=0, advanced=True)
    save_best_only: bool = field(default=False, doc="Only when the value is the best so far.", suggested=True)
    save_weights_only: bool = field(default=False, doc="Weights without settings.", advanced=True)
    mode: str = field(default="auto", doc=MODE, choices=MODES)
    initial_value_threshold: float | None = field(default=None, doc="Value that must be beaten first.", advanced=True)

    def __post_init__(self) -> None:
        if hasattr(self.filepath, "__fspath__"):
            object.__setattr__(self, "filepath", self.filepath.__fspath__())
        super().__post_init__()
        if not self.filepath.strip():
            raise UsageError("ModelCheckpoint: filepath must be given; it is empty.")
        placeholders(self.filepath)

    def start(self, view: View | None = None) -> Memory:
        return {"best": self.initial_value_threshold}

    def on_epoch_end(self, view: View, memory: Memory) -> Answer:
        if not self.save_best_only:
            return memory, (self._save(view, ""),)
        now = view.logs.get(self.monitor)
        if now is None:
            return memory, (missing("ModelCheckpoint", self.monitor, view.logs), self._save(view, ""))
        if not improved(now, memory["best"], larger_is_better(self.monitor, self.mode), 0.0):
            return memory, ()
        return memory | {"best": float(now)}, (self._save(view, f"{self.monitor} is {now:.5g}, the best so far."),)

    def _save(self, view: View, reason: str) -> Action:
        path, values = "", dict(view.logs) | {"epoch": view.epoch + 1}
        for text, name, form in placeholders(self.filepath):
            path += text
            if name is None:
                continue
            if name not in values:
                return Notice(
                    f"ModelCheckpoint cannot name its file: {name} is not measured. Measured are: {', '.join(values)}."
                )
            path += format(values[name], form)
        return Save(path, self.save_weights_only, reason)


def placeholders(path: str) -> list[tuple[str, str | None, str]]:
    """Return (text, name, number format) for each piece of a path; raises UsageError when it cannot be filled in."""
    try:
        pieces = [(text, name, form or "") for text, name, form, _ in string.Formatter().parse(path)]
        for _, name, form in pieces:
            if name is not None:
                format(1 if name == "epoch" else 1.0, form)
    except ValueError as error:
        raise UsageError(f"ModelCheckpoint: filepath cannot be filled in ({error}); it is {path!r:.80}.") from None
    if any(name is not None and not name.replace("_", "a").isalnum() for _, name, _ in pieces):
        raise UsageError(f"ModelCheckpoint: only names may stand in braces in filepath; it is {path!r:.80}.")
    return pieces
