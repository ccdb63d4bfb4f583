"""Optimizers: how weights follow their gradients. `engine.optimizers.Adam` is a handle; its record is in `records`."""

from typing import Any

from engine import registry
from engine.optimizers import records  # noqa: F401  (its records register themselves)
from engine.optimizers.handle import Optimizer, handle
from engine.optimizers.spec import OptimizerSpec

__all__ = ["Optimizer", "OptimizerSpec", "get", "handle"]


def get(identifier: Any) -> Optimizer:
    """Return an optimizer for a name ("adam"), a config, a record or a handle; raises UsageError."""
    if isinstance(identifier, Optimizer):
        return identifier
    spec: OptimizerSpec = registry.coerce("optimizer", identifier)
    return handle(type(spec)).of(spec)


def __getattr__(name: str) -> type[Optimizer]:
    for record in registry.records("optimizer"):
        if name == record.KERAS:
            return handle(record)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
