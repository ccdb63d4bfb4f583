"""Old project files become new ones: one step per schema number, on raw JSON, before anything is checked."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import ProjectError
from engine.project.document import SCHEMA

Step = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Step] = {}
"""Schema number n -> the function that turns the raw JSON of n into that of n + 1. Steps are never changed later."""


def migrate(raw: dict[str, Any], steps: Mapping[int, Step] = MIGRATIONS, newest: int = SCHEMA) -> dict[str, Any]:
    """Return the raw JSON of project.json in the newest schema.

    Raises:
        ProjectError: the number is missing, from a newer version, or no step leads on from it.
    """
    number = raw.get("schema")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ProjectError(f"project.json must name its schema, a whole number; it is {number!r:.40}.")
    if number > newest:
        raise ProjectError(
            f"This project was saved by a newer Layerwright (schema {number}, this one reads up to {newest}). "
            "Install the newer version to open it."
        )
    while number < newest:
        if number not in steps:
            raise ProjectError(f"Projects of schema {number} cannot be read any more.")
        raw = {**steps[number](raw), "schema": number + 1}
        number += 1
    return raw
