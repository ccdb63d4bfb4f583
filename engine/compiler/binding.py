"""The globals of a generated function: how each array is made before the program runs."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.backend import numpy as kernels
from engine.backend import random as draws
from engine.ir.value import Value


@dataclass(frozen=True)
class Binding:
    """A global name of a program: how to make its array before the program runs.

    Args:
        kind: buffer (offset, shape, dtype), view (an expression of names bound before), number, ones, zeros, array,
            kernel, leaf (a weight, gradient or slot: the leaf's params say which).
    """

    name: str
    kind: str
    value: Any


def bind(
    bindings: Sequence[Binding], memory: Any, leaf: Callable[[Value], Any], into: dict[str, Any]
) -> dict[str, Any]:
    """Return the globals of a program.

    memory: uint8 vector for the buffers. leaf: leaf value -> its array. into: globals to fill.
    """
    import numpy as np

    into["np"], into["math"] = np, math
    for binding in bindings:
        into[binding.name] = MAKE[binding.kind](np, binding.value, memory, leaf, into)
    return into


def _buffer(np: Any, value: Any, memory: Any, *_: Any) -> Any:
    offset, shape, dtype = value
    nbytes = math.prod(shape) * np.dtype(dtype).itemsize
    return memory[offset : offset + nbytes].view(dtype).reshape(shape)


MAKE: Mapping[str, Callable[..., Any]] = {
    "buffer": _buffer,
    "view": lambda np, text, memory, leaf, names: eval(text, names),
    "number": lambda np, value, *_: np.asarray(value[0], value[1]),
    "ones": lambda np, value, *_: np.ones(value[0], value[1]),
    "zeros": lambda np, value, *_: np.zeros(value[0], value[1]),
    "range": lambda np, count, *_: np.arange(count),
    "array": lambda np, value, *_: np.array(np.broadcast_to(np.asarray(value[0], value[2]), value[1])),
    "kernel": lambda np, name, *_: getattr(kernels, name, None) or getattr(draws, name),
    "leaf": lambda np, value, memory, leaf, names: leaf(value),
}
