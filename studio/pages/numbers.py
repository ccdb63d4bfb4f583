"""Numbers as the pages show them: few digits, honest units, a dash for what is not known."""

import math

NONE = "–"
SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
COUNTS = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))


def whole(value: int) -> str:
    """Return 5887 as "5,887"."""
    return f"{value:,}"


def size(count: float) -> str:
    """Return bytes with a unit: "812 B", "23.5 kB", "0.41 MB"."""
    for unit, factor in SIZES:
        if count >= factor:
            return f"{_three(count / factor)} {unit}"
    return f"{int(count)} B"


def work(count: float, unit: str = "FLOP") -> str:
    """Return a count of operations with a prefix: "11.7 kFLOP"."""
    for prefix, factor in COUNTS:
        if count >= factor:
            return f"{_three(count / factor)} {prefix}{unit}"
    return f"{int(count)} {unit}"


def figure(value: float | None, digits: int = 3) -> str:
    """Return a metric with `digits` decimals; large values with fewer, tiny ones in powers of ten."""
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    if 0 < size < 10**-digits:
        return f"{value:.1e}".replace("-", "−", 1) if value < 0 else f"{value:.1e}"
    return f"{value:.{digits if size < 10 else max(digits - 1, 0)}f}".replace("-", "−")


def clock(seconds: float | None) -> str:
    """Return a duration to come or gone as "0:14" or "1:02:05"; a dash when it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def duration(seconds: float | None) -> str:
    """Return a measured time: "38 ms", "0.61 s", "12.4 s", "3 min 20 s"."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if seconds < 0.1:
        return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
    if seconds < 100:
        return f"{seconds:.{2 if seconds < 10 else 1}f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def rate(value: float) -> str:
    """Return a learning rate as people write it: "0.001", "3e-05"."""
    return f"{value:.3g}"


def shape(sizes: tuple[int | None, ...] | None, rows: int | None = None) -> str:
    """Return a shape as "(64, 18)", with the batch size in front when `rows` is given; "( ? )" when unknown."""
    if sizes is None:
        return "( ? )"
    inner = ", ".join("?" if n is None else str(n) for n in ((rows, *sizes) if rows is not None else sizes))
    return f"({inner})"


def _three(value: float) -> str:
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"
