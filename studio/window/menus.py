"""The menus of the window, read from the table of actions: a tree of ids."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from studio import theme
from studio.actions import RECENT, STAGES, Actions
from studio.settings import Recent
from studio.text import tr

Entry = str | tuple[str, str, tuple[str, ...]]
LINE = ""

EDIT = (
    "edit.undo", "edit.redo", LINE, "canvas.cut", "canvas.copy", "canvas.paste", "canvas.duplicate", "canvas.delete",
    LINE, "canvas.select_all", "define.find", LINE, "go.search",
)  # fmt: skip
VIEW = (
    "view.left", "view.right", "view.dock", LINE, "view.light", "view.dark", "view.system", "view.contrast", LINE,
    "view.scale_up", "view.scale_down", "view.scale_reset", LINE, "go.next_region", "go.previous_region",
)  # fmt: skip
GO = tuple(f"go.{stage}" for stage in STAGES)
RUN = ("run.next", "compile.now", LINE, "fit.start", "fit.pause", "fit.stop")
HELP = ("help.topic", "help.layers", "help.keys", "help.news", "help.gpu", LINE, "help.diagnostics", "help.about")

PROJECT: tuple[Entry, ...] = (
    "file.new", "file.open", ("Open recent", "history", tuple(f"recent.{i}" for i in range(RECENT))), "file.open_csv",
    LINE, "file.save", "file.save_as", "file.rename", "file.export", LINE,
    ("Edit", "pencil", EDIT), ("View", "eye", VIEW), ("Go to", "arrow-right", GO), ("Run", "play", RUN),
    ("Help", "circle-help", HELP), LINE, "file.settings", LINE, "file.close", "file.quit",
)  # fmt: skip
"""The project menu: ids of actions, lines, and menus of their own as (title, icon, ids)."""


def menu_of(entries: tuple[Entry, ...], actions: Actions, parent: QWidget, title: str) -> QMenu:
    """Return a menu of these entries. What cannot be done here and has no reason to give is left out."""
    menu = QMenu(parent)
    menu.setTitle(title)
    menu.setAccessibleName(title)
    menu.setToolTipsVisible(True)
    for entry in entries:
        if entry == LINE:
            menu.addSeparator()
        elif isinstance(entry, tuple):
            inner = menu_of(entry[2], actions, menu, tr(entry[0]))
            inner.menuAction().setIcon(theme.icon(entry[1]))
            if not inner.isEmpty():
                menu.addMenu(inner)
        elif _offered(entry, actions):
            menu.addAction(_with_icon(entry, actions))
    return menu


def offer_recent(actions: Actions, entries: Sequence[Recent], open_path: Callable[[Path], object]) -> None:
    """Give the actions of recent projects their names; those that are left over are not offered."""
    for i in range(RECENT):
        there = i < len(entries)
        title = tr("Open {name}", name=entries[i].name) if there else ""
        actions.offer(f"recent.{i}", title, functools.partial(open_path, Path(entries[i].path)) if there else None)


def open_menu(
    entries: tuple[Entry, ...], actions: Actions, button: QWidget, title: str, *, above: bool = False
) -> QMenu:
    """Open a menu below a button, or above it."""
    menu = menu_of(entries, actions, button, title)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    y = -menu.sizeHint().height() - 4 if above else button.height() + 4
    menu.popup(button.mapToGlobal(QPoint(0, y)))
    return menu


def _offered(id: str, actions: Actions) -> bool:
    return actions.has(id) and actions.here(id) and (actions.enabled(id) or bool(actions.reason(id)))


def _with_icon(id: str, actions: Actions) -> QAction:
    action, icon = actions.qt(id), actions.get(id).icon
    if icon:
        action.setIcon(theme.icon(icon))
    return action
