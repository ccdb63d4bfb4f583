"""The line emitter that all exporters share: text in the house's format, user strings only as ASCII literals.

Generated scripts hold identifiers that we made, numbers, and literals written by `quoted`; nothing else of a person's
ever enters them, comments and docstrings included.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import ExportError

WIDTH = 120


class Writer:
    """Collects lines; `indent` applies to those that follow."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, *lines: str, indent: int = 0) -> None:
        """Add lines, each indented by so many levels."""
        self.lines += [f"{'    ' * indent}{line}" if line else "" for line in lines]

    def block(self, text: str) -> None:
        """Add a top-level definition with two empty lines before it."""
        self.add("", "", *text.strip("\n").split("\n"))

    def assign(self, name: str, value: Any, indent: int = 0) -> None:
        """Add `name = value` for a plain value, in as many lines as it takes."""
        self.add(*literal_lines(value, f"{'    ' * indent}{name} = "))

    def text(self) -> str:
        """Return the whole text."""
        return "\n".join(self.lines).strip("\n") + "\n"


def quoted(text: str) -> str:
    """Return an ASCII string literal with the quotes that a formatter would choose."""
    sign = "'" if text.count('"') > text.count("'") else '"'
    return sign + "".join(_escaped(letter, sign) for letter in text) + sign


def _escaped(letter: str, sign: str) -> str:
    if letter in (sign, "\\"):
        return "\\" + letter
    if letter in "'\"":
        return letter
    return ascii(letter)[1:-1]


def literal(value: Any) -> str:
    """Return Python source of plain values on one line; raises ExportError for anything else."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    raise ExportError(f"{value!r:.60} cannot be written into a script.")


def literal_lines(value: Any, before: str = "", after: str = "") -> list[str]:
    """Return the lines of a plain value: one if it fits, else one per member, as a formatter would cut them."""
    line = before + literal(value) + after
    members = _members(value)
    if len(line) <= WIDTH or not members:
        return [line]
    indent = len(before) - len(before.lstrip())
    start, end = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
    lines = [before + start]
    for key, member in members:
        lines += literal_lines(member, f"{' ' * (indent + 4)}{key}", ",")
    return [*lines, f"{' ' * indent}{end}{after}"]


def _members(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(f"{literal(k)}: ", v) for k, v in value.items()]
    return [("", v) for v in value] if isinstance(value, list | tuple) else []


def wrap(line: str) -> list[str]:
    """Return the lines of `name = call(...)` that is too long: its arguments below it, as a formatter would cut them.

    Other lines are returned as they are.
    """
    found = re.match(r"( *)((?:\w+ = |return )?[\w.]+[(\[])(.*)([)\]])$", line)
    if len(line) <= WIDTH or found is None:
        return [line]
    indent, head, inside, end = found.groups()
    arguments = split_arguments(inside)
    if arguments is None:
        return [line]
    joined = f"{indent}    {', '.join(arguments)}"
    if len(joined) <= WIDTH:
        return [indent + head, joined, indent + end]
    return [indent + head, *(f"{indent}    {a}," for a in arguments), indent + end]


def split_arguments(text: str) -> list[str] | None:
    """Return what stands between the commas of one pair of brackets; None if the text closes that pair."""
    parts, depth, start, quote, i = [], 0, 0, "", 0
    while i < len(text):
        letter = text[i]
        if quote:
            i += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif letter == "," and not depth:
            parts.append(text[start:i].strip())
            start = i + 1
        i += 1
    return [*parts, text[start:].strip()]


def blob_lines(text: str, width: int = 100) -> Iterable[str]:
    """Yield pieces of a long text."""
    for start in range(0, len(text), width):
        yield text[start : start + width]
