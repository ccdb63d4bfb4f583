"""The start page: open a table, take a template or a sample, go on with a recent project; what the machine offers."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QStackedWidget, QWidget

import engine
from studio import theme
from studio.actions import Actions
from studio.document.templates import TEMPLATES, Sample, Template, samples
from studio.pages.thumbs import Spark, Thumb
from studio.settings import Recent, Settings
from studio.text import tr
from studio.widgets import (
    Box,
    Button,
    Card,
    Chip,
    Icon,
    IconButton,
    Key,
    Label,
    Logo,
    Scroll,
    Themed,
    Tile,
    column,
    fixed,
    icon_at,
    lay,
    named,
    painter_of,
    plain_tip,
    rounded,
    row,
)

WIDE, NARROW = 368, 296
Act = Callable[[], object]


class StartPage(QWidget):
    """Signals: `open_path(path)` for a recent project or sample, `template_chosen(template)`; the rest are actions."""

    open_path = Signal(object)
    sample_chosen = Signal(object)
    template_chosen = Signal(object)

    def __init__(self, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self._actions, self._settings = actions, settings
        named(self, tr("Start page"))
        self.recents = Card(tr("Recent"), tools=(self._button("file.open", tr("Open…"), "folder-open"),), head=44)
        self.recents.content.setContentsMargins(6, 0, 6, 6)
        self.recents.content.setSpacing(2)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._projects())
        self.pages.addWidget(self._samples())
        self.side = fixed(column((self.recents, 1), margins=(0, 24, 24, 24)), WIDE)
        lay(self, [self._nav(), (self.pages, 1), self.side], False, 0, 0)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent projects anew."""
        self.recents.clear()
        entries = [r for r in self._settings.recent() if Path(r.path).exists()]
        for entry in entries[:8]:
            item = RecentRow(entry)
            item.clicked.connect(self._recent_clicked)
            self.recents.add(item)
        if not entries:
            text = tr("Projects that you save appear here.")
            self.recents.add(row(Label(text, 12, 400, "text.muted", wrap=True), margins=(10, 4, 10, 4)))
        self.recents.add(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.setFixedWidth(WIDE if self.width() >= 1300 else NARROW)

    def set_device(self, title: str, sentence: str, cores: int) -> None:
        """Show what programs run on and why a GPU is not used."""
        self.device_title.setText(title)
        self.device_text.setText(sentence)
        self.device_cores.set(tr("{n} cores", n=cores) if cores != 1 else tr("1 core"))

    def show_samples(self) -> None:
        """Show the sample tables."""
        self._show(1)

    # ---- parts ----
    def _nav(self) -> QWidget:
        self.nav = [
            NavButton(tr("Projects"), "folder-open", self._show_projects),
            NavButton(tr("Sample data"), "database", self.show_samples),
        ]
        self.nav[0].setChecked(True)
        self.device_title = Label(tr("NumPy ready"), 12, 600, name=tr("Device"))
        self.device_text = Label(tr("Looking for a GPU…"), 11, 400, "text.muted", wrap=True, name=tr("Device details"))
        self.device_cores = Chip("…", height=18)
        head = row(Icon("cpu", "text.muted"), self.device_title, None, self.device_cores)
        device = Box(head, self.device_text, fill="bg.subtle", spacing=6, margins=12)
        dark = IconButton("moon", tr("Use dark theme"))
        light = IconButton("sun", tr("Use light theme"))
        dark.clicked.connect(self._actions.qt("view.dark").trigger)
        light.clicked.connect(self._actions.qt("view.light").trigger)
        about = IconButton("info", tr("About Layerwright"))
        about.clicked.connect(self._actions.qt("help.about").trigger)
        title = row(Logo(28), Label("Layerwright", 16, 600, display=True), None, spacing=10, margins=(6, 0, 0, 0))
        self.version = Label(engine.__version__, 11, 400, "text.muted", name=tr("Version"))
        foot = row(light, dark, about, None, self.version, spacing=2)
        nav = Box(title, 22, *self.nav, None, device, 8, foot, radius=0, sides="r", spacing=2, margins=(14, 20, 14, 12))
        return fixed(nav, 232)  # type: ignore[no-any-return]

    def _projects(self) -> QWidget:
        head = row(Label(tr("New project"), 28, 600, display=True), None, *self._search(), spacing=8)
        words = column(
            None,
            Label(tr("Start from your data"), 16, 600),
            Label(
                tr("Drop a CSV. Types, roles and a first model are suggested."), 13, 400, "text.secondary", wrap=True
            ),
            None,
            spacing=3,
        )
        blank = self._button("file.new", tr("Blank project"), "plus", "default", "large")
        csv = self._button("file.open_csv", tr("Open CSV…"), "folder-open", "primary", "large")
        drop = DropZone(Tile("file-spreadsheet", "core", 48, 26), (words, 1), blank, csv)
        note = Label(tr("a working stack, loss and metrics to start from"), 12, 400, "text.muted", elide=True)
        grid = _grid([self._template(t) for t in TEMPLATES], 2)
        titles = row(Label(tr("Templates"), 14, 600), (note, 1), spacing=8)
        content = column(head, 4, drop, 8, titles, (grid, 1), spacing=8, margins=(28, 24, 20, 24))
        return Scroll(content, name=tr("New project"))

    def _samples(self) -> QWidget:
        note = Label(tr("Tables that come with the program, free to use."), 13, 400, "text.secondary")
        cards: list[QWidget] = []
        for sample in samples():
            card = SampleCard(sample)
            card.clicked.connect(self._sample_clicked)
            cards.append(card)
        head = row(Label(tr("Sample data"), 28, 600, display=True), None, *self._search(), spacing=8)
        content = column(head, note, 8, _grid(cards, 2), None, spacing=8, margins=(28, 24, 20, 24))
        return Scroll(content, name=tr("Sample data"))

    def _search(self) -> tuple[QWidget, QWidget]:
        return self._button("go.search", tr("Search"), "search", "default"), Key("Ctrl K")

    def _template(self, template: Template) -> QWidget:
        card = TemplateCard(template)
        card.clicked.connect(self._template_clicked)
        return card

    def _button(self, id: str, text: str, icon: str, kind: str = "ghost", size: str = "medium") -> Button:
        button = Button(text, icon, kind, size, tooltip=self._actions.tip(id))  # type: ignore[arg-type]
        button.clicked.connect(self._actions.qt(id).trigger)
        return button

    # ---- answers ----
    def _show_projects(self) -> None:
        self._show(0)

    def _show(self, index: int) -> None:
        self.pages.setCurrentIndex(index)
        for i, button in enumerate(self.nav):
            button.setChecked(i == index)

    def _recent_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, RecentRow)
        self.open_path.emit(Path(sender.entry.path))

    def _template_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, TemplateCard)
        self.template_chosen.emit(sender.template)

    def _sample_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, SampleCard)
        self.sample_chosen.emit(sender.sample)


class _Pressable(Themed, QAbstractButton):
    """A card or row that is one button; Enter and Space press it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def transparent(self) -> None:
        """Let clicks on labels inside reach this button."""
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class NavButton(_Pressable):
    """An entry of the navigation."""

    def __init__(self, text: str, icon: str, act: Act) -> None:
        super().__init__(text)
        self._icon = icon
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(34)
        self.clicked.connect(act)
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect, on = painter_of(self), QRectF(self.rect()), self.isChecked()
        if on or self.underMouse():
            rounded(painter, rect, theme.color("accent.soft" if on else "bg.hover"), None, 6)
        color = "accent.text" if on else "text.secondary"
        icon_at(painter, 10, 9, self._icon, color, 16)
        painter.setFont(theme.font(13, 600 if on else 500))
        painter.setPen(theme.color(color))
        painter.drawText(rect.adjusted(36, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class _CardButton(_Pressable):
    def paintEvent(self, event: QPaintEvent) -> None:
        hot = self.underMouse()
        stroke = theme.color("border.control" if hot else "border.default")
        rounded(painter_of(self), QRectF(self.rect()), theme.color("bg.panel"), stroke, 8)


class TemplateCard(_CardButton):
    """A template with its picture, sentence and layers."""

    def __init__(self, template: Template) -> None:
        super().__init__(tr("{name} template", name=template.title))
        self.template = template
        self.setAccessibleDescription(template.sentence)
        title = row(Tile(template.icon, template.group, 24, 14), Label(tr(template.title), 13, 600), None, spacing=8)
        chips = row(*[Chip(c, height=18) for c in template.chips], None, spacing=4)
        sentence = Label(tr(template.sentence), 12, 400, "text.secondary", wrap=True)
        words = column(title, sentence, None, chips, spacing=7, margins=(6, 2, 6, 4))
        lay(self, [(Thumb(template.id), 1), words], True, 8, 8)
        self.setMinimumHeight(232)
        self.setMaximumHeight(320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.transparent()
        self.follow_theme()


class SampleCard(_CardButton):
    """A sample table."""

    def __init__(self, sample: Sample) -> None:
        super().__init__(tr("{name} sample", name=sample.title))
        self.sample = sample
        self.setAccessibleDescription(sample.sentence)
        title = row(Tile(sample.icon, "core", 24, 14), Label(tr(sample.title), 13, 600), None, spacing=8)
        sentence = Label(tr(sample.sentence), 12, 400, "text.secondary", wrap=True)
        lay(self, [title, sentence, None], True, 7, (14, 14, 14, 10))
        self.setFixedHeight(92)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.transparent()
        self.follow_theme()


class RecentRow(_Pressable):
    """A recent project: name, place, how far it is, its figure and losses."""

    def __init__(self, entry: Recent) -> None:
        super().__init__(tr("Open {name}", name=entry.name))
        self.entry = entry
        self.setToolTip(plain_tip(entry.path))
        state = [Chip(entry.stage, "accent.text", "accent.soft", height=18)] if entry.stage else []
        when = Label(ago(entry.when), 11, 400, "text.muted")
        place = Label(short_path(entry.path), 11, 400, "text.muted", elide=True)
        words = column(Label(entry.name, 13, 600, elide=True), place, row(*state, when, None, spacing=6), spacing=3)
        figure = Label(entry.figure, 11, 500, "text.secondary", align=Qt.AlignmentFlag.AlignRight)
        side = column(None, row(None, Spark(entry.losses)), figure, None, spacing=2)
        lay(self, [(words, 1), side], False, 8, (10, 6, 10, 6))
        self.setFixedHeight(76)
        self.transparent()
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            rounded(painter_of(self), QRectF(self.rect()), theme.color("bg.hover"), None, 6)


class DropZone(Box):
    """Where a CSV can be dropped; a drop anywhere on the window does the same."""

    def __init__(self, *items: QWidget | tuple[QWidget, int]) -> None:
        super().__init__(*items, vertical=False, spacing=16, margins=(22, 0, 22, 0))
        self.setFixedHeight(104)
        named(self, tr("Drop a CSV here"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        pen = QPen(theme.color("accent.line"), 1.25)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(theme.mix("bg.panel", "accent.soft", 0.6))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()


def _grid(cards: list[QWidget], columns: int) -> QWidget:
    host = QWidget()
    grid = QGridLayout(host)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(12)
    for i, card in enumerate(cards):
        grid.addWidget(card, i // columns, i % columns)
    return host


def ago(when: float, now: float | None = None) -> str:
    """Return how long ago something was, in words."""
    seconds = max((time.time() if now is None else now) - when, 0)
    if seconds < 90:
        return tr("just now")
    if seconds < 5400:
        return tr("{n} minutes ago", n=round(seconds / 60))
    if seconds < 86400 * 1.5:
        return tr("{n} hours ago", n=round(seconds / 3600)) if seconds < 86400 else tr("yesterday")
    return time.strftime("%d %b %Y", time.localtime(when)).lstrip("0")


def short_path(path: str) -> str:
    """Return a path with ~ for the home folder."""
    home = str(Path.home())
    return "~" + path[len(home) :] if path.startswith(home + "/") else path
