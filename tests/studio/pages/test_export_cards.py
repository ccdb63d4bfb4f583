"""The forms of the export dialog: the whole card chooses, and each keeps what its verification found."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.project import lifecycle
from resources import sample_path
from studio.document import edits
from studio.document.session import Session
from studio.jobs import Job
from studio.pages.export import ExportDialog
from tests.studio.conftest import wait_until


@pytest.fixture
def dialog(themed: QApplication) -> Iterator[ExportDialog]:
    project = lifecycle.new_project(sample_path("iris"), "species")
    table = lifecycle.open_table(project)
    project = edits.set_fit(lifecycle.suggest(project, table), epochs=2)
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in fitting.by_epoch():
        pass
    session, window = Session(), QWidget()
    session.open(project)
    session.set_table(table)
    session.add_run(fitting.run())
    made = ExportDialog(session, window)
    made.show()
    wait_until(lambda: not Job.running)
    yield made
    made.reject()


def test_return_does_not_close_the_dialog_while_it_verifies(dialog: ExportDialog) -> None:
    dialog.activateWindow()
    wait_until(dialog.isActiveWindow)
    focus = dialog.focusWidget()
    assert focus is not None
    assert dialog.cards["numpy"].isAncestorOf(focus) or focus is dialog.cards["numpy"]
    dialog._remake()
    assert not dialog.save.isEnabled()
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert dialog.isVisible()
    wait_until(lambda: not Job.running)


def test_a_click_anywhere_on_a_card_chooses_its_form(dialog: ExportDialog) -> None:
    numpy, keras = dialog.cards["numpy"], dialog.cards["keras"]
    assert numpy.radio.value()
    assert numpy.stamp.full_text().startswith("verified max |Δ| = ")
    assert keras.stamp.full_text() == "not verified yet"
    QTest.mouseClick(keras, Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
    wait_until(lambda: not Job.running)
    assert (dialog.format, keras.radio.value(), numpy.radio.value()) == ("keras", True, False)
    assert keras.stamp.full_text() != "not verified yet"
    assert numpy.stamp.full_text().startswith("verified")  # what was found stays


def test_other_options_make_other_scripts_that_are_not_verified_yet(dialog: ExportDialog) -> None:
    QTest.mouseClick(dialog.cards["keras"], Qt.MouseButton.LeftButton, pos=QPoint(20, 12))
    wait_until(lambda: not Job.running)
    dialog.embed.click()
    assert dialog.cards["numpy"].stamp.full_text() == "not verified yet"
    assert dialog.cards["keras"].stamp.full_text() == "verifying…"
    wait_until(lambda: not Job.running)
    assert [f.suffix for f in dialog.files] == [".py", ".npz"]
