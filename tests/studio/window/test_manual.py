"""Help: F1 on the thing in focus, search, links, back and forward; all pages are there."""

from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine import registry
from engine.specs import snake
from studio import theme
from studio.app import Studio
from studio.canvas.palette import LayerRow
from studio.document import templates
from studio.window import manual_pages
from studio.window.manual import Manual
from tests.studio.conftest import both, ready, wait_until

K, ALT, NONE = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def studio(studio: Studio) -> Studio:
    studio.documents.open_sample(next(s for s in templates.samples() if s.id == "iris"))
    ready(studio)
    studio.show_stage("define")
    ready(studio)
    return studio


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(widget, key, modifier)
    QApplication.processEvents()


def help_on(studio: Studio, widget: QWidget) -> Manual:
    studio.window.activateWindow()
    wait_until(studio.window.isActiveWindow)
    widget.setFocus()
    press(widget, K.Key_F1)
    manual = studio.help._manual
    assert manual is not None
    assert manual.isVisible()
    return manual


def test_every_layer_and_stage_has_a_page() -> None:
    topics = set(manual_pages.pages())
    assert {f"layer/{snake(r.KERAS)}" for r in registry.records("layer")} <= topics
    assert {
        f"stage/{s}" for s in ("start", "data", "define", "compile", "fit", "evaluate", "predict", "export")
    } <= topics
    for page in manual_pages.pages().values():
        assert page.title
        assert page.about.endswith((".", "?")), page.topic


@both
def test_f1_shows_the_selected_layer_the_palette_row_and_the_stage(studio: Studio) -> None:
    page: Any = studio.page("define")
    network = studio.session.project.network
    dense = next(n.id for n in network if n.layer.KERAS == "Dense")
    page.view.session.selection.set(dense)
    assert help_on(studio, page.view).topic == "layer/dense"
    row = next(r for r in page.palette_.rows() if r.record.KERAS == "Dropout")
    assert isinstance(row, LayerRow)
    assert help_on(studio, row).topic == "layer/dropout"
    page.view.session.selection.clear()
    assert help_on(studio, page.view).topic == "stage/define"
    studio.show_stage("fit")
    ready(studio)
    assert help_on(studio, studio.page("fit")).topic == "stage/fit"


def test_f1_in_quick_add_shows_the_layer_that_enter_would_add(studio: Studio) -> None:
    page: Any = studio.page("define")
    page.view.setFocus()
    press(page.view, K.Key_Tab)
    quick = page.stage.quick_add
    QTest.keyClicks(quick.search, "batchn")
    assert help_on(studio, quick.search).topic == "layer/batch_normalization"


def test_search_by_words_of_title_alias_and_text(studio: Studio) -> None:
    manual = help_on(studio, studio.page("define"))
    QTest.keyClicks(manual.search, "fully connected")
    press(manual.search, K.Key_Return)
    assert manual.topic == "layer/dense"
    manual.search.clear()
    QTest.keyClicks(manual.search, "no page says this")
    assert manual.list.item(0).text() == "No page has these words."


def test_links_back_and_forward_by_mouse_and_keys(studio: Studio) -> None:
    manual = help_on(studio, studio.page("define"))
    manual.show_topic("layer/dense")
    html = manual.page.toHtml()
    assert "layer/flatten" in html
    manual.page.anchorClicked.emit(QUrl("layer/flatten"))
    assert manual.topic == "layer/flatten"
    press(manual, K.Key_Left, ALT)
    assert manual.topic == "layer/dense"
    assert manual.forth.isEnabled()
    press(manual, K.Key_Right, ALT)
    assert manual.topic == "layer/flatten"
    assert not manual.forth.isEnabled()
    QTest.mouseClick(manual.back, Qt.MouseButton.LeftButton)
    assert manual.topic == "layer/dense"
    press(manual.search, K.Key_Down)
    assert manual.topic == "layer/dropout"
    press(manual, K.Key_Escape)
    assert not manual.isVisible()


def test_an_unknown_page_is_the_first_and_the_theme_is_followed(studio: Studio, qapp: QApplication) -> None:
    manual = help_on(studio, studio.page("define"))
    manual.show_topic("layer/of_yesterday")
    assert manual.topic == "stage/start"
    light = manual.page.toHtml()
    theme.apply(qapp, "dark")
    assert manual.page.toHtml() != light
    nameless = [w for w in manual.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
    assert all(w.accessibleName() for w in nameless if not w.focusProxy())
