"""The settings: a form made from the declared settings, and the key map. Every change applies at once."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from studio.actions import Actions
from studio.pages.start_cards import NavButton
from studio.settings import BY_ID, GROUPS, SETTINGS, Setting, Settings
from studio.text import tr
from studio.widgets import (
    Box,
    Button,
    FocusRing,
    Label,
    Line,
    NumberField,
    Scroll,
    SearchField,
    Select,
    Switch,
    box_of,
    column,
    fixed,
    lay,
    row,
)
from studio.widgets.base import Item
from studio.window.key_map import KeyMap

KEYS = "keys"
SCALE = "appearance.scale"


class SettingRow(QWidget):
    """One setting: title and sentence at the left, its control at the right."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__()
        self.setting, self._settings = setting, settings
        self.control = CONTROLS[setting.kind](setting)
        self.control.changed.connect(self._chosen)
        words = column(
            Label(tr(setting.title), 13, 600), Label(tr(setting.doc), 12, 400, "text.secondary", wrap=True), spacing=2
        )
        self.more = column(spacing=0)
        lay(self, [row((words, 1), fixed(self.control, 190), spacing=20), self.more], True, 6, (0, 10, 0, 10))
        self.tell()

    def tell(self) -> None:
        """Show the value as it is now."""
        self.control.set_value(self._settings.value(self.setting.id))

    def matches(self, words: list[str]) -> bool:
        """Return whether the setting has all these words."""
        labels = " ".join(label for _, label in self.setting.choices)
        text = f"{tr(self.setting.title)} {tr(self.setting.doc)} {labels} {' '.join(self.setting.words)}".lower()
        return all(word in text for word in words)

    def _chosen(self, value: Any) -> None:
        self._settings.set(self.setting.id, value)


def _choice(setting: Setting) -> Select:
    return Select([(v, tr(label)) for v, label in setting.choices], name=tr(setting.title))


def _switch(setting: Setting) -> Switch:
    return Switch("", name=tr(setting.title))


def _number(setting: Setting) -> NumberField:
    return NumberField(
        setting.default, name=tr(setting.title), minimum=setting.minimum, maximum=setting.maximum, integer=True,
        suffix=setting.unit,
    )  # fmt: skip


CONTROLS: dict[str, Any] = {"choice": _choice, "switch": _switch, "number": _number}
"""Kind of a setting -> what makes its control."""


class SettingsDialog(QDialog):
    """Settings by group, and keys. `restart_wanted()` when a person wants the scale now."""

    restart_wanted = Signal()

    def __init__(self, window: QWidget, settings: Settings, actions: Actions, scale: int) -> None:
        super().__init__(window)
        self._settings, self._scale = settings, scale
        self.setWindowTitle(tr("Settings"))
        self.setAccessibleName(tr("Settings"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = SearchField(tr("Search settings"), name=tr("Search settings"))
        self.rows = {setting.id: SettingRow(setting, settings) for setting in SETTINGS}
        self.keys = KeyMap(actions)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._form())
        self.pages.addWidget(self.keys)
        self.defaults = Button(tr("Restore defaults"), "rotate-ccw", "ghost")
        close = Button(tr("Close"), name=tr("Close settings"))
        foot = row(self.defaults, None, close, margins=(16, 10, 16, 12))
        right = column((self.pages, 1), Line(), foot, spacing=0)
        lay(self, [self._nav(), (right, 1)], False, 0, 0)
        self.resize(min(820, window.width() - 40), min(600, window.height() - 40))
        self.setMinimumSize(560, 360)
        FocusRing(self)
        self.search.searched.connect(self._search)
        self.defaults.clicked.connect(self._restore)
        close.clicked.connect(self.close)
        settings.changed.connect(self._changed)
        self.show_group("appearance")
        self._tell_scale()

    def show_group(self, group: str) -> None:
        """Show a group of settings, or "keys"."""
        self.group = group
        for name, button in self.nav.items():
            button.setChecked(name == group)
        self.pages.setCurrentIndex(1 if group == KEYS else 0)
        words = tr("Reset all keys") if group == KEYS else tr("Restore defaults")
        self.defaults.set_text(words)
        self.defaults.setAccessibleName(words)
        self.search.setPlaceholderText(tr("Search keys") if group == KEYS else tr("Search settings"))
        self._search(self.search.text())

    def show_setting(self, id: str) -> None:
        """Show a setting and give its control the keyboard."""
        self.show_group(BY_ID[id].group)
        self.rows[id].control.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a field that was left with Enter does not close the settings
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.setText("")
        else:
            super().keyPressEvent(event)

    # ---- parts ----
    def _nav(self) -> QWidget:
        self.nav: dict[str, NavButton] = {}
        for group, (title, icon) in (GROUPS | {KEYS: ("Keyboard", "keyboard")}).items():
            self.nav[group] = NavButton(tr(title), icon, self._nav_pressed)
            self.nav[group].setProperty("group", group)
        head = Label(tr("Settings"), 16, 600, display=True)
        items: list[Item] = [head, 6, self.search, 6, *self.nav.values(), None]
        return fixed(Box(*items, radius=0, sides="r", spacing=2, margins=(14, 16, 14, 14)), 220)

    def _form(self) -> QWidget:
        self.heads: dict[str, Label] = {}
        content = column(spacing=0, margins=(24, 16, 20, 16))
        box = box_of(content)
        for group, (title, _icon) in GROUPS.items():
            self.heads[group] = Label(tr(title), 16, 600, display=True)
            box.addWidget(self.heads[group])
            for setting in SETTINGS:
                if setting.group == group:
                    box.addWidget(self.rows[setting.id])
        self.restart = Button(tr("Restart now"), "refresh-cw", "soft", "small")
        self.restart_words = Label("", 12, 400, "text.secondary", wrap=True)
        self.restart_line = Box(
            row((self.restart_words, 1), self.restart, margins=(12, 8, 8, 8)), fill="bg.subtle", radius=6
        )
        self.restart.clicked.connect(self._restart_pressed)
        scale = self.rows[SCALE].more.layout()
        assert scale is not None
        scale.addWidget(self.restart_line)
        self.nothing = Label(tr("No setting has these words."), 13, 400, "text.muted")
        box.addWidget(self.nothing)
        box.addStretch(1)
        return Scroll(content, name=tr("Settings form"))

    # ---- answers ----
    def _nav_pressed(self) -> None:
        self.search.setText("")
        self.show_group(str(self.sender().property("group")))

    def _search(self, text: str) -> None:
        if self.group == KEYS:
            self.keys.search(text)
            return
        words = text.lower().split()
        shown = {
            id for id, line in self.rows.items()
            if (line.matches(words) if words else line.setting.group == self.group)
        }  # fmt: skip
        for id, line in self.rows.items():
            line.setVisible(id in shown)
        for group, head in self.heads.items():
            head.setVisible(any(BY_ID[id].group == group for id in shown))
        self.nothing.setVisible(not shown)

    def _restore(self) -> None:
        if self.group == KEYS:
            self.keys.reset_all()
        else:
            self._settings.restore_defaults()

    def _changed(self, id: str) -> None:
        self.rows[id].tell()
        self._tell_scale()

    def _tell_scale(self) -> None:
        wanted = self._settings.value(SCALE)
        self.restart_line.setVisible(wanted != self._scale)
        self.restart_words.setText(tr("{n} % from the next start on.", n=wanted))

    def _restart_pressed(self) -> None:
        self.close()
        self.restart_wanted.emit()
