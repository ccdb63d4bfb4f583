"""What programs run on, found out in a job: it may load CuPy and ask a driver."""

from dataclasses import dataclass

from studio.text import tr


@dataclass(frozen=True, slots=True)
class Found:
    """The library, what was found and what to do, the same in brief, and the cores."""

    name: str
    text: str
    brief: str
    cores: int


def find() -> Found:
    """Look for a device."""
    from engine.backend import devices

    device, text = devices.choose("auto")
    reason = "" if device == "gpu" else devices.gpu().reason.rstrip(".")
    brief = tr("{reason}. Everything works on the CPU.", reason=reason[:1].upper() + reason[1:]) if reason else text
    return Found("CuPy" if device == "gpu" else "NumPy", text, brief, devices.cores())
