"""The code editor: texts are replaced line by line, whatever they are; its marks; differences in bounded time."""

import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from studio.widgets import CodeEditor
from studio.widgets.line_diff import differences

LINES = st.lists(st.sampled_from(["", "a", "b", "    c = 3", "# d"]), max_size=9)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, min_size=1, max_size=4))
def test_any_text_follows_any_other(themed: QApplication, texts: list[list[str]]) -> None:
    editor = CodeEditor(name="Code")
    told: list[None] = []
    editor.typed.connect(lambda: told.append(None))
    for lines in texts:
        editor.set_text("\n".join(lines))
        assert editor.text() == "\n".join(lines)
        assert not editor.document().isUndoAvailable()
    assert not told


@given(LINES, LINES)
def test_changes_make_the_new_text(old: list[str], new: list[str]) -> None:
    made = list(old)
    for first, last, lines in reversed(differences(old, new)):
        made[first:last] = lines
    assert made == new


def test_differences_take_bounded_time() -> None:
    begun = time.process_time()
    assert differences(["x", *[""] * 10_000], ["y", *[""] * 9_000, "z"]) == [(0, 10_001, ["y", *[""] * 9_000, "z"])]
    assert time.process_time() - begun < 1


def test_the_cursor_and_the_view_stay_when_other_lines_change(themed: QApplication) -> None:
    editor = CodeEditor("\n".join(f"line {i}" for i in range(200)), name="Code")
    editor.resize(400, 200)
    editor.show()
    editor.verticalScrollBar().setValue(100)
    cursor = editor.textCursor()
    cursor.setPosition(editor.document().findBlockByNumber(105).position() + 3)
    editor.setTextCursor(cursor)
    place = editor.verticalScrollBar().value()
    lines = [f"line {i}" for i in range(200)]
    lines[120] = "changed"
    editor.set_text("\n".join(lines))
    assert editor.verticalScrollBar().value() == place
    assert editor.textCursor().blockNumber() == 105
    assert editor.textCursor().positionInBlock() == 3


def test_marked_lines_have_tooltips(themed: QApplication) -> None:
    editor = CodeEditor("a\nb\nc", name="Code")
    editor.resize(400, 200)
    editor.show()
    editor.set_errors({1: "wrong"})
    editor.set_kept({2: "kept as it is"})
    height = editor.fontMetrics().lineSpacing()
    tips = [editor.tip_at(int(height * (i + 0.5))) for i in range(3)]
    assert tips == ["wrong", "kept as it is", ""]
    assert editor.cursorForPosition(QPoint(0, height // 2)).blockNumber() == 0
