"""Command search (Ctrl+K): everything the program can do now, found by words, done by Enter."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import theme
from studio.actions import Action, Actions
from studio.text import tr
from studio.widgets import Box, Label, SearchField, Themed, icon_at, named, painter_of, rounded

WIDTH, ROW, MOST = 520, 36, 9
ID = Qt.ItemDataRole.UserRole


class CommandPalette(Themed, QWidget):
    """An overlay over the window: a field and a list. Esc or a click beside it closes it."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._actions = actions
        self.field = SearchField(tr("What do you want to do?"), name=tr("Search commands field"))
        self.list = QListWidget()
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        named(self.list, tr("Commands"))
        self.nothing = Label(tr("Nothing has these words."), 12, 400, "text.muted")
        self.nothing.setContentsMargins(10, 6, 10, 6)
        self._box = Box(
            self.field, self.nothing, (self.list, 1), fill="bg.raised", stroke="border.strong", radius=12, margins=10
        )
        self._box.setParent(self)
        named(self, tr("Command search"))
        self.field.searched.connect(self._search)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._clicked)
        self.hide()
        self.follow_theme()

    def open(self) -> None:
        """Show it over the window, with an empty field."""
        self._before = self.window().focusWidget()
        self.field.setText("")
        self._search("")
        self.setGeometry(self.window().rect())
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_search(self) -> None:
        """Hide it and give the keyboard back."""
        self.hide()
        if self._before is not None:
            self._before.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_of(self).fillRect(self.rect(), theme.color("bg.scrim"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._box.geometry().contains(event.position().toPoint()):
            self.close_search()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        return False

    def _key(self, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: MOST, Qt.Key.Key_PageUp: -MOST}
        if key in steps:
            place = self.list.currentRow() + steps[key]
            self.list.setCurrentRow(min(max(place, 0), self.list.count() - 1))
        elif key == Qt.Key.Key_Escape:
            self.close_search()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._clicked(self.list.currentItem())
        else:
            return False
        return True

    def _search(self, text: str) -> None:
        self.list.clear()
        for action in found(self._actions.every(), text):
            item = QListWidgetItem(tr(action.title))
            item.setData(ID, action.id)
            item.setData(ID + 1, action.icon)
            item.setData(ID + 2, self._actions.reason(action.id) or self._actions.key(action.id))
            item.setData(ID + 3, self._actions.enabled(action.id))
            item.setSizeHint(QSize(WIDTH - 24, ROW))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self._place()

    def _place(self) -> None:
        rows = min(max(self.list.count(), 1), MOST)
        width = min(WIDTH, self.width() - 32)
        self._box.setGeometry(QRect((self.width() - width) // 2, 88, width, rows * ROW + 62))

    def _clicked(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        self.close_search()
        self._actions.trigger(str(item.data(ID)))


class _Row(QStyledItemDelegate):
    """One command: icon, title, key (or the reason why it cannot be done) at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box = QRectF(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            rounded(painter, box, theme.color("accent.soft"), None, 6)
        live = bool(index.data(ID + 3))
        if icon := index.data(ID + 1):
            icon_at(painter, box.x() + 10, box.y() + 10, icon, "text.secondary" if live else "text.disabled", 16)
        painter.setFont(theme.font(13, 500))
        painter.setPen(theme.color("text.primary" if live else "text.muted"))
        painter.drawText(box.adjusted(38, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text.muted"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(box.adjusted(200, 0, -10, 0), flags, str(index.data(ID + 2)))


def found(actions: tuple[Action, ...], text: str) -> list[Action]:
    """Return the actions that have all words of a text, those whose title begins with it first."""
    words = text.lower().split()
    hits = []
    for action in actions:
        title = tr(action.title).lower()
        everything = " ".join((title, action.tip.lower(), *action.words))
        if all(word in everything for word in words):
            hits.append((not title.startswith(text.lower()), not all(w in title for w in words), action))
    return [action for _, _, action in sorted(hits, key=lambda hit: hit[:2])]
