"""What the keys and buttons of the canvas do: each command is one edit, a step of the selection, or a view."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from engine.project.document import Project
from studio.canvas import arrange
from studio.canvas.grouping import Grouping
from studio.document import edits, feeds
from studio.document.session import Session
from studio.text import plural, tr

if TYPE_CHECKING:
    from studio.canvas.scene import Scene


def add(session: Session, edit: Callable[[Project], Project], layer: Any) -> str | None:
    """Add a layer by an edit, select it, and return its id; None when nothing was added."""
    before = session.project
    if not session.edit(tr("Add {layer}", layer=layer.KERAS), edit):
        return None
    new = edits.added(before, session.project)
    session.selection.set(*new)
    return new[-1] if new else None


def add_after(session: Session, layer: Any) -> str | None:
    """Add a layer after the selected one; without a selection at the end of the stack."""
    current = session.selection.current
    after = feeds.taught_node(session.project, int(current[7:])) if current and current[:7] == "target:" else current

    def edit(project: Project) -> Project:
        if layer.KERAS == "Input" or not project.network.nodes:
            return edits.add_layer(project, layer)
        if after is not None and after in project.network.nodes:
            return edits.insert_after(project, layer, after)
        return edits.append_layer(project, layer)

    return add(session, edit, layer)


class Commands(Grouping):
    """Mixed into the view."""

    session: Session
    canvas: "Scene"
    said: Any
    add_asked: Any
    edit_asked: Any
    rename_asked: Any
    zoom: float
    zoom_to: Any
    show_all: Any
    reveal: Any
    seen: Any

    # ---- editing ---------------------------------------------------------------------------------------------------
    def delete(self) -> None:
        """Delete the selected wire or the selected layers; the stack heals."""
        key = self.canvas.chosen_wire
        wire = self.canvas.network_wire(key) if key else None
        if wire is not None:
            self.session.edit(tr("Delete wire"), lambda project: edits.disconnect(project, wire))
            return
        nodes = self.session.selection.nodes
        if nodes:
            self._delete(nodes, tr("Delete {what}", what=self._named(nodes)))
        elif self.session.selection.ids:
            self.said.emit(tr("A training target cannot be deleted. It goes with its output."))

    def _delete(self, nodes: tuple[str, ...], label: str) -> None:
        network = self.session.project.network
        above = next((s for n in network.order() if n in nodes for s in network.sources(n) if s not in nodes), None)
        if self.session.edit(label, lambda project: edits.remove(project, *nodes)) and above:
            self.session.selection.set(above)

    def _named(self, nodes: tuple[str, ...]) -> str:
        return (
            self.session.project.network.nodes[nodes[0]].name
            if len(nodes) == 1
            else plural(len(nodes), "layer", "layers")
        )

    def duplicate(self) -> None:
        """Copy the selected layers with the wires between them, beside the originals."""
        nodes = self.session.selection.nodes
        if not nodes:
            return
        auto = arrange.places(self.session.project)
        before = self.session.project

        def edit(project: Project) -> Project:
            made = edits.duplicate(project, *nodes)
            order = [n for n in project.network.order() if n in nodes]
            beside = arrange.CARD_W + arrange.GAP_X / 2
            pairs = zip(edits.added(project, made), order, strict=True)
            return edits.move(made, {new: (auto[old][0] + beside, auto[old][1]) for new, old in pairs})

        if self.session.edit(tr("Duplicate {what}", what=self._named(nodes)), edit):
            self.session.selection.set(*edits.added(before, self.session.project))

    def copy(self) -> None:
        """Copy the selected layers as JSON text to the clipboard."""
        nodes = self.session.selection.nodes
        if nodes:
            QGuiApplication.clipboard().setText(edits.copy(self.session.project, *nodes))

    def cut(self) -> None:
        """Copy the selected layers, then delete them."""
        nodes = self.session.selection.nodes
        if nodes:
            self.copy()
            self._delete(nodes, tr("Cut {what}", what=self._named(nodes)))

    def paste(self) -> None:
        """Add the layers of the clipboard in the middle of what is seen."""
        text = QGuiApplication.clipboard().text()
        if not edits.is_layers(text):
            self.said.emit(tr("The clipboard holds no layers. Copy some on a canvas first."))
            return
        middle = self.seen().center()
        at = arrange.snapped(middle.x() + 40, middle.y() - 60)
        before = self.session.project
        if self.session.edit(tr("Paste"), lambda project: edits.paste(project, text, at)):
            self.session.selection.set(*edits.added(before, self.session.project))

    def move_up(self) -> None:
        """Move the selected layer one place up in its stack."""
        self._reorder(-1)

    def move_down(self) -> None:
        """Move the selected layer one place down in its stack."""
        self._reorder(1)

    def _reorder(self, step: int) -> None:
        nodes = self.session.selection.nodes
        if len(nodes) == 1:
            label = tr("Move {what}", what=self._named(nodes))
            self.session.edit(label, lambda project: edits.reorder(project, nodes[0], step))
            self.reveal(nodes[0])

    def tidy(self) -> None:
        """Arrange all cards by depth."""
        self.session.edit(tr("Tidy"), edits.tidy)

    def wire_by_keys(self) -> None:
        """Wire two selected layers, the first to the second; both ends can be taken from the keyboard."""
        nodes = self.session.selection.nodes
        if len(nodes) == 2:
            self.session.edit(tr("Draw wire"), lambda project: edits.connect(project, *nodes))
        else:
            self.said.emit(tr("Select the source, then with Shift the layer to wire it to, and press L."))

    # ---- selecting -------------------------------------------------------------------------------------------------
    def select_all(self) -> None:
        """Select all layers."""
        self.session.selection.set(*self.session.project.network.nodes)

    def walk_up(self) -> None:
        """Select the card above along the wires."""
        self._walk(0, -1, extend=False)

    def walk_down(self) -> None:
        """Select the card below along the wires."""
        self._walk(0, 1, extend=False)

    def walk_left(self) -> None:
        """Select the nearest card to the left."""
        self._walk(-1, 0, extend=False)

    def walk_right(self) -> None:
        """Select the nearest card to the right."""
        self._walk(1, 0, extend=False)

    def extend_up(self) -> None:
        """Select the card above too."""
        self._walk(0, -1, extend=True)

    def extend_down(self) -> None:
        """Select the card below too."""
        self._walk(0, 1, extend=True)

    def extend_left(self) -> None:
        """Select the card to the left too."""
        self._walk(-1, 0, extend=True)

    def extend_right(self) -> None:
        """Select the card to the right too."""
        self._walk(1, 0, extend=True)

    def _walk(self, dx: int, dy: int, *, extend: bool) -> None:
        current = self.session.selection.current
        if current not in self.canvas.nodes:
            first = next(iter(self.session.project.network.order()), next(iter(self.canvas.nodes), None))
            found = first
        else:
            found = self._along(current, dy) if dy else self._beside(current, dx)
        if found:
            (self.session.selection.add if extend else self.session.selection.set)(found)
            self.reveal(found)

    def _along(self, card: str, dy: int) -> str | None:
        """Return the next card along the wires: the straightest one."""
        ends = [k[1] if dy > 0 else k[0] for k in self.canvas.touching[card] if k[0 if dy > 0 else 1] == card]
        x, y = self.canvas.nodes[card].x(), self.canvas.nodes[card].y()
        return min(
            ends, key=lambda e: abs(self.canvas.nodes[e].x() - x) + abs(self.canvas.nodes[e].y() - y), default=None
        )

    def _beside(self, card: str, dx: int) -> str | None:
        here = self.canvas.nodes[card]
        there = {k: (n.x() - here.x()) * dx for k, n in self.canvas.nodes.items()}
        near = [k for k, way in there.items() if way > 20]
        return min(near, key=lambda k: there[k] + 2 * abs(self.canvas.nodes[k].y() - here.y()), default=None)

    # ---- opening ---------------------------------------------------------------------------------------------------
    def edit_card(self) -> None:
        """Put the keyboard into the first field of the inspector."""
        self.edit_asked.emit()

    def rename_card(self) -> None:
        """Put the keyboard into the name."""
        self.rename_asked.emit()

    def quick_add_here(self) -> None:
        """Open quick add after the selected card, or in the middle."""
        current = self.session.selection.current
        if current in self.canvas.nodes:
            item = self.canvas.nodes[current]
            self.add_asked.emit(QPointF(item.x() + 60, item.y() + item.card.height + 6), current, None)
        else:
            self.add_asked.emit(self.seen().center() - QPointF(150, 120), None, None)

    # ---- looking ---------------------------------------------------------------------------------------------------
    def fit(self) -> None:
        """Show all cards."""
        self.show_all()

    def actual_size(self) -> None:
        """Zoom to 100 %."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        """Zoom in by a fifth."""
        self.zoom_to(self.zoom * 1.2)

    def zoom_out(self) -> None:
        """Zoom out by a fifth."""
        self.zoom_to(self.zoom / 1.2)
