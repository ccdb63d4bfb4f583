"""No text is cut: every label, button, tab, chip and select has the room that its text needs, or says all in a tooltip.

All pages and dialogs, in a large and in the smallest window, also with texts that are 40 % longer.
"""

import html
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTranslator
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolTip,
    QWidget,
)

from engine.errors import NotFiniteError
from resources import sample_path
from studio import theme
from studio.app import Studio
from studio.document import edits, files, templates
from studio.jobs import Job
from studio.pages.fit.failure import Failure
from studio.settings import Settings
from studio.widgets import Chip, Label, Radio, Tabs
from studio.window import dialogs
from tests.studio.conftest import wait_until

STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")
LARGE, SMALL = (1440, 900), (1120, 700)
SLACK = 1.0
OPENED = (
    "help.about", "file.export", "file.settings", "help.keys", "help.news", "help.gpu", "help.topic", "help.layers",
    "file.rename", "go.search", "define.find_layer",
)  # fmt: skip
"""Actions that open a dialog or something over the window."""


class Longer(QTranslator):
    """A language whose words are 40 % longer than ours."""

    PADDING = "lengthened wording in others "

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:  # fmt: skip
        more = math.ceil(0.4 * len(text))
        words = (self.PADDING * (more // len(self.PADDING) + 1))[:more].strip()
        return f"{text} {words}"[: len(text) + more] if text.strip() else text

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def longer(qapp: QApplication) -> Iterator[None]:
    translator = Longer()
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


# ---- measuring ----
def needed(widget: QWidget) -> tuple[float, float, str]:
    """Return the width and height that a widget's text needs, and the text; no text needs nothing."""
    if isinstance(widget, QLabel):
        return _label(widget)
    if isinstance(widget, QComboBox):
        text = widget.currentText()
        return (theme.text_width(text, widget.font()) + 33 if text else 0.0), 0.0, text
    if isinstance(widget, QLineEdit):
        text = "" if widget.text() else widget.placeholderText()
        room = 14 + (24 if widget.actions() else 0)
        return (theme.text_width(text, widget.font()) + room if text else 0.0), 0.0, text
    if isinstance(widget, Chip):
        return widget.sizeHint().width(), 0.0, widget.text()
    if isinstance(widget, Radio) and widget.note:
        return widget.sizeHint().width(), widget.sizeHint().height(), widget.note
    if isinstance(widget, QAbstractButton) and widget.text().strip():
        hint = widget.sizeHint()
        return hint.width(), hint.height() if isinstance(widget, QPushButton) else 0.0, widget.text()
    return 0.0, 0.0, ""


def _label(label: QLabel) -> tuple[float, float, str]:
    text = label.full_text() if isinstance(label, Label) else label.text()
    if not text or not label.pixmap().isNull():
        return 0.0, 0.0, ""
    if label.wordWrap():
        longest = max((theme.text_width(word, label.font()) for word in text.split()), default=0.0)
        return longest, label.heightForWidth(label.width()), text
    if label.textFormat() == Qt.TextFormat.RichText:
        return label.sizeHint().width(), label.sizeHint().height(), text
    lines = text.split("\n")
    width = max(theme.text_width(line, label.font()) for line in lines)
    return width, label.fontMetrics().height() * len(lines) - 4, text  # no letter reaches the ends of its line


def seen(widget: QWidget) -> QRect:
    """Return the part of a widget that no parent cuts off; what can be scrolled to counts as seen."""
    rect, owner = QRect(QPoint(0, 0), widget.size()), widget
    at = QPoint(0, 0)
    while (parent := owner.parentWidget()) is not None and not owner.isWindow():
        at += owner.pos()
        room = parent.rect().translated(-at)
        area = parent.parentWidget()
        if isinstance(area, QAbstractScrollArea) and area.viewport() is parent:
            if area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
                rect &= QRect(room.left(), rect.top(), room.width(), rect.height())
            return rect
        rect &= room
        owner = parent
    return rect


def cut(root: QWidget) -> list[str]:
    """Return what is cut below a window: the text, and the room that it has and needs."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible() or widget.window() is not root.window():
            continue
        width, height, text = needed(widget)
        room = seen(widget)
        fits = room.width() + SLACK >= width and room.height() + SLACK >= height
        if text and not fits and text.strip() not in html.unescape(_tips(widget)):
            size = f"{room.width()}x{room.height()} of {width:.0f}x{height:.0f}"
            found.append(f"{type(widget).__name__} {text.strip()[:60]!r} has {size} in {_trail(widget)}")
    return found


def _tips(widget: QWidget) -> str:
    """Return the tooltips that a person sees over a widget."""
    widget.grab()  # what was never on screen was never painted
    at = widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
    tips, owner = [QToolTip.text()], widget
    while owner is not None and not owner.isWindow():
        tips.append(owner.toolTip())
        owner = owner.parentWidget()
    return "\n".join(tips)


def _trail(widget: QObject | None) -> str:
    names = []
    while isinstance(widget, QWidget) and len(names) < 5:
        names.append(f"{type(widget).__name__}({widget.accessibleName()[:24]})")
        widget = widget.parentWidget()
    return " < ".join(names)


# ---- going through everything ----
def ready(studio: Studio) -> None:
    wait_until(lambda: not studio.preparation.working and not Job.running, 60)
    QTest.qWait(30)
    wait_until(lambda: not Job.running, 60)


class Walk:
    """Goes through all there is to see and keeps what is cut."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.studio, self.folder, self.found = studio, folder, list[str]()

    def look(self, where: str, root: QWidget | None = None) -> None:
        for patience in (10, 100, 300):  # what is new is laid out in several rounds
            QTest.qWait(patience)
            found = cut(root or self.studio.window)
            if not found:
                return
        self.found += [f"{where}: {line}" for line in found]

    def everything(self) -> None:
        self.start()
        self.empty_pages()
        self.project("penguins")
        self.drawers()
        self.rows_of_a_file()
        self.failure()
        self.network()
        self.dialogs()
        self.problems_of_data()
        self.project("diabetes")

    def start(self) -> None:
        start = self.studio.start
        self.look("start")
        for name, show in (("templates", start.show_templates), ("samples", start.show_samples)):
            show()
            self.look(f"start, {name}")

    def empty_pages(self) -> None:
        self.studio.documents._new()
        for stage in STAGES:
            self.studio.show_stage(stage)
            ready(self.studio)
            self.look(f"{stage}, empty")

    def project(self, name: str) -> None:
        """Look at all pages of a fitted project: classes with the penguins, a number with the diabetes."""
        studio = self.studio
        studio.session.mark_saved(studio.session.path)  # type: ignore[arg-type]
        studio.documents._open_value(self.sample(name), "data")
        ready(studio)
        studio.session.edit("Set epochs", lambda project: edits.set_fit(project, epochs=2))
        studio.show_stage("fit")
        primary = studio.page("fit").primary()
        assert primary is not None
        primary.act()
        wait_until(lambda: studio.session.run is not None and studio.session.progress is None, 60)
        for stage in STAGES:
            studio.show_stage(stage)
            ready(studio)
            self.look(f"{name}, {stage}")
            if stage != "define":
                self.tabs(studio.page(stage), stage)

    def drawers(self) -> None:
        """Look at the right panels that float in a narrow window, the columns of the Data page chosen."""
        for stage in STAGES:
            self.studio.show_stage(stage)
            page: Any = self.studio.page(stage)
            if stage == "data":
                page.table.grid.horizontalHeader().picked.emit(1, False)
                self.look("data, a column chosen")
            if page.right_drawer() is not None:
                page.show_drawer("right", True)
                self.look(f"{stage}, drawer")
                page.show_drawer("right", False)

    def rows_of_a_file(self) -> None:
        self.studio.show_stage("predict")
        page: Any = self.studio.page("predict")
        page.tabs.set_value("file")
        page._show_tab("file")
        page.batch.open(sample_path("penguins"))
        ready(self.studio)
        self.look("predict, a file")
        page.tabs.set_value("row")
        page._show_tab("row")

    def failure(self) -> None:
        self.studio.show_stage("fit")
        page: Any = self.studio.page("fit")
        head = "Numbers must stay finite; dense_2 makes one that is not (exp), in the backward pass"
        error = NotFiniteError(head, layer="dense_2", stage="backward", rows=(12, 88), unit="line")
        page.rescue.show(Failure(self.studio.session.run, error, 0.01))
        self.look("fit, failed")
        page.rescue.banner.hide()

    def problems_of_data(self) -> None:
        """Look at a table with warnings, and at lines that were not read."""
        self.studio.session.mark_saved(self.studio.session.path)
        path = self.folder / "odd.csv"
        rows = [f"{i},{i % 3 or ''},same,{'ab'[i % 2]},{'ab'[i % 2]}" for i in range(40)]
        path.write_text("\n".join(["id,gaps,constant,copy,kind", *rows, "1,2", "3,4,5,6,7,8,9"]))
        self.studio.documents._open_value(edits.set_role(files.table_project(path), "kind", "target"), "data")
        ready(self.studio)
        page: Any = self.studio.page("data")
        assert page.table.cards, "nothing is odd in the table"
        self.look("data, problems")
        if page.source.rejects.isVisible():
            page.source.rejects.click()
            self.look("data, rejected lines")

    def sample(self, name: str) -> Any:
        sample = next(s for s in templates.samples() if s.id == name)
        project = files.table_project(templates.sample_path(sample))
        return edits.set_role(project, sample.target, "target")

    def network(self) -> None:
        studio = self.studio
        studio.show_stage("define")
        page: Any = studio.page("define")
        for node in (*studio.session.project.network.nodes, "target:0"):
            studio.session.selection.set(node)
            self.look(f"define, {node} selected")
            self.tabs(page.inspector, f"define, {node}")
        studio.session.selection.set(*list(studio.session.project.network.nodes)[1:3])
        self.look("define, two selected")
        self.tabs(page.panels["dock"], "define")
        page.view.quick_add_here()
        self.look("define, quick add")
        page.view.setFocus()
        QTest.keyClick(page.stage.quick_add, Qt.Key.Key_Escape)
        last = studio.session.project.network.outputs[0]
        studio.session.edit("Spoil", lambda p: edits.insert_before(p, "core.embedding/1", last))
        ready(studio)
        page.show_list("problems")
        self.look("define, an error")
        studio.session.undo()

    def tabs(self, root: QWidget, where: str) -> None:
        """Look at every tab below a widget."""
        for strip in [t for t in root.findChildren(Tabs) if t.isVisible()]:
            for tab in list(strip.tabs):
                QTest.mouseClick(tab, Qt.MouseButton.LeftButton)
                self.look(f"{where}, {tab.text()}")
            QTest.mouseClick(strip.tabs[0], Qt.MouseButton.LeftButton)

    def dialogs(self) -> None:
        studio = self.studio
        for id in OPENED:
            if any(a.id == id for a in studio.actions.every()):
                before = set(QApplication.topLevelWidgets())
                studio.actions.trigger(id)
                ready(studio)
                self.opened(id, before)
        for name, ask in (("unsaved", self._unsaved), ("report", self._report)):
            dialog = ask()
            self.look(name, dialog)
            dialog.close()

    def opened(self, id: str, before: set[QWidget]) -> None:
        """Look at what an action opened: a dialog of its own, or something in the window."""
        fresh = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w not in before]
        for root in fresh or [self.studio.window]:
            self.look(id, root)
        for root in fresh:
            root.close()
        if not fresh:
            focus = self.studio.window.focusWidget()
            QTest.keyClick(focus or self.studio.window, Qt.Key.Key_Escape)

    def _unsaved(self) -> QWidget:
        return dialogs.ask_unsaved(self.studio.window, "Wine", print)

    def _report(self) -> QWidget:
        return dialogs.report(self.studio.window, "Something went wrong", "Your work is safe.", "Traceback")


def walk(studio: Studio, size: tuple[int, int], folder: Path) -> None:
    studio.window.resize(*size)
    walked = Walk(studio, folder)
    walked.everything()
    unique = dict.fromkeys(line.split(": ", 1)[1] for line in walked.found)
    where = {line.split(": ", 1)[1]: line.split(": ", 1)[0] for line in reversed(walked.found)}
    assert not unique, "\n" + "\n".join(f"{where[line]}: {line}" for line in unique)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_no_text_is_cut(studio: Studio, size: tuple[int, int], tmp_path: Path) -> None:
    walk(studio, size, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["large", "small"])
def test_no_text_is_cut_when_it_is_longer(
    longer: None, themed: QApplication, size: tuple[int, int], tmp_path: Path
) -> None:
    made = Studio(Settings())
    made.window.show()
    try:
        walk(made, size, tmp_path)
    finally:
        made.finish()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_no_text_is_cut_when_everything_is_drawn_larger() -> None:
    """The scale is Qt's and read when a process begins; fonts round otherwise then."""
    one = f"{__file__}::test_no_text_is_cut[small]"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one], capture_output=True, text=True,
        check=False, env=os.environ | {"QT_SCALE_FACTOR": "1.5"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout
