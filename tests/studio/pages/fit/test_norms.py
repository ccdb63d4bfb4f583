"""Gradient norms of a run as the Fit page keeps them: growing tables, names, and what is found in them."""

import numpy as np
import pytest

from engine.layers.core import Dense, Input
from engine.network.nested import Model
from engine.network.network import Network, stack
from studio.pages.fit.norms import LAST, Norms, State, name_of


def nested() -> Network:
    """input -> n2, a group with a layer n2 -> n3."""
    return stack(Input((4,)), Model(stack(Input((4,)), Dense(4))), Dense(2))


def test_names_lead_through_groups_and_survive_layers_that_are_gone() -> None:
    network = nested()
    group, last = network.nodes["n2"].name, network.nodes["n3"].name
    assert name_of(network, "n3") == last
    assert name_of(network, "n2/n2") == f"{group} / dense_1"
    assert name_of(network, "n2/n9") == f"{group} / n9"
    assert name_of(network, "n9") == "n9"
    assert name_of(network, "n3/n1") == f"{last} / n1"


def test_a_table_takes_new_rows_only_and_knows_its_span() -> None:
    rows = [np.array([1.0, 0.0], np.float32) * (k + 1) for k in range(200)]
    norms = Norms(("n2", "n3"), stack(Input((4,)), Dense(4), Dense(2)))
    norms.extend(rows[:3])
    norms.extend(rows)
    assert norms.table.shape == (200, 2)
    np.testing.assert_array_equal(norms.table, np.array(rows))
    assert (norms.low, norms.high) == (1.0, 200.0)
    assert [tile.name for tile in norms.tiles()] == ["dense_1", "dense_2"]
    assert [tile.last for tile in norms.tiles()] == [200.0, 0.0]
    assert np.isnan(Norms(("n2",)).low)
    assert Norms().tiles() == []
    assert Norms().states() == ()


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ([1.0, 1.0, 1.0], ""),
        ([1.0, 1.0, 0.009], "vanishing"),
        ([1.0, 1.0, 0.011], ""),
        ([1.0, 1.0, 0.0], "dead"),
        ([1.0, 1.0, 101.0], "exploding"),
        ([1.0, 1.0, 99.0], ""),
        ([0.01, 0.01, 2.0], ""),
        ([0.0, 0.0, 5.0], ""),
    ],
)
def test_a_finding_needs_several_epochs_in_a_row(row: list[float], state: State) -> None:
    norms = Norms(("n2", "n3", "n4"), stack(Input((4,)), Dense(4), Dense(4), Dense(2)))
    rows = [np.array(row, np.float32)] * (LAST - 1)
    norms.extend(rows)
    assert norms.states() == ("", "", "")
    norms.extend([*rows, rows[0]])
    assert norms.states()[2] == state
    if state:
        assert "dense_3" in norms.finding(2, state)
    norms.extend([*rows, rows[0], np.ones(3, np.float32)])
    assert norms.states() == ("", "", "")


def test_epochs_that_nobody_measured_find_nothing() -> None:
    norms = Norms(("n2", "n3"), stack(Input((4,)), Dense(4), Dense(2)))
    norms.extend([np.full(2, np.nan, np.float32)] * LAST)
    assert norms.states() == ("", "")
    assert np.isnan(norms.low)


def test_where_the_gradient_dies_on_its_way_back_nothing_explodes() -> None:
    norms = Norms([f"n{i}" for i in range(60)])
    norms.extend([np.geomspace(1e-13, 1, 60, dtype=np.float32)] * 5)
    assert set(norms.states()) == {"vanishing", ""}
    assert norms.states()[0] == "vanishing"
    assert norms.states()[-1] == ""
