"""`Optimizer`: what people make and call; it counts steps, keeps slots and can update plain arrays."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

import numpy as np

from engine.ir.interpret import evaluate
from engine.ir.value import Value
from engine.ops.leaves import input as leaf
from engine.optimizers.spec import OptimizerSpec


class Optimizer:
    """A record in use. `learning_rate` may be set at any time; `iterations` counts the steps taken."""

    SPEC: ClassVar[type[OptimizerSpec]]
    spec: OptimizerSpec

    def __init__(self, *args: Any, **settings: Any) -> None:
        name = settings.pop("name", None)
        self._begin(self.SPEC(*args, **settings), name)

    @classmethod
    def of(cls, spec: OptimizerSpec) -> Self:
        """Return a handle of a record."""
        made = cls.__new__(cls)
        made._begin(spec, None)
        return made

    def _begin(self, spec: OptimizerSpec, name: str | None) -> None:
        self.spec, self.name = spec, name or type(spec).KERAS.lower()
        self.learning_rate = float(spec.learning_rate)
        self.iterations = 0
        self._slots: dict[int, dict[str, Any]] = {}

    def get_config(self) -> dict[str, Any]:
        """Return name and settings, the present learning rate among them."""
        settings = self.spec.get_config() | {"learning_rate": float(self.learning_rate)}
        return {"name": self.name} | {k: v for k, v in settings.items() if k != "id"}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return the optimizer of `get_config`."""
        return cls(**config)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> int:
        """Update arrays in place: pairs of (gradient, float array or variable). Returns the steps taken so far.

        The slots are kept by position, so call it with the same arrays each time.
        """
        pairs = [(np.asarray(g), getattr(v, "value", v)) for g, v in grads_and_vars]
        gradients = self._clipped([g for g, _ in pairs])
        for i, (g, (_, w)) in enumerate(zip(gradients, pairs, strict=True)):
            if self.spec.weight_decay:
                w -= w * np.asarray(self.spec.weight_decay * self.learning_rate, w.dtype)
            self._step(i, g.astype(w.dtype), w)
        self.iterations += 1
        return self.iterations

    def _step(self, i: int, g: Any, w: Any) -> None:
        slots = self._slots.setdefault(i, {name: np.zeros_like(w) for name in self.spec.SLOTS})
        kind = w.dtype.name
        values = {n: leaf(n, w.shape, kind) for n in ("w", "g", *slots)}
        scalars = {"lr": leaf("lr", (), kind), "t": leaf("t", (), kind)}
        chosen: dict[str, Value] = {n: values[n] for n in slots}
        new, after = self.spec.update(values["w"], values["g"], chosen, scalars["lr"], scalars["t"])
        numbers = {scalars["lr"]: w.dtype.type(self.learning_rate), scalars["t"]: w.dtype.type(self.iterations + 1)}
        feed = {values["w"]: w, values["g"]: g, **{values[n]: a for n, a in slots.items()}, **numbers}
        done = evaluate([new, *after.values()], feed)
        w[...] = done[new]
        slots.update({n: done[v] for n, v in after.items()})

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        spec = self.spec
        if spec.clipnorm:
            return [clipped(g, spec.clipnorm, np.linalg.norm(g)) for g in gradients]
        if spec.global_clipnorm:
            size = np.sqrt(sum(float(np.square(g).sum()) for g in gradients))
            return [clipped(g, spec.global_clipnorm, size) for g in gradients]
        return [np.clip(g, -spec.clipvalue, spec.clipvalue) for g in gradients] if spec.clipvalue else gradients


def clipped(g: Any, most: float, size: Any) -> Any:
    """Return a gradient scaled so that a norm of `size` becomes at most `most`."""
    return g * g.dtype.type(most / max(float(size), most))


_MADE: dict[type[OptimizerSpec], type[Optimizer]] = {}


def handle(record: type[OptimizerSpec]) -> type[Optimizer]:
    """Return the class people use for a record."""
    if record not in _MADE:
        _MADE[record] = type(record.KERAS, (Optimizer,), {"SPEC": record, "__doc__": record.__doc__})
    return _MADE[record]
