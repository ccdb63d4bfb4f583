"""What a press on the canvas begins: it depends on the tool in hand and on what lies under the pointer."""

import math
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QPointF

from studio.canvas.gestures import Band, Draw, DrawNote, Gesture, Move, Pan, Resize
from studio.canvas.picture import LinkKey

if TYPE_CHECKING:
    from studio.canvas.scene import Scene
    from studio.canvas.view import View


class Pressing:
    """Mixed into the view."""

    canvas: "Scene"
    tool: str
    add_asked: Any

    def gesture_at(self, at: QPointF) -> Gesture:
        """Return the gesture that a press at a point of the scene begins."""
        made: Gesture = getattr(self, f"_{self.tool}_gesture")(at)
        return made

    def _hand_gesture(self, at: QPointF) -> Gesture:
        return Pan(cast("View", self))

    def _note_gesture(self, at: QPointF) -> Gesture:
        return DrawNote(cast("View", self))

    def _link_gesture(self, at: QPointF) -> Gesture:
        """With the link tool a drag from anywhere on a card draws a wire; at a target it is drawn backwards."""
        card = self.canvas.card_at(at)
        if card is None or self.canvas.port_at(at):
            return self._select_gesture(at)
        outgoing = self.canvas.nodes[card].card.outputs
        return Draw(self, card, "bottom" if outgoing else "top", outgoing=outgoing)

    def _select_gesture(self, at: QPointF) -> Gesture:
        if port := self.canvas.port_at(at):
            return self._from_port(*port)
        if card := self.canvas.card_at(at):
            return Move(self, card)
        if key := self.canvas.wire_at(at):
            return self._from_wire(key, at)
        if note := self.canvas.note_at(at):
            return Resize(self, note) if self.canvas.notes[note].on_grip(at) else Move(self, note)
        return Band(cast("View", self))

    def _from_port(self, card: str, side: Any) -> Gesture:
        """A port with a wire that ends there gives that wire's end; any other port begins a new wire."""
        ending = [k for k in self.canvas.touching[card] if k[1] == card and self.canvas.wires[k].route.end == side]
        if ending and side != "bottom":
            return self._from_wire_end(ending[-1], "target")
        return Draw(self, card, side, outgoing=side == "bottom" or side in ("left", "right"))

    def _from_wire(self, key: LinkKey, at: QPointF) -> Gesture:
        end = self.canvas.wires[key].end_at(at)
        return self._from_wire_end(key, end or "")

    def _from_wire_end(self, key: LinkKey, end: str) -> Gesture:
        route = self.canvas.wires[key].route
        if end == "source":
            return Draw(self, key[1], route.end, outgoing=False, old=key)
        return Draw(self, key[0], route.start, outgoing=True, old=key)

    def pressed_plus(self, at: QPointF) -> bool:
        """Open quick add when the plus of a wire was pressed; return whether it was."""
        for key, item in self.canvas.wires.items():
            if item.hovered and math.hypot(*(item.plus() - at).toTuple()) <= 9:
                self.add_asked.emit(at, None, key, None)
                return True
        return False
