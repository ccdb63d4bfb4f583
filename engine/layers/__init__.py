"""Layers. `engine.layers.Dense` is a handle that people use; its record is `engine.layers.core.Dense`."""

from typing import Any

from engine import registry
from engine.layers import (  # noqa: F401  (their records register themselves)
    activation,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    preprocessing,
    regularization,
    reshaping,
)
from engine.layers.handle import Input, Layer, Tensor, Variable, handle, make
from engine.layers.spec import LayerSpec

__all__ = ["Input", "InputLayer", "Layer", "LayerSpec", "Tensor", "Variable", "get", "handle", "make"]

InputLayer = handle(core.Input)
"""The layer behind `Input`."""
FUNCTIONS = ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate")


def get(identifier: Any) -> Layer:
    """Return a layer for a record, a config or a handle; raises UsageError."""
    if isinstance(identifier, Layer):
        return identifier
    spec: LayerSpec = registry.coerce("layer", identifier)
    return make(spec)


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        for record in registry.records("layer"):
            if name == record.KERAS or (name in record.ALIASES and name[0].isupper()):
                return handle(record)
        if name in FUNCTIONS:
            return _function(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _function(name: str) -> Any:
    def function(inputs: Any, **settings: Any) -> Any:
        return handle(registry.named("layer", name))(**settings)(inputs)

    function.__name__ = function.__qualname__ = name
    return function
