"""What all gestures share. Nothing of the document changes before `finish`; `cancel` leaves no trace."""

import math
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from studio.canvas.view import View

THRESHOLD = 4.0
"""Screen pixels that the pointer moves before a press becomes a drag."""

Modifiers = Qt.KeyboardModifier


class Gesture:
    """One press, drag and release on the canvas. Points are scene coordinates. BY_KEYS: it follows keys instead."""

    BY_KEYS: ClassVar[bool] = False

    def __init__(self, view: "View") -> None:
        self.view, self.scene, self.session = view, view.canvas, view.canvas.session
        self.origin = self.last = QPointF()
        self.dragging = False

    def start(self, at: QPointF, modifiers: Modifiers) -> None:
        """The button went down."""
        self.origin = self.last = at

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        """The pointer moved; after 4 pixels it is a drag."""
        self.last = at
        way = at - self.origin
        if not self.dragging and math.hypot(way.x(), way.y()) * self.view.zoom >= THRESHOLD:
            self.dragging = True
            self.begin()
        if self.dragging:
            self.drag(at, modifiers)

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        """The button went up: make the edit, or take it as a click."""
        if self.dragging:
            self.drop(at, modifiers)
        else:
            self.click(at, modifiers)
        self.clear()

    def cancel(self) -> None:
        """Escape: show everything as it was."""
        self.clear()

    def key(self, event: QKeyEvent) -> bool:
        """Take a key while the gesture is in hand; return whether it was for it."""
        return False

    # ---- what a gesture fills in -----------------------------------------------------------------------------------
    def begin(self) -> None:
        """The drag begins."""

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        """Show what a release here would do."""

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        """Do it."""

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        """The pointer did not move."""

    def clear(self) -> None:
        """Take everything away that the gesture drew."""
        self.scene.overlay.clear()
