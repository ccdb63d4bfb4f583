"""What the help menu and the settings open: settings, key map, what's new, about, diagnostics."""

import platform
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, qVersion
from PySide6.QtGui import QGuiApplication

import engine
from studio.actions import Actions
from studio.settings import Settings
from studio.text import tr
from studio.widgets import Button, Label, Logo, column, row
from studio.window.main_window import MainWindow

if TYPE_CHECKING:  # made when they are first opened: none of it is needed for the first paint
    from studio.window.manual import Manual
    from studio.window.reading import Reading
    from studio.window.settings_dialog import SettingsDialog

PRIVACY = (
    "Layerwright has no telemetry: it sends nothing anywhere, and your tables, projects and models stay on this "
    "computer."
)
FIRST_LAYER = "layer/dense"
BUNDLED = (
    ("Inter and Inter Display", "SIL Open Font License 1.1", "fonts/OFL-Inter.txt"),
    ("JetBrains Mono", "SIL Open Font License 1.1", "fonts/OFL-JetBrainsMono.txt"),
    ("Lucide icons", "ISC", "icons/LICENSE"),
    ("Iris, wine, breast cancer, diabetes, digits tables", "BSD 3-Clause", "samples/LICENSE-scikit-learn.txt"),
    ("Penguins table", "CC0 1.0", "samples/LICENSE-penguins.txt"),
)
"""What comes with the program: (what, licence, its text in resources)."""


class Help(QObject):
    """Opens dialogs over a window. `restart_wanted()` when a person wants a new scale now; `told` as in documents."""

    restart_wanted = Signal()
    told = Signal(object, object, object, object, object)

    def __init__(self, window: MainWindow, settings: Settings, actions: Actions, scale: int) -> None:
        super().__init__(window)
        self._window, self._settings, self._actions, self._scale = window, settings, actions, scale
        self._manual: Manual | None = None

    def settings(self) -> "SettingsDialog":
        """Open the settings."""
        from studio.window.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._window, self._settings, self._actions, self._scale)
        dialog.restart_wanted.connect(self.restart_wanted)
        dialog.open()
        return dialog

    def setting(self, id: str) -> None:
        """Open the settings at one of them."""
        self.settings().show_setting(id)

    def keys(self) -> None:
        """Open the key map."""
        self.settings().show_group("keys")

    def news(self) -> "Reading":
        """Show what each version brought."""
        return self._page(tr("What's new"), "help/changelog.md")

    def gpu(self) -> "Reading":
        """Show what a GPU needs and how it is found."""
        return self._page(tr("How to add a GPU"), "help/gpu.md")

    def topic(self) -> None:
        """Open the help on what has the keyboard."""
        from studio.window.manual import topic_in_focus

        self.open(topic_in_focus(self._window.current))

    def layers(self) -> None:
        """Open the reference of all layers."""
        self.open(FIRST_LAYER)

    def open(self, topic: str) -> None:
        """Open a page of the help."""
        from studio.window.manual import Manual

        if self._manual is None:
            self._manual = Manual(self._window)
        self._manual.open_topic(topic)

    def about(self) -> "Reading":
        """Show version, licences of what comes along, and the libraries in use."""
        from studio.window.reading import Reading

        copy = Button(tr("Copy diagnostics"), "copy", name=tr("Copy diagnostics"))
        copy.clicked.connect(self.diagnostics)
        head = row(
            Logo(40),
            column(
                Label("Layerwright", 20, 600, display=True),
                Label(tr("Version {v} · MIT licence", v=engine.__version__), 12, 400, "text.secondary"),
                spacing=2,
            ),
            None, spacing=14,
        )  # fmt: skip
        return self._open(Reading(self._window, tr("About Layerwright"), _about(), copy, head=head))

    def diagnostics(self) -> None:
        """Put versions, platform, settings and log lines on the clipboard."""
        from studio.window import diagnostics

        QGuiApplication.clipboard().setText(diagnostics.text(self._settings))
        self.told.emit(
            tr("Diagnostics copied"), tr("Paste them into a report. They hold no data of yours."), "success", "", None
        )

    def _page(self, title: str, path: str) -> "Reading":
        """Open a page of help; its first line is the title."""
        from studio.window.reading import Reading, resource

        return self._open(Reading(self._window, title, resource(path).partition("\n")[2]))

    def _open(self, dialog: "Reading") -> "Reading":
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog


class Chosen:
    """Opens the settings at one of them: what an action of the command search does."""

    def __init__(self, act: Callable[[str], object], id: str) -> None:
        self._act, self._id = act, id

    def __call__(self) -> None:
        self._act(self._id)


def _about() -> str:
    from studio.window import diagnostics
    from studio.window.reading import LOCAL

    lines = [
        tr("Design, train, evaluate and export neural networks, compiled to programs that you can read."), "",
        tr(PRIVACY), "", f"### {tr('Comes with')}", "", f"| {tr('What')} | {tr('Licence')} |", "|---|---|",
    ]  # fmt: skip
    lines += [f"| {what} | [{licence}]({LOCAL}:{path}) |" for what, licence, path in BUNDLED]
    lines += [
        "",
        f"### {tr('Built on')}",
        "",
        f"| {tr('Library')} | {tr('Version')} | {tr('Licence')} |",
        "|---|---|---|",
    ]
    lines += [f"| Python | {platform.python_version()} | PSF |", f"| Qt | {qVersion()} | LGPL-3.0 |"]
    lines += [f"| {name} | {version} | {_cell(licence)} |" for name, version, licence in diagnostics.parts()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "/")
