"""The palette: all layers by group, found by typing, dragged to the canvas or inserted with Enter."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.specs import snake
from studio import theme
from studio.actions import key_of, tell_keys
from studio.canvas import catalog
from studio.canvas.commands import add_after
from studio.canvas.gestures.follow import Follow
from studio.canvas.view import View
from studio.document.session import Session
from studio.text import tr
from studio.widgets import (
    Collapsible,
    Icon,
    Label,
    Line,
    PanelHead,
    Scroll,
    SearchField,
    Segmented,
    Themed,
    clear,
    column,
    named,
    painter_of,
    rounded,
    row,
)

OPEN = ("io", "core", "regular", "norm", "merge")
"""Groups that are open at first."""
FILTERS = (("", "All"), ("tabular", "Tabular"), ("image", "Image"), ("text", "Text"))
"""Kind of data that a record names in DATA -> label; "" is any."""


class LayerRow(Themed, QWidget):
    """One layer of the palette. `wanted()` on Enter or double-click; a press and drag takes it to the canvas."""

    wanted = Signal(object)
    pressed = Signal(object, object)
    stepped = Signal(object)

    def __init__(self, record: type[Any], *, suggested: bool = False) -> None:
        super().__init__()
        self.record = record
        self._hover = False
        self.setFixedHeight(theme.size("row"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        name = tr("Add {layer}", layer=record.KERAS)
        named(self, tr("Add suggested {layer}", layer=record.KERAS) if suggested else name, record.PURPOSE)
        self.follow_theme()

    def help_topic(self) -> str:
        """Return the help page of the layer."""
        return f"layer/{snake(self.record.KERAS)}"

    def sizeHint(self) -> QSize:
        return QSize(200, theme.size("row"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self.pressed.emit(self, event.globalPosition())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.wanted.emit(self.record)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.wanted.emit(self.record)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect()).adjusted(8, 0, -8, 0)
        hot = self._hover or self.hasFocus()
        if hot:
            rounded(painter, rect, theme.color("bg.hover"), None, 6)
        tone = theme.category(self.record.GROUP).color
        rounded(painter, QRectF(18, 3, 22, 22), theme.tint(self.record.GROUP), None, 5)
        painter.drawPixmap(QPointF(22, 7), theme.pixmap(self.record.ICON or "box", tone, 14))
        painter.setFont(theme.font(12, 500 if hot else 400))
        painter.setPen(theme.color("text.primary"))
        painter.drawText(QRectF(48, 0, rect.width() - 60, 28), int(Qt.AlignmentFlag.AlignVCenter), self.record.KERAS)
        if hot:
            painter.drawPixmap(QPointF(rect.right() - 22, 7), theme.pixmap("grip-vertical", "text.muted", 14))


class Palette(QWidget):
    """The left panel of the Define page."""

    def __init__(self, session: Session, view: View) -> None:
        super().__init__()
        self.session, self.view = session, view
        self._open: dict[str, bool] = {}
        self._follow: Follow | None = None
        count = len(catalog.records())
        self.search = SearchField(tr("Search {n} layers", n=count), name=tr("Search layers"))
        self.search.searched.connect(self._searched)
        self.search.returnPressed.connect(self._take_first)
        self.search.installEventFilter(self)
        self.filter = Segmented([(k, tr(label)) for k, label in FILTERS], "", name=tr("Kind of data"), stretch=True)
        self.filter.changed.connect(self._filtered)
        self.list = QWidget()
        self.box = QVBoxLayout(self.list)
        self.box.setContentsMargins(0, 4, 0, 8)
        self.box.setSpacing(0)
        self.suggestions = Collapsible(tr("Suggested"))
        scroll = Scroll(self.list, name=tr("Layers"))
        tip = Label("", 11, 400, "text.muted", elide=True)
        tell_keys(tip, "setText", _by_name)
        hint = row(Icon("lightbulb", "text.muted", 14), tip, None, spacing=6, margins=(14, 0, 8, 0), height=32)
        body = column(PanelHead(tr("Layers")), row(self.search, margins=(12, 0, 12, 4)),
                      row((self.filter, 1), margins=(12, 0, 12, 4)), (scroll, 1),
                      Line(color="border.soft"), hint, spacing=0)  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(body)
        self._suggested: tuple[object, ...] = ()
        self._records = catalog.records()
        self._fill("")
        session.selection.changed.connect(self._suggest)
        session.changed.connect(self._suggest)

    # ---- content ---------------------------------------------------------------------------------------------------
    def _searched(self, text: str) -> None:
        self._fill(text)

    def _filtered(self, data: str) -> None:
        self._fill(self.search.text())

    def state(self) -> str:
        """Return what is remembered between sessions: the filter, then the groups that were opened or closed."""
        return ",".join([str(self.filter.value()), *(f"{g}:{int(o)}" for g, o in sorted(self._open.items()))])

    def restore(self, state: str) -> None:
        """Take over what was remembered."""
        data, *opened = state.split(",")
        self.filter.set_value(data)
        pairs = (part.partition(":") for part in opened)
        self._open = {group: flag == "1" for group, _, flag in pairs if group}
        self._fill(self.search.text())

    def _fill(self, query: str) -> None:
        clear(self.box)
        if query.strip():
            self._show_found(query)
        else:
            self._suggested = ()
            self.suggestions = Collapsible(tr("Suggested"))
            self.box.addWidget(self.suggestions)
            for group, records in catalog.groups(str(self.filter.value())):
                part = self._group(group, records)
                self.box.addWidget(part)
                part.show()
            self._suggest()
        self.box.addStretch(1)

    def _show_found(self, query: str) -> None:
        hits = catalog.found(query, str(self.filter.value()))
        for record in hits:
            line = self._row(record)
            self.box.addWidget(line)
            line.show()  # a key may ask for it before Qt is idle
        if not hits:
            text = self._nothing(query)
            self.box.addWidget(row(Label(text, 12, 400, "text.muted", wrap=True), margins=(16, 8, 16, 8)))

    def _nothing(self, query: str) -> str:
        """Return why nothing is shown, and the way out."""
        if catalog.found(query):
            kind = next(label for key, label in FILTERS if key == self.filter.value())
            return tr("Nothing among layers for {kind}. “All” above shows more.", kind=tr(kind).lower())
        return tr("No layer is called that. Try another word, such as “dense” or “normalize”.")

    def _group(self, group: str, records: list[type[Any]]) -> Collapsible:
        look = theme.category(group)
        opened = self._open.get(group, group in OPEN)
        part = Collapsible(look.label, *(self._row(r) for r in records), note=str(len(records)), color=look.color,
                           opened=opened)  # fmt: skip
        part.toggled.connect(_Remember(self, group))
        return part

    def remember(self, group: str, opened: bool) -> None:
        """Keep whether a group is open."""
        self._open[group] = opened

    def _row(self, record: type[Any], suggested: bool = False) -> LayerRow:
        made = LayerRow(record, suggested=suggested)
        made.wanted.connect(self._add)
        made.pressed.connect(self._pressed)
        made.stepped.connect(self._step)
        return made

    def _suggest(self, *_: object) -> None:
        if self.search.text().strip():
            return
        if self._records != catalog.records():  # a record was registered: the palette follows
            self._records = catalog.records()
            self._fill("")
            return
        place, wanted = catalog.place_of(self.session), catalog.suggested(self.session)
        name = self.session.project.network.nodes[place].name if place else ""
        if (name, *wanted) == self._suggested:
            return
        self._suggested = (name, *wanted)
        title = tr("Suggested after {name}", name=name) if name else tr("Start with")
        fresh = Collapsible(title, *(self._row(r, suggested=True) for r in wanted), note=str(len(wanted)))
        old = self.suggestions
        self.box.replaceWidget(old, fresh)
        old.hide()
        old.setParent(None)
        old.deleteLater()
        fresh.setVisible(bool(wanted))
        self.suggestions = fresh

    # ---- taking a layer --------------------------------------------------------------------------------------------
    def _add(self, record: type[Any]) -> None:
        new = add_after(self.session, catalog.start_of(record))
        if new:
            self.view.reveal(new)

    def _take_first(self) -> None:
        hits = catalog.found(self.search.text(), str(self.filter.value()))
        if hits and self.search.text().strip():
            self._add(hits[0])

    def _pressed(self, source: LayerRow, at: QPointF) -> None:
        if self._follow is None:
            self._follow = Follow(self.view, catalog.start_of(source.record), at, self._followed)

    def _followed(self, dragged: bool) -> None:
        self._follow = None

    # ---- keyboard --------------------------------------------------------------------------------------------------
    def rows(self) -> list[LayerRow]:
        """Return the visible rows from top to bottom."""
        found = [w for w in self.list.findChildren(LayerRow) if w.isVisible()]
        return sorted(found, key=lambda w: w.mapTo(self.list, w.rect().topLeft()).y())

    def _step(self, by: int) -> None:
        rows, focus = self.rows(), self.focusWidget()
        at = next((i for i, r in enumerate(rows) if r is focus), -1)
        if rows and 0 <= at + by < len(rows):
            rows[at + by].setFocus()
        elif by < 0:
            self.search.setFocus()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            rows = self.rows()
            if rows:
                rows[0].setFocus()
            return True
        return False


class _Remember:
    """Keeps the state of one group."""

    def __init__(self, palette: Palette, group: str) -> None:
        self._keep: Callable[[str, bool], None] = palette.remember
        self._group = group

    def __call__(self, opened: object) -> None:
        self._keep(self._group, bool(opened))


def _by_name() -> str:
    key = key_of("canvas.quick_add_here")
    by_key = tr("{key} on the canvas adds by name", key=key)
    return by_key if key else tr("A double click on the canvas adds by name")
