"""The window as a person uses it: pages, bars, keys, undo, saving, closing with unsaved work, drops, recovery."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QWidget

from engine import layers  # noqa: F401
from engine.project.recovery import Recovery, list_recovered
from studio import app as studio_app
from studio.app import Studio
from studio.document import edits, files
from studio.document.session import Session
from studio.jobs import Job, stop_all
from studio.pages.page import Page, Primary, Status
from studio.settings import Settings
from studio.widgets import Button, Label, LineEdit, lay
from studio.window.status_bar import StatusBar
from tests.studio.conftest import both, wait_until


class PlainPage(Page):
    """A page with all panels."""

    STAGE = "data"

    def left(self) -> QWidget:
        return Button("Left tool")

    def centre(self) -> QWidget:
        host = QWidget()
        lay(host, [LineEdit("x", name="Centre field"), None], True, 0, 8)
        return host

    def right(self) -> QWidget:
        return Button("Right tool")

    def dock(self) -> QWidget:
        return Button("Dock tool")

    def status(self) -> tuple[list[Status], list[Status]]:
        return [Status("blocks", "2 blocks")], [Status("dices", "Seed 0")]

    def primary(self) -> Primary:
        return Primary("Go on", "play", self.next_step)

    def next_step(self) -> None:
        self.toast("Went on", kind="success")


class DefinePlain(PlainPage):
    STAGE = "define"

    def left(self) -> QWidget:
        return Label("layers")


@pytest.fixture
def studio(themed: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio with two plain pages."""
    pages = dict.fromkeys(studio_app.PAGES, ("tests.studio.window.no_such_page", "Page"))
    pages |= {"data": (__name__, "PlainPage"), "define": (__name__, "DefinePlain")}
    monkeypatch.setattr(studio_app, "PAGES", pages)
    monkeypatch.setattr(studio_app, "_found", lambda place: place[0] == __name__)
    classes = {"PlainPage": PlainPage, "DefinePlain": DefinePlain}
    monkeypatch.setattr(studio_app, "_load", lambda place: classes[place[1]])
    made = Studio(Settings())
    made.window.show()
    made.window.activateWindow()
    QApplication.processEvents()
    yield made
    made.window.close_for_good()
    made.autosave.close()
    stop_all()
    made.window.deleteLater()
    made.deleteLater()


def named(root: QWidget, name: str) -> QWidget:
    found = [w for w in root.findChildren(QWidget) if w.accessibleName() == name and w.isVisible()]
    assert found, f"{name!r} is not on screen"
    return found[0]


def press(root: QWidget, name: str) -> None:
    QTest.mouseClick(named(root, name), Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def dialog(title: str) -> QWidget:
    wait_until(lambda: [w for w in QApplication.topLevelWidgets() if w.accessibleName() == title and w.isVisible()])
    return next(w for w in QApplication.topLevelWidgets() if w.accessibleName() == title and w.isVisible())


def test_only_stages_with_a_page_are_in_the_bar(studio: Studio) -> None:
    press(studio.window, "Blank project")
    cells = {c.text(): not c.isHidden() for c in studio.window.top.stages.cells.values()}
    assert cells == {"Data": True, "Define": True, "Compile": False, "Fit": False, "Evaluate": False, "Predict": False}


@both
def test_stages_by_mouse_and_key_with_status_and_primary(studio: Studio) -> None:
    press(studio.window, "Blank project")
    assert studio.stage == "data"
    press(studio.window, "Define")
    assert studio.stage == "define"
    assert studio.window.top.stages.cells["define"].isChecked()
    assert not studio.window.top.stages.cells["data"].isChecked()
    QTest.keyClick(studio.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert studio.stage == "data"
    assert studio.window.status.texts() == ("2 blocks", "Seed 0")
    press(studio.window, "Go on")
    assert [t.accessibleName() for t in studio.window.toasts.shown] == ["Went on"]


def test_export_is_not_offered_twice(studio: Studio) -> None:
    top = studio.window.top
    studio.show_stage("define")
    top.offer_export(True)
    for exports in (False, True, False):
        top.set_primary(Primary("Export model", "upload", print, exports=exports))
        assert top.export.isVisible() is not exports
    top.offer_export(False)
    assert not top.export.isVisible()


def test_the_status_bar_is_not_empty_from_one_text_to_the_next(themed: QApplication) -> None:
    bar = StatusBar()
    bar.show_items([Status("activity", "epoch 1"), Status("", "best 0.2")], [Status("dices", "Seed 0")])
    bar.show()
    bar.show_items([Status("activity", "epoch 2")], [Status("dices", "Seed 0")])
    assert [label.text() for label in bar.findChildren(Label) if label.isVisible()] == ["epoch 2", "Seed 0"]


@both
def test_undo_and_redo_by_button_and_key(studio: Studio) -> None:
    studio.show_stage("define")
    studio.session.edit("Add Input", lambda p: edits.append_layer(p, "Input"))
    studio.refresh()
    undo = studio.window.top.undo
    assert undo.isEnabled()
    assert "Add Input" in undo.toolTip()
    press(studio.window, "Undo")
    assert not studio.session.project.network.nodes
    studio.refresh()
    assert not undo.isEnabled()
    QTest.keyClick(studio.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(studio.session.project.network.nodes) == 1


def test_marks_follow_the_document(studio: Studio) -> None:
    studio.show_stage("define")
    cell = studio.window.top.stages.cells["define"]
    assert cell.state.mark == "todo"
    studio.session.edit("Add", lambda p: edits.append_layer(p, "Input"))
    studio.session.edit("Add", lambda p: edits.add_layer(p, "Add"))
    wait_until(lambda: cell.state.mark == "error")
    assert "has errors" in cell.toolTip()
    studio.session.set_progress(0.25)
    wait_until(lambda: studio.window.windowTitle().startswith("25%"))
    assert studio.window.top.stages.cells["fit"].state.mark == "running"
    studio.session.set_progress(None)


@both
def test_panels_collapse_and_come_back(studio: Studio) -> None:
    studio.show_stage("data")
    page, keys = studio.page("data"), QTest.keyClick
    for key, modifier, name in (
        (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier, "left"),
        (Qt.Key.Key_F4, Qt.KeyboardModifier.NoModifier, "right"),
        (Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier, "dock"),
    ):
        keys(studio.window, key, modifier)
        assert page.panels[name].isHidden(), name
        keys(studio.window, key, modifier)
        assert not page.panels[name].isHidden(), name
    page.toggle_panel("dock")
    page.save_panels(studio.settings.qt)
    fresh = PlainPage(Session(), studio.actions)
    fresh.restore_panels(studio.settings.qt)
    assert fresh.panels["dock"].isHidden()
    assert not fresh.panels["left"].isHidden()


def test_a_narrow_window_drops_the_right_panel_first(studio: Studio) -> None:
    studio.show_stage("data")
    studio.window.resize(1120, 700)
    QApplication.processEvents()
    assert studio.page("data").panels["right"].isHidden()
    bar = studio.window.top
    for part in (bar.project, bar.undo, bar.stages, bar.search, bar.device, bar.primary):
        box = part.geometry().translated(part.parentWidget().pos() if part.parentWidget() is not bar else QPoint())
        assert bar.rect().contains(box), part.accessibleName()
    assert bar.primary.width() >= bar.primary.sizeHint().width()
    studio.window.resize(1440, 900)
    QApplication.processEvents()
    assert not studio.page("data").panels["right"].isHidden()


@both
def test_f6_goes_through_the_regions(studio: Studio) -> None:
    studio.show_stage("data")
    field = named(studio.window, "Centre field")
    field.setFocus()
    seen = []
    for _ in range(5):
        QTest.keyClick(studio.window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        seen.append(focus.accessibleName() if focus else "")
    assert seen == ["Right tool", "Dock tool", "Project menu", "Left tool", "Centre field"]
    QTest.keyClick(studio.window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget().accessibleName() == "Left tool"


@both
def test_command_search_finds_and_does(studio: Studio) -> None:
    studio.show_stage("data")
    QTest.keyClick(studio.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = named(studio.window, "Search commands field")
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "dark")
    items = studio.window.search.list
    assert items.item(0).text() == "Use dark theme"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not studio.window.search.isVisible()
    assert studio.settings.theme == "dark"
    studio.actions.trigger("go.search")
    QTest.keyClicks(field, "zzzz")
    assert items.count() == 0
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not studio.window.search.isVisible()


def test_unsaved_work_asks_and_cancel_keeps_everything(studio: Studio) -> None:
    studio.show_stage("data")
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Mine"))
    studio.window.close()
    question = dialog("Save changes to Mine?")
    assert studio.window.isVisible()
    press(question, "Cancel")
    assert studio.window.isVisible()
    assert studio.session.project.name == "Mine"


def test_unsaved_work_can_be_discarded(studio: Studio) -> None:
    studio.show_stage("data")
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Mine"))
    studio.window.close()
    press(dialog("Save changes to Mine?"), "Discard")
    wait_until(lambda: not studio.window.isVisible())
    assert list_recovered() == ()


def test_save_on_closing_asks_for_a_name_and_then_closes(studio: Studio, tmp_path: Path) -> None:
    studio.show_stage("data")
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Mine"))
    studio.window.close()
    press(dialog("Save changes to Mine?"), "Save")
    chooser = dialog("Save project")
    assert isinstance(chooser, QFileDialog)
    assert chooser.selectedFiles()[0].endswith("Mine.layerwright")
    field = chooser.findChild(QLineEdit)
    field.setText(str(tmp_path / "mine"))
    QTest.keyClick(field, Qt.Key.Key_Return)
    wait_until(lambda: not studio.window.isVisible())
    assert (tmp_path / "mine.layerwright").exists()
    assert Settings().recent()[0].name == "Mine"


def test_save_goes_to_the_file_and_takes_the_dot_away(studio: Studio, tmp_path: Path) -> None:
    studio.show_stage("data")
    path = files.save(studio.session, tmp_path / "a.layerwright")
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Other"))
    wait_until(studio.window.isWindowModified)
    QTest.keyClick(studio.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not studio.session.dirty
    wait_until(lambda: not studio.window.isWindowModified())
    other = Session()
    files.open_project(other, path)
    assert other.project.name == "Other"


def test_a_file_that_cannot_be_written_is_a_toast(studio: Studio, tmp_path: Path) -> None:
    studio.show_stage("data")
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Mine"))
    studio.documents._save(tmp_path / "no" / "such" / "folder" / "a.layerwright")
    assert studio.window.toasts.shown[-1].accessibleName() == "Not saved"
    assert studio.session.dirty


def drop(window: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), actions, data, buttons, keys))


def test_a_dropped_csv_begins_a_project(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    path.write_text("a,class\n" + "".join(f"{i},{i % 2}\n" for i in range(40)))
    drop(studio.window, path)
    assert studio.session.project.name == "Birds"
    assert studio.stage == "data"
    wait_until(lambda: studio.session.prepared is not None and not Job.running)


def test_a_csv_dropped_on_a_template_becomes_its_data(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    path.write_text("a,class\n" + "".join(f"{i},{i % 2}\n" for i in range(40)))
    press(studio.window, "Binary template")
    network = studio.session.project.network
    drop(studio.window, path)
    assert studio.session.project.network == network
    assert studio.session.project.data.source.path == str(path)
    wait_until(lambda: not studio.preparation.working and not Job.running)


def test_other_files_are_refused_with_a_toast(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "notes.docx"
    path.write_text("x")
    drop(studio.window, path)
    assert studio.window.toasts.shown[-1].accessibleName() == "This cannot be opened"


def test_recent_projects_open_from_the_start_page(studio: Studio, tmp_path: Path) -> None:
    session = Session()
    session.edit("Rename", lambda p: edits.set_name(p, "Old work"))
    files.save(session, tmp_path / "old")
    files.remember(session, studio.settings, "Fit")
    studio.show_start()
    QApplication.processEvents()
    press(studio.window, "Open Old work")
    assert studio.session.project.name == "Old work"
    assert studio.stage == "define"


def test_samples_open_with_their_target(studio: Studio) -> None:
    press(studio.window, "Sample data")
    press(studio.window, "Iris sample")
    wait_until(lambda: studio.session.prepared is not None and not studio.preparation.working)
    assert studio.session.prepared.task == "multiclass"
    assert len(studio.session.project.network.nodes) > 2


def test_unsaved_work_is_kept_in_a_recovery_file_until_it_is_saved(studio: Studio, tmp_path: Path) -> None:
    studio.session.edit("Rename", lambda p: edits.set_name(p, "Mine"))
    studio.autosave.write()
    studio.autosave.wait()
    folder = studio.autosave._recovery.folder
    assert (folder / "project.json").exists()
    files.save(studio.session, tmp_path / "mine")
    studio.autosave.write()
    assert not (folder / "project.json").exists()


def test_work_of_a_killed_session_is_offered_and_recovered(studio: Studio, tmp_path: Path) -> None:
    left = Session()
    left.edit("Rename", lambda p: edits.set_name(p, "Lost work"))
    recovery = Recovery()
    recovery.write(left.project, left.runs, tmp_path / "lost.layerwright")
    recovery._owner.close()  # as the end of its process would
    studio.documents.offer_recovery()
    press(dialog("Recover unsaved work?"), "Recover")
    assert studio.session.project.name == "Lost work"
    assert studio.session.dirty
    assert studio.session.path == tmp_path / "lost.layerwright"
    assert list_recovered() == ()
    assert (studio.autosave._recovery.folder / "project.json").exists()


def test_later_keeps_the_recovery_file(studio: Studio) -> None:
    left = Session()
    recovery = Recovery()
    recovery.write(left.project, left.runs)
    recovery._owner.close()
    studio.documents.offer_recovery()
    question = dialog("Recover unsaved work?")
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert len(list_recovered()) == 1


def test_every_control_that_takes_the_keyboard_has_a_name(studio: Studio) -> None:
    for show in (studio.show_start, studio.start.show_samples, lambda: studio.show_stage("data")):
        show()
        QApplication.processEvents()
        nameless = [
            w
            for w in studio.window.findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and not w.accessibleName()
        ]
        assert nameless == []


def test_icon_buttons_have_tooltips(studio: Studio) -> None:
    studio.show_stage("data")
    bare = [
        b for b in studio.window.findChildren(QAbstractButton) if b.isVisible() and not b.text() and not b.toolTip()
    ]
    assert bare == []


def test_the_project_menu_lists_what_can_be_done(studio: Studio) -> None:
    studio.show_stage("data")
    menu = studio.window.top.open_menu()
    texts = [a.text() for a in menu.actions() if a.text()]
    assert texts[:3] == ["New project", "Open project…", "Open CSV…"]
    assert "Export…" not in texts
    menu.close()


def test_switching_stages_is_quick(studio: Studio) -> None:
    studio.show_stage("data")
    studio.show_stage("define")
    began = time.process_time()
    for _ in range(10):
        studio.show_stage("data")
        studio.show_stage("define")
    assert (time.process_time() - began) / 20 < 0.1


def test_a_window_without_unsaved_work_closes_at_once(studio: Studio) -> None:
    studio.window.close()
    wait_until(lambda: not studio.window.isVisible())


class FitPlain(PlainPage):
    """A fit page that counts its starts."""

    STAGE = "fit"
    started = 0

    def next_step(self) -> None:
        FitPlain.started += 1


def test_the_demo_opens_the_penguins_and_starts_their_fit(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = dict(studio_app.PAGES) | {"fit": (__name__, "FitPlain")}
    monkeypatch.setattr(studio_app, "PAGES", pages)
    monkeypatch.setattr(studio_app, "_load", lambda place: FitPlain if place[1] == "FitPlain" else PlainPage)
    studio.demo()
    wait_until(lambda: FitPlain.started)
    assert studio.stage == "fit"
    assert studio.session.project.name == "Penguins"
    assert studio.session.project.network.outputs
    wait_until(lambda: not studio.preparation.working)
    assert FitPlain.started == 1


def test_a_project_is_renamed_as_one_step(studio: Studio) -> None:
    studio.show_stage("data")
    before = studio.session.project.name
    studio.actions.trigger("file.rename")
    box = dialog("Rename project")
    field = named(box, "New name")
    assert isinstance(field, QLineEdit)
    assert field.selectedText() == before
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert box.isVisible()
    assert "1 to 80" in box.sentence.text()
    QTest.keyClicks(field, "  Birds   of   1998 ")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert studio.session.project.name == "Birds of 1998"
    studio.session.undo()
    assert studio.session.project.name == before


def test_recent_projects_are_in_the_menu_and_the_command_search(studio: Studio, tmp_path: Path) -> None:
    session = Session()
    session.edit("Rename", lambda p: edits.set_name(p, "Fish & birds"))
    files.save(session, tmp_path / "old")
    files.remember(session, studio.settings, "Fit")
    studio.show_start()
    studio.show_stage("data")
    menu = studio.window.top.open_menu()
    inner = next(a.menu() for a in menu.actions() if a.text() == "Open recent")
    assert [a.text() for a in inner.actions()] == ["Open Fish && birds"]
    menu.close()
    QTest.keyClick(studio.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = named(studio.window, "Search commands field")
    QTest.keyClicks(field, "fish")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert studio.session.project.name == "Fish & birds"


def test_the_drop_zone_lights_up_while_a_file_is_over_the_window(studio: Studio, tmp_path: Path) -> None:
    zone = studio.start.drop
    before = zone.grab().toImage()
    path = tmp_path / "birds.csv"
    path.write_text("a,class\n1,2\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(studio.window, QDragEnterEvent(QPoint(300, 300), actions, data, buttons, keys))
    assert zone.grab().toImage() != before
    QApplication.sendEvent(studio.window, QDragLeaveEvent())
    assert zone.grab().toImage() == before
