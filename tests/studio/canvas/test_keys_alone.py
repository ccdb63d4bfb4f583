"""The keyboard alone builds, wires and changes any network; wires are chosen, put elsewhere and deleted by keys."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.project.document import Project
from studio import theme
from tests.studio.canvas.people import Person

K = Qt.Key
NONE, SHIFT, ALT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Typist:
    """Someone who has no mouse: every key goes to what has the keyboard."""

    def __init__(self, person: Person) -> None:
        self.person = person
        person.window.activateWindow()
        person.view.setFocus()
        QApplication.processEvents()

    def focus(self) -> QWidget:
        found = self.person.window.focusWidget()
        assert found is not None
        return found

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            QTest.keyClick(self.focus(), key, modifier)
            self.person.settle()

    def write(self, text: str) -> None:
        QTest.keyClicks(self.focus(), text)

    def add(self, name: str) -> None:
        self.press(K.Key_Tab)
        self.write(name)
        self.press(K.Key_Return)

    def walk_to(self, name: str) -> None:
        """Go to a layer through Find."""
        self.press(K.Key_F, modifier=CTRL | SHIFT)
        self.write(name)
        self.press(K.Key_Return)
        assert self.person.session.selection.current == self.person.id(name)


@pytest.fixture(params=["light", "dark"])
def typist(qtbot: Any, themed: QApplication, request: pytest.FixtureRequest) -> Typist:
    """Someone with a keyboard and an empty project."""
    theme.apply(themed, request.param)
    return Typist(Person(qtbot, Project()))


def test_a_residual_network_with_two_inputs_from_nothing(typist: Typist) -> None:
    person = typist.person
    for name in ("input", "dense", "dense", "add", "concatenate", "dense"):
        typist.add(name)
    assert person.names() == ["input_1", "dense_1", "dense_2", "add_1", "concatenate_1", "dense_3"]
    typist.walk_to("dense_1")
    typist.press(K.Key_L)  # the skip: dense_1 -> add_1
    while person.view.gesture.over != person.id("add_1"):
        typist.press(K.Key_Down)
    typist.press(K.Key_Return)
    assert ("dense_1", "add_1") in person.wires()
    typist.press(K.Key_Escape)
    typist.add("input")
    typist.add("dense")
    assert ("input_2", "dense_4") in person.wires()
    typist.press(K.Key_L)  # the second branch: dense_4 -> concatenate_1
    for _ in range(20):
        if person.view.gesture.over == person.id("concatenate_1"):
            break
        typist.press(K.Key_Tab)
    typist.press(K.Key_Return)
    assert person.wires() == {
        ("input_1", "dense_1"), ("dense_1", "dense_2"), ("dense_2", "add_1"), ("dense_1", "add_1"),
        ("add_1", "concatenate_1"), ("input_2", "dense_4"), ("dense_4", "concatenate_1"), ("concatenate_1", "dense_3"),
    }  # fmt: skip
    missing = {p.node for p in person.session.shapes.problems if p.severity == "error"}
    assert missing == {person.id("input_1"), person.id("input_2")}  # there are no data yet
    assert person.session.project.network.outputs == (person.id("dense_3"),)
    typist.walk_to("dense_4")
    typist.press(K.Key_Return)  # into its first setting
    assert typist.focus() is not person.view
    typist.press(K.Key_A, modifier=CTRL)
    typist.write("12")
    typist.press(K.Key_Return)
    node = person.session.project.network.nodes[person.id("dense_4")]
    assert node.layer.units == 12
    person.view.setFocus()
    typist.press(K.Key_Delete)
    assert ("input_2", "concatenate_1") in person.wires()
    while person.session.stack.canUndo():
        person.session.undo()
    assert person.session.project == Project()


def test_l_shows_what_fits_and_why_others_do_not(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"))
    typist.press(K.Key_L)
    gesture = person.view.gesture
    assert gesture is not None
    assert person.scene.nodes[person.id("dense_1")].opacity() == 0.4
    assert gesture.over == person.id("dense_3")  # dropout_1 is wired already
    assert "Enter connects" in person.scene.overlay.remark.text
    for _ in range(3):
        typist.press(K.Key_Up)
    assert gesture.over == person.id("input_1")
    assert person.scene.overlay.remark.text == "an Input takes no wire"
    typist.press(K.Key_Return)
    assert person.session.stack.count() == 0
    assert "Input takes no wire" in person.toasts[0]
    assert person.view.gesture is None
    assert person.scene.overlay.remark is None


def test_escape_and_leaving_the_canvas_put_the_wire_down(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_1"))
    typist.press(K.Key_L, K.Key_Escape)
    assert person.view.gesture is None
    assert person.session.selection.ids == (person.id("dense_1"),)
    typist.press(K.Key_L)
    person.find("Search layers").setFocus()
    assert person.view.gesture is None
    assert person.scene.nodes[person.id("input_1")].opacity() == 1.0
    assert person.session.stack.count() == 0


def test_a_press_of_the_mouse_puts_the_wire_down_too(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_1"))
    typist.press(K.Key_L)
    person.click_card("dropout_1")
    assert person.view.gesture is None
    assert person.session.selection.ids == (person.id("dropout_1"),)


def test_shift_l_wires_into_the_selected_layer(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_3"))
    typist.press(K.Key_L, modifier=SHIFT)
    assert person.view.gesture.over == person.id("dense_2")
    typist.press(K.Key_Return)
    assert ("dense_2", "dense_3") in person.wires()
    assert ("dropout_1", "dense_3") not in person.wires()


def test_wires_are_walked_put_elsewhere_and_deleted(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"))
    typist.press(K.Key_W)
    assert person.scene.chosen_wire[:2] == (person.id("dense_1"), person.id("dense_2"))
    typist.press(K.Key_W)
    assert person.scene.chosen_wire[:2] == (person.id("dense_2"), person.id("dropout_1"))
    typist.press(K.Key_W, modifier=SHIFT)
    assert person.scene.chosen_wire[:2] == (person.id("dense_1"), person.id("dense_2"))
    typist.press(K.Key_L, modifier=SHIFT)  # its start
    while person.view.gesture.over != person.id("input_1"):
        typist.press(K.Key_Up)
    typist.press(K.Key_Return)
    assert ("input_1", "dense_2") in person.wires()
    assert ("dense_1", "dense_2") not in person.wires()
    typist.press(K.Key_W, K.Key_Delete)
    assert ("input_1", "dense_2") not in person.wires()
    assert person.session.stack.undoText() == "Delete wire"


def test_tab_on_a_selected_wire_inserts_there(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"))
    typist.press(K.Key_W)
    typist.add("dropout")
    assert {("dense_1", "dropout_2"), ("dropout_2", "dense_2")} <= person.wires()


def test_up_and_down_leave_a_wire_for_its_ends(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"))
    typist.press(K.Key_W, K.Key_Up)
    assert person.session.selection.ids == (person.id("dense_1"),)
    assert person.scene.chosen_wire is None


def test_without_a_layer_l_says_what_to_do(person: Person) -> None:
    typist = Typist(person)
    typist.press(K.Key_L)
    assert "Select the layer" in person.toasts[0]


# ---- find ------------------------------------------------------------------------------------------------------------
def test_find_walks_from_match_to_match(person: Person) -> None:
    typist = Typist(person)
    person.view.zoom_to(2.0)
    seen = person.view.seen().center()
    typist.press(K.Key_F, modifier=CTRL | SHIFT)
    typist.write("dense")
    bar = person.page.stage.finder
    assert bar.count.full_text() == "1 of 3"
    for name in ("dense_1", "dense_2", "dense_3", "dense_1"):
        assert bar.current() == person.id(name)
        assert person.scene.nodes[person.id(name)].found
        assert person.view.seen().contains(person.scene.rect_of(person.id(name)).center())
        typist.press(K.Key_Down)
    typist.press(K.Key_Escape)
    assert not bar.isVisible()
    assert not any(item.found for item in person.scene.nodes.values())
    assert person.session.selection.ids == ()
    assert (person.view.seen().center() - seen).manhattanLength() < 3
    assert typist.focus() is person.view


def test_find_takes_types_names_and_remarks_and_says_when_there_is_none(person: Person) -> None:
    typist = Typist(person)
    typist.press(K.Key_N)
    typist.write("Look at the LEARNING rate")
    typist.press(K.Key_Escape)
    typist.press(K.Key_F, modifier=CTRL | SHIFT)
    typist.write("learning")
    assert person.page.stage.finder.current() == "note:1"
    typist.press(K.Key_A, modifier=CTRL)
    typist.write("zzz")
    assert person.page.stage.finder.count.full_text() == "no match"
    typist.press(K.Key_Return)
    assert not person.page.stage.finder.isVisible()


# ---- the stack -------------------------------------------------------------------------------------------------------
def test_a_selected_block_moves_in_the_stack_as_one(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"), person.id("dropout_1"))
    typist.press(K.Key_Up, modifier=ALT)
    assert person.names() == ["input_1", "dense_2", "dropout_1", "dense_1", "dense_3"]
    assert person.session.stack.count() == 1
    typist.press(K.Key_Up, modifier=ALT)  # an Input stays first
    assert person.session.stack.count() == 1
    typist.press(K.Key_Down, K.Key_Down, modifier=ALT)
    assert person.names() == ["input_1", "dense_1", "dense_3", "dense_2", "dropout_1"]
    assert person.session.project.network.outputs == (person.id("dropout_1"),)
    assert len(person.session.selection.ids) == 2


def test_f2_puts_the_keyboard_into_the_name(person: Person) -> None:
    typist = Typist(person)
    person.session.selection.set(person.id("dense_2"))
    typist.press(K.Key_F2)
    typist.write("hidden")
    typist.press(K.Key_Return)
    assert "hidden" in person.names()
    assert "dense_2" not in person.names()
