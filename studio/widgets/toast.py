"""Toasts at the bottom right and banners inside a stage: what happened, and what can be done about it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from studio import theme
from studio.widgets.base import Box, Item, column, row
from studio.widgets.button import Button, IconButton
from studio.widgets.label import Icon, Label

KINDS = {
    "info": ("info", "accent.text"), "success": ("circle-check", "success.fill"),
    "warning": ("triangle-alert", "warning.fill"), "error": ("circle-alert", "danger.fill"),
}  # fmt: skip
Act = Callable[[], object]
WIDTH = 360
MOST = 3


class Toast(Box):
    """A short message with one action. It goes by itself after 5 s, but not while the pointer is on it."""

    gone = Signal(object)

    def __init__(
        self, title: str, text: str = "", kind: str = "info", action: str = "", act: Act | None = None
    ) -> None:
        icon, color = KINDS[kind]
        self._act = act
        self.button = Button(action, kind="soft", size="small") if action else None
        close = IconButton("x", "Dismiss message", size="small")
        words: list[Item] = [Label(title, 12, 600, wrap=True)]
        words += [Label(text, 11, 400, "text.muted", wrap=True)] if text else []
        tools: list[Item] = [self.button] if self.button else []
        line = row(
            Icon(icon, color),
            (column(None, *words, None, spacing=2), 1),
            *tools,
            close,
            spacing=10,
            margins=(12, 10, 8, 10),
        )
        super().__init__(line, fill="bg.raised", stroke="border.strong")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        close.clicked.connect(self.dismiss)
        if self.button:
            self.button.clicked.connect(self._pressed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._timer.start(theme.duration("toast") * (2 if kind == "error" else 1))

    def dismiss(self, *_: object) -> None:
        """Take it away."""
        self._timer.stop()
        self.hide()
        self.gone.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self._timer.start(theme.duration("toast"))

    def _pressed(self) -> None:
        act = self._act
        self.dismiss()
        if act:
            act()


class Toasts(QObject):
    """Shows toasts over a window, newest below, at most three."""

    def __init__(self, window: QWidget, bottom: int = 40) -> None:
        super().__init__(window)
        self._window, self._bottom = window, bottom
        self.shown: list[Toast] = []
        window.installEventFilter(self)

    def show(self, title: str, text: str = "", kind: str = "info", action: str = "", act: Act | None = None) -> Toast:
        """Show a toast. kind: info, success, warning or error. action: a button's text; act: what it does."""
        toast = Toast(title, text, kind, action, act)
        toast.setParent(self._window)
        toast.gone.connect(self._gone)
        self.shown.append(toast)
        while len(self.shown) > MOST:
            self.shown[0].dismiss()
        self.place()  # first: shown at (0, 0) it would be under a pointer there, and a toast under the pointer stays
        toast.show()
        return toast

    def place(self) -> None:
        """Stack the toasts at the bottom right."""
        y = self._window.height() - self._bottom
        for toast in reversed(self.shown):
            toast.adjustSize()
            height = max(toast.heightForWidth(WIDTH), toast.sizeHint().height())
            toast.resize(WIDTH, height)
            y -= height + 8
            toast.move(self._window.width() - WIDTH - 16, y)
            toast.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def _gone(self, toast: Toast) -> None:
        if toast in self.shown:
            self.shown.remove(toast)
            toast.deleteLater()
        self.place()


class Banner(Box):
    """A failure that needs a decision, inside the stage: title, sentence, the owner's buttons; `end` by the title."""

    def __init__(
        self, title: str = "", text: str = "", kind: str = "error", *buttons: QWidget, closable: bool = True,
        end: QWidget | None = None,
    ) -> None:  # fmt: skip
        icon, _ = KINDS[kind]
        tone = {"error": "danger", "info": "accent"}.get(kind, kind)
        self.title = Label(title, 13, 600, f"{tone}.text", wrap=True)
        self.text = Label(text, 12, 400, "text.primary", wrap=True)
        self.text.setVisible(bool(text))
        close: list[Item] = []
        if closable:
            self.close_button = IconButton("x", "Close banner", size="small")
            close = [self.close_button]
        top = row((self.title, 1), end, spacing=12) if end else self.title
        head = row(Icon(icon, f"{tone}.text"), (column(top, self.text, spacing=2), 1), *close, spacing=12)
        super().__init__(head, fill=f"{tone}.soft", stroke=f"{tone}.text", margins=(14, 10, 10, 10))
        if buttons:
            self.body.addWidget(row(28, *buttons, None, spacing=8))
        if closable:
            self.close_button.clicked.connect(self.hide)
        self.setAccessibleName(title)

    def show_message(self, title: str, text: str = "") -> None:
        """Show another message."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.show()
