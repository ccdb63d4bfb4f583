"""The Define page: problems with fixes, live code, the empty canvas, data on Input cards, names."""

import re
import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.network.network import Network, stack
from engine.project import lifecycle
from engine.project.document import Project
from studio.document import edits, files, templates
from studio.widgets import CheckBox, Select
from tests.studio.canvas.people import Person, classifier, layer
from tests.studio.conftest import both

K, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def person(qtbot: Any, themed: QApplication) -> Person:
    """Someone at the Define page with a small classifier."""
    return Person(qtbot, classifier())


def broken(qtbot: Any) -> Person:
    """Return someone with an image that goes into a Dense 1-D layer by a Concatenate of unlike ranks."""
    network = stack(layer("Input", shape=(18,)), layer("Dense", units=8), layer("Concatenate"), layer("Dense", units=2))
    network, second = network.add(layer("Input", shape=(1,), dtype="int32"))
    network, index = network.add(layer("Embedding", input_dim=7, output_dim=4))
    network = network.wire(second.id, index.id).wire(index.id, "n3")
    return Person(qtbot, Project(network=network))


def test_an_error_sits_on_its_card_and_its_button_mends_it(qtbot: Any, themed: QApplication) -> None:
    person = broken(qtbot)
    card = person.scene.nodes["n3"].card
    assert "ranks differ" in card.error
    assert [w.link.key for w in person.scene.wires.values() if w.link.wrong] == [("n6", "n3", 1)]
    callout = person.find("Problem of a layer")
    assert not callout.geometry().intersects(person.page.stage.minimap.geometry())
    said = person.page.stage.callout.text.text()
    assert {"(1, 4)", "(8)"} <= set(re.findall(r"\([\d, ]+\)", said))  # as on the wires
    person.click(person.page.stage.callout.fix)
    person.settle()
    assert person.session.shapes.ok
    assert not person.page.stage.callout.isVisible()
    assert person.session.stack.undoText() == "Insert Flatten"


@both
def test_alt_enter_and_f8(qtbot: Any, themed: QApplication) -> None:
    person = broken(qtbot)
    person.window.activateWindow()
    person.key(K.Key_F8)
    assert person.session.selection.current == "n3"
    person.key(K.Key_Return, ALT)
    assert person.session.shapes.ok


def test_problem_rows_have_their_fix(qtbot: Any, themed: QApplication) -> None:
    person = broken(qtbot)
    row = person.page.problems.rows[0]
    person.click(row, QPoint(40, 16))
    assert person.session.selection.current == "n3"
    name = f"Insert Flatten: {row.problem.message}"  # the callout has a button for it too
    buttons = [b for b in row.findChildren(QWidget) if b.accessibleName() == name]
    person.click(buttons[0])
    assert person.session.shapes.ok


def test_selecting_a_card_lights_its_lines_and_a_line_selects_its_card(person: Person) -> None:
    person.click_card("dense_2")
    (line,) = person.page.code.marked()
    assert 'name="dense_2"' in person.page.code.toPlainText().splitlines()[line - 1].replace("'", '"')
    person.page.code.line_clicked.emit(line - 1)
    assert person.session.selection.current == person.id("dense_1")


def test_a_whole_network_from_nothing_by_mouse_and_keys(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, Project())
    person.click(person.find("Add an input"))
    person.settle()
    QTest.keyClicks(person.find("Search layers"), "dense")
    person.take("Dense", person.spot("input_1", 118, 62))
    assert person.wires() == {("input_1", "dense_1")}
    assert person.session.project.network.outputs == (person.id("dense_1"),)
    assert not person.page.stage.empty.isVisible()


def test_undo_all_is_the_start_and_redo_all_the_end(person: Person) -> None:
    start = person.session.project
    person.click_card("dense_1")
    person.key(K.Key_Delete)
    person.key(K.Key_A, Qt.KeyboardModifier.ControlModifier)
    person.key(K.Key_D, Qt.KeyboardModifier.ControlModifier)
    person.drag(person.spot("dense_2"), person.spot("dense_2") + QPoint(200, 30))
    end = person.session.project
    steps = person.session.stack.count()
    for _ in range(steps):
        person.session.undo()
    assert person.session.project == start
    for _ in range(steps):
        person.session.redo()
    assert person.session.project == end
    assert set(person.scene.nodes) == {*end.network.nodes, "target:0"}


def test_the_input_card_names_its_tensor_and_its_columns_are_chosen_there(qtbot: Any, themed: QApplication) -> None:
    sample = next(s for s in templates.samples() if s.id == "iris")
    project = edits.set_role(files.table_project(templates.sample_path(sample)), sample.target, "target")
    table = lifecycle.open_table(project, None)
    person = Person(qtbot, lifecycle.suggest(project, table))
    person.session.set_table(table)
    person.session.set_prepared(lifecycle.prepare(person.session.project, table))
    person.settle()
    node = person.session.project.network.inputs()[0]
    card = person.scene.nodes[node].card
    assert card.line == "features · 4 columns"
    assert person.scene.nodes["target:0"].card.name == sample.target
    assert person.scene.nodes["target:0"].card.line == "3 classes"
    assert dict(person.scene.nodes["target:0"].card.lines)["Loss"] == "SparseCategoricalCrossentropy"
    person.click(person.view.viewport(), person.spot(person.session.project.network.nodes[node].name))
    assert person.find("Takes", Select).value() == "features"
    boxes = [b for b in person.page.inspector.findChildren(CheckBox) if b.isVisible()]
    assert len(boxes) == 4
    person.click(boxes[0])
    name = boxes[0].text()
    assert person.session.project.data.columns[name].role == "ignore"


def test_every_widget_that_takes_the_keyboard_has_a_name(person: Person) -> None:
    person.click_card("dense_2")
    nameless = [
        type(w).__name__
        for w in person.page.findChildren(QWidget)
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.isVisible() and not w.accessibleName()
    ]
    assert [n for n in nameless if n not in ("QLineEdit", "QWidget")] == []


def test_a_thousand_layers_stay_quick(qtbot: Any, themed: QApplication) -> None:
    network = Network()
    network, above = network.add(layer("Input", shape=(8,)))
    for _ in range(999):
        network, below = network.add(layer("Dense", units=8))
        network, above = network.wire(above.id, below.id), below
    person = Person(qtbot, Project(network=network.with_outputs(above.id)))
    items = dict(person.scene.nodes)
    begun = time.process_time()
    for i in range(50):
        person.view.zoom_to(1.0 + (i % 5) / 10)
        person.view.pan(person.view.mapToScene(QPoint(0, 3)) * 0.01)
        QApplication.processEvents()
    assert (time.process_time() - begun) / 50 < 0.1
    start = person.spot("dense_3")
    begun = time.process_time()
    person.drag(start, start + QPoint(150, 0), drop=False)
    assert (time.process_time() - begun) / 6 < 0.1
    QTest.mouseRelease(
        person.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(150, 0)
    )
    assert all(person.scene.nodes[k] is item for k, item in items.items())


@pytest.mark.parametrize("size", [(1440, 900), (1120, 700)])
def test_the_empty_state_stands_clear_of_the_training_target(qtbot: Any, size: tuple[int, int]) -> None:
    person = Person(qtbot, Project())
    person.window.resize(*size)
    person.settle()
    empty = person.page.stage.empty
    assert empty.isVisible()
    target = person.view.mapFromScene(person.scene.nodes["target:0"].sceneBoundingRect()).boundingRect()
    stage, parts = person.page.stage, (empty.title, empty.sentence, empty.action)
    shown = [QRect(part.mapTo(stage, QPoint(0, 0)), part.size()) for part in parts]
    assert not any(target.intersects(place) for place in shown)
    assert all(stage.rect().contains(place) for place in shown)
