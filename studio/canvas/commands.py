"""What the keys and buttons of the canvas do: each command is one edit, a step of the selection, or a view."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF

from engine.errors import UsageError
from engine.project.document import Project
from studio.canvas import arrange, clipboard
from studio.canvas.grouping import Grouping
from studio.document import edits, feeds
from studio.document.note_edits import USUAL
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
    note_asked: Any
    find_asked: Any
    gesture: Any
    zoom: float
    zoom_to: Any
    show_all: Any
    reveal: Any
    ensure: Any
    seen: Any
    use: Any
    escape: Any

    # ---- editing ---------------------------------------------------------------------------------------------------
    def delete(self) -> None:
        """Delete the selected wire, or the selected layers and notes; the stack heals."""
        key = self.canvas.chosen_wire
        wire = self.canvas.network_wire(key) if key else None
        selection = self.session.selection
        if wire is not None:
            self.session.edit(tr("Delete wire"), lambda project: edits.disconnect(project, wire))
            if key is not None and key[0] in self.canvas.nodes:
                selection.set(key[0])
        elif key is not None:
            self.said.emit(tr("This link shows what is trained. Drag its end to another layer to train that one."))
        elif selection.nodes or selection.notes:
            self._delete(tr("Delete {what}", what=self._named()))
        elif selection.ids:
            self.said.emit(tr("A training target cannot be deleted. It goes with its output."))

    def _delete(self, label: str) -> None:
        nodes, notes = self.session.selection.nodes, self.session.selection.notes
        network = self.session.project.network
        above = next((s for n in network.order() if n in nodes for s in network.sources(n) if s not in nodes), None)

        def edit(project: Project) -> Project:
            return edits.remove_notes(edits.remove(project, *nodes), notes)

        if self.session.edit(label, edit) and above:
            self.session.selection.set(above)

    def _named(self) -> str:
        """Return what is selected in words: "dense_1", "3 layers", "a note"."""
        nodes, notes = self.session.selection.nodes, self.session.selection.notes
        if len(nodes) == 1 and not notes:
            return self.session.project.network.nodes[nodes[0]].name
        parts = [plural(len(nodes), "layer", "layers")] if nodes else []
        parts += [plural(len(notes), "note", "notes")] if notes else []
        return tr(" and ").join(parts)

    def duplicate(self) -> None:
        """Copy the selected layers with the wires between them, and notes, beside the originals."""
        selection = self.session.selection
        beside = arrange.CARD_W + arrange.GAP_X / 2
        chosen = [*selection.nodes, *selection.notes]
        places = {k: (x + beside, y) for k in chosen for x, y in [self.canvas.place_of(k)]}
        places = arrange.clear(places, self.canvas.places.values())
        if places:
            self._add_and_select(tr("Duplicate {what}", what=self._named()), lambda p: edits.copies_at(p, places))

    def _add_and_select(self, label: str, edit: Callable[[Project], Project]) -> bool:
        before = self.session.project
        done = self.session.edit(label, edit)
        if done:
            after = self.session.project
            self.session.selection.set(*edits.added(before, after), *edits.new_notes(before, after))
        return done

    def copy(self) -> None:
        """Copy layers and notes: JSON for a canvas, code for other programs."""
        nodes, notes = self.session.selection.nodes, self.session.selection.notes
        if nodes or notes:
            clipboard.put(self.session, nodes, notes)

    def cut(self) -> None:
        """Copy the selected layers and notes, then delete them."""
        if self.session.selection.nodes or self.session.selection.notes:
            self.copy()
            self._delete(tr("Cut {what}", what=self._named()))

    def paste(self) -> None:
        """Add the layers and notes of the clipboard, or the layers of a script, in the middle of what is seen."""
        text = clipboard.text()
        add = edits.paste if edits.is_layers(text) else edits.paste_code
        middle = self.seen().center()
        at = arrange.snapped(middle.x() + 40, middle.y() - 60)
        try:
            pasted = add(self.session.project, text, at)
            if aside := self._aside(self._new_rects(pasted)):
                pasted = add(self.session.project, text, (at[0] + aside, at[1]))
        except UsageError as error:
            self.said.emit(str(error))
            return
        rects = self._new_rects(pasted)
        self._add_and_select(tr("Paste"), lambda project: pasted)
        if rects:
            self.ensure(rects[0])

    def _new_rects(self, after: Project) -> list[QRectF]:
        """Return where the cards are that a project has and the one that is shown has not."""
        fresh = (after.positions.get(id) for id in edits.added(self.session.project, after))
        return [QRectF(*at, arrange.CARD_W, arrange.CARD_H) for at in fresh if at]

    def _aside(self, rects: list[QRectF]) -> float:
        """Return by how much new cards must go to the right to cover none that are there."""
        there = [self.canvas.rect_of(card) for card in self.canvas.nodes]
        if not any(new.intersects(old) for new in rects for old in there):
            return 0.0
        return arrange.snapped(self.canvas.extent().right() + 40 - min(r.left() for r in rects), 0)[0]

    # ---- notes -----------------------------------------------------------------------------------------------------
    def add_note(self) -> None:
        """Write a new note: right of the selected card, else in the middle."""
        current = self.session.selection.current
        if current is not None and self.canvas.item(current) is not None:
            rect = self.canvas.rect_of(current)
            at = QPointF(rect.right() + 40, rect.top())
        else:
            at = self.seen().center() - QPointF(USUAL[0] / 2, USUAL[1] / 2)
        rect = QRectF(*arrange.snapped(at.x(), at.y()), *USUAL)
        if any(rect.intersects(self.canvas.rect_of(card)) for card in self.canvas.nodes):
            rect.moveLeft(arrange.snapped(self.canvas.extent().right() + 40, 0)[0])
        self.ensure(rect)
        self.note_asked.emit(None, rect)

    def add_note_at(self, rect: QRectF, text: str) -> None:
        """Add a written note."""
        at, size = (rect.x(), rect.y()), (rect.width(), rect.height())
        self._add_and_select(tr("Add note"), lambda project: edits.add_note(project, at, text, size))

    def write_note(self, note: str) -> None:
        """Write in a note."""
        self.session.selection.set(note)
        self.reveal(note)
        self.note_asked.emit(note, self.canvas.rect_of(note))

    # ---- tools -----------------------------------------------------------------------------------------------------
    def use_select(self) -> None:
        """Take the select tool."""
        self.use("select")

    def use_hand(self) -> None:
        """Take the pan tool."""
        self.use("hand")

    def use_link(self) -> None:
        """Take the link tool."""
        self.use("link")

    def use_note(self) -> None:
        """Take the note tool."""
        self.use("note")

    # ---- the stack -------------------------------------------------------------------------------------------------
    def move_up(self) -> None:
        """Move the selected layer one place up in its stack."""
        self._reorder(-1)

    def move_down(self) -> None:
        """Move the selected layer one place down in its stack."""
        self._reorder(1)

    def _reorder(self, step: int) -> None:
        nodes = self.session.selection.nodes
        if nodes:
            label = tr("Move {what}", what=self._named())
            self.session.edit(label, lambda project: edits.reorder_block(project, nodes, step))
            self.reveal(nodes[-1])

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
        current, wire = self.session.selection.current, self.canvas.chosen_wire
        found: str | None
        if wire is not None and dy:
            found = wire[1] if dy > 0 else wire[0]  # from a wire to one of its ends
        elif current in self.canvas.nodes and dy:
            found = self._along(str(current), dy)
        elif current is not None and self.canvas.item(current) is not None:
            found = self._towards(current, dx, dy)
        else:
            found = next(iter(self.session.project.network.order()), next(iter(self.canvas.places), None))
        if found:
            (self.session.selection.add if extend else self.session.selection.set)(found)
            self.reveal(found)

    def _along(self, card: str, dy: int) -> str | None:
        """Return the next card along the wires: the straightest one."""
        ends = [k[1] if dy > 0 else k[0] for k in self.canvas.touching[card] if k[0 if dy > 0 else 1] == card]
        x, y = self.canvas.places[card]
        return min(
            ends, key=lambda e: abs(self.canvas.places[e][0] - x) + abs(self.canvas.places[e][1] - y), default=None
        )

    def _towards(self, id: str, dx: int, dy: int) -> str | None:
        """Return the nearest card or note in a direction, straight ones before oblique ones."""
        here, places = self.canvas.places[id], self.canvas.places
        along = {k: (x - here[0]) * dx + (y - here[1]) * dy for k, (x, y) in places.items()}
        near = [k for k, way in along.items() if way > 20]
        return min(near, key=lambda k: along[k] + 2 * _across(here, places[k], dx), default=None)

    # ---- opening ---------------------------------------------------------------------------------------------------
    def edit_card(self) -> None:
        """Put the keyboard into the first field of the inspector, or into the selected note."""
        current = self.session.selection.current
        if current in self.canvas.notes:
            self.write_note(str(current))
        else:
            self.edit_asked.emit()

    def rename_card(self) -> None:
        """Put the keyboard into the name."""
        self.rename_asked.emit()

    def quick_add_here(self) -> None:
        """Open quick add after the selected card, or in the middle."""
        current, wire = self.session.selection.current, self.canvas.chosen_wire
        if wire is not None:
            self.add_asked.emit(self.canvas.wires[wire].middle(), None, wire, None)
        elif current in self.canvas.nodes:
            item = self.canvas.nodes[current]
            self.add_asked.emit(QPointF(item.x() + 60, item.y() + item.card.height + 6), current, None, None)
        else:
            self.add_asked.emit(self.seen().center() - QPointF(150, 120), None, None, None)

    # ---- looking ---------------------------------------------------------------------------------------------------
    def find_layer(self) -> None:
        """Open find."""
        self.find_asked.emit()

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


def _across(a: tuple[float, float], b: tuple[float, float], dx: int) -> float:
    """Return how far a place lies aside of the way from another."""
    return abs(b[1] - a[1]) if dx else abs(b[0] - a[0])
