"""Layers from text, "Dense(64, activation='relu'), Dropout(0.2)": parsed, never executed."""

import ast
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.layers.spec import LayerSpec

LONGEST = 10_000
MODULES = {"layers": "layer", "initializers": "initializer", "regularizers": "regularizer", "constraints": "constraint"}


def parse_layers(text: str) -> tuple[LayerSpec, ...]:
    """Return the layers of a comma-separated list of calls, in brackets or not; module prefixes are allowed.

    Raises:
        UsageError: the text is no such list, or a layer or one of its settings does not exist.
    """
    if len(text) > LONGEST:
        raise UsageError(f"A list of layers may have {LONGEST:,} characters; this one has {len(text):,}.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(
            f"Layers must be written like Dense(64, activation='relu'), Dropout(0.2); they are {text!r:.100}."
        ) from None
    calls = tree.elts if isinstance(tree, ast.Tuple | ast.List) else [tree]
    return tuple(_layer(call) for call in calls)


def parse_record(kind: str, text: str) -> Any:
    """Return the spec of a name or call, "adam" or "SGD(0.1, momentum=0.9)"; raises UsageError like `parse_layers`."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"A {kind} must be a name like Name or Name(setting=1); it is {text!r:.100}.") from None
    return _call(tree if isinstance(tree, ast.Call) else ast.Call(tree, [], []), kind)


def _layer(tree: ast.expr) -> LayerSpec:
    if not isinstance(tree, ast.Call | ast.Name | ast.Attribute):
        raise UsageError(f"A layer must be a name and its settings; it is {_shown(tree)}.")
    made = _call(tree if isinstance(tree, ast.Call) else ast.Call(tree, [], []), "layer")
    if not isinstance(made, LayerSpec):
        raise UsageError(f"{ast.unparse(tree):.60} is no layer.")
    return made


def _call(tree: ast.Call, kind: str) -> Any:
    """Return the spec of a call such as layers.Dense(64)."""
    name = tree.func
    if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id in MODULES:
        kind, word = MODULES[name.value.id], name.attr
    elif isinstance(name, ast.Name):
        word = name.id
    else:
        raise UsageError(f"A {kind} must be a name and its settings; it is {_shown(tree)}.")
    record = registry.named(kind, word)
    fields = record.fields()
    if len(tree.args) > len(fields):
        raise UsageError(f"{record.KERAS} takes at most {len(fields)} settings; it gets {len(tree.args)}.")
    values = {f.name: _value(a, f) for f, a in zip(fields, tree.args, strict=False)}
    return _made(record, values | _named(record, tree, set(values)))


def _named(record: Any, tree: ast.Call, given: set[str]) -> dict[str, Any]:
    known = {f.name: f for f in record.fields()}
    values: dict[str, Any] = {}
    for keyword in tree.keywords:
        if keyword.arg is None or keyword.arg not in known:
            raise UsageError(
                f"{record.KERAS} has no setting {keyword.arg or '**'}. It has {', '.join(known) or 'none'}."
            )
        if keyword.arg in given or keyword.arg in values:
            raise UsageError(f"{record.KERAS} gets {keyword.arg} twice.")
        values[keyword.arg] = _value(keyword.value, known[keyword.arg])
    return values


def _made(record: Any, values: dict[str, Any]) -> Any:
    missing = [f.name for f in record.fields() if f.required and f.name not in values]
    if missing:
        raise UsageError(f"{record.KERAS} needs {missing[0]}.")
    return record(**values)


def _value(tree: ast.expr, info: Any) -> Any:
    if isinstance(tree, ast.Call) and info.of:
        return _call(tree, info.of)
    try:
        return ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise UsageError(f"{info.name} must be a plain value; it is {_shown(tree)}.") from None


def _shown(tree: ast.expr) -> str:
    try:
        return f"{ast.unparse(tree):.60}"
    except RecursionError:
        return "too long to show"
