"""A CSV in, a CSV out, on the Predict page: the dialogs do not block and the file holds every row."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.app import Studio
from studio.document import edits, files, templates
from studio.jobs import Job
from studio.pages.predict import PredictPage
from studio.settings import Settings
from tests.studio.conftest import wait_until


@pytest.fixture
def studio(themed: QApplication) -> Iterator[Studio]:
    made = Studio(Settings())
    made.window.show()
    yield made
    made.finish()
    made.window.deleteLater()
    made.deleteLater()


def dialog(title: str) -> QFileDialog:
    """Return the open file dialog of this name."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible()]
    assert [w.accessibleName() for w in found] == [title]
    return found[0]


@pytest.mark.timeout(60)
def test_a_csv_in_and_a_csv_out(studio: Studio, tmp_path: Path) -> None:
    sample = next(s for s in templates.samples() if s.id == "penguins")
    project = edits.set_fit(
        edits.set_role(files.table_project(templates.sample_path(sample)), "species", "target"), epochs=3
    )
    studio.documents._open_value(project, "data")
    wait_until(lambda: studio.session.prepared is not None and not studio.preparation.working)
    studio.session.edit("Epochs", lambda p: edits.set_fit(p, epochs=3))
    studio.show_stage("fit")
    primary = studio.page("fit").primary()
    assert primary is not None
    primary.act()
    wait_until(lambda: studio.session.run is not None and studio.session.progress is None)
    studio.show_stage("predict")
    page = studio.page("predict")
    assert isinstance(page, PredictPage)
    page.tabs.tabs[1].click()
    assert page.note.text().startswith("The file needs these columns: island, bill_length_mm")
    source, out = tmp_path / "new.csv", tmp_path / "out.csv"
    source.write_text(
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year,prediction\n"
        "Biscoe,40,18,190,4000,male,2007,mine\nMars,,18,190,4000,,2007,\nDream,abc,18,190,4000,female,2008,\n"
    )
    page.batch.ask()
    dialog("CSV to predict").fileSelected.emit(str(source))
    dialog("CSV to predict").close()
    wait_until(lambda: page.batch.found is not None and not Job.running)
    page.batch.ask_where()
    dialog("Save predictions to").fileSelected.emit(str(out))
    dialog("Save predictions to").close()
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["island"] for r in rows] == ["Biscoe", "Mars", "Dream"]
    assert rows[0]["prediction"] == "mine"
    assert {"probability_Adelie", "probability_Chinstrap", "probability_Gentoo"} <= set(rows[0])
