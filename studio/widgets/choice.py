"""Choices: switch, check box, radio button, segmented control and tabs."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from studio import theme
from studio.widgets.base import Themed, icon_at, lay, named, painter_of, plain_tip, rounded

Options = Sequence[str | tuple[Any, str]]
QWIDGETSIZE_MAX = 16_777_215


def pairs(options: Options) -> list[tuple[Any, str]]:
    """Return (value, label) of options; a string is both."""
    return [(o, o) if isinstance(o, str) else o for o in options]


class _Mark(Themed, QAbstractButton):
    """What switch, check box and radio share: a painted mark and a text beside it."""

    MARK = QSize(16, 16)
    changed = Signal(object)

    def __init__(self, text: str = "", checked: bool = False, *, name: str | None = None, tooltip: str = "") -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFont(theme.font(12))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, name or text, tooltip)
        self.clicked.connect(self._clicked)
        self.follow_theme()

    def set_value(self, checked: bool) -> None:
        """Set without telling."""
        self.setChecked(checked)

    def value(self) -> bool:
        """Return whether it is on."""
        return self.isChecked()

    def sizeHint(self) -> QSize:
        text = QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 8 if self.text() else 0
        return QSize(math.ceil(self.MARK.width() + text), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        painter.save()
        painter.translate(0, (self.height() - self.MARK.height()) / 2)
        self.paint_mark(painter)
        painter.restore()
        painter.setFont(self.font())
        painter.setPen(theme.color("text.primary" if self.isEnabled() else "text.disabled"))
        room = QRectF(self.MARK.width() + 8, 0, self.width(), self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())

    def paint_mark(self, painter: Any) -> None:
        """Draw the mark in a box of MARK's size."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _clicked(self, checked: bool) -> None:
        self.changed.emit(checked)


class Switch(_Mark):
    """On or off, at once. `changed(bool)` is emitted when a person flips it.

    `set_mixed` shows a dash: the things in question differ; the next click turns all on.
    """

    MARK = QSize(28, 20)
    mixed = False

    def set_value(self, checked: bool) -> None:
        self.mixed = False
        super().set_value(checked)
        self.setAccessibleDescription("")
        self.update()

    def set_mixed(self) -> None:
        """Show that some are on and some are off."""
        super().set_value(False)
        self.mixed = True
        self.setAccessibleDescription("–")
        self.update()

    def _clicked(self, checked: bool) -> None:
        self.mixed = False
        super()._clicked(checked)

    def paint_mark(self, painter: Any) -> None:
        if self.mixed:
            rounded(painter, QRectF(0, 2, 28, 16), theme.color("bg.active"), theme.color("border.control"), 8)
            painter.fillRect(QRectF(9, 9, 10, 2), theme.color("border.control"))
            return
        on, live = self.isChecked(), self.isEnabled()
        fill = theme.color("accent.fill" if on and live else "bg.active")
        stroke = None if on and live else theme.color("border.control" if live else "border.strong")
        rounded(painter, QRectF(0, 2, 28, 16), fill, stroke, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text.onAccent" if on and live else "border.control" if live else "border.strong"))
        painter.drawEllipse(QPointF(20 if on else 8, 10), 5.5, 5.5)


class CheckBox(_Mark):
    """A box with a tick. `accent` is the token of its fill (runs use their own colour)."""

    def __init__(
        self,
        text: str = "",
        checked: bool = False,
        *,
        accent: str = "accent.fill",
        name: str | None = None,
        tooltip: str = "",
    ) -> None:
        self._accent = accent
        super().__init__(text, checked, name=name, tooltip=tooltip)

    def paint_mark(self, painter: Any) -> None:
        on = self.isChecked()
        fill = theme.color(self._accent if on else "bg.raised")
        rounded(painter, QRectF(1, 1, 14, 14), fill, theme.color(self._accent if on else "border.control"), 4, 1.25)
        if on:
            icon_at(painter, 2, 2, "check", "text.onAccent" if self._accent == "accent.fill" else "bg.panel", 12)


class Radio(_Mark):
    """One of several. Radios with the same parent exclude each other. note: a muted line below the text."""

    LINES = (20, 16)
    """Heights of the text and of the note."""

    def __init__(
        self, text: str = "", checked: bool = False, *, note: str = "", name: str | None = None, tooltip: str = ""
    ) -> None:
        self.note = note
        super().__init__(text, checked, name=name, tooltip=tooltip)
        self.setAutoExclusive(True)
        if note:
            self.setAccessibleDescription(note)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self.note:
            return hint
        wide = self.MARK.width() + 8 + math.ceil(theme.text_width(self.note, theme.font(11)))
        return QSize(max(hint.width(), wide), sum(self.LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.MARK.width(), sum(self.LINES)) if self.note else super().minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.note:
            self.setToolTip(plain_tip(self.note) if self.width() < self.sizeHint().width() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.note:
            super().paintEvent(event)
            return
        painter, left, (text, note) = painter_of(self), self.MARK.width() + 8, self.LINES
        painter.save()
        painter.translate(0, (text - self.MARK.height()) / 2)
        self.paint_mark(painter)
        painter.restore()
        room = self.width() - left
        for top, tall, words, font, token in (
            (0, text, self.text(), theme.font(12, 500 if self.isChecked() else 400), "text.primary"),
            (text, note, self.note, theme.font(11), "text.muted"),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(token))
            cut = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, top, room, tall), Qt.AlignmentFlag.AlignVCenter, cut)

    def paint_mark(self, painter: Any) -> None:
        on = self.isChecked()
        painter.setPen(QPen(theme.color("accent.fill" if on else "border.control"), 5 if on else 1.25))
        painter.setBrush(theme.color("bg.raised"))
        painter.drawEllipse(QRectF(3, 3, 10, 10) if on else QRectF(1, 1, 14, 14))


class _Segment(Themed, QAbstractButton):
    def __init__(self, label: str, icon: str | None, name: str, height: int) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFont(theme.font(12, 500))
        self._icon = icon
        self.stretched = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(height - 4)
        self.set_label(label)
        named(self, name, "" if label else name)
        self.follow_theme()

    def set_label(self, label: str) -> None:
        self.setText(label)
        room = (24 if label else 14) + (16 if self._icon else 0)
        self.setFixedWidth(math.ceil(QFontMetricsF(self.font()).horizontalAdvance(label) + room))

    def stretch(self) -> None:
        """Share the room with the other segments: the label is centred, and cut where it does not fit."""
        self.stretched = True
        self.setMinimumWidth(0)
        self.setMaximumWidth(QWIDGETSIZE_MAX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(plain_tip(self.text()))

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(QFontMetricsF(self.font()).horizontalAdvance(self.text()) + 16), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        light = theme.scheme() == "light"
        if self.isChecked():
            stroke = theme.color("border.default") if light else None
            rounded(painter, rect, theme.color("bg.raised" if light else "border.strong"), stroke, 5)
        token = "text.primary" if self.isChecked() else "text.secondary" if self.isEnabled() else "text.disabled"
        x = 12.0
        if self._icon:
            at = 8 if self.text() else (rect.width() - 14) / 2
            icon_at(painter, at, (rect.height() - 14) / 2, self._icon, token, 14)
            x = 26.0
        painter.setFont(self.font())
        painter.setPen(theme.color(token))
        if self.stretched:
            cut = QFontMetricsF(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width() - 6)
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), cut)
            return
        painter.drawText(QRectF(x, 0, rect.width(), rect.height()), Qt.AlignmentFlag.AlignVCenter, self.text())


class Segmented(Themed, QWidget):
    """One of a few, side by side. `changed(value)` is emitted when a person chooses.

    options: labels, or (value, label) pairs. icons: one name per option or nothing; an option may have only an icon.
    stretch: it is as wide as its place.
    """

    changed = Signal(object)

    def __init__(
        self, options: Options, value: Any = None, *, name: str, icons: Sequence[str | None] = (), height: int = 26,
        stretch: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._values = [v for v, _ in pairs(options)]
        self._group = QButtonGroup(self)
        named(self, name)
        self.buttons = []
        for i, (v, label) in enumerate(pairs(options)):
            segment = _Segment(label, icons[i] if icons else None, label or str(v), height)
            self._group.addButton(segment, i)
            self.buttons.append(segment)
        lay(self, self.buttons, False, 0, (2, 2, 2, 2))
        self.setFixedHeight(height)
        wide = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Fixed
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        for segment in self.buttons if stretch else ():
            segment.stretch()
        self.set_value(value if value is not None else self._values[0])
        self._group.idClicked.connect(self._chosen)
        self.follow_theme()

    def value(self) -> Any:
        """Return the chosen value."""
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        """Choose without telling."""
        if value in self._values:
            self.buttons[self._values.index(value)].setChecked(True)

    def set_label(self, value: Any, label: str) -> None:
        """Change the label of an option."""
        button = self.buttons[self._values.index(value)]
        button.set_label(label)
        button.setAccessibleName(label)

    def paintEvent(self, event: QPaintEvent) -> None:
        rounded(painter_of(self), QRectF(self.rect()), theme.color("bg.active"), None, 6)

    def _chosen(self, index: int) -> None:
        self.changed.emit(self._values[index])


class _Tab(Themed, QAbstractButton):
    def __init__(self, label: str) -> None:
        super().__init__()
        self.setText(label)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._badge: tuple[str, str, str] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        named(self, label)
        self.follow_theme()

    def set_badge(self, badge: tuple[str, str, str] | None) -> None:
        self._badge = badge
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(theme.text_width(self.text(), theme.font(12, 600)) + self._badge_room()), 36)

    def _badge_room(self) -> float:
        return self._badge_width() + 6 if self._badge else 0.0

    def _badge_width(self) -> float:
        return max(18.0, theme.text_width(self._badge[0], theme.font(11, 600)) + 10) if self._badge else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect, on = painter_of(self), QRectF(self.rect()), self.isChecked()
        painter.setFont(theme.font(12, 600 if on else 500))
        hot = on or self.underMouse()
        painter.setPen(theme.color("text.primary" if hot else "text.muted"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._badge:
            text, color, fill = self._badge
            width = self._badge_width()
            at = QRectF(rect.width() - width, rect.height() / 2 - 8, width, 16)
            rounded(painter, at, theme.color(fill), None, 8)
            painter.setFont(theme.font(11, 600))
            painter.setPen(theme.color(color))
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, text)
        if on:
            painter.fillRect(QRectF(0, rect.height() - 2, rect.width(), 2), theme.color("accent.line"))


class Tabs(Themed, QWidget):
    """A strip of tabs; the pages are the owner's. `changed(value)` is emitted when a person chooses."""

    changed = Signal(object)

    def __init__(self, options: Options, value: Any = None, *, name: str, height: int = 36) -> None:
        super().__init__()
        self._values = [v for v, _ in pairs(options)]
        self._group = QButtonGroup(self)
        self.tabs = [_Tab(label) for _, label in pairs(options)]
        for i, tab in enumerate(self.tabs):
            self._group.addButton(tab, i)
        lay(self, [*self.tabs, None], False, 20, 0)
        self.setFixedHeight(height)
        named(self, name)
        self.set_value(value if value is not None else self._values[0])
        self._group.idClicked.connect(self._chosen)

    def value(self) -> Any:
        """Return the chosen value."""
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        """Choose without telling."""
        self.tabs[self._values.index(value)].setChecked(True)

    def set_badge(self, value: Any, text: str, color: str = "danger.text", fill: str = "danger.soft") -> None:
        """Show a number beside a tab; an empty text takes it away."""
        self.tabs[self._values.index(value)].set_badge((text, color, fill) if text else None)

    def _chosen(self, index: int) -> None:
        self.changed.emit(self._values[index])
