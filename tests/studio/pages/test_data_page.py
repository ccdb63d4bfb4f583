"""The Data page without a table: being read, not readable, changed or moved; and another file for the same project."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.data.columns import ColumnReport
from studio.app import Studio
from studio.document import edits
from studio.jobs import Job
from studio.pages.data import DataPage
from studio.pages.data.heads import range_line
from studio.settings import Settings
from studio.widgets import Chip, FixButtons
from tests.studio.conftest import wait_until

ROWS = [f"{i * 37 % 50},{i % 7},{'yes' if i % 3 else 'no'}" for i in range(90)]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write(tmp_path / "shop.csv", ROWS)


@pytest.fixture
def studio(themed: QApplication) -> Iterator[Studio]:
    made = Studio(Settings())
    made.window.resize(1200, 800)
    made.window.show()
    yield made
    made.finish()
    made.window.deleteLater()
    made.deleteLater()


def write(path: Path, rows: list[str], header: str = "length,width,class") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def ready(studio: Studio) -> DataPage:
    wait_until(lambda: not studio.preparation.working and not Job.running)
    QApplication.processEvents()
    wait_until(lambda: not Job.running)
    page = studio.page("data")
    assert isinstance(page, DataPage)
    return page


def saved(studio: Studio, csv: Path) -> Path:
    studio.documents.open_path(csv)
    ready(studio)
    path = csv.with_name("shop.layerwright")
    studio.documents._save(path)
    studio.documents._closed_project()
    return path


def test_while_a_file_is_read_the_page_says_so(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = studio.page("data")
    assert isinstance(page, DataPage)
    QApplication.processEvents()
    assert page.waiting.currentWidget() is page.waiting.reading
    assert page.waiting.reading.title.text() == "Reading shop.csv"
    ready(studio)
    assert page.stack.currentWidget() is page.table
    assert [r.name for r in page.table.reports] == ["length", "width", "class"]


def test_a_problem_of_the_data_offers_all_its_fixes(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    studio.session.edit("No target", lambda p: edits.set_role(p, "class", "ignore"))
    page = ready(studio)
    wait_until(lambda: any(problem.short == "no target" for problem, _ in page.table.cards))
    problem, card = next(found for found in page.table.cards if found[0].short == "no target")
    buttons = card.findChild(FixButtons)
    assert buttons.titles == tuple(repair.title for repair in problem.repairs)
    assert len(buttons.titles) > 1
    assert buttons.more.accessibleName() == f"Other fixes: {problem.message}"
    buttons.more.setFocus()
    QTest.keyClick(buttons.more, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert studio.session.stack.undoText() == buttons.titles[1]


def test_alt_enter_mends_the_problem_that_f8_has_shown(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    studio.session.edit("No target", lambda p: edits.set_role(p, "class", "ignore"))
    page = ready(studio)
    wait_until(lambda: any(p.short == "no target" for p in studio.session.problems))
    studio.window.activateWindow()
    QTest.keyClick(studio.window, Qt.Key.Key_F8)
    assert page.table.framed is not None
    title = page.table.framed.repairs[0].title
    QTest.keyClick(studio.window, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    assert studio.session.stack.undoText() == title


def test_a_column_is_picked_by_the_keyboard(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    page.table.grid.setFocus()
    page.table.grid.setCurrentIndex(page.table.cells.index(0, 0))
    QTest.keyClick(page.table.grid, Qt.Key.Key_Right)
    QTest.keyClick(page.table.grid, Qt.Key.Key_Space)
    assert page.table.selected == page.choices.names == ("width",)
    assert {at.column() for at in page.table.grid.selectedIndexes()} == {1}
    assert len(page.table.grid.selectedIndexes()) == len(ROWS)
    QTest.keyClick(page.table.grid, Qt.Key.Key_Right)
    QTest.keyClick(page.table.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert page.choices.names == ("width", "class")
    QTest.keyClick(page.table.grid, Qt.Key.Key_Space)
    assert page.choices.names == ("class",)


def test_a_file_that_cannot_be_read_says_why_in_the_middle(studio: Studio, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    studio.documents.open_path(empty)
    page = ready(studio)
    assert page.waiting.currentWidget() is page.waiting.failed
    assert page.waiting.failed.sentence.text().startswith("The file is empty.")


def test_a_changed_file_is_read_as_it_is_now_and_undo_takes_it_back(studio: Studio, csv: Path) -> None:
    project = saved(studio, csv)
    write(csv, ROWS[:60])
    studio.documents.open_path(project)
    studio.show_stage("data")
    page = ready(studio)
    assert page.waiting.currentWidget() is page.waiting.changed
    page.waiting.again.click()
    ready(studio)
    assert studio.session.table is not None
    assert studio.session.table.rows == 60
    assert studio.session.prepared is not None
    assert studio.session.stack.undoText() == "Choose data"


def test_a_file_that_changes_while_it_is_open_is_read_again(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    ready(studio)
    write(csv, ROWS[:45])
    studio.actions.trigger("data.reread")
    ready(studio)
    assert studio.session.table is not None
    assert studio.session.table.rows == 45


def test_moved_data_are_asked_for_and_the_project_stays(studio: Studio, csv: Path) -> None:
    project = saved(studio, csv)
    elsewhere = csv.parent / "moved"
    elsewhere.mkdir()
    found = csv.rename(elsewhere / "store.csv")
    studio.documents.open_path(project)
    network = studio.session.project.network
    studio.show_stage("data")
    page = ready(studio)
    assert page.waiting.currentWidget() is page.waiting.failed
    studio.documents.use_source(found)
    ready(studio)
    assert studio.session.prepared is not None
    assert studio.session.project.network == network
    assert studio.session.path == project


def test_dates_are_shown_as_dates() -> None:
    report = ColumnReport("day", "date", "input", "", minimum=737425.0, maximum=737790.5)
    assert range_line(report) == "2020-01-01 – 2020-12-31"


def test_one_value_is_no_values() -> None:
    one = ColumnReport("shop", "category", "input", "", values=(("a", 9),), unique=1)
    assert range_line(one) == "1 value"
    assert range_line(dataclasses.replace(one, unique=3, role="target")) == "3 classes"


def test_problems_stand_side_by_side_without_a_scroll_bar(studio: Studio, tmp_path: Path) -> None:
    rows = [f"{i},{'yes' if i % 12 else 'no'}" for i in range(96)]
    studio.documents.open_path(write(tmp_path / "odd.csv", [*rows, "1", "1,2,3,4,5"], "length,class"))
    page = ready(studio)
    studio.session.edit("Target", lambda p: edits.set_role(p, "class", "target"))
    ready(studio)
    table = page.table
    wait_until(lambda: len(table.cards) >= 2 and table.cards[1][1].height() > 20)
    first, second = (card for _, card in table.cards[:2])
    assert abs(first.width() - second.width()) <= 1
    assert first.height() == second.height()
    assert not table.problems.verticalScrollBar().isVisible()
    assert table.problems.height() == table.problem_grid.height()


def test_the_filter_keeps_its_place_when_columns_change(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    control = page.table.filter
    control.buttons[1].click()
    assert [r.name for r in page.table.visible()] == ["length", "width"]
    page.choices.strategies["random"].click()
    ready(studio)
    assert page.table.filter is control
    assert [b.text() for b in control.buttons] == ["All 3", "Number 2", "Category 1", "Other 0"]
    assert [r.name for r in page.table.visible()] == ["length", "width"]


def test_a_number_target_is_split_at_random_and_says_so(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    assert page.choices.strategies["stratified"].value()
    studio.session.edit("Set the target", lambda p: edits.set_target(p, "length"))
    ready(studio)
    assert studio.session.prepared is not None
    assert studio.session.prepared.task == "regression"
    assert [k for k, radio in page.choices.strategies.items() if radio.value()] == ["random"]
    page.choices.strategies["ordered"].click()
    assert page.session.stack.undoText() == "Split in order"
    page.choices.strategies["ordered"].click()  # the one that is on: back to what the task asks for
    assert page.session.project.data.split.strategy is None
    assert page.session.stack.undoText() == "Split as the task asks"


def test_the_recipe_speaks_of_this_task_and_names_its_numbers(studio: Studio, csv: Path) -> None:
    studio.documents.open_path(csv)
    page = ready(studio)
    assert page.source.scale_target.isHidden()  # classes are not scaled
    tips = [chip.toolTip() for chip in page.source.result.findChildren(Chip)]
    assert any("length, width" in tip for tip in tips)
    studio.session.edit("Set the target", lambda p: edits.set_target(p, "length"))
    ready(studio)
    assert not page.source.scale_target.isHidden()


def test_rows_that_are_asked_for_are_selected_and_seen(studio: Studio, tmp_path: Path) -> None:
    path = write(tmp_path / "many.csv", [f"{k}.5,{k % 7},{'ab'[k % 2]}" for k in range(400)])
    studio.documents.open_path(path)
    page = ready(studio)
    studio.session.rows_shown.emit((300, 390))
    chosen = {index.row() for index in page.table.grid.selectionModel().selectedIndexes()}
    assert chosen == {300, 390}
    rect = page.table.grid.visualRect(page.table.cells.index(300, 0))
    assert page.table.grid.viewport().rect().contains(rect.center())
