"""TrainingState: everything that a stopped run needs to go on as if it had never stopped, as arrays and plain JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DeviceError, ProjectError

FORMAT = 1
Array = NDArray[Any]


@dataclass(frozen=True)
class TrainingState:
    """A run between two batches.

    Args:
        arrays: weights, slots, row order, running sums, kept weights of callbacks, batch losses (safetensors-able).
        values: plain JSON: counters, seed, learning rate, callback memory, history rows, the plan.
    """

    arrays: Mapping[str, Array]
    values: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one safetensors file; the JSON values are its metadata. Raises DeviceError as `write`."""
        write(path, self.arrays, {"layerwright": json.dumps({"format": FORMAT, "values": self.values})})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "TrainingState":
        """Read what `save` wrote; raises ProjectError when the file is missing, damaged or from a newer version."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
                known = json.loads((file.metadata() or {}).get("layerwright", "null"))
        except (OSError, SafetensorError, ValueError) as error:
            raise ProjectError(f"The saved training state {Path(path).name} cannot be read: {error}.") from None
        if not isinstance(known, dict) or known.get("format") != FORMAT:
            raise ProjectError(f"{Path(path).name} is no training state of this version of Layerwright.")
        return cls(arrays, known["values"])


def write(path: str | os.PathLike[str], arrays: Mapping[str, Array], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file: beside its place first, then moved there. Raises DeviceError when that cannot be."""
    from safetensors.numpy import save

    beside = Path(f"{os.fspath(path)}.part")
    try:
        beside.write_bytes(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, metadata))
        os.replace(beside, path)
    except OSError as error:
        raise DeviceError(f"{Path(path).name} cannot be written: {error.strerror or error}.") from None
