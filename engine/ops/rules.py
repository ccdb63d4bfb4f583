"""Rules that many ops share: shapes, dtypes and what happens to the rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.errors import UsageError
from engine.ir.value import Shape, Value

Axes = tuple[int, ...] | None
Number = int | float | bool


# ---- shapes ------------------------------------------------------------------------------------------------------
def broadcast(*shapes: Shape, **_: Any) -> Shape:
    """NumPy's broadcasting; raises UsageError when the shapes do not fit."""
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        shown = " and ".join(map(str, shapes))
        raise UsageError(f"Shapes must fit together element by element; they are {shown}.") from None


def normal_axes(axes: int | Axes, ndim: int) -> tuple[int, ...]:
    """Return axes as sorted non-negative numbers; None means all."""
    if axes is None:
        return tuple(range(ndim))
    given = (axes,) if isinstance(axes, int) else axes
    if any(not -ndim <= a < ndim for a in given):
        raise UsageError(f"An axis must lie between {-ndim} and {ndim - 1}; it is {given}.")
    return tuple(sorted({a % ndim for a in given}))


def reduced(shape: Shape, *, axes: tuple[int, ...], keepdims: bool, **_: Any) -> Shape:
    """The shape after a reduction over `axes`."""
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


# ---- dtypes ------------------------------------------------------------------------------------------------------
def result(dtypes: tuple[str, ...]) -> str:
    """The widest float if there is one, else the widest integer, else bool. Integers never widen a float."""
    floats = [d for d in dtypes if d.startswith("float")]
    return str(np.result_type(*(floats or dtypes)))


def same_dtype(dtypes: tuple[str, ...], _: dict[str, Any]) -> str:
    """The common dtype of the arguments."""
    return result(dtypes)


def first_dtype(dtypes: tuple[str, ...], _: dict[str, Any]) -> str:
    """The dtype of the first argument."""
    return dtypes[0]


def bool_dtype(dtypes: tuple[str, ...], _: dict[str, Any]) -> str:
    """Always bool."""
    return "bool"


def given_dtype(dtypes: tuple[str, ...], params: dict[str, Any]) -> str:
    """The setting `dtype`."""
    return str(params["dtype"])


# ---- rows --------------------------------------------------------------------------------------------------------
Batch = Callable[[Value, tuple[bool, ...], int], bool | None]


def elementwise_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Rows stay rows if every argument with rows has all axes, and the others do not vary along axis 0."""
    if not any(carries):
        return False
    for arg, carry in zip(value.args, carries, strict=True):
        full = arg.ndim == value.ndim
        varies = full and arg.shape[0] != 1 and not _uniform(arg)
        if carry is not full if carry else varies:
            return None
    return True


def _uniform(value: Value) -> bool:
    if value.op.name == "broadcast_to":
        inner = value.args[0]
        return inner.ndim < value.ndim or inner.shape[0] == 1 or _uniform(inner)
    return value.number is not None


def reduce_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """A reduction mixes rows when axis 0 is among its axes."""
    return None if carries[0] and 0 in value.params["axes"] else carries[0]


def first_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Only the first argument may have rows."""
    return None if any(carries[1:]) else carries[0]


def all_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Each row of the result comes from the same row of every argument; those without rows do not matter."""
    varies = [
        not c and a.ndim > 0 and a.shape[0] != 1 and not _uniform(a) for a, c in zip(value.args, carries, strict=True)
    ]
    return None if any(carries) and any(varies) else any(carries)


def last_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Rows come from the last argument (indices into a table that does not have them)."""
    return None if any(carries[:-1]) else carries[-1]


def matmul_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Rows of the left matrix stay rows; batched products keep the rows of their batch axis."""
    if not any(carries):
        return False
    if value.ndim == 2:
        return None if carries[1] or value.params["transpose_a"] else True
    fits = [not c or a.ndim == value.ndim for a, c in zip(value.args, carries, strict=True)]
    return True if all(fits) else None


def reshape_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """A reshape keeps rows apart when its first axis is a multiple of the rows."""
    if not carries[0]:
        return False
    return True if value.ndim and value.shape[0] % rows == 0 else None


def transpose_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """A transpose must leave axis 0."""
    return None if carries[0] and value.params["perm"][0] != 0 else carries[0]


def slice_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """A slice must take all rows."""
    return None if carries[0] and value.shape[0] != value.args[0].shape[0] else carries[0]


def concat_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Parts are joined along an axis other than 0, and all of them have rows or are uniform."""
    return None if any(carries) and value.params["axis"] == 0 else all_rows(value, carries, rows)


def pad_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Nothing is added to axis 0."""
    return None if carries[0] and value.params["widths"][0] != (0, 0) else carries[0]


def broadcast_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """The argument has all axes of the result and the same rows."""
    if not carries[0]:
        return False
    arg = value.args[0]
    return True if arg.ndim == value.ndim and arg.shape[0] == value.shape[0] else None


def mixing(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Always mixes rows."""
    return None if any(carries) else False


def drawn_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Random values have rows on axis 0 when its length is a multiple of the rows."""
    return bool(value.shape) and value.shape[0] == rows


def no_rows(value: Value, carries: tuple[bool, ...], rows: int) -> bool | None:
    """Leaves: the compiler says which inputs have rows."""
    return False
