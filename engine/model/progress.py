"""What `fit` and `evaluate` print, one line at a time, through the function they are given."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import UsageError
from engine.training.report import Report

PrintFn = Callable[[str], Any]


def lines(verbose: Any) -> bool:
    """Whether lines are wanted: "auto" and 1 and 2 are the same here, 0 is silence; raises UsageError."""
    if verbose not in ("auto", 0, 1, 2):
        raise UsageError(f'verbose must be "auto", 0, 1 or 2; it is {verbose!r:.40}.')
    return bool(verbose)


def figures(logs: Mapping[str, Any]) -> str:
    """Return "loss: 0.1234 - accuracy: 0.9"."""
    return " - ".join(f"{name}: {_number(value)}" for name, value in logs.items())


def line(report: Report, epochs: int) -> str:
    """Return the line of a report: of an epoch its figures, of an event its sentence."""
    if report.kind != "epoch":
        return report.message
    done = f"Epoch {report.epoch + 1}/{epochs} - {report.batches} batches - {report.seconds:.1f} s"
    return f"{done} - {figures(report.logs)}"


def _number(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_number(v) for v in value) + "]"
    return f"{value:.4f}" if value == 0 or abs(value) >= 1e-3 else f"{value:.4e}"
