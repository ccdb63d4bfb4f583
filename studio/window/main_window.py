"""The main window: top bar, the page of the current stage, status bar, toasts, drops and regions of the keyboard."""

from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from shiboken6 import isValid

from studio import theme
from studio.actions import Actions
from studio.pages.page import Page
from studio.text import tr
from studio.widgets import FocusRing, Themed, Toasts, lay, painter_of
from studio.window.command_palette import CommandPalette
from studio.window.status_bar import StatusBar
from studio.window.tab_order import tab_order
from studio.window.top_bar import TopBar

PANELS = {"left": "left panel", "right": "right panel", "dock": "dock"}
MINIMUM, USUAL = (1120, 700), (1440, 900)


class Scrim(Themed, QWidget):
    """Darkens the window while a dialog waits for an answer."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self.follow_theme()

    def show_over(self, shown: bool) -> None:
        """Cover the window, or uncover it."""
        self.setGeometry(self.window().rect())
        self.setVisible(shown)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_of(self).fillRect(self.rect(), theme.color("bg.scrim"))


class MainWindow(Themed, QWidget):
    """Shows pages; knows nothing of files or training.

    Signals: `stage_wanted(stage)`, `dropped(path)`, `dragged(bool)` while a file is over the window, `close_wanted()`
    when a person closes the window (it stays open until `close_for_good`).
    """

    stage_wanted = Signal(object)
    dropped = Signal(object)
    dragged = Signal(object)
    close_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.actions_ = Actions(self)
        self.top = TopBar(self.actions_)
        self.body = QStackedWidget()
        self.body.setAccessibleName(tr("Page"))
        self.status = StatusBar()
        self.current: QWidget | None = None
        self._gone: QWidget | None = None
        self._closing = False
        lay(self, [self.top, (self.body, 1), self.status], True, 0, 0)
        self.setAcceptDrops(True)
        self.setMinimumSize(_least())
        self.resize(*USUAL)
        self.setAccessibleName(tr("Layerwright"))
        self.toasts = Toasts(self)
        self.search = CommandPalette(self, self.actions_)
        self.ring = FocusRing(self)
        self.scrim = Scrim(self)
        self.top.stage_chosen.connect(self.stage_wanted)
        self.setAutoFillBackground(True)
        self.follow_theme()

    def restyle(self) -> None:
        self.setWindowIcon(theme.icon("layers", "accent.fill", 32))

    # ---- pages ----
    def show_page(self, page: QWidget) -> None:
        """Put a page on screen; bars belong to stages, not to the start page."""
        if self.body.indexOf(page) < 0:
            self.body.addWidget(page)
            if isinstance(page, Page):
                page.squeezed.connect(self._squeezed)
        if self.current is page:
            return
        if isinstance(self.current, Page):
            self.current.leave()
        self.current = page
        staged = isinstance(page, Page)
        self.top.setVisible(staged)
        self.status.setVisible(staged)
        focused = QApplication.focusWidget()
        if focused is not None and self.body.isAncestorOf(focused):
            self.body.setFocus()  # else Qt moves it to whatever comes next and the ring appears there
        self.body.setCurrentWidget(page)
        self.actions_.show_stage(page.STAGE if isinstance(page, Page) else "")
        if isinstance(page, Page):
            self.top.stages.set_current(page.STAGE)
            page.enter()
            self.refresh()
            self._squeezed()

    def _squeezed(self) -> None:
        if isinstance(self.current, Page):
            self.top.show_drawer(self.current.right_drawer())

    def drop_page(self, page: QWidget) -> None:
        """Take a page out of the window."""
        if self.current is page:
            self.current = None
        self.body.removeWidget(page)
        page.deleteLater()

    def refresh(self) -> None:
        """Show status and filled button of the current page anew."""
        if isinstance(self.current, Page):
            self.status.show_items(*self.current.status())
            self.top.set_primary(self.current.primary())

    def fit_screen(self) -> None:
        """Be no larger than the screen (a window that was never placed by a person)."""
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self.resize(self.size().boundedTo(screen.availableSize()))

    def toggle_panel(self, name: str) -> None:
        """Show or hide a panel of the current page; say so when it has none."""
        if not isinstance(self.current, Page) or not self.current.toggle_panel(name):
            self.toasts.show(tr("This page has no {panel}.", panel=tr(PANELS[name])))

    def grow_panel(self, steps: int) -> None:
        """Make a panel of the current page larger or smaller."""
        if isinstance(self.current, Page):
            self.current.grow_panel(steps)

    # ---- the keyboard's regions ----
    def regions(self) -> list[QWidget]:
        """Return what F6 goes through: top bar, left panel, centre, right panel, dock."""
        if not isinstance(self.current, Page):
            return [self.body]
        panels = self.current.panels
        order = [self.top, panels.get("left"), self.current, panels.get("right"), panels.get("dock")]
        return [r for r in order if r is not None and r.isVisible()]

    def next_region(self, step: int) -> None:
        """Move the keyboard to the first control of the next region."""
        regions, focus = self.regions(), self.focusWidget()
        inside = [i for i, r in enumerate(regions) if focus is not None and (r is focus or r.isAncestorOf(focus))]
        specific = [i for i in inside if regions[i] is not self.current]
        at = (specific or inside or [-1 if step > 0 else 0])[-1]
        for offset in range(1, len(regions) + 1):
            region = regions[(at + step * offset) % len(regions)]
            target = self._first(region, regions)
            if target is not None:
                target.setFocus()
                return

    def _first(self, region: QWidget, regions: list[QWidget]) -> QWidget | None:
        others = [r for r in regions if r is not region and region.isAncestorOf(r)]
        return next((w for w in tab_order(region) if not any(o is w or o.isAncestorOf(w) for o in others)), None)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go on to the control that stands next on screen.

        Qt also asks when a control that has the keyboard is hidden or disabled. Then the page has the keyboard, where
        no key does what was not meant, and the next Tab goes on near the place of what is gone.
        """
        order, focus = tab_order(self), self.focusWidget()
        if not order:
            return False
        gone = focus is not None and not (focus.isVisible() and focus.isEnabled())
        if gone and focus is not None and self.body.isAncestorOf(focus):
            self._gone = focus
            self.body.setFocus()
            return True
        near = self._near_gone(order) if focus is self.body else None
        self._gone = None
        if near is not None:
            near.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        at = order.index(focus) if focus in order else -1 if next else 0
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        order[(at + (1 if next else -1)) % len(order)].setFocus(reason)
        return True

    def _near_gone(self, order: list[QWidget]) -> QWidget | None:
        """Return a control in the narrowest panel around the one that had the keyboard and is gone."""
        around = self._gone.parentWidget() if self._gone is not None and isValid(self._gone) else None
        while around is not None and around is not self.body:
            inside = [w for w in order if around.isAncestorOf(w)]
            if inside:
                return inside[0]
            around = around.parentWidget()
        return None

    # ---- events ----
    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.WindowBlocked, QEvent.Type.WindowUnblocked):
            self.scrim.show_over(event.type() == QEvent.Type.WindowBlocked)
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.top.fit(self.width())
        self.search.setGeometry(self.rect())
        self.scrim.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _path(event) is not None:
            event.acceptProposedAction()
            self.dragged.emit(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.dragged.emit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        path = _path(event)
        self.dragged.emit(False)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._closing:
            event.accept()
            return
        event.ignore()
        self.close_wanted.emit()

    def close_for_good(self) -> None:
        """Close without asking."""
        self._closing = True
        self.close()


def _least() -> QSize:
    """Return the least size of the window: the usual one, or the screen where that is smaller."""
    screen = QGuiApplication.primaryScreen()
    return QSize(*MINIMUM).boundedTo(screen.availableSize()) if screen is not None else QSize(*MINIMUM)


def _path(event: QDropEvent) -> Path | None:
    """Return the one local file of a drag."""
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
