"""Ten lines add a layer. It is then everywhere a layer must be, without another line."""

import ast
import dataclasses
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import layers, ops, registry
from engine.compiler.definition import Definition, OutputSettings
from engine.compiler.pipeline import compile
from engine.export import keras_script, numpy_script, verify
from engine.ir.value import Value
from engine.layers.core import Dense, Input
from engine.layers.help import page
from engine.layers.spec import Context, LayerSpec, floating
from engine.network.files import from_json
from engine.network.initial import initial_weights
from engine.network.network import Network, stack
from engine.network.parse import parse_layers
from engine.network.shapes import infer
from engine.network.source import source
from engine.network.summary import summarize, text
from engine.project import file, lifecycle
from engine.project.document import Project
from engine.project.runs import RunStore
from engine.specs import field
from resources import sample_path
from studio import theme
from studio.canvas.palette import LayerRow
from studio.widgets import NumberField
from tests.studio.canvas.people import Person


@pytest.fixture
def power() -> Iterator[type[LayerSpec]]:
    @registry.register(id="test.power/1", kind="layer", group="core", icon="x", purpose="Raises to a power.")
    class Power(LayerSpec):
        """Each number to a whole power. Shapes: any -> the same."""

        FORMULA = "y = x ^ exponent"
        exponent: int = field(doc="Which power.", ge=1, le=8, suggested=2)

        def build(self, c: Context, *x: Value, **w: Value) -> Value:
            return ops.power(floating(c, x[0]), float(self.exponent))

    yield Power
    registry.forget("test.power/1")


@pytest.fixture
def network(power: Any) -> Network:
    return stack(Input((3,)), power(2), Dense(1))


def test_it_is_in_the_registry_and_in_layers(power: Any) -> None:
    assert power in registry.records("layer")
    assert registry.named("layer", "power") is power
    handle: Any = layers.Power
    np.testing.assert_allclose(handle(3)(np.array([[2.0, -1.0]])), [[8.0, -1.0]])
    with pytest.raises(Exception, match="Power: exponent must be at most 8"):
        handle(9)


def test_it_has_a_form(power: Any) -> None:
    (info,) = power.fields()
    assert (info.name, info.kind, info.minimum, info.maximum, info.start) == ("exponent", "int", 1, 8, 2)
    assert power.suggestion() == power(2)
    assert (power.GROUP, power.ICON, power.PURPOSE) == ("core", "x", "Raises to a power.")


def test_it_goes_through_a_file(network: Network) -> None:
    assert from_json(json.loads(json.dumps(network.to_json()))) == network


def test_it_has_shapes_weights_and_a_summary(network: Network) -> None:
    shapes = infer(network)
    assert shapes.output == {"n1": (3,), "n2": (3,), "n3": (1,)}
    assert "power_1 (Power)" in text(summarize(network))
    assert set(initial_weights(network, 0)) == {("n3", "kernel"), ("n3", "bias")}


def test_it_is_in_the_code_and_can_be_typed(network: Network, power: Any) -> None:
    assert 'power_1 = layers.Power(2, name="power_1")(input_1)' in source(network).text
    assert parse_layers("Power(3)") == (power(3),)


def test_it_has_a_help_page(power: Any) -> None:
    written = page(power)
    assert "# Power" in written
    assert "| `exponent` | required | Which power. At least 1, at most 8. |" in written


def test_it_trains(network: Network) -> None:
    definition = Definition(
        network, (OutputSettings(registry.coerce("loss", "mse")),), registry.coerce("optimizer", "sgd")
    )
    program = compile(definition, "train", 4)
    assert "power" in program.text or "square" in program.text
    assert importlib.import_module("engine.compiler.lower").identifiers(definition)["n2"] == "power_1"


@pytest.fixture
def trained(power: Any) -> Any:
    """Iris with the layer in its network, fitted for a moment: (project, table, run)."""
    project = lifecycle.new_project(sample_path("iris"), "species")
    table = lifecycle.open_table(project)
    network = stack(Input((4,)), power(3), Dense(3, activation="softmax"))
    fit = dataclasses.replace(project.fit, epochs=2)
    project = dataclasses.replace(lifecycle.suggest(project, table), network=network, feeds={}, fit=fit)
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in fitting.by_epoch():
        pass
    return project, table, fitting.run()


def test_it_is_in_a_project_file_with_its_run(trained: Any, tmp_path: Path) -> None:
    project, _, run = trained
    store = RunStore()
    store.add(run)
    file.save(tmp_path / "p.layerwright", project, store)
    again, runs = file.load(tmp_path / "p.layerwright")
    assert again == project
    (kept,) = runs
    assert [type(node.layer).__name__ for node in kept.project.network.nodes.values()] == ["Input", "Power", "Dense"]


def test_its_numpy_script_agrees(trained: Any, tmp_path: Path) -> None:
    project, table, run = trained
    numpy_script.write(run, project, tmp_path / "script.py")
    stamp = verify.verify(tmp_path / "script.py", run, project, table)
    assert stamp.ok
    assert stamp.rows == 150


def test_it_is_in_the_keras_script(trained: Any, tmp_path: Path) -> None:
    project, _, run = trained
    keras_script.write(run, project, tmp_path / "script.py")
    written = (tmp_path / "script.py").read_text(encoding="ascii")
    ast.parse(written)
    assert 'power_1 = layers.Power(3, name="power_1")(input_1)' in written


def test_it_is_in_the_palette_and_has_an_inspector(
    power: Any, network: Network, qtbot: Any, qapp: QApplication
) -> None:
    theme.load()
    theme.apply(qapp, "light")
    person = Person(qtbot, Project(network=network))
    QTest.keyClicks(person.find("Search layers"), "power")
    assert person.find("Add Power", LayerRow).toolTip() == "Raises to a power."
    person.take("Power", person.spot("dense_1", 118, -18))
    assert person.names() == ["input_1", "power_1", "power_2", "dense_1"]
    person.click_card("power_2")
    exponent = person.find("Exponent", NumberField)
    assert exponent.value() == 2
    exponent.setFocus()
    exponent.selectAll()
    QTest.keyClicks(exponent, "5\t")
    person.settle()
    layer = person.session.project.network.by_name("power_2")
    assert layer is not None
    assert layer.layer == power(5)
    assert 'layers.Power(5, name="power_2")' in person.page.code.toPlainText()
    assert person.find("Formula").text() == "y = x ^ exponent"
