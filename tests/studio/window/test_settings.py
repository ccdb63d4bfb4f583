"""Settings: one table, a form made from it, changes that apply at once, and what a damaged file does."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.app import Studio
from studio.document import templates
from studio.settings import BY_ID, GROUPS, SETTINGS, Settings
from studio.widgets import NumberField, Select, Switch
from studio.window.settings_dialog import CONTROLS, SettingsDialog
from tests.studio.conftest import wait_until
from tests.studio.window.conftest import LEFT, click, dialog, on_screen

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def opened(studio: Studio) -> Any:
    """Open the settings with their key."""
    QTest.keyClick(studio.window, Qt.Key.Key_Comma, CTRL)
    found = dialog("Settings")
    assert isinstance(found, SettingsDialog)
    return found


def pick(select: Select, value: Any) -> None:
    """Choose an option as a person does with the keyboard."""
    select.setFocus()
    rows = [select.itemData(i) for i in range(select.count())]
    for _ in range(len(rows)):
        QTest.keyClick(select, Qt.Key.Key_Up)
    for _ in range(rows.index(value)):
        QTest.keyClick(select, Qt.Key.Key_Down)
    QApplication.processEvents()


def test_every_setting_has_a_valid_default_a_group_and_a_control() -> None:
    assert len({s.id for s in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.group in GROUPS
        assert setting.kind in CONTROLS
        assert setting.valid(setting.default) == setting.default
        assert setting.doc.endswith(".")
        assert setting.valid("nonsense") == setting.default
        assert setting.valid(None) == setting.default


def test_the_form_shows_every_setting_with_the_control_of_its_kind(whole: Studio) -> None:
    box = opened(whole)
    kinds = {"choice": Select, "switch": Switch, "number": NumberField}
    for setting in SETTINGS:
        box.show_group(setting.group)
        line = box.rows[setting.id]
        assert line.isVisible()
        assert isinstance(line.control, kinds[setting.kind])
        assert line.control.value() == setting.default


def test_the_theme_changes_at_once(whole: Studio) -> None:
    box = opened(whole)
    pick(on_screen(box, "Theme"), "dark")  # type: ignore[arg-type]
    assert theme.scheme() == "dark"
    assert Settings().theme == "dark"
    pick(on_screen(box, "Theme"), "contrast")  # type: ignore[arg-type]
    assert theme.high_contrast()
    click(box, "Restore defaults")
    assert Settings().theme == "system"
    assert not theme.high_contrast()


def test_reduced_motion_takes_time_from_what_moves_but_not_from_messages(whole: Studio) -> None:
    box = opened(whole)
    before = theme.duration("toast")
    assert theme.duration("base") > 0
    QTest.mouseClick(on_screen(box, "Reduce motion"), LEFT)
    assert [theme.duration(name) for name in ("fast", "base", "slow")] == [0, 0, 0]
    assert theme.duration("toast") == before
    assert Settings().value("appearance.motion") is True
    QTest.mouseClick(on_screen(box, "Reduce motion"), LEFT)
    assert theme.duration("base") > 0


def test_a_number_is_kept_within_its_limits(whole: Studio) -> None:
    box = opened(whole)
    click(box, "Files")
    field = on_screen(box, "Keep unsaved work after")
    assert isinstance(field, NumberField)
    field.setText("7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert box.isVisible()  # Enter ends the entry, not the settings
    assert whole.settings.value("files.autosave") == 7
    assert whole.autosave._timer.interval() == 7000
    field.setText("900")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.error
    assert whole.settings.value("files.autosave") == 7


def test_search_finds_settings_of_all_groups(whole: Studio) -> None:
    box = opened(whole)
    QTest.keyClicks(on_screen(box, "Search settings"), "gpu")
    assert [id for id, line in box.rows.items() if line.isVisible()] == ["training.device"]
    box.search.setText("zzz")
    assert box.nothing.isVisible()


def test_the_command_search_leads_to_a_setting(whole: Studio) -> None:
    QTest.keyClick(whole.window, Qt.Key.Key_K, CTRL)
    field = on_screen(whole.window, "Search commands field")
    QTest.keyClicks(field, "set reduce")
    QTest.keyClick(field, Qt.Key.Key_Return)
    box = dialog("Settings")
    assert isinstance(box, SettingsDialog)
    assert box.focusWidget() is box.rows["appearance.motion"].control


def test_the_command_search_reaches_pages_that_were_not_made_yet(whole: Studio) -> None:
    whole.show_stage("data")
    assert "define" not in whole.pages
    QTest.keyClick(whole.window, Qt.Key.Key_K, CTRL)
    field = on_screen(whole.window, "Search commands field")
    QTest.keyClicks(field, "show outline")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert whole.stage == "define"
    assert whole.page("define").outline.isVisible()


def entries(studio: Studio) -> list[str]:
    """Return what the Edit menu shows."""
    menu = studio.window.top.open_menu()
    found = [a.text() for a in next(a.menu() for a in menu.actions() if a.text() == "Edit").actions()]
    menu.close()
    studio.window.activateWindow()
    QApplication.processEvents()
    return found


def test_what_belongs_to_a_stage_is_done_on_its_page(whole: Studio) -> None:
    whole.show_stage("define")
    whole.show_stage("data")
    assert "Delete selection" not in entries(whole)
    QTest.keyClick(whole.window, Qt.Key.Key_K, CTRL)
    field = on_screen(whole.window, "Search commands field")
    QTest.keyClicks(field, "tidy canvas")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert whole.stage == "define"
    assert "Delete selection" in entries(whole)


def test_a_panel_that_a_page_has_not_is_told(whole: Studio) -> None:
    whole.show_stage("compile")
    QTest.keyClick(whole.window, Qt.Key.Key_F4)
    assert whole.window.toasts.shown[-1].accessibleName() == "This page has no right panel."


def test_the_command_search_says_when_nothing_is_found(whole: Studio) -> None:
    QTest.keyClick(whole.window, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(on_screen(whole.window, "Search commands field"), "zzzz")
    assert whole.window.search.nothing.isVisible()
    assert not whole.window.search.list.isVisible()


def test_new_projects_take_the_device_of_the_settings(whole: Studio) -> None:
    whole.settings.set("training.device", "cpu")
    click(whole.window, "Blank project")
    assert whole.session.project.compile.device == "cpu"
    whole.documents._open_value(templates.begin(templates.TEMPLATES[0]), "define")
    assert whole.session.project.compile.device == "cpu"
    wait_until(lambda: not whole.preparation.working)


def test_the_last_project_opens_at_start_when_wanted(whole: Studio, tmp_path: Path) -> None:
    whole.documents._save(tmp_path / "mine.layerwright")
    whole.session.open(type(whole.session.project)())
    whole.show_start()
    whole.documents.begin()
    assert whole.session.path is None
    whole.settings.set("files.reopen", True)
    whole.documents.begin()
    assert whole.session.path == tmp_path / "mine.layerwright"


def test_damaged_values_are_defaults(whole: Studio) -> None:
    for setting in SETTINGS:
        whole.settings.qt.setValue(setting.id.replace(".", "/"), "@Variant(nonsense")
        assert whole.settings.value(setting.id) == setting.default
    whole.settings.qt.setValue("files/recent", "-4")
    assert whole.settings.value("files.recent") == 0
    assert whole.settings.recent() == ()


def test_a_new_scale_says_when_it_applies_and_offers_a_restart(whole: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []
    monkeypatch.setattr(whole.documents, "leave", lambda then: left.append(True))
    whole.show_stage("data")
    QTest.keyClick(whole.window, Qt.Key.Key_Plus, CTRL | ALT)
    assert whole.settings.value("appearance.scale") == 110
    toast = whole.window.toasts.shown[-1]
    assert toast.accessibleName() == "110 % from the next start on"
    click(toast, "Restart now")
    assert left == [True]
    QTest.keyClick(whole.window, Qt.Key.Key_0, CTRL | ALT)
    assert whole.settings.value("appearance.scale") == 100
    box = opened(whole)
    assert not box.restart_line.isVisible()
    pick(on_screen(box, "Scale"), 150)  # type: ignore[arg-type]
    assert box.restart_line.isVisible()
    click(box, "Restart now")
    assert left == [True, True]


def test_the_scale_ends_at_its_limits(whole: Studio) -> None:
    for _ in range(12):
        whole.looks.larger()
    assert whole.settings.value("appearance.scale") == BY_ID["appearance.scale"].choices[-1][0] == 200
    for _ in range(12):
        whole.looks.smaller()
    assert whole.settings.value("appearance.scale") == 80


SCALED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio import app, theme
from studio.settings import Settings
from studio.window.main_window import MainWindow
settings = Settings()
settings.set("appearance.scale", int(sys.argv[1]))
settings.save()
def look():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    picture, button = window.grab(), window.current.drop.grab()
    ratio = picture.width() / window.width()
    print(round(ratio, 3), round(button.height() / 104, 3), theme.font(13).pixelSize(), window.width() <= 1440)
    window.close()
class Led(app.Studio):
    def __init__(self, given=None):
        super().__init__(given)
        QTimer.singleShot(1200, look)
app.Studio = Led
app.run()
"""


@pytest.mark.parametrize("percent", [80, 100, 150, 200])
def test_the_whole_window_is_drawn_at_the_scale(tmp_path: Path, percent: int) -> None:
    import os

    environment = os.environ | {"LAYERWRIGHT_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("QT_SCALE_FACTOR", None)
    done = subprocess.run(
        [sys.executable, "-c", SCALED, str(percent)], capture_output=True, text=True, timeout=60, check=False,
        env=environment,
    )  # fmt: skip
    window, control, font, fits = done.stdout.split()
    assert float(window) == pytest.approx(percent / 100, abs=0.01), done.stderr
    assert float(control) == pytest.approx(percent / 100, abs=0.02)
    assert font == "13"
    assert fits == "True"


RESTART = """
import os, subprocess
from pathlib import Path
from PySide6.QtCore import QTimer
from studio import app
from studio.settings import Settings
settings = Settings()
settings.set("appearance.scale", 150)
settings.save()
class Led(app.Studio):
    def __init__(self, given=None):
        super().__init__(given)
        QTimer.singleShot(600, self.act)
    def act(self):
        self.documents._save(Path(os.environ["LAYERWRIGHT_HOME"]) / "mine")
        print(os.environ["QT_SCALE_FACTOR"])
        self.restart()
app.Studio = Led
subprocess.Popen = lambda command, **more: print(command[1:], os.environ.get("QT_SCALE_FACTOR"))
print(app.run())
"""


def test_restart_opens_the_same_project_again_with_the_environment_as_it_was(tmp_path: Path) -> None:
    import os

    environment = os.environ | {"LAYERWRIGHT_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    environment["QT_SCALE_FACTOR"] = "1.2"
    done = subprocess.run(
        [sys.executable, "-c", RESTART], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    factor, command, code = done.stdout.splitlines()
    assert factor == "1.8", done.stderr
    assert command == f"['-m', 'studio.main', '{tmp_path / 'mine.layerwright'}'] 1.2"
    assert code == "0"
