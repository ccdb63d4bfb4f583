"""What a layer belongs together with: the layers that a group holds, the other layers that use its weights."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.layers.spec import LayerSpec
from studio.actions import tell_keys, with_key
from studio.document import edits, sharing
from studio.document.lens import Lens
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Button, FieldRow, Label, column, fixed, row

INDENT = 112
"""From the left edge of the form to its fields."""


class Belongs(QWidget):
    """Rows of the form of one layer; they are there only where there is something to say."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self.session, self.node = session, node
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.open = Button(tr("Open group"), "log-in", "default", "small")
        self.dissolve = Button(tr("Ungroup"), "split", "ghost", "small")
        tell_keys(self.open, "setToolTip", partial(with_key, tr("Show what lies in it"), "canvas.open_group"))
        tell_keys(self.dissolve, "setToolTip", partial(with_key, tr("Put its layers in its place"), "canvas.ungroup"))
        self.held = Label("", 12, 400, "text.secondary", name=tr("Holds"))
        self.group = column(
            FieldRow(tr("Holds"), self.held), row(INDENT, self.open, None), row(INDENT, self.dissolve, None), spacing=4
        )
        self.others = Label("", 12, 400, "text.secondary", wrap=True, name=tr("Shared weights"))
        words = row(fixed(Label(tr("Weights"), 12, 400, "text.secondary"), 104), (self.others, 1), spacing=8)
        self.own = Button(tr("Use own weights"), "unlink", "default", "small")
        self.shared = column(words, row(INDENT, self.own, None), spacing=6, margins=(0, 8, 0, 6))
        self.open.clicked.connect(self._open)
        self.dissolve.clicked.connect(self._dissolve)
        self.own.clicked.connect(self._use_own)
        self.box.addWidget(self.group)
        self.box.addWidget(self.shared)
        self.refresh()

    def refresh(self) -> None:
        """Show what the layer belongs together with now."""
        network = self.session.project.network
        if self.node not in network.nodes:
            return
        layer = network.nodes[self.node].layer
        self.group.setVisible(layer.KERAS == "Model")
        self.held.setText(layer.summary_line() if isinstance(layer, LayerSpec) else "")
        family = sharing.family(network, self.node)
        names = tr(" and ").join(network.nodes[n].name for n in family if n != self.node)
        self.shared.setVisible(len(family) > 1)
        used = tr("Those of {names}", names=network.nodes[family[0]].name)
        self.others.setText(used if family[0] != self.node else tr("Used by {names} too", names=names))

    def _open(self, *_: object) -> None:
        if isinstance(self.session, Lens):
            self.session.open_group(self.node)

    def _dissolve(self, *_: object) -> None:
        before, node = self.session.project, self.node
        name = before.network.nodes[node].name
        if self.session.edit(tr("Ungroup {names}", names=name), lambda project: edits.ungroup(project, node)):
            self.session.selection.set(*edits.added(before, self.session.project))

    def _use_own(self, *_: object) -> None:
        node = self.node
        self.session.edit(tr("Use own weights"), lambda project: edits.unshare(project, node))
