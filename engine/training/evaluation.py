"""Passes over rows without learning: figures of a model and its outputs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import numpy as np

from engine.compiler.parameters import Parameters
from engine.compiler.program import Program
from engine.training.arrays import Array, Arrays
from engine.training.meters import Meters
from engine.training.report import Logs
from engine.training.setup import Programs
from engine.training.threads import blas_threads

FEW = 64
"""Rows up to which the number of BLAS threads does not matter."""


def pieces(rows: int, most: int) -> Iterator[slice]:
    """Cut rows into pieces of powers of two, at most `most` rows each: few programs, no padding."""
    start, size = 0, 1 << (max(most, 1).bit_length() - 1)
    while start < rows:
        while size > rows - start:
            size //= 2
        yield slice(start, start + size)
        start += size


def measure(
    programs: Programs, parameters: Parameters, arrays: Arrays, gauge: Callable[[Program], Meters], batch_size: int
) -> Logs:
    """Return loss and metrics over all rows, dropout off; regularization counts in the loss, as in Keras."""
    meters, totals = None, None
    with _blas(arrays.rows):
        for index in pieces(arrays.rows, batch_size):
            program = programs("test", index.stop - index.start, arrays.weights is not None)
            meters = meters or gauge(program)
            totals = meters.zeros() if totals is None else totals
            found = program.test(parameters, arrays.inputs, arrays.targets, arrays.weights, index, totals)
            meters.update(found, arrays, index)
    return meters.logs(totals) if meters and totals is not None else {}


def outputs(
    programs: Programs, parameters: Parameters, inputs: tuple[Array, ...], batch_size: int
) -> tuple[Array, ...]:
    """Return the outputs for all rows, one array per output."""
    rows = len(inputs[0])
    made: list[Array] = []
    with _blas(rows):
        for index in pieces(rows, batch_size):
            found = programs("predict", index.stop - index.start, False).predict(parameters, inputs, index)
            if not made:
                made = [np.empty((rows, *array.shape[1:]), array.dtype) for array in found]
            for whole, array in zip(made, found, strict=True):
                whole[index] = array
    return tuple(made)


def _blas(rows: int) -> AbstractContextManager[None]:
    """One BLAS thread, as programs split large batches themselves; for a few rows the call costs more than it gives."""
    return blas_threads(1 if rows > FEW else None)
