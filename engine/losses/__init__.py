"""Losses: what training makes small. Records, found by their Keras names; each is callable on arrays."""

from collections.abc import Callable
from typing import Any

from engine import registry
from engine.losses import classification, regression  # noqa: F401  (their records register themselves)
from engine.losses.spec import LossSpec
from engine.specs import snake

__all__ = ["LossSpec", "get"]


def get(identifier: Any) -> LossSpec:
    """Return the loss with this name ("mse") or config, or the one given; raises UsageError."""
    made: LossSpec = registry.coerce("loss", identifier)
    return made


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        for record in registry.records("loss"):
            if name == record.KERAS:
                return record
            if name in (snake(record.KERAS), *record.ALIASES):
                return _function(record, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _function(record: type[LossSpec], name: str) -> Callable[..., Any]:
    def function(y_true: Any, y_pred: Any, **settings: Any) -> Any:
        return record(**settings).each(y_true, y_pred)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = record.__doc__
    return function
