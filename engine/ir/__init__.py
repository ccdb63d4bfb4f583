"""The graph: values, ops, their text, their check and their reference interpreter."""

from engine.ir.graph import Graph, ordered, rebuild
from engine.ir.op import OPS, Op, Sample, made
from engine.ir.value import Scope, Shape, Value, scope

__all__ = ["OPS", "Graph", "Op", "Sample", "Scope", "Shape", "Value", "made", "ordered", "rebuild", "scope"]
