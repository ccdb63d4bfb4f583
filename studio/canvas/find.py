"""Find layer: a name is typed, the canvas walks from match to match; Enter selects, Esc returns.

Layers in groups that are not open are found too: their group's card is marked, and Enter opens it.
"""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from engine.network.network import Network, Node
from studio.canvas.view import View
from studio.document.lens import Lens
from studio.document.scope import Scope, group_at
from studio.text import tr
from studio.widgets import Box, IconButton, Label, SearchField, fixed, row

WIDTH, COUNT = 240, 64
Match = tuple[str, ...]
"""A layer or note: the groups around it from the outermost in, then its own id."""


class FindBar(Box):
    """Finds cards by name, type and remark, in all groups, and notes by their text. `closed()` when it goes."""

    closed = Signal()

    def __init__(self, view: View) -> None:
        self.view, self.session = view, view.session
        self.field = fixed(SearchField(tr("Find a layer or note"), name=tr("Find on the canvas")), WIDTH)
        self.count = fixed(Label("", 11, 500, "text.muted"), COUNT)
        back = IconButton("chevron-up", tr("Previous match"), key="Up", size="small")
        on = IconButton("chevron-down", tr("Next match"), key="Down", size="small")
        close = IconButton("x", tr("Close find"), key="Esc", size="small")
        self.place = Label("", 11, 400, "text.secondary", elide=True)
        self.line = row((self.place, 1), margins=(6, 0, 6, 3))
        self.line.hide()
        super().__init__(row(self.field, self.count, back, on, close, spacing=4), self.line, fill="bg.raised",
                         stroke="border.strong", spacing=2, margins=4)  # fmt: skip
        self.matches: list[Match] = []
        self.at = 0
        self._from = QPointF()
        self._zoom = 1.0
        self.field.searched.connect(self.search)
        self.field.installEventFilter(self)
        back.clicked.connect(self._back)
        on.clicked.connect(self._on)
        close.clicked.connect(self.cancel)
        view.find_asked.connect(self.open)
        view.canvas.drawn.connect(self._drawn)
        self.hide()

    def open(self) -> None:
        """Begin to find; Esc comes back to what is seen now."""
        self._from, self._zoom = self.view.seen().center(), self.view.zoom
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()
        self.search(self.field.text())

    def search(self, text: str) -> None:
        """Find what matches and go to the first match."""
        self.matches, self.at = found(self.view, self._query()), 0
        self._show()

    def cancel(self, *_: object) -> None:
        """Go away; what was seen before is seen again."""
        self.view.zoom_to(self._zoom)
        self.view.centre_on(self._from)
        self._close()

    def take(self) -> None:
        """Select the match, in its group, and go away."""
        match = self.matches[self.at] if self.matches else None
        self._close()
        if match is None or match not in found(self.view, self._query()):
            return
        if isinstance(self.session, Lens) and match[:-1] != self.session.scope:
            self.session.show_scope(match[:-1])
            self.view.centre_on(self.view.canvas.rect_of(match[-1]).center())
        self.session.selection.set(match[-1])

    def current(self) -> str | None:
        """Return the card or note that is marked: the match, or the group on this canvas that holds it."""
        if not self.matches or not self.isVisible():
            return None
        match, scope = self.matches[self.at], scope_of(self.view)
        return match[len(scope)] if match[: len(scope)] == scope and len(match) > len(scope) else None

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _close(self) -> None:
        self.hide()
        self._mark(None)
        self.view.setFocus()
        self.closed.emit()

    def _back(self, *_: object) -> None:
        self._step(-1)

    def _on(self, *_: object) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        if self.matches:
            self.at = (self.at + by) % len(self.matches)
            self._show()

    def _query(self) -> str:
        text: str = self.field.text()
        return text.strip().lower()

    def _show(self) -> None:
        here, empty = self.current(), tr("no match") if self._query() else ""
        self.count.setText(tr("{n} of {all}", n=self.at + 1, all=len(self.matches)) if self.matches else empty)
        self.place.setText(self._place())
        self.line.setVisible(bool(self.place.full_text()))
        self.field.setAccessibleDescription(f"{self.count.full_text()} {self.place.full_text()}".strip())
        self.adjustSize()
        self._mark(here)
        if here is not None:
            self.view.centre_on(self.view.canvas.rect_of(here).center())

    def _place(self) -> str:
        """Return where the match is, when that is not on this canvas."""
        match = self.matches[self.at] if self.matches else ()
        if not isinstance(self.session, Lens) or match[:-1] == self.session.scope or not match:
            return ""
        groups = " › ".join(self.session.names(match[:-1])) or tr("the network")
        return tr("{name} in {groups}. Enter goes there.", name=named(whole(self.view), match), groups=groups)

    def _mark(self, id: str | None) -> None:
        for key, card in self.view.canvas.nodes.items():
            card.find(key == id)
        for key, note in self.view.canvas.notes.items():
            note.mark(chosen=note.chosen, found=key == id)

    def _drawn(self) -> None:
        if self.isVisible():
            self.search(self.field.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress or event.key() not in KEYS:
            return False
        KEYS[Qt.Key(event.key())](self)
        return True


KEYS = {
    Qt.Key.Key_Up: FindBar._back, Qt.Key.Key_Down: FindBar._on, Qt.Key.Key_F3: FindBar._on,
    Qt.Key.Key_Return: FindBar.take, Qt.Key.Key_Enter: FindBar.take, Qt.Key.Key_Escape: FindBar.cancel,
}  # fmt: skip


def scope_of(view: View) -> Scope:
    """Return the path of the open groups."""
    return view.session.scope if isinstance(view.session, Lens) else ()


def whole(view: View) -> Network:
    """Return the network with all its groups."""
    session = view.session
    return session.at(()).project.network if isinstance(session, Lens) else session.project.network


def named(network: Network, match: Match) -> str:
    """Return the name of a layer, by its place."""
    for node in match[:-1]:
        group = group_at(network, node)
        network = group.network if group is not None else network
    return network.nodes[match[-1]].name


def found(view: View, query: str) -> list[Match]:
    """Return what matches. First what is shown, from top to bottom: names that begin so, then names, types, remarks and
    notes. Then layers elsewhere, names that begin so first."""
    if not query:
        return []
    scope, ranked = scope_of(view), []
    for key, item in view.canvas.nodes.items():
        node = view.session.project.network.nodes.get(key)
        rank = _rank(query, item.card.name, item.card.title, node.note if node is not None else "")
        if rank is not None:
            ranked.append((min(rank, 2), item.y(), item.x(), key))
    ranked += [(3, n.y(), n.x(), key) for key, n in view.canvas.notes.items() if query in n.note.text.lower()]
    here = [(*scope, key) for *_, key in sorted(ranked)]
    away = [
        (min(rank, 2), place)
        for place, node in _layers(whole(view), ())
        if place[:-1] != scope and (rank := _rank(query, node.name, node.layer.KERAS, node.note)) is not None
    ]
    return here + [place for _, place in sorted(away, key=lambda each: each[0])]


def _rank(query: str, name: str, *texts: str) -> int | None:
    """Return how well a layer matches, 0 the best; None: not at all."""
    if name.lower().startswith(query):
        return 0
    return next((i + 1 for i, text in enumerate((name, *texts)) if query in text.lower()), None)


def _layers(network: Network, path: Scope) -> Iterator[tuple[Match, Node]]:
    """Yield all layers with their places. Groups that share their layers open as one, so those are found once."""
    for id in network.order():
        node = network.nodes[id]
        yield (*path, id), node
        group = group_at(network, id) if node.shares is None else None
        if group is not None:
            yield from _layers(group.network, (*path, id))
