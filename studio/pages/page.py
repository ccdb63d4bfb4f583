"""What a stage's page is: a widget with panels, a status line and one filled button."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.document.session import Session
from studio.pages.panels import RAIL, STEP, Dock, Rail, SidePanel
from studio.text import tr
from studio.widgets.base import Splitter, lay

CENTRE = 640
"""With less room than this for the centre the right panel floats over the page, then the left one."""
DOCK_SHARE = 0.4
"""Of the page's height: the most that the dock can be dragged to."""


@dataclass(frozen=True, slots=True)
class Primary:
    """The one filled button of a stage: the next step.

    text: verb first ("Start fit"). reason: why it cannot be done now; the button then stays enabled and says so.
    exports: it is the Export of the top bar, which is then not there twice.
    """

    text: str
    icon: str
    act: Callable[[], object]
    reason: str = ""
    exports: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """One item of the status bar."""

    icon: str
    text: str
    color: str = "text.secondary"
    name: str = ""


class Page(QWidget):
    """Base of all stage pages. A page is made when its stage is first shown.

    Override `left`, `centre`, `right` and `dock` (or `build` for a layout of your own), `status`, `primary`, `enter`,
    `leave`. Signals: `status_changed()` when status or primary have changed; `go(stage)` to show another stage;
    `squeezed()` when a panel begins or ends to float, or a floating one opens or closes;
    `tell(title, text, kind, action, act)` shows a toast; `help_asked(topic)` opens a help page.
    """

    STAGE: ClassVar[str] = ""
    LEFT_WIDTH: ClassVar[int] = 240
    RIGHT_WIDTH: ClassVar[int] = 312
    LEFT: ClassVar[tuple[str, str]] = ("panel-left", "Left panel")
    """Icon and title of the left panel, for the rail of a very narrow window."""

    status_changed = Signal()
    squeezed = Signal()
    go = Signal(object)
    tell = Signal(object, object, object, object, object)
    help_asked = Signal(object)

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.session, self.actions_ = session, actions
        self.setAccessibleName(f"{self.STAGE.capitalize()} page")
        self.panels: dict[str, QWidget] = {}
        self.hidden_by_person: set[str] = set()
        self.rail: Rail | None = None
        self.middle: Splitter | None = None
        self._box: QBoxLayout | None = None
        self._dock_height = theme.size("dock")
        self._laid = False
        self.build()

    # ---- for pages ----
    def build(self) -> None:
        """Lay the panels out: left | centre over dock | right."""
        centre, dock = self.centre(), self.dock()
        middle: QWidget = centre
        if dock is not None:
            below = self.panels["dock"] = Dock(dock)
            middle = self.middle = Splitter(centre, self.panels["dock"], vertical=True, name="Dock height")
            middle.setStretchFactor(0, 1)
            middle.setSizes([10_000, self._dock_height])
            self.middle.splitterMoved.connect(self._dock_moved)
            below.folded.connect(self._dock_folded)
        left, right = self.left(), self.right()
        items: list[QWidget | tuple[QWidget, int]] = []
        if left is not None:
            self.rail = Rail(self.LEFT[0], tr(self.LEFT[1]))
            self.rail.opened.connect(self._rail_pressed)
            self.rail.hide()
            items += [self.rail, self._side("left", left, self.LEFT_WIDTH)]
        items.append((middle, 1))
        if right is not None:
            items.append(self._side("right", right, self.RIGHT_WIDTH))
        self._box = lay(self, items, False, 0, 0)

    def _side(self, name: str, content: QWidget, width: int) -> SidePanel:
        panel = SidePanel(content, name, width)
        panel.closed.connect(self._drawer_left)
        panel.resized.connect(self._place)
        self.panels[name] = panel
        return panel

    def left(self) -> QWidget | None:
        """Return the left panel."""
        return None

    def centre(self) -> QWidget:
        """Return what fills the middle."""
        return QWidget()

    def right(self) -> QWidget | None:
        """Return the right panel."""
        return None

    def dock(self) -> QWidget | None:
        """Return the panel below the centre."""
        return None

    def status(self) -> tuple[list[Status], list[Status]]:
        """Return the items at the left and at the right of the status bar."""
        return [], []

    def primary(self) -> Primary | None:
        """Return the filled button of this stage."""
        return None

    def fix(self) -> None:
        """Apply the fix of the problem that is shown; a page that shows none does nothing."""

    def enter(self) -> None:
        """The page comes on screen."""

    def leave(self) -> None:
        """Another page comes on screen."""

    def shut(self) -> None:
        """The window closes: end what this page has started."""

    def help_topic(self) -> str:
        """Return the help page of this stage."""
        return f"stage/{self.STAGE}"

    def toast(
        self, title: str, text: str = "", kind: str = "info", action: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Show a toast."""
        self.tell.emit(title, text, kind, action, act)

    # ---- panels, for the window ----
    def toggle_panel(self, name: str) -> bool:
        """Show or hide a panel ("left", "right", "dock"); return whether the page has it."""
        panel = self.panels.get(name)
        if panel is None:
            return False
        shown = panel.isHidden() or (isinstance(panel, Dock) and panel.collapsed)
        if isinstance(panel, SidePanel) and panel.floats:
            self.show_drawer(name, shown)
            return True
        (self.hidden_by_person.discard if shown else self.hidden_by_person.add)(name)
        panel.show() if shown else panel.hide()
        self.squeeze()
        return True

    def show_drawer(self, name: str, shown: bool) -> None:
        """Open a floating panel over the page and give it the keyboard, or close it and give the keyboard back."""
        panel = self.panels[name]
        assert isinstance(panel, SidePanel)
        had = panel.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        panel.setVisible(shown)
        self._place()
        if shown:
            panel.raise_()
            panel.edge.raise_()
            panel.take_keyboard()
        elif had:
            centre = self.middle.widget(0) if self.middle is not None else None
            (centre or self).setFocus()
        self.squeezed.emit()

    def right_drawer(self) -> bool | None:
        """Return whether the floating right panel is open; None while there is none that floats."""
        panel = self.panels.get("right")
        return panel.isVisible() if isinstance(panel, SidePanel) and panel.floats else None

    def grow_panel(self, steps: int) -> None:
        """Make the panel that has the keyboard larger or smaller; without one, the right panel."""
        focus = self.window().focusWidget()
        inside = [p for p in self.panels.values() if focus is not None and p.isAncestorOf(focus)]
        panel = inside[0] if inside else self.panels.get("right", self.panels.get("left"))
        if isinstance(panel, SidePanel):
            panel.set_width(panel.width() + steps * STEP)
        elif isinstance(panel, Dock):
            panel.fold(False)
            self._set_dock(panel.height() + steps * STEP)

    def squeeze(self) -> None:
        """Let side panels float when the centre has too little room: the right one first, then the left one."""
        left, right = (self.panels.get(side) for side in ("left", "right"))
        free = self.width() - CENTRE
        if isinstance(right, SidePanel) and isinstance(left, SidePanel):
            beside = 0 if "left" in self.hidden_by_person else left.usual
            self._float(right, free < beside + right.usual)
        if isinstance(left, SidePanel) and self.rail is not None:
            self._float(left, free < left.usual)
            self.rail.setVisible(left.floats)
        for panel, other in ((left, right), (right, left)):
            if isinstance(panel, SidePanel):
                panel.fit(free - self._docked(other))
        self._place()

    def _docked(self, panel: QWidget | None) -> int:
        """Return the width that a panel takes beside the centre."""
        beside = isinstance(panel, SidePanel) and not panel.floats and panel.side not in self.hidden_by_person
        return panel.width() if beside and panel is not None else 0

    def _float(self, panel: SidePanel, floats: bool) -> None:
        if floats == panel.floats or self._box is None:
            return
        panel.set_floating(floats)
        if floats:
            self._box.removeWidget(panel)
            panel.hide()
        else:
            self._box.insertWidget(1 if panel.side == "left" else self._box.count(), panel)
            panel.setVisible(panel.side not in self.hidden_by_person)
        self.squeezed.emit()

    def _place(self) -> None:
        for panel in self.panels.values():
            if isinstance(panel, SidePanel) and panel.floats:
                x = RAIL if panel.side == "left" else self.width() - panel.width()
                panel.setGeometry(x, 0, panel.width(), self.height())
        left = self.panels.get("left")
        if self.rail is not None and left is not None:
            self.rail.button.setChecked(left.isVisible())

    def _drawer_left(self) -> None:
        panel = self.sender()
        assert isinstance(panel, SidePanel)
        self.show_drawer(panel.side, False)

    def _rail_pressed(self) -> None:
        self.toggle_panel("left")

    # ---- the dock ----
    def _dock_moved(self, *_: Any) -> None:
        dock = self.panels["dock"]
        if isinstance(dock, Dock) and not dock.collapsed:
            self._dock_height = dock.height()

    def _dock_folded(self) -> None:
        dock = self.panels["dock"]
        assert isinstance(dock, Dock)
        self._lay_dock(dock.head if dock.collapsed else self._dock_height)

    def _set_dock(self, height: int) -> None:
        self._dock_height = height
        self._lay_dock(height)

    def _lay_dock(self, height: int) -> None:
        if self.middle is not None and self._laid:
            self.middle.setSizes([max(self.middle.height() - height, 1), height])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        dock = self.panels.get("dock")
        if isinstance(dock, Dock):
            dock.limit(max(theme.size("dock"), round(self.height() * DOCK_SHARE)))
        self.squeeze()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._laid and "dock" in self.panels:
            self._laid = True
            self._dock_folded()

    # ---- what is remembered ----
    def restore_panels(self, settings: QSettings) -> None:
        """Give the panels the sizes and states that they had in the last session; what is damaged is left out."""
        kept = _read(settings.value(f"panels/{self.STAGE}", ""))
        for name in map(str, kept.get("hidden", ())):
            if name in self.panels:
                self.hidden_by_person.add(name)
                self.panels[name].hide()
        for name, panel in self.panels.items():
            size = kept.get(name)
            if isinstance(size, int) and isinstance(panel, SidePanel):
                panel.set_width(size)
            elif isinstance(size, int) and isinstance(panel, Dock):
                self._dock_height = min(max(size, panel.head), 2000)
                panel.fold(kept.get("folded") is True)

    def save_panels(self, settings: QSettings) -> None:
        """Remember size and state of the panels."""
        kept: dict[str, Any] = {"hidden": sorted(self.hidden_by_person)}
        for name, panel in self.panels.items():
            if isinstance(panel, Dock):
                kept |= {name: self._dock_height, "folded": panel.collapsed}
            elif isinstance(panel, SidePanel):
                kept[name] = panel.wanted
        settings.setValue(f"panels/{self.STAGE}", json.dumps(kept))


def _read(text: object) -> dict[str, Any]:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("hidden", []), list) else {}
