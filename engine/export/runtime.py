"""What every exported script does, in plain NumPy. Scripts carry the source of these functions, and of those they call.

`design` is the namespace at the end of a script: its recipe, its settings and the functions made from its network.
"""

import argparse
import csv
import io
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.backend.random import stream_id
from engine.data.fitting import fill_value, shift_scale, sorted_labels
from engine.data.parse import parse_boolean, parse_date, parse_number
from engine.data.split import shuffled, split_ordered, split_stratified
from engine.data.steps import date_numbers, label, scaled


# ---- tables ------------------------------------------------------------------------------------------------------
def read_table(design: Any, path: Any) -> Any:
    """Return {column: cells} of a CSV and its rows as they stand there; a missing cell is None."""
    data = Path(path).read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=design.delimiter, quotechar=design.quote, strict=True)
    found = [(reader.line_num, row) for row in reader if row]
    if len(found) < 2:
        raise SystemExit("The file must hold a line with column names and rows below it.")
    width = len(found[1][1])
    names = [f"column_{i + 1}" for i in range(width)]
    if design.header:
        given = [name.strip() for name in found.pop(0)[1]]
        names = unique_names([""] * (width - len(given)) + given if width == len(given) + 1 else given)
    rows = [row for _, row in found if len(row) == len(names)]
    for line, row in found:
        if len(row) != len(names):
            print(f"Line {line} has {len(row)} fields, not {len(names)}; it is left out.", file=sys.stderr)
    columns = {name: [clean(row[i], design.missing) for row in rows] for i, name in enumerate(names)}
    return columns, names, rows


def unique_names(given: Any) -> Any:
    """Return the names with a number behind those that are empty or stand twice."""
    names = []
    for i, name in enumerate(given):
        base, made, n = name or f"column_{i + 1}", name or f"column_{i + 1}", 2
        while made in names or (made in given and made != name):
            made, n = f"{base}_{n}", n + 1
        names.append(made)
    return names


def clean(cell: Any, missing: Any) -> Any:
    """Return the cell without surrounding blanks, None if it is missing."""
    cell = cell.strip()
    return None if cell in missing else cell


# ---- columns to numbers ------------------------------------------------------------------------------------------
def parsed(cells: Any, parse: Any) -> Any:
    """Return (numbers with NaN where there is none, whether a cell is there and cannot be read)."""
    known = {cell: parse(cell) for cell in set(cells) if cell is not None}
    values = np.array([math.nan if known.get(cell) is None else known[cell] for cell in cells], np.float64)
    return values, np.isnan(values) & np.array([cell is not None for cell in cells], bool)


def numbers_of(design: Any, step: Any, cells: Any) -> Any:
    """Return the numbers of a column of the kind number, boolean or date, and what cannot be read."""
    if step["kind"] == "date":
        return parsed(cells, lambda cell: parse_date(cell, step["order"]))
    parse = parse_boolean if step["kind"] == "boolean" else parse_number
    return parsed(cells, lambda cell: parse(cell, design.decimal))


def positions_of(design: Any, step: Any, cells: Any) -> Any:
    """Return the position of each cell in the values of a step; -1 for unknown ones, the fill for missing ones."""
    place = {value: i for i, value in enumerate(step["values"])}
    known = {cell: place.get(label(cell, step["how"], design.decimal), -1) for cell in set(cells) if cell is not None}
    return np.array([step.get("fill", -1) if cell is None else known[cell] for cell in cells], np.int64)


def encode(design: Any, step: Any, cells: Any) -> Any:
    """Return the (rows, k) numbers that a step makes of a column, and which cells cannot be read."""
    if step["kind"] in ("one_hot", "index"):
        at, fine = positions_of(design, step, cells), np.zeros(len(cells), bool)
        if step["kind"] == "index":
            return (at + 1)[:, None].astype(np.int32), fine
        return (at[:, None] == np.arange(len(step["values"]))).astype(np.float32), fine
    values, bad = numbers_of(design, step, cells)
    values = np.where(np.isnan(values), step["fill"], values)
    if step["kind"] == "boolean":
        return values[:, None].astype(np.float32), bad
    parts = values[:, None] if step["kind"] == "number" else date_numbers(values, step["origin"])
    return scaled(parts, np.array(step["shift"]), np.array(step["scale"])).astype(np.float32), bad


def apply_recipe(design: Any, columns: Any) -> Any:
    """Return (arrays in the order of the network's inputs, {row: what cannot be read})."""
    lacking = [step["column"] for step in design.recipe if step["column"] not in columns]
    if lacking:
        raise SystemExit(f"The file lacks columns that the model was trained with: {', '.join(map(repr, lacking))}.")
    blocks, problems = {}, {}
    for step in design.recipe:
        block, bad = encode(design, step, columns[step["column"]])
        blocks.setdefault(step["tensor"], []).append(block)
        for row in np.flatnonzero(bad).tolist():
            said = f"{step['column']!r} cannot be read: {columns[step['column']][row]!r}."
            problems[row] = f"{problems[row]} {said}" if row in problems else said
    return [np.concatenate(blocks[name], axis=1) for name in design.inputs], problems


# ---- answers -----------------------------------------------------------------------------------------------------
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
    """Return (rows, classes) probabilities."""
    values = output.reshape(len(output), -1).astype(np.float64)
    if target["logits"] and values.shape[1] == 1:
        values = 1 / (1 + np.exp(-np.clip(values, -700, 700)))
    elif target["logits"]:
        values = np.exp(values - values.max(1, keepdims=True))
        values = values / values.sum(1, keepdims=True)
    values = np.clip(values, 0.0, 1.0)
    return np.hstack([1 - values, values]) if values.shape[1] == 1 else values


def in_own_unit(target: Any, output: Any) -> Any:
    """Return the numbers of a regression in the unit of its column."""
    return output.reshape(len(output), -1)[:, 0].astype(np.float64) * target["scale"] + target["shift"]


def predict(design: Any, flat: Any, source: Any, sink: Any) -> Any:
    """Write the rows of a CSV with their predictions."""
    columns, names, rows = read_table(design, source)
    inputs, problems = apply_recipe(design, columns)
    target, output = design.targets[0], outputs_of(design, unpack(design.layout, flat), inputs)[0]
    if target["kind"] == "number":
        answers = [[show(x, design.decimal)] for x in in_own_unit(target, output)]
        added = ["prediction"]
    else:
        shares = probabilities_of(target, output)
        added = ["prediction", *(f"probability_{value}" for value in target["values"])]
        best = shares.argmax(1).tolist()
        answers = [
            [target["values"][k], *(show(p, design.decimal) for p in row)] for k, row in zip(best, shares, strict=True)
        ]
    added += ["problem"] if problems else []
    for row, answer in enumerate(answers):
        answer += [problems.get(row, "")] if problems else []
        if row in problems:
            answer[:-1] = [""] * (len(answer) - 1)
    header = unique_names([*names, *added])
    with open(sink, "w", newline="", encoding="utf-8") if sink else sys.stdout as file:
        writer = csv.writer(file, delimiter=design.delimiter, lineterminator="\n")
        writer.writerows([header, *([*row, *answer] for row, answer in zip(rows, answers, strict=True))])


def show(value: Any, decimal: Any) -> Any:
    """Return the shortest text that gives the float32 back."""
    return str(np.float32(value)).replace(".", decimal)


# ---- fitting the recipe ------------------------------------------------------------------------------------------
def fit_step(design: Any, step: Any, cells: Any, rows: Any) -> Any:
    """Return the step with its figures taken from the training rows."""
    if step["kind"] in ("one_hot", "index"):
        seen = {label(cells[i], step["how"], design.decimal) for i in rows if cells[i] is not None}
        step = step | {"values": list(sorted_labels(seen, step["how"])), "fill": -1}
        at = positions_of(design, step, [cells[i] for i in rows])
        known = at[at >= 0]
        return step | {"fill": int(np.bincount(known).argmax()) if step["impute"] != "zero" and len(known) else -1}
    values = numbers_of(design, step, cells)[0][rows]
    real = values[~np.isnan(values)]
    if step["kind"] == "boolean":
        return step | {"fill": float(real.sum() * 2 > len(real)) if step["impute"] != "zero" else 0.0}
    if step["kind"] == "number":
        fill = fill_value(values, step["impute"])
        shift, scale = shift_scale(np.where(np.isnan(values), fill, values), step["scaling"])
        return step | {"fill": fill, "shift": shift, "scale": scale}
    fill = float(np.median(real)) if len(real) else 730120.0
    origin = float(real.min()) if len(real) else fill
    parts = date_numbers(np.where(np.isnan(values), fill, values), origin)
    pairs = [shift_scale(part, step["scaling"]) for part in parts.T]
    figures = {"shift": [pair[0] for pair in pairs], "scale": [pair[1] for pair in pairs]}
    return step | {"fill": fill, "origin": origin} | figures


def fit_target(design: Any, target: Any, cells: Any, rows: Any) -> Any:
    """Return the target with its figures: classes of all rows, shift and scale of the training rows."""
    if target["kind"] == "classes":
        labels = {label(cell, target["how"], design.decimal) for cell in cells if usable(design, target, cell)}
        if len(labels) != len(target["values"]):
            raise SystemExit(f"The network tells {len(target['values'])} classes apart; the target has {len(labels)}.")
        return target | {"values": list(sorted_labels(labels, target["how"]))}
    values = parsed(cells, lambda cell: parse_number(cell, design.decimal))[0][rows]
    shift, scale = shift_scale(values, "standardize" if target["scaled"] else "none")
    return target | {"shift": shift, "scale": scale}


def usable(design: Any, target: Any, cell: Any) -> Any:
    """Return whether a target cell has a value that the task can use."""
    needs_number = target["kind"] == "number" or target["numeric"]
    return cell is not None and (not needs_number or parse_number(cell, design.decimal) is not None)


def encode_target(design: Any, target: Any, cells: Any) -> Any:
    """Return the target in the form that the loss takes."""
    if target["kind"] == "number":
        values = parsed(cells, lambda cell: parse_number(cell, design.decimal))[0]
        return scaled(values, target["shift"], target["scale"]).astype(np.float32)[:, None]
    at = positions_of(design, target, cells)
    if target["form"] == "index":
        return at.astype(np.int32)
    return at.astype(np.float32)[:, None] if target["form"] == "one" else np.eye(target["width"], dtype=np.float32)[at]


def divided(design: Any, columns: Any, seed: Any) -> Any:
    """Return row numbers of training, validation and test."""
    count = len(next(iter(columns.values())))
    ids = np.array(
        [i for i in range(count) if all(usable(design, t, columns[t["column"]][i]) for t in design.targets)], np.int64
    )
    ids = ids[~np.isin(ids, design.excluded)]
    if not len(ids):
        raise SystemExit("No row has a usable target.")
    if design.strategy == "stratified":
        first = design.targets[0]
        cells = [columns[first["column"]][i] for i in ids]
        keys = [parse_number(c, design.decimal) if first["numeric"] else c for c in cells]
        rank = {key: i for i, key in enumerate(sorted(set(keys)))}
        part = split_stratified(np.array([rank[key] for key in keys]), design.shares, seed)
    else:
        part = split_ordered(len(ids), design.shares)
        part = part if design.strategy == "ordered" else part[np.argsort(shuffled(len(ids), seed), kind="stable")]
    return [ids[part == i] for i in range(3)]


# ---- training ----------------------------------------------------------------------------------------------------
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


def pieces(rows: Any, most: Any) -> Any:
    """Cut rows into pieces of powers of two, at most `most` rows each."""
    start, size = 0, 1 << (max(most, 1).bit_length() - 1)
    while start < rows:
        while size > rows - start:
            size //= 2
        yield slice(start, start + size)
        start += size


def measure_all(design: Any, weights: Any, part: Any, most: Any) -> Any:
    """Return the loss and the figures over all rows of a part, dropout off."""
    inputs, targets = part
    rows, sums = len(inputs[0]), 0.0
    for index in pieces(rows, most):
        found = design.measure(weights, *(x[index] for x in inputs), *(y[index] for y in targets))
        sums = sums + np.array(found, np.float64) * np.r_[index.stop - index.start, np.ones(len(found) - 1)]
    return dict(zip(("loss", *design.measured), (sums / rows).tolist(), strict=True))


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
    memories, rate, step, rows = [{} for _ in design.callbacks], design.learning_rate, 0, len(inputs[0])
    for epoch in range(epochs):
        order, total = row_order(seed, epoch, rows) if design.shuffle else np.arange(rows), 0.0
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


# ---- figures -----------------------------------------------------------------------------------------------------
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


def figures_of(design: Any, weights: Any, part: Any) -> Any:
    """Return loss and figures of a part, in the target's own unit."""
    inputs, targets = part
    target, output = design.targets[0], outputs_of(design, weights, inputs)[0]
    loss = measure_all(design, weights, part, 1024)["loss"]
    if target["kind"] == "number":
        found = number_figures(in_own_unit(target, targets[0]), in_own_unit(target, output))
        return {"loss": loss * target["scale"] ** design.loss_power} | found
    flat = targets[0].reshape(len(output), -1)
    truth = flat[:, 0].astype(np.int64) if flat.shape[1] == 1 else flat.argmax(1)
    return {"loss": loss} | class_figures(truth, probabilities_of(target, output))


def train(design: Any, source: Any, column: Any, seed: Any, epochs: Any, out: Any) -> Any:
    """Fit recipe and network to a CSV, print the figures of each part and keep the weights."""
    if column:
        design.targets = [target | {"column": column} for target in design.targets[:1]]
    columns = read_table(design, source)[0]
    lacking = [x["column"] for x in (*design.recipe, *design.targets) if x["column"] not in columns]
    if lacking:
        raise SystemExit(f"The file lacks columns: {', '.join(map(repr, lacking))}.")
    parts = divided(design, columns, seed if design.split_seed is None else design.split_seed)
    design.recipe = [fit_step(design, step, columns[step["column"]], parts[0]) for step in design.recipe]
    design.targets = [fit_target(design, target, columns[target["column"]], parts[0]) for target in design.targets]
    inputs = apply_recipe(design, columns)[0]
    data = []
    for ids in parts:
        cells = [[columns[target["column"]][i] for i in ids] for target in design.targets]
        wanted = [encode_target(design, t, c) for t, c in zip(design.targets, cells, strict=True)]
        data.append(([x[ids] for x in inputs], wanted))
    flat = fit(design, data, seed, epochs)
    weights = unpack(design.layout, flat)
    named = zip(("train", "validation", "test"), data, strict=True)
    print(json.dumps({name: figures_of(design, weights, part) for name, part in named if len(part[0][0])}))
    if out:
        fitted = json.dumps({"recipe": design.recipe, "targets": design.targets})
        np.savez(out, weights=flat, fitted=np.frombuffer(fitted.encode(), np.uint8))


def load(design: Any, path: Any) -> Any:
    """Return the weights of a file that `train --out` wrote, and take its recipe."""
    with np.load(path, allow_pickle=False) as found:
        if "fitted" in found:
            fitted = json.loads(found["fitted"].tobytes())
            design.recipe, design.targets = fitted["recipe"], fitted["targets"]
        return found["weights"].astype(design.dtype)


def main(design: Any, flat: Any) -> Any:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Predict with a trained network, or train it anew.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("predict", help="write the rows of a CSV with their predictions")
    ask.add_argument("source")
    ask.add_argument("sink", nargs="?")
    ask.add_argument("--weights", help="weights of an earlier `train --out`")
    if design.learn:
        teach = commands.add_parser("train", help="fit recipe and network to a CSV")
        teach.add_argument("source")
        teach.add_argument("--target", help="another column to predict")
        teach.add_argument("--epochs", type=int, default=design.epochs)
        teach.add_argument("--seed", type=int, default=design.seed)
        teach.add_argument("--out", help="where to keep the weights (.npz)")
    given = parser.parse_args()
    if given.command == "train":
        train(design, given.source, given.target, given.seed, given.epochs, given.out)
    else:
        predict(design, load(design, given.weights) if given.weights else flat(), given.source, given.sink)
