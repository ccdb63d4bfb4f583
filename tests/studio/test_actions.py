"""The table of actions: icons exist, and no two actions of one place have the same key."""

import itertools
from pathlib import Path

from studio.actions import ACTIONS

ICONS = Path(__file__).parents[2] / "resources" / "icons"


def test_every_action_has_an_icon_that_exists() -> None:
    assert not [a.id for a in ACTIONS if a.icon and not (ICONS / f"{a.icon}.svg").is_file()]


def test_no_two_actions_share_a_key() -> None:
    for one, other in itertools.combinations(ACTIONS, 2):
        if not one.stage or not other.stage or one.stage == other.stage:
            assert not set(one.keys) & set(other.keys), (one.id, other.id)
