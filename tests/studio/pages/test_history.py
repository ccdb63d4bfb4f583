"""The History tab of the Define page: all steps by name, the current one marked; a click or Enter goes there."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.document import edits
from studio.pages.define.history import HistoryList
from tests.studio.canvas.people import LEFT, Person, classifier, layer
from tests.studio.conftest import both


@pytest.fixture
def person(qtbot: Any, themed: QApplication) -> Person:
    """Someone who has made three steps, with the history open."""
    made = Person(qtbot, classifier())
    made.click_card("dense_2")
    made.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    made.key(Qt.Key.Key_Delete)
    made.session.edit("Set epochs", lambda project: edits.set_fit(project, epochs=3))
    made.click(next(t for t in made.page.tabs.tabs if t.text() == "History"))
    return made


def rows(person: Person) -> list[tuple[str, str]]:
    """Return what each row says, and its state as a screen reader tells it."""
    steps = history(person).model()
    found = []
    for i in range(steps.rowCount()):
        text = steps.index(i).data()
        found.append((text, steps.index(i).data(Qt.ItemDataRole.AccessibleTextRole).removeprefix(f"{text}, ")))
    return found


def history(person: Person) -> HistoryList:
    found: HistoryList = person.find("History", HistoryList)
    return found


def go(person: Person, row: int) -> None:
    """Click a row."""
    view = history(person)
    place = view.visualRect(view.model().index(row)).center()
    QTest.mouseClick(view.viewport(), LEFT, pos=place)
    QApplication.processEvents()


@both
def test_steps_are_listed_by_name_and_the_current_one_is_marked(person: Person) -> None:
    assert rows(person) == [
        ("As opened", "done"),
        ("Duplicate dense_2", "done"),
        ("Delete dense_4", "done"),
        ("Set epochs", "current state"),
    ]
    assert history(person).currentIndex().row() == 3


def test_a_click_undoes_and_redoes_several_steps_at_once(person: Person) -> None:
    start, end, told = classifier(), person.session.project, []
    person.session.changed.connect(lambda before, after: told.append(after))
    go(person, 0)
    assert person.session.project == start
    assert [state for _, state in rows(person)] == ["current state", "undone", "undone", "undone"]
    go(person, 2)
    assert len(person.session.project.network.nodes) == 5
    go(person, 3)
    assert person.session.project == end
    assert len(told) == 3, "each click shows one value"


def test_undone_steps_are_grey_and_have_a_mark_of_their_own(person: Person) -> None:
    go(person, 1)
    steps = history(person).model()
    inks = [steps.index(i).data(Qt.ItemDataRole.ForegroundRole).name() for i in range(4)]
    plain, grey = theme.color("text.primary").name(), theme.color("text.muted").name()
    assert inks == [plain, plain, grey, grey]
    marks = [steps.index(i).data(Qt.ItemDataRole.DecorationRole).toImage() for i in range(4)]
    assert marks[0] != marks[1]
    assert marks[1] != marks[2]
    assert marks[2] == marks[3]


def test_arrows_walk_and_enter_goes(person: Person) -> None:
    view = history(person)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert person.session.stack.index() == 3, "walking changes nothing"
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert person.session.stack.index() == 1
    assert len(person.session.project.network.nodes) == 6


def test_a_new_step_drops_what_was_undone(person: Person) -> None:
    go(person, 1)
    person.session.edit("Add Dropout", lambda project: edits.append_layer(project, layer("Dropout", rate=0.1)))
    QApplication.processEvents()
    assert [text for text, _ in rows(person)] == ["As opened", "Duplicate dense_2", "Add Dropout"]


@both
def test_it_follows_while_it_is_hidden_and_survives_another_stage(person: Person) -> None:
    person.click(next(t for t in person.page.tabs.tabs if t.text() == "Problems"))
    person.page.leave()
    person.session.edit("Set seed", lambda project: edits.set_fit(project, seed=9))
    person.page.enter()
    person.window.actions_.trigger("define.history")
    QApplication.processEvents()
    assert rows(person)[-1] == ("Set seed", "current state")
    assert person.window.focusWidget() is history(person)


def test_a_slider_is_one_row_with_its_last_name(person: Person) -> None:
    for rate in (0.1, 0.2, 0.3):
        label = f"Set rate {rate}"
        person.session.edit(label, lambda p, rate=rate: edits.set_field(p, "n4", "rate", rate), key="rate")
    QApplication.processEvents()
    assert [text for text, _ in rows(person)][-2:] == ["Set epochs", "Set rate 0.3"]
