"""What happened during a run, newest first: started, learning rate changed, new best, callbacks, stopped."""

from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView

from studio import theme
from studio.text import tr
from studio.widgets import Card, Rows, Segmented, Table

Kind = Literal["start", "rate", "best", "callback", "pause", "end", "warning", "error"]
ICONS: dict[Kind, tuple[str, str]] = {
    "start": ("circle-play", "text.muted"), "rate": ("sliders-horizontal", "text.muted"),
    "best": ("flag", "success.fill"),
    "callback": ("bell", "text.muted"), "pause": ("circle-pause", "text.muted"), "end": ("circle-check", "text.muted"),
    "warning": ("triangle-alert", "warning.fill"), "error": ("circle-alert", "danger.fill"),
}  # fmt: skip
LOUD: tuple[Kind, ...] = ("warning", "error")
MOST = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One line: when ("10:42:18", or "epoch 12" for a run of the past), what kind, a sentence."""

    when: str
    kind: Kind
    text: str


class EventRows(Rows):
    """The model of the list: time and sentence, with an icon before the sentence."""

    def __init__(self) -> None:
        super().__init__([tr("Time"), tr("Event")], color=self._token)
        self.events: list[Event] = []

    def show(self, events: list[Event]) -> None:
        """Show other events."""
        self.events = events
        self.put(self.heads, [(e.when, e.text) for e in events])

    def _token(self, _row: int, column: int) -> str | None:
        return "text.muted" if column == 0 else "text.secondary"

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        event = self.events[index.row()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 1:
            return theme.icon(*ICONS[event.kind], 14)
        if role == Qt.ItemDataRole.FontRole:
            return theme.font(11 if index.column() == 0 else 12, 400, mono=index.column() == 0)
        return super().data(index, role)


class EventsCard(Card):
    """The list with a choice between everything and warnings only."""

    def __init__(self) -> None:
        self.filter = Segmented([("all", tr("All")), ("loud", tr("Warnings"))], name=tr("Which events"), height=24)
        self.model = EventRows()
        self.table = Table(self.model, name=tr("Events"), stretch=1)
        super().__init__(tr("Events"), (self.table, 1), tools=(self.filter,), margins=(8, 0, 8, 6), head=36)
        self._events: list[Event] = []
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(25)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.table.setColumnWidth(0, 78)
        self.filter.changed.connect(self._filtered)

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, oldest first."""
        return tuple(self._events)

    def show_events(self, events: list[Event]) -> None:
        """Show these events, given oldest first."""
        self._events = events[-MOST:]
        self._refresh()

    def add(self, event: Event) -> None:  # type: ignore[override]
        """Put one more event on top."""
        self._events = [*self._events[1 - MOST :], event]
        self._refresh()

    def _filtered(self, _which: object) -> None:
        self._refresh()

    def _refresh(self) -> None:
        loud = self.filter.value() == "loud"
        self.model.show([e for e in reversed(self._events) if not loud or e.kind in LOUD])
