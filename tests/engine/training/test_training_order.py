"""The order of rows: a permutation, keyed, never the same twice by accident."""

import numpy as np

from engine.training.order import row_order


def test_it_is_a_permutation_that_its_key_decides():
    first = row_order(7, 0, 1000)
    assert np.array_equal(np.sort(first), np.arange(1000))
    assert np.array_equal(first, row_order(7, 0, 1000))


def test_each_part_of_the_key_counts():
    orders = [row_order(7, 0, 50), row_order(8, 0, 50), row_order(7, 1, 50), row_order(7, 0, 50, first_step=10)]
    assert len({tuple(order) for order in orders}) == 4
