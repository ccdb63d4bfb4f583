"""Code and canvas say the same after any edits; what a person keeps in the code is never lost."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from PySide6.QtWidgets import QApplication

from engine.errors import ProjectError, UsageError
from engine.export.keras_script import script
from engine.network.kept import Kept
from engine.network.network import stack
from engine.project import file, json, lifecycle
from engine.project.document import Project
from engine.project.runs import RunStore
from resources import sample_path
from studio.document import code_edits, edits, scope
from studio.document.session import Session
from tests.studio.document.test_undo import STEPS, edited, layer

SLOW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
LINES = ("# a remark", "print(x)", "", "for i in y:", "    pass", "dense_1 = layers.LSTM(3)(x)", "units = 3")


def kept_in(project: Project) -> Project:
    """The project with lines a person has typed between the lines of its code."""
    text = code_edits.written(project, {}).text.rstrip("\n").split("\n")
    spread = [line for i, line in enumerate(text) for line in (line, f"# after line {i}")]
    spread[2:2] = ["print('top')"]
    return typed(project, "\n".join([*spread, *LINES]))


def typed(project: Project, text: str) -> Project:
    """The project after its code was changed to a text."""
    source = code_edits.written(project, {})
    found = code_edits.reading(project, text)
    assert found.errors == ()
    return code_edits.set_code(project, code_edits.merged(project, found, source.shapes, project), project)


def texts(project: Project) -> Counter[str]:
    return Counter(line.text for line in project.code if line.text.strip())


def start() -> Project:
    return Project(network=stack(layer(0), layer(1), layer(2), layer(1)))


@SLOW
@given(STEPS)
def test_code_and_canvas_say_the_same_after_any_edits(qapp: QApplication, steps: list[Any]) -> None:
    session = Session(kept_in(start()))
    lines = texts(session.project)
    for step in steps:
        before = session.project
        session.edit("", lambda project, step=step: tolerant(project, step))  # type: ignore[misc]
        assert texts(session.project) == lines
        if session.project.network is not before.network:
            agree(session.project)
    agree(session.project)


def tolerant(project: Project, step: Any) -> Project:
    try:
        return edited(project, step)
    except UsageError:
        return project


def agree(project: Project) -> None:
    """The code of a project, read back, is the project."""
    text = code_edits.written(project, {}).text
    again = typed(project, text)
    assert again.network is project.network, text
    assert code_edits.written(again, {}).text == text
    assert texts(again) == texts(project)


def test_a_group_shows_its_own_code_and_its_lines_go_with_it() -> None:
    project = edits.group(start(), "n2", "n3")
    (group,) = (n.id for n in project.network if n.layer.KERAS == "Model")
    inner = scope.shown(project, (group,))
    text = code_edits.written(inner, {}).text.replace("dropout_1 =", "# inside\ndropout_1 =")
    text = text.replace("import Model, layers\n", "import Model, layers\n\n# top of the group") + "# end of the group"
    after = scope.inside(project, (group,), lambda p: typed(p, text))
    assert texts(after) == Counter(["# inside", "# top of the group", "# end of the group"])
    whole = code_edits.written(after, {}).text
    assert whole.index("# top of the group") < whole.index("# inside") < whole.index("# end of the group")
    assert scope.shown(after, (group,)).code == scope.shown(typed(after, whole), (group,)).code or "# top" in whole
    agree(after)
    back = edits.ungroup(after, group)
    session = Session(after)
    session.edit("Ungroup", lambda _: back)
    assert texts(session.project) == texts(after)
    agree(session.project)


def test_kept_lines_are_saved_but_do_not_outdate_a_run() -> None:
    from engine.project.hashes import stage_hash

    project = kept_in(start())
    assert json.from_json(json.to_json(project)) == project
    bare = start()
    assert stage_hash(project, "define") == stage_hash(bare, "define")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("x", "it must"),
        ([{"after": "n1", "text": "a\nb"}], "one line of plain text"),
        ([{"after": "n1", "text": "a\u2028layers.Dense(3)"}], "one line of plain text"),
        ([{"after": "n1/../n2", "text": "# a"}], "must stand after a line"),
        ([{"after": "n1", "text": "# a", "run": True}], "not a known entry"),
        ([{"after": "n1", "text": "x" * 3000}], "2,000 characters"),
        ([{"after": "n1", "text": 3}], "it must"),
        ([{"after": "n1", "text": "os.system('x')", "beside": True}], "a comment only"),
        ([{"after": "n1", "text": "# a"}] * 10_001, "it must"),
    ],
)
def test_damaged_kept_lines_are_sentences(code: Any, sentence: str) -> None:
    with pytest.raises(ProjectError) as caught:
        json.from_json(json.to_json(start()) | {"code": code})
    assert sentence in str(caught.value)


def test_kept_lines_of_a_hostile_file_stay_text() -> None:
    hostile = (
        Kept("n2", "foo("), Kept("n2", "'''"), Kept("n3", "\\"), Kept("n9", "# lost"), Kept("n2/n3:top", "x = 1"),
        Kept("n1", "# ok", True), Kept("n8", "# beside nothing", True), Kept("n1", "# twice", True),
    )  # fmt: skip
    project = Project(network=start().network, code=hostile)
    source = code_edits.written(project, {})
    assert Counter(line.text for line in source.kept.values()) + Counter(["# ok"]) == Counter(k.text for k in hostile)
    found = code_edits.reading(project, source.text)
    assert found.errors == () or all(error.message for error in found.errors)


def test_no_kept_line_enters_an_exported_script(tmp_path: Path) -> None:
    from engine.export.subject import subject_of

    project = lifecycle.new_project(sample_path("iris"), "species")
    table = lifecycle.open_table(project)
    project = lifecycle.with_wishes(lifecycle.suggest(project, table), table, epochs=1)
    text = code_edits.written(project, {}).text
    project = typed(project, text.replace("\nmodel =", "  # KEPT beside\n# KEPT line\nKEPT = 3\nmodel ="))
    assert len(project.code) == 3
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in fitting:
        pass
    store = RunStore()
    run = store.add(fitting.run())
    file.save(tmp_path / "p.layerwright", project, store)
    assert "KEPT" not in script(subject_of(run))[0]
    assert "KEPT" not in edits.code_of(project, project.network.nodes, {})
