"""Edits of the notes on the canvas: pure functions Project -> Project. A note's id is "note:1"."""

import dataclasses
from collections.abc import Iterable, Mapping

from engine.errors import UsageError
from engine.project.document import Note, Project

MARK = "note:"
USUAL, SMALLEST = (220.0, 96.0), (80.0, 40.0)
LARGEST = 4000.0
LONGEST = 4000
MOST = 1000
Point = tuple[float, float]


def is_note(id: str) -> bool:
    """Return whether an id of the canvas is that of a note."""
    return id.startswith(MARK)


def add_note(project: Project, at: Point, text: str = "", size: Point | None = None) -> Project:
    """Add a note whose top left corner is `at`."""
    if len(project.notes) >= MOST:
        raise UsageError(f"A canvas holds {MOST:,} notes. Delete some first.")
    width, height = size or USUAL
    note = _sized(Note(text[:LONGEST], at[0], at[1]), width, height)
    return _with(project, {**project.notes, free_id(project): note})


def free_id(project: Project) -> str:
    """Return the id of the next note."""
    taken = (int(id.removeprefix(MARK)) for id in project.notes if is_note(id))
    return f"{MARK}{max(taken, default=0) + 1}"


def new_notes(before: Project, after: Project) -> tuple[str, ...]:
    """Return the ids of the notes that `after` has and `before` has not."""
    return tuple(id for id in after.notes if id not in before.notes)


def write_note(project: Project, id: str, text: str) -> Project:
    """Change the text of a note."""
    if len(text) > LONGEST:
        raise UsageError(f"A note holds {LONGEST:,} characters; this text has {len(text):,}. Shorten it.")
    return _with(project, {**project.notes, id: dataclasses.replace(_note(project, id), text=text)})


def resize_note(project: Project, id: str, width: float, height: float) -> Project:
    """Change the size of a note; it stays large enough to be read and taken hold of."""
    return _with(project, {**project.notes, id: _sized(_note(project, id), width, height)})


def remove_notes(project: Project, ids: Iterable[str]) -> Project:
    """Delete notes."""
    gone = set(ids)
    return _with(project, {id: note for id, note in project.notes.items() if id not in gone})


def place(project: Project, places: Mapping[str, Point]) -> Project:
    """Move cards and notes: node ids, "target:0", "note:1" -> top left corner."""
    cards = {id: at for id, at in places.items() if not is_note(id)}
    moved = {id: dataclasses.replace(_note(project, id), x=x, y=y) for id, (x, y) in places.items() if is_note(id)}
    return dataclasses.replace(
        project, positions={**project.positions, **cards}, notes={**project.notes, **moved} if moved else project.notes
    )


def _note(project: Project, id: str) -> Note:
    if id not in project.notes:
        raise UsageError("This note no longer exists.")
    return project.notes[id]


def _sized(note: Note, width: float, height: float) -> Note:
    return dataclasses.replace(
        note,
        width=min(max(width, SMALLEST[0]), LARGEST),
        height=min(max(height, SMALLEST[1]), LARGEST),
    )


def _with(project: Project, notes: Mapping[str, Note]) -> Project:
    return dataclasses.replace(project, notes=notes)
