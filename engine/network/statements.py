"""Text cut into statements, comments and blank lines, as Python would read them. Nothing is parsed or run here."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_ROWS = 400
"""A statement may span so many lines; an open bracket reaches no farther."""
DEEPEST = 40
"""Brackets may be nested so deep."""
TOKEN = re.compile(
    r"(?P<triple>\"\"\"|''')|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?P<comment>#)|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])|(?P<broken>[\"'])"
)
FOLLOWS = re.compile(r"(?:else|elif|except|finally|case)\b")
Kind = Literal["code", "comment", "blank"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with the number of its first line (from 1) and its lines; `comments`: (line number, "# ...")."""

    kind: Kind
    first: int
    lines: tuple[str, ...]
    comments: tuple[tuple[int, str], ...] = ()
    deep: int = 0

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1

    @property
    def text(self) -> str:
        """Its lines."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one line does: where its comment begins (-1: none), depth it adds, deepest point, open text quote."""

    comment: int
    depth: int
    deep: int
    quote: str
    continued: bool


@functools.lru_cache(maxsize=65_536)
def _row(line: str, quote: str) -> _Row:
    """Scan a line that begins inside a text in triple quotes (`quote`), or not ("")."""
    at = depth = deep = 0
    comment = -1
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return _Row(-1, depth, deep, quote, False)
            at, quote = end + 3, ""
            continue
        found = TOKEN.search(line, at)
        if found is None or found.lastgroup == "broken":
            break
        at = found.end()
        if found.lastgroup == "comment":
            comment = found.start()
            break
        if found.lastgroup == "triple":
            quote = found.group()
        depth += {"open": 1, "close": -1}.get(found.lastgroup or "", 0)
        deep = max(deep, depth)
    code = line if comment < 0 else line[:comment]
    return _Row(comment, depth, deep, quote, comment < 0 and not quote and code.endswith("\\"))


def statements(lines: Sequence[str]) -> Iterator[Statement]:
    """Yield the statements of a text in order; every line belongs to exactly one."""
    at = 0
    while at < len(lines):
        made = _one(lines, at)
        if made.kind == "code" and _opens_block(made):
            made = _block(lines, made)
        yield made
        at += len(made.lines)


def _one(lines: Sequence[str], at: int) -> Statement:
    """Return the statement that begins at a line: all lines until its brackets and texts are closed."""
    bare = lines[at].strip()
    if not bare or bare.startswith("#"):
        return Statement("comment" if bare else "blank", at + 1, (lines[at],))
    depth = deep = 0
    quote, comments = "", list[tuple[int, str]]()
    for i in range(at, min(len(lines), at + MOST_ROWS)):
        row = _row(lines[i], quote)
        deep = max(deep, depth + row.deep)
        depth, quote = max(0, depth + row.depth), row.quote
        if row.comment >= 0:
            comments.append((i + 1, lines[i][row.comment :]))
        if not depth and not quote and not row.continued:
            return Statement("code", at + 1, tuple(lines[at : i + 1]), tuple(comments), deep)
    alone = _row(lines[at], "")
    beside = ((at + 1, lines[at][alone.comment :]),) if alone.comment >= 0 else ()
    return Statement("code", at + 1, (lines[at],), beside, alone.deep)


def _opens_block(made: Statement) -> bool:
    return made.text.lstrip().startswith("@") or _code(made.lines[-1], made).endswith(":")


def _code(line: str, made: Statement) -> str:
    """Return the last line of a statement without its comment."""
    beside = made.comments[-1][1] if made.comments and made.comments[-1][0] == made.last else ""
    return line[: len(line) - len(beside)].rstrip()


def _block(lines: Sequence[str], head: Statement) -> Statement:
    """Return a statement with the indented lines below it, and what follows it as `else` follows `if`."""
    end = at = head.first - 1 + len(head.lines)
    deep, decorated = head.deep, head.text.lstrip().startswith("@")
    while at < len(lines):
        part = _one(lines, at)
        at += len(part.lines)
        if part.kind == "blank" or (part.kind == "comment" and not part.lines[0][0].isspace()):
            continue
        if not (part.lines[0][0].isspace() or decorated or FOLLOWS.match(part.lines[0])):
            break
        decorated = decorated and part.lines[0].startswith("@")
        end, deep = at, max(deep, part.deep)
    return Statement("code", head.first, tuple(lines[head.first - 1 : end]), (), deep)
