"""The table of actions: icons exist, no two actions of one place have the same key, keys can be changed."""

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.actions import ACTIONS, CANVAS, STAGES, Action, Actions
from studio.canvas import keys as canvas_keys
from studio.canvas.view import View
from studio.window import menus

ICONS = Path(__file__).parents[2] / "resources" / "icons"


@pytest.fixture
def actions(qapp: QApplication) -> Actions:
    window = QWidget()
    made = Actions(window)
    made.window = window  # keeps it
    return made


def test_every_action_has_an_icon_that_exists() -> None:
    assert not [a.id for a in ACTIONS if a.icon and not (ICONS / f"{a.icon}.svg").is_file()]


def test_ids_are_unique_and_stages_are_stages() -> None:
    ids = [a.id for a in ACTIONS]
    assert len(ids) == len(set(ids))
    assert {a.stage for a in ACTIONS} <= {"", *STAGES}


def test_no_two_actions_share_a_key() -> None:
    for one, other in itertools.combinations(ACTIONS, 2):
        if not one.stage or not other.stage or one.stage == other.stage:
            assert not set(one.keys) & set(other.keys), (one.id, other.id)


def test_every_key_is_one_that_qt_can_read() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert QKeySequence(key).count() == 1, (action.id, key)
            assert QKeySequence(key).toString(), (action.id, key)


def test_every_action_of_the_canvas_is_a_method_of_its_view() -> None:
    for action in CANVAS:
        assert callable(getattr(View, action.id.removeprefix(canvas_keys.PREFIX))), action.id


def test_menus_hold_only_actions_of_the_table(actions: Actions) -> None:
    ids = {a.id for a in ACTIONS} | {"help.topic"}  # the help page brings its own action
    for entry in menus.PROJECT:
        inner = entry[2] if isinstance(entry, tuple) else (entry,)
        assert {id for id in inner if id} <= ids


def test_a_key_that_a_person_gave_does_it_and_the_old_one_does_not(actions: Actions) -> None:
    done: list[int] = []
    actions.bind("file.save", lambda: done.append(1))
    actions.set_keys("file.save", ("Ctrl+Alt+S",))
    assert actions.key("file.save") == "Ctrl+Alt+S"
    assert "Ctrl+Alt+S" in actions.tip("file.save")
    assert actions.own_keys() == {"file.save": ("Ctrl+Alt+S",)}
    window = actions.window
    window.show()
    window.activateWindow()
    QApplication.processEvents()
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert done == []
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert done == [1]
    actions.set_keys("file.save", None)
    assert actions.own_keys() == {}
    QTest.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert done == [1, 1]


def test_kept_keys_reach_actions_that_are_added_later(actions: Actions) -> None:
    actions.use_keys({"later.act": ("Ctrl+Alt+Y",), "file.new": ()})
    assert actions.keys("file.new") == ()
    made = actions.add(Action("later.act", "Act later", keys=("Ctrl+Alt+X",)), print)
    assert [s.toString() for s in made.shortcuts()] == ["Ctrl+Alt+Y"]


def test_who_holds_a_key_depends_on_where_it_works(actions: Actions) -> None:
    assert [a.id for a in actions.holders("Ctrl+S", "file.new")] == ["file.save"]
    assert [a.id for a in actions.holders("Ctrl+D", "file.new")] == ["canvas.duplicate"]
    actions.add(Action("fit.own", "Own", stage="fit"))
    assert actions.holders("Ctrl+D", "fit.own") == ()


def test_an_action_whose_page_was_not_made_asks_for_it(actions: Actions) -> None:
    asked: list[str] = []
    actions.page_wanted.connect(asked.append)
    assert not actions.trigger("define.tidy")
    assert asked == []
    actions.pages = ("define",)
    assert actions.enabled("define.tidy")
    assert "define.tidy" not in [a.id for a in actions.every()]  # on the start page no network is seen
    actions.show_stage("data")
    assert "define.tidy" in [a.id for a in actions.every()]
    actions.trigger("define.tidy")
    assert asked == ["define"]


def test_keys_of_a_stage_rest_while_another_is_shown(actions: Actions) -> None:
    actions.bind("define.tidy", print)
    actions.show_stage("fit")
    actions.enable("define.tidy", False, "no")
    actions.enable("define.tidy", True)
    assert not actions.qt("define.tidy").isEnabled()
    actions.show_stage("define")
    assert actions.qt("define.tidy").isEnabled()
