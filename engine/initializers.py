"""Initializers: how weights begin. Each makes an array of a shape from a stream of random numbers."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine import registry
from engine.errors import UsageError
from engine.registry import register
from engine.specs import Spec, field

Array = NDArray[Any]
CUT = 0.87962566103423978
"""Standard deviation of a standard normal cut off at two standard deviations."""


@dataclass(frozen=True)
class InitializerSpec(Spec):
    """Base of the records. FORMULA says what a weight is drawn from.

    Called with a shape it returns an array, from its own seed or from fresh entropy.
    """

    FORMULA: ClassVar[str] = ""

    def make(self, shape: Sequence[int], rng: np.random.Generator, dtype: str = "float32") -> Array:
        """Return an array of this shape, drawn from rng (from the spec's own seed when it has one)."""
        seed = getattr(self, "seed", None)
        rng = rng if seed is None else np.random.default_rng([seed, zlib.crc32(repr(tuple(shape)).encode())])
        return self.draw(tuple(int(s) for s in shape), rng).astype(dtype)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Return the values in float64."""
        raise NotImplementedError(f"{self.KERAS} has no draw.")

    def __call__(self, shape: Sequence[int], dtype: str = "float32") -> Array:
        return self.make(shape, np.random.default_rng(), dtype)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many numbers flow into and out of one unit of a weight of this shape (Keras' compute_fans)."""
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    field_size = math.prod(shape[:-2])
    return shape[-2] * field_size, shape[-1] * field_size


def cut_normal(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return standard normals of which those beyond two standard deviations are drawn again."""
    values: Array = np.asarray(rng.standard_normal(shape))
    while (far := np.abs(values) > 2).any():
        values[far] = rng.standard_normal(int(far.sum()))
    return values


def spread(shape: tuple[int, ...], rng: np.random.Generator, scale: float, mode: str, distribution: str) -> Array:
    """Return values whose variance is scale / fan, as VarianceScaling in Keras."""
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        return rng.uniform(-math.sqrt(3 * variance), math.sqrt(3 * variance), shape)
    if distribution == "untruncated_normal":
        return rng.standard_normal(shape) * math.sqrt(variance)
    return cut_normal(shape, rng) * (math.sqrt(variance) / CUT)


SEED = "Fixes the draw; None: the run's own seed."


@register(id="init.zeros/1", kind="initializer", icon="circle", aliases=("zero",), purpose="All 0: the usual bias.")
class Zeros(InitializerSpec):
    """All weights begin at 0. For biases; a kernel of zeros never learns apart."""

    FORMULA = "w = 0"

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.zeros(shape)


@register(id="init.ones/1", kind="initializer", icon="circle", aliases=("one",), purpose="All 1: the usual scale.")
class Ones(InitializerSpec):
    """All weights begin at 1. For the scales of normalization layers."""

    FORMULA = "w = 1"

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.ones(shape)


@register(id="init.constant/1", kind="initializer", icon="circle", purpose="All the same number.")
class Constant(InitializerSpec):
    """All weights begin at one number."""

    FORMULA = "w = value"
    value: float = field(default=0.0, doc="The number.")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.full(shape, self.value)


@register(
    id="init.random_normal/1",
    kind="initializer",
    icon="dices",
    aliases=("normal",),
    purpose="Normal with a given spread.",
)
class RandomNormal(InitializerSpec):
    """Drawn from a normal distribution."""

    FORMULA = "w ~ N(mean, stddev²)"
    mean: float = field(default=0.0, doc="Centre.")
    stddev: float = field(default=0.05, doc="Standard deviation.", ge=0)
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.normal(self.mean, self.stddev, shape)


@register(
    id="init.random_uniform/1",
    kind="initializer",
    icon="dices",
    aliases=("uniform",),
    purpose="Uniform between two numbers.",
)
class RandomUniform(InitializerSpec):
    """Drawn evenly between two numbers."""

    FORMULA = "w ~ U(minval, maxval)"
    minval: float = field(default=-0.05, doc="Least value.")
    maxval: float = field(default=0.05, doc="Largest value.")
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.minval + (self.maxval - self.minval) * rng.random(shape)


@register(
    id="init.truncated_normal/1",
    kind="initializer",
    icon="dices",
    purpose="Normal, values beyond two standard deviations drawn again.",
)
class TruncatedNormal(InitializerSpec):
    """Drawn from a normal distribution cut off at two standard deviations."""

    FORMULA = "w ~ N(mean, stddev²), |w - mean| <= 2 stddev"
    mean: float = field(default=0.0, doc="Centre.")
    stddev: float = field(default=0.05, doc="Standard deviation before the cut.", ge=0)
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.mean + self.stddev * cut_normal(shape, rng)


@register(
    id="init.variance_scaling/1",
    kind="initializer",
    icon="dices",
    purpose="Spread that fits the size of the layer, all knobs open.",
)
class VarianceScaling(InitializerSpec):
    """Variance = scale / fan: the family that Glorot, He and LeCun belong to."""

    FORMULA = "Var(w) = scale / fan"
    scale: float = field(default=1.0, doc="Factor on the variance.", gt=0)
    mode: str = field(default="fan_in", doc="What is counted.", choices=("fan_in", "fan_out", "fan_avg"))
    distribution: str = field(
        default="truncated_normal",
        doc="Shape of the distribution.",
        choices=("truncated_normal", "untruncated_normal", "uniform"),
    )
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, self.scale, self.mode, self.distribution)


@register(
    id="init.glorot_uniform/1",
    kind="initializer",
    icon="dices",
    aliases=("xavier_uniform",),
    purpose="Keras' default for kernels.",
)
class GlorotUniform(InitializerSpec):
    """Keeps the variance of signals forward and backward. For tanh, sigmoid, softmax. Glorot & Bengio 2010."""

    FORMULA = "w ~ U(-a, a), a = sqrt(6 / (fan_in + fan_out))"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 1.0, "fan_avg", "uniform")


@register(
    id="init.glorot_normal/1",
    kind="initializer",
    icon="dices",
    aliases=("xavier_normal",),
    purpose="Glorot's spread, normal.",
)
class GlorotNormal(InitializerSpec):
    """As glorot_uniform, drawn from a cut normal distribution. Glorot & Bengio 2010."""

    FORMULA = "Var(w) = 2 / (fan_in + fan_out)"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 1.0, "fan_avg", "truncated_normal")


@register(id="init.he_uniform/1", kind="initializer", icon="dices", purpose="For layers with ReLU, uniform.")
class HeUniform(InitializerSpec):
    """Twice the variance, because ReLU cuts half of the signal away. He et al. 2015."""

    FORMULA = "w ~ U(-a, a), a = sqrt(6 / fan_in)"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 2.0, "fan_in", "uniform")


@register(id="init.he_normal/1", kind="initializer", icon="dices", purpose="For layers with ReLU, normal.")
class HeNormal(InitializerSpec):
    """As he_uniform, drawn from a cut normal distribution. He et al. 2015."""

    FORMULA = "Var(w) = 2 / fan_in"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 2.0, "fan_in", "truncated_normal")


@register(id="init.lecun_uniform/1", kind="initializer", icon="dices", purpose="For layers with SELU, uniform.")
class LecunUniform(InitializerSpec):
    """Keeps the variance of the signal forward. LeCun et al. 1998."""

    FORMULA = "w ~ U(-a, a), a = sqrt(3 / fan_in)"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 1.0, "fan_in", "uniform")


@register(id="init.lecun_normal/1", kind="initializer", icon="dices", purpose="For layers with SELU, normal.")
class LecunNormal(InitializerSpec):
    """As lecun_uniform, drawn from a cut normal distribution. LeCun et al. 1998."""

    FORMULA = "Var(w) = 1 / fan_in"
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return spread(shape, rng, 1.0, "fan_in", "truncated_normal")


@register(
    id="init.orthogonal/1", kind="initializer", icon="dices", purpose="Rows or columns at right angles to one another."
)
class Orthogonal(InitializerSpec):
    """A random orthogonal matrix: lengths are kept. Saxe et al. 2014. Needs a weight of at least two axes."""

    FORMULA = "wᵀw = gain² · 1"
    gain: float = field(default=1.0, doc="Factor on the matrix.")
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) < 2:
            raise UsageError(f"Orthogonal needs a weight of at least two axes; it has the shape {shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
        q = q * np.sign(np.diag(r))
        return self.gain * np.reshape(q if rows >= columns else q.T, shape)


@register(id="init.identity/1", kind="initializer", icon="grid-2x2", purpose="The identity matrix.")
class Identity(InitializerSpec):
    """Ones on the diagonal. Needs a weight of two axes."""

    FORMULA = "w = gain · 1"
    gain: float = field(default=1.0, doc="Factor on the matrix.")

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise UsageError(f"Identity needs a weight of two axes; it has the shape {shape}.")
        return np.eye(shape[0], shape[1]) * self.gain


def get(identifier: Any) -> InitializerSpec:
    """Return the initializer with this name or config, or the one given; raises UsageError."""
    made: InitializerSpec = registry.coerce("initializer", identifier)
    return made
