"""Long use: someone does anything at all, and opens and closes projects all day. Nothing fails, nothing is kept.

SOAK_SECONDS=1200 SOAK_SEEDS="1 2 3" python -m pytest tests/studio/test_soak.py   soaks for longer.
"""

import gc
import json
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app import Studio
from studio.document import edits, files, templates
from tests.studio import soak
from tests.studio.conftest import ready, wait_until

SECONDS = float(os.environ.get("SOAK_SECONDS", "20"))
SEEDS = [int(s) for s in os.environ.get("SOAK_SEEDS", "1 2 3").split()]
PLATFORM = re.compile(
    "This plugin does not support (propagateSizeHints|raise|setting window|grabbing)"
    "|QWindowsWindow|Failed to initialize QRhi|Could not (initialize GLX|create OpenGL)"
)
"""What Qt's platform plugins say of themselves where there is no real screen."""
GROWTH = 60.0
"""Megabytes: what the allocator keeps differs from run to run; a leak of a page would be more."""


def soaked(home: Path, seed: int) -> tuple[subprocess.CompletedProcess[str], str]:
    """Return the ended process and its log."""
    environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | {"LAYERWRIGHT_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.studio.soak", str(SECONDS), str(seed)], capture_output=True, text=True,
        check=False, env=environment, timeout=SECONDS * 2 + 120, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    log = home / "logs" / "studio.log"
    return done, log.read_text(encoding="utf-8") if log.exists() else ""


def complaints(text: str) -> list[str]:
    """Return what stands in a log or on the error stream that should not be there."""
    return [line for line in text.splitlines() if line.strip() and not PLATFORM.search(line)]


@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 2 + 150)
@pytest.mark.parametrize("seed", SEEDS)
def test_anything_at_all(tmp_path: Path, seed: int) -> None:
    done, log = soaked(tmp_path, seed)
    assert done.returncode == 0, done.stderr[-4000:] + log[-4000:]
    assert not complaints(log), log[-4000:]
    assert not complaints(done.stderr), done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    counts = told["counts"]
    assert told["steps"] >= 10
    assert len(counts) >= 2
    objects, widgets = ([c[name] for c in counts] for name in ("objects", "widgets"))
    assert max(objects[2:]) <= max(objects[:2]) * 1.08 + 100, objects
    assert max(widgets[2:]) <= max(widgets[:2]) * 1.08 + 50, widgets
    half = [c["megabytes"] for c in counts][len(counts) // 2 :]
    assert half[-1] - half[0] < GROWTH, counts


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
    QTest.qWait(80)  # the answer is worked out a moment after the form has changed
    ready(studio)
    QTest.qWait(20)
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
            memory.append(soak.resident())
    assert not errors
    assert max(counts[3:]) <= counts[2] + 20, counts
    assert memory[-1] - memory[3] < 60, memory
