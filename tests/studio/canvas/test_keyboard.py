"""Everything the keyboard does on the canvas."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QTreeWidget

from studio.canvas.clipboard import MIME

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
K = Qt.Key


def quick(person: Any, text: str, key: Qt.Key = K.Key_Return, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    field = person.find("Quick add")
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key, modifier)
    person.settle()


def test_tab_adds_by_alias_after_the_selection(person: Any) -> None:
    person.click_card("dense_1")
    person.key(K.Key_Tab)
    quick(person, "fully connected")
    assert person.names() == ["input_1", "dense_1", "dense_4", "dense_2", "dropout_1", "dense_3"]


def test_quick_add_shows_shapes_and_reasons(person: Any) -> None:
    person.click_card("dense_1")
    person.key(K.Key_Tab)
    items = person.find("Layers that can be added", QListWidget)
    notes = {
        items.item(i).data(Qt.ItemDataRole.UserRole)[0].KERAS: items.item(i).data(Qt.ItemDataRole.UserRole)
        for i in range(items.count())
    }
    assert notes["Dropout"][1:] == ("(64) → (64)", True)
    assert notes["Conv2D"][1:] == ("needs an image", False)
    quick(person, "conv2d")
    assert person.session.stack.count() == 0
    assert person.toasts


def test_shift_enter_stays_open_and_x3_adds_three(person: Any) -> None:
    person.click_card("dense_1")
    person.key(K.Key_Tab)
    quick(person, "dropout", modifier=SHIFT)
    quick(person, "dense x3")
    assert person.names()[:6] == ["input_1", "dense_1", "dropout_2", "dense_4", "dense_5", "dense_6"]
    assert person.session.stack.count() == 4


def test_quick_add_goes_when_its_place_is_gone(person: Any) -> None:
    person.click_card("dense_2")
    person.key(K.Key_Tab)
    quick(person, "dropout", modifier=SHIFT)
    field = person.find("Quick add")
    person.session.undo()
    person.settle()
    assert not field.isVisible()
    assert person.page.stage.quick_add.after is None
    person.key(K.Key_Tab)
    quick(person, "dropout")
    assert "dropout_2" in person.names()


def test_double_click_on_the_canvas_opens_quick_add_and_escape_closes_it(person: Any) -> None:
    place = QPoint(person.view.width() - 100, person.view.height() - 80)
    QTest.mouseDClick(person.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    field = person.find("Quick add")
    QTest.keyClick(field, K.Key_Escape)
    assert not field.isVisible()
    assert person.session.stack.count() == 0


def test_delete_heals_the_stack(person: Any) -> None:
    person.click_card("dense_2")
    person.key(K.Key_Delete)
    assert ("dense_1", "dropout_1") in person.wires()
    assert person.session.stack.undoText() == "Delete dense_2"


def test_the_target_cannot_be_deleted(person: Any) -> None:
    person.click_card("target:0")
    person.key(K.Key_Delete)
    assert person.session.stack.count() == 0
    assert "target" in person.toasts[0]


def test_copy_paste_duplicate_and_cut(person: Any) -> None:
    person.click_card("dense_1")
    person.click_card("dense_2", SHIFT)
    person.key(K.Key_C, CTRL)
    assert "layerwright/nodes" in bytes(QApplication.clipboard().mimeData().data(MIME).data()).decode()
    assert QApplication.clipboard().text().startswith("from keras import")
    person.key(K.Key_V, CTRL)
    assert len(person.names()) == 7
    assert len(person.session.selection.ids) == 2
    person.key(K.Key_D, CTRL)
    assert len(person.names()) == 9
    person.key(K.Key_X, CTRL)
    assert len(person.names()) == 7
    for _ in range(3):
        person.session.undo()
    assert person.names() == ["input_1", "dense_1", "dense_2", "dropout_1", "dense_3"]


def test_foreign_clipboard_text_is_refused_in_words(person: Any) -> None:
    QApplication.clipboard().setText("import os")
    person.key(K.Key_V, CTRL)
    assert "no layers" in person.toasts[0]


def test_alt_arrows_move_in_the_stack(person: Any) -> None:
    person.click_card("dropout_1")
    person.key(K.Key_Up, ALT)
    assert person.names() == ["input_1", "dense_1", "dropout_1", "dense_2", "dense_3"]
    person.key(K.Key_Down, ALT)
    assert person.names() == ["input_1", "dense_1", "dense_2", "dropout_1", "dense_3"]


def test_arrows_walk_the_graph(person: Any) -> None:
    person.click_card("dense_2")
    person.key(K.Key_Down)
    assert person.session.selection.ids == (person.id("dropout_1"),)
    person.key(K.Key_Up)
    person.key(K.Key_Up, SHIFT)
    assert set(person.session.selection.ids) == {person.id("dense_1"), person.id("dense_2")}


def test_two_selected_layers_are_wired_by_l(person: Any) -> None:
    person.click_card("dropout_1")
    person.key(K.Key_Tab)
    quick(person, "concatenate")
    person.click_card("dense_1")
    person.click_card("concatenate_1", SHIFT)
    person.key(K.Key_L)
    assert ("dense_1", "concatenate_1") in person.wires()
    assert person.session.shapes.output[person.id("concatenate_1")] == (128,)


def test_fit_and_actual_size(person: Any) -> None:
    person.view.zoom_to(3.0)
    person.key(K.Key_F)
    assert person.view.seen().contains(person.scene.extent())
    person.key(K.Key_0, CTRL)
    assert person.view.zoom == 1.0
    person.key(K.Key_L, CTRL | SHIFT)


def test_outline_says_every_block_and_selects(person: Any) -> None:
    person.click(person.find("Outline"))
    outline = person.find("Outline", QTreeWidget)
    assert outline.items()[2].text(0) == (
        "Dense, dense_2, 64 units · relu, input (64), output (64), 4,160 parameters, "
        "from dense_1, to dropout_1, no problems"
    )
    outline.setFocus()
    person.click(outline.viewport(), outline.visualItemRect(outline.items()[3]).center())
    assert person.session.selection.ids == (person.id("dropout_1"),)
    person.key(K.Key_Delete, widget=outline)
    assert "dropout_1" not in person.names()


def test_palette_search_and_enter(person: Any) -> None:
    person.click_card("dense_1")
    field = person.find("Search layers")
    QTest.keyClicks(field, "normali")
    QTest.keyClick(field, K.Key_Down)
    row = person.find("Add Normalization")
    QTest.keyClick(row, K.Key_Return)
    assert person.names()[2] == "normalization_1"
    field.clear()
    assert person.find("Add Dropout").isVisible()
