"""Containers: card, panel head, collapsible part, form row, empty state, scroll area."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.widgets.base import (
    Box,
    Item,
    Margins,
    Themed,
    clear,
    column,
    icon_at,
    lay,
    named,
    painter_of,
    plain_tip,
    put,
    row,
)
from studio.widgets.button import Button, IconButton
from studio.widgets.fields import LineEdit, NumberField, Scrub
from studio.widgets.label import Chip, Icon, Label, Tile


class PanelHead(QWidget):
    """A title line: icon, title, a muted remark, and tools at the right."""

    def __init__(
        self, title: str, *tools: QWidget, icon: str | None = None, remark: str = "", height: int = 40
    ) -> None:
        super().__init__()
        self.title = Label(title, 13, 600)
        self.remark = Label(remark, 12, 400, "text.muted", elide=bool(remark))
        icons: list[Item] = [Icon(icon, "text.muted")] if icon else []
        middle: list[Item] = [(self.remark, 1)] if remark else [None]
        end = 16 if tools and isinstance(tools[-1], Chip) else 10  # an icon button has room around its icon
        lay(self, [*icons, self.title, *middle, *tools], False, 8, (16, 0, end, 0))
        self.setFixedHeight(height)


class Card(Box):
    """A white card with an optional head and a body. `add` appends to the body."""

    def __init__(
        self,
        title: str = "",
        *items: Item,
        tools: tuple[QWidget, ...] = (),
        icon: str | None = None,
        remark: str = "",
        margins: Margins = (16, 0, 16, 12),
        spacing: int = 8,
        head: int = 40,
        name: str | None = None,
    ) -> None:
        super().__init__(spacing=0)
        self.head = PanelHead(title, *tools, icon=icon, remark=remark, height=head) if title else None
        if self.head:
            self.body.addWidget(self.head)
        self.inner = QWidget()
        self.content: QVBoxLayout = lay(self.inner, items, True, spacing, margins)  # type: ignore[assignment]
        self.body.addWidget(self.inner, 1)
        self.spare_border(self.content)
        named(self, name or title)

    def add(self, item: Item) -> None:
        """Append to the body."""
        put(self.content, item)

    def clear(self) -> None:
        """Empty the body."""
        clear(self.content)


class _Fold(Themed, QAbstractButton):
    """The head of a collapsible part: chevron, colour square, title and a count."""

    def __init__(self, title: str, note: str, color: str | None) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.note, self._color, self.indent = note, color, 12
        self.setFixedHeight(28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, title)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, h = painter_of(self), self.height()
        if self.underMouse():
            painter.fillRect(self.rect(), theme.color("bg.hover"))
        icon_at(
            painter,
            self.indent,
            (h - 14) / 2,
            "chevron-down" if self.isChecked() else "chevron-right",
            "text.muted",
            14,
        )
        x = self.indent + 20.0
        if self._color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(self._color))
            painter.drawRoundedRect(QRectF(x, h / 2 - 4, 8, 8), 2, 2)
            x += 14
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.color("text.secondary"))
        end = self.indent + 8 + theme.text_width(self.note, theme.font(11, 500)) if self.note else self.indent
        room = QRectF(x, 0, self.width() - x - end, h)
        cut = QFontMetricsF(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        tip = plain_tip(self.text()) if cut != self.text() else ""
        if tip != self.toolTip():
            self.setToolTip(tip)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, cut)
        painter.setFont(theme.font(11, 500))
        painter.setPen(theme.color("text.muted"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, 0, self.width() - self.indent - 4, h), flags, self.note)


class Collapsible(QWidget):
    """A part that opens and closes. `toggled(bool)` is emitted when a person does it."""

    toggled = Signal(object)

    def __init__(self, title: str, *items: Item, note: str = "", color: str | None = None, opened: bool = True) -> None:
        super().__init__()
        self.head = _Fold(title, note, color)
        self.inner = QWidget()
        self.content = lay(self.inner, items, True, 0, 0)
        lay(self, [self.head, self.inner], True, 0, 0)
        self.set_open(opened)
        self.head.clicked.connect(self._clicked)

    def is_open(self) -> bool:
        """Return whether the content is shown."""
        return self.head.isChecked()

    def set_open(self, opened: bool) -> None:
        """Open or close without telling."""
        self.head.setChecked(opened)
        self.inner.setVisible(opened)

    def set_note(self, note: str) -> None:
        """Change the text at the right of the head."""
        self.head.note = note
        self.head.update()

    def add(self, item: Item) -> None:
        """Append to the content."""
        put(self.content, item)

    def clear(self) -> None:
        """Empty the content."""
        clear(self.content)

    def _clicked(self, opened: bool) -> None:
        self.inner.setVisible(opened)
        self.toggled.emit(opened)


class Reset(IconButton):
    """The arrow that returns a field to its default. It is seen while the pointer or the keyboard is in its row."""

    SIDE = 24

    def __init__(self, name: str, key: str = "") -> None:
        super().__init__("rotate-ccw", name, key=key, size="small")
        self.setFixedSize(self.SIDE, self.SIDE)

    def hot(self) -> bool:
        """Return whether it is seen now."""
        owner, focus = self.parentWidget(), QApplication.focusWidget()
        while owner is not None and not isinstance(owner, FieldRow):
            owner = owner.parentWidget()
        return owner is not None and (owner.underMouse() or (focus is not None and owner.isAncestorOf(focus)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hot():
            painter_of(self).fillRect(self.rect(), theme.color("bg.panel"))  # it may stand over the label's end
            super().paintEvent(event)


class FieldRow(QWidget):
    """A form row: label column of 104, control, an optional hint, and a sentence below when the entry is invalid.

    reset_button: stands at the end of the label. `reset()`: a double click on the label. `grabbed(bool)`: a drag of the
    label that scrubs a number begins, or ends.
    """

    reset = Signal()
    grabbed = Signal(object)

    def __init__(
        self,
        label: str,
        control: QWidget,
        hint: QWidget | None = None,
        *,
        label_width: int = 104,
        tooltip: str = "",
        reset_button: Reset | None = None,
    ) -> None:
        super().__init__()
        self.label = Label(label, 12, 400, "text.secondary", elide=True)
        self.control = control
        head = row((self.label, 1), spacing=0)
        head.setFixedWidth(label_width)
        if reset_button is not None:
            reset_button.setParent(head)
            reset_button.move(label_width - reset_button.SIDE, (34 - reset_button.SIDE) // 2)
        stretches = control.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Fixed
        end: list[Item] = [*([hint] if hint else []), *([] if stretches else [None])]
        self.sentence = Label("", 11, 400, "danger.text", wrap=True)
        self._below = row(label_width + 8, Icon("circle-alert", "danger.fill", 12), (self.sentence, 1), spacing=6)
        self._below.hide()
        line = row(head, (control, 1) if stretches else control, *end, height=34)
        lay(self, [line, self._below], True, 0, 0)
        if tooltip:
            self.setToolTip(plain_tip(tooltip))
        if isinstance(control, LineEdit):
            control.error_changed.connect(self.set_error)
        number = getattr(control, "number", control)
        if isinstance(number, NumberField):
            self._scrub = Scrub(self.label, number)
            self._scrub.grabbed.connect(self.grabbed)

    def set_error(self, sentence: str) -> None:
        """Show a sentence under the control; an empty one hides it."""
        self.sentence.setText(sentence)
        self._below.setVisible(bool(sentence))

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def set_changed(self, changed: bool) -> None:
        """Show the label strong when the value differs from its default; a double click on it then resets."""
        self.label.setFont(theme.font(12, 600 if changed else 400))
        self.label.set_color("text.primary" if changed else "text.secondary")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.label.mapFrom(self, event.position().toPoint())
        if self.label.rect().contains(at):
            self.reset.emit()


class EmptyState(QWidget):
    """What belongs here, one sentence and one action."""

    def __init__(
        self, icon: str, title: str, sentence: str, action: QWidget | None = None, *, group: str = "core"
    ) -> None:
        super().__init__()
        centre = Qt.AlignmentFlag.AlignHCenter
        self.title = Label(title, 13, 600, align=centre)
        self.sentence = Label(sentence, 12, 400, "text.secondary", wrap=True, align=centre)
        self.sentence.setMaximumWidth(360)
        self.action, self.tile = action, row(None, Tile(icon, group, 40, 22), None)
        items: list[Item] = [None, self.tile, self.title]
        items += [row(None, (self.sentence, 8), None, spacing=0)]
        items += [row(None, action, None)] if action else []
        lay(self, [*items, None], True, 8, 16)

    def fit(self, width: int, height: int) -> None:
        """Take a width and the height that it needs; without the tile where that is too high."""
        inside = self.layout()
        for shown in (True, False):
            self.tile.setVisible(shown)
            if inside is not None:
                inside.invalidate()
            self.resize(width, max(self.heightForWidth(width), 0) or self.sizeHint().height())
            if self.height() <= height:
                return

    @staticmethod
    def button(text: str, icon: str, name: str | None = None) -> Button:
        """Return the soft button that an empty state has."""
        return Button(text, icon, "soft", name=name)


class Scroll(QScrollArea):
    """A scroll area without a frame around a column of items."""

    def __init__(self, content: QWidget, *, name: str, horizontal: bool = False) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if horizontal else policy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        named(self, name)


def facts(*pairs: tuple[str, str], width: int | None = None, mono: bool = True) -> QWidget:
    """Return rows of label and value, values at the right, in mono where they are shapes or numbers."""
    rows = [
        row(
            (Label(k, 12, 400, "text.secondary", elide=True), 1),
            Label(v, 12, 500, mono=mono, tabular=True, name=k),
            spacing=6,
            height=24,
        )
        for k, v in pairs
    ]
    made = column(*rows, spacing=0)
    if width:
        made.setFixedWidth(width)
    return made
