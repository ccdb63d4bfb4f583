"""A CSV in, a CSV out, on the Predict page: the dialogs do not block and the file holds every row."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from studio.app import Studio
from studio.document import edits, files, templates
from studio.jobs import Job
from studio.pages.predict import PredictPage
from studio.pages.predict.answered import matches
from tests.studio.conftest import wait_until


def dialog(title: str) -> QFileDialog:
    """Return the open file dialog of this name."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible()]
    assert [w.accessibleName() for w in found] == [title]
    return found[0]


def trained_page(studio: Studio) -> PredictPage:
    """Return the Predict page of penguins that were fitted for a moment."""
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
    return page


@pytest.mark.timeout(60)
def test_a_csv_in_and_a_csv_out(studio: Studio, tmp_path: Path) -> None:
    page = trained_page(studio)
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


@pytest.mark.timeout(60)
def test_the_columns_are_matched_and_the_rows_sorted_into_kinds(studio: Studio, tmp_path: Path) -> None:
    page = trained_page(studio)
    page.tabs.tabs[1].click()
    assert page.primary().text == "Export model"
    source = tmp_path / "new.csv"
    source.write_text(
        "id,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        "a,Biscoe,40,18,190,4000,male,2007\nb,Mars,,18,190,4000,female,2007\nc,Dream,99,18,190,4000,female,2008\n"
        "d,Dream,wide,18,190,4000,female,2008\n"
    )
    page.batch.open(source)
    wait_until(lambda: page.batch.answered is not None and not Job.running)
    answered = page.batch.answered
    assert answered is not None
    assert answered.outside == {2: ("bill_length_mm",)}
    kinds = {kind: np.flatnonzero(rows).tolist() for kind, rows in answered.kinds().items()}
    assert (kinds["all"], kinds["outside"], kinds["problem"]) == ([0, 1, 2, 3], [2], [3])
    lines = [(line.state, line.text, line.figure) for line in matches(answered)]
    assert lines[0] == ("ok", "island … year", "7 found")
    assert ("warning", "island", "1 new value") in lines
    assert ("warning", "bill_length_mm", "gaps filled") in lines
    assert lines[-1] == ("ok", "id", "passed on")
    assert sum(n for _, n in answered.counts()) == 3
    assert page.primary().text == "Save predictions"
    assert page.status()[0][0].text == "3 rows predicted"
    model, shown = page.batch.preview.model, page.batch.preview.which
    assert model.rowCount() == 4
    far = next(b for b in shown.buttons if b.text().startswith("Out of range"))
    QTest.mouseClick(far, Qt.MouseButton.LeftButton)
    assert model.rowCount() == 1
    assert "bill_length_mm outside training range" in [c.text(2) for c in model.columns]


@pytest.mark.timeout(60)
def test_a_file_that_lacks_a_column_says_so_where_it_would_be(studio: Studio, tmp_path: Path) -> None:
    page = trained_page(studio)
    page.tabs.tabs[1].click()
    source = tmp_path / "new.csv"
    source.write_text("island,year\nBiscoe,2007\n")
    page.batch.open(source)
    wait_until(lambda: not Job.running)
    assert page.batch.answered is None
    assert "bill_length_mm" in page.batch.empty.sentence.full_text()
    assert page.batch.save.isHidden() or not page.batch.save.isVisible()
    assert [toast.accessibleName() for toast in studio.window.toasts.shown] == ["The file cannot be predicted"]
