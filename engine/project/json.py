"""Project <-> plain JSON, and the reading of JSON that may be damaged or hostile.

`parse` bounds depth and size and refuses repeated keys and numbers that are not finite; `schema` checks the fields;
`Spec`s go through the closed registry. Nothing that a file holds is evaluated.
"""

import dataclasses
import json
import math
import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.data.settings import DataSettings
from engine.errors import LayerwrightError, ProjectError
from engine.network.network import Network
from engine.project import schema
from engine.project.document import Project
from engine.specs import Spec

DEPTH = 64
CARD_ID = re.compile(r"((n[1-9][0-9]{0,8}/){0,60}n[1-9][0-9]{0,8}|target:[0-9]{1,4})\Z")
FARTHEST = 1e9
NOTE_ID = re.compile(r"(n[1-9][0-9]{0,8}/){0,60}note:[1-9][0-9]{0,8}\Z")
"""The name of a note; one inside a group is led by the way to it."""
SPECS = {"loss": "loss", "optimizer": "optimizer", "metrics": "metric", "callbacks": "callback"}
"""Field that holds specs -> the kind they must be of."""
T = TypeVar("T")


def to_json(project: Project) -> dict[str, Any]:
    """Return the project as plain JSON values; what equals its default is left out."""
    values: dict[str, Any] = plain(project)
    return values


def from_json(values: Any, where: str = "project.json") -> Project:
    """Return the project of `to_json`; raises ProjectError that names the wrong place."""
    project = build(Project, values, where)
    if abs(_shares(project.data) - 1) > 1e-6:
        raise ProjectError(f"{where}: the shares of the split must sum to 1; they sum to {_shares(project.data):g}.")
    for id, place in project.positions.items():
        if not CARD_ID.match(id) or max(map(abs, place)) > FARTHEST:
            raise ProjectError(f"{where}: a card is called like n1, n1/n2 or target:0 and lies within {FARTHEST:,.0f} "
                               f"pixels; one is called {id!a:.40} and lies at {place}.")  # fmt: skip
    for id in project.notes:
        if not NOTE_ID.match(id):
            raise ProjectError(f"{where}: a note is called like note:1; one is called {id!a:.40}.")
    return project


def plain(value: Any) -> Any:
    """Return settings, specs, networks and containers of them as plain JSON values; defaults are left out."""
    if isinstance(value, Network):
        return value.to_json()
    if isinstance(value, Spec):
        return value.get_config()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if _changed(value, f)}
    if isinstance(value, Mapping):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # half characters (undecodable file names) cannot be stored
    return [plain(v) for v in value] if isinstance(value, tuple) else value


def build(cls: type[T], values: Any, where: str) -> T:
    """Check plain JSON against a dataclass and return the value; raises ProjectError."""
    checked = schema.check(cls, values, where)
    try:
        return typing.cast(T, _build(cls, checked))
    except ProjectError:
        raise
    except (LayerwrightError, ValueError, TypeError) as error:
        raise ProjectError(f"{where} is not as it must be: {error}") from None


def dumps(values: Any, *, ordered: bool = False) -> bytes:
    """Return JSON as UTF-8. ordered: the order of keys does not count, for hashes."""
    return json.dumps(values, ensure_ascii=True, allow_nan=False, sort_keys=ordered, indent=1).encode()


def parse(data: bytes, where: str) -> Any:
    """Return the values of untrusted JSON; raises ProjectError with a sentence."""
    try:
        text = data.decode("utf-8")
        values = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number)
    except RecursionError:
        raise ProjectError(f"{where} is nested more than {DEPTH} levels deep.") from None
    except (UnicodeDecodeError, ValueError) as error:
        raise ProjectError(f"{where} is damaged: {error}.") from None
    _check_depth(values, where)
    return values


def pack(values: Any) -> Any:
    """Return plain values with infinite and undefined numbers as {"float": "inf"}, which strict JSON can hold."""
    if isinstance(values, float) and not math.isfinite(values):
        return {"float": repr(values)}
    if isinstance(values, Mapping):
        return {str(k): pack(v) for k, v in values.items()}
    return [pack(v) for v in values] if isinstance(values, list | tuple) else values


def unpack(values: Any) -> Any:
    """Undo `pack`."""
    if isinstance(values, dict):
        if set(values) == {"float"} and values["float"] in ("inf", "-inf", "nan"):
            return float(values["float"])
        return {k: unpack(v) for k, v in values.items()}
    return [unpack(v) for v in values] if isinstance(values, list) else values


def _shares(data: DataSettings) -> float:
    return data.split.train + data.split.validation + data.split.test


# ---- writing ---------------------------------------------------------------------------------------------------------
def _changed(value: Any, f: "dataclasses.Field[Any]") -> bool:
    default = f.default_factory() if f.default_factory is not dataclasses.MISSING else f.default
    return bool(getattr(value, f.name) != default)


# ---- reading ---------------------------------------------------------------------------------------------------------
def _build(cls: type, checked: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(cls)
    return cls(**{name: _value(name, hints[name], value) for name, value in checked.items()})


def _value(name: str, hint: Any, value: Any) -> Any:
    """Turn checked JSON into the value of a field of this type."""
    if value is None:
        return None
    for test, make in BUILDERS:
        if test(hint):
            return make(name, hint, value)
    return value


def _network(name: str, hint: Any, value: Any) -> Network:
    from engine.network.files import from_json as network_from_json

    return network_from_json(value)


def _spec(name: str, hint: Any, value: Any) -> Spec:
    from engine import registry

    found: Spec = registry.coerce(SPECS[name], registry.from_config(value), name)
    return found


def _tuple(name: str, hint: Any, value: Any) -> tuple[Any, ...]:
    inner = _arguments(hint)[0]
    return tuple(_value(name, inner, v) for v in value)


def _mapping(name: str, hint: Any, value: Any) -> dict[str, Any]:
    inner = _arguments(hint)[1]
    return {k: _value(name, inner, v) for k, v in value.items()}


def _arguments(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(_bare(hint))


def _bare(hint: Any) -> Any:
    """The type without its None."""
    return schema.without_none(hint)[0]


def _is(kind: type) -> Callable[[Any], bool]:
    def test(hint: Any) -> bool:
        inner = _bare(hint)
        found = typing.get_origin(inner) or inner
        return isinstance(found, type) and issubclass(found, kind)

    return test


def _is_dataclass(hint: Any) -> bool:
    inner = _bare(hint)
    return isinstance(inner, type) and dataclasses.is_dataclass(inner)


BUILDERS: tuple[tuple[Callable[[Any], bool], Callable[[str, Any, Any], Any]], ...] = (
    (_is(Network), _network),
    (_is(Spec), _spec),
    (_is(tuple), _tuple),
    (_is(Mapping), _mapping),
    (_is_dataclass, lambda name, hint, value: _build(_bare(hint), value)),
)


# ---- untrusted JSON --------------------------------------------------------------------------------------------------
def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object names a key twice")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON knows")


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _check_depth(values: Any, where: str) -> None:
    """Walk level by level; strings must be text that can be written again (no lone surrogates)."""
    level: list[Any] = [values]
    for _ in range(DEPTH + 1):
        for text in [v for v in level if isinstance(v, str)]:
            _check_text(text, where)
        level = [inner for v in level for inner in _inside(v)]
        if not level:
            return
    raise ProjectError(f"{where} is nested more than {DEPTH} levels deep.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _check_text(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ProjectError(f"{where} is damaged: a text holds half a character.") from None
