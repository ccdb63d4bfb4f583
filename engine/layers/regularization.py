"""Layers that act in training only, against overfitting."""

from engine import ops
from engine.ir.value import Value
from engine.layers.spec import Context, LayerSpec, floating
from engine.registry import register
from engine.specs import field

SEED = "Fixes the stream of random numbers; None: the run's own seed."


def stream(purpose: str, seed: int | None) -> str:
    """Return the name of a random stream."""
    return purpose if seed is None else f"{purpose}_{seed}"


@register(
    id="regular.dropout/1",
    kind="layer",
    group="regular",
    icon="droplets",
    aliases=("drop", "regularization"),
    purpose="Switches random units off while training, so that none is relied upon.",
)
class Dropout(LayerSpec):
    """In training each number becomes 0 with probability rate, and the others grow by 1 / (1 - rate); otherwise nothing
    happens. Try 0.1 to 0.5 when the validation loss turns up while the training loss still falls.
    Srivastava et al. 2014.

    Shapes: any -> the same. Keras: Dropout, without noise_shape.
    """

    FORMULA = "y = x · mask / (1 - rate)"
    rate: float = field(doc="Share of the numbers that become 0.", kind="rate", lt=1, suggested=0.2)
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        value = floating(c, x[0])
        if not c.training or not self.rate:
            return value
        mask = ops.dropout_mask(value.shape, self.rate, c.key(stream("dropout", self.seed)), c.dtype)
        return ops.mul(value, mask)

    def summary_line(self) -> str:
        return f"rate {self.rate:g}"


@register(
    id="regular.gaussian_noise/1",
    kind="layer",
    group="regular",
    icon="activity",
    aliases=("noise", "jitter", "augmentation"),
    purpose="Adds a little noise while training, so that exact values are not learnt by heart.",
)
class GaussianNoise(LayerSpec):
    """In training a normal random number is added to each value; otherwise nothing happens. On standardized inputs a
    stddev of 0.05 to 0.2 is usual.

    Shapes: any -> the same. Keras: GaussianNoise.
    """

    FORMULA = "y = x + N(0, stddev²)"
    stddev: float = field(doc="Standard deviation of the noise.", ge=0, suggested=0.1)
    seed: int | None = field(default=None, doc=SEED, ge=0, advanced=True)

    def build(self, c: Context, *x: Value, **w: Value) -> Value:
        value = floating(c, x[0])
        if not c.training or not self.stddev:
            return value
        noise = ops.random_normal(value.shape, c.key(stream("noise", self.seed)), c.dtype)
        return ops.add(value, ops.mul(noise, self.stddev))

    def summary_line(self) -> str:
        return f"σ {self.stddev:g}"
