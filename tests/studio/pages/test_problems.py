"""Problems at the Define page by mouse and keys: list, callout, badge and code; F8 walks, one click mends."""

import itertools
import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.errors import Problem, Repair
from engine.network.network import Network, stack
from engine.project import lifecycle
from engine.project.document import Project
from studio.app import Studio
from studio.canvas.arrange import CARD_W
from studio.document import edits, files, templates
from studio.pages.define import page as define_page
from studio.pages.define.problems import ProblemsList
from studio.widgets import FixButtons
from tests.studio.canvas.people import Person, classifier, layer
from tests.studio.conftest import both, ready, wait_until

K, ALT, SHIFT = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def mixed() -> Project:
    """Return a network in which a Concatenate gets unlike ranks."""
    network = stack(layer("Input", shape=(18,)), layer("Dense", units=8), layer("Concatenate"), layer("Dense", units=2))
    network, second = network.add(layer("Input", shape=(1,), dtype="int32"))
    network, index = network.add(layer("Embedding", input_dim=7, output_dim=4))
    return Project(network=network.wire(second.id, index.id).wire(index.id, "n3"))


def idle() -> Project:
    """Return a classifier with two layers that lead nowhere and one that lacks its input."""
    project = classifier()
    network, one = project.network.add(layer("Dense", units=3))
    network, two = network.add(layer("Dropout", rate=0.1))
    network = network.wire("n1", one.id).wire(one.id, two.id)
    network, _ = network.add(layer("Add"))
    return Project(network=network)


@pytest.fixture
def person(qtbot: Any, themed: QApplication) -> Person:
    return Person(qtbot, mixed())


def test_every_view_says_the_same_sentence(person: Person) -> None:
    problem = next(p for p in person.session.problems if p.node == "n3")
    sentence = str(problem)
    card = person.scene.nodes["n3"]
    assert card.toolTip() == sentence
    person.click_card("concatenate_1")
    assert person.page.stage.callout.accessibleDescription() == sentence
    assert person.find(f"error: {sentence}") is person.page.problems.rows[0]
    code = person.page.code
    assert sentence in {code.tip_at(y) for y in range(0, code.viewport().height(), 4)}


def test_the_card_tells_its_problem_where_the_pointer_rests(person: Person) -> None:
    at = person.spot("concatenate_1")
    port = person.view.viewport()
    QApplication.sendEvent(port, QHelpEvent(QHelpEvent.Type.ToolTip, at, port.mapToGlobal(at)))
    assert person.scene.nodes["n3"].toolTip().startswith("concatenate_1 needs")


def test_the_callout_offers_the_best_fix_and_the_others(person: Person) -> None:
    callout = person.page.stage.callout
    assert callout.isVisible()
    assert 'font-weight:600">(8)</span>' in callout.text.full_text()
    person.click(callout.more)
    shown = QApplication.activePopupWidget()
    assert isinstance(shown, QMenu)
    assert [a.text() for a in shown.actions()] == ["Remove concatenate_1"]
    QTest.keyClick(shown, K.Key_Down)
    QTest.keyClick(shown, K.Key_Return)
    person.settle()
    assert "n3" not in person.session.project.network.nodes
    assert person.session.stack.undoText() == "Remove concatenate_1"


def test_alt_enter_applies_the_best_fix_of_the_selected_card(person: Person) -> None:
    person.window.activateWindow()
    person.click_card("concatenate_1")
    person.key(K.Key_Return, ALT)
    assert person.session.shapes.ok
    assert person.session.stack.count() == 1
    assert not person.page.stage.callout.isVisible()


def test_other_fixes_in_the_list(person: Person) -> None:
    row = person.page.problems.rows[0]
    person.click(row.findChild(FixButtons).more)
    shown = QApplication.activePopupWidget()
    assert shown is not None
    QTest.keyClick(shown, K.Key_Down)
    QTest.keyClick(shown, K.Key_Return)
    assert person.session.stack.undoText() == "Remove concatenate_1"


@pytest.mark.parametrize("width", [300, 376, 720])
def test_no_fix_of_the_list_is_cut(width: int, qtbot: Any, themed: QApplication) -> None:
    sentence = "SparseCategoricalCrossentropy needs probabilities that sum to 1. dense_2 has the activation sigmoid."
    repair = Repair("set_field", ("n2", "activation", "softmax"), "Set the activation to softmax")
    listed = ProblemsList()
    qtbot.addWidget(listed)
    listed.show_problems((Problem("dense_2", sentence, "Use softmax.", node="n2", repair=repair, short="x"),))
    listed.resize(width, 160)
    listed.show()
    qtbot.waitExposed(listed)
    QApplication.processEvents()
    button = listed.rows[0].findChild(FixButtons).best
    right = button.mapTo(listed, QPoint(button.width(), 0)).x()
    assert width - 40 < right <= width


def test_up_and_down_walk_the_list(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, idle())
    rows = person.page.problems.rows
    rows[0].setFocus()
    QTest.keyClick(rows[0], K.Key_Down)
    assert rows[1].hasFocus()
    QTest.keyClick(rows[1], K.Key_Return)
    assert person.session.selection.current == rows[1].problem.node
    QTest.keyClick(rows[1], K.Key_Up)
    assert rows[0].hasFocus()


def test_a_fix_by_keyboard_leaves_the_keyboard_in_the_list(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, idle())
    person.window.activateWindow()
    wait_until(person.window.isActiveWindow)
    rows = list(person.page.problems.rows)
    button = next(b for b in rows[1].findChildren(QWidget) if b.accessibleName().startswith("Remove "))
    button.setFocus()
    QTest.keyClick(button, K.Key_Space)
    QApplication.processEvents()
    assert rows[-1] is person.page.problems.rows[-1]  # what stays is not made anew
    assert len(person.page.problems.rows) < len(rows)
    assert person.page.problems.rows[1].hasFocus()


def test_hundreds_of_problems_are_not_all_listed(qtbot: Any, themed: QApplication) -> None:
    network = Network()
    for _ in range(300):
        network, _ = network.add(layer("Dense", units=3))
    person = Person(qtbot, Project(network=network))
    begun = time.process_time()
    person.session.edit("x", lambda p: edits.set_field(p, "n5", "units", 4))
    assert time.process_time() - begun < 2
    assert len(person.page.problems.rows) == 100
    assert len(person.session.problems) > 300
    person.key(K.Key_F8, SHIFT)
    assert person.page.problem == person.session.problems[-1]


def test_fix_all_safe_is_one_step_and_leaves_what_changes_results(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, idle())
    before = person.session.project
    assert {p.short for p in person.session.problems} == {"not connected", "leads nowhere"}
    person.click(person.find("Fix all safe"))
    assert person.session.stack.count() == 1
    assert set(person.session.project.network.nodes) == set(classifier().network.nodes)
    assert not person.page.fix_all.isVisible()
    person.session.undo()
    assert person.session.project == before


@both
def test_f8_walks_all_problems_both_ways(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, idle())
    person.window.activateWindow()
    nodes = [p.node for p in person.session.problems]
    assert len(nodes) == 4
    for node in (*nodes, nodes[0]):
        person.key(K.Key_F8)
        assert person.session.selection.current == node
    person.key(K.Key_F8, SHIFT)
    assert person.session.selection.current == nodes[-1]
    person.click_card("dense_1")  # somebody looks elsewhere: the walk begins anew
    person.key(K.Key_F8)
    assert person.session.selection.current == nodes[0]


def test_new_problems_are_announced_once_a_change(
    qtbot: Any, themed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(define_page, "announce", lambda widget, sentence: told.append(sentence))
    person = Person(qtbot, classifier())
    assert told == []
    person.session.edit("x", lambda p: edits.add_layer(edits.add_layer(p, layer("Add")), layer("Dense", units=2)))
    assert len(told) == 1
    assert told[0].startswith("4 new problems. add_1 needs at least 2 inputs.")
    person.session.edit("y", lambda p: edits.rename(p, "n2", "first"))
    assert len(told) == 1
    person.session.undo()
    person.session.undo()
    assert len(told) == 1


# ---- where the callout stands ----
def column(count: int, wrong: int) -> Project:
    """Return a stack in which one layer cannot take what it gets."""
    layers = [layer("Input", shape=(7,)), *[layer("Dense", units=8 + i) for i in range(count)]]
    layers[wrong] = layer("Conv2D", filters=2, kernel_size=1)
    return Project(network=stack(*layers))


def beside(gap: float) -> Project:
    """Return two stacks side by side, the first one with an error."""
    project = column(5, 3)
    network = project.network
    places = {n: (300.0, 80.0 * i) for i, n in enumerate(network.nodes)}
    network, above = network.add(layer("Input", shape=(4,)))
    places[above.id] = (300.0 + CARD_W + gap, 0.0)
    for i in range(5):
        network, below = network.add(layer("Dense", units=3))
        network, above = network.wire(above.id, below.id), below
        places[below.id] = (300.0 + CARD_W + gap, 80.0 * (i + 1))
    return Project(network=network, positions=places)


LAYOUTS = {
    "one column": lambda: column(6, 3), "first": lambda: column(6, 1), "last": lambda: column(6, 6),
    "a bracket": mixed, "two columns": lambda: beside(60), "two columns far apart": lambda: beside(400),
    "far right": lambda: Project(network=column(4, 2).network, positions={
        n: (900.0, 80.0 * i) for i, n in enumerate(column(4, 2).network.nodes)}),
}  # fmt: skip


@pytest.mark.parametrize("size", [(1440, 900), (1120, 700)])
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_callout_never_covers_its_card_its_wires_or_the_minimap(
    name: str, size: tuple[int, int], qtbot: Any, themed: QApplication
) -> None:
    person = Person(qtbot, LAYOUTS[name]())
    person.window.resize(*size)
    person.settle()
    seen = 0
    for x, y in ((0, 0), (60, -40), (-120, 30), (0, 160), (0, -200)):
        person.view.pan(QPointF(x, y))
        QApplication.processEvents()
        seen += person.page.stage.callout.isVisible()
        assert_free(person)
    assert seen, "there is room for it somewhere"


def assert_free(person: Person) -> None:
    stage, view = person.page.stage, person.view
    callout = stage.callout
    if not callout.isVisible():
        return
    box = callout.geometry()
    assert stage.rect().contains(box)
    assert sum(w is callout for w in stage.children()) == 1
    card = str(callout.problem.node)
    item = person.scene.nodes[card]
    there = view.mapFromScene(item.x(), item.y())
    size = QPointF(CARD_W, item.card.height) * view.zoom
    assert not box.intersects(QRect(there, there + size.toPoint()))
    for floating in (stage.minimap, stage.tools, stage.zoom_tools, stage.total):
        assert not (floating.isVisible() and box.intersects(floating.geometry())), floating.accessibleName()
    for key in person.scene.touching[card]:
        points = [view.mapFromScene(QPointF(*p)) for p in person.scene.wires[key].route.points]
        for a, b in itertools.pairwise(points):
            assert not box.intersects(QRect(a, b).normalized().adjusted(-1, -1, 1, 1)), key


@pytest.mark.parametrize(("project", "title"), [
    (lambda: Project(network=stack(layer("Input"), layer("Dense", units=3))), "Begin with 8 numbers"),
    (mixed, "Insert Flatten"),
    (idle, "Connect dropout_2"),
])  # fmt: skip
def test_no_button_of_the_callout_is_cut(project: Any, title: str, qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, project())
    callout = person.page.stage.callout
    assert callout.isVisible()
    assert callout.fix.text().strip() == title
    for part in (callout.fix, callout.more, callout.key):
        assert part.isHidden() or part.width() >= part.sizeHint().width(), part.accessibleName()
    assert callout.fix.toolTip().startswith(title)


def test_the_callout_keeps_off_a_panel_that_lies_over_the_canvas(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, mixed())
    person.window.resize(1120, 700)
    person.settle()
    person.click_card("concatenate_1")
    panel, callout = person.page.panels["right"], person.page.stage.callout
    if panel.isHidden():
        person.page.toggle_panel("right")
    wait_until(lambda: not person.page.stage.callout._later.isActive())
    assert panel.isVisible()
    there = QRect(callout.mapToGlobal(QPoint(0, 0)), callout.size())
    cover = QRect(panel.mapToGlobal(QPoint(0, 0)), panel.size())
    assert not (callout.isVisible() and there.intersects(cover))
    person.page.toggle_panel("right")
    wait_until(lambda: callout.isVisible() and not callout._later.isActive())
    assert_free(person)


def test_without_room_the_callout_goes(person: Person) -> None:
    callout = person.page.stage.callout
    assert callout.isVisible()
    person.view.zoom_to(3.6)
    person.view.centre_on(QPointF(person.scene.nodes["n3"].x() + 118, person.scene.nodes["n3"].y() + 24))
    QApplication.processEvents()
    assert_free(person)
    person.view.zoom_to(0.3)
    assert not callout.isVisible()
    person.view.zoom_to(1.0)
    person.view.show_all()
    assert callout.isVisible()


# ---- the whole program ----
def test_f8_leads_to_the_data_page_and_back(studio: Studio, tmp_path: Any) -> None:
    path = tmp_path / "uneven.csv"
    lines = [f"{i * 37 % 61},{i * 17 % 59},{'rare' if i % 10 == 0 else 'often'}" for i in range(100)]
    path.write_text("a,b,kind\n" + "\n".join(lines))
    project = edits.set_role(files.table_project(path), "kind", "target")
    studio.documents._show(project, None) if hasattr(studio.documents, "_show") else studio.session.open(project)
    ready(studio)
    studio.show_stage("define")
    ready(studio)
    page: Any = studio.page("define")
    session = studio.session
    session.edit("x", lambda p: edits.add_layer(p, layer("Add")))
    kinds = [p.short for p in session.problems]
    assert "uneven classes" in kinds
    assert kinds[0] == "not connected"
    seen = []
    for _ in kinds:
        focus = QApplication.focusWidget() or studio.window
        QTest.keyClick(focus, K.Key_F8)
        ready(studio)
        seen.append((studio.stage, page._walked.short))
    assert ("data", "uneven classes") in seen
    assert ("define", "not connected") in seen
    while studio.stage != "data":
        QTest.keyClick(QApplication.focusWidget() or studio.window, K.Key_F8)
        ready(studio)
    data: Any = studio.page("data")
    assert data.table.selected == ("kind",)
    card = next(c for p, c in data.table.cards if p.short == "uneven classes")
    button = next(b for b in card.findChildren(QWidget) if b.accessibleName().startswith("Use class weights: "))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5, 5))
    ready(studio)
    assert session.project.fit.class_weight == "balanced"
    assert "uneven classes" not in [p.short for p in session.problems]
    assert "uneven classes" not in [p.short for p, _ in data.table.cards]


def test_a_sample_has_no_problem_but_hints(studio: Studio) -> None:
    for sample in templates.samples()[:3]:
        studio.documents.open_sample(sample)
        ready(studio)
        assert [p for p in studio.session.problems if p.severity == "error"] == []
        assert all(p.repairs or p.where == "file" for p in studio.session.problems)


def test_a_large_network_shows_what_the_job_found(studio: Studio) -> None:
    network, above = Network().add(layer("Input", shape=(8,)))
    for _ in range(60):
        network, below = network.add(layer("Dense", units=8))
        network, above = network.wire(above.id, below.id), below
    studio.session.open(Project(network=network.with_outputs(above.id)))
    studio.show_stage("define")
    ready(studio)
    page: Any = studio.page("define")
    assert page.problems.rows == []
    studio.session.edit("x", lambda p: edits.add_layer(p, layer("Dense", units=3)))
    ready(studio)
    assert [r.problem.short for r in page.problems.rows] == ["not connected", "leads nowhere"]
    new = next(reversed(studio.session.project.network.nodes))
    assert page.scene.nodes[new].card.error == "not connected"
    assert lifecycle.check(studio.session.project) == studio.session.problems
