"""`ActivationSpec`: the base of all activations."""

from dataclasses import dataclass
from typing import Any, ClassVar

from engine.ir.value import Value
from engine.ops.eager import evaluate
from engine.specs import Spec


@dataclass(frozen=True)
class ActivationSpec(Spec):
    """Base of the records. FORMULA is the definition; CURVE says whether it is a function of one number.

    Called on an array it returns an array of the same shape and floating type.
    """

    FORMULA: ClassVar[str] = ""
    CURVE: ClassVar[bool] = True

    def build(self, x: Value) -> Value:
        """Return the activation of a value, of the same shape."""
        raise NotImplementedError(f"{self.KERAS} has no build.")

    def __call__(self, x: Any) -> Any:
        return evaluate(self.build, x)
