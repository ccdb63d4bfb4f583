"""Records from calls in a syntax tree: names, plain values and further records. Nothing is executed."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.specs import FieldInfo, Spec

MODULES = {
    "layers": "layer", "models": "layer", "initializers": "initializer", "regularizers": "regularizer",
    "constraints": "constraint", "activations": "activation", "nn": "activation",
}  # fmt: skip
ROOTS = frozenset({"keras", "tensorflow", "tf", "tf_keras", "engine"})
"""Packages whose names mean the same."""


ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}  # fmt: skip
LARGEST = 1e15


@dataclass
class Scope:
    """What names stand for: plain values a person gave a name, and imported names -> where they come from."""

    values: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)


def dotted(tree: ast.expr) -> tuple[str, ...]:
    """Return ("keras", "layers", "Dense") for that expression; () for anything else."""
    parts = []
    while isinstance(tree, ast.Attribute):
        parts.append(tree.attr)
        tree = tree.value
    return (tree.id, *reversed(parts)) if isinstance(tree, ast.Name) else ()


def meaning(tree: ast.expr, kind: str, scope: Scope) -> tuple[str, str] | None:
    """Return (kind, name of the record) that a name means; None when it is no name of a record."""
    path = dotted(tree)
    if not path:
        return None
    path = (*scope.imported.get(path[0], path[0]).split("."), *path[1:])
    while len(path) > 1 and path[0] in ROOTS:
        path = path[1:]
    if len(path) == 1:
        return kind, path[0]
    return (MODULES[path[-2]], path[-1]) if len(path) == 2 and path[0] in MODULES else None


def made(tree: ast.Call, kind: str, scope: Scope, ignored: Mapping[str, Any] | None = None) -> Any:
    """Return the spec of a call such as layers.Dense(64); keywords in `ignored` are left to the caller.

    Raises:
        UsageError: there is no such record, or a setting does not fit.
    """
    found = meaning(tree.func, kind, scope)
    if found is None:
        raise UsageError(f"A {kind} must be a name and its settings; it is {shown(tree)}.")
    record = registry.named(*found)
    fields = record.fields()
    if len(tree.args) > len(fields):
        raise UsageError(f"{record.KERAS} takes at most {len(fields)} settings; it gets {len(tree.args)}.")
    values = {f.name: value(a, f, scope) for f, a in zip(fields, tree.args, strict=False)}
    return _complete(record, values | _named(record, tree, set(values), scope, ignored or {}))


def _named(record: Any, tree: ast.Call, given: set[str], scope: Scope, ignored: Mapping[str, Any]) -> dict[str, Any]:
    known = {f.name: f for f in record.fields()}
    values: dict[str, Any] = {}
    for keyword in tree.keywords:
        if keyword.arg in ignored and keyword.arg not in known:
            continue
        if keyword.arg is None or keyword.arg not in known:
            raise UsageError(
                f"{record.KERAS} has no setting {keyword.arg or '**'}. It has {', '.join(known) or 'none'}."
            )
        if keyword.arg in given or keyword.arg in values:
            raise UsageError(f"{record.KERAS} gets {keyword.arg} twice.")
        values[keyword.arg] = value(keyword.value, known[keyword.arg], scope)
    return values


def _complete(record: Any, values: dict[str, Any]) -> Any:
    missing = [f.name for f in record.fields() if f.required and f.name not in values]
    if missing:
        raise UsageError(f"{record.KERAS} needs {missing[0]}.")
    try:
        return record(**values)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{record.KERAS}: {error}") from None


def value(tree: ast.expr, info: FieldInfo, scope: Scope) -> Any:
    """Return the value for a field: plain, a record for a field of records, a name for an activation."""
    if isinstance(tree, ast.Call) and info.of:
        return made(tree, info.of, scope)
    if isinstance(tree, ast.Attribute) or (isinstance(tree, ast.Name) and tree.id not in scope.values):
        kind = "activation" if info.kind == "activation" else info.of
        found = meaning(tree, kind, scope) if kind else None
        if found is not None and found[0] == kind and (isinstance(tree, ast.Attribute) or tree.id in scope.imported):
            return found[1]
    try:
        return plain(tree, scope)
    except (ValueError, RecursionError):
        raise UsageError(f"{info.name} must be a plain value; it is {shown(tree)}.") from None


def plain(tree: ast.expr, scope: Scope) -> Any:
    """Return a number, text, truth value, None or tuple of those; raises ValueError for anything else."""
    if isinstance(tree, ast.Constant) and isinstance(tree.value, bool | int | float | str | None):
        return tree.value
    if isinstance(tree, ast.Tuple | ast.List):
        return tuple(plain(part, scope) for part in tree.elts)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        number = plain(tree.operand, scope)
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number if isinstance(tree.op, ast.USub) else number
    if isinstance(tree, ast.Name) and tree.id in scope.values:
        return scope.values[tree.id]
    if isinstance(tree, ast.BinOp) and type(tree.op) in ARITHMETIC:
        return _sum(ARITHMETIC[type(tree.op)], plain(tree.left, scope), plain(tree.right, scope))
    raise ValueError("no plain value")


def _sum(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> int | float:
    """Return what two numbers make, as in 1 / 255; texts and large numbers are no numbers here."""
    for number in (left, right):
        if not isinstance(number, int | float) or isinstance(number, bool) or abs(number) > LARGEST:
            raise ValueError("no number")
    try:
        made: int | float = compute(left, right)
    except ZeroDivisionError:
        raise ValueError("no number") from None
    return made


def shown(tree: ast.expr) -> str:
    """Return an expression as a sentence shows it."""
    try:
        return f"{ast.unparse(tree):.60}"
    except (RecursionError, ValueError):
        return "too long to show"


def is_plain(thing: object) -> bool:
    """Whether a value may stand for a setting."""
    return thing is None or isinstance(thing, bool | int | float | str | tuple | Spec)
