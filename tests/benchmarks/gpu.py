"""Seconds of an epoch on the CPU and on the GPU, side by side; without a GPU it says so and ends.

    python tests/benchmarks/gpu.py [--rows 60000] [--batch 256]

The first epoch on the GPU compiles its kernels (CuPy keeps them for the next time); it is printed apart.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

NETWORKS = ("mlp", "deep-mlp", "cnn")


def network(name):
    """Return (layers, shape of a row)."""
    from engine import layers

    if name == "cnn":
        stack = [
            layers.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
            layers.Dropout(0.5), layers.Dense(10, "softmax"),
        ]  # fmt: skip
        return stack, (28, 28, 1)
    width, depth = (512, 2) if name == "mlp" else (2048, 4)
    hidden = [part for _ in range(depth) for part in (layers.Dense(width, "relu"), layers.Dropout(0.2))]
    return [layers.Input((784,)), *hidden, layers.Dense(10, "softmax")], (784,)


def seconds(name, device, rows, batch):
    """Return (first epoch, mean of the following two)."""
    from engine import Sequential

    stack, shape = network(name)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, *shape)).astype(np.float32), rng.integers(0, 10, rows)
    model = Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy", device=device)
    times, before = [], time.perf_counter()
    for report in model.train(x, y, batch_size=batch, epochs=3).epochs():
        if report.kind == "epoch":
            times.append(time.perf_counter() - before)
            before = time.perf_counter()
    return times[0], sum(times[1:]) / 2


def main():
    """Print the table."""
    from engine.backend import devices

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=256)
    given = parser.parse_args()
    found = devices.gpu()
    print(found.sentence)
    if not found.available:
        return 0
    print(f"{'network':10} {'CPU':>9} {'GPU':>9} {'first':>9} {'times':>7}   seconds an epoch of {given.rows} rows")
    for name in NETWORKS:
        cpu = seconds(name, "cpu", given.rows, given.batch)[1]
        first, gpu = seconds(name, "gpu", given.rows, given.batch)
        print(f"{name:10} {cpu:9.2f} {gpu:9.2f} {first:9.2f} {cpu / gpu:7.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
