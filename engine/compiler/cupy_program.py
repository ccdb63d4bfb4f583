"""`CupyProgram`: a program whose functions, memory, weights and data are on the GPU."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from engine.backend import cupy as device
from engine.compiler.binding import Binding
from engine.compiler.emit_numpy import Emitted
from engine.compiler.parameters import Parameters
from engine.compiler.program import Arena, Array, Arrays, Program
from engine.compiler.resident import Resident
from engine.ir.value import Value

KEPT = 12
"""How many groups of arrays stay on the device: inputs, targets and weights of training, validation and two more."""
BITS = 0xFFFFFFFFFFFFFFFF


class DeviceArena(Arena):
    """Memory of the GPU that programs share, and the data of the running training: uploaded once."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = None
        self._uploads: dict[int, tuple[Any, tuple[Array, ...]]] = {}

    def grow(self, nbytes: int) -> Array:
        """Return the memory, enlarged if it is smaller."""
        if self.memory is None or self.memory.size < nbytes:
            self.memory = None
            self.memory = device.module().empty(max(nbytes, 1), np.uint8)
        return self.memory

    def uploaded(self, arrays: Arrays | None) -> tuple[Array, ...]:
        """Return arrays on the device. The same tuple is uploaded once; what has no room stays on the host."""
        if not arrays:
            return ()
        if id(arrays) not in self._uploads:
            while len(self._uploads) >= KEPT:
                self._uploads.pop(next(iter(self._uploads)))
            self._uploads[id(arrays)] = (arrays, tuple(map(device.upload, arrays)))
        return self._uploads[id(arrays)][1]

    def release(self) -> None:
        """Forget the data; CuPy keeps the memory for what comes next."""
        with self.lock:
            self._uploads.clear()


class CupyProgram(Program):
    """A compiled definition for one mode and one number of rows, on the GPU: see `Program`.

    Weights and slots stay on the device between steps (`Resident`); a step brings back its sums, nothing else.
    Data that change while a tuple of arrays is in use are not seen.

    Raises (while running):
        DeviceError: the memory of the GPU does not suffice, or it failed.
    """

    arena: DeviceArena

    def step(
        self, parameters: Parameters, data: Arrays, targets: Arrays, weights: Arrays | None, index: Any, seed: int,
        step: int, learning_rate: float, totals: Array,
    ) -> float:  # fmt: skip
        """Train on the rows of `index`; see `Program.step`."""
        with device.sentences(self.rows, self.plan.peak_bytes):
            loss = super().step(parameters, data, targets, weights, index, seed, step, learning_rate, totals)
            self._resident.changed()
            return loss

    def test(
        self, parameters: Parameters, data: Arrays, targets: Arrays, weights: Arrays | None, index: Any, totals: Array
    ) -> tuple[Array, ...]:
        """Add the sums of these rows to totals and return the outputs; see `Program.test`."""
        with device.sentences(self.rows, self.plan.peak_bytes):
            return super().test(parameters, data, targets, weights, index, totals)

    def predict(self, parameters: Parameters, data: Arrays, index: Any) -> tuple[Array, ...]:
        """Return the outputs of these rows; see `Program.predict`."""
        with device.sentences(self.rows, self.plan.peak_bytes):
            return super().predict(parameters, data, index)

    def release(self) -> None:
        """Forget the data that lie on the device."""
        self.arena.release()

    def lack(self) -> str:
        """Return "" when the free memory of the device suffices for program and weights, else a sentence."""
        layout = self.lowered.layout
        numbers = layout.size + layout.trainable * (1 + len(layout.slots))
        need, free = self.plan.peak_bytes + numbers * np.dtype(layout.dtype).itemsize, device.free_bytes()
        if need <= free + (0 if self.arena.memory is None else self.arena.memory.size):
            return ""
        sizes = f"batches of {self.rows} rows take {need / 1e6:.1f} MB on the GPU, {free / 1e6:.1f} are free"
        return f"The CPU does it: {sizes}."

    # ---- memory --------------------------------------------------------------------------------------------------
    _resident: Resident

    def _ready(self, parameters: Parameters) -> None:
        cp = device.module()
        resident = Resident.of(parameters, cp)
        resident.ready()
        known = parameters is self._parameters and resident is self._resident
        if not known or self.arena.memory is not self._memory:
            self._memory = self.arena.grow(self.plan.peak_bytes)
            self._parameters, self._resident = parameters, resident
            _Binder(self, cp).bind()


class _Binder:
    """Gives the functions of a program their arrays on the device."""

    def __init__(self, program: CupyProgram, cp: Any) -> None:
        self.program, self.cp, self.code = program, cp, program._code
        self.names = {str(leaf.params["name"]): key for key, leaf in program.lowered.weights.items()}
        self.kernels: dict[str, Any] = {"cp": cp, "math": math, "__name__": "layerwright"}
        exec(program._compiled["kernels"], self.kernels)
        dtype = program.lowered.layout.dtype
        self.sums = cp.zeros(max(1, program._sums.shape[1]), dtype)
        self.penalties = cp.zeros(max(1, len(program.lowered.layout.entries)), dtype)
        self.outputs = tuple(cp.empty(o.shape, o.dtype) for o in program.outputs)

    def bind(self) -> None:
        program = self.program
        (rows,) = self.code.rows.values()
        program._run_parts = partial(self._run, self._function(rows, self.sums))
        program._before, program._after, program._update = self._before(), self._after(), self._update()

    def _function(self, emitted: Emitted, sums: Array) -> Any:
        names = bind(emitted.bindings, self.program._memory, partial(self._leaf, sums), dict(self.kernels))
        exec(self.program._compiled[emitted.name], names)
        return names[emitted.name]

    def _leaf(self, sums: Array, value: Value) -> Array:
        kind, at = value.params["kind"], value.params["at"]
        if kind == "sum":
            return sums[at : at + 1].reshape(())
        if kind == "output":
            return self.outputs[at]
        if kind == "gradient":
            return self.program._resident.gradient(at, value.shape, value.size)
        return self.program._resident.weight(*self.names[str(value.params["name"])])

    # ---- running -------------------------------------------------------------------------------------------------
    def _run(self, run: Any, data: Arrays, targets: Arrays, weights: Any, index: Any, seed: int, step: int) -> None:
        program, arena = self.program, self.program.arena
        where = index if isinstance(index, slice) else self.cp.asarray(np.ascontiguousarray(index, np.int64))
        given = arena.uploaded(data), arena.uploaded(targets), arena.uploaded(weights)
        run(*given, where, np.uint64(seed & BITS), np.uint64(step))
        program._sums[0] = self.sums.get()[: program._sums.shape[1]]
        for host, made in zip(program.outputs, self.outputs, strict=True):
            made.get(out=host)

    def _before(self) -> Any:
        if self.code.before is None:
            return lambda _: 0.0
        run = self._function(self.code.before, self.penalties)

        def before(_: Any) -> float:
            run((), (), (), (), 0, 0)
            return float(self.penalties.get().sum())

        return before

    def _after(self) -> Any:
        if self.code.after is None:
            return None
        return partial(self._function(self.code.after, self.penalties), (), (), (), (), 0, 0)

    def _update(self) -> Any:
        if self.code.update is None:
            return lambda rate, t: None
        run, vectors = self._function(self.code.update, self.sums), self.program._resident.vectors
        layout = self.program.lowered.layout
        weights = vectors["weights"][: layout.trainable]
        return partial(run, weights, vectors["gradients"], *(vectors[name] for name in layout.slots))


def bind(
    bindings: Sequence[Binding], memory: Array, leaf: Callable[[Value], Array], names: dict[str, Any]
) -> dict[str, Any]:
    """Return the globals of a function: `names` (with "cp") and what the bindings say.

    memory: uint8 vector on the device for the buffers. leaf: leaf value -> its array.
    """
    for binding in bindings:
        value = binding.value
        if binding.kind == "leaf":
            names[binding.name] = leaf(value)
        elif binding.kind == "view":
            names[binding.name] = eval(value, names)
        elif binding.kind == "buffer":
            names[binding.name] = _buffer(memory, *value)
        else:
            names[binding.name] = MAKE[binding.kind](names["cp"], value)
    return names


def _buffer(memory: Array, offset: int, shape: tuple[int, ...], dtype: str) -> Array:
    nbytes = math.prod(shape) * np.dtype(dtype).itemsize
    return memory[offset : offset + nbytes].view(dtype).reshape(shape)


MAKE: Mapping[str, Any] = {
    "number": lambda cp, value: cp.asarray(np.asarray(value[0], value[1])),
    "array": lambda cp, value: cp.asarray(np.array(np.broadcast_to(np.asarray(value[0], value[2]), value[1]))),
    "range": lambda cp, value: cp.arange(value[0], dtype=value[1]),
    "uint64": lambda cp, value: np.uint64(value),
    "kernel": lambda cp, value: getattr(device, value),
}
