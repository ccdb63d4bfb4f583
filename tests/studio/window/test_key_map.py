"""The key map as a person uses it: find an action, press other keys, settle a conflict, take it back."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.app import Studio
from studio.canvas import keys as canvas_keys
from studio.document import edits
from studio.settings import Settings
from studio.widgets import Label
from studio.window.key_map import KeyMap
from studio.window.settings_dialog import SettingsDialog
from tests.studio.window.conftest import LEFT, click, dialog, on_screen

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def opened(studio: Studio) -> tuple[Any, KeyMap]:
    """Open the key map with its keys."""
    QTest.keyClick(studio.window, Qt.Key.Key_K, CTRL | ALT)
    found = dialog("Settings")
    assert isinstance(found, SettingsDialog)
    assert found.group == "keys"
    return found, found.keys


def back(studio: Studio) -> None:
    """Close the settings."""
    dialog("Settings").close()
    studio.window.activateWindow()
    QApplication.processEvents()


def give(rows: KeyMap, id: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Click an action and press keys."""
    button = rows.rows[id].button
    QTest.mouseClick(button, LEFT)
    assert button.waits
    QTest.keyClick(button, key, modifiers)
    QApplication.processEvents()


def test_it_lists_every_action_by_group(whole: Studio) -> None:
    _, keys = opened(whole)
    expected = {a.id for a in whole.actions.records() if not a.id.startswith(("settings.", "recent."))}
    assert set(keys.rows) == expected
    assert list(keys.heads)[:4] == ["Project", "Edit", "Go to", "View"]
    assert {"Define", "Canvas", "Fit", "Help"} <= set(keys.heads)


def test_new_keys_work_at_once_and_are_kept(whole: Studio) -> None:
    whole.show_stage("data")
    _, keys = opened(whole)
    give(keys, "go.define", Qt.Key.Key_D, CTRL | ALT)
    assert whole.actions.keys("go.define") == ("Ctrl+Alt+D",)
    back(whole)
    assert "Ctrl+Alt+D" in whole.window.top.stages.cells["define"].toolTip()
    QTest.keyClick(whole.window, Qt.Key.Key_2, CTRL)
    assert whole.stage == "data"
    QTest.keyClick(whole.window, Qt.Key.Key_D, CTRL | ALT)
    assert whole.stage == "define"
    assert Settings().keys() == {"go.define": ("Ctrl+Alt+D",)}


def test_menu_search_and_tooltips_show_the_new_key(whole: Studio) -> None:
    whole.show_stage("data")
    _, keys = opened(whole)
    give(keys, "go.search", Qt.Key.Key_P, CTRL | SHIFT)
    back(whole)
    assert "Ctrl+Shift+P" in whole.window.top.search.toolTip()
    assert whole.start.keys[0].text() == "Ctrl Shift P"
    menu = whole.window.top.open_menu()
    edit = next(a.menu() for a in menu.actions() if a.text() == "Edit")
    (entry,) = (a for a in edit.actions() if a.text() == "Search commands")
    assert entry.shortcut().toString() == "Ctrl+Shift+P"
    menu.close()
    whole.window.activateWindow()
    QApplication.processEvents()
    QTest.keyClick(whole.window, Qt.Key.Key_P, CTRL | SHIFT)
    field = on_screen(whole.window, "Search commands field")
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "search commands")
    assert whole.window.search.list.item(0).data(Qt.ItemDataRole.UserRole + 2) == "Ctrl+Shift+P"


def test_a_conflict_is_named_and_can_be_cancelled_or_replaced(whole: Studio) -> None:
    box, keys = opened(whole)
    give(keys, "go.fit", Qt.Key.Key_S, CTRL)
    line = keys.rows["go.fit"]
    assert line.question.isVisible()
    assert "“Save” (Project)" in line.words.text()
    click(box, "Keep keys of Go to Fit")
    assert whole.actions.keys("go.fit") == ("Ctrl+4",)
    assert not line.question.isVisible()
    give(keys, "go.fit", Qt.Key.Key_S, CTRL)
    click(box, "Replace keys of Go to Fit")
    assert whole.actions.keys("go.fit") == ("Ctrl+S",)
    assert whole.actions.keys("file.save") == ()


def test_escape_keeps_the_keys(whole: Studio) -> None:
    _, keys = opened(whole)
    give(keys, "go.fit", Qt.Key.Key_Escape)
    assert whole.actions.keys("go.fit") == ("Ctrl+4",)
    assert not keys.rows["go.fit"].button.waits
    assert dialog("Settings").isVisible()


def test_one_and_all_can_be_reset(whole: Studio) -> None:
    box, keys = opened(whole)
    give(keys, "go.fit", Qt.Key.Key_F9)
    give(keys, "go.data", Qt.Key.Key_F10)
    assert keys.rows["go.fit"].reset.isVisible()
    keys.area.ensureWidgetVisible(keys.rows["go.fit"])
    click(box, "Reset keys of Go to Fit")
    assert whole.actions.keys("go.fit") == ("Ctrl+4",)
    click(box, "No keys for Go to Define")
    assert whole.actions.keys("go.define") == ()
    click(box, "Reset all keys")
    assert whole.actions.own_keys() == {}
    assert Settings().keys() == {}


def test_search_finds_words_and_keys(whole: Studio) -> None:
    box, keys = opened(whole)
    field = on_screen(box, "Search settings")
    QTest.keyClicks(field, "ctrl+shift+z")
    assert [id for id, line in keys.rows.items() if line.isVisible()] == ["edit.redo"]
    field.setText("zzzz")
    assert keys.nothing.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert dialog("Settings").isVisible()
    assert all(line.isVisible() for line in keys.rows.values())


def test_keys_of_the_canvas_can_be_changed_too(whole: Studio) -> None:
    whole.show_stage("define")
    page = whole.page("define")
    _, keys = opened(whole)
    give(keys, "canvas.fit", Qt.Key.Key_G)
    back(whole)
    view = page.view
    view.setFocus()
    view.zoom_to(2.0)
    QTest.keyClick(view, Qt.Key.Key_F)
    assert view.zoom == 2.0
    QTest.keyClick(view, Qt.Key.Key_G)
    assert view.zoom != 2.0
    whole.actions.set_keys("canvas.fit", None)
    assert canvas_keys._strokes[(int(Qt.Key.Key_F), Qt.KeyboardModifier.NoModifier)] == "fit"


def test_tips_and_sentences_name_the_new_keys(whole: Studio) -> None:
    """What is on the canvas is made before the keys change, the menu of a layer after."""
    whole.show_stage("define")
    page: Any = whole.page("define")
    page.session.edit("Add", lambda p: edits.add_layer(p, "Dense"))
    page.session.selection.set(page.session.project.network.order()[0])
    QApplication.processEvents()
    tip = next(w for w in page.palette_.findChildren(Label) if "adds by name" in w.full_text())
    head = page.inspector.head
    assert tip.full_text() == "Tab on the canvas adds by name"
    assert head.copy.toolTip() == "Copy layer (Ctrl+C)"
    _, keys = opened(whole)
    give(keys, "canvas.quick_add_here", Qt.Key.Key_J)
    give(keys, "canvas.copy", Qt.Key.Key_F9)
    give(keys, "canvas.delete", Qt.Key.Key_F10)
    give(keys, "canvas.leave_group", Qt.Key.Key_F11)
    give(keys, "define.fix", Qt.Key.Key_F12)
    assert tip.full_text() == "J on the canvas adds by name"
    assert page.stage.empty.sentence.full_text() == "Drag layers here from the left, or press J and type a name."
    assert page.view.accessibleDescription().startswith("J adds a layer, arrows walk, F6 leaves.")
    assert "F10 removes, J adds" in page.outline.accessibleDescription()
    assert page.stage.breadcrumb.back.toolTip() == "Leave group (F11)"
    assert page.stage.callout.key.text() == "F12"
    assert head.copy.toolTip() == "Copy layer (F9)"
    assert [a.text() for a in head.menu().actions()][-1] == "Delete\tF10"
    whole.actions.set_keys("canvas.quick_add_here", ())
    assert tip.full_text() == "A double click on the canvas adds by name"
    assert page.view.accessibleDescription() == "arrows walk, F6 leaves. The outline lists all layers."


def test_damaged_keys_in_the_settings_are_the_usual_ones(whole: Studio) -> None:
    for text in ("{", "[]", '{"file.save": 5}', '{"file.save": [["x"]]}'):
        whole.settings.qt.setValue("keys", text)
        assert all(isinstance(k, str) for keys in whole.settings.keys().values() for k in keys)


def test_the_keyboard_alone_changes_a_key(whole: Studio) -> None:
    box, keys = opened(whole)
    box.activateWindow()
    QApplication.processEvents()
    button = keys.rows["view.dock"].button
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert button.waits
    QTest.keyClick(button, Qt.Key.Key_Tab, CTRL)  # taken as keys, not as a step to the next control
    assert whole.actions.keys("view.dock") == ("Ctrl+Tab",)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert button.waits
    keys.rows["view.left"].button.setFocus()
    assert not button.waits  # another control has the keyboard now
