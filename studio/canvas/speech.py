"""What a screen reader hears of the canvas: the selected block, when it is selected and when something goes wrong."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.canvas.sentences import sentence
from studio.text import plural, tr
from studio.widgets.announce import announce

if TYPE_CHECKING:
    from studio.canvas.view import View


class Speech(QObject):
    """Follows a view: its accessible description is the selected block's sentence. `last`: what was announced last."""

    def __init__(self, view: "View") -> None:
        super().__init__(view)
        self.view = view
        self.last = ""
        self._help = view.accessibleDescription()
        self._of: tuple[str, ...] = ()
        self._fault = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.speak)
        view.session.selection.changed.connect(self._changed)
        view.canvas.drawn.connect(self._changed)

    def _changed(self, *_: object) -> None:
        self._later.start()

    def speak(self) -> None:
        """Describe what is selected; announce it when it is another block, or has another fault."""
        cards, ids = self.view.canvas.picture.cards, self.view.session.selection.ids
        current = ids[-1] if ids and ids[-1] in cards else ""
        touching = self.view.canvas.touching.get(current, ())
        text = sentence(self.view.canvas.picture, current, touching) if current else ""
        note = self.view.session.project.notes.get(ids[-1]) if ids else None
        if note is not None:
            text = tr("Note: {text}", text=note.text)
        if len(ids) > 1 and text:
            text = f"{plural(len(ids), 'layer selected', 'layers selected')}, {text}"
        described = f"{text}. {self._help}" if text else self._help
        if described != self.view.accessibleDescription():
            self.view.setAccessibleDescription(described)
        fault = cards[current].sentence if current else ""
        if (ids, fault) != (self._of, self._fault):
            self._of, self._fault = ids, fault
            self._announce(text or tr("Nothing selected"))

    def _announce(self, text: str) -> None:
        self.last = text
        if self.view.hasFocus():
            announce(self.view, text)
