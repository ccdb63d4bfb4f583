"""Activations: one record per Keras activation, found by its snake-case name; each is also a function on arrays."""

from collections.abc import Callable
from typing import Any

from engine import registry
from engine.activations import squeezing  # noqa: F401  (its records register themselves)
from engine.activations.rectifying import exponential_linear, leak, rectify
from engine.activations.spec import ActivationSpec
from engine.ir.value import Value
from engine.specs import snake

__all__ = ["ActivationSpec", "apply", "exponential_linear", "get", "leak", "names", "rectify"]


def apply(name: str, x: Value) -> Value:
    """Return the activation with this registered name, with its defaults, of a value."""
    made: ActivationSpec = registry.named("activation", name)()
    return made.build(x)


def get(identifier: Any) -> ActivationSpec:
    """Return the activation with this name (None: linear), or the one given; raises UsageError."""
    spec: ActivationSpec = registry.coerce("activation", "linear" if identifier is None else identifier)
    return spec


def names() -> tuple[str, ...]:
    """Return the names of all activations, in the order of a menu."""
    return tuple(snake(cls.KERAS) for cls in registry.records("activation"))


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_") or name not in {
        n for cls in registry.records("activation") for n in (snake(cls.KERAS), *cls.ALIASES)
    }:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    record = registry.named("activation", name)

    def function(x: Any, **settings: Any) -> Any:
        return record(**settings)(x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = record.__doc__
    return function
