"""What may be passed as x, y and sample_weight, and the sentences for what may not."""

import numpy as np
import pytest

from engine.errors import DataError, UsageError
from engine.training.arrays import Arrays, Port, class_weights, gather, last_rows, row_weights, same_rows

A, B = Port("a", (3,), "float32"), Port("b", (None, 2), "int32")


def test_an_array_a_list_and_a_dict_give_the_same():
    a, b = np.arange(12.0).reshape(4, 3), np.arange(16).reshape(4, 2, 2)
    for given in ([a, b], (a, b), {"b": b, "a": a}):
        first, second = gather(given, (A, B), "x")
        assert first.dtype == np.float32
        assert second.dtype == np.int32
        np.testing.assert_array_equal(first, a)
        np.testing.assert_array_equal(second, b)


def test_plain_lists_of_numbers_are_one_array():
    (array,) = gather([[1, 2, 3], [4, 5, 6]], (A,), "x")
    assert array.shape == (2, 3)


@pytest.mark.parametrize(("shape", "wanted"), [((5,), (5, 1)), ((5, 1, 1), (5, 1)), ((5, 1), (5, 1))])
def test_a_last_axis_of_one_comes_and_goes(shape, wanted):
    (array,) = gather(np.zeros(shape), (Port("y", (1,), "float32", "target"),), "y")
    assert array.shape == wanted


def test_labels_in_a_column_become_a_vector():
    (labels,) = gather(np.array([[1], [2]]), (Port("y", (), "int32", "target"),), "y")
    assert labels.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("value", "ports", "error", "says"),
    [
        (np.zeros((4, 2)), (A,), DataError, r"a needs x of shape \(rows, 3\); it is \(4, 2\)"),
        (np.zeros((4, 3, 3)), (B,), DataError, r"b needs x of shape \(rows, any, 2\)"),
        (np.array([["x"] * 3]), (A,), DataError, "must hold numbers"),
        ([[1, 2], [3]], (A,), DataError, "rows differ in length"),
        (np.zeros((4, 3)), (A, B), UsageError, "must hold 2 arrays"),
        ([np.zeros((4, 3))] * 3, (A, B), UsageError, "holds 3"),
        ({"a": 1}, (A, B), UsageError, "an array for b"),
    ],
)
def test_what_is_wrong_is_said(value, ports, error, says):
    with pytest.raises(error, match=says):
        gather(value, ports, "x")


def test_rows_must_agree():
    assert same_rows((np.zeros(3),), (np.zeros((3, 2)),)) == 3
    with pytest.raises(DataError, match="3 and 4"):
        same_rows((np.zeros(3),), (np.zeros(4),))
    with pytest.raises(DataError, match="at least one row"):
        same_rows((np.zeros((0, 2)),))


def test_class_weights_of_labels_and_one_hots_agree():
    labels = np.array([0, 2, 1, 2])
    expected = [3.0, 0.5, 1.0, 0.5]
    assert class_weights({0: 3.0, 2: 0.5}, labels, "float32").tolist() == expected
    assert class_weights({0: 3.0, 2: 0.5}, labels[:, None], "float32").tolist() == expected
    assert class_weights({0: 3.0, 2: 0.5}, np.eye(3)[labels], "float32").tolist() == expected


def test_one_weight_array_serves_all_outputs():
    both = row_weights([1, 2, 3], (A, B), 3, "float32")
    assert [w.tolist() for w in both] == [[1, 2, 3], [1, 2, 3]]
    named = row_weights({"a": np.zeros(3), "b": None}, (A, B), 3, "float32")
    assert [w.tolist() for w in named] == [[0, 0, 0], [1, 1, 1]]
    with pytest.raises(DataError, match="one number per row: 3"):
        row_weights(np.zeros(4), (A,), 3, "float32")


def test_validation_takes_the_last_rows():
    rows = Arrays((np.arange(10),), (np.arange(10),), (np.arange(10.0),))
    train, held = last_rows(rows, 0.25)
    assert train.inputs[0].tolist() == list(range(7))
    assert held.targets[0].tolist() == [7, 8, 9]
    assert held.weights is not None
    assert held.weights[0].tolist() == [7, 8, 9]
    with pytest.raises(UsageError, match="between 0 and 1"):
        last_rows(rows, 1.5)
    with pytest.raises(UsageError, match="leaves one part empty"):
        last_rows(rows, 0.99)
