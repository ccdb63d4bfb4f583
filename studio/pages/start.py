"""The start page: open a table, take a template or a sample, go on with a recent project; what the machine offers."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QStackedWidget, QWidget

import engine
from studio import theme
from studio.actions import Actions
from studio.document.templates import TEMPLATES, Template, samples
from studio.pages.start_cards import DropZone, NavButton, RecentRow, SampleCard, StackCard, TemplateCard
from studio.settings import Settings
from studio.text import tr
from studio.widgets import (
    Box,
    Button,
    Chip,
    Icon,
    IconButton,
    Key,
    Label,
    Line,
    Logo,
    PanelHead,
    Scroll,
    Tile,
    clear,
    column,
    fixed,
    lay,
    named,
    plain_tip,
    row,
)
from studio.widgets.button import Kind, Size

WIDE, NARROW = 368, 296
Act = Callable[[], object]


class ThemeButton(IconButton):
    """Changes between light and dark; its icon is the one that comes."""

    def __init__(self) -> None:
        super().__init__("moon", tr("Change theme"))

    def restyle(self) -> None:
        self._icon = "moon" if theme.scheme() == "light" else "sun"
        super().restyle()


class StartPage(QWidget):
    """What a person can begin with.

    Signals: `open_path(path)` for a recent project, `template_chosen(template)`, `sample_chosen(sample)`,
    `demo_wanted()`, `help_wanted(button)`; the rest are actions.
    """

    open_path = Signal(object)
    sample_chosen = Signal(object)
    template_chosen = Signal(object)
    demo_wanted = Signal()
    help_wanted = Signal(object)

    def __init__(self, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self._actions, self._settings = actions, settings
        self.keys: list[Key] = []
        named(self, tr("Start page"))
        self.recents = column(spacing=2, margins=(6, 0, 6, 6))
        self.pages = QStackedWidget()
        for page in (self._projects(), self._templates(), self._samples()):
            self.pages.addWidget(page)
        self.side = fixed(column((self._recent(), 1), margins=(0, 24, 24, 24)), WIDE)
        lay(self, [self._nav(), (self.pages, 1), self.side], False, 0, 0)
        actions.keys_changed.connect(self._keys_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent projects anew."""
        box = self.recents.layout()
        assert isinstance(box, QBoxLayout)
        clear(box)
        entries = [r for r in self._settings.recent() if Path(r.path).exists()]
        for entry in entries:
            item = RecentRow(entry)
            item.clicked.connect(self._recent_clicked)
            item.forgotten.connect(self._forget)
            box.addWidget(item)
        if not entries:
            text = tr("Projects that you save appear here.")
            box.addWidget(row(Label(text, 12, 400, "text.muted", wrap=True), margins=(10, 4, 10, 4)))
        box.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.setFixedWidth(WIDE if self.width() >= 1300 else NARROW)

    def set_device(self, title: str, brief: str, sentence: str, cores: int) -> None:
        """Show what programs run on and why a GPU is not used; the tooltip says the whole, with what to do."""
        self.device_title.setText(title)
        self.device_text.setText(brief)
        self.device_text.setToolTip(plain_tip(sentence))
        self.device_text.setAccessibleDescription(sentence)
        self.device_cores.set(tr("{n} cores", n=cores) if cores != 1 else tr("1 core"))

    def show_samples(self) -> None:
        """Show the sample tables."""
        self._show(2)

    def show_templates(self) -> None:
        """Show the templates, each with its table and layers."""
        self._show(1)

    # ---- parts ----
    def _nav(self) -> QWidget:
        self.nav = [
            NavButton(tr("Projects"), "folder-open", self._show_projects),
            NavButton(tr("Templates"), "layers", self.show_templates),
            NavButton(tr("Sample data"), "database", self.show_samples),
            NavButton(tr("Layer reference"), "book-open", self._show_layers),
        ]
        self.nav[0].setChecked(True)
        self.device_title = Label(tr("NumPy ready"), 12, 600, name=tr("Device"))
        self.device_text = Label(tr("Looking for a GPU…"), 11, 400, "text.muted", wrap=True, name=tr("Device details"))
        self.device_cores = Chip("…", height=18)
        head = row(Icon("cpu", "text.muted"), self.device_title, None, self.device_cores)
        device = Box(head, self.device_text, fill="bg.subtle", spacing=6, margins=12)
        gear = self._tool("settings", tr("Settings"), "file.settings")
        self.theme_button = ThemeButton()
        self.theme_button.clicked.connect(self._change_theme)
        self.help_button = IconButton("circle-help", tr("Help"))
        self.help_button.clicked.connect(self._help_pressed)
        title = row(Logo(28), Label("Layerwright", 16, 600, display=True), None, spacing=10, margins=(6, 0, 0, 0))
        self.version = Label(engine.__version__, 11, 400, "text.muted", name=tr("Version"))
        foot = row(gear, self.theme_button, self.help_button, None, self.version, spacing=2)
        nav = Box(title, 22, *self.nav, None, device, 8, foot, radius=0, sides="r", spacing=2, margins=(14, 20, 14, 12))
        return fixed(nav, 232)

    def _recent(self) -> QWidget:
        opens = self._button("file.open", tr("Open…"), "folder-open", size="small")
        head = PanelHead(tr("Recent"), opens, height=44)
        demo = Button(tr("Start demo fit"), "play", "soft")
        demo.clicked.connect(self.demo_wanted)
        first = column(
            row(Icon("graduation-cap", "accent.text"), Label(tr("First time here?"), 12, 600), None, spacing=8),
            Label(
                tr("Watch a small network learn to tell penguins apart, on a table that comes along."), 12, 400,
                "text.secondary", wrap=True,
            ),
            row(demo, None), spacing=8, margins=(16, 14, 16, 14),
        )  # fmt: skip
        return Box(head, (Scroll(self.recents, name=tr("Recent projects")), 1), Line(), first, spacing=0)

    def _tool(self, icon: str, name: str, id: str) -> IconButton:
        button = IconButton(icon, name)
        button.setToolTip(self._actions.tip(id))
        button.clicked.connect(self._actions.qt(id).trigger)
        return button

    def _help_pressed(self) -> None:
        self.help_wanted.emit(self.help_button)

    def _show_layers(self) -> None:
        self.nav[-1].setChecked(False)  # it opens a window of its own; the page stays
        self._actions.trigger("help.layers")

    def _change_theme(self) -> None:
        self._actions.trigger("view.dark" if theme.scheme() == "light" else "view.light")

    def _keys_changed(self, *_: object) -> None:
        for key in self.keys:
            key.set(self._actions.key("go.search").replace("+", " "))

    def _forget(self, path: str) -> None:
        self._settings.forget(path)
        self.refresh()

    def _projects(self) -> QWidget:
        head = row((Label(tr("New project"), 28, 600, display=True, elide=True), 1), *self._search(), spacing=8)
        words = column(
            None,
            Label(tr("Start from your data"), 16, 600, wrap=True),
            Label(
                tr("Drop a CSV. Types, roles and a first model are suggested."), 13, 400, "text.secondary", wrap=True
            ),
            None,
            spacing=3,
        )
        blank = self._button("file.new", tr("Blank project"), "plus", "default")
        csv = self._button("file.open_csv", tr("Open CSV…"), "folder-open", "primary")
        self.drop = DropZone(Tile("file-spreadsheet", "core", 48, 26), words, blank, csv)
        note = Label(tr("a working stack on a sample table, ready to fit"), 12, 400, "text.muted", elide=True)
        grid = _grid([self._template(t) for t in TEMPLATES], 2)
        every = Button(tr("See all"), kind="ghost", size="small", name=tr("See all templates"))
        every.clicked.connect(self.show_templates)
        titles = row(Label(tr("Templates"), 14, 600), (note, 1), every, spacing=8, height=28)
        content = column(head, 4, self.drop, 8, titles, (grid, 1), spacing=8, margins=(28, 24, 20, 24))
        return Scroll(content, name=tr("New project"))

    def _templates(self) -> QWidget:
        note = Label(
            tr("Each opens a project that compiles and fits as it is. Swap the table for your own in Data."),
            13,
            400,
            "text.secondary",
            wrap=True,
        )
        cards: list[QWidget] = []
        for template in TEMPLATES:
            card = StackCard(template)
            card.clicked.connect(self._template_clicked)
            cards.append(card)
        head = row((Label(tr("Templates"), 28, 600, display=True, elide=True), 1), *self._search(), spacing=8)
        content = column(head, note, 8, *cards, None, spacing=8, margins=(28, 24, 20, 24))
        return Scroll(content, name=tr("Templates"))

    def _samples(self) -> QWidget:
        note = Label(tr("Tables that come with the program, free to use."), 13, 400, "text.secondary")
        cards: list[QWidget] = []
        for sample in samples():
            card = SampleCard(sample)
            card.clicked.connect(self._sample_clicked)
            cards.append(card)
        head = row((Label(tr("Sample data"), 28, 600, display=True, elide=True), 1), *self._search(), spacing=8)
        content = column(head, note, 8, _grid(cards, 2), None, spacing=8, margins=(28, 24, 20, 24))
        return Scroll(content, name=tr("Sample data"))

    def _search(self) -> tuple[QWidget, QWidget]:
        self.keys.append(Key(self._actions.key("go.search").replace("+", " ")))
        return self._button("go.search", tr("Search"), "search", "default"), self.keys[-1]

    def _template(self, template: Template) -> QWidget:
        card = TemplateCard(template)
        card.clicked.connect(self._template_clicked)
        return card

    def _button(self, id: str, text: str, icon: str, kind: Kind = "ghost", size: Size = "medium") -> Button:
        button = Button(text, icon, kind, size, tooltip=self._actions.tip(id))
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
        assert isinstance(sender, TemplateCard | StackCard)
        self.template_chosen.emit(sender.template)

    def _sample_clicked(self) -> None:
        sender = self.sender()
        assert isinstance(sender, SampleCard)
        self.sample_chosen.emit(sender.sample)


def _grid(cards: list[QWidget], columns: int) -> QWidget:
    host = QWidget()
    grid = QGridLayout(host)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(12)
    for i, card in enumerate(cards):
        grid.addWidget(card, i // columns, i % columns)
    return host
