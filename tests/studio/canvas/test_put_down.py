"""What is in hand is put down when the drawing changes under it: by undo, by the code, by a fix."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.document import edits
from tests.studio.canvas.people import LEFT, Person

K = Qt.Key


def remove(person: Person, *names: str) -> None:
    ids = [person.id(name) for name in names]
    assert person.session.edit("Delete", lambda p: edits.remove(p, *ids))


def card_in_hand(person: Person) -> None:
    start = person.spot("dense_2")
    QTest.mousePress(person.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    person.glide(start, start + QPoint(60, 40))


def copy_in_hand(person: Person) -> None:
    start = person.spot("dense_2")
    QTest.mousePress(person.view.viewport(), LEFT, Qt.KeyboardModifier.AltModifier, start)
    for part in (0.3, 1.0):
        QTest.mouseMove(person.view.viewport(), start + QPoint(round(80 * part), 30))


def wire_in_hand(person: Person) -> None:
    start = person.spot("dense_2", 118, 48)
    QTest.mousePress(person.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    person.glide(start, person.spot("dense_3"))


def wire_by_keys(person: Person) -> None:
    person.click_card("dense_2")
    person.key(K.Key_L)


@pytest.mark.parametrize("take", [card_in_hand, copy_in_hand, wire_in_hand, wire_by_keys])
def test_it_is_put_down_when_its_card_is_gone(person: Person, take: Callable[[Person], None]) -> None:
    take(person)
    assert person.view.gesture is not None
    places = dict(person.scene.places)
    gone = person.id("dense_2")
    remove(person, "dense_2", "dropout_1")
    assert person.view.gesture is None
    assert gone not in person.scene.nodes
    assert all(item.offer == "" and not item.ghost for item in person.scene.nodes.values())
    overlay = person.scene.overlay
    assert (overlay.marks, overlay.draft, overlay.remark, overlay.guides) == ((), None, None, ())
    steps = person.session.stack.count()
    for key in (K.Key_Down, K.Key_Up, K.Key_Escape):
        person.key(key)
    QTest.mouseMove(person.view.viewport(), QPoint(40, 40))
    QTest.mouseRelease(person.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(60, 60))
    assert person.session.stack.count() == steps
    person.session.undo()
    person.settle()
    assert person.scene.places.keys() == places.keys()


def test_a_card_that_was_being_dragged_lies_where_the_document_says(person: Person) -> None:
    card_in_hand(person)
    assert person.session.edit("Rename", lambda p: edits.rename(p, person.id("dense_1"), "first"))
    person.settle()
    wanted: Any = person.scene._wanted_places()
    assert {k: person.scene.places[k] for k in wanted} == wanted


def test_other_settings_do_not_take_anything_out_of_the_hand(person: Person) -> None:
    card_in_hand(person)
    held = person.view.gesture
    assert person.session.edit("Set epochs", lambda p: edits.set_fit(p, epochs=7))
    assert person.view.gesture is held
    person.view.escape()
