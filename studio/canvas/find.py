"""Find layer: a name is typed, the canvas walks from match to match; Enter selects, Esc returns."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from engine.network.network import Node
from studio.canvas.view import View
from studio.text import tr
from studio.widgets import Box, IconButton, Label, SearchField, fixed

WIDTH, COUNT = 240, 64


class FindBar(Box):
    """Finds cards by name, type and remark, and notes by their text. `closed()` when it goes."""

    closed = Signal()

    def __init__(self, view: View) -> None:
        self.view, self.session = view, view.session
        self.field = fixed(SearchField(tr("Find a layer or note"), name=tr("Find on the canvas")), WIDTH)
        self.count = fixed(Label("", 11, 500, "text.muted"), COUNT)
        back = IconButton("chevron-up", tr("Previous match"), key="Up", size="small")
        on = IconButton("chevron-down", tr("Next match"), key="Down", size="small")
        close = IconButton("x", tr("Close find"), key="Esc", size="small")
        super().__init__(self.field, self.count, back, on, close, fill="bg.raised", stroke="border.strong",
                         vertical=False, spacing=4, margins=4)  # fmt: skip
        self.matches: list[str] = []
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
        query = text.strip().lower()
        self.matches, self.at = found(self.view, query) if query else [], 0
        self._show()

    def cancel(self, *_: object) -> None:
        """Go away; what was seen before is seen again."""
        self.view.zoom_to(self._zoom)
        self.view.centre_on(self._from)
        self._close()

    def take(self) -> None:
        """Select the match and go away."""
        if self.matches:
            self.session.selection.set(self.matches[self.at])
        self._close()

    def current(self) -> str | None:
        """Return the id of the match that is shown."""
        return self.matches[self.at] if self.matches and self.isVisible() else None

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

    def _show(self) -> None:
        here = self.current()
        empty = tr("no match") if self.field.text().strip() else ""
        self.count.setText(tr("{n} of {all}", n=self.at + 1, all=len(self.matches)) if here else empty)
        self._mark(here)
        if here is not None:
            self.view.centre_on(self.view.canvas.rect_of(here).center())

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


def found(view: View, query: str) -> list[str]:
    """Return what matches, from top to bottom: names that begin so first, then names, types, remarks and notes, then
    groups that hold something that does."""
    ranked = []
    for key, item in view.canvas.nodes.items():
        node = view.session.project.network.nodes.get(key)
        name, title = item.card.name.lower(), item.card.title.lower()
        texts = (name, title, node.note.lower() if node is not None else "")
        rank = 0 if name.startswith(query) else next((i + 1 for i, t in enumerate(texts) if query in t), None)
        if rank is not None:
            ranked.append((min(rank, 2), item.y(), item.x(), key))
        elif node is not None and _holds(node, query):
            ranked.append((4, item.y(), item.x(), key))
    ranked += [(3, n.y(), n.x(), key) for key, n in view.canvas.notes.items() if query in n.note.text.lower()]
    return [key for *_, key in sorted(ranked)]


def _holds(node: Node, query: str) -> bool:
    """Return whether a node is a group with a layer in it, at any depth, that matches."""
    inner = getattr(node.layer, "network", None)
    return inner is not None and any(
        query in f"{n.name}\n{n.layer.KERAS}\n{n.note}".lower() or _holds(n, query) for n in inner
    )
