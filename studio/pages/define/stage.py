"""The centre of the Define page: the canvas; tools, minimap, callout, quick add and empty state float above it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.actions import key_of, tell_keys, with_key
from studio.canvas.breadcrumb import Breadcrumb
from studio.canvas.callout import Callout
from studio.canvas.find import FindBar
from studio.canvas.minimap import Minimap
from studio.canvas.node_item import NodeItem
from studio.canvas.note_editor import NoteEditor
from studio.canvas.quick_add import QuickAdd
from studio.canvas.scene import Scene
from studio.canvas.tools import AlignBar, Tools
from studio.canvas.view import View
from studio.document.lens import Lens
from studio.document.session import Session
from studio.text import tr
from studio.widgets import Box, Button, EmptyState, IconButton, Label, Line

EDGE = 16


class Stage(QWidget):
    """Places everything that floats. `first_wanted()`: the empty state's button."""

    first_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.scene = Scene(session)
        self.view = View(self.scene)
        self.view.setParent(self)
        self.tools = Tools(self.view)
        self.tools.setParent(self)
        self.aligns = AlignBar(self.view)
        self.aligns.setParent(self)
        self.finder = FindBar(self.view)
        self.finder.setParent(self)
        self.zoom_tools = self._zoom_tools()
        self.minimap = Minimap(self.view)
        self.minimap.setParent(self)
        self.count = Label("", 11, 500, "text.secondary", name=tr("Parameters so far"))
        self.total = Box(self.count, fill="bg.raised", vertical=False, margins=(10, 6, 10, 6))
        self.total.setParent(self)
        self.callout = Callout(self.view, self)
        self.quick_add = QuickAdd(self.view, self)
        self.note_editor = NoteEditor(self.view)
        self.first = Button(tr("Add an input"), "plus", "soft")
        self.empty = EmptyState("blocks", tr("No layers yet"), "", self.first)
        tell_keys(self.empty.sentence, "setText", _how_to_begin)
        self.empty.setParent(self)
        self.first.clicked.connect(self.first_wanted)
        self.breadcrumb = Breadcrumb(session, self) if isinstance(session, Lens) else None
        above = (self.breadcrumb,) if self.breadcrumb is not None else ()
        self.callout.avoid = (self.tools, self.zoom_tools, self.minimap, self.total, self.aligns, self.finder, *above)
        if self.breadcrumb is not None:
            self.breadcrumb.changed.connect(self._place)
            self.breadcrumb.left.connect(self.view.setFocus)
        session.selection.changed.connect(self._selected)
        self.finder.closed.connect(self._place)
        self.view.viewed.connect(self._viewed)
        self.view.zoomed.connect(self._zoomed)
        self.scene.drawn.connect(self._drawn)
        self.view.installEventFilter(self)
        self._selected()
        self._drawn()

    def _zoom_tools(self) -> Box:
        out, into = (
            IconButton("minus", tr("Zoom out"), size="small"),
            IconButton("plus", tr("Zoom in"), size="small"),
        )
        fit = IconButton("scan", tr("Fit to view"), size="small")
        self.map_button = IconButton("map", tr("Show minimap"), size="small", checkable=True)
        self.map_button.setChecked(True)
        self.share = Button("100%", kind="ghost", size="small", name=tr("Zoom to 100 %"))
        for command, button in (("zoom_out", out), ("zoom_in", into), ("fit", fit), ("actual_size", self.share)):
            tell_keys(button, "setToolTip", partial(with_key, button.accessibleName(), f"canvas.{command}"))
        for button, act in (
            (out, self._out),
            (into, self._in),
            (fit, self._fit),
            (self.share, self._actual),
            (self.map_button, self._map),
        ):
            button.clicked.connect(act)
        box = Box(out, self.share, into, Line(vertical=True, length=16), fit, self.map_button, fill="bg.raised",
                  vertical=False, spacing=3, margins=4)  # fmt: skip
        box.setParent(self)
        return box

    # ---- places ----------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view.setGeometry(self.rect())
        self._place()

    def _place(self) -> None:
        height, width = self.height(), self.width()
        for box in (self.tools, self.zoom_tools, self.total, self.aligns, self.finder):
            box.adjustSize()
        self.tools.move(EDGE, EDGE)
        if self.breadcrumb is not None:
            self.breadcrumb.fit()
            beside = EDGE + self.tools.width() + 8
            fits = beside + self.breadcrumb.width() + 8 + self.total.width() + EDGE <= width
            self.breadcrumb.move(*((beside, EDGE) if fits else (EDGE, EDGE + self.tools.height() + 8)))
        self.zoom_tools.move(EDGE, height - EDGE - self.zoom_tools.height())
        self.minimap.move(EDGE, height - EDGE - self.zoom_tools.height() - 8 - self.minimap.height())
        self.total.move(width - EDGE - self.total.width(), EDGE)
        left = EDGE + max(self.tools.width(), self.zoom_tools.width()) + 12
        self.aligns.move(self._free_of_cards(left), height - EDGE - self.aligns.height())
        self.finder.move(width - EDGE - self.finder.width(), EDGE + self.total.height() + 8)
        self._viewed()
        self.minimap.setVisible(
            self.map_button.isChecked() and height > 330 and bool(self.session.project.network.nodes)
        )
        self.callout.place()

    def _free_of_cards(self, left: int) -> int:
        """Return where the bar at the bottom begins: in the middle, or at the right where that covers less of cards."""
        wide, tall = self.aligns.width(), self.aligns.height()
        middle, right = max(left, (self.width() - wide) // 2), max(left, self.width() - EDGE - wide)

        def covered(x: int) -> int:
            bar = QRect(x, self.height() - EDGE - tall, wide, tall)
            cards = (item for item in self.view.items(bar) if isinstance(item, NodeItem))
            parts = (self.view.mapFromScene(c.mapRectToScene(c.shape().boundingRect())).boundingRect() & bar
                     for c in cards)  # fmt: skip
            return sum(part.width() * part.height() for part in parts)

        return middle if self.aligns.isHidden() else min((middle, right), key=covered)

    def _place_empty(self) -> None:
        """Put the empty state under the training targets, which are there without a layer."""
        cards = [self.view.mapFromScene(c.sceneBoundingRect()).boundingRect() for c in self.scene.nodes.values()]
        seen = [c.bottom() for c in cards if c.intersects(self.rect())]
        top = max([self.height() * 2 // 5, *seen])
        self.empty.fit(360, self.height() - top)
        self.empty.move((self.width() - 360) // 2, max(EDGE, min(top, self.height() - self.empty.height())))

    def _drawn(self) -> None:
        total = sum(self.session.shapes.parameters.values())
        known = all(shape is not None for shape in self.session.shapes.output.values())
        text = tr("{n} params", n=f"{total:,}") if known else tr("{n} params so far", n=f"{total:,}")
        if text != self.count.text():
            self.count.setText(text)
        bare = not self.session.project.network.nodes and not self.session.project.notes
        if self.empty.isHidden() == bare:
            self.empty.setVisible(bare)
        self.total.setVisible(not bare)
        self._place()

    def _selected(self, *_: object) -> None:
        self.aligns.setVisible(self.aligns.follow())
        self._place()

    # ---- tools -----------------------------------------------------------------------------------------------------
    def _out(self, *_: object) -> None:
        self.view.zoom_out()

    def _in(self, *_: object) -> None:
        self.view.zoom_in()

    def _fit(self, *_: object) -> None:
        self.view.show_all()

    def _actual(self, *_: object) -> None:
        self.view.actual_size()

    def _map(self, *_: object) -> None:
        self._place()

    def _viewed(self, *_: object) -> None:
        if not self.empty.isHidden():
            self._place_empty()

    def _zoomed(self, zoom: float) -> None:
        self.share.set_text(f"{zoom:.0%}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and self.quick_add.isVisible():
            self.quick_add.close_list()
        return False


def _how_to_begin() -> str:
    key = key_of("canvas.quick_add_here")
    by_key = tr("Drag layers here from the left, or press {key} and type a name.", key=key)
    return by_key if key else tr("Drag layers here from the left, or double-click and type a name.")
