"""The right panel of the Define page: what is selected, its settings, weights and note."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.network.network import Node
from engine.specs import snake
from studio.document.session import Session
from studio.inspector.form import Form
from studio.inspector.head import Head, title
from studio.inspector.notes_tab import NotesTab
from studio.inspector.settings_tab import SettingsTab
from studio.inspector.target_form import TargetForm
from studio.inspector.weights_tab import WeightsTab
from studio.text import tr
from studio.widgets import EmptyState, Line, Scroll, Tabs, clear, row

TABS = (("settings", "Settings"), ("weights", "Weights"), ("notes", "Notes"))


class Inspector(QWidget):
    """Follows the selection. `focus_first` and `focus_name` put the keyboard into it.

    Signals: `asked(name)`: a command of the canvas ("copy", "duplicate", "delete"); `help_asked(topic)`; `fit_asked()`;
    `named()` when a layer has got the name that was typed.
    """

    asked = Signal(object)
    help_asked = Signal(object)
    fit_asked = Signal()
    named = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setAccessibleName(tr("Inspector"))
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.tab = "settings"
        self.head: Head | None = None
        self.tabs: Tabs | None = None
        self.pages = QStackedWidget()
        self.settings: SettingsTab | None = None
        self.weights: WeightsTab | None = None
        self.notes: NotesTab | None = None
        self.target: TargetForm | None = None
        self._key: tuple[Any, ...] | None = None
        session.changed.connect(self.refresh)
        session.selection.changed.connect(self.refresh)
        session.prepared_changed.connect(self.refresh)
        session.run_changed.connect(self.refresh)
        self.refresh()

    @property
    def form(self) -> Form | None:
        """The form of the selected layers."""
        return self.settings.form if self.settings is not None else None

    def help_topic(self) -> str:
        """Return the help page of what is selected; "" for none."""
        chosen = self._chosen()
        return f"layer/{snake(chosen[-1].layer.KERAS)}" if chosen else ""

    # ---- following -------------------------------------------------------------------------------------------------
    def refresh(self, *_: object) -> None:
        """Show the selection: values in place where the rows stay the same, else new rows."""
        if self.notes is not None:
            self.notes.commit()
        key = self._wanted()
        if key != self._key:
            self._key = key
            self._rebuild()
        for part in (self.settings, self.weights, self.notes, self.target):
            if part is not None:
                part.refresh()

    def _wanted(self) -> tuple[Any, ...]:
        ids, nodes = self.session.selection.ids, self.session.project.network.nodes
        classes = tuple(type(nodes[i].layer).__name__ if i in nodes else "" for i in ids)
        return (ids, classes)

    def _chosen(self) -> list[Node]:
        nodes = self.session.project.network.nodes
        return [nodes[i] for i in self.session.selection.nodes if i in nodes]

    def _rebuild(self) -> None:
        if self.weights is not None:
            self.weights.forget()
        clear(self.box)
        self.head = self.tabs = self.settings = self.weights = self.notes = self.target = None
        chosen, current = self._chosen(), self.session.selection.current
        self.pages = QStackedWidget()
        self.pages.setAccessibleName(tr("Inspector of the selection"))
        if chosen:
            self._build_layers(chosen)
        elif current is not None and current.startswith("target:"):
            self._build_target(int(current.partition(":")[2]))
        else:
            self._build_empty()

    # ---- building --------------------------------------------------------------------------------------------------
    def _build_layers(self, nodes: list[Node]) -> None:
        self.head = Head(self.session, nodes)
        self.head.asked.connect(self.asked)
        self.head.help_asked.connect(self._help)
        self.settings = SettingsTab(self.session, nodes)
        self.settings.help_asked.connect(self._help)
        self.settings.named.connect(self.named)
        self._put(self.head, Line())
        self._page(self.settings, tr("Settings"))
        if len(nodes) == 1:
            self._build_tabs(nodes[0].id)
        self.box.addWidget(self.pages, 1)
        self.show_tab(self.tab if len(nodes) == 1 else "settings", remember=False)

    def _build_tabs(self, node: str) -> None:
        self.tabs = Tabs([(key, tr(label)) for key, label in TABS], self.tab, name=tr("Inspector tabs"))
        self.tabs.changed.connect(self.show_tab)
        self.weights, self.notes = WeightsTab(self.session, node), NotesTab(self.session, node)
        self.weights.fit_asked.connect(self.fit_asked)
        self._page(self.weights, tr("Weights"))
        self._page(self.notes, tr("Notes"))
        self._put(row(self.tabs, margins=(16, 0, 8, 0), height=36), Line(color="border.soft"))

    def _build_target(self, index: int) -> None:
        self._put(title("target", "train", tr("Training target"), tr("What the network learns")), Line())
        self.target = TargetForm(self.session, index)
        self._page(self.target, tr("Settings"))
        self.box.addWidget(self.pages, 1)

    def _build_empty(self) -> None:
        sentence = tr("Select a layer to see its settings. Shift-click selects several.")
        self.box.addSpacing(80)
        self.box.addWidget(EmptyState("mouse-pointer-2", tr("Nothing selected"), sentence, group="core"))
        self.box.addStretch(1)

    def _put(self, *parts: QWidget) -> None:
        for part in parts:
            self.box.addWidget(part)

    def _page(self, content: QWidget, name: str) -> None:
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(content)
        inner.addStretch(1)
        self.pages.addWidget(Scroll(holder, name=tr("{name} of the selection", name=name)))

    # ---- tabs ------------------------------------------------------------------------------------------------------
    def show_tab(self, name: str, remember: bool = True) -> None:
        """Show "settings", "weights" or "notes"; the next selected layer shows the same."""
        self.tab = name if remember else self.tab
        order = [key for key, _ in TABS]
        self.pages.setCurrentIndex(min(order.index(name), self.pages.count() - 1))
        if self.tabs is not None:
            self.tabs.set_value(name)
        if self.weights is not None:
            self.weights.open = name == "weights"
            self.weights.refresh()

    def _help(self, record: Any) -> None:
        self.help_asked.emit(f"layer/{snake(record.KERAS)}")

    # ---- keyboard --------------------------------------------------------------------------------------------------
    def focus_first(self) -> None:
        """Put the keyboard into the first setting, else the name."""
        self.show_tab("settings")
        if self.target is not None:
            self.target.column.setFocus()
        elif self.settings is not None:
            self.settings.focus_first()

    def focus_line(self, index: int) -> None:
        """Put the keyboard into what a line of a training target's card shows: 0 is the loss, 1 the optimizer."""
        if self.target is not None:
            self.show_tab("settings")
            (self.target.loss, self.target.optimizer)[index].setFocus()

    def focus_name(self) -> None:
        """Put the keyboard into the name."""
        if self.settings is not None and self.settings.name is not None:
            self.show_tab("settings")
            self.settings.name.setFocus()
            self.settings.name.selectAll()
