"""Rows in, tuples of contiguous arrays out: what people pass to fit, checked once against what the model takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError, UsageError

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Port:
    """One tensor that a model takes: an input or the target of an output.

    Args:
        name: of the Input or output node. shape: of one row; None where any size goes. dtype: the array's.
        what: "input" or "target", for messages.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    what: str = "input"


@dataclass(frozen=True, slots=True)
class Arrays:
    """Rows ready for a program. weights: one float array (rows,) per target, or None."""

    inputs: tuple[Array, ...]
    targets: tuple[Array, ...] = ()
    weights: tuple[Array, ...] | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len((self.inputs or self.targets)[0])

    def part(self, start: int, stop: int) -> "Arrays":
        """Return the rows start..stop as views."""
        cut = slice(start, stop)
        weights = None if self.weights is None else tuple(w[cut] for w in self.weights)
        return Arrays(tuple(a[cut] for a in self.inputs), tuple(a[cut] for a in self.targets), weights)


def gather(values: Any, ports: Sequence[Port], argument: str) -> tuple[Array, ...]:
    """Return one array per port from an array, a list of arrays or a dict by name.

    Raises:
        UsageError: the number of arrays or a name is wrong. DataError: an array has the wrong shape or is no number.
    """
    return tuple(
        _fit(value, port, argument) for value, port in zip(_spread(values, ports, argument), ports, strict=True)
    )


def same_rows(*groups: tuple[Array, ...]) -> int:
    """Return the number of rows that all arrays have; raises DataError when they differ or there are none."""
    counts = {len(array) for group in groups for array in group}
    if len(counts) > 1:
        raise DataError(f"All arrays need the same number of rows; they have {' and '.join(map(str, sorted(counts)))}.")
    if not counts or counts == {0}:
        raise DataError("There must be at least one row; there is none.")
    return counts.pop()


def row_weights(sample_weight: Any, ports: Sequence[Port], rows: int, dtype: str) -> tuple[Array, ...]:
    """Return one weight array (rows,) per target from one array for all, a list or a dict by output name."""
    single = not isinstance(sample_weight, list | tuple | dict) or _is_numbers(sample_weight)
    values = [sample_weight] * len(ports) if single else _spread(sample_weight, ports, "sample_weight")
    made = [np.ones(rows, dtype) if v is None else np.asarray(v, dtype).reshape(-1) for v in values]
    if any(len(w) != rows for w in made):
        raise DataError(f"sample_weight must hold one number per row: {rows}. It holds {len(made[0])}.")
    return tuple(made)


def class_weights(weights: Mapping[Any, float], target: Array, dtype: str) -> Array:
    """Return the weight of each row from the weight of its class; classes that are not named weigh 1.

    target: class indices (rows,) or (rows, 1), or one-hot rows (rows, classes).
    """
    labels = target.reshape(len(target), -1)
    index = np.rint(labels[:, 0] if labels.shape[1] == 1 else labels.argmax(1)).astype(np.int64)
    made = np.ones(len(index), dtype)
    for label, weight in weights.items():
        made[index == int(label)] = weight
    return made


def last_rows(arrays: Arrays, share: float) -> tuple[Arrays, Arrays]:
    """Split off the last rows for validation, as Keras does it: before any shuffling.

    Raises:
        UsageError: the share is not in 0..1, or one part would be empty.
    """
    if not 0 < share < 1:
        raise UsageError(f"validation_split must lie between 0 and 1; it is {share!r:.40}.")
    cut = int(arrays.rows * (1 - share))
    if cut in (0, arrays.rows):
        raise UsageError(
            f"validation_split={share} of {arrays.rows} rows leaves one part empty. Use more rows or another share."
        )
    return arrays.part(0, cut), arrays.part(cut, arrays.rows)


def _spread(values: Any, ports: Sequence[Port], argument: str) -> list[Any]:
    """Return the values in the order of the ports."""
    if isinstance(values, Mapping):
        return [_named(values, port, argument) for port in ports]
    several = isinstance(values, list | tuple) and not _is_numbers(values)
    if several and (len(ports) > 1 or len(values) == 1):
        if len(values) != len(ports):
            names = ", ".join(port.name for port in ports)
            raise UsageError(f"{argument} must hold {len(ports)} arrays ({names}); it holds {len(values)}.")
        return list(values)
    if len(ports) != 1:
        names = ", ".join(port.name for port in ports)
        raise UsageError(f"{argument} must hold {len(ports)} arrays ({names}) as a list or a dict; it is one.")
    return [values]


def _named(values: Mapping[Any, Any], port: Port, argument: str) -> Any:
    if port.name not in values:
        known = ", ".join(map(repr, values))
        raise UsageError(f"{argument} must hold an array for {port.name}; it holds {known:.200}.")
    return values[port.name]


def _is_numbers(values: Any) -> bool:
    """Whether a list holds plain numbers or lists of them (one array) rather than arrays."""
    first = values[0] if isinstance(values, list | tuple) and values else None
    return isinstance(first, int | float | list | tuple) or np.isscalar(first)


def _fit(value: Any, port: Port, argument: str) -> Array:
    array = _numbers(value, port, argument)
    want = len(port.shape) + 1
    if array.ndim == want - 1 and port.shape[-1:] == (1,):
        array = array[..., None]
    elif array.ndim == want + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    right = array.ndim == want and all(w in (None, h) for w, h in zip(port.shape, array.shape[1:], strict=True))
    if not right:
        shape = "(" + "".join(f", {'any' if n is None else n}" for n in port.shape) + ")"
        raise DataError(f"{port.name} needs {argument} of shape (rows{shape[1:]}; it is {np.shape(value)}.")
    return np.ascontiguousarray(array, port.dtype)


def _numbers(value: Any, port: Port, argument: str) -> Array:
    try:
        array = np.asarray(value)
    except ValueError:
        raise DataError(f"{argument} for {port.name} must be one array; its rows differ in length.") from None
    if array.dtype.kind not in "fiub":
        raise DataError(f"{argument} for {port.name} must hold numbers; it holds {array.dtype}.")
    return array
