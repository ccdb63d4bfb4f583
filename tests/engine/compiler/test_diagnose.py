"""The error for a loss that is not finite names layer, pass and rows."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine import registry
from engine.compiler.diagnose import diagnose, locate


def L(name, *args):
    return registry.named("layer", name)(*args)


@pytest.fixture
def case(define, prepare):
    definition = define([L("Input", (3,)), L("Dense", 4, "relu"), L("Dense", 1)])
    made = prepare(definition, 20)
    return definition, made.parameters, SimpleNamespace(inputs=made.data, targets=made.targets, weights=None)


def test_a_missing_number_names_its_row(case):
    definition, parameters, arrays = case
    arrays.inputs[0][13, 1] = np.nan
    found = locate(definition, parameters, arrays, np.array([2, 13, 5]), 0, 0.1)
    assert (found.stage, found.node, found.rows) == ("data", "n1", (13,))
    assert "input_1 must be finite numbers; some are not, in row 13" in str(diagnose(*case, slice(0, 20), 0, 0.1))


def test_forward_names_the_layer_and_the_rows(case):
    definition, parameters, arrays = case
    arrays.inputs[0][4] = 1e200
    parameters.view("n3", "kernel")[:] = 1e300
    parameters.view("n2", "kernel")[:] = 1.0
    found = locate(definition, parameters, arrays, slice(0, 10), 0, 0.1)
    assert (found.stage, found.node, found.rows) == ("forward", "n3", (4,))
    message = str(diagnose(*case, slice(0, 10), 0, 0.1))
    assert message.startswith(
        "Numbers must stay finite; dense_2 makes one that is not (matmul), in the forward pass, in row 4."
    )


def test_backward_names_the_layer(define, prepare):
    definition = define([L("Input", (3,)), L("Dense", 4, "relu"), L("Dense", 1)], dtype="float64")
    made = prepare(definition, 5)
    made.data[0][:] = 1e200
    made.parameters.view("n2", "kernel")[:] = 1e-200
    made.parameters.view("n3", "kernel")[:] = 1e120
    arrays = SimpleNamespace(inputs=made.data, targets=made.targets, weights=None)
    found = locate(definition, made.parameters, arrays, slice(0, 5), 0, 0.1)
    assert found.stage == "backward"
    assert found.node in ("n2", "n3")


def test_update_names_the_weight(case):
    definition, parameters, arrays = case
    found = locate(definition, parameters, arrays, slice(0, 10), 0, float("inf"))
    assert found.stage == "update"
    assert "in the update" in str(diagnose(*case, slice(0, 10), 0, float("inf")))


def test_nothing_is_found_where_all_is_finite(case):
    assert locate(*case, slice(0, 10), 0, 0.1) is None
