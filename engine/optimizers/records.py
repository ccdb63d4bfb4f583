"""SGD, RMSprop, Adam and AdamW."""

from engine import ops
from engine.ir.value import Value
from engine.optimizers.spec import CLIPNORM, CLIPVALUE, DECAY, GLOBAL, RATE, OptimizerSpec, Slots
from engine.registry import register
from engine.specs import field


def towards(slot: Value, new: Value, share: float) -> Value:
    """Return the slot moved by a share of the way to the new value."""
    return ops.add(slot, ops.mul(ops.sub(new, slot), share))


@register(
    id="optimizer.sgd/1",
    kind="optimizer",
    group="train",
    icon="trending-down",
    aliases=("stochastic gradient descent", "momentum"),
    purpose="A step against the gradient, with momentum if wanted.",
)
class SGD(OptimizerSpec):
    """Plain descent. With momentum 0.9 and a tuned learning rate it often ends a little better than Adam; it needs more
    tuning. The learning rate is inside the momentum buffer, as in Keras. Keras: SGD.
    """

    FORMULA = "m = momentum · m - lr · g;  w = w + m"
    learning_rate: float = field(default=0.01, doc=RATE, ge=0)
    momentum: float = field(default=0.0, doc="How much of the last step is kept.", kind="rate")
    nesterov: bool = field(default=False, doc="Look ahead along the momentum.")
    weight_decay: float | None = field(default=None, doc=DECAY, ge=0, advanced=True)
    clipnorm: float | None = field(default=None, doc=CLIPNORM, gt=0, advanced=True)
    clipvalue: float | None = field(default=None, doc=CLIPVALUE, gt=0, advanced=True)
    global_clipnorm: float | None = field(default=None, doc=GLOBAL, gt=0, advanced=True)

    @property
    def SLOTS(self) -> tuple[str, ...]:
        return ("momentum",) if self.momentum else ()

    def update(self, w: Value, g: Value, slots: Slots, lr: Value, t: Value) -> tuple[Value, dict[str, Value]]:
        step = ops.mul(g, lr)
        if not self.momentum:
            return ops.sub(w, step), {}
        m = ops.sub(ops.mul(slots["momentum"], self.momentum), step)
        return ops.add(w, ops.sub(ops.mul(m, self.momentum), step) if self.nesterov else m), {"momentum": m}


@register(
    id="optimizer.rmsprop/1",
    kind="optimizer",
    group="train",
    icon="trending-down",
    aliases=("rmsprop", "RMSProp", "root mean square"),
    purpose="Divides each step by the recent size of its gradient.",
)
class RMSprop(OptimizerSpec):
    """Each weight gets its own step size. Tieleman & Hinton 2012. Keras: RMSprop."""

    FORMULA = "v = rho · v + (1 - rho) · g²;  w = w - lr · g / sqrt(v + epsilon)"
    learning_rate: float = field(default=0.001, doc=RATE, ge=0)
    rho: float = field(default=0.9, doc="How slowly the average of squares moves.", kind="rate")
    momentum: float = field(default=0.0, doc="How much of the last step is kept.", kind="rate")
    epsilon: float = field(default=1e-7, doc="Keeps the division safe; inside the root.", gt=0, advanced=True)
    centered: bool = field(default=False, doc="Subtract the square of the mean gradient.", advanced=True)
    weight_decay: float | None = field(default=None, doc=DECAY, ge=0, advanced=True)
    clipnorm: float | None = field(default=None, doc=CLIPNORM, gt=0, advanced=True)
    clipvalue: float | None = field(default=None, doc=CLIPVALUE, gt=0, advanced=True)
    global_clipnorm: float | None = field(default=None, doc=GLOBAL, gt=0, advanced=True)

    @property
    def SLOTS(self) -> tuple[str, ...]:
        return ("velocity", *(("momentum",) if self.momentum else ()), *(("mean",) if self.centered else ()))

    def update(self, w: Value, g: Value, slots: Slots, lr: Value, t: Value) -> tuple[Value, dict[str, Value]]:
        new = {"velocity": towards(slots["velocity"], ops.square(g), 1 - self.rho)}
        under = new["velocity"]
        if self.centered:
            new["mean"] = towards(slots["mean"], g, 1 - self.rho)
            under = ops.sub(under, ops.square(new["mean"]))
        step = ops.div(ops.mul(g, lr), ops.sqrt(ops.add(under, self.epsilon)))
        if self.momentum:
            step = new["momentum"] = ops.add(ops.mul(slots["momentum"], self.momentum), step)
        return ops.sub(w, step), new


class AdamLike(OptimizerSpec):
    """Base of Adam and AdamW."""

    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    @property
    def SLOTS(self) -> tuple[str, ...]:
        return ("momentum", "velocity", "largest") if self.amsgrad else ("momentum", "velocity")

    def update(self, w: Value, g: Value, slots: Slots, lr: Value, t: Value) -> tuple[Value, dict[str, Value]]:
        unbias = ops.sqrt(ops.sub(1.0, ops.power(self.beta_2, t)))
        alpha = ops.div(ops.mul(lr, unbias), ops.sub(1.0, ops.power(self.beta_1, t)))
        new = {
            "momentum": towards(slots["momentum"], g, 1 - self.beta_1),
            "velocity": towards(slots["velocity"], ops.square(g), 1 - self.beta_2),
        }
        if self.amsgrad:
            new["largest"] = ops.maximum(slots["largest"], new["velocity"])
        root = ops.sqrt(new["largest" if self.amsgrad else "velocity"])
        return ops.sub(w, ops.div(ops.mul(new["momentum"], alpha), ops.add(root, self.epsilon))), new


BETA_1 = "How slowly the mean of gradients moves."
BETA_2 = "How slowly the mean of squares moves."
EPSILON = "Keeps the division safe; outside the root."
AMSGRAD = "Use the largest mean of squares so far."


@register(
    id="optimizer.adam/1",
    kind="optimizer",
    group="train",
    icon="trending-down",
    aliases=("adaptive moments",),
    purpose="Momentum and a step size per weight: works well without tuning.",
)
class Adam(AdamLike):
    """The usual first choice. Kingma & Ba 2014. Keras: Adam."""

    FORMULA = "m, v = means of g, g²;  w = w - lr · m̂ / (sqrt(v̂) + epsilon)"
    learning_rate: float = field(default=0.001, doc=RATE, ge=0)
    beta_1: float = field(default=0.9, doc=BETA_1, kind="rate", lt=1)
    beta_2: float = field(default=0.999, doc=BETA_2, kind="rate", lt=1)
    epsilon: float = field(default=1e-7, doc=EPSILON, gt=0, advanced=True)
    amsgrad: bool = field(default=False, doc=AMSGRAD, advanced=True)
    weight_decay: float | None = field(default=None, doc=DECAY, ge=0, advanced=True)
    clipnorm: float | None = field(default=None, doc=CLIPNORM, gt=0, advanced=True)
    clipvalue: float | None = field(default=None, doc=CLIPVALUE, gt=0, advanced=True)
    global_clipnorm: float | None = field(default=None, doc=GLOBAL, gt=0, advanced=True)


@register(
    id="optimizer.adamw/1",
    kind="optimizer",
    group="train",
    icon="trending-down",
    aliases=("adamw", "weight decay"),
    purpose="Adam that also shrinks the weights a little in each step.",
)
class AdamW(AdamLike):
    """Adam with weight decay apart from the gradient, against overfitting. Loshchilov & Hutter 2017. Keras: AdamW."""

    FORMULA = "w = w · (1 - lr · weight_decay), then as Adam"
    learning_rate: float = field(default=0.001, doc=RATE, ge=0)
    weight_decay: float | None = field(default=0.004, doc=DECAY, ge=0)
    beta_1: float = field(default=0.9, doc=BETA_1, kind="rate", lt=1)
    beta_2: float = field(default=0.999, doc=BETA_2, kind="rate", lt=1)
    epsilon: float = field(default=1e-7, doc=EPSILON, gt=0, advanced=True)
    amsgrad: bool = field(default=False, doc=AMSGRAD, advanced=True)
    clipnorm: float | None = field(default=None, doc=CLIPNORM, gt=0, advanced=True)
    clipvalue: float | None = field(default=None, doc=CLIPVALUE, gt=0, advanced=True)
    global_clipnorm: float | None = field(default=None, doc=GLOBAL, gt=0, advanced=True)
