"""CuPy: the only module that imports it, and only when a program for the GPU is made or run.

CuPy keeps the memory it has freed for itself, so what other programs show as used does not fall.
"""

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.errors import DeviceError

Array = Any


def module() -> Any:
    """Return CuPy. Raises DeviceError when it is not installed."""
    try:
        import cupy
    except ImportError:
        raise DeviceError("A program for the GPU needs CuPy; it is not installed. Choose the CPU as device.") from None
    return cupy


def free_bytes() -> int:
    """Return how much memory of the card could be taken now, what CuPy keeps for itself included."""
    cp = module()
    return int(cp.cuda.Device().mem_info[0]) + int(cp.get_default_memory_pool().free_bytes())


def upload(array: Array) -> Array:
    """Return an array on the device; the host's own when the memory of the device does not suffice."""
    try:
        return module().asarray(array)
    except MemoryError:
        release()
        return array


def gather(source: Array, index: Any, out: Array) -> None:
    """Copy the rows that an index array or a slice names into a device array. source: on the device or the host."""
    if isinstance(source, np.ndarray):
        out.set(np.ascontiguousarray(source[index if isinstance(index, slice) else index.get()]))
    elif isinstance(index, slice):
        module().copyto(out, source[index])
    else:
        module().take(source, index, axis=0, out=out)


def release() -> None:
    """Give memory that nothing uses back to the card."""
    gc.collect()
    module().get_default_memory_pool().free_all_blocks()


@contextlib.contextmanager
def sentences(rows: int = 0, nbytes: int = 0) -> Iterator[None]:
    """Turn what CuPy raises into DeviceError. rows: of a batch; nbytes: what its program works in."""
    try:
        yield
    except MemoryError:
        text = f"The memory of the GPU does not suffice for batches of {rows} rows: they take {nbytes / 1e6:.0f} MB."
        raise DeviceError(f"{text} Choose a smaller batch size or network, or the CPU as device.") from None
    except RuntimeError as error:
        if type(error).__module__.split(".")[0] not in ("cupy", "cupy_backends"):
            raise
        text = f"The GPU failed: {error!s:.200}. Choose the CPU as device, or start the program again."
        raise DeviceError(text) from None
