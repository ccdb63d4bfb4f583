"""Groups and shared layers by mouse and keys: group, open, edit inside, leave, ungroup, share."""

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidget

from studio.canvas.find import found
from studio.document import edits, scope
from tests.studio.canvas.people import LEFT, NONE, Person, layer
from tests.studio.conftest import both

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
K = Qt.Key


@pytest.fixture
def grouped(person: Person) -> Person:
    """Someone whose classifier has dense_2 and dropout_1 in group_1."""
    person.click_card("dense_2")
    person.click_card("dropout_1", SHIFT)
    person.key(K.Key_G, CTRL)
    return person


def shown(person: Person) -> list[str]:
    """Return the names of the cards on the canvas."""
    network = person.view.session.project.network
    return [network.nodes[n].name for n in network.order()]


def enter(person: Person) -> None:
    """Open the group by a double click."""
    spot = person.view.mapFromScene(person.scene.nodes[person.id("group_1")].pos() + QPointF(150, 24))
    QTest.mouseDClick(person.view.viewport(), LEFT, NONE, spot)
    person.settle()


@both
def test_ctrl_g_makes_a_card_with_the_layers_in_it(grouped: Person) -> None:
    assert grouped.names() == ["input_1", "dense_1", "group_1", "dense_3"]
    card = grouped.scene.nodes[grouped.id("group_1")].card
    assert (card.title, card.line, card.count, card.stacked) == ("group_1", "2 layers", "4,160", True)
    assert grouped.session.selection.ids == (grouped.id("group_1"),)
    assert grouped.session.stack.undoText() == "Group 2 layers"
    assert not [p for p in grouped.session.problems if p.severity == "error" and p.node]


def test_what_cannot_be_grouped_says_why(person: Person) -> None:
    person.click_card("input_1")
    person.key(K.Key_G, CTRL)
    assert person.refused[-1].startswith("input_1 is an Input and stays outside a group.")
    person.key(K.Key_G, CTRL | SHIFT)
    assert "Select a group first" in person.toasts[-1]
    assert person.session.stack.count() == 0


def test_a_double_click_opens_the_group_and_escape_leaves_it(grouped: Person) -> None:
    enter(grouped)
    assert shown(grouped) == ["input_1", "dense_2", "dropout_1"]
    inside = grouped.scene.nodes
    entry = next(c.card for c in inside.values() if c.card.title == "Input")
    assert entry.line == "from dense_1"
    assert [c.card.name for c in inside.values() if c.card.end] == ["dropout_1"]
    assert grouped.page.stage.count.text() == "4,160 params"
    grouped.key(K.Key_Escape)
    assert shown(grouped) == ["input_1", "dense_1", "group_1", "dense_3"]
    assert grouped.view.session.selection.ids == (grouped.id("group_1"),)


def test_keys_open_and_leave_a_group(grouped: Person) -> None:
    grouped.key(K.Key_Return, CTRL)
    assert shown(grouped) == ["input_1", "dense_2", "dropout_1"]
    assert grouped.find("Open groups").isVisible()
    grouped.key(K.Key_Left, ALT)
    assert len(shown(grouped)) == 4
    grouped.key(K.Key_Left, ALT)
    assert "No group is open" in grouped.toasts[-1]


def test_the_breadcrumb_leads_out_from_any_depth(grouped: Person) -> None:
    grouped.key(K.Key_Return, CTRL)
    grouped.view.session.selection.set(*[n.id for n in grouped.view.session.project.network if n.name == "dense_2"])
    grouped.key(K.Key_G, CTRL)
    grouped.key(K.Key_Return, CTRL)
    assert shown(grouped) == ["input_1", "dense_2"]
    assert [s.text() for s in grouped.page.stage.breadcrumb.steps] == ["Network", "group_1", "group_1"]
    grouped.click(grouped.find("Show group_1"))
    assert shown(grouped) == ["input_1", "group_1", "dropout_1"]
    grouped.click(grouped.find("Show Network"))
    assert len(shown(grouped)) == 4
    assert not grouped.page.stage.breadcrumb.isVisible()
    assert QApplication.focusWidget() is grouped.view


def test_edits_inside_are_steps_of_the_document_and_undo_works_from_anywhere(grouped: Person) -> None:
    node = grouped.id("group_1")
    grouped.key(K.Key_Return, CTRL)
    grouped.key(K.Key_Down)
    grouped.key(K.Key_Down)
    grouped.key(K.Key_Tab)
    QTest.keyClicks(grouped.find("Quick add"), "dense")
    QTest.keyClick(grouped.find("Quick add"), K.Key_Return)
    grouped.settle()
    assert "dense_1" in shown(grouped)
    assert len(scope.shown(grouped.session.project, (node,)).network.nodes) == 4
    grouped.key(K.Key_Delete)
    assert shown(grouped) == ["input_1", "dense_2", "dropout_1"]
    grouped.key(K.Key_Left, ALT)
    grouped.session.undo()
    assert grouped.scene.nodes[node].card.line == "3 layers"
    enter(grouped)
    grouped.session.undo()
    assert len(shown(grouped)) == 3
    grouped.session.undo()  # the group itself: nothing is left to be open
    assert shown(grouped) == ["input_1", "dense_1", "dense_2", "dropout_1", "dense_3"]
    grouped.session.redo()
    assert "group_1" in shown(grouped)


@both
def test_ungroup_puts_the_layers_back(grouped: Person) -> None:
    grouped.key(K.Key_G, CTRL | SHIFT)
    assert grouped.names() == ["input_1", "dense_1", "dense_2", "dropout_1", "dense_3"]
    assert grouped.session.selection.ids == (grouped.id("dense_2"), grouped.id("dropout_1"))
    assert grouped.session.stack.undoText() == "Ungroup group_1"


def test_an_error_inside_marks_both_cards_and_is_fixed_from_outside(grouped: Person) -> None:
    node = grouped.id("group_1")
    inner = next(n.id for n in scope.shown(grouped.session.project, (node,)).network if n.name == "dropout_1")
    grouped.session.edit("Break", lambda p: edits.inside(
        p, (node,), lambda q: edits.replace_layer(q, inner, layer("MaxPooling2D"))))  # fmt: skip
    grouped.settle()
    assert grouped.scene.nodes[node].card.error.startswith("inside: ")
    grouped.page.next_problem()
    grouped.settle()
    assert grouped.view.session.scope == (node,)
    assert grouped.scene.nodes[inner].card.error
    problem = next(p for p in grouped.view.session.problems if p.node == inner)
    assert problem.where == "group_1/max_pooling2d_1" or problem.where.startswith("group_1/")


def test_a_row_chosen_elsewhere_leaves_the_group(grouped: Person) -> None:
    enter(grouped)
    grouped.session.selection.set(grouped.id("dense_3"))
    grouped.settle()
    assert len(shown(grouped)) == 4
    assert grouped.view.session.selection.ids == (grouped.id("dense_3"),)


# ---- shared layers ----
def test_ctrl_shift_d_makes_a_second_card_of_the_same_layer(person: Person) -> None:
    person.click_card("dense_2")
    person.key(K.Key_D, CTRL | SHIFT)
    owner, copy = person.id("dense_2"), person.id("dense_4")
    cards = person.scene.nodes
    assert cards[copy].card.line.startswith("uses dense_2")
    assert (cards[copy].card.shares, cards[owner].card.shares) == ((owner,), (copy,))
    assert len(person.scene.shared.segments) == 1
    person.view.session.selection.clear()
    assert not person.scene.shared.segments
    person.view.session.edit("Set units", lambda p: edits.set_field(p, copy, "units", 32))
    assert person.session.project.network.nodes[owner].layer.units == 32


def test_own_weights_end_the_sharing(person: Person) -> None:
    person.click_card("dense_2")
    person.key(K.Key_D, CTRL | SHIFT)
    person.page.actions_.trigger("canvas.use_own_weights")
    assert person.session.project.network.nodes[person.id("dense_4")].shares is None
    assert not person.scene.nodes[person.id("dense_2")].card.shares


def test_layers_without_weights_share_nothing(person: Person) -> None:
    person.click_card("dropout_1")
    person.key(K.Key_D, CTRL | SHIFT)
    assert "dropout_1 has no weights to share" in person.toasts[-1]
    assert person.session.stack.count() == 0


# ---- outline ----
def outline(person: Person) -> Any:
    """Return the outline, shown."""
    person.page.actions_.trigger("define.outline")
    QApplication.processEvents()
    return person.find("Outline", QTreeWidget)


def texts(tree: Any) -> list[str]:
    """Return the first two words of each line."""
    return [", ".join(item.text(0).split(", ")[:2]) for item in tree.items()]


def test_the_outline_is_a_tree_of_groups(grouped: Person) -> None:
    tree = outline(grouped)
    assert (
        texts(tree)
        == ["Input, input_1", "Dense, dense_1", "Group, group_1", "Dense, dense_3", "Training target, 2 layers"][:4]
        + texts(tree)[4:]
    )
    tree.setCurrentItem(tree.items()[2])
    QTest.keyClick(tree, K.Key_Right)
    assert texts(tree)[2:6] == ["Group, group_1", "Input, input_1", "Dense, dense_2", "Dropout, dropout_1"]
    tree.setCurrentItem(tree.items()[4])
    assert grouped.view.session.scope == (grouped.id("group_1"),)
    assert grouped.view.session.selection.ids[-1] in grouped.scene.nodes
    QTest.keyClick(tree, K.Key_Delete)
    grouped.settle()
    assert texts(tree)[2:5] == ["Group, group_1", "Input, input_1", "Dropout, dropout_1"]
    grouped.session.undo()
    assert "Dense, dense_2" in texts(tree)


def test_the_outline_renames_in_place(person: Person) -> None:
    tree = outline(person)
    tree.setCurrentItem(tree.items()[1])
    QTest.keyClick(tree, K.Key_F2)
    field = person.find("New name")
    assert field.text() == "dense_1"
    QTest.keyClicks(field, "first")
    QTest.keyClick(field, K.Key_Return)
    person.settle()
    assert person.names()[1] == "first"


def test_enter_in_the_outline_opens_the_settings(person: Person) -> None:
    tree = outline(person)
    tree.setFocus()
    tree.setCurrentItem(tree.items()[1])
    QTest.keyClick(tree, K.Key_Return)
    assert QApplication.focusWidget().accessibleName() == "Units"


def test_the_outline_moves_adds_copies_groups_and_wires(person: Person) -> None:
    tree = outline(person)
    tree.setFocus()
    tree.setCurrentItem(tree.items()[3])
    QTest.keyClick(tree, K.Key_Up, ALT)
    assert person.names() == ["input_1", "dense_1", "dropout_1", "dense_2", "dense_3"]
    QTest.keyClick(tree, K.Key_Tab)
    QTest.keyClicks(person.find("Quick add"), "add")
    QTest.keyClick(person.find("Quick add"), K.Key_Return)
    person.settle()
    assert person.names()[3] == "add_1"
    assert QApplication.focusWidget() is tree
    tree.setCurrentItem(tree.items()[1])
    QTest.keyClick(tree, K.Key_L)
    QTest.keyClick(tree, K.Key_Down)
    QTest.keyClick(tree, K.Key_Down)
    QTest.keyClick(tree, K.Key_Return)
    person.settle()
    assert ("dense_1", "add_1") in person.wires()
    QTest.keyClick(tree, K.Key_G, CTRL)
    person.settle()
    assert "group_1" in person.names()
    QTest.keyClick(tree, K.Key_D, CTRL)
    person.settle()
    assert "group_2" in person.names()


def test_the_canvas_says_what_is_selected(person: Person) -> None:
    person.click_card("dense_2")
    person.qtbot.waitUntil(lambda: "Dense, dense_2, 64 units · relu" in person.view.speech.last)
    assert person.view.accessibleDescription().startswith(person.view.speech.last)
    person.key(K.Key_Up, SHIFT)
    person.qtbot.waitUntil(lambda: person.view.speech.last.startswith("2 layers selected, Dense, dense_1"))
    person.view.session.edit("Cut", lambda p: edits.disconnect_between(p, person.id("input_1"), person.id("dense_1")))
    person.qtbot.waitUntil(lambda: "dense_1 needs 1 input. It has none." in person.view.speech.last)
    person.key(K.Key_Escape)
    person.qtbot.waitUntil(lambda: person.view.speech.last == "Nothing selected")


def test_leaving_a_group_brings_the_view_back(grouped: Person) -> None:
    grouped.view.zoom_to(2.0)
    grouped.view.centre_on(QPointF(200, 300))
    there = grouped.view.seen().center()
    grouped.key(K.Key_Return, CTRL)
    assert grouped.view.zoom == 1.0
    assert grouped.view.seen().contains(grouped.scene.extent())
    grouped.key(K.Key_Left, ALT)
    assert grouped.view.zoom == 2.0
    back = grouped.view.seen().center() - there
    assert abs(back.x()) < 2
    assert abs(back.y()) < 2


# ---- inspector ----
def test_the_inspector_opens_and_dissolves_a_group(grouped: Person) -> None:
    assert grouped.find("Holds").text() == "2 layers"
    grouped.click(grouped.find("Open group"))
    grouped.settle()
    assert shown(grouped) == ["input_1", "dense_2", "dropout_1"]
    grouped.key(K.Key_Escape)
    grouped.click(grouped.find("Ungroup"))
    assert grouped.names() == ["input_1", "dense_1", "dense_2", "dropout_1", "dense_3"]


def test_the_inspector_says_whose_weights_are_used(person: Person) -> None:
    person.click_card("dense_2")
    person.key(K.Key_D, CTRL | SHIFT)
    assert person.find("Shared weights").text() == "Those of dense_2"
    person.click_card("dense_2")
    assert person.find("Shared weights").text() == "Used by dense_4 too"
    person.click(person.find("Use own weights"))
    assert person.session.project.network.nodes[person.id("dense_4")].shares is None


def test_undo_of_what_is_not_on_screen_says_so_and_shows_it(grouped: Person) -> None:
    node = grouped.id("group_1")
    grouped.key(K.Key_Return, CTRL)
    inner = next(n.id for n in grouped.view.session.project.network if n.name == "dense_2")
    told: list[Any] = []
    grouped.page.tell.connect(lambda *said: told.append(said))
    grouped.view.session.edit("Set units", lambda p: edits.set_field(p, inner, "units", 32))
    grouped.session.undo()
    assert not told
    grouped.key(K.Key_Left, ALT)
    grouped.session.redo()
    ((title, _, _, action, act),) = told
    assert (title, action) == ("Changed in group_1", "Show")
    act()
    assert grouped.view.session.scope == (node,)


def test_assistive_technology_finds_a_list_of_blocks(grouped: Person) -> None:
    listed = QAccessible.queryAccessibleInterface(grouped.view)
    assert (listed.role(), listed.text(QAccessible.Text.Name)) == (QAccessible.Role.List, "Canvas")
    names = [listed.child(i).text(QAccessible.Text.Name) for i in range(listed.childCount())]
    assert [n.partition(", ")[0] for n in names] == ["Input", "Dense", "Group", "Dense", "Training target"]
    assert names[2].startswith("Group, group_1, 2 layers, input (64), output (64), 4,160 parameters, from dense_1")
    group = listed.child(2)
    assert group.role() == QAccessible.Role.ListItem
    assert group.state().selected
    assert not listed.child(1).state().selected
    spot = grouped.view.viewport().mapToGlobal(grouped.spot("dense_1"))
    assert listed.childAt(spot.x(), spot.y()).text(QAccessible.Text.Name) == names[1]
    assert listed.indexOfChild(listed.focusChild()) == 2
    grouped.key(K.Key_G, CTRL | SHIFT)
    assert not group.isValid()
    assert listed.childCount() == 6


def test_find_looks_into_groups_and_out_of_them(grouped: Person) -> None:
    group = grouped.id("group_1")
    inner = grouped.view.session.at((group,)).project.network
    dense, dropout = (next(n.id for n in inner if n.name == name) for name in ("dense_2", "dropout_1"))
    assert found(grouped.view, "dropout") == [(group, dropout)]
    assert found(grouped.view, "group") == [(group,)]
    outside = [(grouped.id("dense_1"),), (grouped.id("dense_3"),)]
    assert found(grouped.view, "dense") == [*outside, (group, dense)]
    enter(grouped)
    assert found(grouped.view, "dense") == [(group, dense), *outside]


@both
def test_find_opens_the_group_of_a_match_by_keys_alone(grouped: Person) -> None:
    bar, lens, group = grouped.page.stage.finder, grouped.view.session, grouped.id("group_1")

    def look_for(text: str) -> None:
        grouped.view.setFocus()
        grouped.key(K.Key_F, CTRL | SHIFT)
        QTest.keyClicks(bar.field, text)
        grouped.settle()

    grouped.window.activateWindow()
    look_for("dense_2")
    assert (bar.count.full_text(), bar.current()) == ("1 of 1", group)
    assert grouped.scene.nodes[group].found
    assert bar.place.full_text() == "dense_2 in group_1. Enter goes there."
    assert bar.field.accessibleDescription() == "1 of 1 dense_2 in group_1. Enter goes there."
    grouped.key(K.Key_Escape, widget=bar.field)
    assert lens.scope == ()
    look_for("dense_2")
    grouped.key(K.Key_Return, widget=bar.field)
    assert not bar.isVisible()
    assert lens.scope == (group,)
    assert [step.text() for step in grouped.page.stage.breadcrumb.steps] == ["Network", "group_1"]
    chosen = lens.selection.current
    assert lens.project.network.nodes[chosen].name == "dense_2"
    assert grouped.view.seen().contains(grouped.scene.rect_of(chosen).center())
    assert grouped.view.hasFocus()
    look_for("dense_3")
    assert (bar.count.full_text(), bar.current()) == ("1 of 1", None)
    assert bar.place.full_text() == "dense_3 in the network. Enter goes there."
    grouped.key(K.Key_Return, widget=bar.field)
    assert lens.scope == ()
    assert lens.selection.ids == (grouped.id("dense_3"),)
    assert not grouped.page.stage.breadcrumb.isVisible()


def test_a_match_that_goes_meanwhile_is_not_chosen(grouped: Person) -> None:
    bar, lens = grouped.page.stage.finder, grouped.view.session
    bar.open()
    bar.field.setText("dense_2")
    bar.search("dense_2")
    bar.matches = [(*bar.matches[0][:-1], "n99")]
    bar.take()
    assert lens.scope == ()
    assert not bar.isVisible()


def test_copies_cover_no_card(person: Person) -> None:
    for key in ((K.Key_D, CTRL), (K.Key_D, CTRL | SHIFT)):
        person.click_card("dense_2")
        person.key(*key)
    spots = {(round(n.x()), round(n.y())) for n in person.scene.nodes.values()}
    assert len(spots) == len(person.scene.nodes) == 8
