"""Help menu and reports: what's new, about with licences, diagnostics, and the report of an earlier fault."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import engine
from studio.app import Studio
from studio.window import diagnostics, failures
from studio.window.help import BUNDLED, Help
from studio.window.reading import Reading, resource
from tests.studio.window.conftest import choose, click, dialog


def test_whats_new_shows_the_changelog(whole: Studio) -> None:
    whole.show_stage("data")
    choose(whole.window.top.open_menu(), "Help", "What's new")
    box = dialog("What's new")
    assert isinstance(box, Reading)
    text = box.text.toPlainText()
    assert engine.__version__ in text
    assert "CSV" in text
    click(box, "Close What's new")
    assert QApplication.activeModalWidget() is None


def test_about_names_versions_licences_and_that_nothing_is_sent(whole: Studio) -> None:
    whole.actions.trigger("help.about")
    box = dialog("About Layerwright")
    assert isinstance(box, Reading)
    text = box.text.toPlainText()
    for part in ("no telemetry", "Inter", "JetBrains Mono", "Lucide", "numpy", "polars", "PySide6-Essentials", "Qt"):
        assert part in text, part
    import numpy

    assert numpy.__version__ in text
    box.text._follow(QUrl("text:icons/LICENSE"))
    assert "ISC" in box.text.toPlainText()
    box.text._follow(QUrl("text:back"))
    assert "no telemetry" in box.text.toPlainText()


def test_every_bundled_part_has_its_licence_text() -> None:
    for what, licence, path in BUNDLED:
        assert len(resource(path)) > 200, (what, licence)
    assert resource("../pyproject.toml") == ""


def test_diagnostics_hold_versions_and_settings_but_no_paths(whole: Studio, tmp_path: Path) -> None:
    whole.documents._save(tmp_path / "secret_project.layerwright")
    logs = tmp_path_of_logs()
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "studio.log").write_text(f"2026 ERROR in {Path.home()}/x.py\n", encoding="utf-8")
    whole.actions.trigger("help.diagnostics")
    text = QGuiApplication.clipboard().text()
    assert whole.window.toasts.shown[-1].accessibleName() == "Diagnostics copied"
    assert f"Layerwright {engine.__version__}" in text
    assert "appearance.theme = system" in text
    assert "screen 1:" in text
    assert "in ~/x.py" in text
    assert "secret_project" not in text


def tmp_path_of_logs() -> Path:
    from studio.settings import folder

    return folder() / "logs"


def test_libraries_have_a_version_and_a_short_licence() -> None:
    found = {name: (version, licence) for name, version, licence in diagnostics.parts()}
    assert {"numpy", "polars", "PySide6-Essentials", "pyqtgraph"} <= set(found)
    assert all(version and 2 < len(licence) <= 60 and "\n" not in licence for version, licence in found.values())


CRASH = """
import faulthandler
from PySide6.QtCore import QTimer
from studio import app
class Led(app.Studio):
    def __init__(self, given=None):
        super().__init__(given)
        QTimer.singleShot(800, faulthandler._sigabrt)
app.Studio = Led
app.run()
"""


FAULT_AFTERWARDS = """
import faulthandler
from PySide6.QtWidgets import QApplication, QWidget
from studio.window.failures import Failures
application, window = QApplication([]), QWidget()
failures = Failures(window)
failures.install()
failures.remove()
faulthandler._sigabrt()
"""


def faulty(code: str, *options: str) -> str:
    """Run code that ends by a fault of native code; return what it said of it."""
    without = {name: value for name, value in os.environ.items() if name != "PYTHONFAULTHANDLER"}
    call = [sys.executable, *options, "-c", code]
    done = subprocess.run(call, env=without, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    return done.stderr


def test_who_asked_for_faults_before_still_gets_them() -> None:
    assert "Fatal Python error: Aborted" in faulty(FAULT_AFTERWARDS, "-X", "faulthandler")
    assert "Fatal Python error" not in faulty(FAULT_AFTERWARDS)


def test_a_fault_of_the_last_session_is_offered_once(whole: Studio, own_home: Path) -> None:
    faulty(CRASH)
    watch = failures.Failures(whole.window)
    went: list[str] = []
    watch.install()
    try:
        watch.offer_last(lambda: went.append("on"))
        box = dialog("Layerwright ended unexpectedly last time")
        assert went == []
        click(box, "Copy report")
        assert "Fatal Python error: Aborted" in QGuiApplication.clipboard().text()
        click(box, "Dismiss")
        assert went == ["on"]
        assert failures.last_fault() == ""
        assert len(list((own_home / "logs").glob("faults-2*.log"))) == 1
        watch.offer_last(lambda: went.append("again"))
        assert went == ["on", "again"]
    finally:
        watch.remove()


def test_the_dialog_of_an_unexpected_error_copies_its_report(whole: Studio) -> None:
    watch = failures.Failures(whole.window)
    watch._show(("", "Traceback: here"))
    box = dialog("Something went wrong")
    click(box, "Copy report")
    report = QGuiApplication.clipboard().text()
    assert report.startswith(f"Layerwright {engine.__version__} · Python ")
    assert report.endswith("\n\nTraceback: here")
    watch._show(("", "second"))
    assert [w.accessibleName() for w in QApplication.topLevelWidgets() if w.isVisible()].count(
        "Something went wrong"
    ) == 1
    click(box, "Go on")


@pytest.mark.parametrize("name", ["settings", "news", "about"])
def test_dialogs_close_with_escape(whole: Studio, name: str) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    box = getattr(Help, name)(whole.help)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert QApplication.activeModalWidget() is None


def test_the_window_is_darkened_while_a_dialog_waits(whole: Studio) -> None:
    assert not whole.window.scrim.isVisible()
    box = whole.help.about()
    QApplication.processEvents()
    assert whole.window.scrim.isVisible()
    assert whole.window.scrim.geometry() == whole.window.rect()
    box.close()
    QApplication.processEvents()
    assert not whole.window.scrim.isVisible()
