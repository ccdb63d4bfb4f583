"""Notes on the canvas: written, moved, resized, copied, found and saved, by mouse and by keys."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.errors import ProjectError, UsageError
from engine.network.source import source
from engine.project import file, json
from engine.project.document import Note, Project
from engine.project.hashes import STAGES, stage_hash
from engine.project.runs import RunStore
from studio.document import edits, scope
from studio.document.lens import Lens
from tests.studio.canvas.people import Person

K = Qt.Key
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def write(person: Person, text: str, key: Qt.Key = K.Key_Escape) -> None:
    """Type into the note that is open and leave it."""
    field = person.find("Note text")
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)
    person.settle()


def noted(person: Person, text: str = "Try 128 units") -> str:
    person.key(K.Key_N)
    write(person, text)
    return next(reversed(person.session.project.notes))


def spot(person: Person, note: str, dx: float = 20, dy: float = 20) -> QPoint:
    rect = person.scene.notes[note].rect()
    return person.view.mapFromScene(QPointF(rect.x() + dx, rect.y() + dy))


def test_n_writes_a_note_beside_the_selected_layer(person: Person) -> None:
    person.click_card("dense_2")
    note = noted(person)
    assert person.session.project.notes[note].text == "Try 128 units"
    assert person.session.project.notes[note].x > person.scene.nodes[person.id("dense_2")].x() + 236
    assert person.session.stack.undoText() == "Add note"
    assert person.session.selection.ids == (note,)
    QApplication.processEvents()
    assert person.view.accessibleDescription().startswith("Note: Try 128 units.")
    person.session.undo()
    person.settle()
    assert person.scene.notes == {}


def test_an_empty_note_was_never_there(person: Person) -> None:
    person.key(K.Key_N)
    write(person, "  ")
    assert person.session.stack.count() == 0
    assert not person.page.stage.note_editor.isVisible()


def test_a_pause_keeps_what_was_written(person: Person, qtbot: Any) -> None:
    person.key(K.Key_N)
    field = person.find("Note text")
    QTest.keyClicks(field, "half a thought")
    assert person.session.project.notes == {}
    qtbot.waitUntil(lambda: bool(person.session.project.notes), timeout=3000)
    assert field.isVisible()
    QTest.keyClicks(field, ", and the rest")
    QTest.keyClick(field, K.Key_Escape)
    assert [n.text for n in person.session.project.notes.values()] == ["half a thought, and the rest"]


def test_the_tool_places_a_note_where_one_clicks(person: Person) -> None:
    person.click(person.find("Note tool"))
    assert person.view.tool == "note"
    place = QPoint(person.view.width() - 300, 200)
    person.click(person.view.viewport(), place)
    assert person.view.tool == "select"
    write(person, "here", K.Key_F6)
    assert person.page.stage.note_editor.isVisible()  # F6 alone does not close it; leaving it does
    person.view.setFocus()
    (note,) = person.session.project.notes.values()
    at = person.view.mapToScene(place)
    assert abs(note.x - at.x()) <= 2
    assert abs(note.y - at.y()) <= 2


def test_a_drag_with_the_tool_draws_the_size(person: Person) -> None:
    person.click(person.find("Note tool"))
    person.drag(QPoint(person.view.width() - 330, 200), QPoint(person.view.width() - 30, 340))
    write(person, "wide")
    (note,) = person.session.project.notes.values()
    assert (note.width, note.height) == pytest.approx((300 / person.view.zoom, 140 / person.view.zoom), abs=4)


def test_a_note_is_moved_resized_and_undone(person: Person) -> None:
    note = noted(person)
    home = person.session.project.notes[note]
    person.drag(spot(person, note), spot(person, note) + QPoint(90, 60))
    moved = person.session.project.notes[note]
    assert (moved.x, moved.y) != (home.x, home.y)
    assert person.session.stack.undoText() == "Move 1 note"
    corner = spot(person, note, moved.width - 4, moved.height - 4)
    person.drag(corner, corner + QPoint(60, 40))
    assert person.session.project.notes[note].width > moved.width + 40
    person.session.undo()
    person.session.undo()
    person.settle()
    assert person.session.project.notes[note] == home
    assert person.scene.notes[note].rect().x() == home.x


def test_double_click_and_enter_write_in_place(person: Person) -> None:
    note = noted(person)
    QTest.mouseDClick(person.view.viewport(), LEFT, NONE, spot(person, note))
    write(person, "!")
    assert person.session.project.notes[note].text == "Try 128 units!"
    person.key(K.Key_Return)
    field = person.find("Note text")
    field.selectAll()
    QTest.keyClick(field, K.Key_Delete)
    QTest.keyClick(field, K.Key_Escape)
    assert person.session.project.notes == {}
    assert person.session.stack.undoText() == "Delete note"


def test_notes_are_deleted_duplicated_copied_and_pasted(person: Person) -> None:
    note = noted(person)
    person.key(K.Key_D, CTRL)
    assert [n.text for n in person.session.project.notes.values()] == ["Try 128 units"] * 2
    person.key(K.Key_Delete)
    assert list(person.session.project.notes) == [note]
    person.session.selection.set(note, person.id("dense_2"))
    person.key(K.Key_C, CTRL)
    person.key(K.Key_V, CTRL)
    assert len(person.session.project.notes) == 2
    assert len(person.names()) == 6
    assert len(person.session.selection.ids) == 2
    person.session.selection.set(note)
    person.key(K.Key_C, CTRL)
    assert QApplication.clipboard().text() == "Try 128 units"


def test_the_rubber_band_takes_notes_too(person: Person) -> None:
    note = noted(person)
    rect = person.scene.notes[note].rect()
    person.session.selection.clear()
    start, end = QPointF(rect.right() + 40, rect.bottom() + 40), QPointF(rect.right() - 20, rect.bottom() - 10)
    person.drag(person.view.mapFromScene(start), person.view.mapFromScene(end))
    assert person.session.selection.ids == (note,)


def test_arrows_reach_notes_and_leave_them(person: Person) -> None:
    person.click_card("dense_2")
    note = noted(person)
    person.click_card("dense_2")
    person.key(K.Key_Right)
    assert person.session.selection.ids == (note,)
    person.key(K.Key_Left)
    assert person.session.selection.ids == (person.id("dense_2"),)


def test_notes_never_enter_code_and_make_nothing_out_of_date(person: Person) -> None:
    before = {stage: stage_hash(person.session.project, stage) for stage in STAGES}
    noted(person, "SECRET")
    assert "SECRET" not in source(person.session.project.network).text
    assert before == {stage: stage_hash(person.session.project, stage) for stage in STAGES}


def test_notes_are_saved_and_come_back(tmp_path: Path) -> None:
    project = edits.add_note(Project(), (12.0, -40.0), "line one\nline “two”", (300.0, 120.0))
    path = tmp_path / "p.layerwright"
    file.save(path, project, RunStore())
    assert file.load(path)[0].notes == {"note:1": Note("line one\nline “two”", 12.0, -40.0, 300.0, 120.0)}
    assert "notes" not in json.to_json(Project())


@pytest.mark.parametrize(
    "values",
    [
        {"note:1": {"text": "x" * 4001}},
        {"note:1": {"x": 1e8}},
        {"note:1": {"width": 5}},
        {"note:1": {"height": 1e6}},
        {"note:1": {"code": "import os"}},
        {"note:1": {"text": 3}},
        {"remark": {"text": "x"}},
        {"note:0": {"text": "x"}},
        {f"note:{i}": {"text": ""} for i in range(1, 20_002)},
    ],
)
def test_a_damaged_note_is_a_sentence(values: Any) -> None:
    with pytest.raises(ProjectError):
        json.from_json({"notes": values})


def test_bounds_hold_for_edits() -> None:
    project = edits.add_note(Project(), (0.0, 0.0), "x", (1.0, 9e9))
    assert (project.notes["note:1"].width, project.notes["note:1"].height) == (80.0, 4000.0)
    with pytest.raises(UsageError, match="4,000"):
        edits.write_note(project, "note:1", "y" * 4001)
    with pytest.raises(UsageError, match="no longer"):
        edits.write_note(project, "note:7", "y")


def test_notes_in_a_group_stay_in_it_and_come_out_with_its_layers(person: Person) -> None:
    session = person.session
    ids = (person.id("dense_1"), person.id("dense_2"))
    assert session.edit("Group", lambda p: edits.group(p, *ids))
    (group,) = [n.id for n in session.project.network if n.layer.KERAS == "Model"]
    assert session.edit("Note", lambda p: scope.inside(p, (group,), lambda q: edits.add_note(q, (5.0, 6.0), "inner")))
    assert list(session.project.notes) == [f"{group}/note:1"]
    lens = Lens(session)
    lens.show_scope((group,))
    assert [n.text for n in lens.project.notes.values()] == ["inner"]
    removed = edits.remove(session.project, group)
    assert removed.notes == {}
    assert [n.text for n in edits.ungroup(session.project, group).notes.values()] == ["inner"]
    assert json.from_json(json.to_json(session.project)) == dataclasses.replace(session.project)
