"""A studio in a process of its own and someone who does anything at all: `python -m tests.studio.soak SECONDS SEED`.

Random actions, buttons, keys and canvas gestures, on projects that are opened and closed while fits run.
Prints what it counted as JSON. The exit code is the studio's; 4 after an error, 5 when undo does not give back all.
"""

import contextlib
import gc
import json
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QPixmapCache, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget

import studio.app
from studio.document import edits, files, templates
from studio.document.session import UNDO_LIMIT
from studio.jobs import Job

LEFT = Qt.MouseButton.LeftButton
NONE, CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
KEYS = (
    Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_F2, Qt.Key.Key_L, Qt.Key.Key_F, Qt.Key.Key_Space, Qt.Key.Key_5,
    Qt.Key.Key_Backspace, Qt.Key.Key_F8, Qt.Key.Key_F6, Qt.Key.Key_Home,
)  # fmt: skip
COMBINED = (
    Qt.Key.Key_D, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_0,
    Qt.Key.Key_G,
)  # fmt: skip
LEAVES = ("file.quit", "file.close", "file.new", "file.open", "file.open_csv", "file.save", "file.save_as")
"""What ends a project or asks the system for a file; `home` opens and closes projects itself."""
AWAY = ("Open", "Save", "Export", "Choose a file", "Use another", "Minimize", "Close project", "Restart")
SAMPLES = ("iris", "penguins", "diabetes")
HOME_SECONDS = 5.0
CODE = (
    "# a remark",
    "x = layers.Dense(4)(input_1)",
    "y = layers.LSTM(3)(x)",
    "print(1)",
    "(",
    "0",
    " ",
    ")",
    "model = 3",
    "h = Dropout(0.3)",
    "z = Sequential([Dense(2)])(input_1)",
    "dense_1.trainable = False",
    "'",
    "m = Model(input_1, x)",
)


class Monkey(QObject):
    """Does one random thing after the other from the event loop, until its time is over; then it closes the window."""

    def __init__(self, app: studio.app.Studio, seed: int, seconds: float) -> None:
        super().__init__()
        self.studio, self.random, self.seconds = app, random.Random(seed), seconds
        self.did, self.steps, self.counts = [f"seed {seed}"], 0, list[dict[str, float]]()
        self.code, self.first = 0, app.session.project
        self.began = self.last_home = time.monotonic()
        self.acts: tuple[tuple[int, Callable[[], str]], ...] = (
            (6, self.press_button), (8, self.drag), (5, self.type_key), (4, self.combine), (4, self.act), (2, self.go),
            (2, self.undo), (2, self.add_layer), (1, self.train), (1, self.stop), (2, self.wheel), (1, self.history),
            (2, self.type_code),
        )  # fmt: skip
        self.timer = QTimer(self)
        self.timer.setInterval(0)
        self.timer.timeout.connect(self.step)
        self.open(SAMPLES[0])
        for stage in app.stages():  # every page is made before anything is counted
            app.show_stage(stage)
        self.timer.start()

    # ---- the course of it ----
    def step(self) -> None:
        self.timer.stop()
        try:
            self.once()
        except Exception:
            print("\n".join([*self.did[-12:], traceback.format_exc()]), file=sys.stderr)
            self.end(4)
            return
        if time.monotonic() - self.began > self.seconds:
            self.home()
            self.end(self.code)
        else:
            self.timer.start()

    def once(self) -> None:
        if time.monotonic() - self.last_home > HOME_SECONDS:
            self.home()
            self.open(self.random.choice(SAMPLES))
            self.last_home = time.monotonic()
        acts = self.random.choices([a for _, a in self.acts], [w for w, _ in self.acts])
        self.did.append(acts[0]())
        self.steps += 1
        QApplication.processEvents()
        self.tidy_up()

    def end(self, code: int) -> None:
        print(json.dumps({"steps": self.steps, "counts": self.counts}), flush=True)
        self.code = code
        self.studio.finish()

    def open(self, name: str) -> None:
        sample = next(s for s in templates.samples() if s.id == name)
        project = edits.set_role(files.table_project(templates.sample_path(sample)), sample.target, "target")
        self.studio.documents._open_value(project, "data")
        self.wait(lambda: self.studio.session.prepared is not None)
        self.first = self.studio.session.project
        self.did.append(f"open {name}")

    def home(self) -> None:
        """Check undo, close the project, and count what is left: it is the same every time."""
        self.stop_fit()
        self.undo_all()
        self.studio.documents._closed_project()
        self.wait(lambda: not Job.running and not self.studio.preparation.working)
        for _ in range(3):
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QApplication.processEvents()
        gc.collect()
        QPixmapCache.clear()  # pictures of cards, of which Qt keeps up to a limit
        tops = QApplication.topLevelWidgets()
        objects = sum(1 for top in (*tops, self.studio) for _ in below(top))
        self.counts.append({"objects": objects, "widgets": len(QApplication.allWidgets()), "megabytes": resident()})
        self.did.append("home")

    def undo_all(self) -> None:
        session = self.studio.session
        last, steps, count = session.project, session.stack.index(), session.stack.count()
        session.go_to(0)
        if count < UNDO_LIMIT and session.project != self.first and steps:
            print("\n".join([*self.did[-12:], "undo does not give back what was there"]), file=sys.stderr)
            self.code = 5
        session.go_to(steps)
        if session.project != last:
            print("\n".join([*self.did[-12:], "redo does not give back what was there"]), file=sys.stderr)
            self.code = 5

    def wait(self, condition: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.002)

    def tidy_up(self) -> None:
        """Leave menus and dialogs by Esc, as a person does who has opened the wrong one."""
        for _ in range(3):
            for opened in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
                if isinstance(opened, QDialog):
                    opened.reject()
                elif opened is not None:
                    opened.close()
            QApplication.processEvents()

    # ---- what it does ----
    def seen(self, kind: type[Any]) -> list[Any]:
        window = self.studio.window
        found = [w for w in below(window) if isinstance(w, kind)]
        return [w for w in found if w.isVisible() and w.isEnabled() and w.width() and w.height()]

    def press_button(self) -> str:
        buttons = [b for b in self.seen(QAbstractButton) if not b.accessibleName().startswith(AWAY)]
        if not buttons:
            return "no button"
        button = self.random.choice(buttons)
        name = f"press {button.accessibleName()!r} ({type(button).__name__})"
        QTest.mouseClick(button, LEFT)
        return name

    def drag(self) -> str:
        widgets = [w for w in self.seen(QWidget) if w.width() > 20 and w.height() > 20 and not isinstance(w, QMenu)]
        named = [w for w in widgets if w.accessibleName() and not w.accessibleName().startswith(AWAY)]
        widget = self.random.choice(named or widgets)
        view = getattr(self.studio.pages.get("define"), "view", None)
        if self.studio.stage == "define" and view is not None and self.random.random() < 0.7:
            widget = view
        name = f"drag on {widget.accessibleName()!r} ({type(widget).__name__})"
        surface = widget.viewport() if hasattr(widget, "viewport") else widget
        first, last = self.point(surface), self.point(surface)
        keys = self.random.choice((NONE, NONE, NONE, SHIFT, CONTROL, ALT))
        with contextlib.suppress(RuntimeError):  # the widget may be taken away meanwhile
            QTest.mousePress(surface, LEFT, keys, first)
            for part in (0.3, 0.7, 1.0):
                QTest.mouseMove(surface, first + (last - first) * part)
                QApplication.processEvents()
            QTest.mouseRelease(surface, LEFT, keys, last)
        return name

    def point(self, widget: QWidget) -> QPoint:
        return QPoint(self.random.randrange(max(widget.width(), 1)), self.random.randrange(max(widget.height(), 1)))

    def type_key(self) -> str:
        key = self.random.choice(KEYS)
        QTest.keyClick(self.studio.window.focusWidget() or self.studio.window, key)
        return f"key {key.name}"

    def type_code(self) -> str:
        """Type into the code, often what makes no sense, and go on before it is read."""
        page: Any = self.studio.pages.get("define")
        if self.studio.stage != "define" or page is None or not page.code.isVisible():
            return "no code"
        code, text = page.code, self.random.choice(CODE)
        code.setFocus()
        cursor = code.textCursor()
        cursor.movePosition(cursor.MoveOperation.Start)
        for _ in range(self.random.randrange(max(code.document().blockCount(), 1))):
            cursor.movePosition(cursor.MoveOperation.Down)
        cursor.movePosition(self.random.choice((cursor.MoveOperation.EndOfLine, cursor.MoveOperation.NextWord)))
        code.setTextCursor(cursor)
        if self.random.random() < 0.5:
            QTest.keyClick(code, Qt.Key.Key_Return)
        QTest.keyClicks(code, text)
        if self.random.random() < 0.5:
            page.code_panel.read()
        return f"type {text!r}"

    def combine(self) -> str:
        key = self.random.choice(COMBINED)
        QTest.keyClick(self.studio.window.focusWidget() or self.studio.window, key, CONTROL)
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

    def history(self) -> str:
        step = self.random.randrange(self.studio.session.stack.count() + 1)
        self.studio.session.go_to(step)
        return f"go to step {step}"

    def add_layer(self) -> str:
        from engine import registry
        from engine.errors import LayerwrightError

        record = self.random.choice(registry.records("layer"))
        with contextlib.suppress(LayerwrightError, TypeError):
            layer = record()
            self.studio.session.edit(f"Insert {record.KERAS}", lambda p: edits.append_layer(p, layer))
        return f"append {record.KERAS}"

    def train(self) -> str:
        """Start a fit, which then runs while other things are done."""
        self.studio.session.edit("Set epochs", lambda p: edits.set_fit(p, epochs=30))
        self.studio.show_stage("fit")
        primary = self.studio.page("fit").primary()
        if primary is not None and self.studio.session.progress is None:
            primary.act()
        return "train"

    def stop(self) -> str:
        self.stop_fit()
        return "stop"

    def stop_fit(self) -> None:
        if self.studio.session.progress is not None:
            self.studio.actions.trigger("fit.stop")
            self.wait(lambda: self.studio.session.progress is None)

    def wheel(self) -> str:
        """Scroll or zoom the canvas."""
        if self.studio.stage != "define":
            return "no canvas"
        port = self.studio.page("define").view.viewport()  # type: ignore[attr-defined]
        at, by = self.point(port), self.random.choice((-120, 120))
        keys = self.random.choice((NONE, CONTROL, SHIFT))
        event = QWheelEvent(at.toPointF(), port.mapToGlobal(at).toPointF(), QPoint(), QPoint(0, by),
                            Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(port, event)
        return "wheel"


def below(root: QObject) -> Iterator[QObject]:
    """Yield all that lies below an object.

    `findChildren` would tie a Python object for each to the root, also for what Qt makes and deletes itself.
    """
    for child in root.children():
        yield child
        yield from below(child)


def resident() -> float:
    """Return the memory of this process in MB; 0 where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return 0.0
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(seconds: float, seed: int) -> int:
    """Run the studio with the monkey in it and return the exit code."""
    kept: list[Monkey] = []

    class Visited(studio.app.Studio):
        def __init__(self, settings: Any = None) -> None:
            super().__init__(settings)
            self.window.resize(1440, 900)
            QTimer.singleShot(300, self.let_loose)

        def let_loose(self) -> None:
            kept.append(Monkey(self, seed, seconds))

    studio.app.Studio = Visited  # type: ignore[misc]
    code = studio.app.run()
    return kept[0].code or code


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2])))
