"""Constraints: what weights must satisfy; they are put back after each update."""

from dataclasses import dataclass
from typing import Any, ClassVar

from engine import ops, registry
from engine.ir.value import Value
from engine.ops.eager import evaluate
from engine.registry import register
from engine.specs import Spec, field

EPSILON = 1e-7


@dataclass(frozen=True)
class ConstraintSpec(Spec):
    """Base of the records. Called on an array it returns the nearest array that satisfies the constraint."""

    FORMULA: ClassVar[str] = ""

    def build(self, w: Value) -> Value:
        """Return the weight after the constraint, of the same shape."""
        raise NotImplementedError(f"{self.KERAS} has no build.")

    def __call__(self, w: Any) -> Any:
        return evaluate(self.build, w)


def norm(w: Value, axis: tuple[int, ...]) -> Value:
    """Return the Euclidean norm along the axes, kept as axes of length 1."""
    axes = tuple(sorted(a % len(w.shape) for a in axis))
    return ops.sqrt(ops.sum(ops.square(w), axes, True))


AXIS = "Axes along which the norm is taken: 0 is one norm per unit of a Dense kernel."


@register(
    id="constraint.max_norm/1",
    kind="constraint",
    icon="ruler",
    purpose="Shortens the weights of a unit that have grown too long.",
)
class MaxNorm(ConstraintSpec):
    """The weights of each unit have at most this norm. Srivastava et al. 2014."""

    FORMULA = "w = w · clip(|w|, 0, max_value) / |w|"
    max_value: float = field(default=2.0, doc="Largest norm.", gt=0)
    axis: tuple[int, ...] = field(default=(0,), doc=AXIS)

    def __post_init__(self) -> None:
        one_axis(self)

    def build(self, w: Value) -> Value:
        size = norm(w, self.axis)
        return ops.mul(w, ops.div(ops.clip(size, 0.0, self.max_value), ops.add(size, EPSILON)))


@register(id="constraint.non_neg/1", kind="constraint", icon="ruler", purpose="No weight is negative.")
class NonNeg(ConstraintSpec):
    """Negative weights become 0."""

    FORMULA = "w = max(w, 0)"

    def build(self, w: Value) -> Value:
        return ops.mul(w, ops.cast(ops.greater_equal(w, 0.0), w.dtype))


@register(
    id="constraint.unit_norm/1", kind="constraint", icon="ruler", purpose="The weights of each unit have length 1."
)
class UnitNorm(ConstraintSpec):
    """The weights of each unit are scaled to norm 1."""

    FORMULA = "w = w / |w|"
    axis: tuple[int, ...] = field(default=(0,), doc=AXIS)

    def __post_init__(self) -> None:
        one_axis(self)

    def build(self, w: Value) -> Value:
        return ops.div(w, ops.add(norm(w, self.axis), EPSILON))


@register(
    id="constraint.min_max_norm/1",
    kind="constraint",
    icon="ruler",
    purpose="Keeps the length of a unit's weights between two numbers.",
)
class MinMaxNorm(ConstraintSpec):
    """The weights of each unit are moved towards a norm between two numbers."""

    FORMULA = "w = w · (rate · clip(|w|, min_value, max_value) + (1 - rate) · |w|) / |w|"
    min_value: float = field(default=0.0, doc="Least norm.", ge=0)
    max_value: float = field(default=1.0, doc="Largest norm.", gt=0)
    rate: float = field(default=1.0, doc="How far to go in one step.", kind="rate")
    axis: tuple[int, ...] = field(default=(0,), doc=AXIS)

    def __post_init__(self) -> None:
        one_axis(self)

    def build(self, w: Value) -> Value:
        size = norm(w, self.axis)
        wanted = ops.mul(ops.clip(size, self.min_value, self.max_value), self.rate)
        return ops.mul(w, ops.div(ops.add(wanted, ops.mul(size, 1 - self.rate)), ops.add(size, EPSILON)))


def one_axis(made: Any) -> None:
    """Let one number stand for a tuple of axes, then check the fields."""
    if isinstance(made.axis, int):
        object.__setattr__(made, "axis", (made.axis,))
    Spec.__post_init__(made)


def get(identifier: Any) -> ConstraintSpec | None:
    """Return the constraint with this name or config, or the one given, None for None; raises UsageError."""
    made: ConstraintSpec | None = None if identifier is None else registry.coerce("constraint", identifier)
    return made
