"""The start page as a person uses it: templates that work, samples, recent projects, the demo, tools."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from studio import theme
from studio.actions import OF_A_PROJECT
from studio.app import Studio
from studio.document import edits, files, templates
from studio.document.session import Session
from studio.pages.start_cards import RecentRow, ago
from studio.pages.thumbs import Spark
from studio.widgets import Chip, Label
from tests.studio.conftest import wait_until
from tests.studio.window.conftest import choose, click, dialog, on_screen

DAY = 86400.0


def saved(studio: Studio, folder: Path, name: str) -> Path:
    """Save a project and remember it."""
    session = Session()
    session.edit("Rename", lambda p: edits.set_name(p, name))
    path = files.save(session, folder / name.lower())
    files.remember(session, studio.settings, "Fit")
    return path


def recents(studio: Studio) -> list[RecentRow]:
    QApplication.processEvents()
    return [r for r in studio.start.recents.findChildren(RecentRow) if not r.isHidden()]


def menu_at(entry: RecentRow) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), entry.mapToGlobal(QPoint(5, 5)))
    QApplication.sendEvent(entry, event)
    return next(m for m in entry.findChildren(QMenu) if m.isVisible())


@pytest.mark.parametrize("template", templates.TEMPLATES, ids=lambda t: t.id)
def test_each_template_opens_compiles_and_fits_on_its_table(whole: Studio, template: templates.Template) -> None:
    click(whole.window, f"{template.title} template")
    assert whole.stage == "define"
    session = whole.session
    wait_until(lambda: session.prepared is not None and not whole.preparation.working)
    QApplication.processEvents()
    assert [p for p in session.problems if p.severity == "error" or p.node] == []
    session.edit("Shorten", lambda p: edits.set_fit(p, epochs=1))
    whole.show_stage("compile")
    wait_until(lambda: session.stage_mark("compile") == "done", 40)
    whole.show_stage("fit")
    whole.window.top.press_primary()
    wait_until(lambda: session.run is not None and session.progress is None, 60)
    assert session.run.status == "finished" or session.run.history
    assert len(session.run.history) >= 1


def test_the_templates_page_shows_table_and_layers(whole: Studio) -> None:
    click(whole.window, "Templates")
    card = on_screen(whole.window, "Image project")
    assert [c.text() for c in card.findChildren(Chip)] == ["Handwritten digits"]
    layers = "Input · Reshape · Conv2D · MaxPooling2D · Flatten · Dense · Dense"
    assert layers in [label.full_text() for label in card.findChildren(Label)]
    click(whole.window, "Regression project")
    assert whole.session.project.name == "Regression"
    assert whole.session.project.data.source.path.endswith("diabetes.csv")
    wait_until(lambda: not whole.preparation.working)


def test_nothing_of_a_template_is_lost_when_a_table_is_dropped_on_it(whole: Studio, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,class\n" + "".join(f"{i},{i * 2},{i % 2}\n" for i in range(60)))
    click(whole.window, "Binary template")
    wait_until(lambda: not whole.preparation.working)
    network = whole.session.project.network
    whole.documents.open_path(path)
    assert whole.session.project.network == network
    assert whole.session.project.data.source.path == str(path)
    wait_until(lambda: not whole.preparation.working)
    whole.session.undo()
    assert whole.session.project.data.source.path.endswith("breast_cancer.csv")
    wait_until(lambda: not whole.preparation.working)


def test_recent_projects_show_stage_figure_and_spark_line(whole: Studio, tmp_path: Path) -> None:
    saved(whole, tmp_path, "Beans")
    whole.show_start()
    (entry,) = recents(whole)
    assert [c.text() for c in entry.findChildren(Chip)] == ["Fit"]
    assert entry.findChildren(Spark)
    assert entry.width() <= whole.start.recents.parentWidget().width()


def test_the_menu_of_a_recent_project_opens_shows_and_forgets(
    whole: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(whole, tmp_path, "Beans")
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    whole.show_start()
    (entry,) = recents(whole)
    choose(menu_at(entry), "Show in folder")
    assert [u.toLocalFile() for u in opened] == [str(tmp_path)]
    choose(menu_at(entry), "Remove from list")
    assert recents(whole) == []
    assert path.exists()
    saved(whole, tmp_path, "Beans")
    whole.show_start()
    (entry,) = recents(whole)
    choose(menu_at(entry), "Open")
    assert whole.session.project.name == "Beans"


def test_fewer_recent_projects_when_the_settings_say_so(whole: Studio, tmp_path: Path) -> None:
    for name in ("One", "Two", "Three"):
        saved(whole, tmp_path, name)
    whole.show_start()
    assert [r.entry.name for r in recents(whole)] == ["Three", "Two", "One"]
    whole.settings.set("files.recent", 1)
    assert [r.entry.name for r in recents(whole)] == ["Three"]


def test_the_card_for_beginners_starts_the_demo(whole: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr(whole, "_demo_fit", lambda: started.append(whole.session.project.name))
    click(whole.window, "Start demo fit")
    wait_until(lambda: started)
    assert started == ["Penguins"]
    wait_until(lambda: not whole.preparation.working)


def test_tools_at_the_foot(whole: Studio) -> None:
    before, icons = theme.scheme(), {"light": "moon", "dark": "sun"}
    button = whole.start.theme_button
    assert button.icon_name() == icons[before]
    click(whole.window, "Change theme")
    assert theme.scheme() != before
    assert button.icon_name() == icons[theme.scheme()]
    click(whole.window, "Change theme")
    assert theme.scheme() == before
    click(whole.window, "Help")
    texts = [a.text() for a in whole.menu.actions() if a.text()]
    assert {"Keyboard shortcuts", "What's new", "Copy diagnostics"} <= set(texts)
    assert texts[-1] == "About Layerwright"
    whole.menu.close()
    click(whole.window, "Settings")
    box = QApplication.activeModalWidget()
    assert box is not None
    assert box.accessibleName() == "Settings"
    QTest.keyClick(box, Qt.Key.Key_Escape)


def test_how_long_ago_in_words() -> None:
    assert ago(1000.0, 1030.0) == "just now"
    assert ago(0.0, 600.0) == "10 minutes ago"
    assert ago(0.0, 5 * 3600.0) == "5 hours ago"
    assert ago(0.0, DAY + 100) == "yesterday"


def test_the_layer_reference_opens_beside_the_page(whole: Studio) -> None:
    click(whole.window, "Layer reference")
    box = dialog("Help")
    assert "Dense" in on_screen(box, "Help page").toPlainText()  # type: ignore[attr-defined]
    assert [b.isChecked() for b in whole.start.nav] == [True, False, False, False]
    box.close()


def test_what_needs_a_project_says_so_on_the_start_page(whole: Studio) -> None:
    QTest.keyClick(whole.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.activeModalWidget() is None
    assert not whole.actions.trigger("file.save")
    QTest.keyClick(whole.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(on_screen(whole.window, "Search commands field"), "rename project")
    found = whole.window.search.list.item(0)
    assert found.text() == "Rename project…"
    assert found.data(Qt.ItemDataRole.UserRole + 2) == "Open or begin a project first."
    whole.window.search.close_search()
    click(whole.window, "Blank project")
    assert all(whole.actions.enabled(id) for id in OF_A_PROJECT)
