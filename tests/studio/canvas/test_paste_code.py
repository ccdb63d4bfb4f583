"""Keras-style code on the clipboard is pasted as cards."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.project.document import Project
from tests.studio.canvas.people import Person, classifier

CTRL, V = Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_V
SCRIPT = """
    inputs = keras.Input(shape=(18,))
    x = keras.layers.Dense(32, activation="relu")(inputs)
    y = keras.layers.Dense(32, activation="tanh")(inputs)
    z = keras.layers.Concatenate(name="joined")([x, y])
    model = keras.Model(inputs, z)
"""


def pasted(person: Person, text: str) -> None:
    QApplication.clipboard().setText(text)
    person.key(V, CTRL)


def test_a_piece_of_a_script_becomes_cards_with_wires(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, classifier())
    person.view.setFocus()
    pasted(person, SCRIPT)
    assert person.wires() >= {("dense_4", "joined"), ("dense_5", "joined"), ("input_2", "dense_4")}
    assert person.session.stack.undoText() == "Paste"
    places = [person.session.project.positions[person.id(n)] for n in ("input_2", "dense_4", "dense_5", "joined")]
    assert len(set(places)) == 4
    person.session.undo()
    assert len(person.session.project.network.nodes) == 5


def test_a_list_of_layers_becomes_a_stack(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, Project())
    person.view.setFocus()
    pasted(person, "Dense(64, 'relu'), Dropout(0.2), Dense(3)")
    assert person.names() == ["dense_1", "dropout_1", "dense_2"]
    assert person.session.project.network.outputs == (person.id("dense_2"),)


def test_text_that_is_no_code_changes_nothing_and_says_so(qtbot: Any, themed: QApplication) -> None:
    person = Person(qtbot, classifier())
    person.view.setFocus()
    before = person.session.project
    for text, sentence in (
        ("Dear all (and you)", "holds no layers"),
        ("", "holds no layers"),
        ("x = Dense(0)", "Line 1 of its text: Dense: units must be at least 1"),
        ("__import__('os').system('true')", "holds no layers"),
    ):
        pasted(person, text)
        assert sentence in person.toasts[-1]
    assert person.session.project is before
