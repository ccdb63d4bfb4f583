"""Saving, opening, differences and the list of recent projects."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from engine import layers  # noqa: F401
from engine.errors import ProjectError, UsageError
from engine.project.document import Project
from studio.document import edits, files
from studio.document.diff import difference
from studio.document.session import Session
from studio.document.templates import SAMPLES, TEMPLATES, from_template, sample_path
from studio.settings import Recent, Settings


def test_a_saved_project_opens_as_it_was(qapp: QApplication, tmp_path: Path) -> None:
    session = Session()
    session.edit("Add", lambda p: edits.append_layer(p, "Input"))
    session.edit("Add", lambda p: edits.append_layer(p, "Dense"))
    session.edit("Move", lambda p: edits.move(p, {"n1": (1.0, 2.0)}))
    told: list[bool] = []
    session.dirty_changed.connect(told.append)
    path = files.save(session, tmp_path / "mine")
    assert path.name == "mine.layerwright"
    assert told == [False]
    other = Session()
    files.open_project(other, path)
    assert other.project == session.project
    assert not other.dirty
    assert other.path == path.resolve()
    session.undo()
    assert session.dirty
    session.redo()
    assert not session.dirty


def test_a_damaged_file_leaves_the_session_alone(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "bad.layerwright"
    path.write_bytes(b"PK\x03\x04 nonsense")
    session = Session(Project(name="Mine"))
    with pytest.raises(ProjectError):
        files.open_project(session, path)
    assert session.project.name == "Mine"


@pytest.mark.parametrize(("name", "kind"), [("a.layerwright", "project"), ("b.CSV", "table"), ("c.tsv", "table")])
def test_kinds_of_files(name: str, kind: str) -> None:
    assert files.kind_of(Path(name)) == kind


def test_other_files_are_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="neither"):
        files.kind_of(Path("notes.docx"))


def test_file_names_come_from_the_projects_name(qapp: QApplication) -> None:
    assert files.suggested_name(Session(Project(name="Q3: a/b"))) == "Q3_ a_b.layerwright"
    assert files.suggested_name(Session(Project(name="…"))) == "_.layerwright"
    assert files.title_of(Path("wine_quality-red.csv")) == "Wine quality red"


def test_difference_names_what_changed() -> None:
    start = edits.append_layer(edits.append_layer(Project(), "Input"), "Dense")
    inserted = edits.insert_after(start, "Dropout", "n1")
    found = difference(start, inserted)
    assert found.added == ("n3",)
    assert found.structure
    assert {(w.source, w.target) for w in found.wires_added} == {("n1", "n3"), ("n3", "n2")}
    changed = difference(start, edits.set_field(start, "n2", "units", 3))
    assert changed.changed == ("n2",)
    assert not changed.structure
    assert changed.network
    assert difference(start, edits.move(start, {"n1": (3.0, 4.0)})).moved == ("n1",)
    assert difference(start, edits.set_fit(start, epochs=3)).fit
    assert difference(start, edits.set_target(start, "y")).data


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_templates_are_whole_networks(template: object) -> None:
    from engine.network import shapes

    project = from_template(template)
    shape = {"image": (64,)}.get(template.id, (5,))
    found = shapes.infer(project.network, {project.network.inputs()[0]: shape})
    assert found.problems == ()
    assert found.output[project.network.outputs[0]] is not None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.id)
def test_samples_have_their_target(sample: object) -> None:
    head = sample_path(sample).read_text(encoding="utf-8").splitlines()[0]
    assert sample.target in head.split(",")


def test_recent_projects_are_newest_first_and_survive_damage(qapp: QApplication) -> None:
    settings = Settings()
    for name in ("a", "b", "a"):
        settings.remember(Recent(f"/{name}", name, losses=(1.0, 0.5)))
    assert [r.name for r in settings.recent()] == ["a", "b"]
    assert settings.recent()[0].losses == (1.0, 0.5)
    settings.forget("/a")
    assert [r.name for r in settings.recent()] == ["b"]
    settings.qt.setValue("recent", "{nonsense")
    assert settings.recent() == ()
    settings.qt.setValue("appearance/theme", "pink")
    assert settings.theme == "system"
