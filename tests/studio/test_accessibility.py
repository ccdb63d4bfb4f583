"""Every page and dialog: what the keyboard reaches has a name, no two buttons share one, Tab goes region by region."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from engine import registry
from studio.app import Studio
from studio.document import edits, templates
from studio.widgets import Segmented, Tabs
from studio.window import dialogs
from studio.window.stage_bar import StageBar
from studio.window.top_bar import TopBar
from tests.studio.conftest import ready, wait_until

STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")


def visible(root: QWidget) -> list[QWidget]:
    """Return what can be seen of a window."""
    found = root.findChildren(QWidget)
    return [w for w in found if w.isVisible() and w.width() and w.height() and w.window() is root]


def reachable(root: QWidget) -> list[QWidget]:
    """Return what Tab can reach. A viewport hands the keyboard to its view."""
    return [
        w for w in visible(root) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled() and not w.focusProxy()
    ]


def nameless(root: QWidget) -> list[str]:
    return [_trail(w) for w in reachable(root) if not w.accessibleName().strip()]


def doubled(root: QWidget) -> list[str]:
    """Return names that several buttons have; a group of segments or tabs and the top bar count for themselves."""
    buttons = [w for w in visible(root) if isinstance(w, QAbstractButton) and w.focusPolicy() != Qt.FocusPolicy.NoFocus]
    counts = Counter((_group(b), b.accessibleName() or b.text()) for b in buttons)
    return [f"{name} x {n}" for (_, name), n in counts.items() if n > 1]


def _group(button: QWidget) -> str:
    owner = button.parentWidget()
    while owner is not None and not isinstance(owner, Segmented | Tabs | StageBar | TopBar):
        owner = owner.parentWidget()
    return f"{type(owner).__name__} {owner.accessibleName()}" if owner is not None else ""


def _trail(widget: QWidget | None) -> str:
    names = []
    while widget is not None:
        names.append(f"{type(widget).__name__}({widget.accessibleName()})")
        widget = widget.parentWidget()
    return " < ".join(names[:5])


def fair(root: QWidget, where: str) -> None:
    QApplication.processEvents()
    assert not nameless(root), where
    assert not doubled(root), where


def test_start_page(studio: Studio) -> None:
    fair(studio.window, "start")


def test_pages_without_data(studio: Studio) -> None:
    studio.documents._new()
    for stage in STAGES:
        studio.show_stage(stage)
        ready(studio)
        fair(studio.window, stage)


@pytest.mark.timeout(120)
def test_pages_of_a_trained_project_and_dialogs(studio: Studio) -> None:
    studio.documents.open_sample(next(s for s in templates.samples() if s.id == "iris"))
    ready(studio)
    fair(studio.window, "data")
    studio.show_stage("define")
    for node in studio.session.project.network.nodes:
        studio.session.selection.set(node)
        fair(studio.window, f"define, {node} selected")
    studio.show_stage("fit")
    primary = studio.page("fit").primary()
    assert primary is not None
    primary.act()
    wait_until(lambda: studio.session.progress is not None)
    fair(studio.window, "fit, running")
    wait_until(lambda: studio.session.run is not None and studio.session.progress is None, 60)
    for stage in STAGES:
        studio.show_stage(stage)
        ready(studio)
        fair(studio.window, stage)
        assert_tab_goes_by_region(studio, stage)
    studio.export()
    ready(studio)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    fair(dialog, "export")
    dialog.close()


def test_inspector_tabs_problems_and_help(studio: Studio) -> None:
    studio.documents.open_sample(next(s for s in templates.samples() if s.id == "iris"))
    ready(studio)
    studio.show_stage("define")
    page = studio.page("define")
    nodes = tuple(studio.session.project.network.nodes)
    for tab in ("settings", "weights", "notes"):
        studio.session.selection.set(nodes[1])
        page.inspector.show_tab(tab)
        fair(studio.window, f"inspector, {tab}")
    page.inspector.show_tab("settings")
    studio.session.selection.set(*nodes)
    fair(studio.window, "inspector, several layers")
    studio.session.selection.set("target:0")
    fair(studio.window, "inspector, target")
    for layer in ("Add", "Dense", "Conv2D"):
        record = registry.named("layer", layer)
        studio.session.edit("x", lambda p, record=record: edits.add_layer(p, record.suggestion()))
    ready(studio)
    assert len(page.problems.rows) > 3
    fair(studio.window, "problems")
    studio.session.selection.set(next(p.node for p in studio.session.problems))
    fair(studio.window, "callout")
    studio.help.open("layer/dense")
    fair(studio.help._manual, "help")


def test_questions_and_command_search(studio: Studio) -> None:
    studio.documents._new()
    for opened in (studio.help.about(), studio.help.news(), studio.help.settings()):
        fair(opened, opened.accessibleName())
        opened.close()
    box = studio.help.settings()
    for group in ("files", "training", "keys"):
        box.show_group(group)
        fair(box, group)
    box.close()
    asked = dialogs.ask_unsaved(studio.window, "Wine", print)
    fair(asked, "unsaved")
    asked.buttons["cancel"].click()
    trouble = dialogs.report(studio.window, "Something went wrong", "Your work is safe.", "Traceback")
    fair(trouble, "report")
    trouble.close()
    studio.actions.trigger("go.search")
    fair(studio.window, "search")


def assert_tab_goes_by_region(studio: Studio, stage: str) -> None:
    """Tab goes top bar, left panel, centre, right panel, dock; it leaves no region before it saw all of it."""
    window = studio.window
    regions = window.regions()
    first = next(w for w in reachable(window) if window.top.isAncestorOf(w))
    first.setFocus()
    seen: list[int] = []
    for _ in range(400):
        focus = window.focusWidget()
        assert focus is not None
        inside = [i for i, r in enumerate(regions) if r is focus or r.isAncestorOf(focus)]
        specific = [i for i in inside if regions[i] is not window.current]
        place = (specific or inside or [len(regions)])[0]
        if not seen or seen[-1] != place:
            seen.append(place)
        if focus.accessibleName() == "Canvas":  # Tab is quick add there; F6 leaves
            return
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        if window.focusWidget() is first:
            break
    assert len(seen) == len(set(seen)), f"{stage}: Tab returned to a region: {seen}"
