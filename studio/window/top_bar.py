"""The top bar: project menu, undo and redo, the stage bar, search, device, export and the one filled button."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from studio import theme
from studio.actions import Actions
from studio.pages.page import Primary
from studio.text import tr
from studio.widgets import Box, Button, IconButton, Line, Logo, Themed, icon_at, named, painter_of, plain_tip, row
from studio.window.menus import PROJECT, open_menu
from studio.window.stage_bar import StageBar

NARROW, LEAST = 1320, 150
"""Below NARROW texts of tools are dropped; LEAST is what the left part needs: logo, a short name, undo and redo."""


class ProjectButton(Themed, QAbstractButton):
    """The project's name with a dot while there is unsaved work; opens the project menu."""

    def __init__(self) -> None:
        super().__init__()
        self._dirty = False
        self.setFixedHeight(theme.size("control"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, tr("Project menu"))
        self.follow_theme()

    def show_project(self, name: str, dirty: bool) -> None:
        """Show a name and whether there is unsaved work."""
        self._dirty = dirty
        self.setText(name)
        about = tr("{name}, not saved yet", name=name) if dirty else name
        self.setToolTip(plain_tip(about))
        self.setAccessibleDescription(about)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(theme.text_width(self.text(), theme.font(13, 600))) + (40 if self._dirty else 30), 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, font = painter_of(self), theme.font(13, 600)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bg.hover"))
            painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setFont(font)
        painter.setPen(theme.color("text.primary"))
        room = self.width() - (36 if self._dirty else 26)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(4, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        x = 8 + theme.text_width(text, font)
        if self._dirty:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent.line"))
            painter.drawEllipse(QPoint(round(x) + 3, self.height() // 2), 3, 3)
            x += 10
        icon_at(painter, x, (self.height() - 14) / 2, "chevron-down", "text.muted", 14)


class TopBar(Box):
    """52 px at the top of every stage. `stage_chosen(stage)`; the rest goes through the actions."""

    stage_chosen = Signal(object)

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._primary: Primary | None = None
        self._narrow, self._can_export = False, True
        self._undo = ("", "")
        self.project = ProjectButton()
        self.undo = IconButton("undo-2", tr("Undo"))
        self.redo = IconButton("redo-2", tr("Redo"))
        self.stages = StageBar(actions)
        self.drawer = IconButton("panel-right", tr("Right panel"), checkable=True)
        self.drawer.hide()
        self.search = IconButton("search", tr("Search commands"))
        self.device = Button(tr("NumPy"), "cpu", "ghost", name=tr("Device"))
        self.export = Button(tr("Export"), "upload", "ghost", name=tr("Export"))
        self.primary = Button("", "play", "primary", name=tr("Next step"))
        self.left = row(
            Logo(), self.project, 4, Line(vertical=True, length=20), 4, self.undo, self.redo, None, spacing=6
        )
        self.right = row(None, self.drawer, self.search, self.device, self.export, self.primary, spacing=6)
        policy = QSizePolicy.Policy
        for side in (self.left, self.right):
            side.setSizePolicy(policy.Ignored, policy.Fixed)
        super().__init__(
            (self.left, 1), self.stages, (self.right, 1), radius=0, sides="b", vertical=False, spacing=12,
            margins=(16, 0, 12, 0),
        )  # fmt: skip
        self.setFixedHeight(theme.size("topBar"))
        named(self, tr("Top bar"))
        self._connect()

    def _connect(self) -> None:
        self.project.clicked.connect(self.open_menu)
        self.undo.clicked.connect(self._actions.qt("edit.undo").trigger)
        self.redo.clicked.connect(self._actions.qt("edit.redo").trigger)
        self.search.clicked.connect(self._actions.qt("go.search").trigger)
        self.drawer.clicked.connect(self._actions.qt("view.right").trigger)
        self.export.clicked.connect(self._actions.qt("file.export").trigger)
        self.device.clicked.connect(self._actions.qt("go.compile").trigger)
        self.primary.clicked.connect(self.press_primary)
        self.stages.chosen.connect(self.stage_chosen)
        self._actions.keys_changed.connect(self._keys_changed)
        self._keys_changed()

    def _keys_changed(self, *_: object) -> None:
        self.drawer.setToolTip(self._actions.tip("view.right"))
        self.search.setToolTip(self._actions.tip("go.search"))
        self.export.setToolTip(self._actions.tip("file.export"))
        self.stages.tell()
        self.set_undo(*self._undo)

    def open_menu(self) -> QMenu:
        """Open the project menu under its button."""
        return open_menu(PROJECT, self._actions, self.project, tr("Project menu"))

    def set_primary(self, primary: Primary | None) -> None:
        """Show the filled button of the stage, or none."""
        self._primary = primary
        self.primary.setVisible(primary is not None)
        self._show_export()
        if primary is None:
            return
        self.primary.setAccessibleName(primary.text)
        self.primary.set_text(primary.text, primary.icon)
        self.fit(self.width())
        self.primary.setToolTip(plain_tip(primary.reason))
        self.primary.setAccessibleDescription(primary.reason)

    def show_drawer(self, opened: bool | None) -> None:
        """Offer the right panel that floats over the page, pressed while it is open; None: there is none."""
        self.drawer.setVisible(opened is not None)
        self.drawer.setChecked(bool(opened))
        self.fit(self.width())

    def offer_export(self, there: bool) -> None:
        """Say whether this copy can export."""
        self._can_export = there
        self._show_export()

    def _show_export(self) -> None:
        twice = self._primary is not None and self._primary.exports
        self.export.setVisible(self._can_export and not twice)

    def press_primary(self) -> None:
        """Do what the filled button says."""
        if self._primary is not None:
            self._primary.act()

    def set_device(self, name: str, sentence: str) -> None:
        """Show where programs run."""
        self._device = name
        self.device.set_text("" if self._narrow else name)
        self.device.setToolTip(sentence)
        self.device.setAccessibleDescription(sentence)

    def set_undo(self, undo: str, redo: str) -> None:
        """Show what would be undone and redone; "" is nothing."""
        self._undo = (undo, redo)
        for button, verb, text in ((self.undo, tr("Undo"), undo), (self.redo, tr("Redo"), redo)):
            button.setEnabled(bool(text))
            key = self._actions.key("edit.undo" if button is self.undo else "edit.redo")
            hint = f"{verb} {text}" + (f" ({key})" if key else "")
            button.setToolTip(plain_tip(hint) if text else tr("Nothing to {verb}", verb=verb.lower()))

    def fit(self, width: int) -> None:
        """Fit a window of this width: texts of device and export go first, then the stages get narrower."""
        self.set_narrow(width < NARROW)
        shown = [b for b in (self.drawer, self.search, self.device, self.export, self.primary) if not b.isHidden()]
        right = sum(b.sizeHint().width() for b in shown) + 6 * len(shown)
        self.stages.fit(width - 2 * max(LEAST, right) - 52)

    def set_narrow(self, narrow: bool) -> None:
        """Drop the texts of device and export in a narrow window."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for button, text in ((self.device, getattr(self, "_device", tr("NumPy"))), (self.export, tr("Export"))):
            button.set_text("" if narrow else text)
