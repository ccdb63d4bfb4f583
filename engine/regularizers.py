"""Regularizers: penalties on weights or outputs that are added to the loss."""

from dataclasses import dataclass
from typing import Any, ClassVar

from engine import ops, registry
from engine.ir.value import Value
from engine.ops.eager import evaluate
from engine.registry import register
from engine.specs import Spec, field


@dataclass(frozen=True)
class RegularizerSpec(Spec):
    """Base of the records. Called on an array it returns the penalty."""

    FORMULA: ClassVar[str] = ""

    def build(self, w: Value) -> Value:
        """Return the penalty of a weight, a scalar."""
        raise NotImplementedError(f"{self.KERAS} has no build.")

    def __call__(self, w: Any) -> Any:
        return evaluate(self.build, w)


def absolute(w: Value, factor: float) -> Value:
    """Return factor times the sum of sizes."""
    return ops.mul(ops.sum(ops.abs(w)), factor)


def squared(w: Value, factor: float) -> Value:
    """Return factor times the sum of squares."""
    return ops.mul(ops.sum(ops.square(w)), factor)


@register(id="regularizer.l1/1", kind="regularizer", icon="scale", purpose="Pulls weights to exactly 0.")
class L1(RegularizerSpec):
    """Penalty on the sizes of the weights: many become exactly 0 (lasso)."""

    FORMULA = "penalty = l1 · sum(|w|)"
    l1: float = field(default=0.01, doc="Strength.", ge=0)

    def build(self, w: Value) -> Value:
        return absolute(w, self.l1)


@register(
    id="regularizer.l2/1",
    kind="regularizer",
    icon="scale",
    aliases=("ridge",),
    purpose="Keeps weights small.",
)
class L2(RegularizerSpec):
    """Penalty on the squares of the weights: all stay small (ridge)."""

    FORMULA = "penalty = l2 · sum(w²)"
    l2: float = field(default=0.01, doc="Strength.", ge=0)

    def build(self, w: Value) -> Value:
        return squared(w, self.l2)


@register(
    id="regularizer.l1l2/1",
    kind="regularizer",
    icon="scale",
    aliases=("l1_l2", "elastic_net"),
    purpose="Both at once.",
)
class L1L2(RegularizerSpec):
    """The sum of both penalties (elastic net)."""

    FORMULA = "penalty = l1 · sum(|w|) + l2 · sum(w²)"
    l1: float = field(default=0.0, doc="Strength on the sizes.", ge=0, suggested=0.01)
    l2: float = field(default=0.0, doc="Strength on the squares.", ge=0, suggested=0.01)

    def build(self, w: Value) -> Value:
        return ops.add(absolute(w, self.l1), squared(w, self.l2))


def get(identifier: Any) -> RegularizerSpec | None:
    """Return the regularizer with this name or config, or the one given, None for None; raises UsageError."""
    made: RegularizerSpec | None = None if identifier is None else registry.coerce("regularizer", identifier)
    return made
