"""Starting: that a window opens and closes cleanly, and what happens to uncaught errors."""

import subprocess
import sys
from pathlib import Path

import pytest


def child(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    import os

    environment = os.environ | {"LAYERWRIGHT_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_run_opens_a_window_and_ends_with_zero(tmp_path: Path) -> None:
    code = """
import gc, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio import app
from studio.settings import Settings
app.prepare_application(Settings())
QTimer.singleShot(1500, lambda: [w.close() for w in QApplication.topLevelWidgets()])
code = app.run()
print(code, gc.isenabled(), sys.getswitchinterval())
"""
    done = child(code, tmp_path)
    assert done.stdout.split() == ["0", "True", "0.001"], done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "Destroyed while" not in done.stderr


def test_an_uncaught_error_is_one_calm_dialog_and_a_line_in_the_log(tmp_path: Path) -> None:
    code = """
import threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio import app
from studio.settings import Settings
app.prepare_application(Settings())
shown = []
def fail():
    raise ValueError("a fault of the program")
def count():
    names = [w.accessibleName() for w in QApplication.topLevelWidgets()]
    shown.extend(name for name in names if name == "Something went wrong")
    for w in QApplication.topLevelWidgets():
        w.close()
for delay in (1000, 1050, 1100):
    QTimer.singleShot(delay, fail)
QTimer.singleShot(1150, lambda: threading.Thread(target=fail).start())
QTimer.singleShot(1900, count)
print(app.run(), shown)
"""
    done = child(code, tmp_path)
    assert done.stdout.strip() == "0 ['Something went wrong']", done.stdout + done.stderr
    log = (tmp_path / "logs" / "studio.log").read_text(encoding="utf-8")
    assert log.count("ValueError: a fault of the program") == 4


@pytest.mark.parametrize("name", ["broken.layerwright", "gone.layerwright", "notes.docx"])
def test_a_file_that_cannot_be_opened_is_a_toast_over_the_start_page(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.startswith("broken"):
        path.write_bytes(b"PK\\x05\\x06 no project")
    code = f"""
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio import app
from studio.settings import Settings
from studio.widgets import Toast
from studio.window.main_window import MainWindow
def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    print([t.accessibleName() for t in window.findChildren(Toast)], window.current.accessibleName())
    window.close()
app.prepare_application(Settings())
QTimer.singleShot(1500, look)
app.run(Path({str(path)!r}))
"""
    done = child(code, tmp_path)
    assert "cannot be opened" in done.stdout, done.stdout + done.stderr
    assert done.stdout.strip().endswith("Start page")
