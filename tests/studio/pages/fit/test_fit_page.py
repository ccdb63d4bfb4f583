"""The Fit page with a real fit: start, pause, live learning rate, stop, continue, runs that stay."""

import dataclasses
import re
from collections.abc import Iterator
from unittest.mock import ANY

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine import registry
from engine.errors import NotFiniteError
from engine.project import lifecycle
from engine.project.arrays import Arrays
from engine.project.document import Project
from engine.project.runs import Run
from studio.actions import Actions
from studio.document import training_edits
from studio.document.live import Live
from studio.document.session import Session
from studio.document.stages import stage_states
from studio.jobs import Job
from studio.pages.fit import FitPage
from studio.pages.fit.failure import Failure
from tests.studio.conftest import wait_until

LONG = 100_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 2))
    path = tmp_path_factory.mktemp("data") / "points.csv"
    lines = [f"{a:.4f},{b:.4f},{'up' if a + b > 0 else 'down'}" for a, b in x]
    path.write_text("\n".join(["a,b,side", *lines]), encoding="utf-8")
    made = lifecycle.new_project(path, "side")
    made = lifecycle.suggest(made, lifecycle.open_table(made))
    return training_edits.set_fit(made, epochs=3, callbacks=())


@pytest.fixture
def session(project: Project) -> Session:
    made, table = Session(), lifecycle.open_table(project)
    made.open(project)
    made.set_table(table)
    made.set_prepared(lifecycle.prepare(project, table))
    return made


@pytest.fixture
def page(themed: QApplication, session: Session) -> Iterator[FitPage]:
    made = FitPage(session, Actions(QWidget()))
    made.resize(1100, 760)
    made.show()
    yield made
    made.shut()
    made.deleteLater()
    wait_until(lambda: not Job.running)


def long(session: Session) -> None:
    session.edit("Set epochs", lambda p: training_edits.set_fit(p, epochs=LONG))


def test_a_fit_becomes_a_run_with_curves_and_events(page: FitPage, session: Session) -> None:
    assert page.stack.currentWidget() is page.empty
    assert stage_states(session)["compile"].mark == "todo"
    marks: list[str] = []
    page.fitter.begun.connect(lambda _begun: marks.append(stage_states(session)["compile"].mark))
    page.start_button.click()
    wait_until(lambda: page.fitter.phase == "finished")
    assert marks == ["done"]
    assert session.run is not None
    assert session.run.epochs == 3
    assert page.stack.currentWidget() is page.working
    assert [entry.title for entry in page.runs.entries()] == ["Run 1"]
    names = [curve.label for curve in page.drawing.loss.plot.curves() if curve.label]
    assert set(names) == {"train", "validation"}
    kinds = [event.kind for event in page.events.events]
    assert kinds[0] == "start"
    assert "best" in kinds
    assert session.run.best is None
    assert page.primary().text == "Evaluate"
    assert session.progress is None


def test_a_session_run_equals_one_without_a_window(page: FitPage, session: Session) -> None:
    assert page.start()
    wait_until(lambda: page.fitter.phase == "finished")
    fitting = lifecycle.start(session.project, session.prepared)
    for _ in fitting.by_epoch():
        pass
    assert session.run is not None
    assert session.run.metrics == fitting.run().metrics


def test_the_running_epoch_is_told_to_other_pages_while_this_one_is_hidden(page: FitPage, session: Session) -> None:
    long(session)
    told: list[Live | None] = []
    session.live_changed.connect(told.append)
    page.hide()
    page.start()
    wait_until(lambda: sum(live is not None for live in told) > 3)
    live = session.live
    assert live is not None
    assert 1 <= live.epoch <= live.epochs
    assert 0 <= live.share <= 1
    assert live.nodes == frozenset(n.id for n in session.project.network if n.trainable)
    wait_until(lambda: session.live is not None and len(session.live.norms) > 0)
    assert session.gradient_norms.keys() == {n.id for n in session.project.network if n.layer.KERAS == "Dense"}
    assert all(norm > 0 for norm in session.gradient_norms.values())
    page.stop()
    wait_until(lambda: not page.fitter.alive)
    assert session.live is None
    assert told[-1] is None


def test_pause_holds_the_weights_and_space_resumes(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 2)
    page.runs.live.epoch = 0  # the window has not looked for a while
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert page.fitter.phase == "paused"
    told = page.runs.live.events[-1]
    assert told.text.startswith("Paused at epoch")
    assert int(told.text.split()[3].rstrip(",")) > 2
    parameters = page.fitter.fitting.training.parameters
    wait_until(lambda: page.fitter._job.paused)
    QTest.qWait(80)
    step = parameters.iterations
    QTest.qWait(80)
    assert parameters.iterations == step
    QTest.keyClick(page, Qt.Key.Key_Space)
    wait_until(lambda: parameters.iterations > step)
    page.stop()
    wait_until(lambda: not page.fitter.alive)


def test_stop_keeps_everything_and_continue_goes_on(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 2)
    page.head.stop.click()
    wait_until(lambda: page.fitter.phase == "stopped")
    first = session.run
    assert first is not None
    assert first.status == "stopped"
    assert page.head.toggle.accessibleName() == "Continue"
    page.head.toggle.click()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > first.epochs)
    assert page.runs.live.rows[0]["loss"] == first.history[0]["loss"]
    assert page.runs.entries()[0].subtitle == "continues Run 1"
    page.stop()
    wait_until(lambda: page.fitter.phase == "stopped")
    assert len(session.runs) == 2
    assert [entry.subtitle for entry in page.runs.entries()] == ["stopped · continues Run 1", ANY]


def test_a_fit_that_is_stopped_before_its_first_batch_leaves_no_run(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    page.stop()  # the thread still compiles
    wait_until(lambda: not page.fitter.alive)
    assert session.run is None
    assert len(session.runs) == 0
    assert page.stack.currentWidget() is page.empty
    assert stage_states(session)["fit"].mark == "todo"
    assert page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 1)
    page.stop()
    wait_until(lambda: not page.fitter.alive)
    assert session.run is not None


def test_the_learning_rate_is_live(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 1)
    before = page.rate.rate
    page.rate.half.click()
    training = page.fitter.fitting.training
    assert training.learning_rate == pytest.approx(before / 2)
    assert page.events.events[-1].kind == "rate"
    assert len(page.runs.live.rate_changes) == 1
    assert session.project.compile.optimizer.learning_rate == before
    page.stop()
    wait_until(lambda: not page.fitter.alive)


def test_settings_of_the_next_fit_are_undo_steps(page: FitPage, session: Session) -> None:
    before = page.rate.rate
    page.settings.epochs.setText("7")
    page.settings.epochs.commit()
    page.rate.double.click()
    assert session.project.fit.epochs == 7
    assert session.project.compile.optimizer.learning_rate == pytest.approx(2 * before)
    session.undo()
    session.undo()
    assert session.project.fit.epochs == 3
    assert page.settings.epochs.value() == 3
    assert page.rate.rate == pytest.approx(before)


def test_callbacks_can_be_switched_and_show_their_patience(page: FitPage, session: Session) -> None:
    row = next(r for record, r in page.callbacks.rows.items() if record.KERAS == "EarlyStopping")
    row.switch.click()
    assert [c.KERAS for c in session.project.fit.callbacks] == ["EarlyStopping"]
    row.patience.setText("2")
    row.patience.commit()
    assert session.project.fit.callbacks[0].patience == 2
    page.callbacks.begin(session.project.fit.callbacks)
    rows = [{"epoch": i, "val_loss": v, "learning_rate": 0.1} for i, v in enumerate((1.0, 2.0))]
    page.callbacks.follow(rows)
    assert row.bar.value() == 0.5
    assert "waited 1 of 2" in row.note.full_text()


def test_runs_can_be_renamed_compared_and_chosen(page: FitPage, session: Session) -> None:
    for seed in (0, 1):
        session.edit("Set seed", lambda p, seed=seed: training_edits.set_fit(p, seed=seed))
        page.start()
        wait_until(lambda: not page.fitter.alive)
    page.list.compared.emit("r1", True)
    assert [run.title for run in page.runs.drawn()] == ["Run 2", "Run 1"]
    page.list.rows["r1"].rename()
    page.list.rows["r1"].field.setText("first try")
    page.list.rows["r1"].field.commit()
    wait_until(lambda: page.list.rows["r1"].entry.title == "first try")
    assert session.project.titles["r1"] == "first try"
    QTest.keyClick(page.list.rows["r1"], Qt.Key.Key_Return)
    assert session.run.id == "r1"
    assert page.runs.what_changed()[2] == ()
    page.list.picked.emit("r2")
    assert [c.text for c in page.runs.what_changed()[2]] == ["seed 0 → 1", "Same data and split"]


def test_infinite_numbers_open_the_banner_with_what_can_be_done(page: FitPage, session: Session) -> None:
    session.edit("Too fast", lambda p: training_edits.set_optimizer(p, "SGD"))
    session.edit("Too fast", lambda p: training_edits.set_optimizer_field(p, "learning_rate", 1e30))
    page.start()
    wait_until(lambda: not page.fitter.alive)
    assert page.fitter.phase == "failed"
    assert page.banner.isVisible()
    assert page.events.events[-1].kind == "error"
    title = page.banner.title.full_text()
    assert re.fullmatch(r"Training stopped: first number that is not finite in [\w ]+, (update|\w+ pass)", title)
    assert re.match(r"Epoch 1, batch [12]\. ", page.banner.text.full_text())
    assert page.banner.kept.full_text() in ("Weights are those of the start", "Weights are back at epoch 1, batch 1")
    assert page.banner.halve.isVisible()


def failed(page: FitPage, session: Session, stage: str, lines: tuple[int, ...] = ()) -> Run:
    """Stop a fit and show it as one that failed at a stage."""
    long(session)
    page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 2)
    page.stop()
    wait_until(lambda: not page.fitter.alive)
    assert session.run is not None
    error = NotFiniteError("It is not finite", layer="dense_1", stage=stage, rows=lines, unit="line")
    page.rescue.show(Failure(session.run, error, 0.004))
    return session.run


def test_clipping_goes_on_from_the_last_good_weights(page: FitPage, session: Session) -> None:
    run = failed(page, session, "backward")
    QTest.mouseClick(page.banner.clip, Qt.MouseButton.LeftButton)
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > run.epochs)
    assert session.project.compile.optimizer.clipnorm == 1.0
    assert session.stack.undoText() == "Clip gradients to 1.0"
    assert not page.banner.isVisible()
    page.stop()
    wait_until(lambda: not page.fitter.alive)
    assert session.run.project.compile.optimizer.clipnorm == 1.0
    assert session.run.history[0]["loss"] == run.history[0]["loss"]
    assert not page.stale()


def test_half_the_rate_goes_on_from_the_last_good_weights(page: FitPage, session: Session) -> None:
    run = failed(page, session, "forward")
    assert not page.banner.clip.isVisible()
    assert not page.banner.show_rows.isVisible()
    assert not page.banner.leave_out.isVisible()
    QTest.mouseClick(page.banner.halve, Qt.MouseButton.LeftButton)
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > run.epochs)
    assert page.fitter.fitting.learning_rate == 0.002
    page.stop()
    wait_until(lambda: not page.fitter.alive)


def test_rows_to_blame_are_shown_or_left_out(page: FitPage, session: Session) -> None:
    failed(page, session, "data", (7, 12))
    assert page.banner.title.full_text() == "Training stopped: the data hold numbers that are not finite"
    assert not page.banner.clip.isVisible()
    assert not page.banner.halve.isVisible()
    went, shown = [], []
    page.go.connect(went.append)
    session.rows_shown.connect(shown.append)
    QTest.mouseClick(page.banner.show_rows, Qt.MouseButton.LeftButton)
    assert went == ["data"]
    assert [tuple(session.table.lines[list(rows)]) for rows in shown] == [(7, 12)]
    session.edit("Shorten", lambda p: training_edits.set_fit(p, epochs=2))
    assert page.banner.leave_out.text().strip() == "Leave out 2 rows"
    QTest.mouseClick(page.banner.leave_out, Qt.MouseButton.LeftButton)
    assert session.project.data.excluded == shown[0]
    wait_until(lambda: page.fitter.phase == "finished")
    assert session.run.project.data.excluded == shown[0]
    session.undo()
    assert session.project.data.excluded == ()


def test_what_is_missing_is_said_with_the_way_out(themed: QApplication) -> None:
    window, went = QWidget(), []
    page = FitPage(Session(), Actions(window))
    page.go.connect(went.append)
    assert page.nothing.title.full_text() == "No data yet"
    page.start_button.click()
    assert went == ["data"]
    assert page.primary().reason


def test_closing_while_training_keeps_the_run(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    wait_until(lambda: page.runs.live is not None and page.runs.live.curves.epochs > 1)
    page.shut()
    assert session.run is not None
    assert session.run.status == "stopped"


def test_every_control_has_a_name(page: FitPage) -> None:
    bare = [
        w for w in page.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.accessibleName() and w.isVisibleTo(page)
    ]  # fmt: skip
    assert bare == []


def test_layers_show_the_gradients_of_the_live_run_and_of_the_stored_one(page: FitPage, session: Session) -> None:
    long(session)
    page.start()
    tiles = page.layers.tiles
    wait_until(lambda: bool(tiles.tiles()) and tiles.tiles()[0].spread is not None and tiles.tiles()[0].last > 0)
    assert [tile.name for tile in tiles.tiles()] == [
        n.name for n in session.project.network if n.layer.KERAS == "Dense"
    ]
    page.stop()
    wait_until(lambda: not page.fitter.alive)
    assert session.run is not None
    stored = session.run.gradient_norms()
    np.testing.assert_array_equal(np.array([tile.norms for tile in tiles.tiles()]).T, stored)
    assert tuple(tile.spread for tile in tiles.tiles()) == session.run.spreads()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=tiles.rect_of(0).center())
    assert session.selection.ids == (tiles.tiles()[0].place,)


def test_a_run_whose_arrays_are_damaged_still_has_its_curves(page: FitPage, session: Session) -> None:
    page.start()
    wait_until(lambda: not page.fitter.alive)
    whole = session.run
    assert whole is not None
    damaged = Arrays(packed=b"nothing", tensors=whole.weights.tensors, sha256="0" * 64, where="weights")
    session.add_run(whole.replace(id="", weights=damaged))
    page.runs.pick("r2")
    page.refresh()
    assert page.front_curves().epochs == 3
    assert not page.layers.isVisible()
    page.runs.pick("r1")
    page.refresh()
    assert page.layers.isVisible()


def test_a_layer_without_gradient_is_told_once(page: FitPage, session: Session) -> None:
    first, last = [n for n in session.project.network if n.layer.KERAS == "Dense"]
    plain = dataclasses.replace(first.layer, kernel_regularizer=None)
    zeros = dataclasses.replace(last.layer, kernel_initializer=registry.named("initializer", "Zeros")())
    network = session.project.network.replace(first.id, layer=plain).replace(last.id, layer=zeros, trainable=False)
    assert session.edit("Freeze at zero", lambda p: dataclasses.replace(p, network=network))
    session.edit("Set epochs", lambda p: training_edits.set_fit(p, epochs=12))
    page.start()
    wait_until(lambda: not page.fitter.alive)
    told = [e.text for e in page.events.events if e.kind == "warning"]
    assert told == [f"{first.name} got no gradient for 5 epochs: nothing in it learns."]
    assert page.layers.warned.text() == "1 layer to look at"
