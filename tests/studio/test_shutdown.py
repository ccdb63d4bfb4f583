"""However the window is closed, the program ends with 0 and in silence; after a kill the next start gives work back."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOISE = "does not support"  # what the offscreen platform says of window managers


def play(scenario: str, file: Path) -> tuple[int, str]:
    """Run a scenario in a process of its own; return its exit code and what it said, to the log too."""
    call = [sys.executable, "-X", "faulthandler", "-m", "tests.studio.scripted", scenario, str(file)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    logs = [p.read_text(encoding="utf-8") for p in Path(os.environ["LAYERWRIGHT_HOME"]).rglob("*.log")]
    said = [line for line in "\n".join([done.stdout, done.stderr, *logs]).splitlines() if line and NOISE not in line]
    return done.returncode, "\n".join(said)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"{i * 37 % 50},{i % 7},{'yes' if i % 3 else 'no'}" for i in range(20_000)]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["length,width,class", *rows]) + "\n")
    return path


@pytest.mark.timeout(120)
@pytest.mark.parametrize("scenario", ["training", "loading", "preparing", "file_dialog", "listened"])
def test_closing_at_a_bad_moment_ends_well(scenario: str, table: Path) -> None:
    assert play(scenario, table) == (0, "")


@pytest.mark.timeout(120)
def test_work_survives_a_kill(table: Path, own_home: Path) -> None:
    code, _ = play("killed", table)
    assert code == -signal.SIGKILL
    assert play("recovering", table) == (0, "")
    expected, recovered = (table.with_name(f"{n}.json").read_text(encoding="utf-8") for n in ("expected", "recovered"))
    assert '"Precious"' in expected
    assert recovered == expected
    assert play("refused", table) == (0, "")
