"""From a CSV to an exported script through the real window, for every sample; the figures equal the command line's."""

import ast
import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

import studio.app
from tests.end_to_end.person import Person

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "resources" / "samples"
TARGETS = {
    "iris": "species", "wine": "class", "breast_cancer": "diagnosis", "diabetes": "progression", "digits": "digit",
    "penguins": "species",
}  # fmt: skip
COMMAND = [sys.executable, "-m", "studio.main"]


def command(*arguments: object) -> dict:
    """Run a subcommand as a person does and return its JSON."""
    call = [*COMMAND, *map(str, arguments), "--json"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


@pytest.fixture
def person() -> Iterator[Person]:
    gc.disable()
    settings = studio.app.Settings()
    studio.app.prepare_application(settings)
    app = studio.app.Studio(settings)
    app.window.resize(1440, 900)
    app.window.show()
    app.window.activateWindow()
    QTest.qWait(50)
    yield Person()
    app.finish()
    app.window.deleteLater()
    app.deleteLater()
    QTest.qWait(50)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


@pytest.mark.timeout(180)
@pytest.mark.parametrize("sample", TARGETS)
def test_from_csv_to_script(sample: str, person: Person, tmp_path: Path) -> None:
    data, project, script = tmp_path / f"{sample}.csv", tmp_path / "p.layerwright", tmp_path / "model.py"
    data.write_bytes((SAMPLES / f"{sample}.csv").read_bytes())
    # Data
    person.click("Open CSV…")
    person.give_file("Open CSV", data)
    person.find("Data page")
    person.find("Column heads")
    person.wait(lambda: person.read("File") == data.name)
    person.choose("Target", TARGETS[sample])
    person.wait(lambda: any(n.startswith(f"{TARGETS[sample]} (") for n in person.names()), what="the recipe's result")
    # Define: the suggested network
    person.click("Define model")
    person.find("Define page")
    person.click("Compile")
    # Compile
    person.find("Compile page")
    person.click("Start fit")
    # Fit
    person.find("Fit page")
    person.find("Evaluate best", 120)
    person.click("Evaluate best")
    # Evaluate and predict
    person.find("Evaluate page")
    person.click("Predict")
    person.find("Predict page")
    assert person.read("Prediction") != "–"
    # Save and export
    person.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    person.give_file("Save project", project)
    person.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    person.find("Export dialog")
    person.wait(lambda: "Verified" in person.read("Verification"), 60, "the verification")
    person.click("Export script")
    person.give_file("Export script to", script)
    person.click("Close export")
    # the same as the command line, bit for bit
    direct = command("train", data, "--target", TARGETS[sample])
    saved = command("evaluate", project)
    assert saved["metrics"] == direct["metrics"]["test"]
    assert saved["rows"] == direct["rows"]["test"]
    alone = [sys.executable, "-I", str(script), "predict", str(data), str(tmp_path / "out.csv")]
    done = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == direct["rows"]["read"] + 1


def test_end_to_end_uses_the_window_alone() -> None:
    """Of this project only `studio.app` is imported; widgets are found by name and acted on by mouse and keys."""
    for file in (Path(__file__), Path(__file__).with_name("person.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        imported |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        ours = {m for m in imported if m.split(".")[0] in ("engine", "studio", "resources")}
        assert ours <= {"studio.app"}
        called = {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
        acts = {
            "setText",
            "setValue",
            "setCurrentIndex",
            "setChecked",
            "trigger",
            "emit",
            "toggle",
            "animateClick",
            "edit",
        }
        assert not called & acts
