"""Programs for the GPU without a GPU: the stand-in takes the place of CuPy."""

import sys
from types import ModuleType

import pytest

from tests.gpu import standin


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Let `import cupy` give the stand-in."""
    monkeypatch.setitem(sys.modules, "cupy", standin)
    return standin
