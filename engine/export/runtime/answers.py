"""From weights to outputs, probabilities and figures."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np


def unpack(layout: Any, flat: Any) -> Any:
    """Return the weights by name: views of one flat vector."""
    weights, start = SimpleNamespace(), 0
    for name, shape in layout:
        stop = start + math.prod(shape)
        setattr(weights, name, flat[start:stop].reshape(shape))
        start = stop
    return weights


def outputs_of(design: Any, weights: Any, inputs: Any) -> Any:
    """Return the outputs of the network, 1,024 rows at a time."""
    rows = range(0, len(inputs[0]), 1024)
    pieces = [design.forward(weights, *(x[start : start + 1024] for x in inputs)) for start in rows]
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


def probabilities_of(target: Any, output: Any) -> Any:
    """Return (rows, classes) probabilities; units beyond the classes stand for no label and are left out."""
    values = output.reshape(len(output), -1).astype(np.float64)
    if target["logits"] and values.shape[1] == 1:
        values = 1 / (1 + np.exp(-np.clip(values, -700, 700)))
    elif target["logits"]:
        values = np.exp(values - values.max(1, keepdims=True))
        values = values / values.sum(1, keepdims=True)
    values = np.clip(values, 0.0, 1.0)[:, : len(target["values"])]
    return np.hstack([1 - values, values]) if values.shape[1] == 1 else values


def in_own_unit(target: Any, output: Any) -> Any:
    """Return the numbers of a regression in the unit of its column."""
    return output.reshape(len(output), -1)[:, 0].astype(np.float64) * target["scale"] + target["shift"]


def ratio(a: Any, b: Any) -> Any:
    """Return a / b, 0 for nothing of nothing."""
    return float(a / b) if b else 0.0


def f1(truth: Any, guess: Any, k: Any) -> Any:
    """Return the harmonic mean of precision and recall of a class."""
    return ratio(2 * ((truth == k) & (guess == k)).sum(), (truth == k).sum() + (guess == k).sum())


def auc(truth: Any, scores: Any) -> Any:
    """Return the probability that a yes scores above a no, ties counting half; NaN unless both occur."""
    yes, no = np.sort(scores[truth]), np.sort(scores[~truth])
    if not len(yes) or not len(no):
        return math.nan
    below = np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")
    return float(below.sum() / (2 * len(yes) * len(no)))


def class_figures(truth: Any, shares: Any) -> Any:
    """Return accuracy, F1 and AUC of a classification; precision and recall for two classes."""
    guess, classes = shares.argmax(1), shares.shape[1]
    found = {"accuracy": float((guess == truth).mean())}
    if classes == 2:
        right = ((guess == 1) & (truth == 1)).sum()
        found |= {"precision": ratio(right, (guess == 1).sum()), "recall": ratio(right, (truth == 1).sum())}
        return found | {"f1": f1(truth, guess, 1), "auc": auc(truth == 1, shares[:, 1])}
    scores = [f1(truth, guess, k) for k in np.union1d(truth, guess)]
    areas = [auc(truth == k, shares[:, k]) for k in range(classes)]
    return found | {"f1_macro": float(np.mean(scores)), "auc_macro": float(np.mean(areas))}


def number_figures(truth: Any, guess: Any) -> Any:
    """Return mean absolute and root mean squared error and the coefficient of determination."""
    error, spread = guess - truth, np.square(truth - truth.mean()).sum()
    r2 = float(1 - np.square(error).sum() / spread) if spread else math.nan
    return {"mae": float(np.abs(error).mean()), "rmse": float(np.sqrt(np.square(error).mean())), "r2": r2}


def pieces(rows: Any, most: Any) -> Any:
    """Cut rows into pieces of powers of two, at most `most` rows each."""
    start, size = 0, 1 << (max(most, 1).bit_length() - 1)
    while start < rows:
        while size > rows - start:
            size //= 2
        yield slice(start, start + size)
        start += size


def named(design: Any, means: Any) -> Any:
    """Return the loss and the figures by name; of squares the root."""
    found = zip(("loss", *design.measured), means.tolist(), strict=True)
    return {name: math.sqrt(mean) if name in design.roots else mean for name, mean in found}


def measure_all(design: Any, weights: Any, part: Any, most: Any) -> Any:
    """Return the loss and the figures over all rows of a part, dropout off."""
    inputs, targets = part
    rows, sums = len(inputs[0]), np.zeros(1 + len(design.measured))
    for index in pieces(rows, most):
        found = design.measure(weights, *(x[index] for x in inputs), *(y[index] for y in targets))
        sums = sums + np.array(found, np.float64) * np.r_[index.stop - index.start, np.ones(len(found) - 1)]
    return named(design, sums / rows)


def target_figures(target: Any, wanted: Any, output: Any) -> Any:
    """Return the figures of one output, in its target's own unit."""
    if target["kind"] == "number":
        return number_figures(in_own_unit(target, wanted), in_own_unit(target, output))
    flat = wanted.reshape(len(output), -1)
    truth = flat[:, 0].astype(np.int64) if flat.shape[1] == 1 else flat.argmax(1)
    return class_figures(truth, probabilities_of(target, output))


def figures_of(design: Any, weights: Any, part: Any) -> Any:
    """Return loss and figures of a part; those of further outputs carry their column's name."""
    inputs, targets = part
    loss = measure_all(design, weights, part, 1024)["loss"]
    first, *others = zip(design.targets, targets, outputs_of(design, weights, inputs), strict=True)
    found = {"loss": loss * first[0].get("scale", 1.0) ** design.loss_power} | target_figures(*first)
    for target, wanted, output in others:
        more = target_figures(target, wanted, output)
        found |= {f"{target['column']}_{name}": value for name, value in more.items()}
    return found
