"""The way from a table to a measured network, and back to a stopped one."""

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine.callbacks
import engine.layers
from engine import registry
from engine.data.settings import Column
from engine.errors import DataError, LayerwrightError, ModelError, NotFiniteError
from engine.metrics import exact
from engine.project import file, lifecycle
from engine.project.document import Project, Target
from engine.project.lifecycle import Prepared
from engine.project.runs import Run, RunStore
from engine.specs import Spec

assert engine.callbacks
assert engine.layers
ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "resources" / "samples"


def layer(name: str, *arguments: object, **named: object) -> Spec:
    made: Spec = registry.named("layer", name)(*arguments, **named)
    return made


def callback(name: str, **named: object) -> Spec:
    made: Spec = registry.named("callback", name)(**named)
    return made


def opened(sample: str, target: str, epochs: int = 3, layers: str | None = None) -> tuple[Project, Prepared]:
    project = lifecycle.new_project(SAMPLES / f"{sample}.csv")
    table = lifecycle.open_table(project)
    project = lifecycle.with_wishes(project, table, target=target, layers=layers, epochs=epochs)
    return project, lifecycle.prepare(project, table)


def fitted(project: Project, prepared: Prepared) -> Run:
    fitting = lifecycle.start(project, prepared)
    for _ in fitting:
        pass
    return RunStore().add(fitting.run())


@pytest.fixture(scope="module")
def iris() -> tuple[Project, Prepared, Run]:
    project, prepared = opened("iris", "species", epochs=15)
    return project, prepared, fitted(project, prepared)


# ---- a run -----------------------------------------------------------------------------------------------------------
def test_a_run_holds_what_came_out(iris: tuple[Project, Prepared, Run]) -> None:
    project, prepared, run = iris
    assert run.status == "finished"
    assert run.epochs == 15
    assert run.classes == ("setosa", "versicolor", "virginica")
    assert len(run.batch_losses()) == 15 * -(-105 // (project.fit.batch_size or 0))
    assert {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"} <= set(run.history[0])
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(run.part(part), getattr(prepared.parts, part))
    assert tuple(run.layers) == tuple(n.id for n in project.network if n.layer.KERAS == "Dense")
    assert all(names == (f"{layer}/kernel", f"{layer}/bias") for layer, names in run.layers.items())
    assert run.gradient_norms().shape == (15, len(run.layers))
    assert (run.gradient_norms() > 0).all()
    assert run.best is not None
    assert run.project.data.source.sha256 == prepared.table.sha256


def test_a_run_is_up_to_date_until_something_is_changed(iris: tuple[Project, Prepared, Run]) -> None:
    project, _, run = iris
    assert lifecycle.changed_stages(run, project) == ()
    other = dataclasses.replace(project, fit=dataclasses.replace(project.fit, seed=9))
    assert lifecycle.changed_stages(run, other) == ("fit",)


def test_a_saved_run_gives_the_same_predictions(iris: tuple[Project, Prepared, Run], tmp_path: Path) -> None:
    project, prepared, run = iris
    file.save(tmp_path / "p.layerwright", project, RunStore((run,)))
    _, store = file.load(tmp_path / "p.layerwright")
    assert store["r1"].layers == run.layers
    assert store["r1"].spreads() == run.spreads()
    np.testing.assert_array_equal(store["r1"].gradient_norms(), run.gradient_norms())
    before = lifecycle.predict(run, project, prepared.table)
    after = lifecycle.predict(store["r1"], project, prepared.table)
    assert before.values == after.values
    np.testing.assert_array_equal(before.probabilities, after.probabilities)


def test_the_project_may_change_while_a_run_is_used(iris: tuple[Project, Prepared, Run]) -> None:
    project, prepared, run = iris
    table = prepared.table
    other = lifecycle.with_wishes(project, table, layers="Dense(3)")
    assert lifecycle.evaluate(run, other, table).metrics == run.metrics["test"]


def test_numbers_that_are_not_finite_are_blamed_on_lines_of_the_file(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(200, 2))
    lines = [f"{a:.4f},{b:.4f},{'up' if a + b > 0 else 'down'}" for a, b in x]
    lines[4] = lines[90] = "3e38,3e38,up"
    path = tmp_path / "huge.csv"
    path.write_text("\n".join(["a,b,side", *lines]), encoding="utf-8")
    project = lifecycle.new_project(path, "side")
    table = lifecycle.open_table(project)
    project = lifecycle.with_wishes(project, table, layers="Dense(64, 'relu'), Dense(64, 'relu'), Dense(64, 'relu')")
    project = dataclasses.replace(project, data=dataclasses.replace(project.data, scale="none"))
    prepared = lifecycle.prepare(project, table)
    huge = [row for row in (4, 90) if row in prepared.parts.train]
    assert huge
    fitting = lifecycle.start(project, prepared)
    with pytest.raises(NotFiniteError) as caught:
        list(fitting)
    error = caught.value
    assert error.stage == "forward"
    assert error.layer.startswith("dense_")
    assert {line - 2 for line in error.rows} <= set(huge)
    assert f"line{'' if len(error.rows) == 1 else 's'} {error.rows[0]}" in str(error)
    assert fitting.run().status == "failed"
    assert fitting.run().reason == str(error)


# ---- evaluation ------------------------------------------------------------------------------------------------------
def test_evaluation_agrees_with_its_own_rows(iris: tuple[Project, Prepared, Run]) -> None:
    project, prepared, run = iris
    found = lifecycle.evaluate(run, project, prepared, "test")
    assert found.metrics == run.metrics["test"]
    np.testing.assert_array_equal(found.ids, run.part("test"))
    labels = np.array(prepared.table.raw("species"))[found.ids]
    assert [run.classes[k] for k in found.truth] == labels.tolist()
    assert found.metrics["accuracy"] == float(np.mean(found.truth == found.prediction))
    assert found.confusion is not None
    assert found.confusion.sum() == len(found.ids)
    assert found.probabilities is not None
    assert found.metrics["auc_macro"] == exact.auc_macro(found.truth, found.probabilities)
    wrong = found.truth != found.prediction
    assert wrong[found.worst()[: int(wrong.sum())]].mean() >= wrong.mean()
    assert np.all(np.diff(found.losses[found.worst()]) <= 0)
    assert found.roc(0).x[0] == 0


def test_loss_of_the_evaluation_is_the_mean_over_rows(iris: tuple[Project, Prepared, Run]) -> None:
    project, prepared, run = iris
    found = lifecycle.evaluate(run, project, prepared, "train")
    weights = sum(p.startswith("n") for p in run.weights)
    assert weights
    no_penalty = all(getattr(n.layer, "kernel_regularizer", None) is None for n in run.project.network)
    if no_penalty:
        assert found.metrics["loss"] == pytest.approx(float(found.losses.mean()), rel=1e-4)
    else:
        assert found.metrics["loss"] >= float(found.losses.mean()) - 1e-6


def test_history_and_figures_of_a_regression_are_in_its_own_unit() -> None:
    project, prepared = opened("diabetes", "progression", epochs=30, layers="Dense(16, activation='relu')")
    run = fitted(project, prepared)
    found = lifecycle.evaluate(run, project, prepared, "validation")
    assert found.confusion is None
    assert found.truth.min() >= 25
    best = min(row["val_loss"] for row in run.history)
    assert found.metrics["loss"] == pytest.approx(best, rel=1e-5)
    assert found.metrics["loss"] == pytest.approx(found.metrics["rmse"] ** 2, rel=1e-4)
    row = next(row for row in run.history if row["val_loss"] == best)
    assert row["val_mae"] == pytest.approx(found.metrics["mae"], rel=1e-4)
    with pytest.raises(DataError, match="no classes"):
        found.roc()


def test_reports_carry_the_same_figures_as_the_history() -> None:
    project, prepared = opened("diabetes", "progression", epochs=2)
    fitting = lifecycle.start(project, prepared)
    told = [dict(report.logs) for report in fitting if report.kind == "epoch"]
    run = fitting.run()
    assert [row["val_loss"] for row in told] == [row["val_loss"] for row in run.history]


def test_rows_without_a_known_target_are_left_out(iris: tuple[Project, Prepared, Run], tmp_path: Path) -> None:
    project, _, run = iris
    path = tmp_path / "x.csv"
    lines = (SAMPLES / "iris.csv").read_text().splitlines()[:31]
    path.write_text("\n".join([*lines, "5,3,1,0.2,", "5,3,1,0.2,tulip"]) + "\n")
    found = lifecycle.evaluate(run, project, lifecycle.read_table(path, project), "all")
    assert len(found.ids) == 30
    path.write_text("\n".join([lines[0], "5,3,1,0.2,tulip"]) + "\n")
    with pytest.raises(DataError, match="nothing can be compared"):
        lifecycle.evaluate(run, project, lifecycle.read_table(path, project), "all")


def test_parts_of_other_data_are_refused(iris: tuple[Project, Prepared, Run], tmp_path: Path) -> None:
    project, _, run = iris
    path = tmp_path / "x.csv"
    path.write_text("\n".join((SAMPLES / "iris.csv").read_text().splitlines()[:100]) + "\n")
    with pytest.raises(DataError, match="changed since this run"):
        lifecycle.evaluate(run, project, lifecycle.read_table(path, project), "test")


# ---- settings --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("loss", ["SparseCategoricalCrossentropy", "CategoricalCrossentropy", "mse"])
def test_the_target_takes_the_form_of_the_loss(loss: str) -> None:
    project, prepared = opened("iris", "species", epochs=12)
    project = lifecycle.with_wishes(project, prepared.table, loss=loss)
    assert fitted(project, prepared).metrics["train"]["accuracy"] > 0.6


def test_a_linear_output_of_a_classification_gives_logits() -> None:
    project, prepared = opened("breast_cancer", "diagnosis", epochs=4)
    (output,) = project.network.outputs
    network = project.network.replace(output, layer=layer("Dense", 1))
    run = fitted(dataclasses.replace(project, network=network), prepared)
    found = lifecycle.evaluate(run, project, prepared, "test")
    assert found.metrics["accuracy"] > 0.85
    assert found.probabilities is not None
    assert found.probabilities.min() >= 0
    np.testing.assert_allclose(found.probabilities.sum(1), 1)


def test_units_beyond_the_classes_are_no_answer() -> None:
    project, prepared = opened("iris", "species", layers="")
    output = project.network.nodes[project.network.outputs[0]]
    wide = project.network.replace(output.id, layer=dataclasses.replace(output.layer, units=7))
    run = fitted(dataclasses.replace(project, network=wide), prepared)
    found = lifecycle.evaluate(run, project, prepared)
    assert found.probabilities is not None
    assert found.confusion is not None
    assert found.probabilities.shape[1] == len(found.confusion) == len(found.per_class()) == 3
    assert lifecycle.predict(run, project, prepared.table).probabilities.shape == (150, 3)


def test_balanced_classes_count_the_same() -> None:
    project, prepared = opened("penguins", "species", epochs=1)
    project = dataclasses.replace(project, fit=dataclasses.replace(project.fit, class_weight="balanced"))
    weights = lifecycle.start(project, prepared)._class_weight()
    assert weights is not None
    target = (prepared.tensors["train"].target or {})["species"]
    counts = np.bincount(target.ravel().astype(int))
    np.testing.assert_allclose([weights[k] * n for k, n in enumerate(counts)], counts.sum() / 3)


def test_two_outputs_learn_two_columns() -> None:
    project, prepared = opened("penguins", "species", epochs=2)
    columns = {**project.data.columns, "body_mass_g": Column("body_mass_g", role="target")}
    data = dataclasses.replace(project.data, columns=columns)
    prepared = lifecycle.prepare(dataclasses.replace(project, data=data), prepared.table)
    hidden = project.network.sources(project.network.outputs[0])[0]
    network, mass = project.network.add(layer("Dense", 1))
    network = network.wire(hidden, mass.id).with_outputs(*project.network.outputs, mass.id)
    targets = (Target(project.network.outputs[0], "species"), Target(mass.id, "body_mass_g", weight=0.5))
    project = dataclasses.replace(project, data=data, network=network, targets=targets)
    run = fitted(project, prepared)
    assert {"loss", "accuracy", "body_mass_g_mae", "body_mass_g_r2"} <= set(run.metrics["test"])
    masses = lifecycle.predict(run, project, prepared.table, output=1)
    assert masses.column == "body_mass_g"
    assert 2000 < np.median([v for v in masses.values if isinstance(v, float)]) < 7000


def test_predictions_of_unreadable_cells_stay_empty(iris: tuple[Project, Prepared, Run], tmp_path: Path) -> None:
    project, _, run = iris
    path = tmp_path / "x.csv"
    names = ",".join(run.recipe["steps"][i]["column"] for i in range(4))
    path.write_text(f"{names}\n5,3,1,0.2\n5,x,1,0.2\n5,,1,0.2\n")
    found = lifecycle.predict(run, project, lifecycle.read_table(path, project))
    assert found.values[1] is None
    assert found.values[0] is not None
    assert found.values[2] is not None, "a missing cell is imputed as in training"
    assert list(found.problems) == [1]
    assert found.probabilities is not None
    assert np.isnan(found.probabilities[1]).all()


# ---- checks ----------------------------------------------------------------------------------------------------------
def test_a_suggested_project_has_no_errors() -> None:
    for sample, target in (
        ("iris", "species"),
        ("penguins", "species"),
        ("diabetes", "progression"),
        ("wine", "class"),
    ):
        project, prepared = opened(sample, target)
        assert [p for p in lifecycle.check(project, prepared.table) if p.severity == "error"] == []


def test_check_finds_an_unfed_input_and_an_unused_tensor() -> None:
    project, prepared = opened("penguins", "species")
    project = dataclasses.replace(project, data=dataclasses.replace(project.data, encode="index"))
    problems = lifecycle.check(project, prepared.table)
    unused = [p for p in problems if p.short == "unused tensor"]
    assert {p.where for p in unused} == {"island", "sex"}
    assert unused[0].repair is not None
    network, extra = project.network.add(layer("Input"), name="more")
    unfed = lifecycle.check(dataclasses.replace(project, network=network, feeds={extra.id: "gone"}), prepared.table)
    assert [p.repair.action for p in unfed if p.short == "no tensor" and p.repair] == ["set_feed"]


def test_check_never_raises() -> None:
    assert any(p.severity == "error" for p in lifecycle.check(Project()))
    project, prepared = opened("iris", "species")
    for network in (project.network.remove("n1"), project.network.with_outputs(), Project().network):
        assert lifecycle.check(dataclasses.replace(project, network=network), prepared.table)
    assert lifecycle.check(dataclasses.replace(project, targets=(Target("n99"),)), prepared.table)


def test_a_network_with_a_problem_does_not_start() -> None:
    project, prepared = opened("iris", "species")
    with pytest.raises(ModelError, match="output"):
        lifecycle.start(dataclasses.replace(project, network=project.network.with_outputs()), prepared)
    no_input = project.network.remove("n1")
    with pytest.raises(LayerwrightError):
        lifecycle.start(dataclasses.replace(project, network=no_input), prepared)


# ---- stop, save, new process, load, go on ----------------------------------------------------------------------------
def hard_project() -> tuple[Project, Prepared]:
    """A fit in which everything that a resume could forget matters."""
    project, prepared = opened(
        "iris", "species", layers="Dense(16, activation='relu'), BatchNormalization(), Dropout(0.3), Dense(8)"
    )
    callbacks = (
        callback("EarlyStopping", monitor="val_loss", patience=4, restore_best_weights=True),
        callback("ReduceLROnPlateau", monitor="val_loss", patience=1, factor=0.5),
    )
    fit = dataclasses.replace(project.fit, epochs=14, batch_size=16, callbacks=callbacks)
    return dataclasses.replace(project, fit=fit), prepared


def digest(run: Run) -> str:
    arrays = {**{f"w/{n}": run.weights[n] for n in run.weights}, **{n: run.more[n] for n in run.more}}
    parts = [name.encode() + arrays[name].tobytes() for name in sorted(arrays)]
    history = [{k: v for k, v in row.items() if k != "seconds"} for row in run.history]
    return hashlib.sha256(b"".join(parts) + repr((history, run.metrics)).encode()).hexdigest()


RESUME = """
import sys
from engine.project import file, lifecycle
from tests.engine.project.test_lifecycle import digest
project, store = file.load(sys.argv[1])
prepared = lifecycle.prepare(project, lifecycle.open_table(project))
fitting = lifecycle.start(project, prepared, resume=store.latest)
for report in fitting:
    pass
run = fitting.run()
print(run.status, digest(run))
"""


@pytest.mark.parametrize("batches", [1, 10, 25])
def test_stop_save_new_process_load_and_go_on_equals_never_stopped(tmp_path: Path, batches: int) -> None:
    project, prepared = hard_project()
    whole = fitted(project, prepared)
    fitting = lifecycle.start(project, prepared)
    done = 0
    while done < batches:
        done += next(fitting).kind == "batch"
    fitting.close()
    store = RunStore()
    stopped = store.add(fitting.run())
    assert stopped.status == "stopped"
    file.save(tmp_path / "p.layerwright", project, store)
    command = [sys.executable, "-c", RESUME, str(tmp_path / "p.layerwright")]
    done_there = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done_there.stdout.split() == ["finished", digest(whole)], done_there.stderr
