"""Dragging a new layer from the palette: slots light up, cards offer to be replaced, empty canvas takes it unwired."""

from typing import Any

from PySide6.QtCore import QPointF

from studio.canvas import slots
from studio.canvas.arrange import CARD_H, snapped
from studio.canvas.gestures.gesture import Gesture, Modifiers
from studio.canvas.node_item import NodeItem, Offer
from studio.canvas.picture import Card
from studio.canvas.slots import Slot
from studio.canvas.trial import Trial
from studio.document import edits
from studio.text import tr

GRIP_X = 30.0
"""How far right of the pointer's place in the ghost the ghost begins."""


class Place(Gesture):
    """The ghost follows the pointer; it is `begin`-ned by the palette once the pointer has moved 4 pixels."""

    def __init__(self, view: Any, layer: Any) -> None:
        super().__init__(view)
        self.layer = layer
        self.ghost: NodeItem | None = None
        self.lit: Slot | None = None
        self.trial: Trial | None = None
        self.over: str | None = None
        self.dragging = True

    def begin(self) -> None:
        self.scene.settle()
        self.slots = slots.all_slots(self.scene)
        card = Card("ghost", self.layer.KERAS, "", "", "", self.layer.GROUP, self.layer.ICON)
        self.ghost = NodeItem(card)
        self.ghost.ghost = True
        self.ghost.setOpacity(0.92)
        self.ghost.setZValue(40)
        self.scene.addItem(self.ghost)

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        if self.ghost is None:
            self.begin()
        inside = self.view.holds(at)
        self._show_replace(self._replaced(at) if inside else None)
        close = slots.near(self.slots, at) if inside and not self.over else []
        if self.layer.KERAS == "Input":
            close = []
        drawn, self.lit, self.trial = slots.marks(self.session, self.layer, close)
        self.scene.overlay.show_marks(drawn)
        self._carry(at, inside)

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        if not self.view.holds(at):
            return
        if self.over:
            self._replace(self.over)
        elif self.lit and self.trial and not self.trial.fits:
            words = {"layer": self.layer.KERAS, "reason": self.trial.reason}
            self.view.said.emit(tr("{layer} {reason} here. Nothing was changed.", **words))
        elif self.lit:
            self.view.add(lambda project: self.lit.insert(project, self.layer) if self.lit else project, self.layer)
        else:
            x, y = snapped(at.x() - GRIP_X, at.y() - CARD_H / 2)
            self.view.add(lambda project: edits.add_layer(project, self.layer, (x, y)), self.layer)
            if self.layer.KERAS != "Input" and len(self.session.project.network.nodes) > 1:
                self.view.said.emit(tr("{layer} is not wired. Drag from a port to connect it.", layer=self.layer.KERAS))

    def clear(self) -> None:
        super().clear()
        self._show_replace(None)
        if self.ghost is not None:
            self.scene.removeItem(self.ghost)
            self.ghost = None

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _replaced(self, at: QPointF) -> str | None:
        """Return the card that a drop replaces: the pointer is well inside it and it is no target or Input."""
        key = self.scene.card_at(at)
        node = self.session.project.network.nodes.get(key) if key else None
        if node is None or (node.layer.KERAS == "Input") != (self.layer.KERAS == "Input"):
            return None
        item = self.scene.nodes[node.id]
        return node.id if 10 <= at.y() - item.y() <= CARD_H - 10 else None

    def _show_replace(self, key: str | None) -> None:
        if key != self.over:
            offers: tuple[tuple[str | None, Offer], ...] = ((self.over, ""), (key, "replace"))
            for card, offer in offers:
                if card in self.scene.nodes:
                    self.scene.nodes[card].propose(offer)
            self.over = key

    def _replace(self, node: str) -> None:
        old = self.session.project.network.nodes[node].layer.KERAS
        label = tr("Replace {old} by {new}", old=old, new=self.layer.KERAS)
        if self.session.edit(label, lambda project: edits.replace_layer(project, node, self.layer)):
            self.session.selection.set(node)

    def _carry(self, at: QPointF, inside: bool) -> None:
        if self.ghost is None:
            return
        self.ghost.setVisible(inside)
        below = self.scene.rect_of(self.over).bottom() + 8 if self.over else at.y() + (12 if self.lit else -CARD_H / 2)
        self.ghost.setPos(at.x() - GRIP_X - 60, below)  # what a drop does is written on slot or card: keep off
        card = self.ghost.card
        line = self._line()
        self.ghost.show_card(Card(card.id, card.title, "", line, "", card.group, card.icon))

    def _line(self) -> str:
        network = self.session.project.network
        if self.over:
            return tr("replace {name}", name=network.nodes[self.over].name)
        if self.lit and self.lit.source in network.nodes:
            return tr("insert after {name}", name=network.nodes[self.lit.source].name)
        return tr("place unwired") if self.layer.KERAS != "Input" else tr("place an input")
