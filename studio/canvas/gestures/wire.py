"""Drawing a wire from a port, or taking an end of a wire off and putting it elsewhere."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from engine.network.network import Wire
from engine.project.document import Project
from studio.canvas import trial
from studio.canvas.gestures.gesture import Gesture, Modifiers
from studio.canvas.node_item import Offer
from studio.canvas.overlay import Remark
from studio.canvas.picture import LinkKey, shape_text
from studio.canvas.route import Side
from studio.canvas.trial import Trial
from studio.document import edits
from studio.text import tr


class Draw(Gesture):
    """A wire in hand. `card` is its fixed end; `outgoing`: that end is the source; `old`: the wire it was before."""

    def __init__(self, view: object, card: str, side: Side, *, outgoing: bool, old: LinkKey | None = None) -> None:
        super().__init__(view)  # type: ignore[arg-type]
        self.card, self.side, self.outgoing, self.old = card, side, outgoing, old
        self.fits: dict[str, Trial] = {}
        self.over: str | None = None

    def begin(self) -> None:
        self.scene.settle()
        self.fits = {key: self._tried(key) for key in self.scene.nodes if key != self.card}
        for key, result in self.fits.items():
            self.scene.nodes[key].propose("fits" if result.fits else "misfit")
        if self.old in self.scene.wires:
            self.scene.wires[self.old].setVisible(False)

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        self.choose(self._candidate(at))
        self.scene.overlay.show_draft(self._path(at), bool(self.over and self.fits[self.over].fits))
        self.scene.overlay.show_remark(self._remark(at))

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        keep = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        over = self._candidate(at)
        if over and self.fits[over].fits:
            self.connect(over, keep)
        elif over:
            self.view.said.emit(tr("No wire there: {reason}.", reason=self.fits[over].reason))
        elif self.old and not keep:
            self._detach()
        else:
            self._ask_for_layer(at)

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        if self.old:
            self.scene.choose_wire(self.old)
        else:
            self.session.selection.set(self.card)

    def clear(self) -> None:
        super().clear()
        for item in self.scene.nodes.values():
            item.propose("")
        if self.old in self.scene.wires:
            self.scene.wires[self.old].setVisible(True)

    def choose(self, over: str | None) -> None:
        """Light the card at which the wire would end."""
        if over != self.over:
            self._light(self.over, "fits")
            self._light(over, "near")
            self.over = over

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _ask_for_layer(self, at: QPointF) -> None:
        """Open quick add with what fits at the loose end."""
        if self.card not in self.session.project.network.nodes:
            return
        self.view.quick_add(at, after=self.card) if self.outgoing else self.view.quick_add(at, into=self.card)

    def _remark(self, at: QPointF) -> Remark | None:
        """Return what a release here does, or why it does nothing."""
        beside = at + QPointF(18, 14) / self.view.zoom
        if self.over is None:
            return None
        result = self.fits[self.over]
        if not result.fits:
            return Remark(beside, result.reason, False)
        shape = shape_text(result.shape)
        return Remark(beside, tr("fits: {shape}", shape=shape) if shape else tr("fits"))

    def _candidate(self, at: QPointF) -> str | None:
        port = self.scene.port_at(at)
        found = port[0] if port and port[0] != self.card else self.scene.card_at(at)
        return found if found in self.fits else None

    def _light(self, key: str | None, offer: Offer) -> None:
        if key is not None and self.fits[key].fits:
            self.scene.nodes[key].propose(offer)

    def _tried(self, other: str) -> Trial:
        source, target = (self.card, other) if self.outgoing else (other, self.card)
        nodes, network = self.session.project.network.nodes, self.session.project.network
        if source not in nodes:
            return Trial(False, reason=tr("a target gives nothing"))
        if target not in nodes:
            return Trial(True)
        if nodes[target].layer.KERAS == "Input":
            return Trial(False, reason=tr("an Input takes no wire"))
        if source in edits.downstream(network, target):
            return Trial(False, reason=tr("it would close a circle"))
        return self._tried_shapes(source, target)

    def _tried_shapes(self, source: str, target: str) -> Trial:
        network, shapes = self.session.project.network, self.session.shapes.output
        layer = network.nodes[target].layer
        most = getattr(layer, "INPUTS", (1, 1))[1]
        others = [s for s in network.sources(target) if not (self.old and self.old == self._key(s, target))]
        given = (source,) if most == 1 else (*others, source)
        if most is not None and len(given) > most:
            return Trial(False, reason=tr("all its inputs are taken"))
        return trial.tried(layer, tuple(shapes.get(s) for s in given))

    def _key(self, source: str, target: str) -> LinkKey | None:
        return next((k for k in self.scene.wires if k[0] == source and k[1] == target), None)

    def _path(self, at: QPointF) -> QPainterPath:
        x, y = self.scene.nodes[self.card].box().port(self.side)
        path = QPainterPath(QPointF(x, y))
        away = {"top": (0, -1), "bottom": (0, 1), "left": (-1, 0), "right": (1, 0)}[self.side]
        bend = max(30.0, abs(at.y() - y) / 2)
        lead = QPointF(x + away[0] * bend, y + away[1] * bend)
        path.cubicTo(lead, QPointF(at.x(), at.y() + (-bend if self.outgoing else bend) / 2), at)
        return path

    def connect(self, other: str, keep: bool) -> None:
        """Draw the wire to a card; `keep`: the wire it was before stays too."""
        source, target = (self.card, other) if self.outgoing else (other, self.card)
        if target not in self.session.project.network.nodes:
            index = int(target.partition(":")[2])
            self.session.edit(tr("Teach another output"), lambda project: edits.set_output(project, source, index))
            return
        old = self.scene.network_wire(self.old) if self.old and not keep else None
        label = tr("Move wire") if old else tr("Draw wire")
        self.session.edit(label, lambda project: _wired(project, old, source, target))

    def _detach(self) -> None:
        old = self.scene.network_wire(self.old) if self.old else None
        if old:
            self.session.edit(tr("Delete wire"), lambda project: edits.disconnect(project, old))


def _wired(project: Project, old: Wire | None, source: str, target: str) -> Project:
    if old is None:
        return edits.connect(project, source, target)
    if (old.source, old.target) == (source, target):
        return project
    slot = old.slot if old.target == target else None
    return edits.rewire(project, old, source, target, slot)
