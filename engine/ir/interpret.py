"""The reference interpreter: it defines what a graph means. Programs are compared with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.backend.random import Stream
from engine.ir.graph import Graph, ordered
from engine.ir.value import Value


def evaluate(
    roots: Iterable[Value], feed: Mapping[Value, Any], xp: Any = None, stream: Stream | None = None
) -> dict[Value, Any]:
    """Return value -> array for everything behind the roots.

    feed: arrays of the inputs. xp: an array-API namespace (NumPy without). stream: the random bits of this step.
    """
    if xp is None:
        import numpy as xp
    env = dict(feed)
    for value in ordered(roots):
        if value not in env:
            more = {"stream": stream or Stream(0, 0, 0)} if value.op.random else {}
            env[value] = value.op.eval(xp, *(env[a] for a in value.args), **value.params, **more)
    return env


def interpret(graph: Graph, feed: Mapping[str, Any], xp: Any = None, stream: Stream | None = None) -> dict[str, Any]:
    """Return output name -> array of a graph for input name -> array."""
    env = evaluate(
        graph.outputs.values(), {graph.inputs[n]: a for n, a in feed.items() if n in graph.inputs}, xp, stream
    )
    return {name: env[value] for name, value in graph.outputs.items()}
