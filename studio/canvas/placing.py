"""What keys and buttons do to the places of cards and notes: nudge, align, distribute, tidy."""

from typing import TYPE_CHECKING, Any

from studio.canvas import align, arrange
from studio.canvas.tidying import tidied
from studio.document import edits
from studio.document.session import Session
from studio.text import tr

if TYPE_CHECKING:
    from studio.canvas.scene import Scene


class Placing:
    """Mixed into the view."""

    session: Session
    canvas: "Scene"
    said: Any
    reveal: Any

    def nudge_up(self) -> None:
        """Move the selection up by the grid."""
        self._nudge(0, -arrange.GRID)

    def nudge_down(self) -> None:
        """Move the selection down by the grid."""
        self._nudge(0, arrange.GRID)

    def nudge_left(self) -> None:
        """Move the selection left by the grid."""
        self._nudge(-arrange.GRID, 0)

    def nudge_right(self) -> None:
        """Move the selection right by the grid."""
        self._nudge(arrange.GRID, 0)

    def _nudge(self, dx: float, dy: float) -> None:
        ids = self._placed()
        if ids:
            self.canvas.settle()
            places = {k: (x + dx, y + dy) for k in ids for x, y in [self.canvas.place_of(k)]}
            key = f"nudge:{','.join(ids)}"
            self.session.edit(tr("Nudge"), lambda project: edits.place(project, places), key)
            self.reveal(ids[-1])

    def _placed(self) -> tuple[str, ...]:
        return tuple(k for k in self.session.selection.ids if self.canvas.item(k) is not None)

    def align_left(self) -> None:
        """Bring left edges in line."""
        self.align("left")

    def align_centre(self) -> None:
        """Bring centres above one another."""
        self.align("centre")

    def align_right(self) -> None:
        """Bring right edges in line."""
        self.align("right")

    def align_top(self) -> None:
        """Bring top edges in line."""
        self.align("top")

    def align_middle(self) -> None:
        """Bring middles beside one another."""
        self.align("middle")

    def align_bottom(self) -> None:
        """Bring bottom edges in line."""
        self.align("bottom")

    def distribute_across(self) -> None:
        """Make the gaps from left to right equal."""
        self.align("across")

    def distribute_down(self) -> None:
        """Make the gaps from top to bottom equal."""
        self.align("down")

    def align(self, way: str) -> None:
        """Line the selection up in one of the ways of `align.WAYS`."""
        ids, least = self._placed(), align.LEAST.get(way, 2)
        if len(ids) < least:
            self.said.emit(tr("Select at least {n} cards to line them up.", n=least))
            return
        self.canvas.settle()
        places = align.WAYS[way]({k: self.canvas.rect_of(k) for k in ids})
        label = tr("Distribute") if least > 2 else tr("Align")
        self.session.edit(label, lambda project: edits.place(project, places))

    def tidy(self) -> None:
        """Arrange all cards by depth, or those that are selected when they are several."""
        chosen = [i for i in self.session.selection.ids if i in self.canvas.nodes]
        chosen = chosen if len(chosen) > 1 else []
        project = self.session.project
        self.canvas.settle()
        now = {card: self.canvas.place_of(card) for card in self.canvas.nodes}
        places = tidied(project, now, chosen)
        self.canvas.pace = "slow"
        label = tr("Tidy selection") if chosen else tr("Tidy")
        if not chosen and all(places[card] == at for card, at in arrange.automatic(project).items()):
            self.session.edit(label, edits.tidy)  # nothing to keep: the canvas goes on to arrange by itself
        else:
            self.session.edit(label, lambda p: edits.place(p, places))
        self.canvas.pace = "base"
