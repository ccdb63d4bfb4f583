"""The stage bar and the pages as a whole: marks, tooltips, names in narrow windows, one filled button, themes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio import theme
from studio.app import Studio
from studio.document import edits, templates
from studio.document.stages import StageState
from studio.jobs import Job
from studio.widgets import Button
from studio.window.stage_bar import MARK, MARK_WORDS, StageCell
from tests.studio.conftest import wait_until
from tests.studio.window.conftest import click

STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")


@pytest.fixture
def trained(whole: Studio) -> Studio:
    """A studio whose iris project was fitted for a few epochs."""
    whole.documents.open_sample(next(s for s in templates.samples() if s.id == "iris"))
    wait_until(lambda: whole.session.prepared is not None and not whole.preparation.working, 40)
    whole.session.edit("Shorten", lambda p: edits.set_fit(p, epochs=3))
    whole.show_stage("fit")
    whole.window.top.press_primary()
    wait_until(lambda: whole.session.run is not None and whole.session.progress is None, 60)
    for stage in STAGES:
        whole.show_stage(stage)
        still()
    return whole


def still() -> None:
    for _ in range(3):
        QApplication.processEvents()
        wait_until(lambda: not Job.running, 40)


def filled(root: QWidget) -> list[str]:
    """Return the filled buttons on screen."""
    buttons = (b for b in root.findChildren(Button) if b.isVisible() and b.property("kind") == "primary")
    return [b.text().strip() for b in buttons]


def mark_of(cell: StageCell) -> QImage:
    """Return the picture of a cell's mark."""
    return cell.grab().toImage().copy(0, 0, 34, 28)


def test_the_six_marks_look_and_read_differently(whole: Studio) -> None:
    whole.show_stage("data")
    cell = whole.window.top.stages.cells["fit"]
    pictures, tips = [], []
    for mark in MARK_WORDS:
        cell.set_state(StageState(mark, "Because.", 0.4))  # type: ignore[arg-type]
        pictures.append(mark_of(cell))
        tips.append(cell.toolTip())
    cell.set_state(StageState("todo", "Because."))
    cell.setChecked(True)
    pictures.append(mark_of(cell))
    assert len(pictures) == 6
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[i + 1 :])
    assert tips == [f"Fit: {words}. Because. (Ctrl+4)" for words in MARK_WORDS.values()]


def test_the_arc_of_a_running_fit_grows(whole: Studio) -> None:
    whole.show_stage("data")
    cell = whole.window.top.stages.cells["fit"]
    accent = theme.color("accent.line")
    counts = []
    for share in (0.1, 0.5, 0.9):
        cell.set_state(StageState("running", "A fit is running.", share))
        counts.append(count(mark_of(cell), accent))
    assert counts[0] < counts[1] < counts[2]


def count(image: QImage, color: QColor) -> int:
    """Return how many pixels have nearly this colour."""
    pixels = (QColor(image.pixel(x, y)) for x in range(image.width()) for y in range(image.height()))
    wanted = color.getRgb()[:3]
    return sum(sum(abs(a - b) for a, b in zip(p.getRgb()[:3], wanted, strict=True)) < 30 for p in pixels)


def test_names_of_far_stages_go_first(whole: Studio) -> None:
    whole.show_stage("data")
    bar = whole.window.top.stages
    widths = lambda: [bar.cells[s].width() for s in STAGES]  # noqa: E731
    bar.fit(700)
    assert widths() == [108] * 6
    bar.fit(600)
    assert min(widths()) >= 95
    assert max(widths()) < 108
    bar.fit(500)
    assert all(MARK < width < 95 for width in widths())
    bar.fit(430)
    assert widths()[-1] == MARK
    assert MARK < min(widths()[:5])
    bar.fit(300)
    assert widths()[1:] == [MARK] * 5
    whole.show_stage("predict")
    bar.fit(300)
    assert widths()[:5] == [MARK] * 5
    assert widths()[5] > MARK
    assert bar.cells["data"].toolTip().startswith("Data: ")


@pytest.mark.parametrize("width", [1120, 1440])
def test_the_bar_never_covers_its_neighbours(whole: Studio, width: int) -> None:
    whole.window.resize(width, 700)
    for stage in STAGES:
        whole.show_stage(stage)
        QApplication.processEvents()
        top = whole.window.top
        stages = top.stages.geometry()
        primary = top.primary.mapTo(top, top.primary.rect().topLeft())
        redo = top.redo.mapTo(top, top.redo.rect().topRight())
        search = top.search.mapTo(top, top.search.rect().topLeft())
        assert redo.x() < stages.left(), stage
        assert stages.right() < search.x(), stage
        assert primary.x() + top.primary.width() <= top.width(), stage


def test_one_filled_button_a_stage(trained: Studio) -> None:
    for stage in STAGES:
        trained.show_stage(stage)
        still()
        assert len(filled(trained.window)) == 1, (stage, filled(trained.window))


def test_one_filled_button_on_an_empty_project(whole: Studio) -> None:
    assert filled(whole.window) == ["Open CSV…"]
    click(whole.window, "Blank project")
    for stage in STAGES:
        whole.show_stage(stage)
        still()
        assert len(filled(whole.window)) <= 1, (stage, filled(whole.window))


def share_of_light(window: QWidget) -> float:
    """Return the share of nearly white pixels of what is on screen."""
    image = window.grab().toImage()
    points = [(x, y) for x in range(0, image.width(), 6) for y in range(0, image.height(), 6)]
    return sum(QColor(image.pixel(x, y)).lightness() > 225 for x, y in points) / len(points)


@pytest.mark.timeout(180)
def test_a_change_of_theme_restyles_every_open_page_and_its_plots(trained: Studio) -> None:
    QTest.keyClick(trained.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    trained.actions.trigger("view.dark")
    for stage in STAGES:
        trained.show_stage(stage)
        still()
        assert share_of_light(trained.window) < 0.06, stage
    trained.actions.trigger("view.light")
    for stage in STAGES:
        trained.show_stage(stage)
        still()
        assert share_of_light(trained.window) > 0.5, stage
    trained.actions.trigger("view.contrast")
    for stage in STAGES:
        trained.show_stage(stage)
        still()
        assert theme.border_width() == 2
        assert theme.color("text.muted") == theme.color("text.primary")
    trained.show_start()
    trained.actions.trigger("view.dark")
    still()
    assert share_of_light(trained.window) < 0.06


def test_every_action_of_every_page_stands_in_the_table(trained: Studio) -> None:
    from studio.actions import ACTIONS

    known = {a.id for a in ACTIONS}
    assert [a.id for a in trained.actions.records() if a.id not in known and not a.id.startswith("settings.")] == []
    always = [a.id for a in ACTIONS if not a.id.startswith("recent.")]
    unbound = [id for id in always if not trained.actions._bound[id].handlers]
    assert unbound == []
