"""The schema of what a file may hold, derived from the dataclasses that declare it: strict, nothing extra, finite.

Each dataclass becomes one pydantic model, so a field is declared once. pydantic is imported when a file is read.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from engine.errors import ProjectError
from engine.network.kept import MOST_LINES
from engine.network.network import Network
from engine.specs import Spec

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

LIMITS: Mapping[str, Mapping[str, Any]] = {
    "Split.train": {"ge": 0, "le": 1},
    "Split.validation": {"ge": 0, "le": 1},
    "Split.test": {"ge": 0, "le": 1},
    "Split.seed": {"ge": 0, "lt": 2**63},
    "Source.size": {"ge": 0},
    "Source.path": {"max_length": 4096},
    "Source.sha256": {"pattern": r"\A([0-9a-f]{64})?\z"},
    "Dialect.encoding": {"max_length": 40},
    "Dialect.delimiter": {"min_length": 1, "max_length": 1},
    "Dialect.decimal": {"min_length": 1, "max_length": 1},
    "Dialect.quote": {"max_length": 1},
    "DataSettings.columns": {"max_length": 100_000},
    "Target.weight": {"ge": 0},
    "FitSettings.epochs": {"ge": 1, "le": 1_000_000},
    "FitSettings.batch_size": {"ge": 1, "le": 100_000_000},
    "FitSettings.seed": {"ge": 0, "lt": 2**63},
    "Project.name": {"max_length": 1000},
    "Project.targets": {"min_length": 1, "max_length": 1000},
    "Project.positions": {"max_length": 200_000},
    "Project.notes": {"max_length": 20_000},
    "Project.code": {"max_length": MOST_LINES},
    "Note.text": {"max_length": 4000},
    "Note.x": {"ge": -1e7, "le": 1e7},
    "Note.y": {"ge": -1e7, "le": 1e7},
    "Note.width": {"ge": 24, "le": 4000},
    "Note.height": {"ge": 24, "le": 4000},
}
"""Bounds that hold beside the types, by "Class.field"."""


@functools.cache
def model(cls: type) -> "type[BaseModel]":
    """Return the pydantic model of a dataclass: same fields and defaults, lists for tuples, objects for specs."""
    from pydantic import BaseModel, ConfigDict, Field, create_model

    config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    base = type("Base", (BaseModel,), {"model_config": config, "__module__": __name__})
    hints = typing.get_type_hints(cls)
    fields: dict[str, Any] = {}
    for f in dataclasses.fields(cls):
        default = ... if _required(f) else None
        fields[f.name] = _plain(hints[f.name]), Field(default, **LIMITS.get(f"{cls.__name__}.{f.name}", {}))
    return create_model(cls.__name__, __base__=base, **fields)


def check(cls: type, values: Any, where: str) -> dict[str, Any]:
    """Return the fields that are given, checked; raises ProjectError that names the first wrong place.

    where: what is being read ("project.json"), the beginning of the sentence.
    """
    from pydantic import ValidationError

    try:
        found = model(cls).model_validate(values)
    except ValidationError as error:
        raise ProjectError(f"{where} is not as it must be: {_sentence(error)}") from None
    return found.model_dump(exclude_unset=True)


def _required(f: "dataclasses.Field[Any]") -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING


def without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    rest = [a for a in typing.get_args(hint) if a is not type(None)]
    return typing.Union[tuple(rest)], len(rest) < len(typing.get_args(hint))  # noqa: UP007  (made at run time)


def _plain(hint: Any) -> Any:
    """Turn the type of a value into the type of its JSON."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_plain(a) for a in arguments)]  # noqa: UP007
    if origin is tuple:
        return _array(arguments)
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return types.GenericAlias(dict, (str, _plain(arguments[1])))
    if isinstance(hint, type) and (issubclass(hint, Spec) or hint is Network):
        return dict[str, Any]
    return model(hint) if dataclasses.is_dataclass(hint) and isinstance(hint, type) else hint


def _array(arguments: tuple[Any, ...]) -> Any:
    from pydantic import Field

    plain, annotated = types.GenericAlias(list, (_plain(arguments[0]),)), typing.cast(Any, Annotated)
    if arguments[-1] is Ellipsis:
        return plain
    return annotated[plain, Field(min_length=len(arguments), max_length=len(arguments))]


def _sentence(error: "ValidationError") -> str:
    first, *rest = error.errors(include_url=False, include_context=False)
    place = ".".join(str(part) for part in first["loc"]) or "the whole"
    more = f" ({len(rest)} more like this.)" if rest else ""
    given = "" if isinstance(first["input"], dict | list) else f"; it is {first['input']!r:.60}"
    message = first["msg"].replace("Input should", "it must").replace("input should", "it must")
    if first["type"] == "extra_forbidden":
        return f"{place[:120]!a} is not a known entry.{more}"
    return f"at {place[:120]}, {message[0].lower()}{message[1:]}{given}.{more}"
