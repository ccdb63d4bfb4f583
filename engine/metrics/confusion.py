"""Metrics made of right and wrong yeses: Precision, Recall, F1Score, AUC. They keep Keras' numbers."""

from typing import Any

import numpy as np

from engine.errors import UsageError
from engine.metrics.spec import NAME, Array, MetricSpec, State, safe
from engine.registry import register
from engine.specs import field

EPSILON = 1e-7
THRESHOLDS = "Above it, the answer is yes; several give several results. None: 0.5, or any with top_k."


def pair(y_true: Array, y_pred: Array, weight: Array | None) -> tuple[Array, Array, Array]:
    """Return truth (bool), prediction and weight of one shape; raises UsageError when they do not fit."""
    if y_true.shape != y_pred.shape and y_true.size == y_pred.size:
        y_true = y_true.reshape(y_pred.shape)
    if y_true.shape != y_pred.shape:
        raise UsageError(
            f"The metric needs a truth shaped like the output; they are {y_true.shape} and {y_pred.shape}."
        )
    weights = np.ones(len(y_pred)) if weight is None else np.asarray(weight, np.float64)
    weights = weights.reshape(weights.shape[:1] + (1,) * (y_pred.ndim - 1))
    return y_true.astype(bool), y_pred, np.broadcast_to(weights, y_pred.shape)


class Threshold(MetricSpec):
    """Base of Precision and Recall."""

    LARGER = True
    thresholds: tuple[float, ...] | None
    top_k: int | None
    class_id: int | None

    def __post_init__(self) -> None:
        if isinstance(self.thresholds, int | float) and not isinstance(self.thresholds, bool):
            object.__setattr__(self, "thresholds", (self.thresholds,))
        super().__post_init__()

    def _cuts(self) -> Array:
        usual = (0.5,) if self.top_k is None else (-np.inf,)
        return np.asarray(self.thresholds or usual, np.float64)

    def start(self) -> State:
        zero = np.zeros(len(self._cuts()))
        return {"hits": zero, "false": zero, "missed": zero}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None) -> State:
        truth, answer, weights = pair(y_true, y_pred, weight)
        if self.top_k is not None:
            answer = strongest(answer, self.top_k)
        if self.class_id is not None:
            truth, answer, weights = (a[..., self.class_id] for a in (truth, answer, weights))
        yes = answer.reshape(1, -1) > self._cuts().astype(answer.dtype)[:, None]
        truth, weights = truth.reshape(1, -1), weights.reshape(1, -1)
        new = {"hits": yes & truth, "false": yes & ~truth, "missed": ~yes & truth}
        return {name: state[name] + (new[name] * weights).sum(1) for name in state}

    def _ratio(self, state: State, other: str) -> Any:
        ratio = safe(state["hits"], state["hits"] + state[other])
        return float(ratio[0]) if len(ratio) == 1 else ratio


def strongest(answer: Array, k: int) -> Array:
    """Return the answers with all but the k largest of each row at minus infinity."""
    cut = np.sort(answer, -1)[..., -k, None]
    return np.where(answer >= cut, answer, -np.inf).astype(answer.dtype)


@register(
    id="metric.precision/1",
    kind="metric",
    group="train",
    icon="crosshair",
    purpose="How many of the yeses are right.",
)
class Precision(Threshold):
    """True positives over all predicted positives. Counts when a false alarm is costly. Keras: Precision."""

    FORMULA = "tp / (tp + fp)"
    thresholds: tuple[float, ...] | None = field(default=None, doc=THRESHOLDS)
    top_k: int | None = field(default=None, doc="Only the k largest outputs of a row can be yes.", ge=1, advanced=True)
    class_id: int | None = field(default=None, doc="Only this output counts.", ge=0, advanced=True)
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def result(self, state: State) -> Any:
        return self._ratio(state, "false")


@register(
    id="metric.recall/1",
    kind="metric",
    group="train",
    icon="scan",
    aliases=("sensitivity", "true positive rate"),
    purpose="How many of the true cases are found.",
)
class Recall(Threshold):
    """True positives over all positives. Counts when a missed case is costly. Keras: Recall."""

    FORMULA = "tp / (tp + fn)"
    thresholds: tuple[float, ...] | None = field(default=None, doc=THRESHOLDS)
    top_k: int | None = field(default=None, doc="Only the k largest outputs of a row can be yes.", ge=1, advanced=True)
    class_id: int | None = field(default=None, doc="Only this output counts.", ge=0, advanced=True)
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def result(self, state: State) -> Any:
        return self._ratio(state, "missed")


@register(
    id="metric.f1_score/1",
    kind="metric",
    group="train",
    icon="gauge",
    aliases=("f1", "F1"),
    purpose="Precision and recall in one number, per class or averaged.",
)
class F1Score(MetricSpec):
    """The harmonic mean of precision and recall. Without a threshold the largest output of a row is the yes, so give
    0.5 for a single sigmoid unit. Rows have two axes, the truth is one-hot. Keras: F1Score.
    """

    LARGER = True
    FORMULA = "2 · precision · recall / (precision + recall)"
    average: str | None = field(
        default=None, doc="How classes become one number; None: one each.", choices=("micro", "macro", "weighted")
    )
    threshold: float | None = field(
        default=None, doc="Above it, the answer is yes; None: the largest of a row.", gt=0, le=1
    )
    name: str | None = field(default=None, doc=NAME, advanced=True)

    def start(self) -> State:
        return {name: np.zeros(()) for name in ("hits", "false", "missed", "weight")}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None) -> State:
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise UsageError(f"F1Score needs one-hot rows, (rows, classes); it gets {y_true.shape} and {y_pred.shape}.")
        truth = y_true.astype(np.float64)
        yes = self._yes(y_pred).astype(np.float64)
        weights = np.ones((len(truth), 1)) if weight is None else np.asarray(weight, np.float64).reshape(-1, 1)
        axis = None if self.average == "micro" else 0
        new = {"hits": yes * truth, "false": yes * (1 - truth), "missed": (1 - yes) * truth, "weight": truth}
        return {name: state[name] + (new[name] * weights).sum(axis) for name in state}

    def _yes(self, y_pred: Array) -> Array:
        if self.threshold is not None:
            return np.asarray(y_pred > self.threshold)
        return np.asarray((y_pred >= y_pred.max(-1, keepdims=True)) & (np.abs(y_pred) > 1e-9))

    def result(self, state: State) -> Any:
        precision = state["hits"] / (state["hits"] + state["false"] + EPSILON)
        recall = state["hits"] / (state["hits"] + state["missed"] + EPSILON)
        scores = 2 * precision * recall / (precision + recall + EPSILON)
        if self.average == "weighted":
            return float((scores * state["weight"] / (state["weight"].sum() + EPSILON)).sum())
        return scores if self.average is None else float(scores.mean())


@register(
    id="metric.auc/1",
    kind="metric",
    group="train",
    icon="chart-area",
    aliases=("roc auc", "area under the curve"),
    purpose="How well yeses and noes are ordered by their probability: 1 is perfect, 0.5 is chance.",
)
class AUC(MetricSpec):
    """The area under the ROC curve (or the precision-recall curve), from fixed thresholds as in Keras; it can be fed
    batch by batch. The figures reported after a fit are exact instead, see `engine.metrics.exact`. Keras: AUC,
    without thresholds, label_weights and the PRGAIN curve.
    """

    LARGER = True
    FORMULA = "area under (false positive rate, recall)"
    num_thresholds: int = field(default=200, doc="How many thresholds.", ge=2)
    curve: str = field(default="ROC", doc="Which curve.", choices=("ROC", "PR"))
    summation_method: str = field(
        default="interpolation",
        doc="How the area is added up.",
        choices=("interpolation", "minoring", "majoring"),
        advanced=True,
    )
    name: str | None = field(default=None, doc=NAME, advanced=True)
    multi_label: bool = field(default=False, doc="One area per output, then their mean.")
    from_logits: bool = field(default=False, doc="Outputs are raw numbers, without sigmoid.")

    def start(self) -> State:
        return {name: np.zeros(()) for name in ("tp", "fp", "positives", "negatives")}

    def update(self, state: State, y_true: Array, y_pred: Array, weight: Array | None) -> State:
        truth, answer, weights = pair(y_true, y_pred, weight)
        if self.from_logits:
            answer = (1 / (1 + np.exp(-answer))).astype(answer.dtype)
        width = answer.shape[-1] if self.multi_label else 1
        truth, answer, weights = (a.reshape(-1, width) for a in (truth, answer, weights))
        tp = np.stack([self._above(answer[:, i], truth[:, i] * weights[:, i]) for i in range(width)], 1)
        fp = np.stack([self._above(answer[:, i], ~truth[:, i] * weights[:, i]) for i in range(width)], 1)
        new = {"tp": tp, "fp": fp, "positives": (truth * weights).sum(0), "negatives": (~truth * weights).sum(0)}
        return {name: state[name] + new[name] for name in state}

    def _above(self, answer: Array, weights: Array) -> Array:
        """Return for each threshold the weight of the answers above it."""
        steps = answer.dtype.type(self.num_thresholds - 1)
        bucket = np.maximum(np.ceil(np.clip(answer, 0, 1) * steps) - 1, 0).astype(int)
        return np.cumsum(np.bincount(bucket, weights, self.num_thresholds)[::-1])[::-1]

    def result(self, state: State) -> float:
        tp, fp = np.atleast_2d(state["tp"]), np.atleast_2d(state["fp"])
        if self.curve == "PR" and self.summation_method == "interpolation":
            return float(self._between(tp, fp, state["positives"]).sum(0).mean())
        recall = safe(tp, state["positives"])
        if self.curve == "ROC":
            x, y = safe(fp, state["negatives"]), recall
        else:
            x, y = recall, safe(tp, tp + fp)
        heights = {"minoring": np.minimum, "majoring": np.maximum}.get(self.summation_method, lambda a, b: (a + b) / 2)
        return float(((x[:-1] - x[1:]) * heights(y[:-1], y[1:])).sum(0).mean())

    def _between(self, tp: Array, fp: Array, positives: Array) -> Array:
        """Return the areas under the precision-recall curve between thresholds. Davis & Goadrich 2006, section 4."""
        gained, yes = tp[:-1] - tp[1:], tp + fp
        slope = safe(gained, np.maximum(yes[:-1] - yes[1:], 0))
        start = tp[1:] - slope * yes[1:]
        both = (yes[:-1] > 0) & (yes[1:] > 0)
        ratio = np.where(both, safe(yes[:-1], np.maximum(yes[1:], 0)), 1.0)
        return np.asarray(safe(slope * (gained + start * np.log(ratio)), positives))
