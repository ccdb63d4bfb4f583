"""The number of threads that matrix products use: set once for a run, given back after it.

A call of threadpoolctl costs as much as several training steps of a small network, so programs never call it.
"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextlib.contextmanager
def blas_threads(count: int | None) -> Iterator[None]:
    """Let BLAS use `count` threads inside; None leaves it as it is."""
    if count is None:
        yield
        return
    with _controller().limit(limits=count, user_api="blas"):
        yield
