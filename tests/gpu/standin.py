"""A stand-in for CuPy on NumPy: the calls that our programs make, with the same refusals.

Its arrays never become NumPy arrays by themselves and take none, as those of a GPU do not: what would be a hidden copy,
or an error on the device, is a TypeError here. Kernels run the text that the GPU would be given (`c_subset`).
"""

import types
from typing import Any

import numpy as np

from tests.gpu.c_subset import Elements

SCALARS = (bool, int, float, np.generic)


class ndarray:
    """An array "on the device"."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion of a device array to NumPy; use get().")

    def __float__(self) -> float:
        raise TypeError("A device array is read as a number; that waits for the device. Use get().")

    __bool__ = __index__ = __iter__ = __len__ = __float__  # type: ignore[assignment]

    shape = property(lambda self: self._host.shape)
    dtype = property(lambda self: self._host.dtype)
    size = property(lambda self: self._host.size)
    ndim = property(lambda self: self._host.ndim)
    T = property(lambda self: ndarray(self._host.T))

    def get(self, out: Any = None) -> Any:
        if out is None:
            return self._host.copy()
        assert type(out) is np.ndarray
        assert out.flags.c_contiguous
        assert (out.shape, out.dtype) == (self.shape, self.dtype)
        np.copyto(out, self._host)
        return out

    def set(self, array: Any) -> None:
        assert type(array) is np.ndarray
        assert (array.shape, array.dtype) == (self.shape, self.dtype)
        np.copyto(self._host, array)

    def fill(self, value: Any) -> None:
        self._host.fill(scalar(value))

    def view(self, dtype: str) -> "ndarray":
        return window(self, self._host.view(dtype))

    def reshape(self, *shape: Any) -> "ndarray":
        return ndarray(self._host.reshape(*shape))

    def transpose(self, *axes: Any) -> "ndarray":
        return window(self, self._host.transpose(*axes))

    def swapaxes(self, a: int, b: int) -> "ndarray":
        return window(self, self._host.swapaxes(a, b))

    def __getitem__(self, index: Any) -> "ndarray":
        if isinstance(index, ndarray):
            return ndarray(self._host[index._host])
        assert all(isinstance(i, slice | int) for i in (index if isinstance(index, tuple) else (index,)))
        return window(self, np.asarray(self._host[index]))

    def __setitem__(self, index: Any, value: Any) -> None:
        self._host[index] = value._host if isinstance(value, ndarray) else scalar(value)


def window(of: ndarray, host: Any) -> ndarray:
    assert host.size == 0 or np.shares_memory(of._host, host)
    return ndarray(host)


def scalar(value: Any) -> Any:
    if not isinstance(value, SCALARS):
        raise TypeError(f"A {type(value).__name__} meets a device array.")
    return value


def inner(value: Any) -> Any:
    if not isinstance(value, ndarray):
        raise TypeError(f"A device array is wanted; it is {type(value).__name__}.")
    return value._host


# ---- functions ---------------------------------------------------------------------------------------------------
def asarray(array: Any) -> ndarray:
    return array if isinstance(array, ndarray) else ndarray(np.array(array))


def empty(shape: Any, dtype: Any = float) -> ndarray:
    made = np.empty(shape, dtype)
    made.view(np.uint8).fill(0xCD) if made.flags.c_contiguous and made.ndim else None
    return ndarray(made)


def zeros(shape: Any, dtype: Any = float) -> ndarray:
    return ndarray(np.zeros(shape, dtype))


def arange(count: int, dtype: Any = None) -> ndarray:
    return ndarray(np.arange(count, dtype=dtype))


def broadcast_to(x: ndarray, shape: Any) -> ndarray:
    return ndarray(np.broadcast_to(inner(x), shape))


def copyto(out: ndarray, x: ndarray) -> None:
    np.copyto(inner(out), inner(x))


def fitting(out: ndarray, made: Any) -> ndarray:
    """What a call writes into `out`: shape and dtype must be those it has without it."""
    assert (inner(out).shape, inner(out).dtype) == (np.shape(made), np.asarray(made).dtype)
    np.copyto(inner(out), made)
    return out


def dot(a: ndarray, b: ndarray, out: ndarray) -> ndarray:
    assert inner(out).flags.c_contiguous
    assert not np.shares_memory(inner(out), inner(a))
    assert not np.shares_memory(inner(out), inner(b))
    return fitting(out, np.dot(inner(a), inner(b)))


def matmul(a: ndarray, b: ndarray, out: ndarray) -> ndarray:
    return fitting(out, np.matmul(inner(a), inner(b)))


def sum(a: ndarray, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> ndarray:
    return fitting(out, np.sum(inner(a), axis, dtype, keepdims=keepdims))


def max(a: ndarray, axis: Any = None, out: Any = None, keepdims: bool = False) -> ndarray:
    return fitting(out, np.max(inner(a), axis, keepdims=keepdims))


def min(a: ndarray, axis: Any = None, out: Any = None, keepdims: bool = False) -> ndarray:
    return fitting(out, np.min(inner(a), axis, keepdims=keepdims))


def argmax(a: ndarray, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False) -> ndarray:
    return fitting(out, np.argmax(inner(a), axis, keepdims=keepdims))


def concatenate(arrays: Any, axis: int = 0, out: Any = None) -> ndarray:
    return fitting(out, np.concatenate([inner(a) for a in arrays], axis))


def take(a: ndarray, indices: ndarray, axis: Any = None, out: Any = None) -> ndarray:
    return fitting(out, np.take(inner(a), inner(indices), axis))


def argsort(a: ndarray) -> ndarray:
    return ndarray(np.argsort(inner(a), kind="stable").astype(np.int64))


def searchsorted(a: ndarray, values: ndarray) -> ndarray:
    assert inner(a).dtype == inner(values).dtype
    return ndarray(np.searchsorted(inner(a), inner(values)).astype(np.int64))


class ElementwiseKernel:
    """Runs the C of its body; the rules for arguments are CuPy's."""

    def __init__(self, in_params: str, out_params: str, operation: str, name: str = "kernel") -> None:
        self.ins, self.outs = declared(in_params), declared(out_params)
        self.body, self.name = operation, name
        names = [n for _, _, n in (*self.ins, *self.outs)]
        assert name.isidentifier()
        assert "i" not in names
        assert len(set(names)) == len(names)

    def __call__(self, *args: Any, size: int | None = None) -> None:
        assert len(args) == len(self.ins) + len(self.outs), self.name
        pairs = list(zip((*self.ins, *self.outs), args, strict=True))
        arrays = [a._host for (raw, _, _), a in pairs if isinstance(a, ndarray) and not raw]
        assert (size is None) is bool(arrays), f"{self.name}: size is given if and only if all arrays are raw"
        shape = (size,) if size is not None else np.broadcast_shapes(*(a.shape for a in arrays))
        raw, values = {}, {}
        for at, ((is_raw, dtype, name), arg) in enumerate(pairs):
            written = at >= len(self.ins)
            if not isinstance(arg, ndarray):
                assert not written
                values[name] = np.full(np.prod(shape, dtype=int), scalar(arg), dtype)
                continue
            assert arg.dtype == dtype, f"{self.name}: {name} is {dtype}, the array {arg.dtype}"
            if is_raw:
                assert not written or arg._host.flags.c_contiguous
                raw[name] = arg._host.reshape(-1)
            else:
                assert not written or arg.shape == shape, (
                    f"{self.name}: the shape of {name} is {arg.shape}, not {shape}"
                )
                values[name] = np.broadcast_to(arg._host, shape).reshape(-1).copy()
        elements = Elements(int(np.prod(shape, dtype=int)), raw, values)
        elements.run(self.body)
        for (is_raw, _, name), arg in pairs[len(self.ins) :]:
            if not is_raw:
                np.copyto(arg._host, elements.values[name].reshape(shape))


def declared(text: str) -> list[tuple[bool, str, str]]:
    parts = [p.split() for p in text.split(",") if p.strip()]
    return [(p[0] == "raw", p[-2], p[-1]) for p in parts]


# ---- the rest of the module ----------------------------------------------------------------------------------------
class Pool:
    """A memory pool with nothing in it."""

    def free_bytes(self) -> int:
        return 0

    def free_all_blocks(self) -> None:
        return None


class Device:
    """A card with a gigabyte."""

    mem_info = (1 << 30, 1 << 30)


cuda = types.SimpleNamespace(Device=Device)
get_default_memory_pool = Pool
