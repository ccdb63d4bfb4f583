"""What stands in the middle of the Data page while there is no table: none yet, being read, not readable, or moved."""

from PySide6.QtWidgets import QStackedWidget

from studio.actions import Actions
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Button, EmptyState


class Waiting(QStackedWidget):
    """Empty states: a table goes here, it is being read, it has changed, it cannot be read. `refresh` shows one."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self._session, self._actions = session, actions
        sentence = tr("Open a CSV, or drop one on the window. Types, roles and a first network are suggested.")
        first = self._button("Open CSV…", "file.open_csv")
        self.none = EmptyState(
            "file-spreadsheet",
            tr("A table goes here"),
            sentence,
            first,
            group="conv",
        )
        self.reading = EmptyState("file-spreadsheet", "", "", group="conv")
        self.again = self._button("Read it as it is now", "data.reread")
        self.failed = EmptyState(
            "circle-alert", "", "", self._button("Choose the file…", "data.replace"), group="danger.text"
        )
        self.changed = EmptyState("circle-alert", "", "", self.again, group="danger.text")
        for state in (self.none, self.reading, self.failed, self.changed):
            self.addWidget(state)
        self.refresh()

    def _button(self, title: str, action: str) -> Button:
        button = EmptyState.button(tr(title), "refresh-cw" if action == "data.reread" else "folder-open")
        button.setProperty("action", action)
        button.clicked.connect(self._pressed)
        return button

    def _pressed(self) -> None:
        self._actions.trigger(self.sender().property("action"))

    def refresh(self) -> None:
        """Show what is the case now."""
        path, problem, moved = (
            self._session.project.data.source.path, self._session.data_problem, self._session.data_moved,
        )  # fmt: skip
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        if not path:
            self.setCurrentWidget(self.none)
        elif not problem:
            self._say(self.reading, tr("Reading {name}", name=name), tr("Columns appear when the file was read once."))
        elif moved is not None and moved.found is not None:
            self._say(self.changed, tr("{name} has changed", name=name), problem)
        else:
            self._say(self.failed, tr("{name} cannot be read", name=name), problem)

    def _say(self, state: EmptyState, title: str, sentence: str) -> None:
        state.title.setText(title)
        state.sentence.setText(sentence)
        self.setCurrentWidget(state)
