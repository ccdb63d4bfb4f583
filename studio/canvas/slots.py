"""Drop slots: the places near the pointer where a layer could go, tried against the shapes that flow there."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF

from engine.network.network import Wire
from engine.project.document import Project
from studio.canvas import trial
from studio.canvas.arrange import CARD_H, CARD_W, PITCH
from studio.canvas.overlay import SLOT_H, Mark
from studio.canvas.picture import LinkKey
from studio.canvas.trial import Trial
from studio.document import edits
from studio.text import tr

if TYPE_CHECKING:
    from studio.canvas.scene import Scene

NEAR = 120.0
NARROW = 84.0


@dataclass(frozen=True)
class Slot:
    """One place: on a link, or (target None) below a card that feeds nothing."""

    source: str
    target: str | None
    slot: int
    x: float
    y: float
    width: float = CARD_W

    def distance(self, at: QPointF) -> float:
        """Return how far a point is from the slot's rectangle."""
        dx = max(abs(at.x() - self.x) - self.width / 2, 0)
        dy = max(abs(at.y() - self.y) - SLOT_H / 2, 0)
        return math.hypot(dx, dy)

    def tried(self, session: Any, layer: Any) -> Trial:
        """Return what the layer would do here."""
        if self.target is None:
            return trial.tried(layer, (session.shapes.output.get(self.source),))
        return trial.between(session, layer, (self.source, self.target, self.slot))

    def insert(self, project: Project, layer: Any) -> Project:
        """Return the project with a new layer here."""
        wire = self.wire(project)
        return edits.insert_layer(project, layer, wire) if wire else edits.append_layer(project, layer, self.source)

    def take(self, project: Project, node: str) -> Project:
        """Return the project with a layer taken out of its place and put here."""
        wire = self.wire(project)
        return edits.move_layer(project, node, wire) if wire else edits.move_to_end(project, node, self.source)

    def wire(self, project: Project) -> Wire | None:
        """Return the wire of the network that this slot is on; None at the end of a stack."""
        wire = Wire(self.source, self.target or "", self.slot)
        return wire if wire in project.network.wires else None


def all_slots(scene: "Scene") -> list[Slot]:
    """Return every place of the canvas."""
    made = [_on_link(scene, key) for key in scene.wires]
    feeding = {key[0] for key in scene.wires}
    for key, item in scene.nodes.items():
        if key not in feeding and item.card.outputs:
            made.append(Slot(key, None, 0, item.x() + CARD_W / 2, item.y() + CARD_H + (PITCH - CARD_H) / 2))
    return made


def _on_link(scene: "Scene", key: LinkKey) -> Slot:
    item = scene.wires[key]
    middle = item.middle()
    beside = item.route.pill and item.route.start in ("left", "right")
    return Slot(key[0], key[1], key[2], middle.x(), middle.y(), NARROW if beside else CARD_W)


def near(slots: Iterable[Slot], at: QPointF, reach: float = NEAR) -> list[Slot]:
    """Return the slots within reach, the nearest first."""
    y, rows = at.y(), reach + SLOT_H / 2
    level = [slot for slot in slots if abs(slot.y - y) <= rows]
    close = [(slot.distance(at), abs(slot.y - y), i, slot) for i, slot in enumerate(level)]
    return [slot for far, _, _, slot in sorted(close, key=lambda c: c[:3]) if far <= reach]


def marks(
    session: Any, layer: Any, close: list[Slot], start: str = ""
) -> tuple[tuple[Mark, ...], Slot | None, Trial | None]:
    """Return what to draw for the slots in reach (the lit one last), the lit slot and its trial.

    The nearest slot lights up even when the layer does not fit there: it says why. Of the others those that fit show.
    """
    if not close:
        return (), None, None
    lit, rest = close[0], close[1:]
    result = lit.tried(session, layer)
    text = trial.sentence(session, result, lit.source, start or tr("Insert here"))
    others = tuple(Mark(s.x, s.y, "", width=s.width) for s in rest if s.tried(session, layer).fits)
    return (*others, Mark(lit.x, lit.y, text, result.fits, lit=True)), lit, result
