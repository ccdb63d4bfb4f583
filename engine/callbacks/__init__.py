"""Callbacks: what happens between epochs. Records; they see numbers, never a model, and answer with actions."""

from typing import Any

from engine import registry
from engine.callbacks import records  # noqa: F401  (its records register themselves)
from engine.callbacks.own import Callback
from engine.callbacks.spec import (
    Action,
    CallbackSpec,
    KeepWeights,
    Memory,
    Notice,
    RestoreWeights,
    Save,
    SetLearningRate,
    Stop,
    View,
)

__all__ = [
    "Action", "Callback", "CallbackSpec", "KeepWeights", "Memory", "Notice", "RestoreWeights", "Save",
    "SetLearningRate", "Stop", "View",
]  # fmt: skip


def get(identifier: Any) -> CallbackSpec:
    """Return the callback with this name or config, or the one given; raises UsageError."""
    made: CallbackSpec = registry.coerce("callback", identifier)
    return made


def __getattr__(name: str) -> type[CallbackSpec]:
    for record in registry.records("callback"):
        if name == record.KERAS:
            found: type[CallbackSpec] = record
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
