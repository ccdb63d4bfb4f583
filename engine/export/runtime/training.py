"""The training loop and its callbacks."""

import math
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.backend.random import stream_id
from engine.export.runtime.answers import measure_all, named, unpack


def row_order(seed: Any, epoch: Any, rows: Any) -> Any:
    """Return the order of the rows in an epoch."""
    key = (seed & 0xFFFF_FFFF_FFFF_FFFF) | stream_id("shuffle", "") << 64
    return np.random.Generator(np.random.Philox(key=key, counter=epoch << 64)).permutation(rows)


def add_up(x: Any, axes: Any = None) -> Any:
    """Return the sum over all axes, the first n (axes = n) or the last n (axes = -n), as a product with ones."""
    if axes is None:
        return np.dot(x.reshape(-1), np.ones(x.size, x.dtype))
    if axes > 0:
        count = math.prod(x.shape[:axes])
        return np.dot(np.ones(count, x.dtype), x.reshape(count, -1)).reshape(x.shape[axes:])
    count = math.prod(x.shape[axes:])
    return np.dot(x.reshape(-1, count), np.ones(count, x.dtype)).reshape(x.shape[:axes])


def better(now: Any, best: Any, settings: Any) -> Any:
    """Return whether a watched number is better than the best so far."""
    if best is None:
        return True
    delta = abs(settings["min_delta"])
    return now - delta > best if settings["larger"] else now + delta < best


def early_stopping(settings: Any, memory: Any, epoch: Any, now: Any) -> Any:
    """Return what to do after an epoch: keep the weights, stop. Keras: EarlyStopping."""
    if epoch < settings["start_from_epoch"]:
        return ()
    if better(now, memory.get("best"), settings):
        beats = settings["baseline"] is None or better(now, settings["baseline"], settings)
        memory.update(best=now, wait=0 if beats else memory.get("wait", 0) + 1)
        return ("keep",) if settings["restore_best_weights"] else ()
    memory["wait"] = memory.get("wait", 0) + 1
    keep = ("keep",) if settings["restore_best_weights"] and "kept" not in memory else ()
    return (*keep, "stop") if memory["wait"] >= settings["patience"] and epoch else keep


def reduced_rate(settings: Any, memory: Any, now: Any, rate: Any) -> Any:
    """Return the learning rate after an epoch. Keras: ReduceLROnPlateau."""
    if memory.get("cooldown"):
        memory.update(cooldown=memory["cooldown"] - 1, wait=0)
    if better(now, memory.get("best"), settings):
        memory.update(best=now, wait=0)
        return rate
    if memory.get("cooldown"):
        return rate
    memory["wait"] = memory.get("wait", 0) + 1
    if memory["wait"] < settings["patience"] or rate <= settings["min_lr"]:
        return rate
    memory.update(cooldown=settings["cooldown"], wait=0)
    return max(rate * settings["factor"], settings["min_lr"])


def watch(design: Any, state: Any, memories: Any, epoch: Any, logs: Any) -> Any:
    """Let the callbacks act after an epoch; return whether one of them ends the training."""
    stop = False
    for settings, memory in zip(design.callbacks, memories, strict=True):
        now = (logs | {"learning_rate": state.rate}).get(settings["monitor"])
        if now is None:
            continue
        if settings["kind"] == "plateau":
            state.rate = reduced_rate(settings, memory, now, state.rate)
            continue
        actions = early_stopping(settings, memory, epoch, now)
        if "keep" in actions:
            memory["kept"] = state.flat.copy()
        stop = stop or "stop" in actions
    return stop


def learn_batch(design: Any, state: Any, arrays: Any) -> Any:
    """Change the weights by one step; return the loss of the batch and the sums of its figures."""
    figures, gradient = design.learn(state.weights, *arrays, state.seed, state.step)
    state.step += 1
    vector = state.flat[: design.trainable]
    slots = state.slots or [np.zeros_like(vector) for _ in range(design.slots)]
    *state.slots, vector[:] = design.update(vector, gradient, *slots, state.rate, state.step)
    design.constrain(state.weights)
    return figures


def learn_epoch(design: Any, state: Any, arrays: Any, order: Any) -> Any:
    """Learn from all rows once; return the loss and the figures by name."""
    total = np.zeros(1 + len(design.measured))
    for start in range(0, len(order), design.batch_size):
        index = order[start : start + design.batch_size]
        figures = design.learn_batch(design, state, [a[index] for a in arrays])
        total = total + np.array(figures, np.float64) * np.r_[len(index), np.ones(len(figures) - 1)]
    logs = named(design, total / len(order))
    if not math.isfinite(logs["loss"]):
        raise SystemExit("The loss is no finite number any more. Lower the learning rate.")
    return logs


def fit(design: Any, parts: Any, seed: Any, epochs: Any) -> Any:
    """Return the trained weights: the same start, order, steps and callbacks as in the app."""
    (inputs, targets), held = parts[0], parts[1]
    flat = np.concatenate([weight.reshape(-1) for weight in design.initial_weights(seed)]).astype(design.dtype)
    weights = unpack(design.layout, flat)
    design.adapt(weights, *inputs)
    state = SimpleNamespace(flat=flat, weights=weights, slots=[], seed=seed, step=0, rate=design.learning_rate)
    arrays, rows = [*inputs, *targets, *row_weights(design, targets)], len(inputs[0])
    memories: list[Any] = [{} for _ in design.callbacks]
    for epoch in range(epochs):
        order = row_order(seed, epoch, rows) if design.shuffle else np.arange(rows)
        logs = learn_epoch(design, state, arrays, order)
        if len(held[0][0]):
            found = measure_all(design, weights, held, design.batch_size)
            logs |= {f"val_{name}": value for name, value in found.items()}
        print(f"epoch {epoch + 1}: " + ", ".join(f"{n} {v:.5g}" for n, v in logs.items()), file=sys.stderr)
        if watch(design, state, memories, epoch, logs):
            break
    for memory in memories:
        flat = memory.get("kept", flat)
    return flat


def row_weights(design: Any, targets: Any) -> Any:
    """Return the weight of each row so that all classes count the same, if that was chosen."""
    if not design.balanced:
        return []
    target = targets[0].reshape(len(targets[0]), -1)
    index = np.rint(target[:, 0]).astype(np.int64) if target.shape[1] == 1 else target.argmax(1)
    counts = np.bincount(index, minlength=len(design.targets[0]["values"]))
    return [(counts.sum() / (len(counts) * np.maximum(counts, 1)))[index].astype(design.dtype)]
