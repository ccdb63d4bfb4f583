"""A network of one group goes the whole way through the real window: fit, evaluate, predict, save, script, terminal."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end_to_end.person import Person
from tests.end_to_end.test_whole_way import SAMPLES, command, person  # noqa: F401  (the fixture)

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.mark.timeout(180)
def test_a_grouped_network_from_csv_to_script(person: Person, tmp_path: Path) -> None:  # noqa: F811
    data, project, script = tmp_path / "iris.csv", tmp_path / "p.layerwright", tmp_path / "model.py"
    data.write_bytes((SAMPLES / "iris.csv").read_bytes())
    person.click("Open CSV…")
    person.give_file("Open CSV", data)
    person.find("Column heads")
    person.wait(lambda: person.read("File") == data.name)
    person.choose("Target", "species")
    person.wait(lambda: any(n.startswith("species (") for n in person.names()), what="the recipe's result")
    person.click("Define model")
    person.find("Define page")
    canvas = person.find("Canvas")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(canvas, key)
    for _ in range(6):
        QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_G, CTRL)
    person.wait(lambda: person.see("Open group") is not None and person.read("Name") == "group_1")
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    person.find("Show Network")
    QTest.keyClick(canvas, Qt.Key.Key_Left, ALT)
    person.wait(lambda: person.see("Show Network") is None)
    person.click("Compile")
    person.find("Compile page")
    person.click("Start fit")
    person.find("Evaluate best", 120)
    person.click("Evaluate best")
    person.find("Evaluate page")
    person.click("Predict")
    person.find("Predict page")
    assert person.read("Prediction") != "–"
    person.press(Qt.Key.Key_S, CTRL)
    person.give_file("Save project", project)
    person.press(Qt.Key.Key_E, CTRL)
    person.find("Export dialog")
    person.wait(lambda: "Verified" in person.read("Verification"), 60, "the verification")
    person.click("Export script")
    person.give_file("Export script to", script)
    person.click("Close export")
    assert command("evaluate", project)["metrics"]["accuracy"] > 0.8
    assert script.stat().st_size > 10_000
