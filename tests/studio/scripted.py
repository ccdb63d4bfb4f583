"""A studio in a process of its own, led by steps: `python -m tests.studio.scripted SCENARIO FILE`.

A scenario is a generator: it acts and then yields what it waits for. The process ends with the studio's exit code, or
with 3 when a step did not come true in time, with 4 when it failed.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QFileDialog

import studio.app
from studio.document import edits
from studio.jobs import Job
from studio.window.dialogs import Question

Steps = Iterator[Callable[[], object]]
PATIENCE = 40.0


def questions() -> list[Question]:
    """Return the open questions."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, Question) and w.isVisible()]


def close(app: studio.app.Studio) -> Steps:
    """Close the window as the window manager does; unsaved work is given up."""
    app.window.close()
    yield lambda: questions() or not app.window.isVisible()
    for question in questions():
        question.buttons["discard"].click()


def training(app: studio.app.Studio, file: Path) -> Steps:
    """Close while the demo trains."""
    app.demo()
    yield lambda: app.session.progress is not None
    yield from close(app)


def loading(app: studio.app.Studio, file: Path) -> Steps:
    """Close while a table is read."""
    app.documents.open_path(file)
    yield lambda: Job.running
    yield from close(app)


def preparing(app: studio.app.Studio, file: Path) -> Steps:
    """Close while columns are measured, on a page that was just made."""
    app.documents.open_path(file)
    yield lambda: app.session.table is not None
    app.show_stage("define")
    app.show_stage("compile")
    yield from close(app)


def file_dialog(app: studio.app.Studio, file: Path) -> Steps:
    """Close with a file dialog and the export dialog open."""
    app.documents.open_path(file)
    yield lambda: app.session.prepared is not None
    app.show_stage("fit")
    app.documents.ask_table()
    yield lambda: any(isinstance(w, QFileDialog) and w.isVisible() for w in QApplication.topLevelWidgets())
    app.export()
    yield from close(app)


def listened(app: studio.app.Studio, file: Path) -> Steps:
    """Close while assistive technology holds the blocks of the canvas."""
    QAccessible.setActive(True)
    app.demo()
    yield lambda: app.session.prepared is not None
    app.show_stage("define")
    view: Any = app.page("define").view  # type: ignore[attr-defined]
    listed = QAccessible.queryAccessibleInterface(view)
    held = [listed.child(i) for i in range(listed.childCount())]
    assert all(item.text(QAccessible.Text.Name) for item in held)
    app.session.edit("Delete", lambda project: edits.remove(project, *project.network.outputs))
    yield lambda: not all(item.isValid() for item in held)
    yield from close(app)


def killed(app: studio.app.Studio, file: Path) -> Steps:
    """Work, wait for the recovery file, and die without a word."""
    app.documents.open_path(file)
    yield lambda: app.session.prepared is not None and not app.preparation.working
    app.session.edit("Rename", lambda p: edits.set_name(p, "Precious"))
    app.autosave.write()
    yield lambda: not Job.running
    file.with_name("expected.json").write_text(_json(app), encoding="utf-8")
    os.kill(os.getpid(), signal.SIGKILL)
    yield lambda: False


def recovering(app: studio.app.Studio, file: Path) -> Steps:
    """Take the offer of recovery, and write what came back."""
    yield questions
    questions()[0].buttons["recover"].click()
    yield lambda: app.session.prepared is not None
    file.with_name("recovered.json").write_text(_json(app), encoding="utf-8")
    yield from close(app)


def refused(app: studio.app.Studio, file: Path) -> Steps:
    """Begin with nothing to recover."""
    start = time.monotonic()
    yield lambda: time.monotonic() - start > 0.5
    assert not questions()
    yield from close(app)


def _json(app: studio.app.Studio) -> str:
    import json

    from engine.project.json import to_json

    return json.dumps(to_json(app.session.project), sort_keys=True)


class _Leader(QObject):
    """Goes on with the steps when what they wait for is true."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps, self._wanted, self._since = steps, next(steps), time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if time.monotonic() - self._since > PATIENCE:
            print("a step did not come true", file=sys.stderr)
            QApplication.exit(3)
        try:
            if self._wanted():
                self._since = time.monotonic()
                self._wanted = next(self._steps)
        except StopIteration:
            self._timer.stop()
        except Exception:
            traceback.print_exc()
            QApplication.exit(4)


def main(scenario: str, file: str) -> int:
    """Run the studio through a scenario and return its exit code."""
    steps: Callable[..., Steps] = globals()[scenario]
    kept: list[Any] = []

    class Led(studio.app.Studio):
        def __init__(self, settings: Any = None) -> None:
            super().__init__(settings)
            QTimer.singleShot(100, self.lead)

        def lead(self) -> None:
            kept.append(_Leader(steps(self, Path(file))))

    studio.app.Studio = Led  # type: ignore[misc]
    return studio.app.run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
