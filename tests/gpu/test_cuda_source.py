"""Every kernel that programs hold is CUDA: NVRTC compiles it, and as C++ it computes what it means."""

import ctypes
import functools
import os
import shutil
import subprocess
from typing import Any, ClassVar

import numpy as np
import pytest

from engine import Sequential
from engine.backend.cuda import Kernel
from engine.compiler.pipeline import compile
from tests.gpu import c_subset, cuda_source, networks, nvrtc, op_samples, standin

TOGETHER = 40
"""Kernels of one source file."""


@functools.cache
def of_ops(dtype: str) -> dict[Kernel, str]:
    """The kernels of every sample of every op."""
    found: dict[Kernel, str] = {}
    for name, op, sample in op_samples.SAMPLES:
        _, kernels = op_samples.function(*op_samples.drawn(op, sample, dtype))
        for kernel in kernels.names:
            found.setdefault(kernel, f"{name.replace('-', '_')}_{len(found)}")
    return found


class Watched(standin.ElementwiseKernel):
    """A kernel of the stand-in that remembers what it was made of."""

    made: ClassVar[list[Kernel]] = []

    def __init__(self, in_params: str, out_params: str, operation: str, name: str) -> None:
        super().__init__(in_params, out_params, operation, name)
        parts = [tuple(tuple(p.strip().rsplit(" ", 1)) for p in t.split(",")) for t in (in_params, out_params)]
        Watched.made.append(Kernel(name, parts[0], parts[1], operation))  # type: ignore[arg-type]


def of_programs() -> dict[Kernel, str]:
    """The kernels of training, testing and predicting, read from the text of the programs."""
    Watched.made = []
    cp = type("cp", (), {"ElementwiseKernel": Watched})
    for stack, loss, optimizer, *_ in networks.CASES.values():
        model = Sequential(stack(), seed=3)
        model.compile(optimizer, loss)
        for mode in ("train", "test", "predict"):
            text = compile(model.definition, mode, 16, device="gpu").source  # type: ignore[arg-type]
            exec(text[: text.index("\ndef ")], {"cp": cp})
    return {kernel: f"{kernel.stem}_{i}" for i, kernel in enumerate(dict.fromkeys(Watched.made))}


# ---- NVRTC -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("where", ["float32", "float64", "programs"])
def test_nvrtc_compiles_every_kernel_without_a_word(where):
    if nvrtc.library() is None:
        pytest.skip("NVRTC is not installed: the package nvidia-cuda-nvrtc exists for Linux alone")
    found = list((of_programs() if where == "programs" else of_ops(where)).items())
    assert len(found) > 20
    for start in range(0, len(found), TOGETHER):
        source = "\n".join(cuda_source.cuda(k, n) for k, n in found[start : start + TOGETHER])
        assert nvrtc.compiled(source) == ""


def test_nvrtc_would_say_what_is_wrong():
    if nvrtc.library() is None:
        pytest.skip("NVRTC is not installed: the package nvidia-cuda-nvrtc exists for Linux alone")
    wrong = Kernel("wrong", (("float32", "a0"),), (("float32", "out"),), "out = max(a0, 0);\nout = nothing;")
    assert "nothing" in nvrtc.compiled(cuda_source.cuda(wrong, "wrong"))


# ---- C++ -------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shared library with all kernels of the ops, float32 and float64."""
    compiler = shutil.which(os.environ.get("CXX", "c++")) or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no C++ compiler (c++, g++ or clang++) was found to run the kernels with")
    place = tmp_path_factory.mktemp("native")
    parts = [cuda_source.cpp(k, f"{n}_{dtype}") for dtype in ("float32", "float64") for k, n in of_ops(dtype).items()]
    (place / "kernels.cpp").write_text(cuda_source.CPP_HEAD + "\n".join(parts), encoding="utf-8")
    command = [compiler, "-O1", "-w", "-shared", "-fPIC", "-ffp-contract=off", "-o", "kernels.so", "kernels.cpp"]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=240)
    return ctypes.CDLL(str(place / "kernels.so"))


class Native(standin.ElementwiseKernel):
    """A kernel of the stand-in that is compiled code."""

    library: Any = None
    dtype = ""

    def __call__(self, *args: Any, size: int | None = None) -> None:
        parts = [(*p, "in") for p in self.ins] + [(*p, "out") for p in self.outs]
        plain = [
            a._host for (raw, *_), a in zip(parts, args, strict=True) if not raw and isinstance(a, standin.ndarray)
        ]
        shape = (size,) if size is not None else np.broadcast_shapes(*(a.shape for a in plain))
        given = []
        for (raw, kind, _, _), arg in zip(parts, args, strict=True):
            if not isinstance(arg, standin.ndarray):
                given.append(np.full(shape, arg, kind))
            else:
                host = arg._host if raw else np.broadcast_to(arg._host, shape)
                given.append(np.array(host, order="C"))
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in given]
        count = ctypes.c_longlong(int(np.prod(shape, dtype=int)))
        getattr(self.library, self.symbol())(*pointers, count)
        for (*_, way), arg, array in zip(parts, args, given, strict=True):
            if way == "out":
                np.copyto(arg._host, array.reshape(arg.shape))

    def symbol(self) -> str:
        body = "\n".join(line.strip() for line in self.body.strip().splitlines())
        ins = tuple((f"{'raw ' * raw}{kind}", name) for raw, kind, name in self.ins)
        for kernel, name in of_ops(self.dtype).items():
            if (kernel.inputs, "\n".join(x.strip() for x in kernel.body.splitlines())) == (ins, body):
                return f"{name}_{self.dtype}"
        raise KeyError(self.name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_compiled_kernels_compute_the_meaning_of_every_op(native, dtype, monkeypatch):
    Native.library, Native.dtype = native, dtype
    monkeypatch.setattr(standin, "ElementwiseKernel", Native)
    tolerance = 5e-6 if dtype == "float32" else 1e-12
    for name, op, sample in op_samples.SAMPLES:
        value, feed = op_samples.drawn(op, sample, dtype)
        found, want = op_samples.run(standin, value, feed), op_samples.meaning(value, feed)
        np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance, err_msg=name)


# ---- the reader of the stand-in --------------------------------------------------------------------------------------
def elements(body: str, **values: Any) -> Any:
    given = {name: np.asarray(v) for name, v in values.items()}
    count = len(next(iter(given.values())))
    made = c_subset.Elements(count, {}, {**given, "out": np.zeros(count)})
    made.run(body)
    return made.values["out"]


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("out = a / 2;", [-3, -2, 2]),
        ("out = a % 4;", [-3, -1, 1]),
        ("out = a < 0 ? -1 : a > 4 ? 1 : 0;", [-1, -1, 1]),
        ("int t = 1; for (int k = 0; k < 3; ++k) { t *= 2; if (a > 0) { t += 1; } } out = t;", [8, 8, 15]),
        ("out = (int)(0.5f + 3) + !(a == 5) * 10;", [13, 13, 3]),
        ("out = 3 - 2 - 1 + 2 * 3 << 1;", [12, 12, 12]),
    ],
)  # fmt: skip
def test_the_reader_reads_c_as_c(body, want):
    np.testing.assert_array_equal(elements(body, a=np.array([-7, -5, 5], np.int32)), want)


def test_the_reader_refuses_what_it_does_not_know():
    with pytest.raises(SyntaxError):
        elements("while (a) { out = 1; }", a=[1.0])


def test_the_upper_half_of_a_product_is_exact():
    a, b = np.array([2**63 + 12345], np.uint64), np.array([15197193596820024467], np.uint64)
    assert int(c_subset.high(a, b)[0]) == (int(a[0]) * int(b[0])) >> 64


def test_the_stand_in_refuses_to_mix_host_and_device():
    x = standin.asarray(np.ones(3, np.float32))
    with pytest.raises(TypeError, match="Implicit conversion"):
        np.asarray(x)
    with pytest.raises(TypeError, match="device array is wanted"):
        standin.copyto(x, np.ones(3, np.float32))
    with pytest.raises(TypeError, match="meets a device array"):
        x[0:1] = np.ones(1)
    with pytest.raises(TypeError, match="waits for the device"):
        float(x)
