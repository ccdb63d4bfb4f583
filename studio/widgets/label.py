"""Text, icons, chips and tiles: things that are only looked at."""

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.widgets.base import Themed, icon_at, named, painter_of, plain_tip, rounded


class Label(Themed, QLabel):
    """Text in a token's colour. Plain text always, unless `rich` (only for text of our own).

    elide: cut with an ellipsis when there is no room; the whole text is then the tooltip.
    """

    def __init__(
        self,
        text: str = "",
        size: int = 13,
        weight: int = 400,
        color: str = "text.primary",
        mono: bool = False,
        wrap: bool = False,
        *,
        align: Qt.AlignmentFlag | None = None,
        tabular: bool = False,
        display: bool = False,
        rich: bool = False,
        elide: bool = False,
        selectable: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._color, self._elide, self._full = color, elide, ""
        self.setForegroundRole(QPalette.ColorRole.WindowText)  # inside a button it would take the button's colour
        self.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight, mono, tabular, display))
        self.setWordWrap(wrap)
        if align is not None:
            self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        named(self, name)
        self.setText(text)
        self.follow_theme()

    def setText(self, text: str) -> None:
        self._full = text
        super().setText(text)
        self._cut()

    def full_text(self) -> str:
        """Return the text that was set, elided or not."""
        return self._full

    def set_color(self, color: str) -> None:
        """Change the colour token."""
        self._color = color
        self.restyle()

    def restyle(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.color(self._color))
        self.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(math.ceil(theme.text_width(self._full, self.font())) + 2, hint.height()) if self._elide else hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def _cut(self) -> None:
        if not self._elide:
            return
        cut = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, max(self.width(), 0))
        super().setText(cut)
        self.setToolTip(plain_tip(self._full) if cut != self._full else "")


class Icon(Themed, QLabel):
    """An icon alone, in a token's colour."""

    def __init__(self, icon: str, color: str = "text.secondary", size: int = 16) -> None:
        super().__init__()
        self._icon, self._color, self._size = icon, color, size
        self.setFixedSize(size, size)
        self.follow_theme()

    def set_icon(self, icon: str, color: str | None = None) -> None:
        """Show another icon."""
        self._icon, self._color = icon, color or self._color
        self.restyle()

    def restyle(self) -> None:
        self.setPixmap(theme.pixmap(self._icon, self._color, self._size))


class Chip(Themed, QWidget):
    """A small filled label: text, optional icon. The height is 20, or 18 compact."""

    def __init__(
        self,
        text: str,
        color: str = "text.secondary",
        fill: str = "bg.active",
        icon: str | None = None,
        *,
        mono: bool = False,
        stroke: str | None = None,
        height: int = 20,
        weight: int = 500,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._text, self._color, self._fill, self._icon, self._stroke = text, color, fill, icon, stroke
        self._font = theme.font(11, weight, mono)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        named(self, name or text)
        self.follow_theme()

    def text(self) -> str:
        """Return the text."""
        return self._text

    def set(self, text: str, color: str | None = None, fill: str | None = None, icon: str | None = None) -> None:
        """Change text and, where given, colours and icon."""
        self._text, self._color, self._fill = text, color or self._color, fill or self._fill
        self._icon = icon or self._icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self._font).horizontalAdvance(self._text) + 14 + (16 if self._icon else 0)
        return QSize(math.ceil(width), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 32), self.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._is_cut():
            QToolTip.showText(event.globalPos(), plain_tip(self._text), self)
            return True
        return super().event(event)

    def _is_cut(self) -> bool:
        """Return whether the text has no room and no tooltip of its own says more."""
        return self.width() < self.sizeHint().width() and not self.toolTip()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        stroke = theme.color(self._stroke) if self._stroke else None
        rounded(painter, rect, theme.color(self._fill), stroke, 4)
        x = 7.0
        if self._icon:
            icon_at(painter, 5, (rect.height() - 14) / 2, self._icon, self._color, 14)
            x = 22.0
        painter.setPen(theme.color(self._color))
        painter.setFont(self._font)
        room = rect.width() - x - 5
        text = QFontMetricsF(self._font).elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(x, 0, room + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, text)


class Key(Chip):
    """A key on the keyboard: "Ctrl K"."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "text.muted", "bg.subtle", stroke="border.default", height=18)

    def set_key(self, key: str) -> None:
        """Show a key that is written as in tips: "Alt+Return" becomes "Alt ↵"."""
        self.set(key.replace("Return", "↵").replace("+", " "))


class Tile(Themed, QWidget):
    """An icon on the tinted square of a layer group ("core") or of any colour token."""

    def __init__(self, icon: str, group: str = "core", size: int = 28, icon_size: int = 16) -> None:
        super().__init__()
        self._icon, self._group, self._side, self._inner = icon, group, size, icon_size
        self.setFixedSize(size, size)
        self.follow_theme()

    def set(self, icon: str, group: str) -> None:
        """Show another icon and group."""
        self._icon, self._group = icon, group
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        rounded(painter, QRectF(self.rect()), theme.tint(self._group), None, 6)
        token = self._group if "." in self._group else theme.category(self._group).color
        offset = (self._side - self._inner) / 2
        painter.drawPixmap(QPointF(offset, offset), theme.pixmap(self._icon, token, self._inner))


class Logo(Themed, QWidget):
    """Three layers, the middle one in the accent."""

    BARS = (("category.core", 20), ("accent.fill", 14), ("category.conv", 8))

    def __init__(self, size: int = 22) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, s = painter_of(self), self.width() / 22
        for i, (token, width) in enumerate(self.BARS):
            shown = "accent.line" if token == "accent.fill" else token
            bar = QRectF((22 - width) / 2 * s, (2 + i * 6.6) * s, width * s, 4.8 * s)
            rounded(painter, bar, theme.color(shown), None, 1.6 * s)


class LinkLabel(Label):
    """Text that can be clicked; for places ("dense_2") in lists. Keyboard users have the row itself."""

    def __init__(self, text: str = "", size: int = 11, mono: bool = True, name: str | None = None) -> None:
        super().__init__(text, size, 400, "text.muted", mono, name=name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.on_click: Callable[[], object] = _nothing

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.on_click()


def _nothing() -> None:
    return None
