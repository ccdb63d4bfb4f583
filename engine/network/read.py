"""Keras code read as a network. A restricted syntax tree is walked, nothing is executed, bad text never raises.

`read` gives a `Reading`; `engine.network.merge` puts its draft in the place of a network that is there already.
"""

import ast
import functools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.network.draft import Draft, Follows, Frozen, Made, Mistake, Use, Whole
from engine.network.files import MOST_NODES
from engine.network.gather import gather
from engine.network.kept import FORBIDDEN, LONGEST_LINE, MOST_LINES, Kept
from engine.network.parse import BAD, syntax
from engine.network.rules import EXPRESSIONS, STATEMENTS
from engine.network.statements import DEEPEST, Statement, statements
from engine.network.walk import Walk
from engine.network.words import BROKEN, Foreign, stored

LONGEST = 2_000_000
LONGEST_STATEMENT = 100_000
MOST_ERRORS = 50
ASSIGNED = re.compile(r"(\w+) *=(?!=)", re.ASCII)
Place = Made | Use | Whole | Frozen | None
"""What a line of the text stands for; None: the import line."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a line (from 1)."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Lines of the text that stand for something of the network."""

    first: int
    last: int
    place: Place


@dataclass(frozen=True, slots=True)
class Loose:
    """A line of the text that stands for nothing of the network. beside: the comment at the end of one that does."""

    line: int
    text: str
    beside: bool = False


@dataclass(frozen=True)
class Reading:
    """What a text says.

    Args:
        draft: the network to be; None when there are errors, then nothing may be changed by this text.
        errors: what is wrong. foreign: what cannot be drawn and is kept, with the reason.
        marks: where the parts of the network stand. loose: the lines that are kept.
    """

    draft: Draft | None
    errors: tuple[Remark, ...]
    foreign: tuple[Remark, ...] = ()
    marks: tuple[Mark, ...] = ()
    loose: tuple[Loose, ...] = ()


def read(text: str, before: Collection[str] = ()) -> Reading:
    """Return what a text says; never raises.

    before: statements that were kept before (`known`); they are kept again when they make no sense any more.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        return _refused(1, f"Code may have {LONGEST:,} characters; this has {len(text):,}.")
    lines = text.split("\n")
    while len(lines) > 1 and not lines[-1].strip():
        del lines[-1]
    for number, line in enumerate(lines, 1):
        if bad := FORBIDDEN.search(line):
            return _refused(number, f"A line may not hold the character {ascii(bad.group())[1:-1]}. Delete it.")
    return _Text(before).read(lines)


def assigned(lines: Collection[str]) -> frozenset[str]:
    """Return the names that these lines give a meaning to: code beside them must use others."""
    names: set[str] = set()
    for part in statements(list(lines)):
        tree = parsed(part.text)[0] if part.kind == "code" else None
        names |= _names(tree) if tree is not None else set()
    return frozenset(names)


def _names(tree: ast.Module) -> set[str]:
    return {name for node in ast.walk(tree) if (name := stored(node))}


def known(kept: Sequence[Kept]) -> frozenset[str]:
    """Return the statements among kept lines, for `read`."""
    lines = [line.text for line in kept if not line.beside]
    return frozenset(part.text for part in statements(lines) if part.kind == "code")


@functools.lru_cache(maxsize=16_384)
def parsed(text: str) -> tuple[ast.Module | None, Remark | None]:
    """Return the syntax tree of a statement, or what is wrong with it (line from 1)."""
    try:
        return syntax(text, "exec"), None
    except SyntaxError as error:
        return None, Remark(max(1, error.lineno or 1), f"{error.msg[:1].upper()}{error.msg[1:]}.")
    except BAD:
        return None, Remark(1, "This statement is too deeply nested to be read.")


def _refused(line: int, message: str) -> Reading:
    return Reading(None, (Remark(line, message),))


class _Text:
    """The reading of one text."""

    def __init__(self, known: Collection[str]) -> None:
        self.known = frozenset(known)
        self.walk = Walk(STATEMENTS, EXPRESSIONS)
        self.errors: list[Remark] = []
        self.foreign: list[Remark] = []
        self.marks: list[Mark] = []
        self.loose: list[Loose] = []
        self.blank = 0
        """A blank line below the imports is ours."""

    def read(self, lines: list[str]) -> Reading:
        for part in statements(lines):
            if part.kind == "code":
                self._statement(part)
            elif part.kind == "comment" or part.first != self.blank:
                self.loose += [Loose(part.first, part.lines[0])]
            if len(self.errors) >= MOST_ERRORS or self._too_long(part):
                break
        draft = None if self.errors else self._gathered()
        if long := next((line for line in self.loose if len(line.text) > LONGEST_LINE), None):
            return _refused(long.line, f"A line that is kept may have {LONGEST_LINE:,} characters.")
        marks = tuple(sorted(self.marks, key=lambda m: m.last))
        loose = tuple(sorted(self.loose, key=lambda line: line.line))
        return Reading(None if self.errors else draft, tuple(self.errors), tuple(self.foreign), marks, loose)

    def _too_long(self, part: Statement) -> bool:
        """Say so when there is more than a network may hold: nothing behind it is read."""
        if len(self.walk.uses) > MOST_NODES or len(self.walk.made) > MOST_NODES:
            self.errors.append(Remark(part.first, f"A network may have {MOST_NODES:,} layers at most."))
        elif len(self.loose) > MOST_LINES:
            where = self.loose[MOST_LINES].line
            self.errors.append(Remark(where, f"{MOST_LINES:,} comments and other lines can be kept at most."))
        else:
            return False
        return True

    def _statement(self, part: Statement) -> None:
        if part.deep > DEEPEST or len(part.text) > LONGEST_STATEMENT:
            self.errors.append(Remark(part.first, "This statement is too long or too deeply nested to be read."))
            return
        tree, wrong = parsed(part.text)
        if tree is None or wrong is not None:
            assert wrong is not None
            self._wrong(part, Mistake(part.first + wrong.line - 1, wrong.message))
            return
        before = self.walk.state()
        try:
            for node in tree.body:
                self.walk.statement(node, part)
        except Foreign as reason:
            self.walk.back_to(before)
            self._keep(part, str(reason), tree, reason.values)
        except Mistake as mistake:
            self.walk.back_to(before)
            self._wrong(part, mistake)
        except RecursionError:
            self.walk.back_to(before)
            self._wrong(part, Mistake(part.first, "This statement is too deeply nested to be read."))
        else:
            self._expressed(part, before)

    def _wrong(self, part: Statement, mistake: Mistake) -> None:
        tree, _ = parsed(part.text)
        if part.text in self.known:
            self._keep(part, str(mistake), tree, {})
            return
        if not isinstance(mistake, Follows):
            self.errors.append(Remark(mistake.line, str(mistake)))
        self.walk.put(_names(tree) if tree is not None else ASSIGNED.findall(part.text), BROKEN)

    def _keep(self, part: Statement, reason: str, tree: ast.Module | None, values: Mapping[str, object]) -> None:
        self.foreign.append(Remark(part.first, reason))
        self.loose += [Loose(part.first + i, line) for i, line in enumerate(part.lines)]
        self.walk.forget(_names(tree) if tree is not None else (), values)

    def _expressed(self, part: Statement, before: tuple[int, ...]) -> None:
        """Enter what a statement stands for, and the comments in it."""
        new: list[Place] = self.walk.since(before)
        self.marks += [Mark(p.first, p.last, p) for p in new if p is not None]
        if self.walk.imported:
            self.walk.imported = False
            self.marks.append(Mark(part.first, part.last, None))
            self.blank = part.last + 1
            new = [None]
        ends = {m.last for m in self.marks[len(self.marks) - len(new) :]} if new else set()
        for line, comment in part.comments:
            text = self.walk.told(new, comment) if line == part.last else comment
            alone = part.lines[line - part.first].strip() == comment
            if text:
                self.loose.append(Loose(line, text, beside=line in ends and not alone))

    def _gathered(self) -> Draft | None:
        try:
            draft, unused = gather(self.walk)
        except Mistake as mistake:
            self.errors.append(Remark(mistake.line, str(mistake)))
            return None
        have = {m.place for m in self.marks}
        self.marks += [Mark(u.first, u.last, u) for u in self.walk.uses if u not in have]
        for whole in unused:
            self._unused(whole)
        return draft

    def _unused(self, whole: Whole) -> None:
        """Keep the lines of a model that is not the one on the canvas."""
        self.marks = [m for m in self.marks if m.place is not whole]
        for part in self.walk.written[whole]:
            self.foreign.append(Remark(part.first, "One model is on the canvas, another one; this line is kept."))
            gone = range(part.first, part.last + 1)
            self.loose = [line for line in self.loose if line.line not in gone]
            self.loose += [Loose(part.first + i, line) for i, line in enumerate(part.lines)]
