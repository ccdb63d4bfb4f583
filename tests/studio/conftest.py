"""What the tests of the studio share: one application with the theme, sessions, and waiting for jobs."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.app import Studio
from studio.document import undo
from studio.jobs import Job, stop_all
from studio.settings import Settings

both = pytest.mark.parametrize("themed", ["light", "dark"], indirect=True)
"""Marks a test that is run in the light and in the dark theme."""


@pytest.fixture(scope="module", autouse=True)
def old_things_set_aside() -> None:
    """Nothing that earlier files left is garbage: each test's collection then looks at its own things alone."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in a row are one undo step, however slow the machine is between them."""
    monkeypatch.setattr(undo, "MERGE_SECONDS", 60.0)


@pytest.fixture
def themed(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[QApplication]:
    """The application with fonts and the light theme, or another; as in the studio, no thread collects garbage."""
    gc.disable()
    theme.load()
    theme.apply(qapp, getattr(request, "param", "light"))
    yield qapp
    theme.apply(qapp, "light")
    stop_all()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    theme.apply(qapp, "light")  # now that there are no widgets to restyle
    gc.enable()


@pytest.fixture
def studio(themed: QApplication) -> Iterator[Studio]:
    """The whole studio on its start page, in a window of 1440 x 900."""
    made = Studio(Settings())
    made.window.resize(1440, 900)
    made.window.show()
    made.window.activateWindow()
    yield made
    made.finish()
    made.window.deleteLater()
    made.deleteLater()


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Run the event loop until a condition holds; fail after some seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{condition} did not hold within {seconds} s"
        QApplication.processEvents()
        time.sleep(0.005)


def settle() -> None:
    """Run the event loop until no job works, then a little longer."""
    wait_until(lambda: not Job.running)
    for _ in range(5):
        QApplication.processEvents()


def ready(studio: Studio) -> None:
    """Run the event loop until data, checks and jobs of a studio are done, then a little longer."""
    wait_until(lambda: not studio.preparation.working and not studio.checking.working and not Job.running, 60)
    for _ in range(5):
        QApplication.processEvents()
