"""A table and a project whose every string is a line break, markup or code go through the studio: none of it runs."""

import ast
import csv
import dataclasses
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import Qt as Text
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QTableView, QWidget

import studio.app
from studio.document import edits
from studio.jobs import Job

CODE = "__import__('os').system('touch pwned')"
IMAGE = "<img src=x onerror=alert(1)>"
NUMBER = f"{IMAGE}\n{{0.__class__}}"
TEXT = f"'); {CODE} #"
ANSWER = f'"""\n{CODE}\n"""'
COLUMNS = (NUMBER, TEXT, ANSWER)
VALUES = (f"\u2028{CODE}\u2029", f"</b>{IMAGE}", f"${{{CODE}}}%s{{}}")
CLASSES = (f"<script>import pwned</script>{IMAGE}", f"\\'+{CODE}+\\'", "{}\u2028import pwned")
MISSING = ("import pwned", IMAGE, "\u2028")
TENSOR = f"{IMAGE}'\n{CODE}"
TITLE = f"<h1>{IMAGE}</h1>\n{CODE}"
NOTE = f"\n{CODE}\n# {IMAGE} \u2028 import pwned"
FILE = f"{IMAGE}'\n{{CODE}}\u2028;touch pwned"
STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which a module called pwned waits to be imported."""
    place = tmp_path / "here" / f"{IMAGE}{{x}}'"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pwned.py").write_text("open('pwned', 'w').close()")
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    return place


@pytest.fixture
def app(folder: Path) -> Iterator[studio.app.Studio]:
    gc.disable()
    settings = studio.app.Settings()
    studio.app.prepare_application(settings)
    made = studio.app.Studio(settings)
    made.window.resize(1440, 900)
    made.window.show()
    yield made
    made.finish()
    QTest.qWait(50)
    gc.enable()


def table(folder: Path) -> Path:
    """Write a table that can be learned; its names, categories, classes and blanks are all hostile."""
    path = folder / f"{FILE}.csv"
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        for i in range(90):
            number = MISSING[i % 2] if i % 13 == 5 else i % 3 + (i % 7) / 20
            writer.writerow([number, VALUES[i % 2 if i % 5 else 2], CLASSES[i % 3]])
    return path


def until(true: Callable[[], object], what: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        QTest.qWait(20)


def rest() -> None:
    QTest.qWait(80)
    until(lambda: not Job.running, "the end of the work")
    QTest.qWait(80)


def open_hostile(app: Any, folder: Path) -> None:
    """Open the table, then fill everything a person can name."""
    app.documents.open_path(table(folder))
    session = app.session
    until(lambda: session.prepared is not None or session.data_problem, "the data")
    target = session.table.columns[2]
    source = dataclasses.replace(session.project.data.source, missing=("", *MISSING))
    session.edit("missing", lambda p: edits.set_source(p, source))
    session.edit("target", lambda p: edits.set_target(p, target))
    until(lambda: session.project.network.nodes and session.prepared is not None, "a suggestion")
    session.edit("tensor", lambda p: edits.set_tensor(p, session.table.columns[:2], TENSOR))
    node = session.project.network.inputs()[0]
    rest()
    (tensor,) = session.prepared.recipe.tensors
    assert tensor.name.isidentifier()
    session.edit("note", lambda p: dataclasses.replace(p, network=p.network.replace(node, note=NOTE)))
    session.edit("epochs", lambda p: edits.set_fit(p, epochs=3))
    session.edit("name", lambda p: dataclasses.replace(p, name=TITLE, titles={"r1": TITLE}))
    rest()


def fit(app: Any) -> None:
    app.show_stage("compile")
    until(lambda: app.session.stage_mark("compile") == "done", f"the program; problems: {app.session.problems}", 8)
    app.show_stage("fit")
    app.window.top.press_primary()
    until(lambda: app.session.run is not None and app.session.progress is None, "the fit")


def export(app: Any, key: str, path: Path) -> str:
    """Export through the dialog and return the script."""
    app.export()
    dialog: Any = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
    dialog.choose(key)
    until(dialog.save.isEnabled, "the script")
    shown_as_text([dialog])
    dialog._save(str(path))
    dialog.reject()
    rest()
    return path.read_text(encoding="ascii")


def shown_as_text(windows: list[QWidget]) -> None:
    """No label and no tooltip takes a person's text for markup."""
    widgets = [w for top in windows for w in (top, *top.findChildren(QWidget))]
    for label in (w for w in widgets if isinstance(w, QLabel)):
        assert label.textFormat() == Qt.TextFormat.PlainText or "<img" not in label.text()
    for tip in (*(w.toolTip() for w in widgets), *(t for w in widgets for t in tips_of(w))):
        assert not (Text.mightBeRichText(tip) and "<img" in tip), tip


def tips_of(widget: QWidget) -> Iterator[str]:
    """The tooltips of a table's heads and of its first rows."""
    model = widget.model() if isinstance(widget, QTableView) else None
    if model is None:
        return
    role = Qt.ItemDataRole.ToolTipRole
    for column in range(model.columnCount(QModelIndex())):
        yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        for line in range(min(model.rowCount(QModelIndex()), 20)):
            yield str(model.index(line, column).data(role) or "")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nothing_of_a_hostile_project_runs_in_the_studio(app: Any, folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    app.documents.told.connect(lambda title, text, kind, *_: told.append(f"{kind}: {title} {text}"))
    open_hostile(app, folder)
    fit(app)
    assert set(app.session.run.classes) == {c.strip() for c in CLASSES}
    scripts = {key: export(app, key, folder / f"{name}.py") for key, name in (("numpy", "plain"), ("keras", "layered"))}
    app.session.path = folder / f"{FILE}.layerwright"
    app.documents.save()
    before = app.session.project
    app.documents.close_project()
    rest()
    assert app.stage == ""
    shown_as_text([app.window])
    app.documents.open_path(folder / f"{FILE}.layerwright")
    until(lambda: app.session.prepared is not None, "the data of the reopened project")
    assert app.session.project == before
    assert app.session.project.titles == {"r1": TITLE}
    for stage in STAGES:
        app.show_stage(stage)
        if stage == "define":
            app.session.selection.set(app.session.project.network.inputs()[0])
        rest()
        shown_as_text([w for w in QApplication.topLevelWidgets() if w.isVisible()])
    prediction = next(w for w in app.window.findChildren(QLabel) if w.accessibleName() == "Prediction")
    assert prediction.full_text() in app.session.run.classes
    assert [t for t in told if not t.startswith(("success", "info"))] == []
    for script in scripts.values():
        ast.parse(script)
    call = [sys.executable, "-I", "plain.py", "predict", f"{FILE}.csv", "out.csv"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pwned" not in sys.modules
    assert not list(tmp_path.rglob("pwned"))
