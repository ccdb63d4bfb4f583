"""What keys do to wires: draw one, put an end elsewhere, select one after the other."""

from typing import TYPE_CHECKING, Any

from studio.canvas.gestures.connect import Connect
from studio.canvas.picture import LinkKey
from studio.document import edits
from studio.document.session import Session
from studio.text import tr

if TYPE_CHECKING:
    from studio.canvas.scene import Scene


class Wiring:
    """Mixed into the view."""

    session: Session
    canvas: "Scene"
    said: Any
    reveal: Any
    escape: Any
    gesture: Any
    _wires_of: str | None = None

    def wire_by_keys(self) -> None:
        """Draw a wire from the selected layer, or put the end of the selected wire elsewhere; two layers are wired."""
        nodes, key = self.session.selection.nodes, self.canvas.chosen_wire
        if len(nodes) == 2:
            self.session.edit(tr("Draw wire"), lambda project: edits.connect(project, *nodes))
        elif key is not None:
            self._connect(key[0], outgoing=True, old=key)
        else:
            self._connect(self.session.selection.current, outgoing=True)

    def wire_source_by_keys(self) -> None:
        """Choose what feeds the selected layer, or another source of the selected wire."""
        key = self.canvas.chosen_wire
        if key is not None:
            self._connect(key[1], outgoing=False, old=key)
        else:
            self._connect(self.session.selection.current, outgoing=False)

    def _connect(self, card: str | None, *, outgoing: bool, old: LinkKey | None = None) -> None:
        item = self.canvas.nodes.get(card or "")
        if item is None:
            self.said.emit(tr("Select the layer at which the wire begins, then press L."))
        elif not (item.card.outputs if outgoing else item.card.inputs):
            self.said.emit(tr("{name} has no port at that side.", name=item.card.name or item.card.title))
        else:
            gesture = Connect(self, item.card.id, outgoing=outgoing, old=old)
            self.gesture = gesture
            if not gesture.open():
                self.escape()
                self.said.emit(tr("There is no other layer to wire to."))

    def next_wire(self) -> None:
        """Select the next wire of the selected layer."""
        self._step_wire(1)

    def previous_wire(self) -> None:
        """Select the wire before."""
        self._step_wire(-1)

    def _step_wire(self, by: int) -> None:
        known, current = self.canvas.chosen_wire, self.session.selection.current
        card = self._wires_of if known is not None else current
        wires = sorted(self.canvas.touching.get(card or "", ()), key=lambda k: (k[0] == card, k))
        if not wires:
            self.said.emit(tr("Select a layer that is wired first."))
            return
        at = wires.index(known) if known in wires else -1 if by > 0 else 0
        self._wires_of = card
        self.canvas.choose_wire(wires[(at + by) % len(wires)])
