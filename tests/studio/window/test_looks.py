"""What pictures of the pages have shown: nothing is cut in a narrow window, no ring strays, chips follow the theme."""

import gc
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio import app, theme
from studio.document import templates
from studio.widgets import Button, FocusRing, Radio, Select, plain_tip
from studio.widgets.plot import Curve, CurvePlot
from tests.studio.conftest import wait_until


@pytest.fixture
def studio(themed: QApplication) -> Iterator[app.Studio]:
    gc.disable()
    made = app.Studio(app.Settings())
    made.window.resize(1120, 700)
    made.window.show()
    made.window.activateWindow()
    QTest.qWait(20)
    yield made
    made.finish()
    QTest.qWait(20)
    gc.enable()


@pytest.mark.parametrize("stage", ["data", "define", "compile", "fit", "evaluate", "predict"])
def test_the_filled_button_is_whole_in_the_narrowest_window(studio: app.Studio, stage: str) -> None:
    studio.show_stage(stage)
    QTest.qWait(20)
    button = studio.window.top.primary
    assert button.text().strip()
    assert button.width() >= button.sizeHint().width()
    assert not button.visibleRegion().isEmpty()
    assert button.visibleRegion().boundingRect() == button.rect()


@pytest.mark.parametrize("stage", ["define", "compile", "fit", "evaluate"])
def test_a_new_page_shows_no_ring_that_nobody_asked_for(studio: app.Studio, stage: str) -> None:
    studio.show_stage("data")
    QTest.qWait(20)
    inside = [w for w in studio.page("data").findChildren(QWidget) if w.isVisible() and w.isEnabled()]
    next(w for w in inside if w.focusPolicy() == Qt.FocusPolicy.StrongFocus).setFocus()
    assert [r for r in studio.window.findChildren(FocusRing) if r.ringed()]
    studio.show_stage(stage)
    QTest.qWait(20)
    assert not [r for r in studio.window.findChildren(FocusRing) if r.ringed()]


def test_a_button_that_loses_its_text_is_square(themed: QApplication) -> None:
    button = Button("Export", "upload", "ghost")
    wide = button.sizeHint().width()
    button.set_text("")
    assert button.sizeHint().width() <= theme.size("control") + 2
    button.set_text("Export")
    assert button.sizeHint().width() == wide


def test_tints_are_tokens_of_the_theme(themed: QApplication) -> None:
    light = theme.color("tint.train")
    theme.apply(themed, "dark")
    dark = theme.color("tint.train")
    theme.apply(themed, "light")
    assert light == theme.tint("train")
    assert light.lightness() > 200 > 100 > dark.lightness()


def test_a_tooltip_shows_markup_as_text() -> None:
    assert plain_tip("plain & simple < 3") == "plain & simple < 3"
    assert "<img" not in plain_tip("<img src=x>.csv")


def test_a_name_at_the_end_of_a_curve_stays_inside(themed: QApplication) -> None:
    plot = CurvePlot(name="Curve")
    plot.resize(300, 200)
    plot.set_curves([Curve(np.arange(5.0), np.arange(5.0), "plot.1", label="a very long name")])
    picture = plot.grab().toImage()
    paper = theme.color("bg.panel").rgb()
    edge = [picture.pixel(picture.width() - 1, y) for y in range(picture.height())]
    assert set(edge) == {paper}
    ink = theme.color("plot.1").rgb()
    assert any(picture.pixel(x, y) == ink for x in range(240, 299) for y in range(30))


def test_a_number_as_target_is_split_at_random_and_has_no_class_weights(studio: app.Studio) -> None:
    sample = next(s for s in templates.samples() if s.id == "diabetes")
    studio.documents.open_sample(sample)
    wait_until(lambda: studio.session.prepared is not None)
    page = studio.page("data")
    wait_until(lambda: [r.text() for r in page.findChildren(Radio) if r.value()] == ["Random"], 5)
    studio.show_stage("fit")
    QTest.qWait(20)
    (weights,) = (w for w in studio.page("fit").findChildren(Select) if w.accessibleName() == "Class weights")
    assert weights.isHidden() or not weights.isVisibleTo(studio.page("fit").panels["right"])
