"""Train the same small networks with the engine and with its peers, in turn, and print how much faster which one is.

    python tests/benchmarks/peers.py [--rounds 3] [--workloads table,wide,labels] [--peers keras-jax,torch,...]

The peers run in the interpreter named by PEERS_PYTHON (this one without it); those that are not installed there are
left out with a sentence. Every run is a process of its own. A ratio above 1 says that the engine took less time; the
exit status is 1 when it learnt less than the best Keras peer. Let nothing else run meanwhile.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

OURS = "layerwright"
NEEDS = {
    "keras-jax": ("keras", "jax"),
    "keras-torch": ("keras", "torch"),
    "keras-tensorflow": ("keras", "tensorflow"),
    "torch": ("torch",),
    "sklearn": ("sklearn",),
}
SEED, RATE, WARM, TIMED = 20260103, 1e-3, 1, 4


class Workload(NamedTuple):
    """rows x columns of normal numbers; hidden widths; outputs: 1 is a yes or no, more are classes."""

    rows: int
    columns: int
    hidden: tuple[int, ...]
    outputs: int
    batch: int
    dropout: float = 0.0


WORKLOADS = {
    "table": Workload(4_000, 12, (32, 16), 1, 32),
    "wide": Workload(20_000, 64, (256, 256, 128), 5, 512),
    "labels": Workload(8_000, 300, (256, 128), 10, 128, 0.25),
}


# ---- one run, in a process of its own ---------------------------------------------------------------------------
def rows(work: Workload) -> tuple[Any, Any]:
    """Return inputs and labels that can be learnt from them."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((work.rows, work.columns), dtype=np.float32)
    if work.outputs == 1:
        return x, (x[:, :3].sum(1) + 0.3 * rng.standard_normal(work.rows) > 0).astype(np.float32)[:, None]
    return x, (x @ rng.standard_normal((work.columns, work.outputs))).argmax(1).astype(np.int32)


def keras_like(keras: Any, work: Workload) -> Callable[[Any, Any], float]:
    """Return the function that trains one epoch and returns its loss."""
    stack = [keras.Input((work.columns,))]
    for width in work.hidden:
        stack.append(keras.layers.Dense(width, activation="relu"))
        if work.dropout:
            stack.append(keras.layers.Dropout(work.dropout))
    yes_or_no = work.outputs == 1
    stack.append(keras.layers.Dense(work.outputs, activation="sigmoid" if yes_or_no else "softmax"))
    model = keras.Sequential(stack)
    loss = "binary_crossentropy" if yes_or_no else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(RATE), loss)
    return lambda x, y: model.fit(x, y, batch_size=work.batch, epochs=1, verbose=0).history["loss"][-1]


def with_torch(work: Workload) -> Callable[[Any, Any], float]:
    """Return the same for a plain PyTorch loop."""
    import torch

    torch.manual_seed(SEED)
    parts: list[Any] = []
    for before, width in zip((work.columns, *work.hidden), work.hidden, strict=False):
        parts += [torch.nn.Linear(before, width), torch.nn.ReLU()]
        parts += [torch.nn.Dropout(work.dropout)] if work.dropout else []
    net = torch.nn.Sequential(*parts, torch.nn.Linear(work.hidden[-1], work.outputs))
    adam = torch.optim.Adam(net.parameters(), RATE)
    judge = torch.nn.BCEWithLogitsLoss() if work.outputs == 1 else torch.nn.CrossEntropyLoss()

    def epoch(x: Any, y: Any) -> float:
        inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
        labels, total = labels if work.outputs == 1 else labels.long(), 0.0
        for chosen in torch.randperm(len(inputs)).split(work.batch):
            adam.zero_grad()
            loss = judge(net(inputs[chosen]), labels[chosen])
            loss.backward()
            adam.step()
            total += loss.item() * len(chosen)
        return total / len(inputs)

    return epoch


def with_sklearn(work: Workload) -> Callable[[Any, Any], float]:
    """Return the same for scikit-learn's perceptron."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")
    settings = {"batch_size": work.batch, "learning_rate_init": RATE, "alpha": 0.0, "random_state": SEED}
    net = MLPClassifier(work.hidden, max_iter=1, warm_start=True, **settings)
    return lambda x, y: net.fit(x, y.ravel()).loss_


def trainer(peer: str, work: Workload) -> Callable[[Any, Any], float]:
    """Return the function that trains one epoch with a peer."""
    if peer == "torch":
        return with_torch(work)
    if peer == "sklearn":
        return with_sklearn(work)
    if peer == OURS:
        sys.path.insert(0, str(Path(__file__).parents[2]))
        return keras_like(importlib.import_module("engine"), work)
    os.environ |= {"KERAS_BACKEND": peer.removeprefix("keras-"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return keras_like(importlib.import_module("keras"), work)


def one(peer: str, name: str) -> None:
    """Train and print {"epoch": seconds of the fastest epoch, "loss": of the last one} as JSON."""
    missing = [m for m in NEEDS.get(peer, ()) if importlib.util.find_spec(m) is None]
    if missing:
        print(json.dumps({"missing": missing}))
        return
    x, y = rows(WORKLOADS[name])
    epoch = trainer(peer, WORKLOADS[name])
    for _ in range(WARM):
        epoch(x, y)
    seconds = []
    for _ in range(TIMED):
        begun = time.perf_counter()
        loss = epoch(x, y)
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"epoch": min(seconds), "loss": float(loss)}))


# ---- all of them ---------------------------------------------------------------------------------------------------
def run(peer: str, name: str) -> dict[str, Any]:
    """Return what `one` printed in a new process; {"failed": why} when it did not end well."""
    python = sys.executable if peer == OURS else os.environ.get("PEERS_PYTHON", sys.executable)
    done = subprocess.run([python, __file__, "--one", peer, name], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def compare(name: str, peers: list[str], rounds: int) -> bool:
    """Print one workload and return whether the engine learnt as much as the best Keras peer: these train alike."""
    results: dict[str, list[dict[str, Any]]] = {}
    print(f"\n{name}: {WORKLOADS[name]}")
    for _ in range(rounds):
        for peer in [OURS, *peers]:
            results.setdefault(peer, []).append(run(peer, name))
    mine = _median(results[OURS])
    if mine is None:
        print(f"  {OURS} did not run: {results[OURS][0]}")
        return False
    print(f"  {OURS:17} {mine[0]:8.4f} s an epoch   loss {mine[1]:.4f}")
    others = {peer: _median(results[peer]) for peer in peers}
    for peer, found in others.items():
        if found is None:
            print(f"  {peer:17} left out: {_reason(results[peer][0])}")
        else:
            print(f"  {peer:17} {found[0]:8.4f} s an epoch   loss {found[1]:.4f}   ratio {found[0] / mine[0]:.2f}")
    same = [found[1] for peer, found in others.items() if found is not None and peer.startswith("keras")]
    best = min(same, default=mine[1])
    return mine[1] <= best + max(0.02, 0.1 * best)


def _median(found: list[dict[str, Any]]) -> tuple[float, float] | None:
    if any("epoch" not in entry for entry in found):
        return None
    return statistics.median(entry["epoch"] for entry in found), statistics.median(entry["loss"] for entry in found)


def _reason(entry: dict[str, Any]) -> str:
    if missing := entry.get("missing"):
        return f"{' and '.join(missing)} is not installed in the interpreter of PEERS_PYTHON."
    return str(entry.get("failed", "it did not run every time."))


def main() -> int:
    """Return 0 when the engine learnt as much as its peers everywhere."""
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:4])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--peers", default=",".join(NEEDS))
    asked = parser.parse_args()
    peers = [peer for peer in asked.peers.split(",") if peer]
    learnt = [compare(name, peers, asked.rounds) for name in asked.workloads.split(",")]
    return 0 if all(learnt) else 1


if __name__ == "__main__":
    sys.exit(main())
