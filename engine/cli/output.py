"""What the command line says: sentences and progress on stderr, one JSON object on stdout with --json."""

import json
import math
import os
import sys
from collections.abc import Mapping
from typing import Any

from engine.errors import LayerwrightError


def say(text: str) -> None:
    """Print a line for a person on stderr; control characters from files are made visible."""
    print(visible(text), file=sys.stderr, flush=True)


def result(text: str) -> None:
    """Print a line of the result on stdout."""
    print(visible(text), flush=True)


def visible(text: str) -> str:
    """Return text that cannot move the cursor, recolour the terminal or pretend to be other lines."""
    encoding = sys.stderr.encoding or "utf-8"
    shown = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def print_json(values: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout; a figure that is not defined is null."""
    print(json.dumps(_finite(values)), flush=True)


def fail(error: LayerwrightError, as_json: bool) -> int:
    """Say what went wrong and return the exit code."""
    say(f"layerwright: {error}")
    for problem in tuple(getattr(error, "problems", ()))[1:10]:
        say(f"  {problem}")
    if as_json:
        print_json({"error": str(error)})
    return error.exit_code


def silence() -> None:
    """Leave quietly when nobody reads stdout any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def figure(value: float) -> str:
    """Return a figure as people read it: four significant digits."""
    return "not defined" if math.isnan(value) else f"{value:.4g}"


def figures(metrics: Mapping[str, float]) -> str:
    """Return "loss 0.1 · accuracy 0.97"."""
    return " · ".join(f"{name} {figure(value)}" for name, value in metrics.items())


def duration(seconds: float) -> str:
    """Return "0.3 s", "12 s", "2 min 5 s", "1 h 4 min"."""
    whole = max(0, round(seconds))
    if whole < 10:
        return f"{max(seconds, 0.0):.1f} s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(k): _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value
