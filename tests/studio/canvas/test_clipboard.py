"""The clipboard: JSON for a canvas, code that can be run for other programs, code that comes from them."""

import json
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication

from engine.network.network import Network
from engine.project.document import Project
from studio.canvas.clipboard import MIME
from tests.studio.canvas.people import Person

K, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def code() -> str:
    return QApplication.clipboard().text()


def choose(person: Person, *names: str) -> None:
    person.session.selection.set(*(person.id(n) for n in names))


def test_the_clipboard_holds_readable_json_and_code(person: Person) -> None:
    choose(person, "dense_1", "dense_2", "dropout_1")
    person.key(K.Key_C, CTRL)
    data = json.loads(bytes(QApplication.clipboard().mimeData().data(MIME).data()))
    assert data["format"] == "layerwright/nodes/1"
    assert [n["name"] for n in data["nodes"]] == ["dense_1", "dense_2", "dropout_1"]
    assert data["wires"] == [[0, 1, 0], [1, 2, 0]]
    assert code().startswith("from keras import Model, layers\n")
    assert 'layers.Dense(64, activation="relu", name="dense_2")(dense_1)' in code()


def test_the_code_runs_and_is_the_same_layers(person: Person) -> None:
    choose(person, "dense_1", "dense_2", "dropout_1")
    person.key(K.Key_C, CTRL)
    scope: dict[str, Any] = {}
    exec(code().replace("from keras import", "from engine import"), scope)
    assert [layer.name for layer in scope["model"].layers][1:] == ["dense_1", "dense_2", "dropout_1"]
    assert scope["model"].output_shape[1:] == (64,)


def test_code_from_an_editor_is_pasted(person: Person) -> None:
    text = (
        "from keras import layers\n\nx = layers.Input(shape=(8,))\nskip = layers.Dense(16, activation='relu')(x)\n"
        "y = layers.Dense(16)(skip)\nout = layers.Add()([y, skip])\n"
    )
    QApplication.clipboard().setText(text)
    person.key(K.Key_V, CTRL)
    assert len(person.names()) == 9
    assert len(person.session.selection.ids) == 4
    chosen = person.session.selection.nodes
    kinds = [person.session.project.network.nodes[n].layer.KERAS for n in chosen]
    assert kinds == ["Input", "Dense", "Dense", "Add"]
    inner = [w for w in person.session.project.network.wires if w.source in chosen]
    assert len(inner) == 4
    places = [person.scene.place_of(n) for n in chosen]
    assert len({x for x, _ in places}) == 1
    assert len({y for _, y in places}) == 4
    assert person.session.stack.undoText() == "Paste"


def test_a_list_of_layers_is_pasted_as_a_stack(person: Person) -> None:
    QApplication.clipboard().setText("Sequential([Dense(32, activation='relu'), Dropout(0.3), Dense(2)])")
    person.key(K.Key_V, CTRL)
    kinds = [person.session.project.network.nodes[n].layer.KERAS for n in person.session.selection.nodes]
    assert kinds[-3:] == ["Dense", "Dropout", "Dense"]


@pytest.mark.parametrize("text", ["", "hello world", "import os\nos.system('x')", "x = (", "{}", "[1, 2]"])
def test_other_text_is_refused_in_words(person: Person, text: str) -> None:
    QApplication.clipboard().setText(text)
    person.key(K.Key_V, CTRL)
    assert person.session.stack.count() == 0
    assert person.toasts[0].endswith(".")


def test_damaged_json_is_refused_in_words(person: Person) -> None:
    for damage in ('"nodes": 3', '"nodes": [{}]', '"nodes": [], "wires": [[0, 9, 0]]', '"notes": [{"text": 4}]'):
        data = QMimeData()
        data.setData(MIME, ('{"format": "layerwright/nodes/1", ' + damage + "}").encode())
        QApplication.clipboard().setMimeData(data)
        person.key(K.Key_V, CTRL)
        assert person.session.stack.count() == 0
    assert len(person.refused) + len(person.toasts) == 4


def test_between_projects(qtbot: Any, person: Person) -> None:
    choose(person, "dense_1", "dense_2")
    person.key(K.Key_C, CTRL)
    before = [person.session.project.network.nodes[person.id(n)] for n in ("dense_1", "dense_2")]
    other = Person(qtbot, Project(network=Network()))
    other.key(K.Key_V, CTRL)
    after = list(other.session.project.network)
    assert [(n.name, n.layer) for n in after] == [(n.name, n.layer) for n in before]
    assert other.wires() == {("dense_1", "dense_2")}
    a, b = (other.scene.place_of(n.id) for n in after)
    assert (b[0] - a[0], b[1] - a[1]) == (0, 76)


def test_pasted_cards_cover_none_that_are_there(person: Person) -> None:
    choose(person, "dense_1", "dense_2", "dropout_1")
    person.key(K.Key_C, CTRL)
    for _ in range(3):
        before = set(person.scene.nodes)
        person.key(K.Key_V, CTRL)
        person.settle()
        new = set(person.scene.nodes) - before
        assert len(new) == 3
        rects = {id: person.scene.rect_of(id) for id in person.scene.nodes}
        assert not [(a, b) for a in new for b in rects if a != b and rects[a].intersects(rects[b])]
        assert any(person.view.seen().contains(rects[id]) for id in new)


def test_cut_takes_away_and_paste_brings_back(person: Person) -> None:
    choose(person, "dense_2")
    person.key(K.Key_X, CTRL)
    assert person.wires() >= {("dense_1", "dropout_1")}
    assert person.session.stack.undoText() == "Cut dense_2"
    person.key(K.Key_V, CTRL)
    assert "dense_2" in person.names()
