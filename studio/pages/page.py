"""What a stage's page is: a widget with panels, a status line and one filled button."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme
from studio.actions import Actions
from studio.document.session import Session
from studio.widgets.base import Box, Splitter, lay

Panel = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Primary:
    """The one filled button of a stage: the next step.

    text: verb first ("Start fit"). reason: why it cannot be done now; the button then stays enabled and says so.
    """

    text: str
    icon: str
    act: Callable[[], object]
    reason: str = ""


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
    `tell(title, text, kind, action, act)` shows a toast.
    """

    STAGE: ClassVar[str] = ""
    LEFT_WIDTH: ClassVar[int] = 240
    RIGHT_WIDTH: ClassVar[int] = 312

    status_changed = Signal()
    go = Signal(object)
    tell = Signal(object, object, object, object, object)

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.session, self.actions_ = session, actions
        self.setAccessibleName(f"{self.STAGE.capitalize()} page")
        self.panels: dict[str, QWidget] = {}
        self.hidden_by_person: set[str] = set()
        self._squeezed = False
        self.build()

    # ---- for pages ----
    def build(self) -> None:
        """Lay the panels out: left | centre over dock | right."""
        centre, dock = self.centre(), self.dock()
        middle: QWidget = centre
        if dock is not None:
            self.panels["dock"] = _sided(dock, "t")
            middle = Splitter(centre, self.panels["dock"], vertical=True, name="Dock height")
            middle.setStretchFactor(0, 1)
            middle.setSizes([10_000, theme.size("dock")])
        left, right = self.left(), self.right()
        items: list[QWidget | tuple[QWidget, int]] = []
        if left is not None:
            self.panels["left"] = _sided(left, "r", self.LEFT_WIDTH)
            items.append(self.panels["left"])
        items.append((middle, 1))
        if right is not None:
            self.panels["right"] = _sided(right, "l", self.RIGHT_WIDTH)
            items.append(self.panels["right"])
        lay(self, items, False, 0, 0)

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

    def enter(self) -> None:
        """The page comes on screen."""

    def leave(self) -> None:
        """Another page comes on screen."""

    def shut(self) -> None:
        """The window closes: end what this page has started."""

    def toast(
        self, title: str, text: str = "", kind: str = "info", action: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Show a toast."""
        self.tell.emit(title, text, kind, action, act)

    # ---- for the window ----
    def toggle_panel(self, name: str) -> bool:
        """Show or hide a panel ("left", "right", "dock"); return whether the page has it."""
        panel = self.panels.get(name)
        if panel is None:
            return False
        shown = panel.isHidden()
        (self.hidden_by_person.discard if shown else self.hidden_by_person.add)(name)
        panel.setVisible(shown)
        return True

    def squeeze(self, narrow: bool) -> None:
        """A narrow window: the right panel goes; F4 brings it back. A wide one restores what a person had."""
        if narrow == self._squeezed:
            return
        self._squeezed = narrow
        right = self.panels.get("right")
        if right is not None and "left" in self.panels:
            right.setVisible(not narrow and "right" not in self.hidden_by_person)

    def restore_panels(self, settings: QSettings) -> None:
        """Hide the panels that were hidden in the last session."""
        hidden = str(settings.value(f"panels/{self.STAGE}", "") or "")
        for name in hidden.split(","):
            if name in self.panels:
                self.hidden_by_person.add(name)
                self.panels[name].hide()

    def save_panels(self, settings: QSettings) -> None:
        """Remember which panels are hidden."""
        settings.setValue(f"panels/{self.STAGE}", ",".join(sorted(self.hidden_by_person)))


def _sided(widget: QWidget, side: str, width: int | None = None) -> Box:
    box = Box((widget, 1), fill="bg.panel", radius=0, sides=side, spacing=0)
    if width:
        box.setFixedWidth(width)
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    return box
