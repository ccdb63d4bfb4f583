"""`LossSpec`: the base of all losses."""

from typing import Any, ClassVar

from engine import ops
from engine.ir.value import Value
from engine.ops.eager import evaluate
from engine.specs import Spec

REDUCTIONS = ("sum_over_batch_size", "sum", "mean")
REDUCTION = "How the losses of a batch become one number: their mean (the first and the last) or their sum."


class LossSpec(Spec):
    """Base of the records. TARGET says what y_true holds: "same" as y_pred, or "class" (one whole number per row).

    Called on arrays, `loss(y_true, y_pred, sample_weight=None)`, it returns the loss of the batch as in Keras.
    """

    FORMULA: ClassVar[str] = ""
    TARGET: ClassVar[str] = "same"
    reduction: str | None

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        """Return the losses over all axes but the last one of y_pred: shape y_pred.shape[:-1]."""
        raise NotImplementedError(f"{self.KERAS} has no elements.")

    def build(self, y_true: Value, y_pred: Value) -> Value:
        """Return one loss per row, shape (rows,): the mean of its elements; their sum with reduction "sum"."""
        each = self.elements(*matched(y_true, y_pred, self.TARGET))
        axes = tuple(range(1, len(each.shape)))
        if not axes:
            return each
        return ops.sum(each, axes) if self.reduction == "sum" else ops.mean(each, axes)

    def each(self, y_true: Any, y_pred: Any) -> Any:
        """Return the losses of arrays, one per row and further axis but the last."""
        return evaluate(lambda t, p: self.elements(*matched(t, p, self.TARGET)), y_true, y_pred)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss of a batch. Without a reduction: one per row. sample_weight: (rows,)."""
        losses = self.each(y_true, y_pred)
        if sample_weight is not None:
            import numpy as np

            weights = np.asarray(sample_weight, losses.dtype)
            losses = losses * weights.reshape(weights.shape[:1] + (1,) * (losses.ndim - 1))
        if self.reduction is None:
            return losses
        return losses.sum() if self.reduction == "sum" else losses.mean(dtype=losses.dtype)


def matched(y_true: Value, y_pred: Value, target: str) -> tuple[Value, Value]:
    """Return both so that they fit: an axis of length 1 that only one has is dropped or added, as in Keras."""
    rank = len(y_pred.shape) - (1 if target == "class" else 0)
    if len(y_true.shape) == rank + 1 and y_true.shape[-1] == 1:
        y_true = ops.reshape(y_true, y_true.shape[:-1])
    elif len(y_true.shape) == rank - 1 and y_pred.shape[-1] == 1:
        y_true = ops.reshape(y_true, (*y_true.shape, 1))
    if target == "same" and y_true.dtype != y_pred.dtype:
        y_true = ops.cast(y_true, y_pred.dtype)
    return y_true, y_pred
