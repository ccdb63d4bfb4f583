"""`Op`: the one record that declares an op: meaning, shape, derivative, code for each backend, batch rule, samples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import UsageError
from engine.ir.value import Shape, Value, current_scope

Fusion = Literal["elementwise", "reduce", "view", "opaque", "leaf"]
Vjp = Callable[..., tuple[Value | None, ...]]

OPS: dict[str, "Op"] = {}
"""All ops by name; an op enters it when it is made."""


@dataclass(frozen=True)
class Sample:
    """Example arguments of an op: what its tests draw.

    Args:
        shapes: one shape per argument.
        params: the op's settings.
        low, high: floats are drawn uniformly from here.
        integers: position -> exclusive upper bound, for arguments that are indices.
        binary: positions that hold only 0 and 1.
        rows: whether axis 0 of the carrying arguments are rows (False: never a batch).
    """

    shapes: tuple[Shape, ...]
    params: tuple[tuple[str, Any], ...] = ()
    low: float = -2.0
    high: float = 2.0
    integers: tuple[tuple[int, int], ...] = ()
    binary: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Op:
    """What there is to know of an op.

    Args:
        name: unique, an identifier.
        shape: (*shapes, **params) -> shape; raises UsageError for shapes that do not fit.
        eval: (xp, *arrays, **params) -> array, in functions of the array API; the reference. Random ops also
            get `stream`, see `engine.backend.random.Stream`.
        vjp: (g, y, *args, **params) -> one cotangent per argument (None: no derivative), as graph values.
            None: nothing flows back.
        dtype: (dtypes, params) -> dtype.
        numpy: statements that fill `{out}` from `{0}`, `{1}`, ...; `{p[name]}` are settings. Empty: the op is
            a view, a leaf, or always expanded.
        plain: one readable NumPy expression of the same, for exported scripts.
        typed: the meaning of one element as an expression of C, for fused GPU kernels: "({0} + {1})". NaN stays NaN;
            settings that name a dtype arrive as C's name of it.
        fusion: elementwise, reduce, view (no computing), opaque (a call), leaf (an input or constant).
        batch: (value, carries, rows) -> True: axis 0 of the result are rows; False: it does not depend on the rows;
            None: it mixes rows. `carries` says which arguments have rows on axis 0.
        expand: (*args, **params) -> the same in simpler ops, or None; done after differentiation.
        inplace: positions of arguments whose memory the result may take when they die here.
        random: whether it draws bits.
        kernels: names of the functions of `engine.backend.numpy` that `plain` calls.
        samples: example arguments for the tests.
    """

    name: str
    shape: Callable[..., Shape]
    eval: Callable[..., Any]
    vjp: Vjp | None
    dtype: Callable[[tuple[str, ...], dict[str, Any]], str]
    batch: Callable[[Value, tuple[bool, ...], int], bool | None]
    numpy: str = ""
    plain: str = ""
    typed: str = ""
    fusion: Fusion = "opaque"
    expand: Callable[..., Value] | None = None
    inplace: tuple[int, ...] = ()
    random: bool = False
    kernels: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()

    def __post_init__(self) -> None:
        if self.name in OPS:
            raise UsageError(f"The op {self.name} exists already.")
        OPS[self.name] = self

    def __repr__(self) -> str:
        return self.name


def made(op: Op, *args: Value, **params: Any) -> Value:
    """Return a new value of `op`; shape and dtype come from its rules. Raises UsageError when the shapes do not fit."""
    where = current_scope()
    shape = op.shape(*(a.shape for a in args), **params)
    dtype = op.dtype(tuple(a.dtype for a in args), params)
    return Value(op, args, shape, dtype, params, where.origin, where.stage)
