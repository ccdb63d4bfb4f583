"""The text of a kernel as whole source files: CUDA for NVRTC, C++ for the compiler of this machine."""

from engine.backend.cuda import C_TYPES, Kernel


def _arguments(kernel: Kernel) -> list[tuple[bool, str, str, bool]]:
    """(raw, C type, name, written) of all parameters."""
    both = [(*p, False) for p in kernel.inputs] + [(*p, True) for p in kernel.outputs]
    return [(kind.startswith("raw "), C_TYPES[kind.split()[-1]], name, written) for kind, name, written in both]


def _signature(kernel: Kernel) -> str:
    parts = [
        f"{'' if written else 'const '}{kind} *{name if raw else '_' + name}"
        for raw, kind, name, written in _arguments(kernel)
    ]
    return ", ".join([*parts, "long long _n"])


def _loop(kernel: Kernel, head: str) -> str:
    elements = [
        f"        {'' if written else 'const '}{kind} &{name} = _{name}[i];"
        for raw, kind, name, written in _arguments(kernel)
        if not raw
    ]
    body = [f"        {line}" for line in kernel.body.splitlines()]
    return "\n".join([head, *elements, *body, "    }", "}", ""])


def cuda(kernel: Kernel, name: str) -> str:
    """Return a kernel that does every element, as CuPy builds it: arrays that are not raw are read by reference."""
    head = (
        f'extern "C" __global__ void {name}({_signature(kernel)}) {{\n'
        "    long long first = (long long)blockIdx.x * blockDim.x + threadIdx.x;\n"
        "    for (long long i = first; i < _n; i += (long long)gridDim.x * blockDim.x) {"
    )
    return _loop(kernel, head)


def cpp(kernel: Kernel, name: str) -> str:
    """Return the same as a function of C++."""
    head = f'extern "C" void {name}({_signature(kernel)}) {{\n    for (long long i = 0; i < _n; ++i) {{'
    return _loop(kernel, head)


CPP_HEAD = """#include <cmath>
using namespace std;
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)(((unsigned __int128)a * b) >> 64);
}
"""
