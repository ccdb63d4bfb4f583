"""`Resident`: the vectors of `Parameters` on the GPU, and who holds the newest values of each: host or device."""

from typing import Any

from engine.backend import cupy as device
from engine.compiler.parameters import GRADIENTS, WEIGHTS, Parameters

Array = Any


class Resident:
    """Copies of the vectors in the memory of the device.

    A vector is *ahead* when a program has changed it since the host looked, and *touched* when the host has been given
    it since: it may have written there, so it is copied to the device before the next step.
    """

    def __init__(self, parameters: Parameters, cp: Any) -> None:
        self._host = parameters.vectors
        self.vectors = {name: cp.asarray(vector) for name, vector in self._host.items()}
        self._views = {e: self.vectors[WEIGHTS][e.offset : e.stop].reshape(e.shape) for e in parameters.layout.entries}
        self._layout = parameters.layout
        self._ahead: set[str] = set()
        self._touched: set[str] = set()

    @classmethod
    def of(cls, parameters: Parameters, cp: Any) -> "Resident":
        """Return the vectors of these parameters on the device, copied there when they are not."""
        if not isinstance(parameters.mirror, cls):
            parameters.mirror = cls(parameters, cp)
        return parameters.mirror

    # ---- host ----------------------------------------------------------------------------------------------------
    def pull(self, name: str, to_write: bool) -> None:
        """Let the host have the newest values of a vector. to_write: it may change them."""
        if name in self._ahead:
            with device.sentences():
                self.vectors[name].get(out=self._host[name])
            self._ahead.discard(name)
        if to_write:
            self._touched.add(name)

    # ---- device --------------------------------------------------------------------------------------------------
    def ready(self) -> None:
        """Let the device have the newest values of all vectors."""
        for name in self._touched:
            self.vectors[name].set(self._host[name])
        self._touched.clear()

    def changed(self) -> None:
        """Say that a step has changed all vectors."""
        self._ahead.update(self.vectors)

    def weight(self, node: str, weight: str) -> Array:
        """Return a weight on the device."""
        return self._views[self._layout.entry(node, weight)]

    def gradient(self, start: int, shape: tuple[int, ...], size: int) -> Array:
        """Return a piece of the gradient vector on the device."""
        return self.vectors[GRADIENTS][start : start + size].reshape(shape)
