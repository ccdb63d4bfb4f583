"""The Compile page on a real project: programs, the selection that links their views, device, problems."""

import dataclasses
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.backend.devices import Gpu
from engine.errors import Problem, Repair
from engine.project import lifecycle
from engine.project.selfchecks import CHECKS, SelfCheck
from studio import theme
from studio.actions import Actions
from studio.document import edits
from studio.document.session import Session
from studio.document.templates import sample_path, samples
from studio.pages.compile import CompilePage
from studio.pages.compile.compiled import ranges
from studio.pages.compile.lifetimes import ROW, TOP
from studio.widgets import FixButtons
from tests.studio.conftest import wait_until


@pytest.fixture
def session() -> Session:
    sample = next(s for s in samples() if s.id == "iris")
    project = lifecycle.new_project(sample_path(sample), sample.target)
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    made = Session()
    made.open(project)
    made.set_table(table)
    made.set_prepared(lifecycle.prepare(project, table))
    return made


def opened(session: Session) -> CompilePage:
    made = CompilePage(session, Actions(QWidget()))
    made.gpu = Gpu(False, "No GPU is used: CuPy is not installed.")
    made.resize(1300, 800)
    made.show()
    return made


@pytest.fixture(params=["light", "dark"])
def page(themed: QApplication, session: Session, request: pytest.FixtureRequest) -> Iterator[CompilePage]:
    """The page with a program, in the light and in the dark theme."""
    theme.apply(themed, request.param)
    made = opened(session)
    made.enter()
    wait_until(lambda: made.compiled is not None)
    yield made
    made.shut()
    made.deleteLater()


def test_entering_compiles_and_shows_the_figures(page: CompilePage, session: Session) -> None:
    compiled = page.compiled
    assert compiled is not None
    assert page.figures.parameters.value.full_text() == f"{sum(session.shapes.parameters.values()):,}"
    assert page.primary().text == "Start fit"
    assert session.stage_mark("compile") == "done"
    assert page.status()[0][0].text.startswith("Compiled in")
    assert page.summary.model.rowCount() == len(session.project.network.nodes) + 1
    total = page.summary.model.rows[-1]
    assert total[2] == compiled.parameters


def test_the_page_says_that_it_compiles_while_it_does(themed: QApplication, session: Session) -> None:
    page = CompilePage(session, Actions(QWidget()))
    page.show()
    assert (page.nothing.title.text(), page.button.isVisible()) == ("Not compiled yet", True)
    assert page.compile()
    assert (page.nothing.title.text(), page.button.isVisible()) == ("Compiling…", False)
    wait_until(lambda: page.compiled is not None)
    assert page.shown.isVisible()
    page.shut()
    page.deleteLater()


def test_a_group_is_one_row_with_the_lines_of_its_layers(themed: QApplication, session: Session) -> None:
    network = session.project.network
    hidden = [n for n in network.order() if network.nodes[n].layer.KERAS != "Input"]
    total = sum(session.shapes.parameters.values())
    session.edit("Group", lambda p: edits.group(p, *hidden[:-1]))
    made = CompilePage(session, Actions(QWidget()))
    made.show()
    made.enter()
    wait_until(lambda: made.compiled is not None)
    assert made.compiled.parameters == total
    assert [row[0] for row in made.summary.model.rows][1] == "group_1"
    group = session.project.network.by_name("group_1")
    lines = made.compiled.lines_of("train", (group.id,))
    assert len(lines) > len(hidden) - 1
    assert {made.compiled.node_at("train", line) for line in lines} == {group.id}
    made.shut()
    made.deleteLater()


def test_the_epoch_is_estimated_from_steps_that_ran(page: CompilePage) -> None:
    compiled = page.compiled
    assert 0 < compiled.step_seconds < 1
    assert compiled.epoch_seconds == compiled.step_seconds * compiled.batches
    assert page.figures.epoch.remark.full_text() == f"{compiled.batches} steps · from 3 timed ones"
    assert "validation and drawing come on top" in page.figures.epoch.toolTip()


def test_a_row_marks_its_lines_and_its_buffers(page: CompilePage, session: Session) -> None:
    node = next(n for n in session.project.network if n.name == "dense_2")
    page.summary.table.selectRow(page.summary.model.nodes.index(node.id))
    assert session.selection.current == node.id
    source = page.program.code.toPlainText().splitlines()
    marked = page.program.code.marked()
    assert marked
    assert all("dense_2" in source[line - 1] for line in marked[:3])
    assert page.program.place.full_text().startswith("dense_2 · lines ")
    notes = page.program.code.notes()
    assert all("np.dot" in source[line - 1] for line in notes)
    assert set(notes.values()) == {f"{64 * 3:,} MAC"}
    assert len(notes) == 3  # forward, to the weights and to the layer before


def test_a_line_chooses_its_layer(page: CompilePage, session: Session) -> None:
    node = next(n for n in session.project.network if n.name == "dense_1")
    line = page.compiled.lines_of("train", [node.id])[0]
    code = page.program.code
    block = code.document().findBlockByNumber(line - 1)
    place = code.blockBoundingGeometry(block).translated(code.contentOffset()).center().toPoint()
    QTest.mouseClick(code.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, place.y()))
    assert session.selection.current == node.id
    at = page.summary.table.currentIndex().row()
    assert page.summary.model.nodes[at] == node.id


def test_a_buffer_chooses_its_layer_by_mouse_and_by_keys(page: CompilePage, session: Session) -> None:
    chart = page.memory.chart
    at = next(i for i, line in enumerate(chart.lines()) if line.life.name == "dense_1")
    node = next(n for n in session.project.network if n.name == "dense_1")
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(150, TOP + at * ROW + ROW // 2))
    assert session.selection.current == node.id
    session.selection.clear()
    QTest.keyClick(chart, Qt.Key.Key_Up)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    assert session.selection.current == node.id


def test_the_modes_have_programs_of_their_own(page: CompilePage) -> None:
    texts = {}
    for mode in ("train", "test", "predict"):
        QTest.mouseClick(
            page.program.modes.buttons[("train", "test", "predict").index(mode)], Qt.MouseButton.LeftButton
        )
        texts[mode] = page.program.code.toPlainText()
        assert texts[mode] == page.compiled.programs[mode].source
    assert len(set(texts.values())) == 3
    assert "Gradients" not in page.memory.bar.accessibleDescription()
    page.program.modes.buttons[0].click()
    assert "Gradients" in page.memory.bar.accessibleDescription()


def test_memory_shares_are_those_of_the_arrays(page: CompilePage) -> None:
    compiled = page.compiled
    shares = {share.label: share.bytes for share in compiled.shares("train")}
    assert shares["Weights"] == 4 * compiled.parameters
    assert shares["Adam"] == 2 * 4 * compiled.trainable
    assert compiled.memory("train") > compiled.memory("predict")
    assert 0 < compiled.saved("train") < 1
    assert [section.title for section in compiled.sections("train")] == ["Forward", "Backward", "Update"]
    assert 0 < shares["Activations"] <= compiled.programs["train"].plan.peak_bytes
    assert [section.title for section in compiled.sections("predict")] == ["Forward"]


def set_units(session: Session, units: int) -> None:
    node = next(n for n in session.project.network if n.name == "dense_1")
    replaced = session.project.network.replace(node.id, layer=node.layer.replace(units=units))
    session.edit("Set units", lambda p: dataclasses.replace(p, network=replaced))


def test_an_edit_makes_it_out_of_date_until_it_is_compiled_again(page: CompilePage, session: Session) -> None:
    assert not page.stale.isVisible()
    figure = page.figures.parameters.value.full_text()
    set_units(session, 5)
    assert page.primary().text == "Compile"
    assert "Out of date" in page.status()[0][0].text
    assert page.stale.isVisible()
    assert page.stale.text.full_text().startswith("Out of date: Define changed after compiling at ")
    assert page.figures.parameters.value.full_text() == figure
    before = page.compiled
    page.leave()
    page.enter()
    assert page.compiled is before  # what is old stays until a person asks
    QTest.mouseClick(page.stale.again, Qt.MouseButton.LeftButton)
    wait_until(lambda: page.compiled is not before)
    assert page.primary().text == "Start fit"
    assert not page.stale.isVisible()
    assert "(16, 5)" in str(page.summary.model.rows)


def test_undo_brings_it_up_to_date_again(page: CompilePage, session: Session) -> None:
    before = page.compiled
    set_units(session, 5)
    assert page.stale.isVisible()
    session.undo()
    assert not page.stale.isVisible()
    assert page.primary().text == "Start fit"
    assert page.compiled is before


def test_the_checks_run_after_compiling(page: CompilePage) -> None:
    wait_until(lambda: page._checking is None and page.checks.rows["first_loss"].isVisible(), 30)
    assert page.checks.states() == dict.fromkeys(CHECKS, "passed")
    assert page.checks.state.text() == "5 of 5 passed"
    line = page.checks.rows["gradients"].line
    assert line.accessibleName() == "Gradients match finite differences: passed"
    assert page.checks.rows["gradients"].below.isHidden()
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Space)
    assert page.checks.rows["gradients"].below.isVisible()
    assert "relative difference" in page.checks.rows["gradients"].sentence.full_text()


def test_an_edit_cancels_the_checks_and_undo_runs_them_again(page: CompilePage, session: Session) -> None:
    page._check()
    wait_until(lambda: bool(page.checks.states()))
    set_units(session, 5)
    assert page._checking is None
    assert "running" not in page.checks.states().values()
    if "cancelled" in page.checks.states().values():
        assert page.checks.state.text() == "not finished"
        session.undo()
        wait_until(lambda: list(page.checks.states().values()) == ["passed"] * 5, 30)


def test_a_check_that_fails_is_open_and_says_what_to_do(page: CompilePage) -> None:
    wait_until(lambda: page._checking is None and page.checks.rows["first_loss"].isVisible(), 30)
    page.checks.show_check(SelfCheck("seed", "Same seed", "failed", "differs", "They differ.", "Find the layer."))
    row = page.checks.rows["seed"]
    assert row.below.isVisible()
    assert row.sentence.full_text() == "They differ. Find the layer."
    assert page.checks.state.text() == "4 of 5 passed"


def test_how_to_add_a_gpu_is_a_text_to_read(page: CompilePage) -> None:
    page.gpu = Gpu(False, "No GPU is used: CuPy is not installed.", reason="CuPy is not installed")
    page.refresh()
    assert page.device.rows["gpu"].note.full_text() == "CuPy is not installed"
    heard: list[str] = []
    page.actions_.bind("help.gpu", lambda: heard.append("help.gpu"))
    QTest.mouseClick(page.device.help, Qt.MouseButton.LeftButton)
    assert heard == ["help.gpu"]


def test_the_device_is_an_edit_and_a_missing_gpu_a_sentence(page: CompilePage, session: Session) -> None:
    QTest.mouseClick(page.device.rows["cpu"], Qt.MouseButton.LeftButton, pos=QPoint(80, 20))
    assert session.project.compile.device == "cpu"
    session.undo()
    assert session.project.compile.device == "auto"
    page.gpu = Gpu(False, "No GPU is used: CuPy is not installed.")
    page.refresh()
    assert page.device.rows["gpu"].state.full_text() == "Not found"
    assert page.device.rows["gpu"].toolTip() == "No GPU is used: CuPy is not installed."
    assert page.device.sentence.full_text() == "A GPU is optional."
    page.gpu = Gpu(True, "Card with CuPy 14.", "Card", 1 << 30)
    page.refresh()
    assert page.device.rows["gpu"].state.full_text() == "Ready"
    assert page.device.rows["gpu"].note.full_text() == "Card"
    assert page.device.help.isHidden()


def test_problems_offer_their_fix(page: CompilePage) -> None:
    fixes: list[object] = []
    page.checks.fix.connect(fixes.append)
    repair = Repair("set_field", ("n1", "units", 3), "Set 3 units")
    page.checks.show_problems([Problem("dense_1", "It must.", "Do it.", node="n1", repair=repair)])
    buttons = page.checks.list.findChild(FixButtons)
    assert buttons.best.accessibleName() == "Set 3 units: It must."
    assert not buttons.more.isVisible()
    QTest.mouseClick(buttons.best, Qt.MouseButton.LeftButton)
    assert fixes == [repair]
    assert page.checks.state.text() == "1 error"


def test_a_problem_offers_its_other_fixes_too(page: CompilePage, session: Session) -> None:
    node = next(n for n in session.project.network if n.name == "dense_1")
    best = Repair("set_field", (node.id, "units", 3), "Set 3 units")
    other = Repair("set_field", (node.id, "units", 5), "Set 5 units")
    problem = Problem("dense_1", "It must.", "Do it.", node=node.id, repair=best, others=(other,))
    page.checks.show_problems([problem])
    QTest.mouseClick(page.checks.list.findChild(FixButtons).more, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert session.project.network.nodes[node.id].layer.units == 5
    assert session.stack.undoText() == "Set 5 units"


def test_without_data_it_leads_there(themed: QApplication) -> None:
    window, went = QWidget(), []
    page = CompilePage(Session(), Actions(window))
    page.go.connect(went.append)
    page.button.click()
    assert went == ["data"]
    assert page.stack.currentIndex() == 0
    assert page.primary().reason


def test_line_numbers_in_words() -> None:
    assert ranges([]) == ""
    assert ranges([4]) == "line 4"
    assert ranges([5, 6, 7]) == "lines 5 to 7"
    assert ranges([1, 5, 6, 9]) == "lines 1, 5 to 6 and 9"


CARDS = ("figures", "stale", "summary", "memory", "program", "device", "checks")


def looks(page: CompilePage) -> dict[str, QImage]:
    """The cards of a page as they are on screen, without the ring of the keyboard."""
    if focused := QApplication.focusWidget():
        focused.clearFocus()
    for _ in range(3):
        QApplication.processEvents()
    return {name: getattr(page, name).grab().toImage() for name in CARDS}


@pytest.mark.parametrize("other", ["dark", "light", "contrast"])
def test_an_open_page_looks_like_a_new_one_after_a_change_of_theme(
    page: CompilePage, themed: QApplication, session: Session, other: theme.Mode
) -> None:
    wait_until(lambda: page._checking is None and len(page.checks.states()) == len(CHECKS), 30)
    set_units(session, 5)
    node = next(n for n in session.project.network if n.name == "dense_2")
    session.selection.set(node.id)
    theme.apply(themed, other)
    new = opened(session)
    new.compiled, new._of, new._shown_of = page.compiled, page._of, page._shown_of
    new._show_compiled(page.compiled)
    new.refresh()
    for row in page.checks.rows.values():
        new.checks.show_check(row.line.check)
    session.selection.clear()
    session.selection.set(node.id)
    before, after = looks(page), looks(new)
    assert [name for name in CARDS if before[name] != after[name]] == []
    new.shut()
    new.deleteLater()


def test_every_control_has_a_name(page: CompilePage) -> None:
    bare = [
        w for w in page.findChildren(QWidget)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not w.accessibleName() and w.isVisibleTo(page)
    ]  # fmt: skip
    assert bare == []
