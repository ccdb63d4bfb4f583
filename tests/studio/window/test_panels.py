"""Panels: dragged, folded, floating in a narrow window, a rail in a very narrow one; remembered per page."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from studio.app import Studio
from studio.document import edits
from studio.document.session import Session
from studio.pages.define import DefinePage
from studio.pages.page import CENTRE, Page
from studio.pages.panels import Dock, SidePanel
from studio.window.tab_order import tab_order
from tests.studio.conftest import both, wait_until
from tests.studio.window.conftest import LEFT, click, on_screen

CTRL, ALT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def define(studio: Studio) -> Page:
    """Show the Define page."""
    studio.show_stage("define")
    QApplication.processEvents()
    return studio.page("define")


def side(page: Page, name: str) -> SidePanel:
    found = page.panels[name]
    assert isinstance(found, SidePanel)
    return found


def dock_of(page: Page) -> Dock:
    found = page.panels["dock"]
    assert isinstance(found, Dock)
    return found


def drag(widget: QWidget, by: QPoint) -> None:
    """Drag a widget with the mouse."""
    start = widget.rect().center()
    QTest.mousePress(widget, LEFT, pos=start)
    last = widget.mapToGlobal(start + by)
    for step in (0.4, 1.0):
        QTest.mouseMove(
            widget, widget.mapFromGlobal(widget.mapToGlobal(start) + (last - widget.mapToGlobal(start)) * step)
        )
        QApplication.processEvents()
    QTest.mouseRelease(widget, LEFT, pos=widget.mapFromGlobal(last))
    QApplication.processEvents()


def narrow(studio: Studio, width: int = 1120) -> None:
    studio.window.setMinimumSize(500, 400)
    studio.window.resize(width, 700)
    QApplication.processEvents()


@pytest.mark.parametrize(("name", "sign"), [("left", 1), ("right", -1)])
def test_an_edge_can_be_dragged_within_limits(whole: Studio, name: str, sign: int) -> None:
    panel = side(define(whole), name)
    usual = panel.width()
    drag(panel.edge, QPoint(60 * sign, 0))
    assert panel.width() == usual + 60
    drag(panel.edge, QPoint(2000 * sign, 0))
    assert panel.width() == round(usual * 1.75)
    drag(panel.edge, QPoint(-2000 * sign, 0))
    assert round(usual * 0.85) <= panel.width() <= usual
    assert panel.width() >= min(panel.layout().itemAt(0).widget().minimumSizeHint().width(), usual)
    QTest.mouseDClick(panel.edge, LEFT)
    assert panel.width() == usual


def test_keys_resize_the_panel_that_has_the_keyboard(whole: Studio) -> None:
    page = define(whole)
    page.palette_.search.setFocus()
    QTest.keyClick(whole.window, Qt.Key.Key_Right, CTRL | ALT)
    assert side(page, "left").width() == 240 + 24
    QTest.keyClick(whole.window, Qt.Key.Key_Left, CTRL | ALT)
    assert side(page, "left").width() == 240
    page.view.setFocus()
    QTest.keyClick(whole.window, Qt.Key.Key_Right, CTRL | ALT)
    assert side(page, "right").width() == 312 + 24


def test_the_dock_is_dragged_up_to_forty_percent(whole: Studio) -> None:
    page = define(whole)
    dock = dock_of(page)
    assert dock.height() == 172
    handle = page.middle.handle(1)
    drag(handle, QPoint(0, -60))
    assert dock.height() == pytest.approx(232, abs=3)
    drag(handle, QPoint(0, -600))
    assert dock.height() == round(page.height() * 0.4)


def test_a_double_click_on_its_head_folds_the_dock(whole: Studio) -> None:
    page = define(whole)
    dock, canvas = dock_of(page), page.view.height()
    empty = QPoint(dock.width() // 4, 18)  # between the tabs and the tools
    target = dock.childAt(empty) or dock
    QTest.mouseDClick(target, LEFT, pos=target.mapFrom(dock, empty))
    QApplication.processEvents()
    assert dock.collapsed
    assert dock.height() == 36
    assert page.view.height() == canvas + 172 - 36
    assert [w for w in tab_order(dock) if w.mapTo(dock, QPoint()).y() >= 36] == []
    click(dock, "Outline")
    QApplication.processEvents()
    assert not dock.collapsed
    assert dock.height() == 172
    assert page.outline.isVisible()


@both
@pytest.mark.parametrize("key", [Qt.Key.Key_F6, Qt.Key.Key_Tab])
def test_the_keyboard_never_goes_below_the_head_of_a_folded_dock(whole: Studio, key: Qt.Key) -> None:
    """Nor to rows that come while it is folded."""
    page = define(whole)
    whole.session.open(whole.documents._on_device(_stacked()))
    dock = dock_of(page)
    dock.fold(True)
    whole.session.edit("Loose", lambda p: edits.add_layer(p, "Add"))
    wait_until(lambda: page.problems.rows)
    QApplication.processEvents()
    assert [w for w in tab_order(dock) if not isinstance(w, QAbstractButton)] == []
    page.view.setFocus()
    been: list[QWidget] = []
    for _ in range(8 if key == Qt.Key.Key_F6 else 200):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus is page.view and key == Qt.Key.Key_Tab:
            QTest.keyClick(focus, Qt.Key.Key_F6)  # on the canvas Tab adds a layer
        else:
            QTest.keyClick(focus, key)
        been.append(QApplication.focusWidget())
    inside = {w for w in been if dock.isAncestorOf(w)}
    assert inside
    assert {w.mapTo(dock, QPoint()).y() < dock.head for w in inside} == {True}
    assert all(not w.visibleRegion().isEmpty() for w in inside)


def test_a_dock_that_is_folded_takes_the_keyboard_to_its_head(whole: Studio) -> None:
    page = define(whole)
    whole.window.activateWindow()
    dock = dock_of(page)
    whole.session.edit("Loose", lambda p: edits.add_layer(p, "Add"))
    wait_until(lambda: page.problems.rows)
    wait_until(whole.window.isActiveWindow)
    click(dock, "Problems")
    row = page.problems.rows[0]
    row.setFocus()
    assert row.hasFocus(), (row.isVisible(), row.isVisibleTo(dock), QApplication.focusWidget())
    dock.fold(True)
    focus = QApplication.focusWidget()
    assert dock.isAncestorOf(focus)
    assert focus.mapTo(dock, QPoint()).y() < dock.head


def test_at_1120_the_inspector_is_a_drawer_that_f4_opens_and_escape_closes(whole: Studio) -> None:
    page = define(whole)
    whole.session.open(whole.documents._on_device(_stacked()))
    right = side(page, "right")
    narrow(whole)
    assert right.isHidden()
    canvas = page.view.width()
    QTest.keyClick(whole.window, Qt.Key.Key_F4)
    QApplication.processEvents()
    assert right.isVisible()
    assert page.view.width() == canvas  # it lies over the canvas
    assert right.geometry().right() == page.width() - 1
    assert right.height() == page.height()
    whole.session.selection.set(next(iter(whole.session.project.network.nodes)))
    for _ in range(2):
        QTest.keyClick(whole.window, Qt.Key.Key_F4)
        QApplication.processEvents()
    focus = QApplication.focusWidget()
    assert focus is not None
    assert right.isAncestorOf(focus)
    QTest.keyClick(focus, Qt.Key.Key_Escape)
    assert right.isHidden()
    assert QApplication.focusWidget() is not None
    assert not right.isAncestorOf(QApplication.focusWidget())
    whole.window.resize(1440, 700)
    QApplication.processEvents()
    assert right.isVisible()
    assert not right.floats


def test_the_drawer_has_a_button_in_the_top_bar(whole: Studio) -> None:
    right, button = side(define(whole), "right"), whole.window.top.drawer
    assert not button.isVisible()
    narrow(whole)
    assert (button.isVisible(), button.isChecked(), right.isVisible()) == (True, False, False)
    QTest.mouseClick(button, LEFT)
    QApplication.processEvents()
    assert (button.isChecked(), right.isVisible()) == (True, True)
    QTest.keyClick(right, Qt.Key.Key_Escape)
    assert (button.isChecked(), right.isVisible()) == (False, False)
    QTest.keyClick(whole.window, Qt.Key.Key_F4)
    assert button.isChecked()
    whole.show_stage("compile")  # has no right panel
    assert not button.isVisible()
    whole.show_stage("define")
    assert button.isChecked()
    whole.window.resize(1440, 700)
    QApplication.processEvents()
    assert not button.isVisible()


def test_a_very_narrow_window_has_a_rail_that_opens_the_left_panel(whole: Studio) -> None:
    page = define(whole)
    left = side(page, "left")
    narrow(whole, 240 + CENTRE - 1)
    assert page.rail is not None
    assert page.rail.isVisible()
    assert page.rail.width() == 48
    assert left.isHidden()
    click(page, "Open Layers")
    assert left.isVisible()
    assert left.x() == 48
    assert page.rail.button.isChecked()
    QTest.keyClick(whole.window, Qt.Key.Key_B, CTRL)
    assert left.isHidden()
    narrow(whole, 1440)
    assert left.isVisible()
    assert not page.rail.isVisible()


def test_a_hidden_panel_gives_its_room_to_the_other(whole: Studio) -> None:
    page = define(whole)
    narrow(whole, 1180)
    assert side(page, "right").floats
    QTest.keyClick(whole.window, Qt.Key.Key_B, CTRL)
    QApplication.processEvents()
    assert not side(page, "right").floats
    assert side(page, "right").isVisible()


def test_sizes_and_states_are_remembered_per_page(whole: Studio) -> None:
    page = define(whole)
    drag(side(page, "right").edge, QPoint(-50, 0))
    drag(page.middle.handle(1), QPoint(0, -40))
    page.toggle_panel("left")
    dock_of(page).fold(True)
    page.save_panels(whole.settings.qt)
    fresh = DefinePage(Session(), whole.actions)
    fresh.restore_panels(whole.settings.qt)
    fresh.resize(1440, 820)
    fresh.show()
    QApplication.processEvents()
    assert side(fresh, "right").width() == 362
    assert fresh.panels["left"].isHidden()
    assert dock_of(fresh).collapsed
    dock_of(fresh).fold(False)
    QApplication.processEvents()
    assert dock_of(fresh).height() == pytest.approx(212, abs=3)
    fresh.close()
    fresh.deleteLater()
    assert side(whole.page("data"), "right").width() == 284


@pytest.mark.parametrize(
    "text", ["{", "[]", "5", '{"hidden": 3}', '{"hidden": [["x"], 1]}', '{"left": "wide", "dock": -9}']
)
def test_damaged_memory_is_left_out(whole: Studio, text: str) -> None:
    page = define(whole)
    whole.settings.qt.setValue("panels/define", text)
    page.restore_panels(whole.settings.qt)
    QApplication.processEvents()
    assert not page.panels["left"].isHidden()
    assert side(page, "left").width() == 240


def _stacked():  # type: ignore[no-untyped-def]
    from engine.project.document import Project
    from studio.document import edits

    return edits.append_layer(edits.append_layer(Project(), "Input"), "Dense")


def test_every_page_fits_1120_by_700(whole: Studio) -> None:
    narrow(whole)
    for stage in whole.stages():
        whole.show_stage(stage)
        QApplication.processEvents()
        page = whole.page(stage)
        assert page.width() == 1120
        shown = [p for n, p in page.panels.items() if p.isVisible() and not getattr(p, "floats", False)]
        assert all(page.rect().contains(p.geometry()) for p in shown if p.parentWidget() is page), stage
    assert on_screen(whole.window, "Project menu").width() >= 60


def test_a_wide_panel_leaves_the_centre_its_room(whole: Studio) -> None:
    page = define(whole)
    right = side(page, "right")
    drag(right.edge, QPoint(-200, 0))
    assert right.width() == 512
    narrow(whole, 1300)
    assert not right.floats
    assert right.width() == 1300 - 240 - CENTRE
    drag(right.edge, QPoint(-200, 0))
    assert right.width() == 1300 - 240 - CENTRE
    narrow(whole, 1440)
    assert right.width() == 1300 - 240 - CENTRE
    drag(side(page, "left").edge, QPoint(2000, 0))
    assert page.view.width() >= CENTRE


def test_the_edge_leaves_the_scroll_bar_of_the_panel_free(whole: Studio) -> None:
    page = define(whole)
    for name in ("left", "right"):
        panel = side(page, name)
        inside = panel.edge.geometry().intersected(panel.geometry())
        assert inside.width() == 2
        assert page.childAt(panel.edge.geometry().center()) is panel.edge
    page.toggle_panel("left")
    assert not side(page, "left").edge.isVisible()
    page.toggle_panel("left")
    QApplication.processEvents()
    assert side(page, "left").edge.isVisible()


@pytest.mark.parametrize("going", ["setDisabled", "setHidden"])
def test_a_control_that_goes_leaves_the_keyboard_on_its_page(whole: Studio, going: str) -> None:
    define(whole)
    fold = on_screen(whole.window, "Copy code")
    fold.setFocus()
    getattr(fold, going)(True)
    assert QApplication.focusWidget() is whole.window.body
    QTest.keyClick(whole.window.body, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is on_screen(whole.window, "Enlarge code")
