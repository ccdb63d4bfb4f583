"""Held-out figures of all samples: seeds 0-9 through the command line, no setting per sample.

    python tests/benchmarks/held_out.py [--seeds 10] [--samples iris,wine] [--part test] [--peer]

`--peer` prints scikit-learn's best MLP beside, on the same splits and the same recipe: the best of a small grid by its
mean validation score. It runs in the Python named by PEERS_PYTHON, or in this one.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

SAMPLES = {
    "iris": ("species", "accuracy", 0.94),
    "wine": ("class", "accuracy", 0.96),
    "breast_cancer": ("diagnosis", "accuracy", 0.96),
    "digits": ("digit", "accuracy", 0.96),
    "penguins": ("species", "accuracy", 0.97),
    "diabetes": ("progression", "r2", 0.38),
}
"""Sample -> target, figure and what its mean must reach."""

PEER = """
import itertools, json, sys, warnings
import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
warnings.filterwarnings("ignore")
grid = list(itertools.product([(32,), (64,), (128,), (64, 64)], [1e-4, 1e-2, 1.0], [False, True]))
table = np.zeros((len(grid), len(sys.argv) - 1, 2))
for column, path in enumerate(sys.argv[1:]):
    d = np.load(path)
    kind = MLPRegressor if d["regression"] else MLPClassifier
    for row, (hidden, alpha, early) in enumerate(grid):
        made = kind(hidden_layer_sizes=hidden, alpha=alpha, max_iter=1000, early_stopping=early, random_state=0)
        made.fit(d["x0"], d["y0"])
        table[row, column] = made.score(d["x1"], d["y1"]), made.score(d["x2"], d["y2"])
best = table[:, :, 0].mean(1).argmax()
validation, test = table[best].mean(0)
print(json.dumps({"settings": repr(grid[best]), "validation": validation, "test": test}))
"""


def sample(name: str) -> Path:
    """Return the CSV of a sample."""
    return Path(str(files("resources") / "samples" / f"{name}.csv"))


def trained(name: str, seed: int) -> dict[str, dict[str, float]]:
    """Return the figures of every part after `layerwright train`."""
    from engine.cli import main

    said, noise = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(noise):
        code = main(["train", str(sample(name)), "--target", SAMPLES[name][0], "--seed", str(seed), "--json"])
    if code:
        raise SystemExit(noise.getvalue())
    metrics: dict[str, dict[str, float]] = json.loads(said.getvalue())["metrics"]
    return metrics


def peer(name: str, seeds: int) -> str:
    """Return what scikit-learn reaches on the same splits, as text."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(_arrays(name, seed, Path(folder))) for seed in range(seeds)]
        command = [os.environ.get("PEERS_PYTHON", sys.executable), "-c", PEER, *paths]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"not run: {done.stderr.strip().splitlines()[-1]}"
    found = json.loads(done.stdout)
    return f"{found['test']:.4f} (validation {found['validation']:.4f}) with {found['settings']}"


def _arrays(name: str, seed: int, folder: Path) -> Path:
    """Write the recipe's tensors of one split for the peer."""
    from engine.project import lifecycle

    project = lifecycle.with_seed(lifecycle.new_project(sample(name), SAMPLES[name][0]), seed)
    prepared = lifecycle.prepare(project, lifecycle.open_table(project))
    arrays: dict[str, np.ndarray] = {"regression": np.array(prepared.task == "regression")}
    for i, part in enumerate(("train", "validation", "test")):
        tensors = prepared.tensors[part]
        arrays[f"x{i}"] = np.concatenate([tensors.inputs[t.name] for t in prepared.recipe.tensors], 1)
        arrays[f"y{i}"] = (tensors.target or {})[SAMPLES[name][0]].ravel()
    path = folder / f"{name}-{seed}.npz"
    np.savez(path, **arrays)
    return path


def main() -> int:
    """Print the table and return 1 if a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--samples", default=",".join(SAMPLES))
    parser.add_argument("--part", default="test", choices=("train", "validation", "test"))
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    missed = 0
    for name in options.samples.split(","):
        _, figure, wanted = SAMPLES[name]
        found = [trained(name, seed)[options.part][figure] for seed in range(options.seeds)]
        mean, spread = statistics.mean(found), statistics.pstdev(found)
        missed += mean < wanted
        beside = f" · scikit-learn {peer(name, options.seeds)}" if options.peer else ""
        text = f"{name:<14}{figure:<9} {mean:.4f} ± {spread:.4f}  wanted {wanted:.2f}"
        print(f"{text} {'reached' if mean >= wanted else 'MISSED'}{beside}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
