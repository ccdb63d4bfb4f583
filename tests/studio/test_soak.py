"""Long use: someone does anything at all, and opens and closes projects all day. Nothing fails, nothing is kept."""

import contextlib
import gc
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget

from studio.app import Studio
from studio.document import edits, files, templates
from studio.document.session import UNDO_LIMIT
from studio.jobs import Job
from studio.settings import Settings
from studio.widgets import Button
from tests.studio.conftest import wait_until

LEFT = Qt.MouseButton.LeftButton
KEYS = (
    Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_F2, Qt.Key.Key_L, Qt.Key.Key_F, Qt.Key.Key_Space, Qt.Key.Key_5,
    Qt.Key.Key_Backspace, Qt.Key.Key_F8, Qt.Key.Key_F6, Qt.Key.Key_Home,
)  # fmt: skip
COMBINED = (
    Qt.Key.Key_D, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_0,
)  # fmt: skip
LEAVES = ("file.quit", "file.close", "file.new", "file.open", "file.open_csv", "file.save", "file.save_as")
SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
SEEDS = [int(s) for s in os.environ.get("SOAK_SEEDS", "1").split()]


@pytest.fixture
def studio(themed: QApplication) -> Iterator[Studio]:
    made = Studio(Settings())
    made.window.resize(1440, 900)
    made.window.show()
    made.window.activateWindow()
    yield made
    made.finish()
    made.window.deleteLater()
    made.deleteLater()


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what slots raise."""
    found: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: found.append("".join(traceback.format_exception(*error))))
    return found


def open_sample(studio: Studio, name: str) -> None:
    sample = next(s for s in templates.samples() if s.id == name)
    project = edits.set_role(files.table_project(templates.sample_path(sample)), sample.target, "target")
    studio.documents._open_value(project, "data")


def ready(studio: Studio) -> None:
    wait_until(lambda: not studio.preparation.working and not Job.running, 40)


class Monkey:
    """Does random things to what is on screen; what it did is kept, to be read when something fails."""

    def __init__(self, studio: Studio, seed: int) -> None:
        self.studio, self.random, self.did = studio, random.Random(seed), [f"seed {seed}"]
        self.acts: tuple[tuple[int, Callable[[], str]], ...] = (
            (6, self.press_button), (8, self.drag), (5, self.type_key), (4, self.combine), (4, self.act),
            (2, self.go), (2, self.undo), (2, self.add_layer), (1, self.stop),
        )  # fmt: skip

    def step(self) -> None:
        acts = self.random.choices([a for _, a in self.acts], [w for w, _ in self.acts])
        self.did.append(acts[0]())
        QApplication.processEvents()
        self.tidy_up()

    def tidy_up(self) -> None:
        """Leave menus and dialogs by Esc, as a person does who has opened the wrong one."""
        for _ in range(3):
            popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
            for open_one in (popup, modal):
                if isinstance(open_one, QDialog):
                    open_one.reject()
                elif isinstance(open_one, QMenu) or open_one is not None:
                    open_one.close()
            QApplication.processEvents()

    def seen(self, kind: type[Any]) -> list[Any]:
        window = self.studio.window
        return [w for w in window.findChildren(kind) if w.isVisible() and w.isEnabled() and w.width() and w.height()]

    def press_button(self) -> str:
        start = ("Open", "Save", "Export")
        buttons = [b for b in self.seen(QAbstractButton) if not b.accessibleName().startswith(start)]
        if not buttons:
            return "no button"
        button = self.random.choice(buttons)
        name = f"press {button.accessibleName()!r} ({type(button).__name__})"
        QTest.mouseClick(button, LEFT)
        return name

    def drag(self) -> str:
        widgets = [w for w in self.seen(QWidget) if w.width() > 20 and w.height() > 20]
        widget = self.random.choice([w for w in widgets if w.accessibleName()] or widgets)
        view = getattr(self.studio.pages.get("define"), "view", None)
        if self.studio.stage == "define" and view is not None and self.random.random() < 0.7:
            widget = view
        name = f"drag on {widget.accessibleName()!r} ({type(widget).__name__})"
        surface = widget.viewport() if hasattr(widget, "viewport") else widget
        first, last = self.point(surface), self.point(surface)
        QTest.mousePress(surface, LEFT, pos=first)
        for part in (0.3, 0.7, 1.0):
            QTest.mouseMove(surface, first + (last - first) * part)
            QApplication.processEvents()
        with contextlib.suppress(RuntimeError):  # the widget was taken away meanwhile
            QTest.mouseRelease(surface, LEFT, pos=last)
        return name

    def point(self, widget: QWidget) -> QPoint:
        return QPoint(self.random.randrange(max(widget.width(), 1)), self.random.randrange(max(widget.height(), 1)))

    def type_key(self) -> str:
        key = self.random.choice(KEYS)
        QTest.keyClick(self.studio.window.focusWidget() or self.studio.window, key)
        return f"key {key.name}"

    def combine(self) -> str:
        key = self.random.choice(COMBINED)
        QTest.keyClick(self.studio.window.focusWidget() or self.studio.window, key, Qt.KeyboardModifier.ControlModifier)
        return f"Ctrl+{key.name}"

    def act(self) -> str:
        actions = self.studio.actions
        action = self.random.choice([a for a in actions.every() if a.id not in LEAVES])
        if not action.stage or action.stage == self.studio.stage:
            actions.trigger(action.id)
        return f"act {action.id}"

    def go(self) -> str:
        stage = self.random.choice(self.studio.stages())
        self.studio.show_stage(stage)
        return f"go {stage}"

    def undo(self) -> str:
        for _ in range(self.random.randrange(1, 6)):
            self.studio.session.undo()
        return "undo"

    def add_layer(self) -> str:
        from engine import registry
        from engine.errors import LayerwrightError

        record = self.random.choice(registry.records("layer"))
        with contextlib.suppress(LayerwrightError, TypeError):
            layer = record()
            self.studio.session.edit(f"Insert {record.KERAS}", lambda p: edits.append_layer(p, layer))
        return f"append {record.KERAS}"

    def stop(self) -> str:
        for button in self.seen(Button):
            if button.accessibleName() in ("Stop", "Stop fit"):
                QTest.mouseClick(button, LEFT)
        return "stop"


def soak(studio: Studio, errors: list[str], seed: int, seconds: float) -> Monkey:
    """Let the monkey loose and check that undo and redo give exactly what was there."""
    open_sample(studio, "penguins")
    ready(studio)
    first, monkey = studio.session.project, Monkey(studio, seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        monkey.step()
        assert not errors, "\n".join([*monkey.did[-12:], *errors])
    studio.show_stage("fit")
    monkey.stop()
    session = studio.session
    last = session.project
    steps = 0
    while session.stack.canUndo():
        session.undo()
        steps += 1
    if session.stack.count() < UNDO_LIMIT:
        assert session.project == first or not steps, "undo does not give back what was there"
    for _ in range(steps):
        session.redo()
    assert session.project == last, "redo does not give back what was there"
    return monkey


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", SEEDS)
def test_anything_at_all(studio: Studio, errors: list[str], seed: int) -> None:
    soak(studio, errors, seed, SECONDS)


def resident() -> float:
    """Return the memory of this process in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def a_day(studio: Studio, sample: str) -> None:
    """Open, look at all pages, train a little, close."""
    open_sample(studio, sample)
    ready(studio)
    studio.session.edit("Epochs", lambda p: edits.set_fit(p, epochs=2))
    for stage in studio.stages():
        studio.show_stage(stage)
        QApplication.processEvents()
    studio.show_stage("fit")
    primary = studio.page("fit").primary()
    assert primary is not None
    primary.act()
    wait_until(lambda: studio.session.run is not None and studio.session.progress is None, 30)
    studio.show_stage("predict")
    ready(studio)
    studio.documents._closed_project()
    ready(studio)
    QTest.qWait(1)


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_thirty_projects_leave_nothing_behind(studio: Studio, errors: list[str]) -> None:
    counts, memory = [], []
    for turn in range(30):
        a_day(studio, ("iris", "penguins", "diabetes")[turn % 3])
        if turn % 3 == 2:
            gc.collect()
            QTest.qWait(10)
            counts.append(len(QApplication.allWidgets()))
            memory.append(resident())
    assert not errors
    assert max(counts[3:]) <= counts[2] + 20, counts
    assert memory[-1] - memory[3] < 60, memory
