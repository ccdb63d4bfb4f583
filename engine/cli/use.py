"""`layerwright evaluate | predict | export | check`: what a trained project is good for."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import output
from engine.errors import ExportError, LayerwrightError, ProjectError, UsageError

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.errors import Problem
    from engine.project.document import Project
    from engine.project.runs import Run
    from engine.project.selfchecks import SelfCheck


def run_evaluate(path: Path, data: Path | None, as_json: bool) -> int:
    """Report the figures of the newest run; returns the exit code."""
    from engine.project import lifecycle

    project, run = trained(path)
    table = _table(project, path, data)
    evaluation = lifecycle.evaluate(run, project, table, part="all" if data else "test")
    rows, metrics = len(evaluation.ids), dict(evaluation.metrics)
    if as_json:
        output.print_json({"rows": rows, "metrics": metrics})
    else:
        output.result(f"{rows} rows · {output.figures(metrics)}")
    return 0


def run_predict(path: Path, data: Path, out: Path, spreadsheet_safe: bool, as_json: bool) -> int:
    """Write a row of predictions for each row of a CSV; returns the exit code."""
    from engine.cli import predictions
    from engine.project import lifecycle

    project, run = trained(path)
    _check_out(out, path, data)
    table = lifecycle.read_table(data, project)
    found = lifecycle.predict(run, project, table)
    rows, problems = predictions.write(out, table, found, spreadsheet_safe)
    if as_json:
        output.print_json({"rows": rows, "predicted": rows - problems, "problems": problems, "out": str(out)})
    else:
        more = f", {problems} could not be predicted: see the column problem" if problems else ""
        output.result(f"{rows - problems} of {rows} rows predicted{more} · {out}")
    return 0


def run_export(path: Path, to: str, out: Path, verify: bool, npz: bool, data: Path | None, as_json: bool) -> int:
    """Write a script and, when asked, run it and compare; returns the exit code."""
    from engine.export import keras_script, numpy_script

    project, run = trained(path)
    _check_out(out, path)
    writer = {"numpy": numpy_script, "keras": keras_script}[to]
    exported = writer.write(run, project, out, embed=not npz)
    files = [str(f) for f in exported.files]
    if exported.cannot_train:
        output.say(exported.cannot_train)
    stamp: dict[str, object] = {"verified": False, "max_delta": None, "rows": None}
    try:
        stamp = _verified(out, run, project, path, data) if verify else stamp
    except LayerwrightError:
        output.say(f"Written, not verified: {', '.join(files)}")
        raise
    if as_json:
        output.print_json({"out": str(out), "files": files} | stamp)
    else:
        said = f" · verified on {stamp['rows']} rows, max |Δ| {stamp['max_delta']:.3g}" if verify else ""
        output.result(f"{', '.join(files)}{said}")
    return 0


def _verified(script: Path, run: "Run", project: "Project", path: Path, data: Path | None) -> dict[str, object]:
    """Return what the comparison found; raises ExportError when the script disagrees."""
    from engine.export import verify

    found = verify.verify(script, run, project, _table(project, path, data))
    if not found.ok:
        raise ExportError(f"The script disagrees with the app: max |Δ| {found.max_delta:g} over {found.rows} rows.")
    return {"verified": True, "max_delta": found.max_delta, "rows": found.rows}


def run_check(path: Path, data: Path | None, deep: bool, as_json: bool) -> int:
    """List the problems of a project; returns 1 if one of them is an error. deep: run the self-checks too."""
    from engine.project import file

    _check_project(path)
    project, _ = file.load(path)
    problems = _problems(project, path, data)
    errors = any(p.severity == "error" for p in problems)
    checks = _self_checks(project, path, data) if deep and not errors else []
    if as_json:
        found: dict[str, object] = {
            "problems": [{"where": p.where, "message": p.message, "fix": p.fix} for p in problems]
        }
        if deep:
            found["checks"] = [{"check": c.id, "state": c.state, "figure": c.figure} for c in checks]
        output.print_json(found)
    else:
        for problem in problems:
            output.result(f"{problem.severity}: {problem.where}: {problem}")
        output.result(f"{len(problems)} problems" if problems else "no problems")
        for check in checks:
            more = "" if check.state == "passed" else f" {check.sentence} {check.fix}".rstrip()
            output.result(f"{check.state}: {check.title} · {check.figure}{more}")
    return int(errors or any(c.state == "failed" for c in checks))


def _self_checks(project: "Project", path: Path, data: Path | None) -> "list[SelfCheck]":
    """Return how the self-checks ended."""
    from engine.project import lifecycle
    from engine.project.selfchecks import self_checks

    prepared = lifecycle.prepare(project, _table(project, path, data))
    return [check for check in self_checks(project, prepared) if check.state != "running"]


def trained(path: Path) -> "tuple[Project, Run]":
    """Return a project and its newest run; raises ProjectError when it was never trained."""
    from engine.project import file

    _check_project(path)
    project, runs = file.load(path)
    if runs.latest is None:
        raise ProjectError(f"{path.name} was not trained yet. Train it first: layerwright train {path}")
    return project, runs.latest


def _check_project(path: Path) -> None:
    if path.suffix.lower() == ".csv":
        raise UsageError(
            f"{path.name} is a CSV; this command needs a project. layerwright train {path} --out NAME makes one."
        )


def _check_out(out: Path, *inputs: Path) -> None:
    """What is read must not be written over."""
    if any(out.exists() and given.exists() and out.samefile(given) for given in inputs):
        raise UsageError(f"--out {out} is the file that is read. Choose another name.")


def _table(project: "Project", path: Path, data: Path | None) -> "Table":
    from engine.project import lifecycle

    return lifecycle.read_table(data, project) if data else lifecycle.open_table(project, path.parent)


def _problems(project: "Project", path: Path, data: Path | None) -> "tuple[Problem, ...]":
    from engine.errors import Problem
    from engine.project import lifecycle

    try:
        return lifecycle.check(project, _table(project, path, data))
    except LayerwrightError as error:
        return (Problem("data", str(error)), *lifecycle.check(project, None))
