"""The Evaluate page on real runs: figures as everywhere, cells that filter rows, worst first, what is out of date."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from engine.project import lifecycle
from engine.project.runs import RunStore
from studio import theme
from studio.actions import Actions
from studio.document import training_edits
from studio.document.session import Session
from studio.document.templates import sample_path, samples
from studio.pages.evaluate import EvaluatePage
from studio.pages.evaluate.cards import area_under, curves_of
from studio.pages.rowtable import sort_key
from tests.studio.conftest import wait_until


def fitted(name: str) -> Session:
    """Return a session with two short runs on a sample."""
    sample = next(s for s in samples() if s.id == name)
    project = lifecycle.new_project(sample_path(sample), sample.target)
    table = lifecycle.open_table(project)
    project = training_edits.set_fit(lifecycle.suggest(project, table), epochs=4, callbacks=())
    prepared, store = lifecycle.prepare(project, table), RunStore()
    for seed in (0, 1):
        project = training_edits.set_fit(project, seed=seed)
        fitting = lifecycle.start(project, prepared)
        for _ in fitting.by_epoch():
            pass
        store.add(fitting.run())
    session = Session()
    session.open(project, None, store)
    session.set_table(table)
    session.set_prepared(prepared)
    return session


@pytest.fixture(scope="module")
def classes(qapp: QApplication) -> Session:
    return fitted("wine")


@pytest.fixture(scope="module")
def number(qapp: QApplication) -> Session:
    return fitted("diabetes")


def shown(session: Session) -> EvaluatePage:
    page = EvaluatePage(session, Actions(QWidget()))
    page.resize(1300, 800)
    page.show()
    page.enter()
    wait_until(lambda: page.found is not None and page._job is None)
    return page


@pytest.fixture
def page(themed: QApplication, classes: Session) -> Iterator[EvaluatePage]:
    classes.choose_run("r2")
    made = shown(classes)
    yield made
    made.shut()
    made.deleteLater()


@pytest.fixture
def regression(themed: QApplication, number: Session) -> Iterator[EvaluatePage]:
    made = shown(number)
    yield made
    made.shut()
    made.deleteLater()


def test_the_figures_are_those_of_the_run(page: EvaluatePage, classes: Session) -> None:
    assert set(page.metrics.cards) == {"loss", "accuracy", "f1_macro", "auc_macro"}
    assert dict(page.found.metrics) == pytest.approx(dict(classes.run.metrics["test"]))
    value = page.metrics.cards["accuracy"].findChildren(QWidget)
    texts = [w.full_text() for w in value if hasattr(w, "full_text")]
    assert f"{page.found.metrics['accuracy']:.3f}" in texts
    assert page.head.full_text().startswith("Test set, ")
    assert classes.stage_mark("evaluate") == "done"


def test_rows_come_worst_first_and_sort(page: EvaluatePage) -> None:
    model, losses = page.rows.model, page.found.losses
    assert np.all(np.diff(losses[model.order]) <= 0)
    line = next(i for i, c in enumerate(model.columns) if c.head == "Line")
    model.sort(line, Qt.SortOrder.AscendingOrder)
    lines = [int(model.index(r, line).data().replace(",", "")) for r in range(model.rowCount())]
    assert lines == sorted(lines)


def test_a_cell_filters_the_rows_and_clear_shows_all(page: EvaluatePage) -> None:
    cell = tuple(int(i) for i in np.unravel_index(page.found.confusion.argmax(), page.found.confusion.shape))
    page.confusion.matrix.choose(cell)
    assert page.rows.model.rowCount() == page.found.confusion.max()
    assert page.rows.filter.isVisibleTo(page)
    assert any("selected" in item.text for item in page.status()[0])
    page.rows.clear_button.click()
    assert page.confusion.matrix.chosen is None
    assert page.rows.model.rowCount() == len(page.found.ids)


def test_a_class_filters_its_rows(page: EvaluatePage) -> None:
    page.classes.table.clicked.emit(page.classes.model.index(0, 0))
    assert page.rows.model.rowCount() == int(page.found.confusion[0].sum())
    page.classes.table.clicked.emit(page.classes.model.index(len(page.found.classes), 0))
    assert page.rows.model.rowCount() == len(page.found.ids)


@pytest.mark.parametrize("width", [300, 440])
def test_the_table_of_classes_cuts_nothing(page: EvaluatePage, width: int) -> None:
    table, model = page.classes.table, page.classes.model
    page.classes.setFixedWidth(width)
    QApplication.processEvents()
    margins = 22
    for column, head in enumerate(model.heads):
        assert table.columnWidth(column) >= theme.text_width(head, theme.font(11, 600)) + margins, head
        for row in range(model.rowCount()):
            index = model.index(row, column)
            needs = theme.text_width(str(index.data()), index.data(Qt.ItemDataRole.FontRole)) + margins
            assert table.columnWidth(column) >= needs, index.data()


def test_curves_have_the_areas_of_the_figures(page: EvaluatePage) -> None:
    areas = [area for _, _, area in curves_of(page.found, roc=True)]
    assert np.mean(areas) == pytest.approx(page.found.metrics["auc_macro"])
    page.curves.tabs.tabs[1].click()
    assert page.curves.plot.as_rows()[0][0] == "recall"


def test_a_class_has_its_colour_wherever_it_stands(page: EvaluatePage) -> None:
    chosen = [index for index, _, _ in curves_of(page.found, roc=True)]
    drawn = [curve.color for curve in page.curves.plot.curves() if curve.width == 2]
    assert drawn == [f"plot.{index}" for index in reversed(chosen)]


def test_the_epoch_of_the_weights_is_told(page: EvaluatePage, classes: Session) -> None:
    assert classes.run is not None
    assert classes.run.best is None
    assert page.run_chip.text().endswith(f"epoch {classes.run.epochs}")


def test_average_precision_is_a_sum_of_steps(page: EvaluatePage) -> None:
    scores, truth = page.found.probabilities[:, 0], page.found.truth == 0
    order = np.argsort(-scores, kind="stable")
    hits = truth[order]
    by_hand = np.sum((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits]) / hits.sum()
    assert area_under(page.found.precision_recall(0), roc=False) == pytest.approx(by_hand, abs=1e-9)


def test_another_part_is_evaluated_when_it_is_chosen(page: EvaluatePage, classes: Session) -> None:
    page.part.buttons[1].click()
    wait_until(lambda: page.found is not None and page.found.part == "validation")
    assert len(page.found.ids) == len(classes.prepared.parts.validation)
    assert "steered" in page.head.full_text()


def test_runs_are_compared(page: EvaluatePage, classes: Session) -> None:
    page.compare.set_value("r1")
    page.compare.changed.emit("r1")
    change = classes.runs["r2"].metrics["test"]["accuracy"] - classes.runs["r1"].metrics["test"]["accuracy"]
    texts = [w.full_text() for w in page.metrics.cards["accuracy"].findChildren(QWidget) if hasattr(w, "full_text")]
    assert "vs Run 1" in texts
    assert any(text.lstrip("+−") == f"{abs(change):.3f}" for text in texts) or abs(change) < 1e-3


def test_an_edit_marks_the_scores_out_of_date(page: EvaluatePage, classes: Session) -> None:
    assert not page.stale.isVisibleTo(page)
    classes.edit("Set epochs", lambda p: training_edits.set_fit(p, epochs=9))
    assert page.stale.isVisibleTo(page)
    assert "fit settings" in page.stale.text()
    classes.undo()
    assert not page.stale.isVisibleTo(page)


def test_a_regression_shows_scatter_and_residuals(regression: EvaluatePage) -> None:
    assert regression.regression.isVisibleTo(regression)
    assert not regression.classification.isVisibleTo(regression)
    assert set(regression.metrics.cards) == {"loss", "mae", "rmse", "r2"}
    assert sum(regression.residuals.bars.values()) == len(regression.found.ids)
    regression.scatter.picked.emit(3)
    assert regression.rows.model.rowCount() == 1
    assert int(regression.rows.model.order[0]) == 3


def test_without_a_run_it_leads_to_fit(themed: QApplication) -> None:
    window, went = QWidget(), []
    page = EvaluatePage(Session(), Actions(window))
    page.go.connect(went.append)
    assert page.nothing.title.full_text() == "Nothing to score"
    page.button.click()
    page.primary().act()
    assert went == ["fit", "fit"]


def test_numbers_sort_as_numbers_and_words_as_words() -> None:
    assert list(np.argsort(sort_key(["10", "9", "", "-1"]), kind="stable")) == [3, 1, 0, 2]
    assert list(np.argsort(sort_key(["b", "10", "a"]), kind="stable")) == [1, 2, 0]


def test_every_control_has_a_name(page: EvaluatePage) -> None:
    bare = [
        w for w in page.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.accessibleName() and w.isVisibleTo(page)
    ]  # fmt: skip
    assert bare == []
