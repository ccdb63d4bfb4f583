"""A reader of the C that our kernels are written in, which does all elements of a kernel at once with NumPy.

Declarations, assignments, `for`, `if`, conditional expressions, casts, calls and indexing, with C's types and C's
integer division. It reads the very text that the GPU is given, so what it computes is what the text means.
"""

import functools
import math
import re
from typing import Any

import numpy as np

from engine.backend.cuda import C_TYPES

TYPES = {
    "float": np.float32, "double": np.float64, "bool": np.bool_, "int": np.int32, "long long": np.int64,
    "unsigned long long": np.uint64, "short": np.int16, "signed char": np.int8, "unsigned char": np.uint8,
}  # fmt: skip
WORDS = sorted(TYPES, key=len, reverse=True)
TOKEN = re.compile(
    r"\s*(?:(?P<type>" + "|".join(WORDS) + r")\b|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:ULL|LL|f)?)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\+\+|<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|[-+*/%<>=!?:;,(){}\[\]&|^]))"
)
LEVELS = (("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("<<", ">>"), ("+", "-"),
          ("*", "/", "%"))  # fmt: skip


def tokens(text: str) -> list[tuple[str, str]]:
    """Return (kind, text) of all tokens; raises SyntaxError for what is not C of ours."""
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(f"no token of ours: {text[at : at + 20]!r}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return [*found, ("end", "")]


class Reader:
    """Tokens -> nested tuples."""

    def __init__(self, text: str) -> None:
        self.tokens, self.at = tokens(text), 0

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def next(self, wanted: str = "") -> tuple[str, str]:
        token = self.tokens[self.at]
        if wanted and token[1] != wanted:
            raise SyntaxError(f"{wanted!r} is wanted, {token[1]!r} is there")
        self.at += 1
        return token

    # ---- statements ----------------------------------------------------------------------------------------------
    def statements(self, end: str = "") -> list[Any]:
        made = []
        while self.tokens[self.at][0] != "end" and self.peek() != end:
            made.append(self.statement())
        return made

    def block(self) -> list[Any]:
        self.next("{")
        made = self.statements("}")
        self.next("}")
        return made

    def statement(self) -> Any:
        if self.peek() == "for":
            self.next()
            self.next("(")
            start, test = self.simple(";"), self.expression()
            self.next(";")
            step = self.simple(")")
            return "for", start, test, step, self.block()
        if self.peek() == "if":
            self.next()
            self.next("(")
            test = self.expression()
            self.next(")")
            return "if", test, self.block()
        return self.simple(";")

    def simple(self, end: str) -> Any:
        kind, text = self.next()
        if kind == "type":
            name = self.next()[1]
            self.next("=")
            made: Any = ("declare", text, name, self.expression())
        elif text == "++":
            made = ("assign", "+=", self.next()[1], None, ("number", "1"))
        else:
            index = None
            if self.peek() == "[":
                self.next()
                index = self.expression()
                self.next("]")
            made = ("assign", self.next()[1], text, index, self.expression())
        self.next(end)
        return made

    # ---- expressions ---------------------------------------------------------------------------------------------
    def expression(self) -> Any:
        test = self.level(0)
        if self.peek() != "?":
            return test
        self.next()
        first = self.expression()
        self.next(":")
        return "choice", test, first, self.expression()

    def level(self, depth: int) -> Any:
        if depth == len(LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while self.peek() in LEVELS[depth]:
            sign = self.next()[1]
            left = ("two", sign, left, self.level(depth + 1))
        return left

    def unary(self) -> Any:
        if self.peek() in ("-", "!", "+"):
            sign = self.next()[1]
            return "one", sign, self.unary()
        if self.peek() == "(" and self.tokens[self.at + 1][0] == "type":
            self.next()
            kind = self.next()[1]
            self.next(")")
            return "cast", kind, self.unary()
        return self.primary()

    def primary(self) -> Any:
        kind, text = self.next()
        if text == "(":
            inner = self.expression()
            self.next(")")
            return inner
        if kind == "number":
            return "number", text
        if kind != "name":
            raise SyntaxError(f"a value is wanted, {text!r} is there")
        if self.peek() == "(":
            self.next()
            args = []
            while self.peek() != ")":
                args.append(self.expression())
                if self.peek() == ",":
                    self.next()
            self.next(")")
            return "call", text, args
        if self.peek() == "[":
            self.next()
            index = self.expression()
            self.next("]")
            return "at", text, index
        return "name", text


@functools.cache
def read(text: str) -> tuple[Any, ...]:
    """Return the statements of a body."""
    return tuple(Reader(text).statements())


# ---- meaning -----------------------------------------------------------------------------------------------------
class Elements:
    """The variables of all elements of a kernel; each is a vector with one entry an element.

    raw: name -> flat array that is indexed. values: name -> vector. Results are written into both.
    """

    def __init__(self, count: int, raw: dict[str, Any], values: dict[str, Any]) -> None:
        self.count, self.raw, self.values = count, raw, {"i": np.arange(count), **values}

    def run(self, body: str) -> None:
        with np.errstate(all="ignore"):
            self.do(read(body), np.ones(self.count, bool))

    def do(self, statements: Any, active: Any) -> None:
        for statement in statements:
            getattr(self, "do_" + statement[0])(active, *statement[1:])

    def do_declare(self, active: Any, kind: str, name: str, expression: Any) -> None:
        self.values[name] = cast(self.of(expression), TYPES[kind], self.count)

    def do_assign(self, active: Any, sign: str, name: str, index: Any, expression: Any) -> None:
        value = self.of(expression)
        if index is not None:
            where = np.broadcast_to(self.of(index), self.count)[active]
            target = self.raw[name]
            assert where.size == 0 or (where.min() >= 0 and where.max() < target.size), f"{name} is written outside"
            target[where] = cast(value, target.dtype.type, self.count)[active]
            return
        old = self.values[name]
        value = value if sign == "=" else two(sign[0], old, value)
        self.values[name] = np.where(active, cast(value, old.dtype.type, self.count), old)

    def do_if(self, active: Any, test: Any, inner: Any) -> None:
        self.do(inner, active & np.broadcast_to(self.of(test).astype(bool), self.count))

    def do_for(self, active: Any, start: Any, test: Any, step: Any, inner: Any) -> None:
        self.do([start], active)
        active = active & np.broadcast_to(self.of(test).astype(bool), self.count)
        while active.any():
            self.do(inner, active)
            self.do([step], active)
            active = active & np.broadcast_to(self.of(test).astype(bool), self.count)

    def of(self, expression: Any) -> Any:
        kind, *parts = expression
        return getattr(self, "of_" + kind)(*parts)

    def of_number(self, text: str) -> Any:
        if text.endswith("ULL"):
            return np.asarray(int(text[:-3]), np.uint64)
        if text.endswith("f"):
            return np.asarray(float(text[:-1]), np.float32)
        if "." in text or "e" in text.lower():
            return np.asarray(float(text))
        return np.asarray(int(text.removesuffix("LL")), np.int64 if text.endswith("LL") else np.int32)

    def of_name(self, name: str) -> Any:
        return np.asarray(name == "true") if name in ("true", "false") else self.values[name]

    def of_at(self, name: str, index: Any) -> Any:
        where, array = self.of(index), self.raw[name]
        return array[np.clip(where, 0, max(array.size - 1, 0))]

    def of_one(self, sign: str, inner: Any) -> Any:
        value = self.of(inner)
        if sign == "!":
            return ~value.astype(bool)
        value = value.astype(np.int32) if value.dtype == bool else value
        return -value if sign == "-" else value

    def of_two(self, sign: str, left: Any, right: Any) -> Any:
        return two(sign, self.of(left), self.of(right))

    def of_choice(self, test: Any, first: Any, second: Any) -> Any:
        a, b = alike(self.of(first), self.of(second))
        return np.where(self.of(test).astype(bool), a, b)

    def of_cast(self, kind: str, inner: Any) -> Any:
        return cast(self.of(inner), TYPES[kind])

    def of_call(self, name: str, args: Any) -> Any:
        return CALLS[name](*map(self.of, args))


def cast(value: Any, kind: Any, count: int | None = None) -> Any:
    made = np.asarray(value).astype(kind)
    return made if count is None else np.array(np.broadcast_to(made, count))


def alike(a: Any, b: Any) -> tuple[Any, Any]:
    """C's usual conversions: the wider float, else 64 bits, unsigned first, else int."""
    kinds = {a.dtype, b.dtype}
    floats = [k for k in kinds if k.kind == "f"]
    whole = [k for k in (np.dtype("uint64"), np.dtype("int64")) if k in kinds]
    both = max(floats, key=lambda k: k.itemsize) if floats else whole[0] if whole else np.dtype("int32")
    if kinds == {np.dtype(bool)}:
        both = np.dtype(bool)
    return a.astype(both), b.astype(both)


def two(sign: str, a: Any, b: Any) -> Any:
    if sign in ("&&", "||"):
        return (np.logical_and if sign == "&&" else np.logical_or)(a, b)
    if sign in ("<<", ">>"):
        return (np.left_shift if sign == "<<" else np.right_shift)(a, b.astype(a.dtype))
    a, b = alike(a, b)
    if a.dtype == bool and sign in "+-*/%":
        a, b = a.astype(np.int32), b.astype(np.int32)
    if sign in "/%" and a.dtype.kind in "iu":
        return whole(sign, a, b)
    return SIGNS[sign](a, b)


def whole(sign: str, a: Any, b: Any) -> Any:
    """Integer division that cuts off towards zero, and its remainder."""
    share = np.where(a < 0, -(-a // b), a // b) if a.dtype.kind == "i" else a // b
    return share if sign == "/" else a - share * b


SIGNS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "<": np.less, ">": np.greater, "<=": np.less_equal,
    ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal, "&": np.bitwise_and, "|": np.bitwise_or,
    "^": np.bitwise_xor,
}  # fmt: skip


def high(a: Any, b: Any) -> Any:
    """The upper 64 bits of a product of two unsigned 64-bit numbers."""
    a, b = np.broadcast_arrays(a, b)
    mask, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    a0, a1, b0, b1 = a & mask, a >> shift, b & mask, b >> shift
    middle = a1 * b0 + (a0 * b0 >> shift)
    other = a0 * b1 + (middle & mask)
    return a1 * b1 + (middle >> shift) + (other >> shift)


def error_function(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


CALLS = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "expm1": np.expm1, "sqrt": np.sqrt, "tanh": np.tanh,
    "fabs": np.abs, "cos": np.cos, "pow": lambda a, b: np.power(*alike(a, b)), "erf": error_function,
    "__umul64hi": high,
}  # fmt: skip
NAMES = {np.dtype(name): c for name, c in C_TYPES.items()}
