"""Dialogs: few, small, never blocking: an answer comes as a call."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from engine.errors import UsageError
from studio import theme
from studio.text import tr
from studio.widgets import Box, Button, CodeView, FocusRing, Label, LineEdit, column, fixed, lay, row
from studio.widgets.button import Kind

LONGEST_NAME = 80
Choice = tuple[str, str, Kind]
Answer = Callable[[str], object]


class Question(QDialog):
    """A title, a sentence and buttons. `on_answer(key)` gets the key of the pressed one; Esc is the last one.

    choices: (key, label, kind) from left to right; the first primary one has the keyboard.
    """

    def __init__(
        self, window: QWidget, title: str, text: str, choices: Sequence[Choice], on_answer: Answer, details: str = ""
    ) -> None:
        super().__init__(window)
        self._answer, self._last = on_answer, choices[-1][0]
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading, sentence = Label(title, 16, 600, wrap=True), Label(text, 13, 400, "text.secondary", wrap=True)
        self.setAccessibleDescription(text)
        self.buttons = {key: Button(label, kind=kind, size="large") for key, label, kind in choices}
        for key, button in self.buttons.items():
            button.setProperty("key", key)
            button.clicked.connect(self._pressed)
        parts: list[QWidget] = [heading, sentence]
        if details:
            view = CodeView(details, name=tr("Details"), size=11)
            parts.append(fixed(Box((view, 1), fill="bg.code", margins=1), height=180))
        ordered = list(self.buttons.values())
        copy: list[QWidget] = []
        if details:
            button = Button(tr("Copy report"), "copy", size="large")
            button.clicked.connect(self._copy)
            copy = [button]
        self._details = details
        lay(self, [column(*parts, spacing=8), 12, row(*copy, None, *ordered, spacing=8)], True, 8, 24)
        self.setMinimumWidth(440 if not details else 640)
        self.setMaximumWidth(680)
        FocusRing(self)
        primary = next((b for (_, _, kind), b in zip(choices, ordered, strict=True) if kind == "primary"), ordered[-1])
        primary.setDefault(True)
        primary.setFocus()
        self.rejected.connect(self._left)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if isinstance(focus, Button):
                focus.click()
                return
        super().keyPressEvent(event)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)

    def _pressed(self) -> None:
        self._reply(str(self.sender().property("key")))

    def _left(self) -> None:
        self._reply(self._last)

    def _reply(self, key: str) -> None:
        answer, self._answer = self._answer, _nothing
        self.close()
        answer(key)


def ask(window: QWidget, title: str, text: str, choices: Sequence[Choice], on_answer: Answer) -> Question:
    """Open a question over a window."""
    question = Question(window, title, text, choices, on_answer)
    question.open()
    return question


def ask_unsaved(window: QWidget, name: str, on_answer: Answer) -> Question:
    """Ask what to do with unsaved work: "save", "discard" or "cancel"."""
    return ask(
        window,
        tr("Save changes to {name}?", name=name),
        tr("Your latest changes are not in the file yet."),
        (("discard", tr("Discard"), "danger"), ("save", tr("Save"), "primary"), ("cancel", tr("Cancel"), "default")),
        on_answer,
    )


class NameDialog(QDialog):
    """Asks for a name. `on_name(text)` gets it; an empty one is not taken."""

    def __init__(self, window: QWidget, title: str, name: str, on_name: Callable[[str], object]) -> None:
        super().__init__(window)
        self._on_name = on_name
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = LineEdit(name, name=tr("New name"), check=_name)
        self.sentence = Label("", 12, 400, "danger.text", wrap=True)
        self.sentence.hide()
        self.cancel = Button(tr("Cancel"), size="large")
        self.take = Button(tr("Rename"), kind="primary", size="large")
        items = [column(Label(title, 16, 600), self.field, self.sentence, spacing=10)]
        lay(self, [*items, 12, row(None, self.cancel, self.take, spacing=8)], True, 8, 24)
        self.setMinimumWidth(440)
        FocusRing(self)
        self.field.selectAll()
        self.field.setFocus()
        self.field.error_changed.connect(self._wrong)
        self.field.returnPressed.connect(self._taken)
        self.take.clicked.connect(self._taken)
        self.cancel.clicked.connect(self.reject)

    def _taken(self) -> None:
        self.field.commit()
        if not self.field.error:
            self._on_name(str(self.field.value()))
            self.accept()

    def _wrong(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))


def ask_name(window: QWidget, title: str, name: str, on_name: Callable[[str], object]) -> NameDialog:
    """Open a question for a name over a window."""
    dialog = NameDialog(window, title, name, on_name)
    dialog.open()
    return dialog


def _name(text: str) -> str:
    shown = " ".join(text.split())
    if not 0 < len(shown) <= LONGEST_NAME:
        raise UsageError(f"A name has 1 to {LONGEST_NAME} characters; this has {len(shown)}.")
    return shown


def report(
    window: QWidget, title: str, text: str, details: str, on_answer: Answer | None = None, leave: str = ""
) -> Question:
    """Tell of an error of the program: what happened, that the work is safe, and details that can be copied.

    leave: the text of the button that closes it; "Go on" without.
    """
    choices: Sequence[Choice] = (("ok", leave or tr("Go on"), "primary"),)
    question = Question(window, title, text, choices, on_answer or _nothing, details)
    question.setModal(False)
    question.show()
    return question


def choose_file(
    window: QWidget, title: str, folder: str, filters: str, on_file: Callable[[Path], object], *, save: str = ""
) -> QFileDialog:
    """Open a file dialog. save: the suggested name, for a dialog that saves."""
    dialog = QFileDialog(window, title, folder, filters)
    dialog.setAccessibleName(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if save:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(save)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(_Chosen(dialog, on_file).take)
    dialog.setMinimumSize(theme.size("inspector") * 2, 400)
    dialog.open()
    return dialog


class _Chosen(QObject):
    """Keeps what is to be called as long as its dialog lives."""

    def __init__(self, dialog: QFileDialog, act: Callable[[Path], object]) -> None:
        super().__init__(dialog)
        self._act = act

    def take(self, path: str) -> None:
        """Hand the chosen path on."""
        self._act(Path(path))


def _nothing(_key: str) -> None:
    return None
