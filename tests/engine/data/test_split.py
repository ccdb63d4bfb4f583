"""Parts of the rows: complete, disjoint, repeatable, and the same shares in every class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.batches import parts
from engine.data.settings import Column, DataSettings, Split
from engine.data.split import split
from engine.data.table import from_rows
from engine.errors import DataError

strategies = st.sampled_from(["random", "stratified", "ordered"])


@given(st.integers(1, 300), strategies, st.integers(0, 5), st.integers(1, 9))
def test_every_row_is_in_one_part(n, strategy, seed, classes):
    labels = np.arange(n) % classes
    made = split(n, strategy, seed, labels)
    assert sorted(np.concatenate([made.train, made.validation, made.test]).tolist()) == list(range(n))
    assert len(made.train) >= 1
    again = split(n, strategy, seed, labels)
    assert (made.train == again.train).all()


def test_a_seed_means_these_rows_for_ever():
    made = split(10, "random", 0)
    assert (made.train.tolist(), made.validation.tolist(), made.test.tolist()) == RANDOM_10
    assert (
        split(10, "random", 1).test.tolist() != made.test.tolist()
        or split(10, "random", 2).test.tolist() != made.test.tolist()
    )


def test_shares_are_kept():
    made = split(1000, "random", 0)
    assert (len(made.train), len(made.validation), len(made.test)) == (700, 150, 150)
    made = split(150, "stratified", 3, np.repeat([0, 1, 2], 50))
    assert [np.bincount(np.repeat([0, 1, 2], 50)[p]).tolist() for p in (made.validation, made.test)] in (
        [[7, 8, 7], [8, 7, 8]], [[8, 7, 8], [7, 8, 7]],
    )  # fmt: skip


def test_ordered_keeps_the_order():
    made = split(20, "ordered", 7)
    assert made.train.tolist() == list(range(14))
    assert made.test.tolist() == [17, 18, 19]


def test_small_classes():
    labels = np.array([0] * 20 + [1] * 2 + [2])
    made = split(23, "stratified", 0, labels)
    assert 2 in labels[made.train]
    assert 1 in labels[made.train]
    assert 1 in labels[made.test]
    three = split(9, "stratified", 0, np.repeat([0, 1, 2], 3))
    assert all(len(set(np.repeat([0, 1, 2], 3)[p])) == 3 for p in (three.train, three.validation, three.test))


@given(st.lists(st.integers(3, 40), min_size=1, max_size=6), st.integers(0, 3))
def test_each_class_is_within_a_row_or_two_of_its_share(sizes, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    made = split(len(labels), "stratified", seed, labels)
    for c, size in enumerate(sizes):
        for part, share in ((made.train, 0.7), (made.validation, 0.15), (made.test, 0.15)):
            assert abs(int((labels[part] == c).sum()) - share * size) <= 2


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.2), (0, 0.5, 0.5), (1.2, -0.1, -0.1), (float("nan"), 0.5, 0.5)])
def test_wrong_shares_get_a_sentence(shares):
    with pytest.raises(DataError, match="must sum to 1"):
        split(10, "random", 0, None, shares)


def test_rows_are_accounted_for():
    table = from_rows([{"x": i * 1.5, "target": "" if i % 10 == 3 else i % 3} for i in range(60)])
    made = parts(table, DataSettings(excluded=(0, 1, 999), split=Split(0.6, 0.2, 0.2, seed=4)))
    assert made.without_target.tolist() == [3, 13, 23, 33, 43, 53]
    assert made.excluded.tolist() == [0, 1]
    assert sum(map(len, (made.train, made.validation, made.test))) == 52
    assert not set(made.train) & set(made.test)


def test_no_target_and_no_usable_row():
    table = from_rows([{"x": i, "z": f"t{i % 2}"} for i in range(20)])
    with pytest.raises(DataError, match="no target column"):
        parts(table, DataSettings())
    with pytest.raises(DataError, match="usable target"):
        parts(table, DataSettings(task="regression", columns={"z": Column("z", role="target")}))


RANDOM_10 = ([0, 1, 2, 5, 8, 9], [3, 4], [6, 7])
