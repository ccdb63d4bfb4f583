"""The CUDA kernels of our own: what CuPy has no call for. Each computes one element of its result from what it reads,
so that nothing is added by several threads at once and the same input gives the same bits.

`$name` stands for a number or type that the compiler fills in; `i` is the position of the element.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

C_TYPES: Mapping[str, str] = {
    "float32": "float", "float64": "double", "bool": "bool", "int8": "signed char", "uint8": "unsigned char",
    "int16": "short", "int32": "int", "int64": "long long", "uint64": "unsigned long long",
}  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """The text of one `cupy.ElementwiseKernel`.

    Args:
        stem: what its name begins with.
        inputs, outputs: (declaration such as "raw float32", name).
        body: statements of C for one element.
    """

    stem: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    body: str

    def source(self, name: str) -> str:
        """Return the Python statement that makes it."""
        body = textwrap.indent(self.body, "    ")
        return (
            f'{name} = cp.ElementwiseKernel(\n    "{_declared(self.inputs)}",\n    "{_declared(self.outputs)}",\n'
            f'    """\n{body}\n    """,\n    "{name}",\n)\n'
        )


def _declared(parameters: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {name}" for kind, name in parameters)


def number(value: Any, dtype: str) -> str:
    """Return a C literal of a dtype."""
    if dtype == "bool":
        return "true" if value else "false"
    if not dtype.startswith("float"):
        return f"{int(value)}" if abs(int(value)) < 2**31 else f"{int(value)}LL"
    end, given = ("f" if dtype == "float32" else ""), float(value)
    if given != given:
        return f"(0.0{end} / 0.0{end})"
    if given in (float("inf"), float("-inf")):
        return f"({'-' if given < 0 else ''}1.0{end} / 0.0{end})"
    text = f"{given!r}{end}"
    return f"({text})" if given < 0 else text


@dataclass(frozen=True)
class Text:
    """A kernel before its numbers are known. inputs, outputs: as in `Kernel`, "$T" standing for the float type."""

    stem: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    body: str

    def filled(self, **values: Any) -> Kernel:
        """Return the kernel with its numbers and types; `T`, `J` are NumPy names of types, `I` is C's."""
        types: dict[str, str] = {k: values[k] for k in values if k in ("T", "J")}
        inner = values | {k: C_TYPES[v] for k, v in types.items()}
        inner |= {"zero": number(0, values["T"]), "one": number(1, values["T"])}
        lists = [tuple((Template(k).substitute(types), n) for k, n in part) for part in (self.inputs, self.outputs)]
        return Kernel(self.stem, lists[0], lists[1], Template(self.body.strip("\n")).substitute(inner))


# ---- looking up --------------------------------------------------------------------------------------------------
TAKE = Text("take", (("raw $T", "table"), ("raw $J", "indices")), (("$T", "out"),), """
$I n = i;
$I row = indices[n / $width];
row = row < 0 ? 0 : row >= $depth ? $depth - 1 : row;
out = table[row * $width + n % $width];
""")  # fmt: skip
TAKE_GRADIENT = Text("take_gradient", (("raw $T", "g"), ("raw int64", "order"), ("raw int64", "starts")),
    (("$T", "out"),), """
$I n = i;
$I row = n / $width;
$T total = $zero;
for ($I k = starts[row]; k < starts[row + 1]; ++k) {
    total += g[order[k] * $width + n % $width];
}
out = total;
""")  # fmt: skip
ONE_HOT = Text("one_hot", (("raw $J", "indices"),), (("$T", "out"),), """
$I n = i;
out = indices[n / $depth] == n % $depth ? $one : $zero;
""")  # fmt: skip
MINUS_ONE_HOT = Text("minus_one_hot", (("$T", "p"), ("raw $J", "indices")), (("$T", "out"),), """
$I n = i;
out = indices[n / $depth] == n % $depth ? p - $one : p;
""")  # fmt: skip
PICK = Text("pick", (("raw $T", "x"), ("raw $J", "indices")), (("$T", "out"),), """
$I n = i;
$I at = indices[n];
at = at < 0 ? 0 : at >= $depth ? $depth - 1 : at;
out = x[n * $depth + at];
""")  # fmt: skip

# ---- windows over images -----------------------------------------------------------------------------------------
IM2COL = Text("im2col", (("raw $T", "image"),), (("$T", "columns"),), """
$I n = i;
$I tap = n / $channels % ($kh * $kw);
$I window = n / ($channels * $kh * $kw);
$I y = window / $across % $down * $sh + tap / $kw * $dh - $top;
$I x = window % $across * $sw + tap % $kw * $dw - $left;
$I row = window / ($down * $across) * $height + y;
bool inside = y >= 0 && y < $height && x >= 0 && x < $width;
columns = inside ? image[(row * $width + x) * $channels + n % $channels] : $zero;
""")  # fmt: skip
COL2IM = Text("col2im", (("raw $T", "columns"),), (("$T", "image"),), """
$I n = i;
$I x = n / $channels % $width + $left;
$I y = n / ($channels * $width) % $height + $top;
$I first = n / ($channels * $width * $height) * $down;
$T total = $zero;
for ($I tap = 0; tap < $kh * $kw; ++tap) {
    $I up = y - tap / $kw * $dh;
    $I back = x - tap % $kw * $dw;
    bool hit = up >= 0 && up % $sh == 0 && up / $sh < $down && back >= 0 && back % $sw == 0 && back / $sw < $across;
    $I window = (first + up / $sh) * $across + back / $sw;
    total += hit ? columns[(window * ($kh * $kw) + tap) * $channels + n % $channels] : $zero;
}
image = total;
""")  # fmt: skip
MAX_POOL2D = Text("max_pool2d", (("raw $T", "image"),), (("$T", "largest"),), """
$I n = i;
$I window = n / $channels;
$I first = window / ($down * $across) * $height;
$T best = -$one / $zero;
for ($I tap = 0; tap < $kh * $kw; ++tap) {
    $I y = window / $across % $down * $sh + tap / $kw - $top;
    $I x = window % $across * $sw + tap % $kw - $left;
    bool inside = y >= 0 && y < $height && x >= 0 && x < $width;
    $T value = inside ? image[((first + y) * $width + x) * $channels + n % $channels] : best;
    best = value > best || value != value ? value : best;
}
largest = best;
""")  # fmt: skip
MAX_POOL2D_GRADIENT = Text("max_pool2d_gradient", (("raw $T", "g"), ("raw $T", "image"), ("raw $T", "largest")),
    (("$T", "out"),), """
$I n = i;
$I x = n / $channels % $width + $left;
$I y = n / ($channels * $width) % $height + $top;
$I row = n / ($channels * $width * $height);
$T mine = image[n];
$T total = $zero;
for ($I tap = 0; tap < $kh * $kw; ++tap) {
    $I up = y - tap / $kw;
    $I back = x - tap % $kw;
    if (up >= 0 && up % $sh == 0 && up / $sh < $down && back >= 0 && back % $sw == 0 && back / $sw < $across) {
        $I window = ((row * $down + up / $sh) * $across + back / $sw) * $channels + n % $channels;
        bool first = largest[window] == mine;
        for ($I before = 0; before < tap; ++before) {
            $I v = up + before / $kw - $top;
            $I u = back + before % $kw - $left;
            bool inside = v >= 0 && v < $height && u >= 0 && u < $width;
            first = first && !(inside && image[((row * $height + v) * $width + u) * $channels + n % $channels] == mine);
        }
        total += first ? g[window] : $zero;
    }
}
out = total;
""")  # fmt: skip
AVG_POOL2D = Text("avg_pool2d", (("raw $T", "image"),), (("$T", "mean"),), """
$I n = i;
$I window = n / $channels;
$I first = window / ($down * $across) * $height;
$T total = $zero;
$T count = $zero;
for ($I tap = 0; tap < $kh * $kw; ++tap) {
    $I y = window / $across % $down * $sh + tap / $kw - $top;
    $I x = window % $across * $sw + tap % $kw - $left;
    bool inside = y >= 0 && y < $height && x >= 0 && x < $width;
    total += inside ? image[((first + y) * $width + x) * $channels + n % $channels] : $zero;
    count += inside ? $one : $zero;
}
mean = total / count;
""")  # fmt: skip
AVG_POOL2D_GRADIENT = Text("avg_pool2d_gradient", (("raw $T", "g"),), (("$T", "out"),), """
$I n = i;
$I x = n / $channels % $width + $left;
$I y = n / ($channels * $width) % $height + $top;
$I first = n / ($channels * $width * $height) * $down;
$T total = $zero;
for ($I tap = 0; tap < $kh * $kw; ++tap) {
    $I up = y - tap / $kw;
    $I back = x - tap % $kw;
    if (up >= 0 && up % $sh == 0 && up / $sh < $down && back >= 0 && back % $sw == 0 && back / $sw < $across) {
        $I top = up < $top ? $top : up;
        $I bottom = up + $kh > $height + $top ? $height + $top : up + $kh;
        $I left = back < $left ? $left : back;
        $I right = back + $kw > $width + $left ? $width + $left : back + $kw;
        $T count = (bottom - top) * (right - left);
        total += g[((first + up / $sh) * $across + back / $sw) * $channels + n % $channels] / count;
    }
}
out = total;
""")  # fmt: skip

# ---- random numbers ----------------------------------------------------------------------------------------------
PHILOX = """
for (int round = 0; round < 10; ++round) {
    unsigned long long high0 = __umul64hi(15197193596820024467ULL, c0);
    unsigned long long high1 = __umul64hi(14581110107779764567ULL, c2);
    unsigned long long low0 = 15197193596820024467ULL * c0;
    unsigned long long low1 = 14581110107779764567ULL * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 11400714819323198485ULL;
    k1 += 13503953896175478587ULL;
}
"""
"""Philox 4x64 with ten rounds (Salmon et al. 2011), as NumPy's generator of that name: its counter begins at 1."""
KEYS = (("uint64", "seed"), ("uint64", "stream"), ("uint64", "step"))
DROPOUT_MASK = Text("dropout_mask", KEYS, (("raw $T", "mask"),), """
unsigned long long c0 = i + 1;
unsigned long long c1 = step;
unsigned long long c2 = 0;
unsigned long long c3 = 0;
unsigned long long k0 = seed;
unsigned long long k1 = stream;
""" + PHILOX.strip("\n") + """
for (int lane = 0; lane < 16; ++lane) {
    $I column = i % $blocks * 16 + lane;
    if (column < $count) {
        unsigned long long word = lane < 4 ? c0 : lane < 8 ? c1 : lane < 12 ? c2 : c3;
        int bits = (word >> (lane % 4 * 16)) & 65535;
        mask[i / $blocks * $count + column] = bits >= $threshold ? $scale : $zero;
    }
}
""")  # fmt: skip
RANDOM_NORMAL = Text("random_normal", KEYS, (("$T", "out"),), """
$I row = i / $count;
double radius = 0.0;
double turn = 0.0;
for (int half = 0; half < 2; ++half) {
    $I at = half * $count + i % $count;
    unsigned long long c0 = row * $blocks + at / 8 + 1;
    unsigned long long c1 = step;
    unsigned long long c2 = 0;
    unsigned long long c3 = 0;
    unsigned long long k0 = seed;
    unsigned long long k1 = stream;
""" + textwrap.indent(PHILOX.strip("\n"), "    ") + """
    int lane = at % 8;
    unsigned long long word = lane < 2 ? c0 : lane < 4 ? c1 : lane < 6 ? c2 : c3;
    unsigned long long bits = (word >> (lane % 2 * 32)) & 4294967295ULL;
    double uniform = ((double)bits + 0.5) / 4294967296.0;
    radius = half == 0 ? sqrt(-2.0 * log(uniform)) : radius;
    turn = uniform;
}
out = radius * cos(6.283185307179586 * turn);
""")  # fmt: skip
