"""Undo: steps that hold the value before and the value after. The names are those of QUndoStack.

QUndoStack itself is not used: when Python's garbage collector meets one in a cycle, PySide hands its commands back to
Python first and the stack's destructor then deletes them a second time, which ends the process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.project.document import Project

MERGE_SECONDS = 1.5
Show = Callable[[Project], object]


@dataclass
class Step:
    """One step: its label, the value before and after, and the key under which quick steps become one."""

    label: str
    before: Project
    after: Project
    key: str | None = None


class UndoStack(QObject):
    """The steps of one document. `show` puts a value on screen. At most `limit` steps are kept, the oldest go first."""

    indexChanged = Signal()
    cleanChanged = Signal()

    def __init__(self, show: Show, limit: int, parent: QObject) -> None:
        super().__init__(parent)
        self._show, self._limit = show, limit
        self._steps: list[Step] = []
        self._index = self._forgotten = 0
        self._clean: int | None = 0
        self._touched = 0.0
        self._held = False
        self._drag: Step | None = None

    # ---- changing ----
    def push(self, step: Step) -> None:
        """Show the step's value and keep the step; steps that were undone are gone."""
        del self._steps[self._index :]
        if self._clean is not None and self._clean > self._index:
            self._clean = None
        if not self._merged(step):
            self._steps.append(step)
            self._drag = step if self._held else None
            self._index += 1
            self._forget_oldest()
        self._touched = time.monotonic()
        self._show(step.after)
        self._tell()

    def _merged(self, step: Step) -> bool:
        last = self.last()
        quick = last is self._drag if self._held else time.monotonic() - self._touched <= MERGE_SECONDS
        if last is None or step.key is None or last.key != step.key or not quick or self.isClean():
            return False
        last.after, last.label = step.after, step.label
        if last.after == last.before:
            self._steps.pop()
            self._index -= 1
        return True

    def _forget_oldest(self) -> None:
        gone = len(self._steps) - self._limit
        if gone > 0:
            del self._steps[:gone]
            self._forgotten += gone
            self._index -= gone
            self._clean = None if self._clean is None or self._clean < gone else self._clean - gone

    def undo(self) -> None:
        """Take the last step back."""
        self.setIndex(self._index - 1)

    def redo(self) -> None:
        """Do the step again that was taken back."""
        self.setIndex(self._index + 1)

    def setIndex(self, index: int) -> None:
        """Undo or redo as many steps as it takes until `index` of them are done; the value is shown once."""
        index = min(max(index, 0), len(self._steps))
        if index != self._index:
            back = index < self._index
            self._index = index
            self._show(self._steps[index].before if back else self._steps[index - 1].after)
            self._tell()

    def hold(self) -> None:
        """A drag begins: its steps become one, however long it takes; `settle` ends it."""
        self._held, self._drag = True, None

    def settle(self) -> None:
        """The next step joins no other."""
        self._touched, self._held, self._drag = 0.0, False, None

    def clear(self) -> None:
        """Forget all steps; the value counts as saved."""
        self._steps, self._index, self._forgotten, self._clean = [], 0, 0, 0
        self._tell()

    def setClean(self) -> None:
        """Say that the value is in the file now."""
        self._clean = self._index
        self._tell()

    def _tell(self) -> None:
        self.indexChanged.emit()
        self.cleanChanged.emit()

    # ---- reading ----
    def last(self) -> Step | None:
        """Return the step that undo would take back."""
        return self._steps[self._index - 1] if self._index else None

    def count(self) -> int:
        """Return the number of steps, those that were undone included."""
        return len(self._steps)

    def index(self) -> int:
        """Return how many steps are done; those from there on were undone."""
        return self._index

    def text(self, index: int) -> str:
        """Return the label of a step, counted from 0."""
        return self._steps[index].label

    def whole(self) -> bool:
        """Whether the first step is still there: before it lies the document as it was opened."""
        return self._forgotten == 0

    def canUndo(self) -> bool:
        """Whether there is a step to take back."""
        return self._index > 0

    def canRedo(self) -> bool:
        """Whether there is a step to do again."""
        return self._index < len(self._steps)

    def undoText(self) -> str:
        """Return the label of the step that undo would take back."""
        return self._steps[self._index - 1].label if self.canUndo() else ""

    def redoText(self) -> str:
        """Return the label of the step that redo would do again."""
        return self._steps[self._index].label if self.canRedo() else ""

    def isClean(self) -> bool:
        """Whether the value is the saved one."""
        return self._clean == self._index
