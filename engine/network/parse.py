"""Layers from text, "Dense(64, activation='relu'), Dropout(0.2)": parsed, never executed."""

import ast
import warnings
from typing import Any, Literal, overload

from engine.errors import UsageError
from engine.layers.spec import LayerSpec
from engine.network.values import Scope, made, shown

LONGEST = 10_000
BAD = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python's parser raises for text that is no code."""


@overload
def syntax(text: str, mode: Literal["eval"]) -> ast.Expression: ...
@overload
def syntax(text: str, mode: Literal["exec"]) -> ast.Module: ...
def syntax(text: str, mode: str) -> ast.AST:
    """Return the syntax tree of a text that a person wrote, without Python's warnings; raises one of `BAD`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


def parse_layers(text: str) -> tuple[LayerSpec, ...]:
    """Return the layers of a comma-separated list of calls, in brackets or not; module prefixes are allowed.

    Raises:
        UsageError: the text is no such list, or a layer or one of its settings does not exist.
    """
    if len(text) > LONGEST:
        raise UsageError(f"A list of layers may have {LONGEST:,} characters; this one has {len(text):,}.")
    try:
        body = syntax(text.strip(), "eval").body
    except BAD:
        raise UsageError(
            f"Layers must be written like Dense(64, activation='relu'), Dropout(0.2); they are {text!r:.100}."
        ) from None
    calls = body.elts if isinstance(body, ast.Tuple | ast.List) else [body]
    return tuple(_layer(call) for call in calls)


def parse_record(kind: str, text: str) -> Any:
    """Return the spec of a name or call, "adam" or "SGD(0.1, momentum=0.9)"; raises UsageError like `parse_layers`."""
    try:
        body = syntax(text.strip(), "eval").body
    except BAD:
        raise UsageError(f"A {kind} must be a name like Name or Name(setting=1); it is {text!r:.100}.") from None
    return made(body if isinstance(body, ast.Call) else ast.Call(body, [], []), kind, Scope())


def _layer(tree: ast.expr) -> LayerSpec:
    if not isinstance(tree, ast.Call | ast.Name | ast.Attribute):
        raise UsageError(f"A layer must be a name and its settings; it is {shown(tree)}.")
    found = made(tree if isinstance(tree, ast.Call) else ast.Call(tree, [], []), "layer", Scope())
    if not isinstance(found, LayerSpec):
        raise UsageError(f"{ast.unparse(tree):.60} is no layer.")
    return found
