"""`layerwright demo` without a display: the penguins, trained here, measured, and exported as a verified script."""

import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from engine.cli import output
from engine.cli.train import fit, report
from engine.errors import ExportError

SAMPLE, TARGET = "penguins.csv", "species"


def run(out: Path | None) -> int:
    """Train on the penguins, print the figures, write and verify a script; returns the exit code."""
    from engine.export import numpy_script, verify
    from engine.project import file, lifecycle

    folder = Path(tempfile.mkdtemp(prefix="layerwright-demo-")) if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    data = copied(folder)
    project = lifecycle.new_project(data, TARGET)
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    output.say(f"Training on {table.rows} penguins: which species is it?")
    runs = lifecycle.RunStore()
    made = runs.add(fit(project, lifecycle.prepare(project, table)))
    saved, script = folder / "penguins.layerwright", folder / "penguins.py"
    file.save(saved, project, runs)
    report(made, saved, as_json=False)
    numpy_script.write(made, project, script)
    found = verify.verify(script, made, project, table)
    if not found.ok:
        raise ExportError(f"The script disagrees with the app: max |Δ| {found.max_delta:g}.")
    output.result(f"exported {script} · verified on {found.rows} rows, max |Δ| {found.max_delta:.2g}")
    output.result(f"try: python {script} predict {data}")
    return 0


def copied(folder: Path) -> Path:
    """Copy the sample into a folder and return its path there."""
    with as_file(files("resources") / "samples" / SAMPLE) as sample:
        target = folder / SAMPLE
        target.write_bytes(sample.read_bytes())
    return target
