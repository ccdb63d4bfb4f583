"""`MetricSpec`: the base of all metrics. It is a mean over rows, which programs compute, or sums kept in a state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine import ops
from engine.ir.value import Value
from engine.ops.eager import array, evaluate
from engine.specs import Spec

Array = NDArray[Any]
State = dict[str, Array]
"""What a metric has added up so far: float64 arrays."""

NAME = "Name in reports; None: the record's own."


@dataclass(frozen=True)
class MetricSpec(Spec):
    """Base of the records. LARGER: larger is better. TARGET: as for losses, "same" or "class".

    A mean over rows gives `build` and perhaps `finish`; any other metric gives `update` and `result`.
    """

    LARGER: ClassVar[bool] = False
    TARGET: ClassVar[str] = "same"
    FORMULA: ClassVar[str] = ""

    def build(self, y_true: Value, y_pred: Value) -> Value | None:
        """Return one number per row, shape (rows,), whose mean is the metric; None for metrics that are no mean."""
        return None

    def finish(self, mean: float) -> float:
        """Return the metric for the mean over the rows."""
        return mean

    def start(self) -> State:
        """Return the state before the first row."""
        return {"total": np.zeros(()), "count": np.zeros(())}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None) -> State:
        """Return the state after more rows. weight: (rows,), None: all 1."""
        each = evaluate(self._rows, y_true, y_pred).astype(np.float64)
        weights = np.ones(len(each)) if weight is None else np.asarray(weight, np.float64).reshape(len(each))
        return {"total": state["total"] + (each * weights).sum(), "count": state["count"] + weights.sum()}

    def result(self, state: State) -> Any:
        """Return the metric of a state: a number, or an array where a metric has several."""
        return self.finish(float(safe(state["total"], state["count"])))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self.result(self.update(self.start(), array(y_true), array(y_pred), sample_weight))

    def _rows(self, y_true: Value, y_pred: Value) -> Value:
        rows = self.build(y_true, y_pred)
        if rows is None:
            raise NotImplementedError(f"{self.KERAS} has neither build nor update.")
        return rows


def safe(a: Any, b: Any) -> Any:
    """Return a / b, 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=np.asarray(b) != 0)


def per_row(x: Value) -> Value:
    """Return the mean over all axes but the rows, as float."""
    x = x if x.is_float else ops.cast(x, "float32")
    return ops.mean(x, tuple(range(1, len(x.shape)))) if len(x.shape) > 1 else x


def alike(function: Callable[[Value, Value], Value], y_true: Value, y_pred: Value) -> Value:
    """Return function(y_true, y_pred) per row, after an axis of length 1 that only one of them has is evened out."""
    if len(y_true.shape) == len(y_pred.shape) + 1 and y_true.shape[-1] == 1:
        y_true = ops.reshape(y_true, y_true.shape[:-1])
    elif len(y_true.shape) == len(y_pred.shape) - 1 and y_pred.shape[-1] == 1:
        y_true = ops.reshape(y_true, (*y_true.shape, 1))
    y_pred = y_pred if y_pred.is_float else ops.cast(y_pred, "float32")
    return per_row(function(ops.cast(y_true, y_pred.dtype) if y_true.dtype != y_pred.dtype else y_true, y_pred))
