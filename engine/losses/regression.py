"""Losses for numbers."""

from engine import ops
from engine.ir.value import Value
from engine.losses.spec import REDUCTION, REDUCTIONS, LossSpec
from engine.registry import register
from engine.specs import field


def last_mean(x: Value) -> Value:
    """Return the mean along the last axis."""
    return ops.mean(x, (len(x.shape) - 1,))


@register(
    id="loss.mean_squared_error/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("mse", "squared error", "l2 loss"),
    purpose="The mean of squared differences: the usual loss of a regression.",
)
class MeanSquaredError(LossSpec):
    """Large errors count much more than small ones; the best answer is the mean. Keras: MeanSquaredError, "mse"."""

    FORMULA = "loss = mean((y_true - y_pred)²)"
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return last_mean(ops.square(ops.sub(y_pred, y_true)))


@register(
    id="loss.mean_absolute_error/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("mae", "absolute error", "l1 loss"),
    purpose="The mean of sizes of differences: not thrown off by a few outliers.",
)
class MeanAbsoluteError(LossSpec):
    """All errors count by their size; the best answer is the median. Keras: MeanAbsoluteError, "mae"."""

    FORMULA = "loss = mean(|y_true - y_pred|)"
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        return last_mean(ops.abs(ops.sub(y_pred, y_true)))


@register(
    id="loss.huber/1",
    kind="loss",
    group="train",
    icon="target",
    aliases=("huber_loss", "smooth l1", "robust"),
    purpose="Squared for small errors, straight for large ones: a compromise that bears outliers.",
)
class Huber(LossSpec):
    """Squared error up to delta, then linear. Huber 1964. Keras: Huber."""

    FORMULA = "loss = mean(e² / 2 if |e| <= delta else delta · (|e| - delta / 2))"
    delta: float = field(default=1.0, doc="Where squared turns into linear.", gt=0)
    reduction: str | None = field(default="sum_over_batch_size", doc=REDUCTION, choices=REDUCTIONS, advanced=True)

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        error = ops.sub(y_pred, y_true)
        size = ops.abs(error)
        straight = ops.mul(ops.sub(size, 0.5 * self.delta), self.delta)
        return last_mean(ops.where(ops.less_equal(size, self.delta), ops.mul(ops.square(error), 0.5), straight))
