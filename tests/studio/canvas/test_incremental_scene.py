"""The scene redraws only what differs; what it shows after any edits is what a new scene would show."""

import dataclasses
import itertools
import random
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.canvas import route
from studio.canvas.scene import Scene
from studio.document.session import Session
from tests.benchmarks import large
from tests.studio.canvas.people import Person


def shown(scene: Scene) -> dict[str, Any]:
    """Return all that can be seen of a scene."""
    return {
        "cards": {k: i.card for k, i in scene.nodes.items()},
        "places": {k: (i.x(), i.y()) for k, i in scene.nodes.items()},
        "ports": {k: dict(i.sides) for k, i in scene.nodes.items()},
        "chosen": {k: (i.chosen, i.alone) for k, i in scene.nodes.items() if i.chosen},
        "links": {k: i.link for k, i in scene.wires.items()},
        "ways": {k: i.route for k, i in scene.wires.items()},
        "hot": {k for k, i in scene.wires.items() if i.hot},
        "touching": {k: sorted(v) for k, v in scene.touching.items()},
        "extent": scene.extent(),
    }


@pytest.mark.parametrize("seed", range(8))
def test_after_any_edits_it_shows_what_a_new_scene_shows(themed: QApplication, seed: int) -> None:
    source, session = random.Random(seed), Session(large.project(40))
    scene = Scene(session)
    for _ in range(60):
        kind = source.random()
        if kind < 0.7:
            session.edit("Edit", lambda project: large.random_edit(project, source))
        elif kind < 0.9:
            (session.undo if kind < 0.85 else session.redo)()
        else:
            ids = list(scene.nodes)
            session.selection.set(*source.sample(ids, source.randrange(min(4, len(ids)))))
        scene.settle()
        fresh = Scene(session)
        for part, value in shown(fresh).items():
            assert shown(scene)[part] == value, (seed, part)
        assert len(scene.items()) == len(fresh.items())
        fresh.deleteLater()


def test_a_field_edit_touches_its_own_cards_only(themed: QApplication) -> None:
    session = Session(large.project(60))
    scene = Scene(session)
    before = {k: i.card for k, i in scene.nodes.items()}
    links = {k: i.link for k, i in scene.wires.items()}
    session.edit("Rename", lambda p: dataclasses.replace(p, network=p.network.replace("n9", name="other")))
    assert [k for k, i in scene.nodes.items() if i.card is not before[k]] == ["n9"]
    assert all(i.link is links[k] for k, i in scene.wires.items())


@pytest.mark.parametrize("seed", range(20))
def test_brackets_that_overlap_have_lanes_of_their_own(seed: int) -> None:
    source = random.Random(seed)
    ends = [sorted((source.randrange(30), source.randrange(30))) for _ in range(40)]
    spans = {(f"n{i}", f"n{i + 1}", 0): (float(a), float(b)) for i, (a, b) in enumerate(ends)}
    lane = route.lanes(spans)
    for (one, (a, b)), (other, (c, d)) in itertools.combinations(spans.items(), 2):
        assert not (a < d and c < b) or lane[one] != lane[other]
    assert max(lane.values()) < 40


def test_cards_follow_the_theme_although_their_pictures_are_kept(person: Person) -> None:
    person.view.zoom_to(1.0)
    for mode in ("light", "dark", "light"):
        theme.apply(QApplication.instance(), mode)
        QApplication.processEvents()
        inside = person.view.grab().toImage().pixelColor(person.spot("dense_1", 220, 40))
        assert inside == theme.color("bg.raised"), mode
