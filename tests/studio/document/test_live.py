"""A running fit on the cards: which norm each of them shows, in groups and with shared weights too."""

import dataclasses
import math

import pytest

from engine.layers.core import Dense, Input
from engine.network.network import stack
from engine.project.document import Project
from studio.document import copies, grouping
from studio.document.lens import Lens
from studio.document.live import Live
from studio.document.session import Session


@pytest.fixture
def project() -> Project:
    """input -> n2 -> n3 -> n4 -> n5, where n3 and n4 lie in the group n6."""
    network = stack(Input((4,)), Dense(4), Dense(4), Dense(4), Dense(2))
    return grouping.group(dataclasses.replace(Session().project, network=network), "n3", "n4")


def test_a_group_shows_the_norm_of_all_that_lies_in_it(project: Project) -> None:
    live = Live(0.5, 1, 2, frozenset(), ("n2", "n6/n3", "n6/n4", "n5"), (0.5, 3.0, 4.0, 2.0))
    assert live.shown(project.network, ()) == {"n2": 0.5, "n6": 5.0, "n5": 2.0}
    assert live.shown(project.network, ("n6",)) == {"n3": 3.0, "n4": 4.0}
    assert live.shown(project.network, ("n2",)) == {}
    assert Live(0.5, 1, 2, frozenset(), ("n2",)).shown(project.network, ()) == {}


def test_a_card_that_shares_weights_shows_the_norm_of_their_owner(project: Project) -> None:
    project = copies.duplicate_shared(project, "n6")
    copy = next(n.id for n in project.network if n.shares == "n6")
    live = Live(0.5, 1, 2, frozenset(), ("n6/n3", "n6/n4"), (3.0, 4.0))
    assert live.shown(project.network, ()) == {"n6": 5.0, copy: 5.0}
    assert live.shown(project.network, (copy,)) == {"n3": 3.0, "n4": 4.0}


def test_session_and_lens_show_those_of_what_is_open(project: Project) -> None:
    session = Session()
    session.open(project)
    lens = Lens(session)
    assert session.gradient_norms == lens.gradient_norms == {}
    session.set_live(Live(0.5, 1, 2, frozenset({"n6"}), ("n6/n3", "n6/n4"), (1.0, 1.0)))
    assert session.gradient_norms == lens.gradient_norms == {"n6": pytest.approx(math.sqrt(2))}
    lens.show_scope(("n6",))
    assert lens.gradient_norms == {"n3": 1.0, "n4": 1.0}
    assert session.gradient_norms == {"n6": pytest.approx(math.sqrt(2))}
