"""Accuracies: the share of right answers."""

from engine import ops
from engine.ir.value import Value
from engine.metrics.spec import NAME, MetricSpec, alike, per_row
from engine.registry import register
from engine.specs import field


@register(
    id="metric.accuracy/1",
    kind="metric",
    group="train",
    icon="percent",
    aliases=("acc",),
    purpose="How often the output equals the truth exactly.",
)
class Accuracy(MetricSpec):
    """The share of outputs that equal the truth. For outputs that are already classes; in `compile`, "accuracy"
    stands for the accuracy that fits the loss. Keras: Accuracy.
    """

    LARGER = True
    FORMULA = "mean(y_true = y_pred)"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return alike(ops.equal, y_true, y_pred)


@register(
    id="metric.binary_accuracy/1",
    kind="metric",
    group="train",
    icon="percent",
    aliases=("accuracy",),
    purpose="How often a probability lies on the right side of the threshold.",
)
class BinaryAccuracy(MetricSpec):
    """The share of right yes-no answers. Keras: BinaryAccuracy."""

    LARGER = True
    FORMULA = "mean(y_true = (y_pred > threshold))"
    name: str | None = field(default=None, doc=NAME, advanced=True)
    threshold: float = field(default=0.5, doc="Above it, the answer is yes.")

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return alike(lambda t, p: ops.equal(t, ops.cast(ops.greater(p, self.threshold), p.dtype)), y_true, y_pred)


@register(
    id="metric.categorical_accuracy/1",
    kind="metric",
    group="train",
    icon="percent",
    aliases=("accuracy",),
    purpose="How often the most probable class is the true one; the truth is one-hot.",
)
class CategoricalAccuracy(MetricSpec):
    """The share of rows whose largest output is at the 1 of the truth. Keras: CategoricalAccuracy."""

    LARGER = True
    FORMULA = "mean(argmax(y_true) = argmax(y_pred))"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return per_row(ops.equal(ops.argmax(y_true, -1), ops.argmax(y_pred, -1)))


@register(
    id="metric.sparse_categorical_accuracy/1",
    kind="metric",
    group="train",
    icon="percent",
    aliases=("accuracy",),
    purpose="How often the most probable class is the true one; the truth is a class number.",
)
class SparseCategoricalAccuracy(MetricSpec):
    """The share of rows whose largest output is the true class. Keras: SparseCategoricalAccuracy."""

    LARGER = True
    TARGET = "class"
    FORMULA = "mean(y_true = argmax(y_pred))"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        best = ops.argmax(y_pred, -1)
        if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
            y_true = ops.reshape(y_true, y_true.shape[:-1])
        return per_row(ops.equal(ops.cast(y_true, best.dtype) if y_true.dtype != best.dtype else y_true, best))
