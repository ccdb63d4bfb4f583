"""What is selected: node ids, shared by card, summary row, code lines and plots. Not saved, not undoable."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """An ordered set of ids: of nodes, "target:0" a training target, "note:1" a note. The last one is the current one.

    `changed` is emitted with the tuple of ids after each change.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The selected ids in the order in which they were chosen."""
        return self._ids

    @property
    def nodes(self) -> tuple[str, ...]:
        """The selected ids that are nodes (training targets and notes left out)."""
        return tuple(i for i in self._ids if ":" not in i)

    @property
    def notes(self) -> tuple[str, ...]:
        """The selected ids that are notes of the canvas."""
        return tuple(i for i in self._ids if i.startswith("note:"))

    @property
    def current(self) -> str | None:
        """The id that was chosen last."""
        return self._ids[-1] if self._ids else None

    def set(self, *ids: str) -> None:
        """Select exactly these."""
        wanted = tuple(dict.fromkeys(ids))
        if wanted != self._ids:
            self._ids = wanted
            self.changed.emit(wanted)

    def add(self, *ids: str) -> None:
        """Select these too; they become the current ones."""
        self.set(*(i for i in self._ids if i not in ids), *ids)

    def toggle(self, id: str) -> None:
        """Select it, or take it out of the selection."""
        if id in self._ids:
            self.set(*(i for i in self._ids if i != id))
        else:
            self.add(id)

    def clear(self) -> None:
        """Select nothing."""
        self.set()

    def keep(self, existing: Iterable[str]) -> None:
        """Drop ids that no longer exist."""
        known = set(existing)
        self.set(*(i for i in self._ids if i in known))

    def __contains__(self, id: object) -> bool:
        return id in self._ids

    def __len__(self) -> int:
        return len(self._ids)
