"""Specs: frozen, validated, documented values that describe a layer, a loss, an optimizer, ...

One declaration serves the palette, the property form, validation, the project file, the exporters, the help and the
tests. A spec is a frozen dataclass, so arguments are positional as in Keras:

    @spec(id="core.dense/1", kind="layer", group="core", icon="layers")
    class Dense(LayerSpec):
        units: int = field(doc="Width of the output.", ge=1, suggested=64)
        activation: str = field("linear", doc="Applied to the output.", kind="activation")
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING
from typing import Any, ClassVar, Literal, Self, TypeVar, dataclass_transform

from engine.errors import UsageError

FieldKind = Literal["int", "float", "rate", "bool", "enum", "text", "ints", "floats", "activation", "spec", "network"]
"""What an editor must know: rate is a float in 0..1, ints and floats are tuples, activation is a registered name, spec
is a nested spec of the registry kind `FieldInfo.of` (initializer, regularizer, constraint), network a network."""

S = TypeVar("S", bound="Spec")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldInfo:
    """All that a form, a help page or a test needs to know of one field of a spec."""

    name: str
    kind: FieldKind
    doc: str
    default: Any
    required: bool
    suggested: Any
    minimum: float | None
    maximum: float | None
    open_minimum: bool
    open_maximum: bool
    choices: tuple[str, ...]
    of: str | None
    optional: bool
    advanced: bool
    length: int | None

    @property
    def start(self) -> Any:
        """The value a new card begins with: the suggestion, else the default."""
        return self.default if self.suggested is None else self.suggested

    def check(self, value: Any) -> Any:
        """Return the value as it is stored (NumPy numbers, names and callables turned into plain values).

        Raises:
            UsageError: one sentence that says what must hold and what is.
        """
        value = _plain_number(value)
        if value is None and self.kind == "activation":
            value = "linear"
        if value is None:
            if self.optional:
                return None
            raise UsageError(f"{self.name} must be given; it is None.")
        return CHECKS[self.kind](self, value)


def field(
    default: Any = MISSING,
    *,
    doc: str,
    kind: FieldKind | None = None,
    of: str | None = None,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    choices: tuple[str, ...] = (),
    length: int | None = None,
    suggested: Any = None,
    advanced: bool = False,
) -> Any:
    """Declare a field of a spec. Without a default it is required, as in Keras; `suggested` is the studio's start.

    ge, gt, le, lt bound numbers and each member of a tuple; `length` lets one number stand for a tuple (3 -> (3, 3)).
    """
    metadata = {
        "doc": doc, "kind": kind, "of": of, "choices": choices, "suggested": suggested, "advanced": advanced,
        "minimum": ge if ge is not None else gt, "maximum": le if le is not None else lt,
        "open_minimum": gt is not None, "open_maximum": lt is not None, "length": length,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Spec:
    """Base of all specs. Class variables are set by `@spec`; KERAS is the name of the class in Keras."""

    ID: ClassVar[str]
    KIND: ClassVar[str]
    GROUP: ClassVar[str]
    ICON: ClassVar[str]
    ALIASES: ClassVar[tuple[str, ...]]
    PURPOSE: ClassVar[str]
    KERAS: ClassVar[str]

    def __post_init__(self) -> None:
        for info in self.fields():
            try:
                value = info.check(getattr(self, info.name))
            except UsageError as error:
                raise UsageError(f"{self.KERAS}: {error}") from None
            object.__setattr__(self, info.name, value)

    @classmethod
    def fields(cls) -> tuple[FieldInfo, ...]:
        """Return the declared fields in order."""
        if cls not in _FIELDS:
            hints = typing.get_type_hints(cls)
            _FIELDS[cls] = tuple(_info(f, hints[f.name]) for f in dataclasses.fields(cls) if f.metadata)
        return _FIELDS[cls]

    @classmethod
    def suggestion(cls, **values: Any) -> Self:
        """Return the spec that a new card in the studio begins with."""
        return cls(**({f.name: f.start for f in cls.fields()} | values))

    def replace(self, **values: Any) -> Self:
        """Return a copy with some fields changed; raises UsageError like the constructor."""
        return dataclasses.replace(self, **values)

    def changed(self) -> Iterator[tuple[FieldInfo, Any]]:
        """Yield (field, value) of all required fields and of those that differ from the default."""
        for info in self.fields():
            value = getattr(self, info.name)
            if info.required or value != info.default:
                yield info, value

    def get_config(self) -> dict[str, Any]:
        """Return {"id": ..., field: value}: plain JSON values only. `engine.registry.from_config` reads it."""
        return {"id": self.ID} | {f.name: _plain(getattr(self, f.name)) for f in self.fields()}

    def source(self, prefix: str = "", **more: Any) -> str:
        """Return the Keras call that makes this spec, changed fields only: Dense(64, activation="relu").

        prefix: the module before the name ("layers."). more: further keyword arguments ("name").
        """
        arguments = [literal(v) if f.required else f"{f.name}={literal(v)}" for f, v in self.changed()]
        arguments += [f"{name}={literal(value)}" for name, value in more.items()]
        return f"{prefix}{self.KERAS}({', '.join(arguments)})"


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def spec(
    *, id: str, kind: str, group: str = "", icon: str = "", aliases: tuple[str, ...] = (), purpose: str = ""
) -> Callable[[type[S]], type[S]]:
    """Make a class a spec. `id` is versioned and never reused ("core.dense/1"); the class' name is Keras'.

    `engine.registry.register` does this and enters the record; this alone is for specs that nobody looks up.
    """

    def decorate(cls: type[S]) -> type[S]:
        cls.ID, cls.KIND, cls.GROUP, cls.ICON = id, kind, group, icon
        cls.ALIASES, cls.PURPOSE, cls.KERAS = aliases, purpose, cls.__name__
        return dataclasses.dataclass(frozen=True)(cls)

    return decorate


def literal(value: Any) -> str:
    """Return Python source of a plain value or nested spec; raises UsageError for anything else."""
    if isinstance(value, Spec):
        return value.source(f"{value.KIND}s.")
    if isinstance(value, tuple | list):
        inner = ", ".join(literal(v) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str):
        quoted = ascii(value)
        return quoted if '"' in quoted else f'"{quoted[1:-1]}"'
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    raise UsageError(f"{value!r:.80} cannot be written as Python source.")


def snake(name: str) -> str:
    """Return Keras' snake case of a class name: GlorotUniform -> glorot_uniform, R2Score -> r2_score."""
    out = ""
    for i, letter in enumerate(name):
        before, after = name[i - 1 : i], name[i + 1 : i + 2]
        if letter.isupper() and i and (before.islower() or after.islower()):
            out += "_"
        out += letter.lower()
    return out


_FIELDS: dict[type[Spec], tuple[FieldInfo, ...]] = {}


def _info(declared: "dataclasses.Field[Any]", hint: Any) -> FieldInfo:
    known = dict(declared.metadata)
    inner, optional = _strip_none(hint)
    required = declared.default is MISSING
    kind = known.pop("kind") or _kind(inner, known)
    default = None if required else declared.default
    return FieldInfo(name=declared.name, kind=kind, default=default, required=required, optional=optional, **known)


def _strip_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    rest = [a for a in typing.get_args(hint) if a is not type(None)]
    return rest[0], len(rest) < len(typing.get_args(hint))


def _kind(hint: Any, known: dict[str, Any]) -> FieldKind:
    if known["choices"]:
        return "enum"
    if known["of"]:
        return "spec"
    if typing.get_origin(hint) is tuple:
        return "floats" if float in typing.get_args(hint) else "ints"
    kinds: dict[Any, FieldKind] = {int: "int", float: "float", bool: "bool", str: "text"}
    return kinds[hint]


def _plain_number(value: Any) -> Any:
    if isinstance(value, bool | int | float | str | Spec) or value is None:
        return value
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    if isinstance(value, list | tuple) or hasattr(value, "tolist"):
        return tuple(_plain_number(v) for v in value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.get_config()
    if hasattr(value, "to_json"):
        return value.to_json()
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def _int(info: FieldInfo, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{info.name} must be a whole number; it is {value!r:.60}.")
    return int(_bounded(info, value))


def _float(info: FieldInfo, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UsageError(f"{info.name} must be a finite number; it is {value!r:.60}.")
    return float(_bounded(info, value))


def _rate(info: FieldInfo, value: Any) -> float:
    if not 0 <= _float(info, value) <= 1:
        raise UsageError(f"{info.name} must lie between 0 and 1; it is {value!r}.")
    return float(value)


def _bounded(info: FieldInfo, value: Any) -> Any:
    low, high = info.minimum, info.maximum
    if low is not None and (value <= low if info.open_minimum else value < low):
        bound = "more than" if info.open_minimum else "at least"
        raise UsageError(f"{info.name} must be {bound} {low:g}; it is {value!r}.")
    if high is not None and (value >= high if info.open_maximum else value > high):
        bound = "less than" if info.open_maximum else "at most"
        raise UsageError(f"{info.name} must be {bound} {high:g}; it is {value!r}.")
    return value


def _bool(info: FieldInfo, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{info.name} must be True or False; it is {value!r:.60}.")
    return value


def _enum(info: FieldInfo, value: Any) -> str:
    if value not in info.choices:
        raise UsageError(f"{info.name} must be one of {', '.join(info.choices)}; it is {value!r:.60}.")
    return str(value)


def _text(info: FieldInfo, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{info.name} must be text; it is {value!r:.60}.")
    return value


def _tuple(info: FieldInfo, value: Any) -> tuple[Any, ...]:
    one = _int if info.kind == "ints" else _float
    if info.length and isinstance(value, int | float):
        value = (value,) * info.length
    if not isinstance(value, tuple) or (info.length and len(value) != info.length):
        count = f"{info.length} numbers" if info.length else "a tuple of numbers"
        raise UsageError(f"{info.name} must be {count}; it is {value!r:.60}.")
    return tuple(one(info, v) for v in value)


CHECKS: dict[str, Callable[[FieldInfo, Any], Any]] = {
    "int": _int, "float": _float, "rate": _rate, "bool": _bool, "enum": _enum, "text": _text,
    "ints": _tuple, "floats": _tuple,
}  # fmt: skip
"""How a value of each kind is checked. `engine.registry` adds activation and spec, `engine.network.nested` network."""
