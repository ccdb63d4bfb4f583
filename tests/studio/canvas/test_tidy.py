"""Tidy, alignment, nudging and guides: where cards go, and that each is one step."""

import sys
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtTest import QTest

from engine.network.network import stack
from engine.project.document import Project
from studio import theme
from studio.canvas import align, arrange, tidying
from studio.document import edits
from tests.studio.canvas.people import Person, classifier, layer

K = Qt.Key
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def branched() -> Project:
    """Return a stack with a skip, a second input and a branch past all of it."""
    network = stack(
        layer("Input", shape=(18,)), layer("Dense", units=64), layer("Dense", units=64), layer("Add"),
        layer("Concatenate"), layer("Dense", units=7),
    )  # fmt: skip
    network, second = network.add(layer("Input", shape=(1,), dtype="int32"))
    network, index = network.add(layer("Embedding", input_dim=7, output_dim=4))
    network, flat = network.add(layer("Flatten"))
    network, wide = network.add(layer("Dense", units=5))
    network = network.wire(second.id, index.id).wire(index.id, flat.id).wire(flat.id, "n5").wire("n2", "n4")
    return Project(network=network.wire("n1", wide.id).wire(wide.id, "n5"))


def scattered(project: Project) -> Project:
    ids = arrange.dag_of(project).ids
    return edits.place(project, {k: (40.0 * (i * 7 % 11), 60.0 * (i * 5 % 13)) for i, k in enumerate(ids)})


def assert_tidy(project: Project, places: dict[str, Any]) -> None:
    """No two cards overlap, every wire goes down, the longest stack is straight."""
    rects = [QRectF(x, y, arrange.CARD_W, arrange.CARD_H) for x, y in places.values()]
    assert not [1 for i, a in enumerate(rects) for b in rects[:i] if a.intersects(b)]
    for a, b in arrange.dag_of(project).edges:
        assert places[a][1] < places[b][1], (a, b)
    assert len({places[n][0] for n in ("n1", "n2", "n3", "n4", "n5", "n6", "target:0")}) == 1


def test_tidy_straightens_a_scattered_network() -> None:
    project = scattered(branched())
    now = arrange.places(project)
    places = tidying.tidied(project, now)
    assert set(places) == set(now)
    assert_tidy(project, places)


def test_a_side_branch_stays_at_its_side() -> None:
    project = branched()
    now = arrange.places(project)
    left = now | {n: (-700.0, now[n][1]) for n in ("n7", "n8", "n9")}
    places = tidying.tidied(project, left)
    assert places["n8"][0] < places["n2"][0]
    assert places["n10"][0] > places["n2"][0]
    assert places["n7"][1] < places["n8"][1] < places["n9"][1]


def test_the_same_network_is_tidied_the_same_way() -> None:
    project = scattered(branched())
    assert len({tuple(sorted(tidying.tidied(project, arrange.places(project)).items())) for _ in range(5)}) == 1


@pytest.mark.parametrize("broken", ["absent", "failing"])
def test_without_the_layout_rows_are_our_own(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    project = scattered(branched())
    module: Any = None
    if broken == "failing":
        module = type(sys)("fast_sugiyama")
        module.from_edges = lambda *_, **__: 1 / 0
    monkeypatch.setitem(sys.modules, "fast_sugiyama", module)
    assert_tidy(project, tidying.tidied(project, arrange.places(project)))


def test_tidy_with_cycles_and_loose_cards_never_fails() -> None:
    network = branched().network.wire("n6", "n2")
    network, _ = network.add(layer("Dense", units=3))
    project = Project(network=network)
    places = tidying.tidied(project, arrange.places(project))
    assert set(places) == {*network.nodes, "target:0"}


def test_tidy_is_one_slow_animated_step(person: Person) -> None:
    person.drag(person.spot("dense_2"), person.spot("dense_2") + QPoint(260, 90))
    away = person.scene.place_of(person.id("dense_2"))
    steps = person.session.stack.count()
    person.window.activateWindow()
    QTest.keyClick(person.view, K.Key_L, CTRL | SHIFT)
    assert person.session.stack.count() == steps + 1
    assert person.scene._slide.state() == QVariantAnimation.State.Running
    assert person.scene._slide.duration() == theme.duration("slow") == 220
    person.settle()
    assert person.scene.place_of(person.id("dense_2"))[0] == person.scene.place_of(person.id("dense_1"))[0]
    person.session.undo()
    person.settle()
    assert person.scene.place_of(person.id("dense_2")) == away


def test_tidy_of_a_selection_leaves_the_others(person: Person) -> None:
    for name, by in (("dense_2", QPoint(250, 10)), ("dropout_1", QPoint(300, 60)), ("dense_3", QPoint(-140, 40))):
        person.drag(person.spot(name), person.spot(name) + by)
    kept = person.scene.place_of(person.id("dense_3"))
    person.session.selection.set(person.id("dense_2"), person.id("dropout_1"))
    person.click(person.find("Tidy"))
    person.settle()
    above, below = (person.scene.place_of(person.id(n)) for n in ("dense_2", "dropout_1"))
    assert above[0] == below[0]
    assert below[1] - above[1] == 76
    assert person.scene.place_of(person.id("dense_3")) == kept
    assert person.session.stack.undoText() == "Tidy selection"


# ---- alignment -------------------------------------------------------------------------------------------------------
RECTS = {"a": QRectF(0, 0, 236, 48), "b": QRectF(100, 100, 236, 48), "c": QRectF(40, 300, 120, 80)}


@pytest.mark.parametrize(
    ("way", "places"),
    [
        ("left", {"a": (0, 0), "b": (0, 100), "c": (0, 300)}),
        ("right", {"a": (100, 0), "b": (100, 100), "c": (216, 300)}),
        ("centre", {"a": (40, 0), "b": (40, 100), "c": (100, 300)}),
        ("top", {"a": (0, 0), "b": (100, 0), "c": (40, 0)}),
        ("bottom", {"a": (0, 332), "b": (100, 332), "c": (40, 300)}),
        ("middle", {"a": (0, 160), "b": (100, 160), "c": (40, 144)}),
        ("down", {"a": (0, 0), "b": (100, 152), "c": (40, 300)}),
    ],
)
def test_ways_to_line_up(way: str, places: dict[str, tuple[float, float]]) -> None:
    found = align.WAYS[way](RECTS)
    for id, place in places.items():
        assert found[id] == pytest.approx(place, abs=4), id


def test_across_makes_gaps_equal() -> None:
    rects = {"a": QRectF(0, 5, 100, 40), "b": QRectF(120, 9, 60, 40), "c": QRectF(400, 0, 100, 40)}
    assert align.WAYS["across"](rects) == {"a": (0, 4), "b": (220, 8), "c": (400, 0)}


def test_the_bar_appears_with_two_and_lines_them_up(person: Person) -> None:
    person.click_card("dense_1")
    assert not person.page.stage.aligns.isVisible()
    person.drag(person.spot("dense_2"), person.spot("dense_2") + QPoint(260, 30))
    person.session.selection.set(person.id("dense_1"), person.id("dense_2"))
    assert person.page.stage.aligns.isVisible()
    person.click(person.find("Align left edges"))
    person.settle()
    assert person.scene.place_of(person.id("dense_2"))[0] == person.scene.place_of(person.id("dense_1"))[0]
    assert person.session.stack.undoText() == "Align"
    person.session.undo()
    person.key(K.Key_W, ALT)
    assert person.scene.place_of(person.id("dense_2"))[1] == person.scene.place_of(person.id("dense_1"))[1]


def test_the_bar_goes_aside_where_it_would_cover_cards(person: Person) -> None:
    bar, view = person.page.stage.aligns, person.view

    def begins(zoom: float, middle_of_view: float) -> int:
        view.zoom_to(zoom)
        view.centre_on(QPointF(118, middle_of_view))
        person.session.selection.clear()
        person.session.selection.set(person.id("dense_1"), person.id("dense_2"))
        return int(bar.x())

    low = max(item.y() for item in person.scene.nodes.values())
    free, covering = begins(0.5, low - 400), begins(1.0, low - 200)
    middle = (person.page.stage.width() - bar.width()) // 2
    assert free == middle < covering
    assert bar.geometry().right() < person.page.stage.width()


def test_one_card_cannot_be_lined_up(person: Person) -> None:
    person.click_card("dense_1")
    person.key(K.Key_A, ALT)
    assert person.session.stack.count() == 0
    assert "at least 2" in person.toasts[0]


def test_ctrl_arrows_nudge_and_merge(person: Person) -> None:
    person.click_card("dense_2")
    x, y = person.scene.place_of(person.id("dense_2"))
    for key in (K.Key_Right, K.Key_Right, K.Key_Down):
        person.key(key, CTRL)
    assert person.session.project.positions[person.id("dense_2")] == (x + 8, y + 4)
    assert person.session.stack.count() == 1
    person.key(K.Key_Left, CTRL)
    person.key(K.Key_Up, CTRL)
    assert person.session.project.positions[person.id("dense_2")] == (x + 4, y)


def test_a_dragged_card_snaps_to_others_and_shows_guides(person: Person) -> None:
    start, zoom = person.spot("dropout_1"), person.view.zoom
    beside = start + QPoint(round(303 * zoom), round(-73 * zoom))
    person.drag(start, beside, drop=False)
    (guide,) = person.scene.overlay.guides
    middle = person.scene.rect_of(person.id("dense_2")).center().y()
    assert guide.y1() == guide.y2() == middle
    QTest.mouseRelease(person.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, beside)
    person.settle()
    assert person.scene.overlay.guides == ()
    assert person.scene.place_of(person.id("dropout_1"))[1] == person.scene.place_of(person.id("dense_2"))[1]


def test_a_stack_that_is_tidy_goes_on_to_arrange_itself(person: Person) -> None:
    person.drag(person.spot("dense_2"), person.spot("dense_2") + QPoint(260, 90))
    person.session.selection.clear()
    person.view.tidy()
    assert person.session.project.positions == {}
    assert arrange.places(classifier()) == arrange.places(person.session.project)
