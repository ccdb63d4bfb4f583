"""Two edits of one text become one: what a person types stays when the canvas rewrites the lines around it."""

import difflib

Change = tuple[int, int, list[str]]
"""Lines of the base from the first up to the last become these."""


def mingle(base: str, mine: str, theirs: str) -> str:
    """Return `base` with both edits, line by line. Where they meet, `mine` stands."""
    lines = base.split("\n")
    own, other = _changes(lines, mine.split("\n")), _changes(lines, theirs.split("\n"))
    both = own + [change for change in other if not any(_meet(change, mine) for mine in own)]
    for first, last, new in sorted(both, key=lambda c: (c[0], c[1]), reverse=True):
        lines[first:last] = new
    return "\n".join(lines)


def _changes(base: list[str], text: list[str]) -> list[Change]:
    codes = difflib.SequenceMatcher(None, base, text, autojunk=False).get_opcodes()
    return [(i, j, text[k:m]) for tag, i, j, k, m in codes if tag != "equal"]


def _meet(a: Change, b: Change) -> bool:
    """Whether two changes touch the same lines; two insertions at one place do not."""
    if a[0] == a[1] and b[0] == b[1]:
        return False
    return a[0] < b[1] and b[0] < a[1]
