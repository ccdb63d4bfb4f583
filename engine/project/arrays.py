"""Arrays of a run: read-only, parsed from safetensors when first asked for, checked against what the run recorded."""

import hashlib
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ProjectError

HEADER = 8 << 20
Array = NDArray[Any]
DTYPES = {"float32", "float64", "int64", "int32", "uint32", "uint64", "uint8", "bool"}


class Arrays(Mapping[str, Array]):
    """A mapping of names to read-only arrays, in memory or still packed.

    Args:
        made: the arrays themselves; they are copied only when they could still be written to.
        packed: or the bytes of a safetensors file (or a function that reads them), with `tensors` saying what is in it.
        tensors: name -> [dtype, [shape]]. sha256: of the packed bytes.
        where: how messages call it.
    """

    def __init__(
        self,
        made: Mapping[str, Array] | None = None,
        *,
        packed: bytes | Callable[[], bytes] | None = None,
        tensors: Mapping[str, list[Any]] | None = None,
        sha256: str = "",
        where: str = "arrays",
    ) -> None:
        self._packed, self._sha256, self._where = packed, sha256, where
        self._made = None if made is None else {name: _frozen(array) for name, array in made.items()}
        self.tensors: dict[str, list[Any]] = dict(tensors or {}) if made is None else _describe(self._made or {})

    def __getitem__(self, name: str) -> Array:
        return self._arrays()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def starting(self, prefix: str) -> dict[str, Array]:
        """Return the arrays whose names begin with `prefix`, without it."""
        return {name.removeprefix(prefix): self[name] for name in self if name.startswith(prefix)}

    def file(self) -> bytes:
        """Return the safetensors file; raises ProjectError when it is not what the run recorded."""
        if callable(self._packed):
            self._packed = self._checked(self._packed())
        if self._packed is None:
            from safetensors.numpy import save

            self._packed = save({name: np.ascontiguousarray(array) for name, array in self._arrays().items()})
        return self._packed

    def digest(self) -> str:
        """Return the sha256 of the file."""
        return hashlib.sha256(self.file()).hexdigest()

    def _checked(self, packed: bytes) -> bytes:
        expected = {name: (dtype, list(shape)) for name, (dtype, shape) in self.tensors.items()}
        if hashlib.sha256(packed).hexdigest() != self._sha256 or _table(packed, self._where) != expected:
            raise ProjectError(f"{self._where} is damaged: it does not hold the arrays that the run recorded.")
        return packed

    def _arrays(self) -> dict[str, Array]:
        if self._made is None:
            from safetensors import SafetensorError
            from safetensors.numpy import load

            try:
                self._made = {name: _frozen(array) for name, array in load(self.file()).items()}
            except (SafetensorError, ValueError, KeyError, TypeError) as error:
                raise ProjectError(f"{self._where} is damaged: {error}.") from None
        return self._made


_NAMES = {
    "F32": "float32", "F64": "float64", "I64": "int64", "I32": "int32", "U32": "uint32", "U64": "uint64", "U8": "uint8",
    "BOOL": "bool",
}  # fmt: skip


def _frozen(array: Array) -> Array:
    if array.dtype.name not in DTYPES:
        raise ProjectError(f"An array of a run must hold plain numbers; it holds {array.dtype.name}.")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def _describe(arrays: Mapping[str, Array]) -> dict[str, list[Any]]:
    return {name: [array.dtype.name, list(array.shape)] for name, array in arrays.items()}


def _table(data: bytes, where: str) -> dict[str, tuple[str, list[int]]]:
    """Return name -> (dtype, shape) of a safetensors file, its length bounded."""
    size = struct.unpack_from("<Q", data)[0] if len(data) >= 8 else HEADER + 1
    if size > HEADER or size + 8 > len(data):
        raise ProjectError(f"{where} is damaged: its table is missing or too long.")
    try:
        table = json.loads(data[8 : 8 + size])
        return {n: (_NAMES[v["dtype"]], list(v["shape"])) for n, v in table.items() if n != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ProjectError(f"{where} is damaged: its table cannot be read.") from None
