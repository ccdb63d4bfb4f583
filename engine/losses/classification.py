"""Losses for classes."""

from engine import ops
from engine.ir.value import Value
from engine.losses.regression import last_mean
from engine.losses.spec import REDUCTION, REDUCTIONS, LossSpec
from engine.registry import register
from engine.specs import field

LOGITS = "Outputs are raw numbers, without sigmoid or softmax."
SMOOTHING = "Share of certainty taken from the true class and spread over all."


@register(
    id="loss.binary_crossentropy/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("bce", "log loss", "logistic loss"),
    purpose="For yes-no questions: one sigmoid unit, or several independent ones.",
)
class BinaryCrossentropy(LossSpec):
    """The surprise at the truth, given the predicted probability of yes. Probabilities are kept within 1e-7 of 0 and 1.
    Keras: BinaryCrossentropy.
    """

    FORMULA = "loss = -mean(y_true · log(y_pred) + (1 - y_true) · log(1 - y_pred))"
    from_logits: bool = field(default=False, doc=LOGITS)
    label_smoothing: float = field(default=0.0, doc=SMOOTHING, kind="rate")
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        if self.label_smoothing:
            y_true = ops.add(ops.mul(y_true, 1 - self.label_smoothing), 0.5 * self.label_smoothing)
        return last_mean(ops.binary_crossentropy(y_pred, y_true, self.from_logits))


@register(
    id="loss.categorical_crossentropy/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("cross entropy", "softmax loss"),
    purpose="For one class out of several, the truth given as one-hot rows.",
)
class CategoricalCrossentropy(LossSpec):
    """The surprise at the true class, given a probability per class; the truth is a row of 0s with one 1.
    Probabilities are divided by their sum and kept within 1e-7 of 0 and 1. Keras: CategoricalCrossentropy.
    """

    FORMULA = "loss = -sum(y_true · log(y_pred))"
    from_logits: bool = field(default=False, doc=LOGITS)
    label_smoothing: float = field(default=0.0, doc=SMOOTHING, kind="rate")
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        if self.label_smoothing:
            spread = self.label_smoothing / y_pred.shape[-1]
            y_true = ops.add(ops.mul(y_true, 1 - self.label_smoothing), spread)
        return ops.crossentropy(y_pred, y_true, self.from_logits)


@register(
    id="loss.sparse_categorical_crossentropy/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("cross entropy", "scce", "softmax loss"),
    purpose="For one class out of several, the truth given as the number of the class.",
)
class SparseCategoricalCrossentropy(LossSpec):
    """As categorical cross-entropy, with the truth as a whole number from 0: the usual loss of a classifier.
    Keras: SparseCategoricalCrossentropy, without ignore_class.
    """

    TARGET = "class"
    FORMULA = "loss = -log(y_pred[y_true])"
    from_logits: bool = field(default=False, doc=LOGITS)
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        labels = y_true if y_true.dtype in ("int32", "int64") else ops.cast(y_true, "int32")
        return ops.sparse_crossentropy(y_pred, labels, self.from_logits)
