"""The help window: a list with search at the left, a page at the right, back and forward. It needs no network."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from studio import theme
from studio.text import tr
from studio.widgets import Box, FocusRing, IconButton, Label, Line, SearchField, Themed, column, lay, named, row
from studio.window.manual_markup import rich
from studio.window.manual_pages import HelpPage, found, heading, nearest, pages

SIZE, LIST_WIDTH = (860, 640), 232
TOPIC = Qt.ItemDataRole.UserRole


class Manual(Themed, QDialog):
    """One window beside the main one. `open_topic` shows a page; Alt+Left and Alt+Right go back and forward."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Help"))
        named(self, tr("Help"))
        self.setModal(False)
        self.resize(*SIZE)
        self.topic = ""
        self._past: list[str] = []
        self._coming: list[str] = []
        self.search = SearchField(tr("Search help"), name=tr("Search help"))
        self.search.searched.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFont(theme.font(12))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        named(self.list, tr("Help pages"))
        self.list.currentItemChanged.connect(self._picked)
        self.back = IconButton("chevron-left", tr("Back"), key="Alt+Left", size="small")
        self.forth = IconButton("chevron-right", tr("Forward"), key="Alt+Right", size="small")
        self.back.clicked.connect(self.go_back)
        self.forth.clicked.connect(self.go_forward)
        self.place = Label("", 12, 500, "text.muted", elide=True)
        self.page = QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        named(self.page, tr("Help page"))
        self.page.anchorClicked.connect(self._followed)
        left = column(row(self.search, margins=(12, 12, 12, 4)), (self.list, 1), spacing=4)
        left.setFixedWidth(LIST_WIDTH)
        top = row(self.back, self.forth, (self.place, 1), spacing=4, margins=(12, 0, 12, 0), height=40)
        right = column(top, Line(color="border.soft"), (self.page, 1), spacing=0)
        sheet = Box(left, Line(vertical=True), (right, 1), stroke=None, radius=0, vertical=False, spacing=0)
        lay(self, [sheet], False, 0, 0)
        FocusRing(self)
        self._fill("")
        self.follow_theme()

    # ---- showing ---------------------------------------------------------------------------------------------------
    def open_topic(self, topic: str) -> None:
        """Show a page and put the keyboard into the search field."""
        self.search.clear()
        self.show_topic(topic)
        self.show()
        self.raise_()
        self.activateWindow()
        self.search.setFocus()

    def show_topic(self, topic: str) -> None:
        """Show a page; the one before can be returned to."""
        topic = nearest(topic)
        if topic == self.topic:
            return
        if self.topic:
            self._past.append(self.topic)
        self._coming.clear()
        self._show(topic)

    def go_back(self, *_: object) -> None:
        """Return to the page before."""
        if self._past:
            self._coming.append(self.topic)
            self._show(self._past.pop())

    def go_forward(self, *_: object) -> None:
        """Undo a step back."""
        if self._coming:
            self._past.append(self.topic)
            self._show(self._coming.pop())

    def _show(self, topic: str) -> None:
        self.topic = topic
        page = pages()[topic]
        self.place.setText(heading(page.kind))
        self._draw(page)
        self.page.setAccessibleDescription(page.about)
        self._mark()
        for button, there, text in ((self.back, self._past, tr("Back")), (self.forth, self._coming, tr("Forward"))):
            button.setEnabled(bool(there))
            key = "Alt+Left" if button is self.back else "Alt+Right"
            button.setToolTip(f"{text} ({key})" if there else tr("No page to go to"))

    def _draw(self, page: HelpPage) -> None:
        links = {p.title: p.topic for p in pages().values() if p.kind == "layer" and p is not page and len(p.title) > 4}
        self.page.setHtml(rich(page.text, links))

    def restyle(self) -> None:
        fill = theme.color("bg.panel").name()
        self.page.setStyleSheet(f"QTextBrowser {{ background: {fill}; border: none; padding: 4px 16px; }}")
        self.list.setStyleSheet("QListWidget::item { padding-left: 12px; }")
        if self.topic:
            self._draw(pages()[self.topic])

    # ---- the list --------------------------------------------------------------------------------------------------
    def _fill(self, query: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        kind = ""
        hits = found(query)
        for page in hits:
            if not query.strip() and page.kind != kind:
                kind = page.kind
                self._head(heading(kind))
            item = QListWidgetItem(page.title)
            item.setData(TOPIC, page.topic)
            item.setToolTip(page.about)
            item.setSizeHint(QSize(100, 28))
            self.list.addItem(item)
        if not hits:
            self._head(tr("No page has these words."))
        self._mark()
        self.list.blockSignals(False)

    def _head(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFont(theme.font(11, 600))
        item.setSizeHint(QSize(100, 30))
        self.list.addItem(item)

    def _mark(self) -> None:
        """Let the list show which page is open, if it has it."""
        self.list.blockSignals(True)
        rows = [i for i in range(self.list.count()) if self.list.item(i).data(TOPIC) == self.topic]
        self.list.setCurrentRow(rows[0] if rows else -1)
        self.list.blockSignals(False)

    def _picked(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is not None and item.data(TOPIC):
            self.show_topic(str(item.data(TOPIC)))

    def _followed(self, url: QUrl) -> None:
        self.show_topic(url.toString())

    # ---- keyboard --------------------------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down in the search field walk the list; Enter opens the first hit."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.search.text().strip():
                self._step(1, first=True)
            return True
        return False

    def _step(self, by: int, first: bool = False) -> None:
        at = -1 if first else self.list.currentRow()
        rows = range(at + by, self.list.count() if by > 0 else -1, by)
        to = next((i for i in rows if self.list.item(i).data(TOPIC)), None)
        if to is not None:
            self.list.setCurrentRow(to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() == Qt.Key.Key_Left:
            self.go_back()
        elif alt and event.key() == Qt.Key.Key_Right:
            self.go_forward()
        else:
            super().keyPressEvent(event)


def topic_of(widget: QWidget | None) -> str:
    """Return the help page for a widget: that of the nearest one around it that names one; "" when none does."""
    while widget is not None:
        named_by = getattr(widget, "help_topic", None)
        topic = named_by() if callable(named_by) else ""
        if topic:
            return str(topic)
        widget = widget.parentWidget()
    return ""


def topic_in_focus(fallback: QWidget | None) -> str:
    """Return the help page for what has the keyboard, else for a widget (the page on screen)."""
    return topic_of(QApplication.focusWidget()) or topic_of(fallback)
