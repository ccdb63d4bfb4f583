"""From what people pass (arrays, lists, dicts by name) to the rows a program takes, checked against the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import DataError, UsageError
from engine.training.arrays import Array, Arrays, Port, class_weights, gather, row_weights, same_rows

FOREIGN = (
    "{0} must be arrays; it is {1}. Generators and data sets of other libraries are not read: make arrays of them."
)


def inputs_of(x: Any, ports: Sequence[Port]) -> tuple[Array, ...]:
    """Return one array per Input; raises UsageError and DataError as `gather`."""
    _arrays_only("x", x)
    found = gather(x, ports, "x")
    same_rows(found)
    return found


def rows_of(
    x: Any,
    y: Any,
    inputs: Sequence[Port],
    targets: Sequence[Port],
    dtype: str,
    sample_weight: Any = None,
    class_weight: Mapping[Any, float] | None = None,
) -> Arrays:
    """Return inputs, targets and weights of rows.

    Raises:
        UsageError: y is missing, or both kinds of weights are given, or class weights for several outputs.
        DataError: an array does not fit the model.
    """
    if y is None:
        raise UsageError("y must be given: the targets of the rows in x.")
    _arrays_only("y", y)
    found, taught = inputs_of(x, inputs), gather(y, targets, "y")
    rows = same_rows(found, taught)
    if class_weight is not None:
        return Arrays(found, taught, _by_class(class_weight, sample_weight, taught, dtype))
    return Arrays(found, taught, None if sample_weight is None else row_weights(sample_weight, targets, rows, dtype))


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """Return (x, y, sample_weight) of validation_data; raises UsageError."""
    if not isinstance(data, list | tuple) or len(data) not in (2, 3):
        raise UsageError(f"validation_data must be (x, y) or (x, y, sample_weight); it is {type(data).__name__}.")
    return data[0], data[1], data[2] if len(data) == 3 else None


def _by_class(weight: Any, sample_weight: Any, targets: tuple[Array, ...], dtype: str) -> tuple[Array, ...]:
    if sample_weight is not None:
        raise UsageError("Only one of class_weight and sample_weight may be given; both are.")
    if len(targets) != 1:
        raise UsageError("class_weight needs a model with one output. Use sample_weight instead.")
    if not isinstance(weight, Mapping):
        raise UsageError(f"class_weight must be a dict from class to weight; it is {weight!r:.60}.")
    try:
        return (class_weights(weight, targets[0], dtype),)
    except (TypeError, ValueError):
        raise DataError(f"class_weight must map class numbers to numbers; it is {weight!r:.80}.") from None


def _arrays_only(argument: str, value: Any) -> None:
    if hasattr(value, "__next__") or (hasattr(value, "__iter__") and not hasattr(value, "__len__")):
        raise UsageError(FOREIGN.format(argument, type(value).__name__))
