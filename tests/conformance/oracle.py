"""Reading the frozen numbers and comparing with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

FROZEN = Path(__file__).parent / "frozen"
Case = dict[str, Any]


def cases(group: str) -> list[Case]:
    """Return the cases of a group, and check that the file says where it comes from."""
    found = json.loads((FROZEN / f"{group}.json").read_text(encoding="utf-8"))
    assert set(found["versions"]) == {"keras", "jax", "scikit-learn"}
    assert isinstance(found["seed"], int)
    return list(found["cases"])


def title(case: Case) -> str:
    """Return the name of a case for a test's id."""
    settings = "-".join(f"{k}={v}" for k, v in case["settings"].items())
    parts = [
        case["name"],
        settings,
        case.get("kind", ""),
        case.get("path") if isinstance(case.get("path"), str) else "",
    ]
    return " ".join(str(p) for p in [*parts, "training" if case.get("training") else ""] if p)


def typed(x: Any, dtype: str) -> Any:
    """Return an array in a floating type; whole numbers stay whole."""
    array = np.asarray(x)
    return array.astype(np.int32) if array.dtype.kind in "iu" else array.astype(dtype)


def narrow(values: Any) -> bool:
    """Whether all values are float32 numbers: Keras computes a few things in that type whatever it is given."""
    wanted = np.asarray(values, np.float64)
    return bool(wanted.size and (np.abs(wanted - wanted.astype(np.float32)) <= 1e-12 * np.abs(wanted)).all())


def close(mine: Any, theirs: Any, dtype: str) -> None:
    """Assert agreement: 1e-5 in float32, 1e-9 in float64, 1e-6 where Keras mixes both ("mixed")."""
    given, wanted = np.asarray(mine), np.asarray(theirs, np.float64)
    tolerance = 1e-5 if dtype == "float32" else 1e-6 if dtype == "mixed" or narrow(wanted) else 1e-9
    assert given.shape == wanted.shape
    np.testing.assert_allclose(given.astype(np.float64), wanted, rtol=tolerance, atol=tolerance)
