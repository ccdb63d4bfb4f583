"""Metrics for numbers."""

from typing import Any

import numpy as np

from engine import ops
from engine.errors import UsageError
from engine.ir.value import Value
from engine.metrics.spec import NAME, Array, MetricSpec, State, alike
from engine.registry import register
from engine.specs import field


def squared(y_true: Value, y_pred: Value) -> Value:
    """Return squared differences."""
    return ops.square(ops.sub(y_pred, y_true))


@register(
    id="metric.mean_squared_error/1",
    kind="metric",
    group="train",
    icon="ruler",
    aliases=("mse",),
    purpose="The mean of squared differences.",
)
class MeanSquaredError(MetricSpec):
    """Large errors count much more than small ones. Keras: MeanSquaredError, "mse"."""

    FORMULA = "mean((y_true - y_pred)²)"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return alike(squared, y_true, y_pred)


@register(
    id="metric.root_mean_squared_error/1",
    kind="metric",
    group="train",
    icon="ruler",
    aliases=("rmse",),
    purpose="The root of the mean of squared differences, in the target's own unit.",
)
class RootMeanSquaredError(MetricSpec):
    """The typical error, large ones counted more, in the unit of the target. Keras: RootMeanSquaredError."""

    FORMULA = "sqrt(mean((y_true - y_pred)²))"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return alike(squared, y_true, y_pred)

    def finish(self, mean: float) -> float:
        return float(np.sqrt(mean))


@register(
    id="metric.mean_absolute_error/1",
    kind="metric",
    group="train",
    icon="ruler",
    aliases=("mae",),
    purpose="The mean of sizes of differences, in the target's own unit.",
)
class MeanAbsoluteError(MetricSpec):
    """The mean error in the unit of the target. Keras: MeanAbsoluteError, "mae"."""

    FORMULA = "mean(|y_true - y_pred|)"
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def build(self, y_true: Value, y_pred: Value) -> Value:
        return alike(lambda t, p: ops.abs(ops.sub(p, t)), y_true, y_pred)


@register(
    id="metric.r2_score/1",
    kind="metric",
    group="train",
    icon="gauge",
    aliases=("r2", "r squared", "coefficient of determination"),
    purpose="How much of the target's spread is explained: 1 is all, 0 is no better than the mean.",
)
class R2Score(MetricSpec):
    """1 minus the squared error over the squared error of always answering the mean. Keras: R2Score."""

    LARGER = True
    FORMULA = "1 - sum((y_true - y_pred)²) / sum((y_true - mean(y_true))²)"
    class_aggregation: str | None = field(
        default="uniform_average", doc="How several outputs become one number; None: not.",
        choices=("uniform_average", "variance_weighted_average"), advanced=True,
    )  # fmt: skip
    num_regressors: int = field(default=0, doc="Inputs to adjust for; 0: no adjustment.", ge=0, advanced=True)
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def start(self) -> State:
        zero = np.zeros(())
        return {"samples": zero, "sum": zero, "squares": zero, "residual": zero, "count": zero}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None) -> State:
        truth, answer = columns(y_true), columns(y_pred)
        if truth.shape != answer.shape:
            raise UsageError(
                f"R2Score needs outputs shaped like the target; they are {y_pred.shape} and {y_true.shape}."
            )
        weights = np.ones_like(truth) if weight is None else np.broadcast_to(columns(weight), truth.shape)
        new = {
            "samples": np.float64(truth.size),
            "sum": (truth * weights).sum(0),
            "squares": (truth**2 * weights).sum(0),
        }
        new |= {"residual": ((truth - answer) ** 2 * weights).sum(0), "count": weights.sum(0)}
        return {name: state[name] + new[name] for name in state}

    def result(self, state: State) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            total = np.atleast_1d(state["squares"] - state["sum"] ** 2 / state["count"])
            scores = 1 - state["residual"] / total
        scores = np.where(np.isinf(scores), 0.0, scores)
        score = self._aggregated(scores, total)
        free = float(state["samples"]) - self.num_regressors - 1
        if self.num_regressors and free > 0:
            score = 1 - (1 - score) * (float(state["samples"]) - 1) / free
        return score

    def _aggregated(self, scores: Array, total: Array) -> Any:
        if self.class_aggregation is None:
            return scores
        weights = total if self.class_aggregation == "variance_weighted_average" else np.ones_like(scores)
        return float((scores * weights).sum() / weights.sum())


def columns(x: Any) -> Array:
    """Return an array as float64 of two axes: rows and outputs."""
    wide = np.asarray(x, np.float64)
    return wide.reshape(-1, 1) if wide.ndim < 2 else wide
