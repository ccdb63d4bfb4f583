"""What differs between two texts, line by line, in bounded time."""

import difflib
from collections import Counter
from collections.abc import Sequence

Change = tuple[int, int, list[str]]
"""Lines of the old text from the first up to the last become these."""
MOST_PAIRS = 200_000
"""Texts with more pairs of equal lines than this are not compared further: the part that differs is one change."""


def differences(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """Return the changes that make `new` of `old`, in order."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = list(old[start : len(old) - end]), list(new[start : len(new) - end])
    if not a and not b:
        return []
    counts = Counter(b)
    if not a or not b or sum(counts[line] for line in a) > MOST_PAIRS:
        return [(start, start + len(a), b)]
    codes = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(start + i, start + j, b[k:m]) for tag, i, j, k, m in codes if tag != "equal"]
