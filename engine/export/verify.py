"""Does a script agree with the app? It is run alone on real rows: an empty folder, NumPy or Keras, nothing else."""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data import table as tables
from engine.data.settings import Dialect, Source
from engine.data.table import Table
from engine.errors import DeviceError, ExportError
from engine.project import lifecycle
from engine.project.document import Project
from engine.project.lifecycle import Predictions
from engine.project.runs import Run

ROWS = 2000
SECONDS = 300
TOLERANCE = 1e-5
ALONE = """
import importlib.util, os, runpy, sys
class Alone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in sys.stdlib_module_names and name.partition(".")[0] != "numpy":
            raise ImportError("The script may import NumPy only; it imports " + name)
def first(*names):
    return next((name for name in names if importlib.util.find_spec(name)), None)
if sys.argv[1] == "keras":
    backend = os.environ.get("KERAS_BACKEND") or first("tensorflow", "jax", "torch")
    if not first("keras"):
        sys.exit("Keras is missing")
    if not backend or not first(backend):
        sys.exit("the backend is missing")
    os.environ["KERAS_BACKEND"] = backend
else:
    sys.meta_path.insert(0, Alone())
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""What runs a script: NumPy alone, or Keras with the backend that is chosen or installed."""
MISSING = {
    "Keras is missing": "Keras is not installed, so the script could not be run. "
    "Install keras and one of tensorflow, jax and torch to verify it.",
    "the backend is missing": "The backend of Keras is not installed, so the script could not be run. "
    "Install one of tensorflow, jax and torch and set KERAS_BACKEND to its name to verify it.",
}


@dataclass(frozen=True)
class Verification:
    """What was compared.

    Args:
        max_delta: the largest difference of a probability, or of a number in the target's own unit.
        rows: compared. classes_equal: the same answer in every row (but for ties). seconds: of the script.
        allowed: the largest difference that passes: 1e-5, times the spread of a regression's target if that is larger.
    """

    max_delta: float
    rows: int
    classes_equal: bool
    seconds: float
    allowed: float = TOLERANCE

    @property
    def ok(self) -> bool:
        """Whether the script does what the app does."""
        return self.classes_equal and self.max_delta <= self.allowed


def verify(script: str | Path, run: Run, project: Project, table: Table, python: str = sys.executable) -> Verification:
    """Run the script's `predict` on rows of the table, test rows first, and compare with the app.

    python: what runs it; for a Keras script it needs Keras and a backend.

    Raises:
        ExportError: the script fails; its last line says why. DeviceError: Keras or its backend is not installed.
    """
    data = _csv(table, _rows(run, table), run)
    start = time.perf_counter()
    answers = list(csv.reader(io.StringIO(_run(Path(script), data, python), newline=""), delimiter=_delimiter(run)))
    seconds = time.perf_counter() - start
    source = Source(dialect=Dialect("utf-8", _delimiter(run), _decimal(run), _quote(run), _header(run)))
    own = lifecycle.predict(run, project, tables.read_bytes(data, _with_missing(source, project)))
    return _compared(answers, own, run, seconds, _allowed(table, own))


def _rows(run: Run, table: Table) -> list[int]:
    tested = [i for i in run.part("test").tolist() if i < table.rows]
    rest = sorted(set(range(table.rows)) - set(tested))
    return (tested + rest)[:ROWS]


def _csv(table: Table, rows: list[int], run: Run) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(
        stream, delimiter=_delimiter(run), quotechar=_quote(run), lineterminator="\n", quoting=csv.QUOTE_ALL
    )
    if _header(run):
        writer.writerow(table.columns)
    writer.writerows(list(table.row(i).values()) for i in rows)
    return stream.getvalue().encode("utf-8", "replace")


def _run(script: Path, data: bytes, python: str) -> str:
    with tempfile.TemporaryDirectory(prefix="layerwright-") as folder:
        place = Path(folder)
        for file in (script, script.with_suffix(".npz")):
            if file.exists():
                shutil.copy(file, place / f"script{file.suffix}")
        (place / "in.csv").write_bytes(data)
        needs = "keras" if b"\nfrom keras import " in script.read_bytes() else "numpy"
        call = [python, "-I", "-c", ALONE, needs, "script.py", "predict", "in.csv", "out.csv"]
        try:
            done = subprocess.run(call, cwd=place, capture_output=True, text=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ExportError(f"The script could not be run: {error}.") from None
        if done.returncode or not (place / "out.csv").exists():
            last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
            if last in MISSING:
                raise DeviceError(MISSING[last])
            raise ExportError(f"The script failed: {last:.300}")
        return (place / "out.csv").read_text(encoding="utf-8")


def _compared(answers: list[list[str]], own: Predictions, run: Run, seconds: float, allowed: float) -> Verification:
    width = 1 + len(own.classes) + bool(own.problems)
    body = [row[len(row) - width :] for row in answers[1:]]
    if len(body) != len(own.values):
        raise ExportError(f"The script answers {len(body)} rows; {len(own.values)} were asked.")
    good = [i for i in range(len(body)) if i not in own.problems]
    empty_where_bad = all(not body[i][0] for i in own.problems)
    if own.probabilities is None:
        decimal = _decimal(run)
        theirs = np.array([float(body[i][0].replace(decimal, ".")) for i in good])
        ours = np.array([own.values[i] for i in good], np.float64)
        return Verification(_largest(theirs, ours), len(body), empty_where_bad, seconds, allowed)
    theirs = _shares(body, good, len(own.classes), _decimal(run))
    ours = own.probabilities[good]
    top = np.sort(ours, axis=1)
    tie = top[:, -1] - top[:, -2] <= TOLERANCE
    same = all(body[i][0] == own.values[i] or tie[k] for k, i in enumerate(good))
    return Verification(_largest(theirs, ours), len(body), same and empty_where_bad, seconds, allowed)


def _shares(body: list[list[str]], good: list[int], classes: int, decimal: str) -> NDArray[np.float64]:
    cells = [[float(c.replace(decimal, ".")) for c in body[i][1 : 1 + classes]] for i in good]
    return np.array(cells, np.float64).reshape(len(good), classes)


def _largest(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> float:
    if not theirs.size:
        return 0.0
    delta = float(np.abs(theirs - ours).max())
    return delta if np.isfinite(delta) else float("inf")


def _allowed(table: Table, own: Predictions) -> float:
    """A number may differ by 1e-5 of the spread of its target."""
    if own.classes or own.column not in table.columns:
        return TOLERANCE
    values = table.numbers(own.column)[0]
    spread = float(np.nanstd(values)) if not np.isnan(values).all() else 1.0
    return TOLERANCE * max(1.0, spread)


def _with_missing(source: Source, project: Project) -> Source:
    return Source(source.path, source.size, source.sha256, source.dialect, project.data.source.missing)


def _delimiter(run: Run) -> str:
    return str(run.recipe.get("delimiter", ","))


def _decimal(run: Run) -> str:
    return str(run.recipe.get("decimal", "."))


def _quote(run: Run) -> str:
    return str(run.recipe.get("quote", '"'))


def _header(run: Run) -> bool:
    return bool(run.recipe.get("header", True))
