"""Which rows train, validate and test: a pure function of count, shares, strategy, seed and labels.

Only NumPy's raw Philox bits and stable sorting are used, so that the same seed gives the same rows in every version of
NumPy and in exported scripts, which carry these functions as they are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.settings import Strategy
from engine.errors import DataError

Rows = NDArray[np.int64]
Shares = tuple[float, float, float]


@dataclass(frozen=True)
class Parts:
    """Row ids of each part, ascending; without_target (no usable target) and excluded (by hand) are in none."""

    train: Rows
    validation: Rows
    test: Rows
    without_target: Rows
    excluded: Rows


def split(
    n: int, strategy: Strategy, seed: int, labels: Rows | None = None, shares: Shares = (0.70, 0.15, 0.15)
) -> Parts:
    """Return positions 0..n-1 in three parts.

    labels: (n,) class of each row, needed by "stratified": every class is spread in the same shares; a class with one
    row trains, one with two trains and tests. "ordered" keeps the order: train first, test last.
    Raises DataError if there are no rows, or the shares are not shares.
    """
    check_shares(shares)
    if n < 1:
        raise DataError("There are no rows to split. At least one row must have a target.")
    if strategy == "stratified" and labels is not None:
        part = split_stratified(labels, shares, seed)
    else:
        part = split_ordered(n, shares)
        part = part if strategy == "ordered" else part[np.argsort(shuffled(n, seed), kind="stable")]
    nothing = np.array([], np.int64)
    train, validation, test = (np.flatnonzero(part == i) for i in range(3))
    return Parts(train, validation, test, nothing, nothing)


def check_shares(shares: Shares) -> None:
    """Raise DataError unless the shares lie in 0..1, sum to 1 and something trains."""
    if not all(0 <= s <= 1 for s in shares) or abs(sum(shares) - 1) > 1e-6 or not shares[0]:
        given = " + ".join(f"{s:g}" for s in shares)
        raise DataError(f"The shares of training, validation and test rows must sum to 1; they are {given}.")


def shuffled(n: int, seed: int) -> Rows:
    """Return a permutation of 0..n-1: the order of n raw Philox draws."""
    return np.argsort(np.random.Philox(key=seed).random_raw(n), kind="stable")


def part_sizes(n: int, shares: Shares) -> tuple[int, int, int]:
    """Return how many of n rows go where: rounded, and never an empty part with a share if there are rows for it."""
    validation, test = (max(round(n * s), 1) if s and n > 2 else 0 for s in shares[1:])
    test = 1 if n == 2 and shares[2] else test
    train = max(n - validation - test, 1)
    validation = min(validation, n - train)
    return train, validation, n - train - validation


def split_ordered(n: int, shares: Shares) -> Rows:
    """Return the part of each row, 0 train, 1 validation, 2 test, in order."""
    return np.repeat(np.arange(3), part_sizes(n, shares))


def split_stratified(labels: Rows, shares: Shares, seed: int) -> Rows:
    """Return the part of each row so that each class is spread in the same shares and the totals are right.

    Rows of a class are dealt at even steps over the parts: the class is shuffled, and its rows take the parts whose
    quota over all classes so far is furthest behind.
    """
    order = shuffled(len(labels), seed)
    part = np.zeros(len(labels), np.int64)
    owed = np.zeros(3)
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        counts = class_counts(len(rows), shares, owed)
        owed += np.array(shares) * len(rows) - counts
        part[rows] = np.repeat(np.arange(3), counts)
    return part


def class_counts(n: int, shares: Shares, owed: "NDArray[np.float64]") -> Rows:
    """Return how many of a class' n rows go to each part; what rounding kept from a part (`owed`) comes first."""
    quota = np.array(shares) * n
    counts = np.floor(quota + 1e-9).astype(np.int64)
    if n == 1:
        return np.array([1, 0, 0])
    if n == 2:
        return np.array([1, 0, 1]) if shares[2] else np.array([2, 0, 0])
    rest = quota - counts + owed
    for _ in range(n - int(counts.sum())):
        best = int(np.argmax(np.where(np.array(shares) > 0, rest, -np.inf)))
        counts[best] += 1
        rest[best] -= 1
    for i in (2, 1, 0):
        if shares[i] and not counts[i] and counts.max() > 1:
            counts[int(np.argmax(counts))] -= 1
            counts[i] += 1
    return counts
