"""Lines of a network's code that no card stands for: comments, blank lines, statements that cannot be drawn.

They belong to the document. Each one knows the line before it by a key, so that it stays at its place when the network
around it changes. Keys: "" is the top, "import" the import line, "n2" the line of a node, "n2:layer" and "n2:frozen"
the lines that make and freeze its layer, "n2/n3" a node inside a nested model, "n2:top" the place above the first of
those, "model" the last line.
"""

import dataclasses
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import UsageError

LONGEST_LINE = 2_000
MOST_LINES = 10_000
FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ufdd1\ufffe\uffff\ud800-\udfff]")
"""What would end a line or cannot be stored: control characters, other line breaks, halves of characters."""
TOP, IMPORT, END = "", "import", "model"
KEY = re.compile(r"(?:|import|model|n[0-9]{1,9}(?:/n[0-9]{1,9}){0,8}(?::layer|:frozen|:top)?)\Z")


@dataclass(frozen=True, slots=True)
class Kept:
    """One line that is kept.

    Args:
        after: key of the line before it. beside: it is the comment at the end of that line.
        text: the line, as it was typed.
    """

    after: str
    text: str
    beside: bool = False

    def __post_init__(self) -> None:
        if not KEY.match(self.after):
            raise UsageError(f"A kept line must stand after a line of the network; it stands after {self.after!a:.60}.")
        if len(self.text) > LONGEST_LINE:
            raise UsageError(f"A kept line may have {LONGEST_LINE:,} characters; it has {len(self.text):,}.")
        if FORBIDDEN.search(self.text):
            raise UsageError(f"A kept line must be one line of plain text; it is {self.text!a:.60}.")
        if self.beside and not self.text.startswith("#"):
            raise UsageError(f"Beside a line stands a comment only; it is {self.text!a:.60}.")

    @property
    def silent(self) -> bool:
        """Whether it is a comment or blank, so that nobody misses it on the canvas."""
        bare = self.text.strip()
        return not bare or bare.startswith("#")


def anchored(kept: Sequence[Kept], before: Iterable[str], alive: Iterable[str]) -> tuple[Kept, ...]:
    """Return kept lines for a network that has changed: lines whose place is gone go behind the line before it.

    before: the keys of the old code in order. alive: the keys of the new one.
    """
    there = {TOP, *alive}
    if all(line.after in there for line in kept):
        return tuple(kept)
    place, last = {TOP: TOP}, TOP
    for key in before:
        last = key if key in there else last
        place[key] = last
    return tuple(_moved(line, there, place) for line in kept)


def _moved(line: Kept, there: Container[str], place: Mapping[str, str]) -> Kept:
    if line.after in there:
        return line
    return Kept(place.get(line.after, place.get(line.after.partition(":")[0], END)), line.text)


def within(kept: Sequence[Kept], node: str) -> tuple[Kept, ...]:
    """Return the lines that stand in the code of a nested model, for the code of that model alone."""
    found = []
    for line in kept:
        head, slash, rest = line.after.partition("/")
        own = {f"{node}:top": IMPORT, f"{node}:layer": END}.get(line.after)
        if (key := rest if slash and head == node else own) is not None:
            found.append(dataclasses.replace(line, after=key, beside=line.beside and key != IMPORT))
    return tuple(found)


def put_within(kept: Sequence[Kept], node: str, inner: Sequence[Kept]) -> tuple[Kept, ...]:
    """Return the lines with those of a nested model replaced: `within` the other way round."""
    ends = {TOP: f"{node}:top", IMPORT: f"{node}:top", END: f"{node}:layer"}
    gone = set(within_keys(kept, node))
    mine = [
        dataclasses.replace(k, after=ends.get(k.after, f"{node}/{k.after}"), beside=k.beside and k.after != IMPORT)
        for k in inner
    ]
    return (*(k for k in kept if k.after not in gone), *mine)


def within_keys(kept: Sequence[Kept], node: str) -> list[str]:
    """Return the keys of kept lines that stand in the code of a nested model."""
    own = (f"{node}:top", f"{node}:layer")
    return [k.after for k in kept if k.after.startswith(f"{node}/") or k.after in own]
