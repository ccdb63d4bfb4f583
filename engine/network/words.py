"""Words of Keras code that is read: special names, comments of ours, reasons to keep a line."""

import ast
import re
from collections.abc import Mapping

from engine.network import values

MISSING, BROKEN = object(), object()
"""What a line that is kept assigns, nothing the canvas knows; and what one assigns that has a mistake."""
WHOLES = {"Model": "model", "Functional": "model", "Sequential": "sequential"}
OPERATORS = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
FUNCTIONS = frozenset({"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"})
"""Merges that Keras also has as functions of a list of tensors."""
LAYER_WORDS = dict.fromkeys(("name", "trainable", "input_shape", "batch_size"))
ITEM = r'(?:not connected|inside \w+|name="\w+"|trainable=(?:True|False))'
TOLD = re.compile(rf"# ({ITEM}(?:, {ITEM})*)(?:  (#.*))?\Z", re.ASCII)
RESERVED = frozenset({*values.MODULES, *values.ROOTS, *WHOLES, "Input"})
SETTLED = "Compiling and training are set on their own pages; this line is kept."
ELSEWHERE = frozenset({"compile", "fit", "evaluate", "predict", "save", "summary", "load_weights", "build"})
NO_PLACE = "Only layers, models and wires stand on the canvas; this line is kept."


class Foreign(Exception):
    """A statement that cannot be drawn, with the reason; `values`: what its names stand for all the same."""

    def __init__(self, reason: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.values = values or {}


def stored(node: ast.AST) -> str:
    """Return the name to which a part of a statement gives a meaning, or ""."""
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else ""
    if isinstance(node, ast.alias):
        return (node.asname or node.name).split(".")[0]
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) else ""
