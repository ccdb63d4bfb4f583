"""Functions of ours that a script carries: their source without annotations, with all that they call."""

import ast
import builtins
import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from engine.export.code import WIDTH

Function = Callable[..., Any]
ANNOTATED = re.compile(r"^(\s+\w+): [^=\n]+ = ", re.MULTILINE)


class Luggage:
    """What a script carries: functions and constants, in an order in which they can be defined, and imports."""

    def __init__(self) -> None:
        self.constants: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.modules: set[str] = set()
        self.names: set[tuple[str, str]] = set()

    def add(self, *functions: Function) -> None:
        """Take functions and, before them, all that they use."""
        for function in functions:
            if function.__name__ in self.functions:
                continue
            text = source_without_annotations(function)
            self.functions[function.__name__] = ""
            for name in names_in(text):
                self._use(function, name)
            del self.functions[function.__name__]
            self.functions[function.__name__] = text

    def need(self, text: str) -> None:
        """Note the modules that generated text uses."""
        self.modules |= {f"import {name}" for name in ("math",) if f"{name}." in text}

    def imports(self) -> list[str]:
        """Return import lines: the standard library, an empty line, NumPy."""
        froms = [f"from {module} import {name}" for module, name in sorted(self.names)]
        return [*sorted(self.modules), *froms, "", "import numpy as np"]

    def _use(self, function: Function, name: str) -> None:
        known = function.__globals__
        if name not in known or name == "np" or (name in vars(builtins) and name not in known):
            return
        value = known[name]
        if isinstance(value, ModuleType):
            self.modules.add(f"import {value.__name__}")
        elif isinstance(value, FunctionType) and value.__module__.startswith("engine."):
            self.add(value)
        elif isinstance(value, type):
            self.names.add((value.__module__, value.__name__))
        else:
            self._constant(sys.modules[function.__module__], name)

    def _constant(self, module: ModuleType, name: str) -> None:
        if name in self.constants:
            return
        text = inspect.getsource(module)
        node = next(n for n in ast.parse(text).body if isinstance(n, ast.Assign) and _named(n) == name)
        segment = ast.get_source_segment(text, node) or ""
        for used in names_in(segment):
            value = vars(module).get(used)
            if isinstance(value, ModuleType):
                self.modules.add(f"import {value.__name__}")
            elif used in vars(module) and used != name:
                self._constant(module, used)
        self.constants[name] = segment


def _named(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def names_in(text: str) -> list[str]:
    """Return the names that a piece of source reads, in order: a script is the same in each process."""
    return sorted({node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)})


def source_without_annotations(function: Function) -> str:
    """Return the text of a function with a bare signature; comments and layout are kept."""
    text = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    body = "\n".join(text.rstrip("\n").split("\n")[node.body[0].lineno - 1 :])
    for argument in [*node.args.args, *node.args.kwonlyargs]:
        argument.annotation = None
    signature = f"def {node.name}({ast.unparse(node.args)}):".replace("'", '"')
    assert len(signature) <= WIDTH
    return signature + "\n" + ANNOTATED.sub(r"\1 = ", body)
