"""Which device a program runs on: `auto | cpu | gpu`, and a sentence why.

A broken driver can hang or abort a process, so the GPU is tried once in a child process with a time-out.
"""

import functools
import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from engine.errors import UsageError

Device = Literal["cpu", "gpu"]
TIMEOUT_S = 30
TRY = (
    "import cupy; a = cupy.ones((8, 8), 'float32'); b = float((a @ a).sum()); assert b == 512.0;"
    "d = cupy.cuda.Device(); free, total = d.mem_info;"
    "name = cupy.cuda.runtime.getDeviceProperties(d.id)['name'].decode();"
    "print(f'{name}|{total}|{cupy.__version__}')"
)
INSTALL = 'Install it with: python -m pip install "layerwright[gpu-cuda12]" (or gpu-cuda13).'


@dataclass(frozen=True, slots=True)
class Gpu:
    """What was found. `sentence` says what was looked for, what was found and what to do; `reason` is its core."""

    available: bool
    sentence: str
    name: str = ""
    memory_bytes: int = 0
    reason: str = ""


@functools.cache
def gpu() -> Gpu:
    """Look for CuPy, a driver and a card, once per process. Never raises, never takes longer than 30 s."""
    if importlib.util.find_spec("cupy") is None:
        text = f"No GPU is used: CuPy is not installed. {INSTALL} Everything works on the CPU."
        return Gpu(False, text, reason="CuPy is not installed")
    try:
        done = subprocess.run(
            [sys.executable, "-c", TRY], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        reason = f"the CUDA driver did not answer within {TIMEOUT_S} s"
        return Gpu(False, f"No GPU is used: {reason}. The CPU goes on.", reason=reason)
    if done.returncode:
        reason = _why(done.stderr)
        return Gpu(False, f"No GPU is used: {reason} Everything works on the CPU.", reason=reason)
    name, memory, version = done.stdout.strip().splitlines()[-1].split("|")
    return Gpu(True, f"{name} with CuPy {version}.", name, int(memory))


def _why(stderr: str) -> str:
    last = (stderr.strip().splitlines() or ["no message"])[-1]
    known = {
        "InsufficientDriver": "CuPy is installed, but no NVIDIA driver was found. Install the driver of your card.",
        "NoDevice": "CuPy and a driver are installed, but no NVIDIA card was found.",
        "nvrtc": "CuPy is installed, but the CUDA compiler (NVRTC) was not found. " + INSTALL,
        "OutOfMemory": "The card has no free memory. Close other programs that use it.",
    }
    return next((text for key, text in known.items() if key.lower() in stderr.lower()), f"CuPy said: {last:.200}.")


def choose(device: str) -> tuple[Device, str]:
    """Return (device, sentence). A missing GPU is never an error: the CPU goes on and the sentence says why.

    Raises:
        UsageError: device is not auto, cpu or gpu.
    """
    if device not in ("auto", "cpu", "gpu"):
        raise UsageError(f"device must be auto, cpu or gpu; it is {device!r:.40}.")
    if device == "cpu":
        return "cpu", f"NumPy on the CPU, {cores()} cores."
    found = gpu()
    if found.available:
        return "gpu", found.sentence
    return "cpu", found.sentence


def cores() -> int:
    """Return the number of CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
