"""rewrite: tables of (pattern, replacement), each with its reason."""

from engine.compiler.rewrite.backward import backward
from engine.compiler.rewrite.common import merge_equal
from engine.compiler.rewrite.expand import expand
from engine.compiler.rewrite.forward import forward
from engine.compiler.rewrite.simplify import simplify

__all__ = ["backward", "expand", "forward", "merge_equal", "simplify"]
