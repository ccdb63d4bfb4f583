"""Controls: they tell what a person did and nothing else, by mouse and by keys, and keep the last valid value."""

import pytest
from PySide6.QtCore import QEvent, QMargins, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.errors import UsageError
from studio import theme
from studio.theme import style
from studio.widgets import (
    Banner,
    Box,
    Button,
    Card,
    CheckBox,
    CodeView,
    Collapsible,
    FieldRow,
    FocusRing,
    IconButton,
    Label,
    LineEdit,
    NumberField,
    ProgressBar,
    Radio,
    Rows,
    SearchField,
    Segmented,
    Select,
    Slider,
    Switch,
    Table,
    Tabs,
    Toasts,
    lay,
)
from studio.widgets.fields import CLEAR
from tests.studio.conftest import wait_until

LEFT = Qt.MouseButton.LeftButton


def shown(widget: QWidget, width: int = 300, height: int = 60) -> QWidget:
    widget.resize(width, height)
    widget.show()
    QApplication.processEvents()
    return widget


def typed(field: LineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_switch_tells_clicks_and_keys_only(themed: QApplication) -> None:
    switch, told = Switch("", False, name="Use bias"), []
    switch.changed.connect(told.append)
    switch.set_value(True)
    assert told == []
    shown(switch)
    QTest.mouseClick(switch, LEFT, pos=QPoint(10, 12))
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert told == [False, True]
    assert switch.accessibleName() == "Use bias"


@pytest.mark.parametrize("kind", [CheckBox, Radio])
def test_marks_toggle_by_return(themed: QApplication, kind: type[CheckBox]) -> None:
    box, told = kind("Shuffle"), []
    box.changed.connect(told.append)
    shown(box)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert told == [True]
    assert box.value()


def test_number_field_takes_numbers_steps_and_refuses_the_rest(themed: QApplication) -> None:
    field, told, errors = NumberField(64, name="Units", integer=True, minimum=1, maximum=100), [], []
    field.changed.connect(told.append)
    field.error_changed.connect(errors.append)
    shown(field)
    typed(field, "70")
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_PageDown)
    QTest.mouseClick(field, LEFT, pos=QPoint(field.width() - 8, 4))
    assert told == [70, 71, 61, 62]
    for wrong in ("-3", "many", "1.5", "1e999", ""):
        typed(field, wrong)
        assert field.value() == 62
    assert errors[0] == "This must lie between 1 and 100; it is -3."
    assert field.accessibleDescription() != ""
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "62"
    assert field.error == ""


def test_number_field_can_be_empty_log_and_comma(themed: QApplication) -> None:
    field, told = NumberField(0.01, name="Rate", minimum=1e-6, log=True, optional=True), []
    field.changed.connect(told.append)
    shown(field)
    QTest.keyClick(field, Qt.Key.Key_Up)
    typed(field, "0,5")
    typed(field, "")
    assert told == [0.011, 0.5, None]


def test_a_check_of_the_record_gives_the_sentence(themed: QApplication) -> None:
    def check(value: object) -> object:
        if value == 13:
            raise UsageError("units must be lucky; it is 13.")
        return value

    row = FieldRow("Units", NumberField(1, name="Units", integer=True, check=check))
    shown(row, 300, 80)
    typed(row.control, "13")
    assert row.sentence.text() == "units must be lucky; it is 13."
    assert row.sentence.isVisible()
    typed(row.control, "12")
    assert not row.sentence.isVisible()


def test_dragging_a_label_steps_its_number(themed: QApplication) -> None:
    row = FieldRow("Units", NumberField(10, name="Units", integer=True))
    shown(row)
    QTest.mousePress(row.label, LEFT, pos=QPoint(5, 10))
    QTest.mouseMove(row.label, QPoint(35, 10))
    QTest.mouseRelease(row.label, LEFT, pos=QPoint(35, 10))
    assert row.control.value() >= 10


def test_line_edit_tells_finished_entries_once(themed: QApplication) -> None:
    field, told = LineEdit("a", name="Name"), []
    field.changed.connect(told.append)
    shown(field)
    typed(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told == ["abc"]
    field.set_value("x")
    assert told == ["abc"]


def test_search_tells_every_key(themed: QApplication) -> None:
    field, told = SearchField("Search", name="Search layers"), []
    field.searched.connect(told.append)
    shown(field)
    QTest.keyClicks(field, "de")
    assert told == ["d", "de"]


def test_select_tells_the_value_of_an_option(themed: QApplication) -> None:
    select, told = Select([(None, "None"), ("relu", "ReLU"), ("tanh", "Tanh")], "relu", name="Activation"), []
    select.changed.connect(told.append)
    shown(select)
    QTest.keyClick(select, Qt.Key.Key_Down)
    assert told == ["tanh"]
    select.set_value(None)
    assert select.currentText() == "None"
    select.set_mixed()
    assert select.value() is None
    assert told == ["tanh"]


def test_segmented_and_tabs_have_a_button_per_option(themed: QApplication) -> None:
    for made in (Segmented(["All", "Image"], name="Filter"), Tabs(["All", "Image"], name="Dock")):
        told: list[object] = []
        made.changed.connect(told.append)
        shown(made)
        button = next(b for b in made.findChildren(QWidget) if b.accessibleName() == "Image")
        QTest.mouseClick(button, LEFT)
        assert told == ["Image"]
        made.set_value("All")
        assert made.value() == "All"


def test_slider_by_keys_mouse_and_log(themed: QApplication) -> None:
    slider, told = Slider(0.0, 0.0, 10.0, name="Rate", step=1), []
    slider.changed.connect(told.append)
    shown(slider, 214, 20)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_End)
    QTest.mouseClick(slider, LEFT, pos=QPoint(107, 10))
    assert told == [1.0, 10.0, 5.0]
    log = Slider(1e-3, 1e-5, 1e-1, name="Learning rate", log=True)
    shown(log, 214, 20)
    QTest.mouseClick(log, LEFT, pos=QPoint(57, 10))
    assert log.value() == pytest.approx(1e-4)


def test_progress_stays_in_its_bounds(themed: QApplication) -> None:
    bar = ProgressBar(name="Fit")
    bar.set_value(1.7)
    assert bar.value() == 1.0
    assert bar.accessibleDescription() == "100%"


def test_buttons_show_ampersands_and_have_names(themed: QApplication) -> None:
    button = Button("Save & go", "save", "primary")
    assert button.text() == " Save && go"
    assert button.accessibleName() == "Save & go"
    tool = IconButton("search", "Search commands", key="Ctrl+K")
    assert (tool.accessibleName(), tool.toolTip()) == ("Search commands", "Search commands (Ctrl+K)")


def test_a_button_confirms_for_a_moment(themed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.widgets.button.CONFIRM_MS", 40)
    button = IconButton("copy", "Copy program")
    usual = button.icon().pixmap(16).toImage()
    button.confirm("The program is on the clipboard.")
    assert button.icon().pixmap(16).toImage() != usual
    button.restyle()  # another theme: still confirmed
    assert button.icon().pixmap(16).toImage() != usual
    QTest.qWait(120)
    assert button.icon().pixmap(16).toImage() == usual
    assert button.icon_name() == "copy"


def test_labels_show_markup_as_it_is_and_cut_long_text(themed: QApplication) -> None:
    label = Label("<img src=x> a very long text that cannot fit", elide=True)
    shown(label, 80, 20)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text().endswith("…")
    assert label.full_text() == "<img src=x> a very long text that cannot fit"
    assert label.toolTip() == "<p>&lt;img src=x&gt; a very long text that cannot fit</p>"


def test_collapsible_tells_and_hides(themed: QApplication) -> None:
    part, told = Collapsible("Advanced", Label("inside"), opened=False), []
    part.toggled.connect(told.append)
    shown(part)
    QTest.mouseClick(part.head, LEFT)
    assert told == [True]
    assert part.inner.isVisible()


def test_toasts_keep_three_and_do_their_action(themed: QApplication) -> None:
    window = shown(QWidget(), 800, 600)
    toasts, done = Toasts(window), []
    for i in range(5):
        toasts.show(f"Toast {i}", "text", "success", "Undo", lambda i=i: done.append(i))
    assert [t.accessibleName() for t in toasts.shown] == ["Toast 2", "Toast 3", "Toast 4"]
    last = toasts.shown[-1]
    assert last.geometry().right() <= 800
    assert last.geometry().bottom() <= 600 - 40
    QTest.mouseClick(last.button, LEFT)
    assert done == [4]
    assert len(toasts.shown) == 2


def test_banner_closes(themed: QApplication) -> None:
    banner = Banner("Stopped", "Epoch 12", "error")
    shown(banner, 400, 80)
    QTest.mouseClick(banner.close_button, LEFT)
    assert banner.isHidden()


def test_table_tells_the_row_and_shows_numbers_right(themed: QApplication) -> None:
    table, told = Table(Rows(["name", "loss"], [["a", 0.123456], ["b", None]]), name="Rows"), []
    table.chosen.connect(told.append)
    shown(table, 300, 120)
    table.setCurrentIndex(table.model().index(1, 0))
    assert told[-1] == 1
    model = table.model()
    assert model.data(model.index(0, 1)) == "0.1235"
    assert model.data(model.index(1, 1)) == "–"
    assert model.data(model.index(0, 1), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_code_view_marks_lines_and_tells_clicks(themed: QApplication) -> None:
    view, told = CodeView("x = 1\ny = Dense(2)  # note\nz = 3", name="Code"), []
    view.line_clicked.connect(told.append)
    shown(view, 400, 200)
    view.set_marked([2], reveal=True)
    view.set_errors({3: "shape error"})
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(20, 6))
    assert told == [1]
    assert view.marked() == (2,)
    colours = {f.format.foreground().color().name() for f in view.document().findBlockByNumber(1).layout().formats()}
    assert theme.color("syntax.number").name() in colours
    theme.apply(themed, "dark")
    colours = {f.format.foreground().color().name() for f in view.document().findBlockByNumber(1).layout().formats()}
    assert theme.color("syntax.number").name() in colours


def test_the_focus_ring_is_outside_and_only_for_the_keyboard(themed: QApplication) -> None:
    window = QWidget()
    first, second = Button("One"), Button("Two")
    lay(window, [first, second, None], True, 8, 20)
    ring = FocusRing(window)
    shown(window, 300, 200)
    window.activateWindow()
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert ring.ringed() is first
    assert ring.geometry().contains(first.geometry())
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert ring.ringed() is second
    second.hide()
    QApplication.processEvents()
    assert ring.ringed() is not second


def test_everything_follows_the_theme_while_it_lives(themed: QApplication) -> None:
    label = Label("text", color="text.primary")
    before = label.palette().windowText().color().name()
    theme.apply(themed, "dark")
    assert label.palette().windowText().color().name() == theme.color("text.primary").name() != before


def test_a_toast_stays_while_the_pointer_is_on_it(themed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    window = QWidget()
    window.resize(800, 600)
    window.show()
    monkeypatch.setattr(theme, "duration", lambda name: 60)
    toasts = Toasts(window)
    toast = toasts.show("Layer deleted", "Ctrl+Z takes it back")
    at = QPointF(20, 20)
    QApplication.sendEvent(toast, QEnterEvent(at, at, at))
    QTest.qWait(150)
    assert toasts.shown == [toast]
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    wait_until(lambda: toasts.shown == [])
    window.deleteLater()


@pytest.mark.parametrize(("size", "height"), [("small", 24), ("medium", 28), ("large", 32)])
def test_buttons_have_the_heights_of_the_tokens(themed: QApplication, size: str, height: int) -> None:
    for button in (Button("Apply", "check", size=size), IconButton("x", "Close", size=size)):
        shown(button)
        assert button.sizeHint().height() == height
    assert button.sizeHint().width() == (24 if size == "small" else 28)


@pytest.mark.parametrize(("small", "height"), [(True, 24), (False, 28)])
def test_fields_have_the_heights_of_the_tokens(themed: QApplication, small: bool, height: int) -> None:
    for field in (LineEdit(name="Title", small=small), NumberField(1, name="Seed", small=small)):
        assert shown(field).sizeHint().height() == height


def test_a_search_field_is_cleared_by_our_own_cross(themed: QApplication) -> None:
    field = SearchField("Search", name="Search layers")
    for mode in ("dark", "light"):
        style.apply(themed, mode)
        shown_icon = field.findChild(QAction, CLEAR).icon()
        assert shown_icon.pixmap(16).toImage() == theme.icon("x", "text.muted").pixmap(16).toImage()


def test_a_radio_with_a_note_says_it_whole(themed: QApplication) -> None:
    radio = Radio("In order", note="train on the first rows, test on the last", name="In order")
    shown(radio, 300, 40)
    assert radio.accessibleDescription() == "train on the first rows, test on the last"
    assert radio.toolTip() == ""
    QTest.mouseClick(radio, LEFT, pos=QPoint(120, 30))
    assert radio.value()
    shown(radio, 120, 40)
    assert radio.toolTip() == "train on the first rows, test on the last"


def test_a_number_and_its_head_end_at_the_same_pixel(themed: QApplication) -> None:
    table = Table(Rows(["nn"], [[88]]), name="Rows")
    shown(table, 300, 90)
    table.setColumnWidth(0, 120)
    picture = table.grab().toImage()

    def last_ink(top: int, bottom: int) -> int:
        paper = picture.pixelColor(2, (top + bottom) // 2)
        return max(x for x in range(118) for y in range(top, bottom) if picture.pixelColor(x, y) != paper)

    assert abs(last_ink(6, 22) - last_ink(34, 48)) <= 1


def test_what_lies_at_the_edge_of_a_surface_spares_its_border(themed: QApplication) -> None:
    box, card = Box(Label("x"), margins=1), Card("Rows", Label("x"), margins=(1, 0, 1, 4))
    for mode, width in (("contrast", 2), ("light", 1)):
        style.apply(themed, mode)
        assert box.body.contentsMargins() == QMargins(width, width, width, width)
        assert card.content.contentsMargins() == QMargins(width, 0, width, 4)


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_a_placeholder_has_the_colour_of_quiet_text(themed: QApplication, mode: str) -> None:
    style.apply(themed, mode)
    field = SearchField("||||||||", name="Search layers")
    shown(field, 200, 28)
    picture, wanted = field.grab().toImage(), theme.color("text.muted")
    ink = [picture.pixelColor(x, y) for x in range(36, 80) for y in range(8, 20)]
    nearest = min(abs(c.lightness() - wanted.lightness()) for c in ink)
    assert nearest <= 12, "the style sheet's own placeholder is half transparent"
