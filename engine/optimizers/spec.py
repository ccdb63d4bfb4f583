"""`OptimizerSpec`: the base of all optimizers. An update is elementwise, so it runs over one flat vector."""

from collections.abc import Mapping
from typing import ClassVar

from engine.errors import UsageError
from engine.ir.value import Value
from engine.specs import Spec

RATE = "Step size."
DECAY = "Shrinks all weights by this times the learning rate in each step; None: not."
CLIPNORM = "Largest norm of the gradient of one weight."
CLIPVALUE = "Largest size of any number of a gradient."
GLOBAL = "Largest norm of all gradients together."
Slots = Mapping[str, Value]


class OptimizerSpec(Spec):
    """Base of the records.

    One step, in Keras' order: clip the gradients (only one of clipnorm, clipvalue, global_clipnorm), decay the weights
    (w -= w · weight_decay · learning_rate), `update`, then the constraints.
    """

    FORMULA: ClassVar[str] = ""
    learning_rate: float
    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [n for n in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, n) is not None]
        if len(given) > 1:
            raise UsageError(f"{self.KERAS}: only one way of clipping may be set; {' and '.join(given)} are.")

    @property
    def SLOTS(self) -> tuple[str, ...]:
        """Return the names of the vectors it keeps, each as long as the weights; they begin at 0."""
        return ()

    def update(self, w: Value, g: Value, slots: Slots, lr: Value, t: Value) -> tuple[Value, dict[str, Value]]:
        """Return (new weights, new slots) for weights, gradients, the learning rate and the step t, counted from 1."""
        raise NotImplementedError(f"{self.KERAS} has no update.")
