"""Two edits of one text become one: what a person types stays when the canvas rewrites the lines around it."""

from studio.widgets.line_diff import Change, differences


def mingle(base: str, mine: str, theirs: str) -> str:
    """Return `base` with both edits, line by line. Where they meet, `mine` stands."""
    lines = base.split("\n")
    own, other = differences(lines, mine.split("\n")), differences(lines, theirs.split("\n"))
    both = own + [change for change in other if not any(_meet(change, mine) for mine in own)]
    for first, last, new in sorted(both, key=lambda c: (c[0], c[1]), reverse=True):
        lines[first:last] = new
    return "\n".join(lines)


def _meet(a: Change, b: Change) -> bool:
    """Whether two changes touch the same lines; two insertions at one place do not."""
    if a[0] == a[1] and b[0] == b[1]:
        return False
    return a[0] < b[1] and b[0] < a[1]
