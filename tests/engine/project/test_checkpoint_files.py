"""A project's ModelCheckpoint writes into the folder it is given, whatever path the project names."""

import dataclasses
from pathlib import Path

import pytest

import resources
from engine.callbacks import ModelCheckpoint
from engine.project import lifecycle


@pytest.mark.parametrize(
    ("path", "name"),
    [("best.layerwright", "best.layerwright"), ("../../evil.layerwright", "evil.layerwright"),
     ("{outside}/over.layerwright", "over.layerwright"), ("C:\\x\\y.layerwright", "y.layerwright")],
)  # fmt: skip
def test_only_the_name_of_a_path_counts(path: str, name: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "over.layerwright").write_bytes(b"mine")
    callback = ModelCheckpoint(path.replace("{outside}", str(outside)))
    project = lifecycle.new_project(Path(resources.sample_path("iris")))
    table = lifecycle.open_table(project)
    project = lifecycle.with_wishes(project, table, target="species", epochs=1)
    fit = dataclasses.replace(project.fit, callbacks=(callback,))
    project = dataclasses.replace(project, fit=fit)
    folder = tmp_path / "kept"
    fitting = lifecycle.start(project, lifecycle.prepare(project, table), folder=folder)
    list(fitting.by_epoch())
    assert [f.name for f in folder.iterdir()] == [name]
    assert (outside / "over.layerwright").read_bytes() == b"mine"
    assert any(str(folder / name) in event["message"] for event in fitting.run().events)
