"""What was seen of each group: leaving one brings the view back that was there before it was opened."""

from PySide6.QtCore import QObject, QPointF

from studio.canvas.view import View
from studio.document.lens import Lens
from studio.document.scope import Scope

MOST = 64


class Outlooks(QObject):
    """Keeps zoom and middle of the view for each scope of a lens; a scope that is new is shown from its start."""

    def __init__(self, lens: Lens, view: View) -> None:
        super().__init__(view)
        self.lens, self.view = lens, view
        self._kept: dict[Scope, tuple[float, QPointF]] = {}
        lens.scope_left.connect(self._left)
        lens.scope_changed.connect(self._came)
        lens.opened.connect(self._forget)

    def _left(self, scope: Scope) -> None:
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[scope] = (self.view.zoom, self.view.seen().center())

    def _came(self, scope: Scope) -> None:
        self.view.canvas.settle()
        kept = self._kept.get(scope)
        if kept is None:
            self.view.start_view()
        else:
            self.view.zoom_to(kept[0])
            self.view.centre_on(kept[1])

    def _forget(self, *_: object) -> None:
        self._kept.clear()
