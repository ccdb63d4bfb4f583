"""Writes the golden programs for the GPU anew: run it after a change of the emitter that is meant.

python -m tests.golden.cupy.write
"""

from pathlib import Path

from engine import Sequential
from engine.compiler.pipeline import compile
from tests.gpu.networks import CASES

HERE = Path(__file__).parent
NAMES = ("regression", "image")


def text(name: str) -> str:
    """Return the training program of one of the networks for 16 rows."""
    stack, loss, optimizer = CASES[name][:3]
    model = Sequential(stack(), seed=3)
    model.compile(optimizer, loss)
    return compile(model.definition, "train", 16, device="gpu").source


if __name__ == "__main__":
    for name in NAMES:
        (HERE / f"{name}.txt").write_text(text(name), encoding="utf-8")
