"""A fit steered by mouse and keys in the whole window: start, pause, stop, continue, the learning rate."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from studio import theme
from studio.app import Studio
from studio.document import edits, files, templates
from studio.pages.fit import FitPage
from tests.studio.conftest import both, ready, wait_until

K, NONE, SHIFT = Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fitting(studio: Studio) -> FitPage:
    """The Fit page of a studio with a small network on iris that could train for hours; nothing runs yet."""
    sample = next(s for s in templates.samples() if s.id == "iris")
    project = edits.set_role(files.table_project(templates.sample_path(sample)), sample.target, "target")
    studio.documents._open_value(project, "fit")
    ready(studio)
    assert studio.session.edit("Set epochs", lambda p: edits.set_fit(p, epochs=100_000, callbacks=()))
    page: Any = studio.page("fit")
    wait_until(studio.window.isActiveWindow)
    page.setFocus()
    return page


def press(studio: Studio, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(studio.window.focusWidget() or studio.window, key, modifier)
    QApplication.processEvents()


def click(page: QWidget, name: str) -> None:
    found = [b for b in page.findChildren(QAbstractButton) if b.accessibleName() == name and b.isVisible()]
    assert found, f"{name} is not on the page"
    QTest.mouseClick(found[0], LEFT)


def running(page: FitPage, epochs: int = 2) -> None:
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > epochs)


def stopped(page: FitPage) -> None:
    wait_until(lambda: not page.fitter.alive)


def fit_a_little(studio: Studio, page: FitPage) -> None:
    """Start by key, and stop by key after a few epochs."""
    press(studio, K.Key_F5)
    running(page)
    press(studio, K.Key_F5, SHIFT)
    stopped(page)


@both
def test_f5_fits_and_shift_f5_stops(studio: Studio, fitting: FitPage) -> None:
    fit_a_little(studio, fitting)
    assert studio.session.run is not None
    assert studio.session.run.status == "stopped"


@both
def test_space_pauses_and_resumes_unless_a_field_is_written_in(studio: Studio, fitting: FitPage) -> None:
    press(studio, K.Key_F5)
    running(fitting)
    press(studio, K.Key_Space)
    assert fitting.fitter.phase == "paused"
    steps = fitting.fitter.fitting.training.parameters
    wait_until(lambda: fitting.fitter._job.paused)
    held = steps.iterations
    QTest.qWait(60)
    assert steps.iterations == held
    fitting.settings.epochs.setFocus()
    press(studio, K.Key_Space)
    assert fitting.fitter.phase == "paused"
    fitting.setFocus()
    press(studio, K.Key_Space)
    assert fitting.fitter.phase == "running"
    wait_until(lambda: steps.iterations > held)
    press(studio, K.Key_F5, SHIFT)
    stopped(fitting)


@both
def test_stop_keeps_weights_and_optimizer_and_continue_goes_on_from_them(studio: Studio, fitting: FitPage) -> None:
    click(fitting, "Start fit")
    running(fitting)
    training = fitting.fitter.fitting.training
    click(fitting, "Stop")
    stopped(fitting)
    first = studio.session.run
    assert first is not None
    assert first.status == "stopped"
    state = first.state_arrays()
    np.testing.assert_array_equal(state["parameters.weights"], training.parameters.flat)
    slots = {name: array for name, array in state.items() if name.startswith("parameters.slot.")}
    assert slots
    assert all(array.any() for array in slots.values())
    click(fitting, "Continue")
    running(fitting, first.epochs)
    again = fitting.runs.live
    assert again is not None
    assert [row["loss"] for row in again.rows[: first.epochs]] == [row["loss"] for row in first.history]
    click(fitting, "Stop")
    stopped(fitting)
    assert len(studio.session.runs) == 2


@both
def test_a_learning_rate_that_is_typed_holds_from_the_next_batch_and_leaves_a_mark(
    studio: Studio, fitting: FitPage
) -> None:
    press(studio, K.Key_F5)
    running(fitting)
    field = fitting.rate.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.02")
    QTest.keyClick(field, K.Key_Return)
    training = fitting.fitter.fitting.training
    assert training.learning_rate == 0.02
    wait_until(lambda: training.history.rows[-1]["learning_rate"] == 0.02)
    event = fitting.events.events[-1]
    assert event.kind == "rate"
    assert "0.003 → 0.02" in event.text
    click(fitting, "Halve the learning rate")
    assert training.learning_rate == 0.01
    press(studio, K.Key_F5, SHIFT)
    stopped(fitting)
    ticks = [m.x for m in fitting.drawing.loss.plot.markers() if m.color == "border.control"]
    assert len(ticks) == 2
    plot = fitting.drawing.loss.plot
    image = plot.grab().toImage()
    view, tone = plot.view(), theme.color("border.control").rgb()
    x = round(view.at(ticks[0], 0.0)[0])
    near = [image.pixelColor(x + d, y).rgb() for d in (-1, 0, 1) for y in range(8, image.height() - 50)]
    assert tone in near


@both
def test_a_drag_of_the_learning_rate_is_one_step(studio: Studio, fitting: FitPage) -> None:
    slider, before = fitting.rate.slider, studio.session.stack.count()
    middle = slider.rect().center()
    QTest.mousePress(slider, LEFT, NONE, middle)
    for part in range(1, 6):
        QTest.mouseMove(slider, middle + QPoint(8 * part, 0))
    QTest.mouseRelease(slider, LEFT, NONE, middle + QPoint(40, 0))
    assert studio.session.stack.count() == before + 1
    assert fitting.rate.rate > 0.001
    studio.session.undo()
    assert fitting.rate.rate == pytest.approx(0.003)


@both
def test_ctrl_e_exports_what_was_fitted(studio: Studio, fitting: FitPage) -> None:
    fit_a_little(studio, fitting)
    seen: list[QWidget | None] = []

    def look() -> None:
        seen.append(QApplication.activeModalWidget())
        QTest.keyClick(seen[0] or studio.window, K.Key_Escape)

    QTimer.singleShot(300, look)
    press(studio, K.Key_E, Qt.KeyboardModifier.ControlModifier)
    wait_until(lambda: seen)
    assert seen[0] is not None
    assert "Export dialog" in [w.accessibleName() for w in (seen[0], *seen[0].findChildren(QWidget))]
    wait_until(lambda: QApplication.activeModalWidget() is None)
