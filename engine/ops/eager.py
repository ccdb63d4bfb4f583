"""Functions of values, called on arrays: they are built as a graph and interpreted."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend.random import Stream
from engine.ir.interpret import evaluate as interpreted
from engine.ir.value import Value
from engine.ops.leaves import input as leaf


def array(x: Any) -> Any:
    """Return an array of a dtype that graphs have: Python numbers and lists of floats become float32, as in Keras."""
    given = np.asarray(x)
    if given.dtype.kind == "f" and not (isinstance(x, np.ndarray | np.generic) and given.dtype.itemsize in (4, 8)):
        return given.astype(np.float32)
    if given.dtype.kind in "iu" and given.dtype.name not in ("int32", "int64"):
        return given.astype(np.int32)
    return given


def evaluate(function: Callable[..., Value], *arrays: Any, stream: Stream | None = None) -> Any:
    """Return the array of `function(*values)` for these arrays; whole numbers alone count as float32."""
    given = [array(x) for x in arrays]
    if len(given) == 1 and given[0].dtype.kind != "f":
        given = [given[0].astype(np.float32)]
    leaves = [leaf(f"x{i}", x.shape, x.dtype.name) for i, x in enumerate(given)]
    root = function(*leaves)
    return np.asarray(interpreted([root], dict(zip(leaves, given, strict=True)), stream=stream)[root])
