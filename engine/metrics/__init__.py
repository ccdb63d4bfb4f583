"""Metrics: figures for people. `engine.metrics.AUC` is a handle with a state; `exact` has the reported figures."""

from typing import Any

from engine import registry
from engine.metrics import accuracy, confusion, regression  # noqa: F401  (their records register themselves)
from engine.metrics.handle import Metric, handle
from engine.metrics.spec import MetricSpec

__all__ = ["Metric", "MetricSpec", "get", "handle"]


def get(identifier: Any) -> Metric:
    """Return a metric for a name ("mae"), a config, a record or a handle; raises UsageError."""
    if isinstance(identifier, Metric):
        return identifier
    spec: MetricSpec = registry.coerce("metric", identifier)
    return handle(type(spec)).of(spec)


def __getattr__(name: str) -> type[Metric]:
    for record in registry.records("metric"):
        if name == record.KERAS:
            return handle(record)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
