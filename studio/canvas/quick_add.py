"""Quick add: a list that filters while one types; Enter inserts, Shift+Enter inserts and stays open."""

import re
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.project.document import Project
from engine.specs import snake
from studio import theme
from studio.canvas import arrange, catalog, trial
from studio.canvas.arrange import CARD_H, CARD_W
from studio.canvas.picture import LinkKey, shape_text
from studio.canvas.slots import Slot
from studio.canvas.trial import Trial
from studio.canvas.view import View
from studio.document import edits
from studio.text import tr
from studio.widgets import Box, Key, Label, Line, SearchField, row

TIMES = re.compile(r"\s+[x×](\d{1,2})\s*$", re.IGNORECASE)
ROLE = Qt.ItemDataRole.UserRole
WIDTH, HEIGHT, AROUND = 340, 336, 96
"""AROUND: what search field and foot take."""


class QuickAdd(Box):
    """One popup per canvas. `closed()` when it goes."""

    closed = Signal()

    def __init__(self, view: View, host: QWidget) -> None:
        self.search = SearchField(tr("Add a layer by name"), name=tr("Quick add"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Layers that can be added"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.where = Label("", 11, 400, "text.muted", elide=True)
        top = row(self.search, margins=(7, 7, 7, 0))
        stay = Label(tr("keep open"), 11, 400, "text.muted")
        foot = row((self.where, 1), Key("Shift ↵"), stay, spacing=6, margins=(14, 0, 12, 0), height=32)
        super().__init__(top, (self.list, 1), Line(color="border.soft"), foot, fill="bg.raised",
                         stroke="border.strong", spacing=6, margins=1)  # fmt: skip
        self.setParent(host)
        self.host = host
        self.setFixedSize(WIDTH, HEIGHT)
        self.hide()
        self.view, self.session = view, view.session
        self.after: str | None = None
        self.wire: LinkKey | None = None
        self.into: str | None = None
        self.at = QPointF()
        self.loose = False
        self.back: QWidget = view
        self.search.searched.connect(self.show_matches)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._clicked)
        view.add_asked.connect(self.open_at)
        self.session.changed.connect(self._follow)

    def open_at(self, at: QPointF, after: str | None, wire: LinkKey | None, into: str | None = None) -> None:
        """Open at a point of the scene, to add after a node, on a wire or above a node it feeds; else where it is."""
        self.at, self.wire, self.into = at, wire, into
        current = self.session.selection.current
        lone = after is None and wire is None and into is None
        self.loose = lone and current not in self.session.project.network.nodes
        self.after = after if after in self.session.project.network.nodes else None
        if lone:
            self.after = catalog.place_of(self.session)
        self.where.setText(self._where())
        place = self.view.viewport().mapTo(self.host, self.view.mapFromScene(at))
        room = self.host.rect().adjusted(8, 8, -8 - WIDTH, -8 - HEIGHT)
        x = min(max(place.x(), room.left()), max(room.right(), room.left()))
        y = min(max(place.y(), room.top()), max(room.bottom(), room.top()))
        self.move(QPoint(x, y))
        self.search.clear()
        self.show_matches("")
        self.show()
        self.raise_()
        focus = QApplication.focusWidget()
        self.back = focus if focus is not None and focus is not self.search else self.view
        self.search.setFocus()

    def help_topic(self) -> str:
        """Return the help page of the layer that Enter would add."""
        item = self.list.currentItem()
        return f"layer/{snake(item.data(ROLE)[0].KERAS)}" if item is not None else ""

    def close_list(self) -> None:
        """Go away and give the keyboard back to where it was, canvas or outline."""
        if self.isVisible():
            self.hide()
            self.back.setFocus()
            self.closed.emit()

    def _follow(self, *_: object) -> None:
        """Go away when what it would add to is gone: a step was taken back, or another project came."""
        nodes = self.session.project.network.nodes
        places = [self.after, self.into, *(self.wire[:2] if self.wire is not None else ())]
        if not all(p is None or p in nodes or p.startswith("target:") for p in places):
            self.after = self.into = self.wire = None
            self.close_list()

    # ---- content ---------------------------------------------------------------------------------------------------
    def show_matches(self, text: str) -> None:
        """Show the layers that match; those that do not fit come last with the reason."""
        self.list.clear()
        query = TIMES.sub("", text)
        first = [] if query.strip() or self.into else catalog.suggested(self.session, self._above())
        found = [*first, *(r for r in catalog.found(query) if r not in first)]
        rows = [(record, self._tried(record)) for record in found]
        for record, result in sorted(rows, key=lambda r: not self._possible(r[0], r[1])):
            item = QListWidgetItem(record.KERAS)
            note = self._change(result) if self._possible(record, result) else result.reason
            item.setData(ROLE, (record, note, self._possible(record, result)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{record.KERAS}, {note}" if note else record.KERAS)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._fit()

    def _above(self) -> str | None:
        return self.wire[0] if self.wire is not None else self.after

    def _where(self) -> str:
        """Return where a layer goes, in words: "after dense_2"."""
        nodes = self.session.project.network.nodes
        if self.into is not None and self.into in nodes:
            return tr("feeds {name}", name=nodes[self.into].name)
        if self.wire is not None and self.wire[0] in nodes:
            below = nodes.get(self.wire[1])
            ends = {"a": nodes[self.wire[0]].name, "b": below.name if below else tr("the target")}
            return tr("between {a} and {b}", **ends)
        after = nodes.get(self.after or "")
        return tr("after {name}", name=after.name) if after else tr("as the first layer")

    def _fit(self) -> None:
        """Be as high as the rows need."""
        rows = max(self.list.count(), 1) * theme.size("row")
        self.setFixedHeight(min(HEIGHT, rows + AROUND))

    def _change(self, result: Trial) -> str:
        """Return what happens to the shape: "(64) → (32)"; only the result where what comes in is not known."""
        before = shape_text(self.session.shapes.output.get(self._above() or ""))
        after = shape_text(result.shape)
        return f"{before} → {after}" if before and after else after

    def _possible(self, record: type[Any], result: Trial) -> bool:
        return result.fits or (record.KERAS == "Input" and self.wire is None)

    def _tried(self, record: type[Any]) -> Trial:
        layer = catalog.start_of(record)
        if self.into is not None:
            return trial.feeding(self.session, layer, self.into)
        if self.wire is not None:
            return trial.between(self.session, layer, self.wire)
        return catalog.tried(self.session, layer, self.after)

    # ---- taking ----------------------------------------------------------------------------------------------------
    def take(self, stay: bool = False) -> None:
        """Insert the current row, as often as "x3" says."""
        item = self.list.currentItem()
        if item is None:
            return
        record, note, fits = item.data(ROLE)
        if not fits:
            self.view.said.emit(tr("{layer} {reason} here.", layer=record.KERAS, reason=note))
            return
        times = TIMES.search(self.search.text())
        for _ in range(min(int(times.group(1)), 50) if times else 1):
            if not self.view.add(self._edit(catalog.start_of(record)), catalog.start_of(record)):
                return
            self.after, self.wire, self.into = self.session.selection.current, None, None
            self.where.setText(self._where())
        if stay:
            self.search.clear()
            self.show_matches("")
        else:
            self.close_list()

    def _edit(self, layer: Any) -> Any:
        after, wire, at, into = self.after, self.wire, self.at, self.into

        def edit(project: Project) -> Project:
            if into is not None:
                return edits.add_feeding(project, layer, into, arrange.snapped(at.x() - CARD_W / 2, at.y() - CARD_H))
            if layer.KERAS == "Input":
                return edits.add_layer(
                    project, layer, (at.x(), at.y()) if self.loose and project.network.nodes else None
                )
            if wire is not None:
                return Slot(*wire, 0, 0).insert(project, layer)
            return edits.insert_after(project, layer, after) if after else edits.append_layer(project, layer)

        return edit

    def _clicked(self, item: QListWidgetItem) -> None:
        self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self.underMouse():
            self.hide()
            self.closed.emit()
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take(stay=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
            self.close_list()
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()


class _Delegate(QStyledItemDelegate):
    """Tile, name, and at the right the resulting shape or the reason."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(WIDTH - 20, theme.size("row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        record, note, fits = index.data(ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect).adjusted(6, 0, -6, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.color("accent.soft"))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setBrush(theme.tint(record.GROUP, "bg.raised"))
        painter.drawRoundedRect(QRectF(rect.x() + 6, rect.y() + 3, 22, 22), 5, 5)
        tone = theme.category(record.GROUP).color
        painter.drawPixmap(QPointF(rect.x() + 10, rect.y() + 7), theme.pixmap(record.ICON or "box", tone, 14))
        painter.setFont(theme.font(12, 500))
        painter.setPen(theme.color("text.primary" if fits else "text.muted"))
        painter.drawText(rect.adjusted(36, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), record.KERAS)
        painter.setFont(theme.font(11, 400, mono=fits))
        painter.setPen(theme.color("text.secondary" if fits else "text.muted"))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        right = rect.adjusted(0, 0, -8, 0)
        if option.state & QStyle.StateFlag.State_Selected and fits:
            right.adjust(0, 0, -30, 0)
            _enter_key(painter, QRectF(rect.right() - 30, rect.y() + 5, 24, 18))
            painter.setFont(theme.font(11, 400, mono=fits))
            painter.setPen(theme.color("text.secondary"))
        used = theme.text_width(record.KERAS, theme.font(12, 500)) + 46
        painter.drawText(right, int(align), _cut(note, painter, right.width() - used))
        painter.restore()


def _cut(text: str, painter: QPainter, room: float) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))


def _enter_key(painter: QPainter, rect: QRectF) -> None:
    """Draw the key that takes the row."""
    painter.setPen(QPen(theme.color("border.strong"), 1))
    painter.setBrush(theme.color("bg.raised"))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(theme.color("text.secondary"))
    painter.setFont(theme.font(11, 500))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), "↵")
