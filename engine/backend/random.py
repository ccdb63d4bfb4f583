"""Random bits keyed by (seed, purpose, node, step, row): the same whatever the number of shards, threads or tiles.

Philox is a counter-based generator: a row's bits begin at a counter made from step and row, so that nothing has to
be drawn before it. Each row starts on a fresh block of four 64-bit words.
"""

import threading
import zlib
from typing import Any, NamedTuple

import numpy as np

BLOCK = 32
"""Bytes of one counter step of Philox."""


DRAWING = threading.local()
"""The Philox of each thread: to set its state is much quicker than to make one, and holds the interpreter less."""
WORD = 0xFFFFFFFFFFFFFFFF


class Stream(NamedTuple):
    """The random state of one step: seed of the run, number of the step, batch position of the first row."""

    seed: int
    step: int
    row: int


def stream_id(purpose: str, node: str) -> int:
    """Return a 64-bit number for a purpose and a node id; the exporters write it as a literal."""
    return zlib.crc32(purpose.encode()) << 32 | zlib.crc32(node.encode())


def random_bytes(seed: int, stream: int, step: int, row: int, rows: int, count: int) -> "np.ndarray[Any, Any]":
    """Return uint8 (rows, blocks * 32) with at least `count` bytes a row, for the batch positions from `row`."""
    blocks = -(-count // 32)
    words: np.ndarray[Any, Any] = philox(seed, stream, row * blocks, step).random_raw(rows * blocks * 4)
    return words.view(np.uint8).reshape(rows, blocks * 32)


def philox(seed: int, stream: int, block: int, step: int) -> np.random.Philox:
    """Return this thread's Philox with this key and counter; the next call changes it."""
    if not hasattr(DRAWING, "bits"):
        DRAWING.bits = np.random.Philox()
    state = {"counter": np.array((block, step, 0, 0), np.uint64), "key": np.array((seed & WORD, stream), np.uint64)}
    DRAWING.bits.state = {
        "bit_generator": "Philox", "state": state, "buffer": np.zeros(4, np.uint64), "buffer_pos": 4,
        "has_uint32": 0, "uinteger": 0,
    }  # fmt: skip
    bits: np.random.Philox = DRAWING.bits
    return bits


def dropout_mask(
    seed: int, stream: int, step: int, row: int, shape: tuple[int, ...], rate: float, dtype: str = "float32"
) -> "np.ndarray[Any, Any]":
    """Return a mask of 0 (with probability `rate`) and 1 / (1 - rate), from two random bytes an element."""
    count = int(np.prod(shape[1:], dtype=int))
    words = random_bytes(seed, stream, step, row, shape[0], 2 * count).view(np.uint16)[:, :count]
    keep = (words >= round(rate * 65536)).reshape(shape)
    mask: np.ndarray[Any, Any] = keep.astype(dtype)
    mask *= mask.dtype.type(1.0 / (1.0 - rate) if rate < 1 else 0.0)
    return mask


def random_normal(
    seed: int, stream: int, step: int, row: int, shape: tuple[int, ...], dtype: str = "float32"
) -> "np.ndarray[Any, Any]":
    """Return standard normal numbers (Box-Muller on 32-bit draws), `shape[0]` rows from batch position `row`."""
    count = int(np.prod(shape[1:], dtype=int))
    draws = random_bytes(seed, stream, step, row, shape[0], 8 * count).view(np.uint32)[:, : 2 * count]
    uniform = (draws.astype(np.float64) + 0.5) / 4294967296.0
    radius = np.sqrt(-2.0 * np.log(uniform[:, :count]))
    made: np.ndarray[Any, Any] = radius * np.cos(2.0 * np.pi * uniform[:, count:])
    return made.reshape(shape).astype(dtype)


def fill_dropout_mask(out: "np.ndarray[Any, Any]", rate: float, seed: int, stream: int, step: int, row: int) -> None:
    """Write the numbers of `dropout_mask` into `out`."""
    rows = out.shape[0]
    count = out.size // rows
    words = random_bytes(seed, stream, step, row, rows, 2 * count).view(np.uint16)[:, :count]
    np.copyto(out, (words >= round(rate * 65536)).reshape(out.shape))
    np.multiply(out, out.dtype.type(1.0 / (1.0 - rate) if rate < 1 else 0.0), out=out)
