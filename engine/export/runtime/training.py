"""The training loop and its callbacks."""

import math
import sys
from typing import Any

import numpy as np

from engine.backend.random import stream_id
from engine.export.runtime.answers import measure_all, unpack


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


def fit(design: Any, parts: Any, seed: Any, epochs: Any) -> Any:
    """Return the trained weights: the same start, order, dropout, steps and callbacks as in the app."""
    (inputs, targets), held = parts[0], parts[1]
    flat = np.concatenate([weight.reshape(-1) for weight in design.initial_weights(seed)]).astype(design.dtype)
    weights = unpack(design.layout, flat)
    design.adapt(weights, *inputs)
    shares = row_weights(design, targets)
    slots = [np.zeros(design.trainable, design.dtype) for _ in range(design.slots)]
    memories: list[Any] = [{} for _ in design.callbacks]
    rate, step, rows = design.learning_rate, 0, len(inputs[0])
    for epoch in range(epochs):
        order = row_order(seed, epoch, rows) if design.shuffle else np.arange(rows)
        total = np.zeros(1 + len(design.measured))
        for start in range(0, rows, design.batch_size):
            index = order[start : start + design.batch_size]
            arrays = [a[index] for a in (*inputs, *targets, *shares)]
            figures, gradient = design.learn(weights, *arrays, seed, step)
            step += 1
            vector = flat[: design.trainable]
            *slots, vector[:] = design.update(vector, gradient, *slots, rate, step)
            design.constrain(weights)
            total = total + np.array(figures, np.float64) * np.r_[len(index), np.ones(len(figures) - 1)]
        logs = dict(zip(("loss", *design.measured), (total / rows).tolist(), strict=True))
        if not math.isfinite(logs["loss"]):
            raise SystemExit("The loss is no finite number any more. Lower the learning rate.")
        if len(held[0][0]):
            found = measure_all(design, weights, held, design.batch_size)
            logs |= {f"val_{name}": value for name, value in found.items()}
        print(f"epoch {epoch + 1}: " + ", ".join(f"{n} {v:.5g}" for n, v in logs.items()), file=sys.stderr)
        stop = False
        for settings, memory in zip(design.callbacks, memories, strict=True):
            now = (logs | {"learning_rate": rate}).get(settings["monitor"])
            if now is None:
                continue
            if settings["kind"] == "plateau":
                rate = reduced_rate(settings, memory, now, rate)
                continue
            actions = early_stopping(settings, memory, epoch, now)
            if "keep" in actions:
                memory["kept"] = flat.copy()
            stop = stop or "stop" in actions
        if stop:
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
