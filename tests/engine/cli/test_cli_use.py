"""`layerwright evaluate | predict | check`: on a project that was trained."""

import csv
import shutil
from pathlib import Path

import pytest

from engine.cli.predictions import guarded
from engine.project import file
from engine.project.document import Project
from engine.project.runs import RunStore
from tests.engine.cli.conftest import SAMPLES, Cli

IRIS = SAMPLES / "iris.csv"


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# ---- evaluate --------------------------------------------------------------------------------------------------------
def test_evaluate_gives_the_figures_of_the_fit(cli: Cli, trained: Path) -> None:
    done = cli("evaluate", trained, "--json")
    assert done.code == 0
    assert set(done.json) == {"rows", "metrics"}
    run = file.load(trained)[1]["r1"]
    assert done.json == {"rows": run.rows["test"], "metrics": dict(run.metrics["test"])}


def test_evaluate_takes_another_csv(cli: Cli, trained: Path) -> None:
    found = cli("evaluate", trained, "--data", IRIS, "--json").json
    assert found["rows"] == 150
    assert found["metrics"]["accuracy"] > 0.8


def test_evaluate_needs_a_target_column(cli: Cli, trained: Path, tmp_path: Path) -> None:
    other = tmp_path / "x.csv"
    other.write_text("sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n5,3,1,0.2\n")
    done = cli("evaluate", trained, "--data", other, "--json")
    assert done.code == 1
    assert "lacks the target column" in done.err


def test_changed_data_are_noticed(cli: Cli, tmp_path: Path) -> None:
    data, project = tmp_path / "d.csv", tmp_path / "p.layerwright"
    shutil.copy(IRIS, data)
    cli("train", data, "--target", "species", "--epochs", "2", "--out", project)
    data.write_text(data.read_text() + "1,1,1,1,setosa\n")
    done = cli("evaluate", project)
    assert done.code == 1
    assert "d.csv has changed" in done.err


def test_data_are_found_beside_a_moved_project(cli: Cli, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    shutil.copy(IRIS, here / "d.csv")
    cli("train", here / "d.csv", "--target", "species", "--epochs", "2", "--out", here / "p.layerwright")
    here.rename(there)
    assert cli("evaluate", there / "p.layerwright").code == 0
    (there / "d.csv").unlink()
    done = cli("evaluate", there / "p.layerwright")
    assert done.code == 1
    assert "Put it beside the project" in done.err


# ---- predict ---------------------------------------------------------------------------------------------------------
def test_predict_keeps_rows_and_columns_and_adds_answers(cli: Cli, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    done = cli("predict", trained, IRIS, "--out", out, "--json")
    assert done.json == {"rows": 150, "predicted": 150, "problems": 0, "out": str(out)}
    given, found = table(IRIS), table(out)
    classes = ["setosa", "versicolor", "virginica"]
    assert list(found[0]) == [*given[0], "prediction", *(f"probability_{c}" for c in classes)]
    for before, after in zip(given, found, strict=True):
        assert {k: after[k] for k in before} == before
        shares = [float(after[f"probability_{c}"]) for c in classes]
        assert abs(sum(shares) - 1) < 1e-5
        assert after["prediction"] == classes[shares.index(max(shares))]


def test_what_cannot_be_predicted_stays_empty(cli: Cli, trained: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    header = "petal_width_cm,petal_length_cm,sepal_width_cm,sepal_length_cm"
    data.write_text(f"{header}\n0.2,1.4,3.5,5.1\n0.2,long,3.5,5.1\n1,2\n2.3,5.1,3.0,6.9\n")
    done = cli("predict", trained, data, "--out", out, "--json")
    assert done.json == {"rows": 4, "predicted": 2, "problems": 2, "out": str(out)}
    found = table(out)
    assert [row["prediction"] for row in found] == ["setosa", "", "", "virginica"]
    assert "'petal_length_cm' must be a number; it is 'long'." in found[1]["problem"]
    assert found[2]["problem"].startswith("Line 4 was not read")
    assert found[1]["probability_setosa"] == ""
    assert found[0]["problem"] == ""


def test_clashing_names_get_a_suffix(cli: Cli, trained: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    header = "prediction,probability_setosa,petal_width_cm,petal_length_cm,sepal_width_cm,sepal_length_cm"
    data.write_text(f"{header}\nmine,x,0.2,1.4,3.5,5.1\n")
    assert cli("predict", trained, data, "--out", out).code == 0
    (row,) = table(out)
    assert row["prediction"] == "mine"
    assert row["prediction_2"] == "setosa"
    assert row["probability_setosa"] == "x"
    assert float(row["probability_setosa_2"]) > 0.3


def test_a_german_file_stays_one(cli: Cli, trained: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    names = "petal_width_cm;petal_length_cm;sepal_width_cm;sepal_length_cm"
    data.write_text(f"{names}\n" + "0,2;1,4;3,5;5,1\n2,3;5,1;3,0;6,9\n" * 3)
    assert cli("predict", trained, data, "--out", out).code == 0
    lines = out.read_text().splitlines()
    assert lines[0].startswith(f"{names};prediction;probability_setosa;")
    assert lines[1].startswith("0,2;1,4;3,5;5,1;setosa;0,")


def test_predict_says_which_columns_are_missing(cli: Cli, trained: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("petal_width_cm\n1\n")
    done = cli("predict", trained, data, "--out", tmp_path / "out.csv")
    assert done.code == 1
    assert "lacks 3 columns" in done.err
    assert not (tmp_path / "out.csv").exists()


def test_inputs_are_never_written_over(cli: Cli, trained: Path, tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    shutil.copy(IRIS, data)
    done = cli("predict", trained, data, "--out", data)
    assert done.code == 2
    assert "is the file that is read" in done.err
    assert data.read_bytes() == IRIS.read_bytes()


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("-1.5", "-1.5"),
        ("+3,5", "+3,5"),
        ("a", "a"),
    ],
)
def test_formulas_are_disarmed_and_numbers_kept(cell: str, safe: str) -> None:
    assert guarded(cell) == safe


def test_a_regression_predicts_in_its_own_unit(cli: Cli, tmp_path: Path) -> None:
    project, out = tmp_path / "p.layerwright", tmp_path / "out.csv"
    data = SAMPLES / "diabetes.csv"
    cli("train", data, "--target", "progression", "--epochs", "30", "--out", project)
    assert cli("predict", project, data, "--out", out).code == 0
    found = table(out)
    assert "probability" not in " ".join(found[0])
    mean = sum(float(row["prediction"]) for row in found) / len(found)
    assert 120 < mean < 190


# ---- check -----------------------------------------------------------------------------------------------------------
def test_check_of_a_good_project_ends_with_0(cli: Cli, trained: Path) -> None:
    done = cli("check", trained, "--json")
    assert done.code == 0
    assert list(done.json) == ["problems"]


def test_a_deep_check_runs_the_self_checks(cli: Cli, trained: Path) -> None:
    done = cli("check", trained, "--deep", "--json")
    assert done.code == 0
    checks = {check["check"]: check["state"] for check in done.json["checks"]}
    assert checks == dict.fromkeys(("shapes", "pairing", "gradients", "seed", "first_loss"), "passed")
    assert "passed: Same seed gives the same bits · 2 × 3 steps" in cli("check", trained, "--deep").out


def test_check_lists_problems_with_their_fix(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.layerwright"
    file.save(path, Project(), RunStore())
    done = cli("check", path, "--json")
    assert done.code == 1
    assert all(set(problem) == {"where", "message", "fix"} for problem in done.json["problems"])
    assert {"where": "data", "message": "This project has no data yet. Open a CSV first.", "fix": ""} in done.json[
        "problems"
    ]
    assert any(problem["where"] == "network" for problem in done.json["problems"])


# ---- wrong projects --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["evaluate", "check"])
def test_wrong_projects_are_sentences(cli: Cli, tmp_path: Path, command: str) -> None:
    assert cli(command, tmp_path / "none.layerwright").code == 2
    damaged = tmp_path / "damaged.layerwright"
    damaged.write_bytes(b"PK\x03\x04 not a zip")
    done = cli(command, damaged, "--json")
    assert done.code == 1
    assert "damaged" in done.json["error"]
    assert cli(command, IRIS).code == 2


def test_a_project_that_was_not_trained_says_so(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "p.layerwright"
    file.save(path, Project(), RunStore())
    done = cli("evaluate", path)
    assert done.code == 1
    assert "was not trained yet. Train it first" in done.err


def test_weights_of_another_network_are_a_sentence(cli: Cli, trained: Path, tmp_path: Path) -> None:
    project, store = file.load(trained)
    run = store["r1"]
    other = run.project.network.replace("n2", layer=run.project.network.nodes["n2"].layer.replace(units=3))
    import dataclasses

    wrong = run.replace(project=dataclasses.replace(run.project, network=other))
    path = tmp_path / "p.layerwright"
    file.save(path, project, RunStore((wrong,)))
    done = cli("evaluate", path, "--data", IRIS)
    assert done.code == 1
    assert "cannot be used" in done.err


# ---- export ----------------------------------------------------------------------------------------------------------
def test_an_exported_script_is_verified(cli: Cli, trained: Path, tmp_path: Path) -> None:
    script = tmp_path / "model.py"
    done = cli("export", trained, "--to", "numpy", "--out", script, "--verify", "--json")
    assert done.code == 0
    assert set(done.json) == {"out", "files", "verified", "max_delta", "rows"}
    assert done.json["verified"] is True
    assert done.json["max_delta"] <= 1e-5
    assert done.json["rows"] == 150
    assert done.json["files"] == [str(script)]
    assert script.exists()


def test_an_unverified_script_says_so(cli: Cli, trained: Path, tmp_path: Path) -> None:
    script = tmp_path / "model.py"
    found = cli("export", trained, "--to", "keras", "--out", script, "--json").json
    assert (found["verified"], found["max_delta"], found["rows"]) == (False, None, None)
    assert "keras" in script.read_text()


def test_a_script_that_disagrees_is_an_error(
    cli: Cli, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.export import verify

    wrong = verify.Verification(0.5, 150, False, 0.1)
    monkeypatch.setattr(verify, "verify", lambda *arguments: wrong)
    done = cli("export", trained, "--to", "numpy", "--out", tmp_path / "m.py", "--verify", "--json")
    assert done.code == 1
    assert "disagrees with the app: max |Δ| 0.5" in done.err


def test_export_needs_a_known_format(cli: Cli, trained: Path, tmp_path: Path) -> None:
    done = cli("export", trained, "--to", "cobol", "--out", tmp_path / "m.py")
    assert done.code == 2
    assert "'--to'" in done.err


def test_the_demo_trains_measures_and_exports(cli: Cli, tmp_path: Path) -> None:
    done = cli("demo", "--out", tmp_path / "demo")
    assert done.code == 0
    assert "test       loss" in done.out
    assert "verified on 344 rows" in done.out
    assert sorted(p.name for p in (tmp_path / "demo").iterdir()) == [
        "penguins.csv", "penguins.layerwright", "penguins.py",
    ]  # fmt: skip
