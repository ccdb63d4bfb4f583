"""What the canvas does with groups and shared layers: each command is one edit, or opens and leaves a group."""

from typing import TYPE_CHECKING, Any

from engine.project.document import Project
from studio.canvas import arrange
from studio.document import edits, sharing
from studio.document.lens import Lens
from studio.document.session import Session
from studio.text import plural, tr

if TYPE_CHECKING:
    from studio.canvas.scene import Scene


class Grouping:
    """Mixed into the view."""

    session: Session
    canvas: "Scene"
    said: Any
    reveal: Any

    # ---- groups ----------------------------------------------------------------------------------------------------
    def group(self) -> None:
        """Put the selected layers into one group."""
        nodes, before = self.session.selection.nodes, self.session.project
        if not nodes:
            self.said.emit(tr("Select the layers that make a group first."))
            return
        label = tr("Group {what}", what=plural(len(nodes), "layer", "layers"))
        if self.session.edit(label, lambda project: edits.group(_seen_places(project, nodes), *nodes)):
            self.session.selection.set(*edits.added(before, self.session.project))

    def ungroup(self) -> None:
        """Put the layers of the selected groups in their place."""
        network, before = self.session.project.network, self.session.project
        nodes = [n for n in self.session.selection.nodes if network.nodes[n].layer.KERAS == "Model"]
        if not nodes:
            self.said.emit(tr("Select a group first. It is the card with sheets behind."))
            return
        names = ", ".join(network.nodes[n].name for n in nodes)
        if self.session.edit(tr("Ungroup {names}", names=names), lambda project: edits.ungroup(project, *nodes)):
            self.session.selection.set(*edits.added(before, self.session.project))

    def open_card(self, card: str) -> bool:
        """Show what lies in a card; False when it is no group."""
        return isinstance(self.session, Lens) and self.session.open_group(card)

    def open_group(self) -> None:
        """Show what lies in the selected group."""
        current = self.session.selection.current
        if current is None or not self.open_card(current):
            self.said.emit(tr("Select a group first. It is the card with sheets behind."))

    def leave_group(self, quiet: bool = False) -> None:
        """Show what lies around the open group."""
        left = isinstance(self.session, Lens) and self.session.leave_group()
        if not left and not quiet:
            self.said.emit(tr("No group is open: this is the whole network."))

    # ---- shared layers ---------------------------------------------------------------------------------------------
    def duplicate_shared(self) -> None:
        """Copy the selected layers beside the originals; the copies use the same weights."""
        nodes = self.session.selection.nodes
        network, before = self.session.project.network, self.session.project
        if not nodes:
            self.said.emit(tr("Select the layers to use again first."))
            return
        bare = [n for n in nodes if self.session.shapes.weights.get(n) == () and network.nodes[n].shares is None]
        if len(bare) == len(nodes):
            self.said.emit(tr("{name} has no weights to share.", name=network.nodes[bare[0]].name))
            return
        at = arrange.places(before)
        beside = arrange.CARD_W + arrange.GAP_X / 2

        def edit(project: Project) -> Project:
            made = edits.duplicate_shared(project, *nodes, plain=bare)
            pairs = zip(edits.added(project, made), [n for n in network.order() if n in nodes], strict=True)
            there = {new: (at[old][0] + beside, at[old][1]) for new, old in pairs}
            return edits.move(made, arrange.clear(there, at.values()))

        what = network.nodes[nodes[0]].name if len(nodes) == 1 else plural(len(nodes), "layer", "layers")
        if self.session.edit(tr("Use {what} again", what=what), edit):
            self.session.selection.set(*edits.added(before, self.session.project))

    def use_own_weights(self) -> None:
        """Give the selected layers weights of their own."""
        network = self.session.project.network
        nodes = [n for n in self.session.selection.nodes if len(sharing.family(network, n)) > 1]
        if not nodes:
            self.said.emit(tr("The selected layers share no weights."))
            return

        def edit(project: Project) -> Project:
            for node in nodes:
                project = edits.unshare(project, node)
            return project

        self.session.edit(tr("Use own weights"), edit)


def _seen_places(project: Project, nodes: tuple[str, ...]) -> Project:
    """Return the project with the places of these cards as they are seen, when some card was placed by hand."""
    if not any(n in project.positions for n in nodes):
        return project
    places = arrange.places(project)
    return edits.move(project, {n: places[n] for n in nodes})
