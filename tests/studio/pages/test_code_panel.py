"""The code panel by mouse and keys: what is typed is drawn, what is drawn is written, and nothing typed is lost."""

import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.network.kept import Kept
from engine.network.network import stack
from engine.project import file
from engine.project.document import Project
from engine.project.runs import RunStore
from studio.document import edits
from studio.pages.define.mingle import mingle
from studio.widgets import CodeEditor
from tests.studio.canvas.people import Person, classifier, layer
from tests.studio.conftest import wait_until

K, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Coder(Person):
    """Someone who types in the code panel."""

    @property
    def code(self) -> CodeEditor:
        """The editor, found by its name."""
        found: CodeEditor = self.find("Code", CodeEditor)
        return found

    def lines(self) -> list[str]:
        """What stands in the editor."""
        return self.code.text().split("\n")

    def place(self, text: str, *, end: bool = False) -> None:
        """Click into the editor and go to a text with the cursor (to select it, or behind it)."""
        self.window.activateWindow()
        QTest.mouseClick(self.code.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        at = self.code.text().index(text)
        cursor = self.code.textCursor()
        cursor.setPosition(at + (len(text) if end else 0))
        cursor.setPosition(at + len(text), QTextCursor.MoveMode.KeepAnchor)
        self.code.setTextCursor(cursor)

    def type(self, text: str) -> None:
        """Type with the keyboard."""
        for i, part in enumerate(text.split("\n")):
            if i:
                QTest.keyClick(self.code, K.Key_Return)
            QTest.keyClicks(self.code, part)

    def rest(self) -> None:
        """Wait until what was typed is read."""
        wait_until(lambda: not self.page.code_panel._read.isActive())
        self.settle()

    def leave(self) -> None:
        """Go back to the canvas."""
        self.view.setFocus()
        QApplication.processEvents()


@pytest.fixture
def coder(qtbot: Any, themed: QApplication) -> Coder:
    """Someone at the Define page with a small classifier."""
    return Coder(qtbot, classifier())


def test_typing_changes_the_canvas_as_one_step(coder: Coder) -> None:
    before = coder.session.project
    coder.place("Dropout(0.2")
    coder.type("Dropout(0.5")
    assert coder.session.project is before
    coder.rest()
    assert coder.session.project.network.nodes["n4"].layer == layer("Dropout", rate=0.5)
    assert coder.session.stack.undoText() == "Edit code"
    assert coder.scene.nodes["n4"].card.line == "rate 0.5"
    coder.place("layers.Dense(7")
    coder.type("layers.Dense(9")
    coder.rest()
    assert coder.session.stack.count() == 1
    coder.leave()
    coder.session.undo()
    assert coder.session.project == before
    assert "Dropout(0.2" in coder.code.text()


def test_a_new_line_is_a_new_card_and_ids_and_places_stay(coder: Coder) -> None:
    coder.session.edit("Move", lambda p: edits.move(p, {"n2": (0.0, 76.0), "n3": (0.0, 152.0), "n4": (10.0, 228.0)}))
    coder.place('name="dense_2")(dense_1)', end=True)
    coder.type("\nx = layers.BatchNormalization()(dense_2)")
    coder.rest()
    coder.place('name="dropout_1")(dense_2')
    coder.type('name="dropout_1")(x')
    coder.rest()
    assert coder.names() == ["input_1", "dense_1", "dense_2", "batch_normalization_1", "dropout_1", "dense_3"]
    assert coder.session.project.positions["n6"] == (0.0, 228.0)
    assert coder.session.project.positions["n4"] == (10.0, 304.0)
    coder.page.code_panel.refresh()
    assert "x = layers" in coder.code.text()
    coder.leave()
    assert "batch_normalization_1 = layers.BatchNormalization(" in coder.code.text()


def test_a_changed_name_is_a_rename(coder: Coder) -> None:
    coder.place('name="dense_2"')
    coder.type('name="middle"')
    coder.rest()
    assert coder.session.project.network.nodes["n3"].name == "middle"
    assert list(coder.session.project.network.nodes) == ["n1", "n2", "n3", "n4", "n5"]


def test_a_mistake_keeps_the_canvas_and_says_where(coder: Coder) -> None:
    before = coder.session.project
    coder.place('layers.Dense(64, activation="relu", name="dense_2")')
    coder.type('layers.Dense(64, activation="relu", name="dense_2"')
    coder.rest()
    assert coder.session.project is before
    assert coder.code.errors() == {5: "'(' was never closed."}
    assert coder.page.code_panel.state.full_text().startswith("Line 5: the canvas waits.")
    coder.leave()
    assert coder.lines()[4].endswith('name="dense_2"(dense_1)')
    coder.click(coder.find("Back to the canvas"))
    assert coder.code.errors() == {}
    assert coder.lines()[4].endswith('name="dense_2")(dense_1)')
    assert not coder.page.code_panel.revert.isVisible()


def test_a_wrong_setting_is_a_sentence_and_its_mending_is_applied(coder: Coder) -> None:
    coder.place("layers.Dense(7")
    coder.type("layers.Dense(0")
    coder.rest()
    assert coder.code.errors() == {7: "Dense: units must be at least 1; it is 0."}
    coder.place("layers.Dense(0")
    coder.type("layers.Dense(5")
    coder.rest()
    assert coder.code.errors() == {}
    assert coder.session.project.network.nodes["n5"].layer.units == 5  # type: ignore[attr-defined]


def test_what_cannot_be_drawn_is_amber_kept_and_saved(coder: Coder, tmp_path: Any) -> None:
    coder.place('name="dropout_1")(dense_2)', end=True)
    coder.type("  # a guess\nprint(dropout_1)\n# the end")
    coder.rest()
    assert coder.session.project.code == (
        Kept("n4", "# a guess", True), Kept("n4", "print(dropout_1)"), Kept("n4", "# the end"),
    )  # fmt: skip
    assert list(coder.code.kept()) == [7]
    assert "stand on the canvas" in coder.code.kept()[7]
    coder.leave()
    coder.click_card("dense_2")
    coder.key(K.Key_Delete)
    assert "print(dropout_1)" in coder.code.text()
    assert list(coder.code.kept()) == [6]
    file.save(tmp_path / "p.layerwright", coder.session.project, RunStore())
    again, _runs = file.load(tmp_path / "p.layerwright")
    assert again == coder.session.project
    coder.session.undo()
    coder.session.undo()
    assert coder.session.project.code == ()


def test_a_card_lights_its_lines_and_the_cursor_selects_a_card(coder: Coder) -> None:
    coder.click_card("dropout_1")
    assert coder.code.marked() == (6,)
    coder.place("layers.Dense(7")
    QTest.keyClick(coder.code, K.Key_Up)
    QTest.keyClick(coder.code, K.Key_Up)
    assert coder.session.selection.current == coder.id("dense_2")
    assert coder.code.marked() == (5,)
    assert coder.code.hasFocus()


def test_a_problem_of_the_canvas_reddens_its_line(coder: Coder) -> None:
    coder.place("layers.Dropout(0.2")
    coder.type("layers.Conv2D(4, 3")
    coder.rest()
    wait_until(coder.code.errors)
    assert coder.code.errors() == {6: coder.session.shapes.problems[0].short}
    height = coder.code.cursorRect(QTextCursor(coder.code.document().findBlockByNumber(5))).center().y()
    assert coder.code.tip_at(height) == str(coder.session.shapes.problems[0])
    assert coder.scene.nodes["n4"].card.error


def test_undo_is_the_texts_own_and_then_the_documents(coder: Coder) -> None:
    coder.session.edit("Set rate", lambda p: edits.set_field(p, "n4", "rate", 0.3))
    start = coder.session.project
    coder.place("Dropout(0.3")
    coder.type("Dropout(0.4")
    coder.rest()
    for _ in range(20):
        if not coder.code.document().isUndoAvailable():
            break
        QTest.keyClick(coder.code, K.Key_Z, CTRL)
    coder.rest()
    assert coder.session.project == start
    assert coder.session.stack.undoText() == "Set rate"
    coder.session.undo()
    assert coder.session.project.network.nodes["n4"].layer == layer("Dropout", rate=0.2)
    assert "Dropout(0.2" in coder.code.text()


def test_the_canvas_may_change_while_someone_types(coder: Coder) -> None:
    coder.place("Dropout(0.2")
    coder.type("Dropout(0.")
    coder.type("7")
    assert coder.page.code_panel.waiting
    coder.session.edit("Set units", lambda p: edits.set_field(p, "n5", "units", 4))
    coder.session.edit("Add", lambda p: edits.append_layer(p, "Dense", "n5"))
    assert "Dropout(0.7" in coder.code.text()
    assert "layers.Dense(4" in coder.code.text()
    coder.rest()
    network = coder.session.project.network
    assert network.nodes["n4"].layer == layer("Dropout", rate=0.7)
    assert network.nodes["n5"].layer.units == 4  # type: ignore[attr-defined]
    assert "n6" in network.nodes


def test_a_mistake_stays_when_the_canvas_changes(coder: Coder) -> None:
    coder.place("Dropout(0.2")
    coder.type("Dropout(2")
    coder.rest()
    coder.leave()
    coder.click_card("dense_1")
    coder.key(K.Key_Delete)
    coder.rest()
    assert "Dropout(2" in coder.code.text()
    assert "dense_1 = " not in coder.code.text()
    assert list(coder.code.errors()) == [5]
    coder.place("Dropout(2")
    coder.type("Dropout(0.25")
    coder.rest()
    assert coder.names() == ["input_1", "dense_2", "dropout_1", "dense_3"]
    assert coder.session.project.network.nodes["n4"].layer == layer("Dropout", rate=0.25)


def test_an_inputs_shape_stays_that_of_the_data(qtbot: Any, themed: QApplication) -> None:
    coder = Coder(qtbot, Project(network=stack(layer("Input"), layer("Dense", units=3))))
    coder.session.feeds = lambda: {"n1": (5,)}  # type: ignore[method-assign]
    coder.page.session.feeds = lambda: {"n1": (5,)}  # type: ignore[method-assign]
    coder.page.code_panel.refresh()
    assert "shape=(5,)" in coder.code.text()
    coder.place("layers.Dense(3")
    coder.type("layers.Dense(8")
    coder.rest()
    assert coder.session.project.network.nodes["n1"].layer == layer("Input")
    assert coder.session.project.network.nodes["n2"].layer.units == 8  # type: ignore[attr-defined]


def test_tab_leaves_and_indents_several_lines(coder: Coder) -> None:
    coder.place("from keras")
    QTest.keyClick(coder.code, K.Key_Tab)
    assert not coder.code.hasFocus()
    assert "    " not in coder.code.text()
    coder.place("# nothing", end=True) if "# nothing" in coder.code.text() else coder.place("from keras")
    QTest.keyClick(coder.code, K.Key_Down, SHIFT)
    QTest.keyClick(coder.code, K.Key_Down, SHIFT)
    QTest.keyClick(coder.code, K.Key_Tab)
    assert coder.lines()[0].startswith("    from keras")
    QTest.keyClick(coder.code, K.Key_Backtab, SHIFT)
    assert coder.lines()[0].startswith("from keras")
    assert coder.code.hasFocus()


def test_a_line_becomes_a_comment_and_code_again(coder: Coder) -> None:
    coder.place("dropout_1 = ")
    QTest.keyClick(coder.code, K.Key_Slash, CTRL)
    assert coder.lines()[5].startswith("# dropout_1 = ")
    coder.rest()
    assert list(coder.code.errors().values()) == ["There is no tensor, layer or model called dropout_1."]
    QTest.keyClick(coder.code, K.Key_Slash, CTRL)
    assert coder.lines()[5].startswith("dropout_1 = ")
    coder.rest()
    assert coder.code.errors() == {}
    assert coder.session.stack.count() == 0


def test_the_code_takes_the_whole_width_and_gives_it_back(coder: Coder) -> None:
    narrow = coder.code.width()
    coder.click(coder.find("Enlarge code"))
    assert coder.code.width() > narrow * 1.4
    assert not coder.page.problems.isVisible()
    coder.click(coder.find("Enlarge code"))
    assert coder.page.problems.isVisible()


def test_a_whole_script_replaces_the_network(coder: Coder) -> None:
    script = "\n".join([
        "import keras",
        "model = keras.Sequential([",
        "keras.Input((18,)),  # the features",
        "keras.layers.Dense(32, 'relu'),",
        "keras.layers.Dense(7, 'softmax'),",
        "])",
        "model.compile(loss='mse')",
    ])  # fmt: skip
    coder.place("from keras")
    QTest.keyClick(coder.code, K.Key_A, CTRL)
    QApplication.clipboard().setText(script)
    QTest.keyClick(coder.code, K.Key_V, CTRL)
    coder.rest()
    network = coder.session.project.network
    assert [network.nodes[n].layer.KERAS for n in network.order()] == ["Input", "Dense", "Dense"]
    assert network.outputs == network.order()[-1:]
    assert {k.text for k in coder.session.project.code} == {"# the features", "model.compile(loss='mse')"}
    coder.leave()
    assert coder.session.shapes.ok
    assert coder.lines()[2].endswith("# the features")


def test_typing_in_a_thousand_layers_is_smooth(qtbot: Any, themed: QApplication) -> None:
    layers = [layer("Input", shape=(8,)), *[layer("Dense", units=8)] * 999]
    coder = Coder(qtbot, Project(network=stack(*layers)))
    coder.page.code_panel.write()
    coder.place("layers.Dense(8")
    took = []
    for key in "layers.Dense(12":
        begun = time.process_time()
        QTest.keyClick(coder.code, key)
        took.append(time.process_time() - begun)
    assert sorted(took)[len(took) // 2] < 0.03
    coder.rest()
    assert coder.session.project.network.nodes["n2"].layer.units == 12  # type: ignore[attr-defined]


def test_edits_of_one_text_are_mingled_line_by_line() -> None:
    base = "a\nb\nc\nd"
    assert mingle(base, "a\nB\nc\nd", "a\nb\nc\nD\ne") == "a\nB\nc\nD\ne"
    assert mingle(base, "a\nb\nx\nc\nd", "b\nc\nd") == "b\nx\nc\nd"
    assert mingle(base, "a\nMINE\nd", "a\nb\nTHEIRS\nd") == "a\nMINE\nd"
    assert mingle(base, base, "new") == "new"
    assert mingle(base, "typed", base) == "typed"


def grouped(qtbot: Any) -> Coder:
    """Someone with dense_2 and the dropout in a group."""
    project = edits.group(classifier(), "n3", "n4")
    return Coder(qtbot, project)


def test_an_open_group_shows_its_own_code_and_is_edited_there(qtbot: Any, themed: QApplication) -> None:
    coder = grouped(qtbot)
    group = next(n for n in coder.session.project.network if n.layer.KERAS == "Model")
    assert "Dropout(0.2" in coder.code.text()
    coder.page.lens.open_group(group.id)
    coder.settle()
    assert "Dense(7" not in coder.code.text()
    assert coder.page.code_panel.state.full_text().startswith(f"{group.name}.py")
    coder.place("Dropout(0.2")
    coder.type("Dropout(0.6")
    coder.rest()
    assert [n.layer for n in coder.page.lens.project.network if n.layer.KERAS == "Dropout"] == [
        layer("Dropout", rate=0.6)
    ]
    coder.place("Dropout(0.6")
    coder.type("Dropout(6")
    coder.rest()
    coder.leave()
    coder.page.lens.leave_group()
    coder.settle()
    assert "Dropout(0.6" in coder.code.text()
    assert coder.code.errors() == {}
    coder.page.lens.open_group(group.id)
    assert "Dropout(6" in coder.code.text()
    coder.rest()
    assert (
        list(coder.code.errors().values()) == ["Dropout: rate must be less than 1; it is 6.0."] or coder.code.errors()
    )


def test_a_line_inside_a_group_selects_its_card_and_its_settings_are_edited(qtbot: Any, themed: QApplication) -> None:
    coder = grouped(qtbot)
    group = next(n for n in coder.session.project.network if n.layer.KERAS == "Model")
    coder.click_card(group.name)
    assert len(coder.code.marked()) > 3
    coder.place("Dropout(0.2")
    coder.type("Dropout(0.3")
    coder.rest()
    inner = coder.session.project.network.nodes[group.id].layer.network  # type: ignore[attr-defined]
    assert layer("Dropout", rate=0.3) in [n.layer for n in inner]
    assert list(inner.nodes) == list(group.layer.network.nodes)  # type: ignore[attr-defined]
