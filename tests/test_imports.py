"""Which heavy modules are in memory at which moment: a list that is exact, so that a new one is a decision."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARIES = (
    "PySide6", "charset_normalizer", "cupy", "keras", "numpy", "pandas", "platformdirs", "polars", "pydantic",
    "pygments", "pyqtgraph", "rich", "safetensors", "superqt", "threadpoolctl", "typer",
)  # fmt: skip
OURS = (
    "engine.compiler", "engine.data.table", "engine.export", "engine.layers", "engine.model", "engine.training",
    "studio.app", "studio.canvas", "studio.inspector", "studio.pages.data", "studio.pages.fit", "studio.widgets.plot",
)  # fmt: skip
START_PAGE = """
from studio import app
settings = app.Settings()
application = app.prepare_application(settings)
studio = app.Studio(settings)
studio.window.show()
application.processEvents()
"""
TRAIN = "['train', 'resources/samples/iris.csv', '--target', 'species', '--epochs', '1']"
COMMAND = "from studio.main import main; main({})"

MOMENTS = {
    "import engine": ("import engine", ()),
    "layerwright --help": (COMMAND.format("['--help']"), ("pygments", "rich", "typer")),
    "layerwright --version": (COMMAND.format("['--version']"), ("typer",)),
    "the start page": (START_PAGE, ("PySide6", "studio.app")),
}


def loaded(code: str, home: Path) -> set[str]:
    """Return which of the heavy modules a fresh Python holds after some code."""
    ask = f"import sys\n{code}\nprint('MODULES', *sys.modules)"
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "LAYERWRIGHT_HOME": str(home)}
    command = [sys.executable, "-c", ask]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    modules = done.stdout.split("MODULES")[-1].split()
    return {name for name in (*LIBRARIES, *OURS) if name in modules}


@pytest.mark.parametrize("moment", MOMENTS)
def test_heavy_modules_at(moment: str, tmp_path: Path) -> None:
    code, expected = MOMENTS[moment]
    assert loaded(code, tmp_path) == set(expected)


def test_a_command_that_trains_loads_no_window(tmp_path: Path) -> None:
    found = loaded(COMMAND.format(TRAIN), tmp_path)
    assert {name for name in found if name.startswith("studio")} == set()
    assert not found & {"PySide6", "pyqtgraph", "superqt", "cupy", "keras", "pandas"}
    assert {"numpy", "engine.compiler", "engine.training"} <= found
