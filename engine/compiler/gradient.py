"""differentiate: reverse mode over the op table. Derivatives are graph values, so they are rewritten, planned,
printed and tested like everything else."""

from collections.abc import Iterable, Sequence

from engine.ir.graph import ordered
from engine.ir.value import Value, scope
from engine.ops import elementwise as el
from engine.ops.leaves import constant
from engine.ops.shape import broadcast_to


def gradient(roots: Iterable[tuple[Value, Value | float]], wrt: Sequence[Value]) -> list[Value]:
    """Return the derivative of sum(root * seed) for each value of `wrt`; zeros where nothing flows back.

    roots: (value, seed): a seed is a number or a value of the root's shape.
    """
    pairs = list(roots)
    flowing: dict[Value, Value] = {}
    for root, seed in pairs:
        with scope(root.origin, "backward"):
            given = seed if isinstance(seed, Value) else constant(float(seed), root.shape, root.dtype)
            _add(flowing, root, broadcast_to(given, root.shape))
    order = ordered(root for root, _ in pairs)
    needed = _dependent(order, wrt)
    for value in reversed([v for v in order if v in needed]):
        if value in flowing and value.op.vjp is not None:
            _through(value, flowing, needed)
    return [flowing[w] if w in flowing else constant(0.0, w.shape, w.dtype) for w in wrt]


def _through(value: Value, flowing: dict[Value, Value], needed: set[Value]) -> None:
    with scope(value.origin, "backward"):
        parts = value.op.vjp(flowing[value], value, *value.args, **value.params)  # type: ignore[misc]
        for arg, part in zip(value.args, parts, strict=True):
            if part is not None and arg in needed:
                _add(flowing, arg, part)


def _add(flowing: dict[Value, Value], value: Value, part: Value) -> None:
    flowing[value] = el.add(flowing[value], part) if value in flowing else part


def _dependent(order: Sequence[Value], wrt: Sequence[Value]) -> set[Value]:
    found = set(wrt)
    for value in order:
        if any(a in found for a in value.args):
            found.add(value)
    return found
