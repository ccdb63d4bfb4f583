"""Which values have rows on axis 0, and whether a graph mixes rows: then its batch cannot be split."""

from collections.abc import Iterable

from engine.ir.graph import ordered
from engine.ir.value import Value

BATCH = ("data", "target", "sample_weight")


def mixing(roots: Iterable[Value], per_row: Iterable[Value], rows: int) -> Value | None:
    """Return the first value that mixes rows, or one of `per_row` that has none; None when the batch can be split."""
    carries: dict[Value, bool] = {}
    wanted = list(per_row)
    for value in ordered([*roots, *wanted]):
        if value.op.name == "input":
            carries[value] = value.params["kind"] in BATCH
            continue
        found = value.op.batch(value, tuple(carries[a] for a in value.args), rows)
        if found is None:
            return value
        carries[value] = found
    return next((v for v in wanted if not carries[v]), None)
