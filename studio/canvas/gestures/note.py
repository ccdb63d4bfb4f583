"""Notes by mouse: a new one is drawn or clicked, the corner of one resizes it."""

from PySide6.QtCore import QPointF, QRectF, Qt

from studio.canvas.arrange import snapped
from studio.canvas.gestures.gesture import Gesture, Modifiers
from studio.document import edits
from studio.document.note_edits import SMALLEST, USUAL
from studio.text import tr


class DrawNote(Gesture):
    """A click places a note of the usual size, a drag one of the drawn size; then it is written."""

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        self.scene.overlay.show_band(QRectF(self.origin, at).normalized())

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        drawn = QRectF(self.origin, at).normalized()
        self._ask(drawn.topLeft(), max(drawn.width(), SMALLEST[0]), max(drawn.height(), SMALLEST[1]))

    def click(self, at: QPointF, modifiers: Modifiers) -> None:
        self._ask(at, *USUAL)

    def _ask(self, at: QPointF, width: float, height: float) -> None:
        self.view.use("select")
        self.view.note_asked.emit(None, QRectF(*snapped(at.x(), at.y()), width, height))


class Resize(Gesture):
    """Drag the corner of a note."""

    def __init__(self, view: object, note: str) -> None:
        super().__init__(view)  # type: ignore[arg-type]
        self.note = note

    def start(self, at: QPointF, modifiers: Modifiers) -> None:
        super().start(at, modifiers)
        self.session.selection.set(self.note)
        self.view.viewport().setCursor(Qt.CursorShape.SizeFDiagCursor)

    def drag(self, at: QPointF, modifiers: Modifiers) -> None:
        if self.note in self.scene.notes:
            self.scene.notes[self.note].resize(*self._size(at))

    def drop(self, at: QPointF, modifiers: Modifiers) -> None:
        width, height = self._size(at)
        self.session.edit(tr("Resize note"), lambda project: edits.resize_note(project, self.note, width, height))

    def cancel(self) -> None:
        note = self.session.project.notes.get(self.note)
        if note is not None:
            self.scene.notes[self.note].show_note(note)
        super().cancel()

    def clear(self) -> None:
        super().clear()
        self.view.viewport().unsetCursor()

    def _size(self, at: QPointF) -> tuple[float, float]:
        note, way = self.session.project.notes[self.note], at - self.origin
        width, height = snapped(note.width + way.x(), note.height + way.y())
        return max(width, SMALLEST[0]), max(height, SMALLEST[1])
