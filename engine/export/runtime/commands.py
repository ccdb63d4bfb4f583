"""The command line of a script."""

import argparse
import csv
import json
import sys
from typing import Any

import numpy as np

from engine.export.runtime.answers import figures_of, in_own_unit, outputs_of, probabilities_of, unpack
from engine.export.runtime.recipe import apply_recipe, divided, encode_target, fit_step, fit_target
from engine.export.runtime.tables import read_table, show, unique_names


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


def train(design: Any, source: Any, column: Any, seed: Any, epochs: Any, out: Any) -> Any:
    """Fit recipe and network to a CSV, print the figures of each part and keep the weights."""
    if column:
        design.targets = [design.targets[0] | {"column": column}, *design.targets[1:]]
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
    flat = design.fit(design, data, seed, epochs)
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
    if design.fit:
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
