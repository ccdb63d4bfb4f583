"""The key map: every action with its keys, by stage. Enter on one and press other keys; conflicts are named."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio import theme
from studio.actions import STAGE_TITLES, Action, Actions
from studio.actions.live import readable
from studio.text import tr
from studio.widgets import (
    Box,
    Button,
    IconButton,
    Label,
    Scroll,
    Themed,
    box_of,
    column,
    lay,
    named,
    painter_of,
    rounded,
    row,
)

TITLES = {
    "file": "Project", "edit": "Edit", "go": "Go to", "view": "View", "run": "Run", "canvas": "Canvas", "help": "Help",
} | STAGE_TITLES  # fmt: skip
HIDDEN = ("settings", "recent")
MODIFIERS = (
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock,
)  # fmt: skip


class KeyButton(Themed, QAbstractButton):
    """One action and its keys. `pressed_keys(text)` when a person pressed new ones after starting it."""

    pressed_keys = Signal(object)

    def __init__(self, action: Action, actions: Actions) -> None:
        super().__init__()
        self.action, self._actions, self.waits = action, actions, False
        self.setText(tr(action.title))
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.begin)
        self.tell()
        self.follow_theme()

    def tell(self) -> None:
        """Say the keys as they are now."""
        keys = ", ".join(readable(k) for k in self._actions.keys(self.action.id))
        named(self, tr("{title}, keys", title=self.text()))
        self.setAccessibleDescription(keys or tr("no keys"))
        self.update()

    def begin(self) -> None:
        """Wait for keys; Esc gives up."""
        self.waits = True
        self.setAccessibleDescription(tr("Press the new keys. Esc keeps the old ones."))
        self.update()

    def stop(self) -> None:
        """Wait no longer."""
        self.waits = False
        self.tell()

    def sizeHint(self) -> QSize:
        return QSize(360, 32)

    def event(self, event: QEvent) -> bool:
        if self.waits and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.stop()
        super().focusOutEvent(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in MODIFIERS:
            return
        text = keys_of(event)
        self.stop()
        if text not in ("", "Esc"):
            self.pressed_keys.emit(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        if self.waits or self.underMouse():
            rounded(painter, rect, theme.color("accent.soft" if self.waits else "bg.hover"), None, 6)
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text.primary"))
        painter.drawText(rect.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.waits:
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.setPen(theme.color("accent.text"))
            painter.setFont(theme.font(12, 500))
            painter.drawText(rect.adjusted(10, 0, -10, 0), flags, tr("Press the new keys · Esc keeps"))
            return
        self._paint_keys(painter, rect)

    def _paint_keys(self, painter: QPainter, rect: QRectF) -> None:
        font, right = theme.font(11, 500), rect.width() - 10
        for key in reversed(self._actions.keys(self.action.id)):
            text = readable(key)
            width = QFontMetricsF(font).horizontalAdvance(text) + 14
            chip = QRectF(right - width, 6, width, 20)
            rounded(painter, chip, theme.color("bg.subtle"), theme.color("border.default"), 4)
            painter.setFont(font)
            painter.setPen(theme.color("text.secondary"))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
            right -= width + 6


class KeyRow(QWidget):
    """A button for the keys, tools to take them away or reset them, and below it the question about a conflict."""

    def __init__(self, action: Action, actions: Actions) -> None:
        super().__init__()
        self.action, self._actions, self._wanted = action, actions, ""
        self.button = KeyButton(action, actions)
        title = tr(action.title)
        self.clear = IconButton("x", tr("No keys for {title}", title=title), size="small")
        self.reset = IconButton("rotate-ccw", tr("Reset keys of {title}", title=title), size="small")
        for tool in (self.clear, self.reset):
            keep = tool.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            tool.setSizePolicy(keep)
        self.words = Label("", 12, 400, "warning.text", wrap=True)
        self.replace = Button(tr("Replace"), kind="soft", size="small", name=tr("Replace keys of {title}", title=title))
        self.cancel = Button(tr("Cancel"), size="small", name=tr("Keep keys of {title}", title=title))
        self.question = Box(
            row((self.words, 1), self.replace, self.cancel, margins=(10, 6, 8, 6)), fill="warning.soft", stroke=None,
            radius=6,
        )  # fmt: skip
        self.question.hide()
        lay(self, [row((self.button, 1), self.clear, self.reset, spacing=2), self.question], True, 2, 0)
        self.button.pressed_keys.connect(self._pressed)
        self.clear.clicked.connect(self._cleared)
        self.reset.clicked.connect(self._reset)
        self.replace.clicked.connect(self._replaced)
        self.cancel.clicked.connect(self._cancelled)
        self.tell()

    def tell(self) -> None:
        """Show the keys as they are now."""
        keys = self._actions.keys(self.action.id)
        self.button.tell()
        self.clear.setVisible(bool(keys))
        self.reset.setVisible(keys != self.action.keys)

    def matches(self, words: list[str]) -> bool:
        """Return whether title, group and keys have all these words."""
        keys = " ".join(f"{k} {readable(k)}" for k in self._actions.keys(self.action.id))
        text = f"{tr(self.action.title)} {title_of(self.action)} {keys} {' '.join(self.action.words)}".lower()
        return all(word in text for word in words)

    def _pressed(self, keys: str) -> None:
        others = self._actions.holders(keys, self.action.id)
        if not others:
            self._give(keys)
            return
        self._wanted = keys
        names = tr(" and ").join(f"“{tr(a.title)}” ({title_of(a)})" for a in others)
        self.words.setText(tr("{key} does {names} now.", key=readable(keys), names=names))
        self.question.show()
        self.replace.setFocus()

    def _replaced(self) -> None:
        for other in self._actions.holders(self._wanted, self.action.id):
            rest = [k for k in self._actions.keys(other.id) if QKeySequence(k) != QKeySequence(self._wanted)]
            self._actions.set_keys(other.id, rest)
        self._give(self._wanted)

    def _cancelled(self) -> None:
        self.question.hide()
        self.button.setFocus()

    def _give(self, keys: str) -> None:
        self.question.hide()
        self._actions.set_keys(self.action.id, (keys,))
        self.button.setFocus()

    def _cleared(self) -> None:
        self._actions.set_keys(self.action.id, ())
        self.button.setFocus()

    def _reset(self) -> None:
        for key in self.action.keys:
            if others := self._actions.holders(key, self.action.id):
                self._wanted = key
                self.words.setText(tr("{key} does “{title}” now.", key=readable(key), title=tr(others[0].title)))
                self.question.show()
                self.replace.setFocus()
                return
        self._actions.set_keys(self.action.id, None)
        self.button.setFocus()


class KeyMap(QWidget):
    """All actions grouped by where they belong."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.rows: dict[str, KeyRow] = {}
        self.heads: dict[str, Label] = {}
        content = column(spacing=2, margins=(16, 4, 12, 16))
        box = box_of(content)
        for action in sorted(
            (a for a in actions.records() if prefix_of(a) not in HIDDEN), key=lambda a: _order(prefix_of(a))
        ):
            group = title_of(action)
            if group not in self.heads:
                self.heads[group] = Label(group, 12, 600, "text.secondary")
                self.heads[group].setContentsMargins(10, 10, 0, 2)
                box.addWidget(self.heads[group])
            self.rows[action.id] = KeyRow(action, actions)
            box.addWidget(self.rows[action.id])
        self.nothing = Label(tr("No action has these words or keys."), 12, 400, "text.muted")
        self.nothing.hide()
        box.addWidget(self.nothing)
        box.addStretch(1)
        self.area = Scroll(content, name=tr("Keyboard shortcuts"))
        lay(self, [(self.area, 1)], True, 0, 0)
        named(self, tr("Key map"))
        actions.keys_changed.connect(self._changed)

    def search(self, text: str) -> None:
        """Show only the actions that have these words or keys."""
        words = text.lower().split()
        shown = {id for id, line in self.rows.items() if line.matches(words)}
        for id, line in self.rows.items():
            line.setVisible(id in shown)
        groups = {title_of(self.rows[id].action) for id in shown}
        for group, head in self.heads.items():
            head.setVisible(group in groups)
        self.nothing.setVisible(not shown)
        self.area.verticalScrollBar().setValue(0)

    def reset_all(self) -> None:
        """Give all actions the keys of the table."""
        for id in self._actions.own_keys():
            if self._actions.has(id):
                self._actions.set_keys(id, None)

    def reveal(self, id: str) -> None:
        """Scroll to an action."""
        self.area.ensureWidgetVisible(self.rows[id])

    def _changed(self, id: str) -> None:
        if id in self.rows:
            self.rows[id].tell()


def prefix_of(action: Action) -> str:
    """Return the part of an id before the dot."""
    return action.id.partition(".")[0]


def title_of(action: Action) -> str:
    """Return the group that an action stands in."""
    prefix = prefix_of(action)
    return tr(TITLES.get(prefix, prefix.capitalize()))


def keys_of(event: QKeyEvent) -> str:
    """Return the keys of an event as they are written in the table: "Ctrl+Shift+K"."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = event.key()
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    if key == Qt.Key.Key_Plus:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(int(key) | modifiers.value).toString(QKeySequence.SequenceFormat.PortableText)


def _order(prefix: str) -> int:
    known = list(TITLES)
    return known.index(prefix) if prefix in known else len(known)
