"""The code panel in the whole window: its keys beside those of the window."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.network.network import stack
from engine.project import file
from engine.project.document import Project
from studio.app import Studio
from studio.widgets import CodeEditor
from tests.studio.canvas.people import layer
from tests.studio.conftest import wait_until

K, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def opened(studio: Studio) -> tuple[Any, CodeEditor]:
    """The Define page of a small project and its editor, which has the keyboard."""
    network = stack(layer("Input", shape=(4,)), layer("Dense", units=8), layer("Dense", units=3))
    studio.session.open(Project(network=network))
    studio.show_stage("define")
    QApplication.processEvents()
    page: Any = studio.page("define")
    page.code.setFocus()
    QApplication.processEvents()
    return page, page.code


def test_undo_keys_take_back_text_first_and_steps_of_the_document_then(whole: Studio) -> None:
    page, code = opened(whole)
    start = whole.session.project
    code.selectAll()
    QTest.keyClick(code, K.Key_End, CTRL)
    QTest.keyClick(code, K.Key_Return)
    QTest.keyClicks(code, "x = layers.Dropout(0.1)(dense_2)")
    wait_until(lambda: not page.code_panel.waiting)
    assert len(whole.session.project.network.nodes) == 4
    page.view.setFocus()
    QApplication.processEvents()
    code.setFocus()
    assert not code.document().isUndoAvailable()
    QTest.keyClick(code, K.Key_Z, CTRL)
    assert whole.session.project == start
    assert "Dropout" not in code.text()
    wait_until(lambda: whole.actions.qt("edit.redo").isEnabled())
    QTest.keyClick(code, K.Key_Z, CTRL | SHIFT)
    assert len(whole.session.project.network.nodes) == 4
    QTest.keyClicks(code, "# half")
    QTest.keyClick(code, K.Key_Z, CTRL)
    assert "# half" not in code.text()
    assert len(whole.session.project.network.nodes) == 4


def test_typing_triggers_no_key_of_the_window_and_f6_leaves(whole: Studio) -> None:
    _page, code = opened(whole)
    QTest.keyClick(code, K.Key_End, CTRL)
    QTest.keyClick(code, K.Key_Return)
    QTest.keyClicks(code, "# f l Delete ? 1 2")
    QTest.keyClick(code, K.Key_Delete)
    QTest.keyClick(code, K.Key_Backspace)
    assert code.text().endswith("# f l Delete ? 1 ")
    assert len(whole.session.project.network.nodes) == 3
    QTest.keyClick(code, K.Key_F6)
    QApplication.processEvents()
    assert not code.hasFocus()
    assert len(whole.session.project.network.nodes) == 3
    assert whole.session.project.code[-1].text == "# f l Delete ? 1 "


def test_what_was_just_typed_is_saved_by_the_key(whole: Studio, tmp_path: Path) -> None:
    page, code = opened(whole)
    whole.session.path = tmp_path / "p.layerwright"
    QTest.keyClick(code, K.Key_End, CTRL)
    QTest.keyClick(code, K.Key_Return)
    QTest.keyClicks(code, "# just now")
    assert page.code_panel.waiting
    QTest.keyClick(code, K.Key_S, CTRL)
    wait_until(lambda: (tmp_path / "p.layerwright").exists() and not whole.session.dirty)
    saved, _runs = file.load(tmp_path / "p.layerwright")
    assert saved.code[-1].text == "# just now"
    assert code.hasFocus()
