"""The closed table of all records: versioned id -> spec class, per kind. Nothing is ever looked up by import path."""

import importlib
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

from engine import specs
from engine.errors import UsageError
from engine.specs import Spec, field, snake

HOMES = {
    "layer": ("engine.layers", "engine.network.nested"),
    "activation": ("engine.activations",),
    "initializer": ("engine.initializers",),
    "regularizer": ("engine.regularizers",),
    "constraint": ("engine.constraints",),
    "loss": ("engine.losses",),
    "metric": ("engine.metrics",),
    "optimizer": ("engine.optimizers",),
    "callback": ("engine.callbacks",),
}
"""Where the records of each kind are written; loaded when somebody asks for one."""
KINDS = tuple(HOMES)
S = TypeVar("S", bound=Spec)
_BY_ID: dict[str, type[Spec]] = {}
_BY_NAME: dict[tuple[str, str], type[Spec]] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def register(
    *, id: str, kind: str, group: str = "", icon: str = "", aliases: tuple[str, ...] = (), purpose: str = ""
) -> Callable[[type[S]], type[S]]:
    """Make a class a spec (see `engine.specs.spec`) and enter it. It is found by id, class name, snake case and alias.

    kind: one of KINDS. group and icon: for the palette (a key of `category` in the design tokens, a Lucide icon name).
    aliases: other names people type ("fully connected"). purpose: one sentence for the palette's tooltip.
    """
    if kind not in KINDS:
        raise UsageError(f"kind must be one of {', '.join(KINDS)}; it is {kind!r}.")

    def decorate(cls: type[S]) -> type[S]:
        made = specs.spec(id=id, kind=kind, group=group, icon=icon, aliases=aliases, purpose=purpose)(cls)
        if id in _BY_ID:
            raise UsageError(f"The id {id!r} is taken by {_BY_ID[id].__name__}; ids are never reused.")
        _BY_ID[id] = made
        for name in (made.KERAS, snake(made.KERAS), *aliases):
            _BY_NAME.setdefault((kind, name), made)
        return made

    return decorate


def forget(id: str) -> None:
    """Take a record out again (a test that adds a layer cleans up with this)."""
    gone = _BY_ID.pop(id)
    for key in [k for k, v in _BY_NAME.items() if v is gone]:
        del _BY_NAME[key]


def load(*kinds: str) -> None:
    """Import the modules in which the records of these kinds (all without) are written."""
    for kind in kinds or KINDS:
        for home in HOMES.get(kind, ()):
            importlib.import_module(home)


def records(kind: str) -> tuple[type[Any], ...]:
    """Return all spec classes of a kind, in the order in which they were registered."""
    load(kind)
    return tuple(cls for cls in _BY_ID.values() if cls.KIND == kind)


def get(id: str) -> type[Any]:
    """Return the spec class with this id; raises UsageError."""
    if id not in _BY_ID:
        load()
    if id not in _BY_ID:
        raise UsageError(f"There is no record {id!r:.80}. A newer version of Layerwright may know it.")
    return _BY_ID[id]


def named(kind: str, name: str) -> type[Any]:
    """Return the spec class with this Keras name, snake-case name or alias; raises UsageError naming near matches."""
    found = _BY_NAME.get((kind, name))
    if found is None and has(kind, name):
        found = _BY_NAME.get((kind, name)) or _BY_NAME[kind, name.lower()]
    if found is None:
        import difflib

        known = sorted({cls.KERAS for cls in records(kind)})
        near = difflib.get_close_matches(name, known + [snake(k) for k in known], 3, 0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else f" Known: {', '.join(known)}."
        raise UsageError(f"There is no {kind} {name!r:.60}.{hint}")
    return found


def has(kind: str, name: str) -> bool:
    """Return whether `named` finds a spec class."""
    load(kind)
    return (kind, name) in _BY_NAME or (kind, name.lower()) in _BY_NAME


def from_config(config: Any) -> Any:
    """Return the spec of `Spec.get_config()`; raises UsageError for unknown ids, unknown fields and wrong values."""
    if not isinstance(config, dict) or not isinstance(config.get("id"), str):
        raise UsageError(f"A record must be an object with an id; it is {config!r:.80}.")
    cls = get(config["id"])
    known = {f.name: f for f in cls.fields()}
    if unknown := sorted(set(config) - set(known) - {"id"}):
        raise UsageError(f"{cls.KERAS} has no setting {unknown[0]!r:.60}.")
    values = {k: from_config(v) if isinstance(v, dict) and "id" in v else v for k, v in config.items() if k != "id"}
    if missing := [n for n, f in known.items() if f.required and n not in values]:
        raise UsageError(f"{cls.KERAS} needs the setting {missing[0]!r}.")
    return cls(**values)


def coerce(kind: str, value: Any, what: str = "") -> Any:
    """Turn a spec, a name ("he_normal"), a config or a class into a spec of this kind; raises UsageError."""
    if isinstance(value, type) and issubclass(value, Spec) and value.KIND == kind:
        return value()
    if isinstance(value, Spec) and value.KIND == kind:
        return value
    if isinstance(value, str):
        return named(kind, value)()
    if isinstance(value, dict):
        return coerce(kind, from_config(value), what)
    spec_of = getattr(value, "spec", None)  # a handle such as engine.losses.MeanSquaredError()
    if isinstance(spec_of, Spec) and spec_of.KIND == kind:
        return spec_of
    raise UsageError(f"{what or kind} must be a {kind}, its name or its config; it is {value!r:.60}.")


def activation_name(what: str, value: Any) -> str:
    """Return the registered snake-case name of an activation given as a name, class or callable; raises UsageError."""
    name = value if isinstance(value, str) else getattr(value, "__name__", None)
    if not isinstance(name, str):
        raise UsageError(f"{what} must be the name of an activation; it is {value!r:.60}.")
    return snake(named("activation", name).KERAS)


specs.CHECKS["activation"] = lambda info, value: activation_name(info.name, value)
specs.CHECKS["spec"] = lambda info, value: coerce(str(info.of), value, info.name)
