"""The frozen numbers can be made again: with Keras, JAX and scikit-learn at hand they come out the same."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
GROUPS = ("layers", "activations", "losses", "metrics", "optimizers", "weights", "callbacks", "reported")


def python() -> str:
    """Return a Python that has the oracles: PEERS_PYTHON, else this one; skips without."""
    if given := os.environ.get("PEERS_PYTHON"):
        return given
    if missing := [m for m in ("keras", "jax", "sklearn") if importlib.util.find_spec(m) is None]:
        pytest.skip(f"needs the oracle extra or PEERS_PYTHON; {', '.join(missing)} cannot be imported")
    return sys.executable


def test_freeze_cannot_import_what_it_judges() -> None:
    words = (HERE / "freeze.py").read_text(encoding="utf-8")
    assert "import engine" not in words
    assert "from engine" not in words


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_oracles_give_the_frozen_numbers(tmp_path: Path) -> None:
    subprocess.run([python(), str(HERE / "freeze.py"), str(tmp_path)], check=True, cwd=tmp_path, capture_output=True)
    for group in GROUPS:
        old, new = (json.loads((f / f"{group}.json").read_text("utf-8")) for f in (HERE / "frozen", tmp_path))
        assert len(old["cases"]) == len(new["cases"])
        for a, b in zip(old["cases"], new["cases"], strict=True):
            same(a, b, f"{group}: {a.get('name', '')}")


def same(a: Any, b: Any, where: str) -> None:
    """Assert that two JSON values agree, numbers to 1e-6."""
    if isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            same(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), where
        for x, y in zip(a, b, strict=True):
            same(x, y, where)
    else:
        assert a == pytest.approx(b, rel=1e-6, abs=1e-7) if isinstance(a, float) else a == b, where
